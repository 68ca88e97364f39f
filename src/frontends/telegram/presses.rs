//! What is said at once: the line that a press brings up, and whether typing is shown.

use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Line};
use crate::chat::press::{DraftVerb, Press};
use crate::chat::words;

/// Telegram takes no longer line.
const LONGEST: usize = 200;

/// What is going on now that this was pressed.
#[must_use]
pub fn doing(incoming: &Incoming) -> Option<String> {
    let Said::Press { code, .. } = &incoming.body else {
        return None;
    };
    let line = words::press::doing(Press::read(code).ok()?)?;
    Some(crate::domain::error::shortened(&line, LONGEST))
}

/// Whether what people may do, and so what their menus show, may be another afterwards.
#[must_use]
pub fn changes_people(incoming: &Incoming) -> bool {
    use crate::chat::catalogue::Command as C;
    let (Said::Text { text } | Said::Reply { text, .. }) = &incoming.body else {
        return false;
    };
    match parse::line(text) {
        Line::Call(call) => matches!(call.command, C::Claim | C::Member | C::Room | C::Start),
        _ => false,
    }
}

/// Whether a model or a network will be at work for a while.
#[must_use]
pub fn takes_long(incoming: &Incoming) -> bool {
    use crate::chat::catalogue::Command as C;
    match &incoming.body {
        Said::Text { text } => match parse::line(text) {
            Line::Call(call) => matches!(call.command, C::Draft | C::Reply | C::Redo | C::Search),
            _ => false,
        },
        Said::Reply { .. } | Said::Picture { .. } => true,
        Said::Press { code, .. } => matches!(
            Press::read(code),
            Ok(Press::Draft {
                verb: DraftVerb::RedoNow,
                ..
            })
        ),
        Said::Changed { .. } | Said::Filled { .. } => false,
    }
}
