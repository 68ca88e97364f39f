//! What a flow tells the people, written as a job in the same transaction as the change it reports.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::ids::{DraftId, InboxId, RoomId};
use crate::domain::job::{Job, JobKind, NewJob};

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

impl Notice {
    /// The job that tells what became of `job`: in the room that asked for it, else in all.
    pub fn answering(
        job: &Job,
        room: Option<RoomId>,
        text: String,
        again: bool,
        run_at: Timestamp,
    ) -> NewJob {
        let notice = match room {
            Some(room) => Self::Answer {
                room,
                text,
                cause: job.cause,
                again,
            },
            None => Self::Everyone { text },
        };
        NewJob {
            kind: JobKind::Notice,
            unique_key: format!("notice:{}", job.unique_key),
            payload: json!(notice),
            cause: job.cause,
            run_at,
        }
    }
}
