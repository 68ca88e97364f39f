//! What a brand does with a post of somebody else besides answering it.

use serde::{Deserialize, Serialize};

/// One action. Done once, doing it again changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Like,
    Repost,
    /// Kept for oneself; nobody else sees it.
    Bookmark,
    /// Follows the post's author.
    Follow,
}

impl Action {
    pub const ALL: [Self; 4] = [Self::Like, Self::Repost, Self::Bookmark, Self::Follow];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Repost => "repost",
            Self::Bookmark => "bookmark",
            Self::Follow => "follow",
        }
    }
}
