//! What is said where typed words meant another version of a draft than the current one.

use crate::chat::press::Press;
use crate::chat::view::{Button, View};
use crate::chat::words::{listed, quoted};
use crate::domain::difference::difference;
use crate::domain::draft::{Draft, Seen};
use crate::domain::ids::{DraftNumber, InboxId};

/// On the card that is shown in place of a decision: the room had not been shown the draft, or an earlier version of it.
/// `change`: what that version said, where it is known, and what this one says.
#[must_use]
pub fn not_decided(draft: &Draft, shown_before: bool, change: Option<(&str, &str)>) -> String {
    let ask = "Nothing was decided; look at it, then say it again.";
    if !shown_before {
        return format!("{} had not been shown here. {ask}", draft.number);
    }
    let version = draft.revision;
    match change {
        Some((before, after)) if before != after => {
            let (before, after) = difference(before, after);
            format!(
                "Version {version} is newer than what you had seen: \u{201c}{before}\u{201d} \u{2192} \u{201c}{after}\u{201d}. {ask}"
            )
        }
        _ => format!("Version {version} is newer than what you had seen. {ask}"),
    }
}

/// On the card of an edit that was typed over a version that the room had not been shown.
#[must_use]
pub fn edited_unseen(version: i64, text: &str) -> String {
    format!(
        "Your text took the place of version {version}, which had not been shown here: {}.",
        quoted(text, 120)
    )
}

/// An edit that came second says what the draft says already.
#[must_use]
pub fn same_text(number: DraftNumber) -> View {
    View::text(format!("{number} says that already. Nothing has changed."))
}

/// The button of an edit that came second. `decided`: the draft was approved or put on a time in between.
#[must_use]
pub fn use_text(inbox: InboxId, seen: Seen) -> Button {
    let label = if seen.decided {
        "Take back and use your text"
    } else {
        "Use your text"
    };
    Button {
        label: label.to_owned(),
        press: Press::UseText { inbox, seen }.code(),
    }
}

/// A word of a button, where no card is in sight that it could press and several drafts wait.
#[must_use]
pub fn which(waiting: &[DraftNumber]) -> View {
    let numbers: Vec<String> = waiting.iter().map(ToString::to_string).collect();
    View::text(format!(
        "{} wait. /show {} brings up its card.",
        listed(&numbers),
        numbers.first().map_or("#N", String::as_str)
    ))
}

/// On the card of the only draft that waits, brought up by a word of a button.
#[must_use]
pub const fn the_one() -> &'static str {
    "This is the draft that waits. Nothing was decided yet."
}
