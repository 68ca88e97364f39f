//! Posts as they come from a network and as they are kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;

/// A picture (or other file) that a fetched post carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    /// Where the network says it lies: `https://…`, or `sandbox:name.png` for the sandbox's own pictures.
    pub url: String,
    #[serde(default)]
    pub alt: Option<String>,
    #[serde(default)]
    pub mime: Option<String>,
}

/// How often others reacted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub likes: i64,
    pub reposts: i64,
    pub replies: i64,
}

/// One post as a network hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedPost {
    pub network: Network,
    /// The network's own id: unique within the network.
    pub native_id: String,
    /// The author's handle without `@`.
    pub author: String,
    pub text: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// Without `#`, lower case.
    pub tags: Vec<String>,
    /// ISO 639 code, when the network says it; the store fills it in by detection otherwise.
    pub language: Option<String>,
    /// Native id of the post this one answers.
    pub reply_to: Option<String>,
    /// Native id of the post this one quotes.
    pub quote_of: Option<String>,
    /// Native id of the post that this one passes on unchanged. Its text is then that post's, and nobody's own voice.
    pub repost_of: Option<String>,
    pub url: Option<String>,
    pub counts: Counts,
    pub media: Vec<MediaRef>,
    /// The network's own record as JSON, kept so that a later version can read more out of it.
    pub raw: Option<String>,
    /// Written by the brand itself: an example of its voice.
    pub own: bool,
}

/// A post in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub id: PostId,
    pub workspace: WorkspaceId,
    pub fetched_at: Timestamp,
    pub body: FetchedPost,
}

/// What happened to a fetched page when it was stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreCounts {
    pub new: u64,
    pub changed: u64,
    pub known: u64,
    pub removed: u64,
}

impl std::ops::AddAssign for StoreCounts {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.known += other.known;
        self.removed += other.removed;
    }
}

/// More tags than this say nothing about a post. Whoever writes a thousand of them does not make Lumen compare each with all.
pub const MOST_TAGS: usize = 64;

/// The hashtags of a text, in order, without `#`, lower case, each once. A tag of digits alone is a number, not a tag.
#[must_use]
pub fn hashtags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    if !text.contains(['#', '\u{ff03}']) {
        return tags;
    }
    let mut before = None;
    for (at, mark) in text.char_indices() {
        let opens = matches!(mark, '#' | '\u{ff03}')
            && !before.is_some_and(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '&'));
        before = Some(mark);
        if !opens {
            continue;
        }
        if tags.len() == MOST_TAGS {
            break;
        }
        let rest = &text[at + mark.len_utf8()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let tag = rest[..end].to_lowercase();
        if tag.chars().any(|c| !c.is_numeric() && c != '_') && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::hashtags;

    #[test]
    fn hashtags_are_words_after_a_hash_that_stands_free() {
        assert_eq!(
            hashtags(
                "#Coffee at #six_am, not C#sharp, /#route, #12 or #. #Kaffee\u{df}e \u{ff03}朝 #coffee"
            ),
            ["coffee", "six_am", "kaffee\u{df}e", "朝"]
        );
    }
}
