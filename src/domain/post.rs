//! Posts as they come from a network and as they are kept.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

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

/// Whether a text repeats another author's words the way people did by hand: `RT @name: …`, or `So true! RT @name: …`.
#[must_use]
pub fn passes_on(text: &str) -> bool {
    static REPOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)^[\s"'\u{201c}]*(?:RT|MT)\b[:\s]*@\w|(?:^|\s)RT\s+@[\w.-]+:"#).ok()
    });
    REPOST.as_ref().is_some_and(|repost| repost.is_match(text))
}

/// The form in which a tag is kept and compared: without `#`, composed, lower case.
#[must_use]
pub fn tag_name(tag: &str) -> String {
    let bare = tag.trim().trim_start_matches(['#', '\u{ff03}']);
    bare.nfc().collect::<String>().to_lowercase()
}

/// What may stand inside a tag besides letters and figures, after the rules of X: joiners that some scripts need between two
/// letters, and points and strokes that belong to words.
const INSIDE_TAGS: &str = "\u{200c}\u{200d}\u{b7}\u{5be}\u{5f3}\u{5f4}\u{f0b}\u{f0c}\u{3003}\u{301c}\u{309b}\u{309c}\u{30a0}\u{30fb}\u{a67e}\u{ff5e}";

/// A letter, a figure, a line below, or a mark, which belongs to the letter before it.
fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || is_combining_mark(letter)
}

/// The hashtags of a text, in order, as [`tag_name`] has them, each once. A tag of digits alone is a number, not a tag.
#[must_use]
pub fn hashtags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    if !text.contains(['#', '\u{ff03}']) {
        return tags;
    }
    let mut before = None;
    for (at, mark) in text.char_indices() {
        let opens = matches!(mark, '#' | '\u{ff03}')
            && !before.is_some_and(|c: char| is_word(c) || matches!(c, '/' | '&'));
        before = Some(mark);
        if !opens {
            continue;
        }
        if tags.len() == MOST_TAGS {
            break;
        }
        let rest = &text[at + mark.len_utf8()..];
        let end = rest
            .find(|c: char| !is_word(c) && !INSIDE_TAGS.contains(c))
            .unwrap_or(rest.len());
        let tag = tag_name(rest[..end].trim_matches(|c| INSIDE_TAGS.contains(c)));
        let begins = tag.chars().next().is_some_and(|c| !is_combining_mark(c));
        if begins && tag.chars().any(char::is_alphabetic) && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::{hashtags, passes_on};

    #[test]
    fn hashtags_are_words_after_a_hash_that_stands_free() {
        assert_eq!(
            hashtags(
                "#Coffee at #six_am, not C#sharp, /#route, #12 or #. #Kaffee\u{df}e \u{ff03}朝 #coffee"
            ),
            ["coffee", "six_am", "kaffee\u{df}e", "朝"]
        );
    }

    #[test]
    fn a_mark_belongs_to_the_letter_before_it() {
        for (text, tags) in [
            ("सुबह #हिन्दी #मसाला_चाय", &["हिन्दी", "मसाला_चाय"][..]),
            ("#தமிழ்", &["தமிழ்"]),
            ("#നന്മ #കവിത", &["നന്മ", "കവിത"]),
            ("#cafe\u{301} and #caf\u{e9}", &["caf\u{e9}"]),
            ("#می\u{200c}خواهم قهوه", &["می\u{200c}خواهم"]),
            ("#เช้านี้", &["เช้านี้"]),
            ("#ខ្មែរ", &["ខ្មែរ"]),
            (
                "#col\u{b7}lecci\u{f3}\u{b7} #ไทย,",
                &["col\u{b7}lecci\u{f3}", "ไทย"],
            ),
            ("x\u{301}#no #\u{301}no #1\u{fe0f}\u{20e3} #2024", &[]),
            ("#वि.", &["वि"]),
        ] {
            assert_eq!(hashtags(text), tags, "{text}");
        }
    }

    #[test]
    fn a_repost_by_hand_is_known_by_its_beginning() {
        for text in [
            "RT @moon_coin: to the moon",
            "rt @a thanks",
            " RT: @b words",
            "\u{201c}RT @c: words\u{201d}",
            "MT @d: shortened",
            "So true! RT @e: words",
        ] {
            assert!(passes_on(text), "{text}");
        }
        for text in [
            "Art @ the gallery",
            "RT if you agree",
            "Please RT @cafe for us",
            "START @ noon",
            "Thanks @f: done",
        ] {
            assert!(!passes_on(text), "{text}");
        }
    }
}
