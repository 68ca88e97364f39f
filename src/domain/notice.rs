//! What a flow tells the people, written as a job in the same transaction as the change it reports.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::domain::ids::{DraftId, InboxId, RoomId};
use crate::domain::job::{Job, JobKind, NewJob};
use crate::domain::operator::Surface;

/// One thing that people are told. The chat decides how and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A draft changed: every copy of its card follows; `ask` is the room that asked for it and gets one if it has none.
    /// `anew`: people are asked something, so the card is shown once more, below what was said.
    Draft {
        draft: DraftId,
        ask: Option<RoomId>,
        #[serde(default)]
        anew: bool,
    },
    /// [`Notice::Draft`] for the rooms of one chat program.
    Cards {
        draft: DraftId,
        ask: Option<RoomId>,
        surface: Surface,
        #[serde(default)]
        anew: bool,
    },
    /// A line for one room: the answer to something asked there that took longer. `cause` is what was asked, which
    /// most offers run again.
    Answer {
        room: RoomId,
        text: String,
        cause: Option<InboxId>,
        /// The buttons under the line. Rows of earlier versions hold a `true` or `false` named `again`.
        #[serde(default, alias = "again", deserialize_with = "offers_or_again")]
        offers: Vec<Offer>,
    },
    /// A line for every standing control room.
    Everyone { text: String },
}

/// What a line about work that was not done offers to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// `Try again`: the same request once more.
    TryAgain,
    /// `Write it myself`: the person's own text takes the place of what was asked for.
    WriteMyself,
    /// `Get a better model`: says how.
    BetterModel,
    /// `Write one all the same`: the same reply once more, although its post gives orders, sells or insults.
    WriteDespite,
}

impl Offer {
    /// `Try again` where that may help, else nothing.
    #[must_use]
    pub fn again(may_help: bool) -> Vec<Self> {
        if may_help {
            vec![Self::TryAgain]
        } else {
            Vec::new()
        }
    }
}

/// Reads a list of offers, or the flag that stood in its place in earlier versions.
fn offers_or_again<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<Offer>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Again(bool),
        Offers(Vec<Offer>),
    }
    Ok(match Stored::deserialize(value)? {
        Stored::Again(again) => Offer::again(again),
        Stored::Offers(offers) => offers,
    })
}

impl Notice {
    /// The job that tells what became of `job`: in the room that asked for it, else in all.
    pub fn answering(
        job: &Job,
        room: Option<RoomId>,
        text: String,
        offers: Vec<Offer>,
        run_at: Timestamp,
    ) -> NewJob {
        let notice = match room {
            Some(room) => Self::Answer {
                room,
                text,
                cause: job.cause,
                offers,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_earlier_versions_are_read() {
        let read = |again: serde_json::Value| -> Notice {
            let row =
                json!({"notice": "answer", "room": 7, "text": "No.", "cause": 3, "again": again});
            serde_json::from_value(row).unwrap()
        };
        let answer = |offers: Vec<Offer>| Notice::Answer {
            room: RoomId(7),
            text: "No.".to_owned(),
            cause: Some(InboxId(3)),
            offers,
        };
        assert_eq!(read(json!(true)), answer(vec![Offer::TryAgain]));
        assert_eq!(read(json!(false)), answer(Vec::new()));
        let now = answer(vec![Offer::WriteMyself, Offer::BetterModel]);
        let written = json!(now);
        assert_eq!(written["offers"], json!(["write_myself", "better_model"]));
        assert_eq!(serde_json::from_value::<Notice>(written).unwrap(), now);
    }
}
