//! What people typed and pressed: kept before anything else happens, settled once, shown.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::domain::ids::{InboxId, RoomId};
use crate::domain::operator::{Room, RoomAddress, Surface};
use crate::store::rows::{Place, json_text};
use crate::store::{R, Store, StoreError, Tx};

/// How far an inbox row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxState {
    /// Nothing has happened yet.
    New,
    /// What it asked for is done, or handed to jobs, and its answer is written.
    Settled,
    /// The answer was shown.
    Shown,
}

impl InboxState {
    const ALL: [Self; 3] = [Self::New, Self::Settled, Self::Shown];

    const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Settled => "settled",
            Self::Shown => "shown",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One thing that a person typed or pressed.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRow {
    pub id: InboxId,
    pub surface: Surface,
    pub external_id: String,
    pub room: RoomId,
    pub sender: String,
    pub body: Value,
    pub state: InboxState,
    /// The view that settled it.
    pub answer: Option<Value>,
    pub received_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// Something that has just come in.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    pub surface: Surface,
    /// What the network knows it by.
    pub external_id: &'a str,
    pub room: RoomId,
    pub sender: &'a str,
    pub body: &'a Value,
}

macro_rules! select_inbox {
    ($rest:literal) => {
        concat!(
            "SELECT id, surface, external_id, room_id, sender, body, state, answer, received_at, settled_at FROM inbox ",
            $rest
        )
    };
}

pub(super) const UNSHOWN: &str =
    "SELECT room_id, id FROM inbox WHERE state <> 'shown' ORDER BY room_id, id";

pub(super) const OPEN: &str = select_inbox!("WHERE state <> 'shown' ORDER BY room_id, id");

#[derive(FromRow)]
struct Row {
    id: i64,
    surface: String,
    external_id: String,
    room_id: i64,
    sender: String,
    body: String,
    state: String,
    answer: Option<String>,
    received_at: i64,
    settled_at: Option<i64>,
}

impl TryFrom<Row> for InboxRow {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("inbox", row.id);
        let state = place.word(&row.state, InboxState::from_name)?;
        if (state == InboxState::New) != row.answer.is_none() {
            return Err(place.wrong("it is settled without an answer, or answered while new"));
        }
        Ok(Self {
            id: InboxId(row.id),
            surface: place.word(&row.surface, Surface::from_name)?,
            external_id: row.external_id,
            room: RoomId(row.room_id),
            sender: row.sender,
            body: place.json(&row.body)?,
            state,
            answer: place.maybe_json(row.answer.as_deref())?,
            received_at: place.time(row.received_at)?,
            settled_at: place.maybe_time(row.settled_at)?,
        })
    }
}

/// A row and where it was said.
#[derive(FromRow)]
struct InRoom {
    #[sqlx(flatten)]
    row: Row,
    chat: String,
    thread: String,
    standing: i64,
}

impl Store {
    /// A row with its room.
    pub async fn inbox_row_in_room(&self, id: InboxId) -> R<Option<(InboxRow, Room)>> {
        let found: Option<InRoom> = sqlx::query_as(
            "SELECT inbox.id, inbox.surface, external_id, room_id, sender, body, state, answer, received_at, settled_at,
             chat, thread, standing FROM inbox JOIN rooms ON rooms.id = room_id WHERE inbox.id = $1",
        )
        .bind(id.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let row = InboxRow::try_from(found.row)?;
        let room = Room {
            id: row.room,
            address: RoomAddress {
                surface: row.surface,
                chat: found.chat,
                thread: Some(found.thread).filter(|thread| !thread.is_empty()),
            },
            standing: found.standing != 0,
        };
        Ok(Some((row, room)))
    }

    /// Everything that is not shown yet, room by room in the order it came in.
    pub async fn inbox_open(&self) -> R<Vec<InboxRow>> {
        let rows: Vec<Row> = sqlx::query_as(OPEN)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter().map(InboxRow::try_from).collect()
    }

    /// Which rows are not shown yet and where they were said, room by room in the order they came in.
    pub async fn inbox_unshown(&self) -> R<Vec<(RoomId, InboxId)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(UNSHOWN)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(room, id)| (RoomId(room), InboxId(id)))
            .collect())
    }

    pub async fn inbox_row(&self, id: InboxId) -> R<Option<InboxRow>> {
        sqlx::query_as::<_, Row>(select_inbox!("WHERE id = $1"))
            .bind(id.0)
            .fetch_optional(&mut *self.reader().await?)
            .await?
            .map(InboxRow::try_from)
            .transpose()
    }
}

