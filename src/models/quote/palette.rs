//! The colours of a card.

use sha2::{Digest as _, Sha256};

/// Ground, letters, and an accent, as SVG writes them. Letters on their ground have a contrast of 7 and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// One of them, by the text: pressed again, it looks another way. The work's name ends with the number of pictures
    /// before it, so that two after each other never look alike.
    pub(super) fn by_turns(text: &str, key: &str) -> Self {
        let digits = key
            .rfind(|c: char| !c.is_ascii_digit())
            .map_or(key, |at| &key[at + 1..]);
        let hash = Sha256::digest(text);
        let turn = digits.parse::<usize>().unwrap_or(0) % ALL.len();
        ALL[(usize::from(hash[0]) + turn) % ALL.len()]
    }
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
            let palette =
                |turn: i32| Palette::by_turns("Friday", &format!("paint:1:{turn}:{turn}"));
            assert_ne!(palette(turn), palette(turn + 1));
        }
    }
}
