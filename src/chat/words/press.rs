//! What a press is answered with at once, while what it asked for is done.

use crate::chat::press::{DraftVerb, Press};
use crate::domain::action::Action;

/// What stands where an answer will be, until the work is done that it waits for.
#[must_use]
pub const fn working() -> &'static str {
    "Working on it; it comes here when it is done."
}

/// In the thread of a draft, where its network keeps words from Lumen.
#[must_use]
pub const fn cannot_read() -> &'static str {
    "I see that you wrote, but not what: Discord shows me only words that name me or answer me. With Message Content Intent on, in the developer portal on the page Bot, I read all of this thread after a restart."
}

/// `Approving #12.`; none where the answer itself is there as fast.
#[must_use]
pub fn doing(press: Press) -> Option<String> {
    Some(match press {
        Press::Draft { verb, number, .. } => match verb {
            DraftVerb::Approve => format!("Approving {number}."),
            DraftVerb::Image => format!("Making a picture for {number}."),
            DraftVerb::EarlierImage => format!("Taking an earlier picture of {number}."),
            DraftVerb::RedoNow => format!("Writing another version of {number}."),
            DraftVerb::TakeBack => format!("Taking {number} back."),
            DraftVerb::PublishAgain => format!("Publishing {number} again."),
            DraftVerb::ItIsThere => format!("Noting that {number} is there."),
            DraftVerb::NoPicture => format!("Taking the picture off {number}."),
            DraftVerb::SendRest => format!("Sending the rest of {number}."),
            DraftVerb::LeaveIt => format!("Leaving {number} as it is."),
            DraftVerb::Drop => format!("Dropping {number}."),
            DraftVerb::Edit
            | DraftVerb::Redo
            | DraftVerb::Schedule
            | DraftVerb::Reject
            | DraftVerb::Why
            | DraftVerb::EarlierVersion
            | DraftVerb::Show => return None,
        },
        Press::Reject { number, .. } => format!("Rejecting {number}."),
        Press::Act {
            action, sure: true, ..
        } => acting(action).to_owned(),
        Press::Restore {
            number, version, ..
        } => format!("Bringing version {version} of {number} back."),
        Press::Again(_) => "Trying again.".to_owned(),
        Press::Confirm(_) => "Doing it.".to_owned(),
        Press::UndeleteTask(_) => "Bringing it back.".to_owned(),
        Press::WriteDespite(_) => "Writing one all the same.".to_owned(),
        Press::Stop(number) => format!("Stopping the work on {number}."),
        Press::UseText { .. } => "Using that text.".to_owned(),
        Press::Act { sure: false, .. }
        | Press::Talk(_)
        | Press::WriteMyself(_)
        | Press::BetterModel => return None,
    })
}

/// What was pressed, as its button says: `Approve of #12`.
#[must_use]
pub fn pressed(press: Press) -> String {
    match press {
        Press::Draft { verb, number, .. } => format!("{} of {number}", label(verb)),
        Press::Reject { reason, number, .. } => {
            format!("Reject of {number}, {}", reason.label().to_lowercase())
        }
        Press::Act { action, .. } => format!("a {} of a post", action.name()),
        Press::Again(_) | Press::WriteDespite(_) => "Try again".to_owned(),
        Press::Talk(_) => "the answer to a question".to_owned(),
        Press::Restore { number, .. } => format!("an earlier version of {number}"),
        Press::Stop(number) => format!("Stop of {number}"),
        Press::UseText { .. } => "Use your text".to_owned(),
        Press::UndeleteTask(_) => "Undo of a deleted task".to_owned(),
        Press::WriteMyself(_) | Press::Confirm(_) | Press::BetterModel => "a button".to_owned(),
    }
}

const fn label(verb: DraftVerb) -> &'static str {
    match verb {
        DraftVerb::Approve => "Approve",
        DraftVerb::Edit => "Edit",
        DraftVerb::Redo | DraftVerb::RedoNow => "Redo",
        DraftVerb::Image => "Image",
        DraftVerb::EarlierImage => "Earlier image",
        DraftVerb::EarlierVersion => "Earlier version",
        DraftVerb::Schedule => "Schedule",
        DraftVerb::Reject => "Reject",
        DraftVerb::Why => "Why",
        DraftVerb::Show => "Show again",
        DraftVerb::TakeBack => "Take back",
        DraftVerb::PublishAgain => "Publish again",
        DraftVerb::ItIsThere => "It is there",
        DraftVerb::NoPicture => "Remove picture",
        DraftVerb::SendRest => "Send the rest",
        DraftVerb::LeaveIt => "Leave it",
        DraftVerb::Drop => "Drop",
    }
}

const fn acting(action: Action) -> &'static str {
    match action {
        Action::Like => "Liking it.",
        Action::Repost => "Reposting it.",
        Action::Bookmark => "Bookmarking it.",
        Action::Follow => "Following them.",
    }
}