impl Tx {
    /// Keeps what came in, in its order. None for what is known already: the same update handed over twice is one.
    pub async fn take_in(&mut self, arrived: &[Arrived<'_>]) -> R<Vec<Option<InboxId>>> {
        let now = self.now_millis();
        let mut rows = Vec::with_capacity(arrived.len());
        for one in arrived {
            rows.push(json!({
                "surface": one.surface.name(),
                "external_id": one.external_id,
                "room": one.room.0,
                "sender": one.sender,
                "body": json_text("inbox", one.body)?,
            }));
        }
        let new: Vec<(i64, String, String)> = sqlx::query_as(
            "INSERT INTO inbox (surface, external_id, room_id, sender, body, received_at)
             SELECT value ->> 'surface', value ->> 'external_id', value ->> 'room', value ->> 'sender', value ->> 'body', $2
             FROM json_each($1) WHERE true ORDER BY key
             ON CONFLICT (surface, external_id) DO NOTHING RETURNING id, surface, external_id",
        )
        .bind(Value::Array(rows).to_string())
        .bind(now)
        .fetch_all(self.conn())
        .await?;
        let mut new: HashMap<(String, String), i64> = new
            .into_iter()
            .map(|(id, surface, external_id)| ((surface, external_id), id))
            .collect();
        Ok(arrived
            .iter()
            .map(|one| {
                let key = (one.surface.name().to_owned(), one.external_id.to_owned());
                // The second of two that are the same finds nothing any more.
                new.remove(&key).map(InboxId)
            })
            .collect())
    }

    /// The row of an update that was taken in before.
    pub async fn inbox_known(&mut self, surface: Surface, external_id: &str) -> R<InboxId> {
        let id: Option<i64> =
            sqlx::query_scalar("SELECT id FROM inbox WHERE surface = $1 AND external_id = $2")
                .bind(surface.name())
                .bind(external_id)
                .fetch_optional(self.conn())
                .await?;
        id.map(InboxId)
            .ok_or_else(|| StoreError::impossible("inbox", external_id, "it was known just now"))
    }

    /// Writes the answer, in the change that did what was asked. Whoever comes second finds it settled.
    pub async fn settle_inbox(&mut self, id: InboxId, answer: &Value) -> R<()> {
        let now = self.now_millis();
        let done = sqlx::query(
            "UPDATE inbox SET state = 'settled', answer = $1, settled_at = $2 WHERE id = $3 AND state = 'new'",
        )
        .bind(json_text("inbox", answer)?)
        .bind(now)
        .bind(id.0)
        .execute(self.conn())
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::AlreadySettled),
            _ => Ok(()),
        }
    }

    /// The answers were shown. Nothing is left to do with the rows, but for those that are not settled: these stay as they
    /// are, and come back.
    pub async fn mark_shown(&mut self, ids: &[InboxId]) -> R<Vec<InboxId>> {
        let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let numbers = json!(numbers).to_string();
        sqlx::query(
            "UPDATE inbox SET state = 'shown'
             WHERE state <> 'new' AND id IN (SELECT value FROM json_each($1))",
        )
        .bind(&numbers)
        .execute(self.conn())
        .await?;
        let unsettled: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM inbox WHERE state = 'new' AND id IN (SELECT value FROM json_each($1)) ORDER BY id",
        )
        .bind(&numbers)
        .fetch_all(self.conn())
        .await?;
        Ok(unsettled.into_iter().map(InboxId).collect())
    }
}

#[cfg(test)]
impl Tx {
    /// [`Tx::take_in`] for one.
    pub async fn take_in_one(
        &mut self,
        surface: &Surface,
        external_id: &str,
        room: RoomId,
        sender: &str,
        body: &Value,
    ) -> R<Option<InboxId>> {
        let one = Arrived {
            surface: *surface,
            external_id,
            room,
            sender,
            body,
        };
        Ok(self.take_in(&[one]).await?.pop().flatten())
    }
}
