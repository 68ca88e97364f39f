//! How networks count, and what they take.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::network::Network;

/// What a network counts when it measures a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Extended grapheme clusters: what a person sees as one character.
    Graphemes,
    /// UTF-16 code units, as Telegram does.
    Utf16,
    /// UTF-8 bytes.
    Bytes,
    /// Unicode scalar values.
    Scalars,
}

impl Unit {
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Graphemes => text.graphemes(true).count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
            Self::Scalars => text.chars().count(),
        }
    }
}

/// One bound on a text. A network may have several (Bluesky: 300 graphemes and 3,000 bytes); all hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimit {
    pub unit: Unit,
    pub most: usize,
}

/// What a network takes in one post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The first is the one shown on cards.
    pub text: &'static [TextLimit],
    pub pictures: usize,
    pub picture_bytes: u64,
    /// What a post usually has, in characters: what a model is asked for.
    pub usual: usize,
}

impl Limits {
    /// The limits of `network`.
    #[must_use]
    pub const fn of(network: Network) -> &'static Self {
        &network.facts().limits
    }

    /// How long `text` is and how long it may be, by the limit that is nearest to being broken.
    #[must_use]
    pub fn measure(&self, text: &str) -> Length {
        self.text
            .iter()
            .map(|limit| Length {
                used: limit.unit.count(text),
                most: limit.most,
            })
            .max_by(|a, b| (a.used * b.most).cmp(&(b.used * a.most)))
            .unwrap_or(Length {
                used: 0,
                most: usize::MAX,
            })
    }
}

/// Width to height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    Square,
    /// 3:2, as most timelines show a picture.
    Wide,
    /// 2:3
    Tall,
}

impl Aspect {
    #[must_use]
    pub const fn ratio(self) -> &'static str {
        match self {
            Self::Square => "1:1",
            Self::Wide => "3:2",
            Self::Tall => "2:3",
        }
    }
}

/// A measured text: `98 of 300`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub used: usize,
    pub most: usize,
}

impl Length {
    #[must_use]
    pub const fn fits(self) -> bool {
        self.used <= self.most
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.used, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_counts_its_own_way() {
        let family = "👨‍👩‍👧é";
        assert_eq!(Unit::Graphemes.count(family), 2);
        assert_eq!(Unit::Utf16.count(family), 9);
        assert_eq!(Unit::Bytes.count(family), 20);
        assert_eq!(Unit::Scalars.count(family), 6);
    }

    #[test]
    fn the_limit_nearest_to_breaking_is_reported() {
        let limits = Limits::of(Network::Sandbox);
        assert_eq!(limits.measure("abc"), Length { used: 3, most: 300 });
        let heavy = "👨‍👩‍👧‍👦".repeat(200);
        let length = limits.measure(&heavy);
        assert_eq!(
            length,
            Length {
                used: 5_000,
                most: 3_000
            }
        );
        assert!(!length.fits());
    }
}
