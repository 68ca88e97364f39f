//! What people are told on their way in, and about who they are.

use super::person;
use crate::domain::error::UserError;
use crate::domain::ids::InvitationId;
use crate::domain::operator::{Group, Identity, Operator, Role, Surface};

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

/// The person's role was lowered while their command was carried out.
#[must_use]
pub fn role_changed(now: Option<Role>) -> UserError {
    let what = match now {
        Some(role) => format!("You are {} since a moment ago.", article(role)),
        None => "You have no role here any more.".to_owned(),
    };
    UserError::new(what, "Nothing was changed.")
}

/// A word of an invitation was typed where others read it.
#[must_use]
pub const fn word_burnt(links: bool) -> &'static str {
    if links {
        "Others can read this, so that code is over. Make a new one, and type it in a private chat with me."
    } else {
        "Others can read this, so that invitation is over. Ask an owner for another one, and open it in a private chat with me."
    }
}

/// The one-time code of an owner was typed where others read it.
#[must_use]
pub const fn claim_burnt() -> &'static str {
    "Others can read this, so that code is over. A new one stands where Lumen was started, on stderr; type it in a private chat with me."
}

/// Stands in the store in place of an answer with a word that lets people in.
#[must_use]
pub const fn shown_once() -> &'static str {
    "That word is shown once and kept nowhere. If you do not have it, make another one."
}

/// `invitation 3 by @mira, until Sun 29 Nov, 21:00 Berlin; …`: an open invitation in the list of members.
#[must_use]
pub fn open_invitation(id: InvitationId, by: &str, until: &str) -> String {
    format!(
        "invitation {id} by {}, until {until}; /member revoke {id} ends it",
        person(by)
    )
}

/// Somebody known uses a word that nobody can use any more.
#[must_use]
pub fn over_but_in(role: Role) -> String {
    format!(
        "This is used or over. You are {} here already.",
        article(role)
    )
}

#[must_use]
pub fn welcome(name: &str, role: Role) -> String {
    format!(
        "Welcome, {}: you are {} now. /help lists what you can do.",
        person(name),
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

/// `discord:4711`, as it is typed.
#[must_use]
pub fn identity(identity: &Identity) -> String {
    identity.to_string()
}

/// `discord-role:777`, as it is typed.
#[must_use]
pub fn group(group: &Group) -> String {
    format!("{}-role:{}", group.surface.name(), group.external_id)
}

/// Who has a role by such a group, in the list of members.
#[must_use]
pub fn whoever_has(group: &Group) -> String {
    match group.surface {
        Surface::Discord => "everybody with this Discord role".to_owned(),
        Surface::Telegram | Surface::Terminal => "everybody in it".to_owned(),
    }
}

/// A code for another chat; the ways to use it follow.
#[must_use]
pub fn link_code(until: &str) -> String {
    format!(
        "Use this once in your other chat, until {until}, and you are the same person there. It is for nobody else:"
    )
}

/// What `/member link` says about the code below the ways to use it.
#[must_use]
pub fn link_advice(word: &str) -> String {
    format!("There, and at the terminal, this works too: /member link {word}")
}

/// Somebody is known by another name from now on; before, they were nobody here or somebody else.
#[must_use]
pub fn linked(now: &Operator, before: Option<&Operator>) -> String {
    let name = person(&now.name);
    let are = format!(
        "From now on you are {name}, {}, in this chat too.",
        article(now.role)
    );
    match before {
        Some(before) => format!(
            "{are} Until now you were {}, {}. /member unlink undoes the link.",
            person(&before.name),
            article(before.role)
        ),
        None => format!("{are} /member unlink undoes it."),
    }
}

/// The same in the log, behind the person's name.
#[must_use]
pub fn link_log(name: &Identity, before: Option<&Operator>) -> String {
    match before {
        Some(before) => format!(
            "is {} too, until now {}, {}",
            identity(name),
            person(&before.name),
            article(before.role)
        ),
        None => format!("is {} too", identity(name)),
    }
}

#[must_use]
pub fn linked_already(now: &Operator) -> String {
    format!(
        "I know you as {} here already. Use the code in your other chat.",
        person(&now.name)
    )
}

/// An owner types the code of somebody who is not.
#[must_use]
pub fn no_less_than_owner(other: &Operator) -> String {
    format!(
        "You are an owner here, and the code is {}'s, {}: you would own this no longer. Type /member link here, and use that code there.",
        person(&other.name),
        article(other.role)
    )
}
