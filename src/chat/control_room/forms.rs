//! Forms: what a button asks for in words, for chats that can put a form up at once.

use super::ControlRoom;
use crate::chat::commands;
use crate::chat::incoming::{Incoming, Said};
use crate::chat::press::{DraftVerb, Press, Reason};
use crate::chat::words;
use crate::domain::draft::{DraftState, Seen};
use crate::domain::ids::DraftNumber;

/// One field to fill in, and what stands in it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub title: String,
    pub label: &'static str,
    pub text: String,
    /// Whether it may be left empty.
    pub optional: bool,
}

impl ControlRoom {
    /// The form behind a pressed button, where its words would count: the person may, and the draft is as they saw it.
    /// None: the press itself is to be taken in, and answered as everywhere.
    pub async fn form(&self, incoming: &Incoming) -> Option<Form> {
        let Said::Press { code, .. } = &incoming.body else {
            return None;
        };
        let press = Press::read(code).ok()?;
        let (number, seen) = asks(press)?;
        let needed = commands::stands_for(press)?.spec().role;
        let store = self.store();
        let role = self
            .role_of(&incoming.sender, &incoming.groups)
            .await
            .ok()??;
        let draft = store
            .draft_numbered(self.workspace(), number)
            .await
            .ok()??;
        let open = match draft.state {
            DraftState::Waiting | DraftState::Failed { .. } => true,
            DraftState::Scheduled { .. } => is_schedule(press),
            _ => false,
        };
        if role < needed || seen.revision != draft.revision || !seen.holds(&draft) || !open {
            return None;
        }
        let mut form = words::talk::form(press)?;
        if matches!(
            press,
            Press::Draft {
                verb: DraftVerb::Edit,
                ..
            }
        ) {
            form.text = store
                .revision(draft.id, seen.revision)
                .await
                .ok()??
                .content
                .text;
        }
        Some(form)
    }
}

const fn asks(press: Press) -> Option<(DraftNumber, Seen)> {
    match press {
        Press::Draft {
            verb: DraftVerb::Edit | DraftVerb::Redo | DraftVerb::Schedule,
            number,
            seen,
        }
        | Press::Reject {
            reason: Reason::Other,
            number,
            seen,
        } => Some((number, seen)),
        _ => None,
    }
}

const fn is_schedule(press: Press) -> bool {
    matches!(
        press,
        Press::Draft {
            verb: DraftVerb::Schedule,
            ..
        }
    )
}
