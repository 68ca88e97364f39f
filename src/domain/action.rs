//! What a brand does with a post of somebody else besides answering it.

use serde::{Deserialize, Serialize};
use strum::{EnumCount, IntoStaticStr, VariantArray};

/// One action. Done once, doing it again changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Action {
    Like,
    Repost,
    /// Kept for oneself; nobody else sees it.
    Bookmark,
    /// Follows the post's author.
    Follow,
}

impl Action {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}
