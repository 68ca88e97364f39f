//! What is said of texts and pictures that are being made, and of those that were stopped.

use crate::chat::press::Press;
use crate::chat::view::{Button, View};
use crate::chat::words::{listed, quoted};
use crate::domain::ids::DraftNumber;

fn stop_button(number: DraftNumber) -> Button {
    Button {
        label: "Stop".to_owned(),
        press: Press::Stop(number).code(),
    }
}

/// Something is asked of a draft whose first version is being written.
#[must_use]
pub fn being_written(number: DraftNumber) -> View {
    View::text(format!(
        "{number} is being written; its card comes when it is done."
    ))
    .with_buttons(vec![stop_button(number)])
}

/// Another version was asked for while one is being written: `wish` was not begun.
#[must_use]
pub fn being_redone(number: DraftNumber, wish: &str) -> View {
    busy(
        number,
        &format!("{number} is being written anew already"),
        wish,
    )
}

/// Another picture was asked for while one is being made: `wish` was not begun.
#[must_use]
pub fn being_painted(number: DraftNumber, wish: &str) -> View {
    let what = format!("A picture for {number} is being made already");
    busy(number, &what, wish)
}

fn busy(number: DraftNumber, what: &str, wish: &str) -> View {
    let wish = match wish.trim() {
        "" => String::new(),
        wish => format!(", so {} was not begun", quoted(wish, 60)),
    };
    View::text(format!("{what}{wish}; its card comes when it is done."))
        .with_buttons(vec![stop_button(number)])
}

/// What became of drafts that were not there yet, and of those that were.
#[must_use]
pub fn stopped(unwritten: &[DraftNumber], kept: &[DraftNumber]) -> View {
    let named = |numbers: &[DraftNumber]| {
        let mut numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        numbers.dedup();
        (numbers.len() == 1, listed(&numbers))
    };
    let mut parts = Vec::new();
    if !unwritten.is_empty() {
        let (one, list) = named(unwritten);
        let verb = if one { "was" } else { "were" };
        parts.push(format!("{list} {verb} not written"));
    }
    if !kept.is_empty() {
        let (one, list) = named(kept);
        let verb = if one {
            "stays as it is"
        } else {
            "stay as they are"
        };
        parts.push(format!("{list} {verb}"));
    }
    View::text(format!("Stopped; {}.", parts.join(", ")))
}

/// The work that a button would stop has ended.
#[must_use]
pub fn nothing(number: DraftNumber) -> View {
    View::text(format!(
        "Nothing is being made for {number} any more. /queue shows what there is."
    ))
}
