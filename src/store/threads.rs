//! Rooms where each draft has a thread of its own, and which thread that is.

use crate::domain::ids::{DraftId, DraftNumber, RoomId, WorkspaceId};
use crate::domain::operator::{Room, Threads};
use crate::store::rows::Place;
use crate::store::tx::one_row;
use crate::store::{R, Store, Tx};

impl Store {
    /// Whether drafts have threads in this room.
    pub async fn room_threads(&self, room: RoomId) -> R<Threads> {
        let word: Option<String> = sqlx::query_scalar("SELECT threads FROM rooms WHERE id = $1")
            .bind(room.0)
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        match word {
            Some(word) => Place::new("rooms", room).word(&word, Threads::from_name),
            None => Ok(Threads::Off),
        }
    }

    /// Whether a draft has a thread under its card in a room, or had one.
    pub async fn had_thread(&self, room: RoomId, draft: DraftId) -> R<bool> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT draft_id FROM draft_threads WHERE room_id = $1 AND draft_id = $2",
        )
        .bind(room.0)
        .bind(draft.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(found.is_some())
    }

    /// The thread of a draft under its card in a room.
    pub async fn thread_for(
        &self,
        workspace: WorkspaceId,
        room: RoomId,
        number: DraftNumber,
    ) -> R<Option<Room>> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT draft_threads.thread_id FROM draft_threads
             JOIN drafts ON drafts.id = draft_threads.draft_id
             WHERE drafts.workspace_id = $1 AND drafts.number = $2 AND draft_threads.room_id = $3
             AND draft_threads.thread_id IS NOT NULL",
        )
        .bind(workspace.0)
        .bind(number.0)
        .bind(room.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        match found {
            Some(thread) => self.room(RoomId(thread)).await,
            None => Ok(None),
        }
    }

    /// The draft whose thread a room is, and the room that its card stands in.
    pub async fn thread_of(&self, thread: RoomId) -> R<Option<(DraftId, Room)>> {
        let found: Option<(i64, i64)> =
            sqlx::query_as("SELECT draft_id, room_id FROM draft_threads WHERE thread_id = $1")
                .bind(thread.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        let Some((draft, room)) = found else {
            return Ok(None);
        };
        let room = self.room(RoomId(room)).await?;
        Ok(room.map(|room| (DraftId(draft), room)))
    }
}

impl Tx {
    pub async fn set_room_threads(&mut self, room: RoomId, threads: Threads) -> R<()> {
        let done = sqlx::query("UPDATE rooms SET threads = $1 WHERE id = $2")
            .bind(threads.name())
            .bind(room.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "rooms", room)
    }

    /// The draft is talked about in this thread from now on.
    pub async fn set_draft_thread(
        &mut self,
        room: RoomId,
        draft: DraftId,
        thread: RoomId,
    ) -> R<()> {
        sqlx::query(
            "INSERT INTO draft_threads (room_id, draft_id, thread_id) VALUES ($1, $2, $3)
             ON CONFLICT (room_id, draft_id) DO UPDATE SET thread_id = excluded.thread_id",
        )
        .bind(room.0)
        .bind(draft.0)
        .bind(thread.0)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// The thread is gone, with what stood in it.
    pub async fn drop_thread(&mut self, thread: RoomId) -> R<()> {
        for sql in [
            "UPDATE draft_threads SET thread_id = NULL WHERE thread_id = $1",
            "DELETE FROM deliveries WHERE room_id = $1",
        ] {
            sqlx::query(sql).bind(thread.0).execute(self.conn()).await?;
        }
        Ok(())
    }
}
