//! How one interaction is answered: what Discord gave with it, as the core keeps it.
//!
//! Worth something for a quarter of an hour, and for nothing but that one answer.

use std::time::Duration;

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

#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Ticket {
    #[must_use]
    pub fn written(&self) -> String {
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
        format!(
            "{kind}:{}:{}:{message}:{}",
            self.application, self.id, self.token
        )
    }

    /// Reads what [`Ticket::written`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, ':');
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
                assert_eq!(Ticket::read(&ticket.written()), Some(ticket));
            }
        }
        for text in ["", "c:1:2:", "c:1:2::", "x:1:2::t", "c:0:2::t"] {
            assert_eq!(Ticket::read(text), None, "{text}");
        }
    }
}
