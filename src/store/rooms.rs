//! Rooms that cannot be written to, and chats that got another id.

use crate::domain::ids::{DraftId, RoomId, WorkspaceId};
use crate::domain::operator::{Room, Surface};
use crate::store::tx::one_row;
use crate::store::{R, Store, Tx};

impl Store {
    /// The rooms where nothing is sent now, each with the reason.
    pub async fn paused_rooms(&self, workspace: WorkspaceId) -> R<Vec<(Room, String)>> {
        let found: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, paused FROM rooms WHERE workspace_id = $1 AND paused IS NOT NULL ORDER BY id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let mut rooms = Vec::with_capacity(found.len());
        for (id, why) in found {
            rooms.extend(self.room(RoomId(id)).await?.map(|room| (room, why)));
        }
        Ok(rooms)
    }

    /// Why nothing is sent to a room now.
    pub async fn room_paused(&self, room: RoomId) -> R<Option<String>> {
        let why: Option<Option<String>> =
            sqlx::query_scalar("SELECT paused FROM rooms WHERE id = $1")
                .bind(room.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(why.flatten())
    }

    /// The draft whose card this message of a room is. A message of several parts is known by the one with the buttons
    /// and by each of the others.
    pub async fn draft_shown_as(&self, room: RoomId, message: &str) -> R<Option<DraftId>> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT draft_id FROM deliveries WHERE room_id = $1
             AND '+' || message || '+' LIKE '%+' || $2 || '+%' ORDER BY shown_at DESC LIMIT 1",
        )
        .bind(room.0)
        .bind(message)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(found.map(DraftId))
    }
}

impl Tx {
    /// Nothing is sent to the room any more. Whether that is new.
    pub async fn pause_room(&mut self, room: RoomId, why: &str) -> R<bool> {
        let done = sqlx::query("UPDATE rooms SET paused = $1 WHERE id = $2 AND paused IS NULL")
            .bind(why)
            .bind(room.0)
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Somebody spoke there: it can be written to again.
    pub async fn wake_room(&mut self, room: RoomId) -> R<()> {
        sqlx::query("UPDATE rooms SET paused = NULL WHERE id = $1 AND paused IS NOT NULL")
            .bind(room.0)
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// A chat got another id, with its topics. Cards there are forgotten: their messages have other ids now. A room that
    /// is known under the new id already takes over.
    pub async fn move_chat(&mut self, surface: Surface, from: &str, to: &str) -> R<()> {
        let moved: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT old.id, old.standing, new.id FROM rooms old
             LEFT JOIN rooms new ON new.surface = old.surface AND new.chat = $1 AND new.thread = old.thread
             WHERE old.surface = $2 AND old.chat = $3",
        )
        .bind(to)
        .bind(surface.name())
        .bind(from)
        .fetch_all(self.conn())
        .await?;
        for (old, standing, new) in moved {
            sqlx::query("DELETE FROM deliveries WHERE room_id = $1")
                .bind(old)
                .execute(self.conn())
                .await?;
            match new {
                None => {
                    let done =
                        sqlx::query("UPDATE rooms SET chat = $1, paused = NULL WHERE id = $2")
                            .bind(to)
                            .bind(old)
                            .execute(self.conn())
                            .await?;
                    one_row(&done, "rooms", old)?;
                }
                Some(new) => {
                    if standing != 0 {
                        self.set_standing(RoomId(old), false).await?;
                        self.set_standing(RoomId(new), true).await?;
                    }
                }
            }
        }
        Ok(())
    }
}
