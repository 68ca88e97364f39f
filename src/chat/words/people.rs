//! What people are told on their way in.

use crate::domain::operator::Role;

#[must_use]
pub const fn article(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Reviewer => "a reviewer",
        Role::Editor => "an editor",
        Role::Owner => "an owner",
    }
}

/// The line on stderr with the one-time code.
#[must_use]
pub fn claim_code(chat: &str, code: &str) -> String {
    format!(
        "Nobody on {chat} owns this Lumen yet. Write to the bot in private within 15 minutes: /claim {code}"
    )
}

/// Somebody with a role speaks where no owner has spoken.
#[must_use]
pub const fn closed_room() -> &'static str {
    "I answer in a channel once an owner has spoken to me there. In private I answer you at any time."
}

#[must_use]
pub fn claimed() -> String {
    "You own this Lumen now. /help lists what it does; /member add lets others in; /room makes a group a control room."
        .to_owned()
}

#[must_use]
pub fn wrong_code() -> String {
    "That is not the code. It stands where Lumen was started, on stderr.".to_owned()
}

#[must_use]
pub fn new_code() -> String {
    "That code is over; a new one stands where Lumen was started, on stderr.".to_owned()
}

#[must_use]
pub fn nothing_to_claim() -> String {
    "There is no code to claim with now. An owner lets people in with /member add.".to_owned()
}

#[must_use]
pub fn in_already(role: Role) -> String {
    format!(
        "You are {} here already; the invitation still holds for somebody else.",
        article(role)
    )
}

#[must_use]
pub fn invitation_over() -> String {
    "This invitation is used or over. Ask an owner for another one.".to_owned()
}

#[must_use]
pub fn welcome(name: &str, role: Role) -> String {
    format!(
        "Welcome, {}: you are {} now. /help lists what you can do.",
        super::person(name),
        article(role)
    )
}

/// What an owner is told about a new invitation; the links follow.
#[must_use]
pub fn invitation(whom: &str, role: Role, until: &str) -> String {
    format!(
        "Whoever opens this first, until {until}, comes in as {}. It is meant for {whom}:",
        article(role)
    )
}
