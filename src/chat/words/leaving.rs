//! What leaves and what asks first when publishing goes on.

use crate::chat::words::{listed, person};
use crate::domain::ids::DraftNumber;
use crate::flow::review::Leaving;

/// `/go` was given: what leaves, by number, and what asks first.
#[must_use]
pub fn going(by: &str, leaving: &Leaving) -> String {
    let mut line = format!("Publishing again, says {}.", person(by));
    for part in parts_of(leaving) {
        line.push(' ');
        line.push_str(&part);
    }
    line
}

/// A start: what leaves, by number, and what asks first.
#[must_use]
pub fn started(leaving: &Leaving) -> String {
    format!("Started again. {}", parts_of(leaving).join(" "))
}

fn parts_of(leaving: &Leaving) -> Vec<String> {
    let part = |numbers: &[DraftNumber], one: &str, more: &str| {
        let verb = if numbers.len() == 1 { one } else { more };
        (!numbers.is_empty()).then(|| format!("{} {verb}.", numbered(numbers)))
    };
    [
        part(&leaving.now, "goes out now", "go out now"),
        part(
            &leaving.looked_up,
            "was on its way, and I look up what became of it",
            "were on their way, and I look up what became of them",
        ),
        part(
            &leaving.missed,
            "missed its time and asks what now",
            "missed their time and ask what now",
        ),
        part(
            &leaving.doubted,
            "may be out already and asks first",
            "may be out already and ask first",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `#1, #2 and #3`, the first dozen of them.
fn numbered(numbers: &[DraftNumber]) -> String {
    const NAMED: usize = 12;
    let mut all: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    if all.len() > NAMED {
        let more = all.len() - NAMED;
        all.truncate(NAMED);
        all.push(format!("{more} more"));
    }
    listed(&all)
}
