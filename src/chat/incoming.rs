//! What comes in from a chat, the same for all of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ids::DraftNumber;
use crate::domain::operator::{Identity, RoomAddress};

/// What a network gives out for one answer. Whoever has it can speak as Lumen until it is over, so it is shown nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub String);

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(..)")
    }
}

/// One thing that a person typed or pressed. A front end makes it from its network's update and hands it over; it is
/// written to the inbox before the network is told that it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The network's own id of the update: the same update handed over twice is one.
    pub external_id: String,
    pub room: RoomAddress,
    pub sender: Identity,
    /// How the network names the person.
    pub sender_name: String,
    /// A private chat rather than a group.
    pub private: bool,
    /// What the network gives this person together with others, by its own ids, as it stood when this was said: the roles
    /// of a member of a Discord server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Where the network gives out a way to answer just this: what the front end needs for it. Worth nothing soon after.
    /// Such an answer can be one that nobody else sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
    pub body: Said,
}

impl Incoming {
    /// Whether it can be answered without anybody else seeing it.
    #[must_use]
    pub const fn unseen(&self) -> bool {
        self.private || self.ticket.is_some()
    }
}

/// What came in and is answered now, as its front end knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub external_id: String,
    pub ticket: Option<Ticket>,
    pub at: jiff::Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum Said {
    /// A line or a message.
    Text { text: String },
    /// Words that answer a message of Lumen's.
    Reply {
        text: String,
        to: String,
        /// The draft that the message names at its head, for a card that has moved on since.
        #[serde(default)]
        card: Option<DraftNumber>,
    },
    /// A picture, by the network's own name for its file.
    Picture {
        file: String,
        caption: Option<String>,
        /// The message of Lumen's that it answers.
        to: Option<String>,
        /// The draft that this message names at its head.
        #[serde(default)]
        card: Option<DraftNumber>,
    },
    /// What a message says after somebody changed it; what it said first was taken in already.
    Changed { text: String },
    /// A button: its code, and the message it hangs on.
    Press {
        code: String,
        message: Option<String>,
    },
    /// A form that a button brought up, filled in: the button's code, and the words.
    Filled {
        code: String,
        text: String,
        message: Option<String>,
    },
}
