//! What is fetched.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::error::{UserError, shortened};
use crate::domain::ids::SourceId;
use crate::domain::names;
use crate::domain::network::Network;
use crate::domain::post::tag_name;
use crate::domain::schedule::Schedule;

/// The part of a network that a source follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "what", rename_all = "lowercase")]
pub enum Selector {
    /// Everything the network shows.
    All,
    /// One author's posts; the handle without `@`.
    Author(String),
    /// Posts with a tag; without `#`, lower case.
    Tag(String),
    /// The network's own search.
    Search(String),
    /// Answers to what Lumen published.
    Replies,
    /// One of the network's feeds, by its address.
    Feed(String),
    /// What was said to one post: comments and quotes; its native id or its address.
    Post(String),
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Author(handle) => write!(f, "@{handle}"),
            Self::Tag(tag) => write!(f, "#{tag}"),
            Self::Search(words) => write!(f, "\u{201c}{words}\u{201d}"),
            Self::Replies => f.write_str("replies"),
            Self::Feed(address) => write!(f, "feed:{address}"),
            Self::Post(id) => write!(f, "post:{id}"),
        }
    }
}

impl Selector {
    /// Whether both follow the same: an author is the same whatever the capitals of the name.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Author(one), Self::Author(other)) => names::same(one, other),
            _ => self == other,
        }
    }
}

impl std::str::FromStr for Selector {
    type Err = UserError;

    /// Reads `all`, `replies` (phones begin them with a capital), `@handle`, `#tag`, `feed:ADDRESS`, `post:ID`; anything else
    /// is a search.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text
            .trim()
            .trim_matches(['"', '\u{201c}', '\u{201d}'])
            .trim();
        let named = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        match text {
            "" => Err(UserError::new(
                "Say what to fetch.",
                "Name an author (@handle), a tag (#tag), some words, replies, or all.",
            )),
            _ if text.eq_ignore_ascii_case("all") => Ok(Self::All),
            _ if text.eq_ignore_ascii_case("replies") => Ok(Self::Replies),
            _ if text.strip_prefix("feed:").is_some_and(named) => {
                Ok(Self::Feed(text["feed:".len()..].to_owned()))
            }
            _ if text.strip_prefix("post:").is_some_and(named) => {
                Ok(Self::Post(text["post:".len()..].to_owned()))
            }
            _ => match (text.strip_prefix('@'), text.strip_prefix('#')) {
                (Some(handle), _) if named(handle) => Ok(Self::Author(handle.to_owned())),
                (_, Some(tag)) if named(tag) => Ok(Self::Tag(tag_name(tag))),
                (None, None) if text.chars().count() <= 200 => Ok(Self::Search(text.to_owned())),
                _ => Err(UserError::new(
                    format!("I cannot follow \u{201c}{}\u{201d}.", shortened(text, 40)),
                    "Name an author (@handle), a tag (#tag), up to 200 characters of search words, replies, or all.",
                )),
            },
        }
    }
}

/// A followed part of a network with its place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: SourceId,
    pub network: Network,
    pub selector: Selector,
    /// What it brings is the brand's own voice.
    pub own: bool,
    pub schedule: Option<Schedule>,
    pub next_run_at: Option<Timestamp>,
    pub paused: bool,
    /// Where an unfinished fetch goes on; none when the last one reached known posts.
    pub cursor: Option<String>,
    pub last_fetched_at: Option<Timestamp>,
    /// What went wrong last, in words for people.
    pub last_error: Option<String>,
}

impl Source {
    /// The name people use: `sandbox all`, `lens @handle`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.network, self.selector)
    }
}
