//! What settles a row of the inbox: written in the change that did what was asked, shown after it.

use serde::{Deserialize, Serialize};

use crate::chat::view::View;
use crate::domain::ids::{DraftId, DraftNumber};
use crate::flow::compose::ComposeRequest;

/// How something that a person typed or pressed is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Not at all, or by the work that follows: a card, a line when the fetch is done.
    Silent,
    /// By the card that follows once this is written. Kept so that the same can be asked for again.
    Writing { request: ComposeRequest },
    /// A message; it takes the place of `replaces` where that is given.
    Line {
        view: View,
        replaces: Option<String>,
    },
    /// The card of a draft as it is when the answer is shown.
    Card {
        draft: DraftId,
        /// As a new message, further down. Otherwise the card in the room changes in place.
        fresh: bool,
        /// The message whose button was pressed, where it is not the card: it becomes the card's first line.
        asked: Option<String>,
        /// What is said on it this once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
    },
    /// A message about an edit that came second. Its text is kept, so that a button can use it.
    KeptText {
        number: DraftNumber,
        text: String,
        view: View,
    },
}

impl Answer {
    #[must_use]
    pub const fn line(view: View) -> Self {
        Self::Line {
            view,
            replaces: None,
        }
    }
}
