//! People, what they may do, and where they speak.

use serde::{Deserialize, Serialize};
use strum::{EnumCount, EnumString, IntoStaticStr, VariantArray};

use crate::domain::ids::{OperatorId, RoomId};

/// A chat program. The terminal is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Surface {
    Terminal,
    Telegram,
    Discord,
}

impl Surface {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What a person may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Approves, schedules a draft, rejects, edits, asks for another version.
    Reviewer,
    /// Drafts, tasks, sources, persona.
    Editor,
    /// Everything.
    Owner,
}

impl Role {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A person's name on one chat network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    pub surface: Surface,
    /// The network's own id of the person; `local` for whoever sits at the terminal.
    pub external_id: String,
}

impl std::fmt::Display for Identity {
    /// `telegram:1001`, as it is typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.surface.name(), self.external_id)
    }
}

/// Whether `name` is an identity such as `telegram:1001`, standing in for the name of a person who has not written yet.
#[must_use]
pub fn is_identity(name: &str) -> bool {
    name.split_once(':').is_some_and(|(surface, id)| {
        Surface::from_name(surface).is_some()
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Something that a chat network gives to several of its people, by the network's own id: a Discord role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    pub surface: Surface,
    pub external_id: String,
}

/// A person with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    /// How cards name them, with `@`.
    pub name: String,
    pub role: Role,
}

/// Where a chat is: a Telegram chat with its topic, a Discord channel, the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoomAddress {
    pub surface: Surface,
    /// The network's chat or channel id; `local` for the terminal.
    pub chat: String,
    /// The forum topic or thread within it.
    pub thread: Option<String>,
}

impl RoomAddress {
    /// The terminal that Lumen was started in.
    #[must_use]
    pub fn terminal() -> Self {
        Self {
            surface: Surface::Terminal,
            chat: "local".to_owned(),
            thread: None,
        }
    }
}

/// Whether each draft has a thread of its own under its card in a room.
#[derive(EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Threads {
    #[default]
    Off,
    On,
    /// Wanted, and the network did not let Lumen open one.
    Refused,
}

impl Threads {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A chat Lumen answers in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub id: RoomId,
    pub address: RoomAddress,
    /// A standing control room gets every card; others get the cards asked for there.
    pub standing: bool,
}
