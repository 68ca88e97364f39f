//! Everything that goes out with one post, and its hash. An approval names this hash, so nothing else can be published on it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::network::Network;

/// A picture of a draft. The bytes lie in the media folder under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    pub mime: String,
    pub alt: String,
    /// Set where the picture was drawn from the text it goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote_card: Option<QuoteCard>,
}

/// What a quote card was drawn from. It does not go out, so it is no part of the hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteCard {
    /// SHA-256 of the text, lower-case hex.
    pub text_sha256: String,
    /// The number of its palette; none for the brand's own colours.
    pub palette: Option<u8>,
}

impl QuoteCard {
    /// A card that shows `text`.
    #[must_use]
    pub fn of(text: &str, palette: Option<u8>) -> Self {
        Self {
            text_sha256: hex(&Sha256::digest(text)),
            palette,
        }
    }
}

impl Attachment {
    /// Whether it is a quote card that was drawn from another text than this one.
    #[must_use]
    pub fn shows_other_words(&self, text: &str) -> bool {
        let card = self.quote_card.as_ref();
        card.is_some_and(|card| card.text_sha256 != hex(&Sha256::digest(text)))
    }
}

/// All that goes out: where, as whom, what, and what it answers or quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub network: Network,
    pub account: String,
    pub text: String,
    #[serde(default)]
    pub media: Vec<Attachment>,
    /// Native id of the post this answers.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Native id of the post this quotes.
    #[serde(default)]
    pub quote_of: Option<String>,
}

/// SHA-256 over a [`Content`], lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(pub String);

impl std::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Content {
    /// Whether one of its pictures is a quote card of another text.
    #[must_use]
    pub fn picture_shows_other_words(&self) -> bool {
        let mut media = self.media.iter();
        media.any(|picture| picture.shows_other_words(&self.text))
    }

    /// The hash of every field. Each is written with its length before it, so that no two contents share a byte string.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        let mut hasher = Sha256::new();
        hasher.update(b"lumen content v1\0");
        let mut field = |text: &str| {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        };
        field(self.network.name());
        field(&self.account);
        field(&self.text);
        field(&self.media.len().to_string());
        for picture in &self.media {
            field(&picture.sha256);
            field(&picture.mime);
            field(&picture.alt);
        }
        for target in [&self.reply_to, &self.quote_of] {
            field(if target.is_some() { "1" } else { "0" });
            field(target.as_deref().unwrap_or_default());
        }
        ContentHash(hex(&hasher.finalize()))
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            network: Network::Sandbox,
            account: "roastery".into(),
            text: "Friday at six.".into(),
            media: vec![Attachment {
                sha256: "00".into(),
                mime: "image/png".into(),
                alt: "A cup".into(),
                quote_card: None,
            }],
            reply_to: None,
            quote_of: None,
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let base = content();
        let changes: [fn(&mut Content); 8] = [
            |c| c.network = Network::Archive,
            |c| c.account.push('x'),
            |c| c.text.push('x'),
            |c| c.media.clear(),
            |c| c.media[0].alt.push('x'),
            |c| c.media[0].sha256.push('x'),
            |c| c.reply_to = Some(String::new()),
            |c| c.quote_of = Some(String::new()),
        ];
        for change in changes {
            let mut other = content();
            change(&mut other);
            assert_ne!(base.hash(), other.hash());
        }
        assert_eq!(base.hash(), content().hash());
    }

    #[test]
    fn a_quote_card_belongs_to_one_text_and_other_pictures_to_any() {
        let mut content = content();
        let before = content.hash();
        assert!(!content.picture_shows_other_words());
        content.media[0].quote_card = Some(QuoteCard::of(&content.text, Some(2)));
        assert!(!content.picture_shows_other_words());
        assert_eq!(content.hash(), before, "what it was drawn from stays here");
        content.text.push('!');
        assert!(content.picture_shows_other_words());
        let kept = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&kept).unwrap(), content);
    }
}
