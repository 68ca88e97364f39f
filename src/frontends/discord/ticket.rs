//! How one interaction is answered: what Discord gave with it, as the core keeps it.
//!
//! Worth something for a quarter of an hour, and for nothing but that one answer.

use std::fmt;
use std::time::Duration;

use crate::chat::incoming;

/// Discord takes an interaction's token this long; a little less, so that a call still arrives.
pub const LIVES: Duration = Duration::from_secs(14 * 60 + 30);

/// What kind of interaction it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its answer is a message of its own.
    Command,
    /// A button, a choice or a form: the message it hangs on is there.
    Press,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    pub kind: Kind,
    /// The first answer, or the message that was pressed, is seen by this person alone.
    pub hidden: bool,
    pub application: u64,
    pub id: u64,
    pub token: String,
    /// The message that was pressed.
    pub message: Option<u64>,
}

impl fmt::Debug for Ticket {
    /// Without the token: with it anybody could answer in Lumen's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("kind", &self.kind)
            .field("hidden", &self.hidden)
            .field("id", &self.id)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl Ticket {
    #[must_use]
    pub fn written(&self) -> incoming::Ticket {
        let kind = match (self.kind, self.hidden) {
            (Kind::Command, false) => "c",
            (Kind::Command, true) => "C",
            (Kind::Press, false) => "p",
            (Kind::Press, true) => "P",
        };
        let message = self
            .message
            .map(|message| message.to_string())
            .unwrap_or_default();
        incoming::Ticket(format!(
            "{kind}:{}:{}:{message}:{}",
            self.application, self.id, self.token
        ))
    }

    /// Reads what [`Ticket::written`] wrote.
    #[must_use]
    pub fn read(ticket: &incoming::Ticket) -> Option<Self> {
        let mut parts = ticket.0.splitn(5, ':');
        let (kind, hidden) = match parts.next()? {
            "c" => (Kind::Command, false),
            "C" => (Kind::Command, true),
            "p" => (Kind::Press, false),
            "P" => (Kind::Press, true),
            _ => return None,
        };
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let (application, id) = (number(parts.next()?)?, number(parts.next()?)?);
        let message = number(parts.next()?);
        let token = parts.next().filter(|token| !token.is_empty())?.to_owned();
        Some(Self {
            kind,
            hidden,
            application,
            id,
            token,
            message,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for kind in [Kind::Command, Kind::Press] {
            for hidden in [false, true] {
                let ticket = Ticket {
                    kind,
                    hidden,
                    application: 1,
                    id: 2,
                    token: "a:b".into(),
                    message: hidden.then_some(9),
                };
                assert!(!format!("{ticket:?} {:?}", ticket.written()).contains("a:b"));
                assert_eq!(Ticket::read(&ticket.written()), Some(ticket));
            }
        }
        for text in ["", "c:1:2:", "c:1:2::", "x:1:2::t", "c:0:2::t"] {
            let ticket = incoming::Ticket(text.to_owned());
            assert_eq!(Ticket::read(&ticket), None, "{text}");
        }
    }
}
