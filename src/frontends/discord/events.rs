//! Discord's events to what the control room takes in. Pure.

mod interactions;
mod messages;
#[cfg(test)]
mod tests;

use super::ticket::Ticket;
use crate::chat::catalogue::{Command, Opt};
use crate::chat::incoming::Incoming;
use crate::domain::error::shortened;
use crate::domain::operator::{Identity, RoomAddress, Surface};

pub use interactions::asked;
pub use messages::{is_addressed, said};

/// What an event is for Lumen.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Something to be answered, with how.
    Asked(Incoming, Ticket),
    /// Words without an interaction.
    Said(Incoming),
    /// Somebody types an option of a command, and wants to be shown what it could be.
    Typing(Typing),
    /// Words that were meant, and that Discord does not show.
    Unread(Unread),
    Nothing,
}

/// An option while it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typing {
    pub command: Command,
    pub option: &'static Opt,
    /// What stands in it so far.
    pub typed: String,
    pub sender: Identity,
    pub groups: Vec<String>,
    /// The server it is typed in.
    pub guild: Option<u64>,
    /// How the suggestions are handed over.
    pub ticket: Ticket,
}

/// Who wrote something that cannot be read, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    pub channel: u64,
    pub sender: Identity,
    pub groups: Vec<String>,
}

/// A thread is a channel of its own on Discord.
pub fn room(channel: u64) -> RoomAddress {
    RoomAddress {
        surface: Surface::Discord,
        chat: channel.to_string(),
        thread: None,
    }
}

fn identity(id: u64) -> Identity {
    Identity {
        surface: Surface::Discord,
        external_id: id.to_string(),
    }
}

/// What a person is called: their own choice, so it must not pass for Lumen or for a rule.
fn name(name: &str) -> String {
    let name = shortened(name.trim_start_matches('@'), 40);
    match name.to_lowercase() {
        lower if lower.is_empty() => "somebody".to_owned(),
        lower if lower == "lumen" || lower.starts_with("rule ") => format!("user {name}"),
        _ => name,
    }
}
