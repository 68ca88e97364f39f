//! What people are told when something did not go: what, why, what now.

use crate::chat::press::{DraftVerb, Press, Unreadable};
use crate::chat::view::{Button, View};
use crate::chat::words::time::Now;
use crate::chat::words::{listed, person, quoted, stop, thousands};
use crate::domain::difference::difference;
use crate::domain::draft::{DraftState, Move, Seen};
use crate::domain::error::{UserError, shortened};
use crate::domain::ids::{DraftNumber, InboxId};
use crate::flow::review::{Decided, ReviewError};

/// An error as a message; with `again` it offers to run that row of the inbox again.
#[must_use]
pub fn failed(error: &UserError, again: Option<InboxId>) -> View {
    let view = View {
        private: true,
        ..View::text(error.to_string())
    };
    match again {
        Some(inbox) => view.with_buttons(vec![try_again(inbox)]),
        None => view,
    }
}

/// `Try again`
#[must_use]
pub fn try_again(inbox: InboxId) -> Button {
    Button {
        label: "Try again".to_owned(),
        press: Press::Again(inbox).code(),
    }
}

/// `There is no #99. Waiting now: #12, #14.`
#[must_use]
pub fn missing(number: DraftNumber, waiting: &[DraftNumber]) -> UserError {
    UserError::new(format!("There is no {number}."), waiting_now(waiting))
}

/// What stands where a draft's number should, and is none: with the drafts that wait.
#[must_use]
pub fn no_number(typed: &str, waiting: &[DraftNumber]) -> UserError {
    let digits = typed.trim_start_matches('#');
    let what = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("There is no #{}.", shortened(digits, 20))
    } else {
        format!("{} is not a draft number.", quoted(typed, 40))
    };
    UserError::new(what, waiting_now(waiting))
}

/// A version of a draft that is not there: with those that are.
#[must_use]
pub fn no_version(number: DraftNumber, typed: &str, has: i64) -> UserError {
    let what = if typed.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{number} has no version {}.", shortened(typed, 20))
    } else {
        format!("{} is no version.", quoted(typed, 20))
    };
    let there = if has == 1 {
        "There is only version 1.".to_owned()
    } else {
        format!("There are versions 1 to {has}.")
    };
    UserError::new(what, there)
}

/// More stands behind the number of a draft that is to be approved, and it is not known what was meant by it.
#[must_use]
pub fn only_a_number(number: DraftNumber, more: &str) -> UserError {
    UserError::new(
        format!(
            "/approve takes one number and publishes at once; {} was not expected.",
            quoted(more, 40)
        ),
        format!("/approve {number} publishes now, /schedule {number} WHEN at a time."),
    )
}

/// `Waiting now: #12, #14.`
#[must_use]
pub fn waiting_now(waiting: &[DraftNumber]) -> String {
    if waiting.is_empty() {
        return "Nothing waits now; /draft TOPIC makes one.".to_owned();
    }
    let numbers: Vec<String> = waiting.iter().map(ToString::to_string).collect();
    format!("Waiting now: {}.", numbers.join(", "))
}

/// A command about a draft that names none.
#[must_use]
pub fn which_draft(usage: &str, waiting: &[DraftNumber]) -> UserError {
    UserError::new(format!("Which draft? {usage}."), waiting_now(waiting))
}

/// `That topic has 102,400 characters; 2,000 is the most.`
#[must_use]
pub fn too_long(what: &str, has: usize, most: usize, advice: &str) -> UserError {
    let (has, most) = (thousands(has as u64), thousands(most as u64));
    UserError::new(
        format!("That {what} has {has} characters; {most} is the most."),
        advice,
    )
}

/// Why a decision does not count.
#[must_use]
pub fn review(error: &ReviewError, now: &Now) -> View {
    View {
        private: true,
        ..refusal(error, now)
    }
}

fn refusal(error: &ReviewError, now: &Now) -> View {
    match error {
        ReviewError::Missing { number, waiting } => failed(&missing(*number, waiting), None),
        ReviewError::BeingWritten { number } => stop::being_written(*number),
        ReviewError::NoVersion {
            number,
            version,
            has,
        } => failed(&no_version(*number, &version.to_string(), *has), None),
        ReviewError::SameVersion { number, version } => View::text(format!(
            "Version {version} says what {number} says now. Nothing has changed."
        )),
        ReviewError::Older {
            number,
            seen,
            current,
            before,
            after,
        } => older(*number, *seen, *current, before, after),
        ReviewError::Decided(decided) => View::text(self::decided(decided, now)),
        ReviewError::Blocked { number, findings } => {
            let found: Vec<String> = findings
                .iter()
                .map(|finding| finding.detail.clone())
                .collect();
            // What is wrong with a picture says itself what helps.
            let advice = if findings.iter().all(|finding| finding.kind.of_picture()) {
                ""
            } else {
                " Edit or redo it."
            };
            View::text(format!(
                "{number} cannot go out as it is: {}.{advice}",
                listed(&found)
            ))
        }
        ReviewError::Past { number, due } => {
            let at = now.exactly(*due);
            View::text(format!(
                "{at} is over already. Say a later time, or /approve {number} publishes it now."
            ))
        }
        ReviewError::AlreadyScheduled { number, due } => View::text(format!(
            "{number} is scheduled for {} already.",
            now.moment(*due)
        )),
        ReviewError::SamePicture { number, shown } => View::text(format!(
            "{number} shows picture {shown} already. Nothing has changed."
        )),
        ReviewError::HasNoPicture { number } => {
            View::text(format!("{number} has no picture. Nothing has changed."))
        }
        ReviewError::NoPicture { number, has: 0 } => View::text(format!(
            "{number} has had no picture yet. /image {number} makes one."
        )),
        ReviewError::NoPicture { number, has } => View::text(format!(
            "{number} has had {has} of them: /image {number} and a number from 1 to {has}."
        )),
        ReviewError::NoPictures { number, network } => View::text(format!(
            "{number} goes to {}, which takes no pictures.",
            crate::chat::words::network(*network)
        )),
        ReviewError::Empty { number } => View::text(format!(
            "The new text of {number} is empty. /edit {number} TEXT puts yours in its place."
        )),
        ReviewError::Store(_) => failed(&inside(), None),
    }
}

