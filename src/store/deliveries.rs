//! What stands in which room: talks in progress and the cards of drafts.

use serde_json::Value;
use sqlx::FromRow;

use crate::domain::draft::Seen;
use crate::domain::ids::{DraftId, InboxId, OperatorId, RoomId};
use crate::store::rows::{Place, json_text};
use crate::store::{R, Store, Tx};

/// The card of a draft in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub room: RoomId,
    /// The chat network's own id of the message.
    pub message: String,
    /// What it shows now.
    pub view_hash: String,
    /// The version that it shows; none where an earlier version of Lumen showed it.
    pub seen: Option<Seen>,
    /// The newest row of the inbox when that version was first shown there: what was written below it has a later one.
    pub after: InboxId,
}

macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT room_id, message, view_hash, revision, decided, after_inbox FROM deliveries ",
            $rest
        )
    };
}

pub(super) const OF_DRAFT: &str = select_deliveries!("WHERE draft_id = $1 ORDER BY room_id");

#[derive(FromRow)]
struct Row {
    room_id: i64,
    message: String,
    view_hash: String,
    revision: Option<i64>,
    decided: i64,
    after_inbox: i64,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            room: RoomId(row.room_id),
            message: row.message,
            view_hash: row.view_hash,
            seen: row.revision.map(|revision| Seen {
                revision,
                decided: row.decided != 0,
            }),
            after: InboxId(row.after_inbox),
        }
    }
}

impl Store {
    /// Where a person's talk with Lumen in a room stands.
    pub async fn dialogue(&self, room: RoomId, operator: OperatorId) -> R<Option<Value>> {
        let state: Option<String> = sqlx::query_scalar(
            "SELECT state FROM dialogues WHERE room_id = $1 AND operator_id = $2",
        )
        .bind(room.0)
        .bind(operator.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Place::new("dialogues", format!("{room}/{operator}")).maybe_json(state.as_deref())
    }

    pub async fn delivery(&self, room: RoomId, draft: DraftId) -> R<Option<Delivery>> {
        let row: Option<Row> =
            sqlx::query_as(select_deliveries!("WHERE room_id = $1 AND draft_id = $2"))
                .bind(room.0)
                .bind(draft.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(row.map(Delivery::from))
    }

    /// Every copy of a draft's card.
    pub async fn deliveries(&self, draft: DraftId) -> R<Vec<Delivery>> {
        let rows: Vec<Row> = sqlx::query_as(OF_DRAFT)
            .bind(draft.0)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(rows.into_iter().map(Delivery::from).collect())
    }
}

impl Tx {
    /// Keeps where a talk stands, or ends it.
    pub async fn set_dialogue(
        &mut self,
        room: RoomId,
        operator: OperatorId,
        state: Option<&Value>,
    ) -> R<()> {
        let now = self.now_millis();
        let Some(state) = state else {
            sqlx::query("DELETE FROM dialogues WHERE room_id = $1 AND operator_id = $2")
                .bind(room.0)
                .bind(operator.0)
                .execute(self.conn())
                .await?;
            return Ok(());
        };
        sqlx::query(
            "INSERT INTO dialogues (room_id, operator_id, state, updated_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (room_id, operator_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
        )
        .bind(room.0)
        .bind(operator.0)
        .bind(json_text("dialogues", state)?)
        .bind(now)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// A draft's card stands in a room as this message and shows this version.
    pub async fn record_delivery(
        &mut self,
        room: RoomId,
        draft: DraftId,
        message: &str,
        view_hash: &str,
        seen: Seen,
    ) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO deliveries (room_id, draft_id, message, view_hash, shown_at, revision, decided, after_inbox)
             VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT COALESCE(MAX(id), 0) FROM inbox))
             ON CONFLICT (room_id, draft_id) DO UPDATE SET
             message = excluded.message, view_hash = excluded.view_hash, shown_at = excluded.shown_at,
             revision = excluded.revision, decided = excluded.decided,
             after_inbox = CASE WHEN deliveries.revision = excluded.revision AND deliveries.decided = excluded.decided
             THEN deliveries.after_inbox ELSE excluded.after_inbox END",
        )
        .bind(room.0)
        .bind(draft.0)
        .bind(message)
        .bind(view_hash)
        .bind(now)
        .bind(seen.revision)
        .bind(i64::from(seen.decided))
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
