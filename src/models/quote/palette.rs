//! The colours of a card.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Ground, letters, and an accent, as SVG writes them. Letters on their ground have a contrast of 7 and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Palette<'a> {
    pub(super) ground: &'a str,
    pub(super) letters: &'a str,
    pub(super) accent: &'a str,
}

const ALL: [Palette<'static>; 6] = [
    Palette {
        ground: "#f6f1e7",
        letters: "#2b2420",
        accent: "#b5562f",
    },
    Palette {
        ground: "#16302b",
        letters: "#f3efe4",
        accent: "#d9a441",
    },
    Palette {
        ground: "#1e2a44",
        letters: "#f2f4f8",
        accent: "#e07a5f",
    },
    Palette {
        ground: "#e8efe9",
        letters: "#1f3327",
        accent: "#3f7d58",
    },
    Palette {
        ground: "#3a1f2b",
        letters: "#fbeee6",
        accent: "#e2a3b5",
    },
    Palette {
        ground: "#eef1f6",
        letters: "#1c2333",
        accent: "#3d5a98",
    },
];

/// What each of them is called, in the order of [`ALL`].
const NAMES: [&[&str]; 6] = [
    &["light", "cream", "beige", "warm"],
    &["dark", "green"],
    &["dark", "blue", "navy"],
    &["light", "green"],
    &["dark", "burgundy", "wine", "plum"],
    &["light", "blue", "grey", "gray"],
];

/// Words around a colour that ask for nothing more.
const AROUND: [&str; 26] = [
    "a",
    "an",
    "the",
    "on",
    "in",
    "with",
    "of",
    "and",
    "it",
    "make",
    "please",
    "one",
    "card",
    "quote",
    "picture",
    "background",
    "ground",
    "colour",
    "color",
    "colours",
    "colors",
    "another",
    "other",
    "different",
    "new",
    "more",
];

impl<'a> Palette<'a> {
    /// The brand's own colours, where it has three.
    pub(super) fn own(colours: &'a [String]) -> Option<Self> {
        let [ground, letters, accent] = colours else {
            return None;
        };
        Some(Self {
            ground,
            letters,
            accent,
        })
    }

    /// None: there are not so many.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        ALL.get(usize::from(number)).copied()
    }

    pub(super) const fn first() -> Self {
        ALL[0]
    }
}

/// The number of one of `among`, by the text: pressed again, it looks another way. The work's name ends with the number of
/// pictures before it, so that two after each other never look alike.
pub(super) fn by_turns(among: &[u8], text: &str, key: &str) -> u8 {
    let digits = key
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(key, |at| &key[at + 1..]);
    let turn = digits.parse::<usize>().unwrap_or(0);
    let first = usize::from(Sha256::digest(text)[0]);
    let count = among.len().max(1);
    among
        .get((first % count + turn % count) % count)
        .copied()
        .unwrap_or(0)
}

/// The numbers of all.
pub(super) const EVERY: [u8; 6] = [0, 1, 2, 3, 4, 5];

/// The palettes that a wish is about, such as `on dark blue`. None: it asks for something that no palette is.
pub(super) fn wished(wish: &str) -> Option<Vec<u8>> {
    let mut left = EVERY.to_vec();
    let wish = wish.to_lowercase();
    let words = wish.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty() && !AROUND.contains(word)) {
        left.retain(|number| NAMES[usize::from(*number)].contains(&word));
    }
    (!left.is_empty()).then_some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as the accessibility guidelines have it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn every_palette_can_be_read() {
        for palette in ALL {
            let (a, b) = (luminance(palette.ground), luminance(palette.letters));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 7.0, "{palette:?}: {contrast}");
        }
    }

    #[test]
    fn the_next_one_looks_another_way() {
        for turn in 1..20 {
            let palette = |turn: i32| by_turns(&EVERY, "Friday", &format!("paint:1:{turn}:{turn}"));
            assert_ne!(palette(turn), palette(turn + 1));
        }
    }

    #[test]
    fn a_wish_for_a_colour_is_met_and_any_other_is_not() {
        assert_eq!(EVERY.len(), ALL.len());
        assert_eq!(wished("on dark blue, please"), Some(vec![2]));
        assert_eq!(wished("Green"), Some(vec![1, 3]));
        assert_eq!(wished("another colour"), Some(EVERY.to_vec()));
        for wish in [
            "a tired oven",
            "blue and green",
            "dark cream",
            "a blue oven",
        ] {
            assert_eq!(wished(wish), None, "{wish}");
        }
    }
}