fn older(number: DraftNumber, seen: i64, current: i64, before: &str, after: &str) -> View {
    let what = if before == after {
        "with the same words; its picture or its state changed".to_owned()
    } else {
        let (before, after) = difference(before, after);
        format!("\u{201c}{before}\u{201d} \u{2192} \u{201c}{after}\u{201d}")
    };
    let press = Press::Draft {
        verb: DraftVerb::Show,
        number,
        seen: Seen::waiting(current),
    };
    View::text(format!(
        "This is version {seen}; version {current} is the current one: {what}."
    ))
    .with_buttons(vec![Button {
        label: format!("Show version {current}"),
        press: press.code(),
    }])
}

/// `Already decided: @owner approved #12 a moment ago.`
fn decided(decided: &Decided, now: &Now) -> String {
    let number = decided.invalid.number;
    let tried = decided.invalid.tried.word();
    match &decided.state {
        DraftState::Approved { by, at, .. } => {
            format!(
                "Already decided: {} approved {number} {}.",
                person(by),
                ago(now, *at)
            )
        }
        DraftState::Publishing { by, since, .. } => {
            format!(
                "Already decided: {} approved {number} {}; it is being published.",
                person(by),
                ago(now, *since)
            )
        }
        DraftState::Scheduled { by, due, .. } => {
            format!(
                "Already decided: {} scheduled {number} for {}.",
                person(by),
                now.moment(*due)
            )
        }
        DraftState::Published { by, at, .. } => {
            format!(
                "Already decided: {} approved {number}; it was published {}. /draft or /post starts a new one; to take this one off, delete it on the network itself.",
                person(by),
                ago(now, *at)
            )
        }
        DraftState::Overdue { due, .. } => format!(
            "{number} missed its time, {}: /show {number} asks what now.",
            now.moment(*due)
        ),
        DraftState::Rejected { by, at, .. } => {
            format!(
                "Already decided: {} rejected {number} {}.",
                person(by),
                ago(now, *at)
            )
        }
        DraftState::Expired { at } => {
            format!(
                "{number} expired {}. /show {number} brings it back.",
                now.moment(*at)
            )
        }
        DraftState::Unknown { .. } => {
            format!(
                "Whether {number} was published is not known yet, so it cannot be {}.",
                participle(decided.invalid.tried)
            )
        }
        DraftState::Partly {
            left_by: Some(by), ..
        } => {
            format!("Already decided: {} left {number} as it is.", person(by))
        }
        DraftState::Partly { parts, .. } => format!(
            "{} of {} posts of {number} are public, so nothing of it can be changed. Send the rest or leave it: /show {number}.",
            parts.there, parts.of
        ),
        DraftState::Failed { .. } => {
            format!("{number} failed to go out; there is nothing to {tried}.")
        }
        DraftState::Waiting => format!(
            "{number} still waits; there is nothing to {}.",
            undone(decided.invalid.tried)
        ),
    }
}

fn ago(now: &Now, at: jiff::Timestamp) -> String {
    let seconds = now.at.as_second() - at.as_second();
    if seconds < 120 {
        "a moment ago".to_owned()
    } else {
        now.moment(at)
    }
}

const fn participle(tried: Move) -> &'static str {
    match tried {
        Move::Approve => "approved",
        Move::Schedule => "scheduled",
        Move::Reject => "rejected",
        _ => "changed",
    }
}

const fn undone(tried: Move) -> &'static str {
    match tried {
        Move::Settle => "settle",
        _ => "take back",
    }
}

/// A button whose code says nothing (any more).
#[must_use]
pub fn unreadable(why: Unreadable) -> View {
    View::text(match why {
        Unreadable::OtherVersion => {
            "This button is from another version of Lumen. /queue shows the cards as they are now."
        }
        Unreadable::Garbled => "I cannot read this button. /queue shows the cards as they are now.",
    })
}

/// Something went wrong inside; it is in the log.
#[must_use]
pub fn inside() -> UserError {
    UserError::new(
        "Something went wrong on my side; it is in the log.",
        "Nothing was changed.",
    )
}

/// What a button was to use is not there any more.
#[must_use]
pub fn nothing_kept() -> UserError {
    UserError::new(
        "I no longer have the text that this button uses.",
        "/edit #N TEXT takes it once more.",
    )
}

/// An answer that its chat could not be given.
#[must_use]
pub fn unshown() -> UserError {
    UserError::new(
        "What you asked for is done, but I could not show the answer.",
        "The log says why; /status and /queue show how things stand.",
    )
}

/// A command for which no time was left once its turn came.
#[must_use]
pub fn not_begun() -> UserError {
    UserError::new(
        "What was asked here before took too long, so I did not begin this.",
        "Nothing was changed.",
    )
}

/// A command took too long.
#[must_use]
pub fn too_slow() -> UserError {
    UserError::new(
        "That took longer than it may, so I stopped it.",
        "Nothing was changed.",
    )
}

/// One polite line for somebody without a role.
#[must_use]
pub fn stranger(surface: &str, id: &str) -> View {
    let id = shortened(id, 40);
    View::text(format!(
        "This is a team's own assistant. If you belong to the team, send an owner this line:\n/member add {surface}:{id} reviewer"
    ))
}
