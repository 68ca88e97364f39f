//! What a flow tells the people, written as a job in the same transaction as the change it reports.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{DraftId, InboxId, RoomId};

/// One thing that people are told. The chat decides how and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A draft changed: every copy of its card follows; `ask` is the room that asked for it and gets one if it has none.
    Draft { draft: DraftId, ask: Option<RoomId> },
    /// A line for one room: the answer to something asked there that took longer. `cause` is what was asked; with
    /// `again` set the line offers `Try again`.
    Answer {
        room: RoomId,
        text: String,
        cause: Option<InboxId>,
        again: bool,
    },
    /// A line for every standing control room.
    Everyone { text: String },
}
