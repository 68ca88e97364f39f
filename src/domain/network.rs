//! The social networks Lumen knows.

use serde::{Deserialize, Serialize};
use strum::{EnumCount, VariantArray};

use crate::domain::error::UserError;
use crate::domain::limits::{Aspect, Limits, TextLimit, Unit};

/// A network that posts come from or go to. To add one: a variant, its [`Facts`];
/// `.github/CONTRIBUTING.md` lists the other places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumCount, VariantArray)]
pub enum Network {
    /// Lens Protocol v3.
    Lens,
    /// The small network that ships with Lumen and lives in one `SQLite` file.
    Sandbox,
    /// Posts taken in with `lumen import`. Nothing is published there.
    Archive,
}

/// What Lumen knows of a network before it asks it anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The name in commands, in the store and on cards.
    pub name: &'static str,
    /// How people write it.
    pub title: &'static str,
    pub limits: Limits,
    /// Whether a text can go out as several posts, each an answer to the one before it.
    pub has_threads: bool,
    /// Whether posts can go there.
    pub takes_posts: bool,
    /// The shape in which its timelines show a picture whole.
    pub picture: Aspect,
}

const fn graphemes(most: usize) -> TextLimit {
    TextLimit {
        unit: Unit::Graphemes,
        most,
    }
}

const LENS: Facts = Facts {
    name: "lens",
    title: "Lens",
    limits: Limits {
        // The protocol has no bound on a text; this one keeps a mistake from becoming a book.
        text: &[graphemes(50_000)],
        pictures: 10,
        picture_bytes: 8_000_000,
        usual: 600,
    },
    has_threads: true,
    takes_posts: true,
    picture: Aspect::Wide,
};

const SANDBOX: Facts = Facts {
    name: "sandbox",
    title: "Sandbox",
    limits: Limits {
        text: &[
            graphemes(300),
            TextLimit {
                unit: Unit::Bytes,
                most: 3_000,
            },
        ],
        pictures: 4,
        picture_bytes: 2_000_000,
        usual: 300,
    },
    has_threads: false,
    takes_posts: true,
    picture: Aspect::Wide,
};

const ARCHIVE: Facts = Facts {
    name: "archive",
    title: "Archive",
    limits: Limits {
        text: &[graphemes(300)],
        pictures: 0,
        picture_bytes: 0,
        usual: 300,
    },
    has_threads: false,
    takes_posts: false,
    picture: Aspect::Wide,
};

impl Network {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn facts(self) -> &'static Facts {
        match self {
            Self::Lens => &LENS,
            Self::Sandbox => &SANDBOX,
            Self::Archive => &ARCHIVE,
        }
    }

    /// The name in commands, in the store and on cards.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Network {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|network| network.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                UserError::new(
                    format!(
                        "I do not know a network called \u{201c}{}\u{201d}.",
                        crate::domain::error::shortened(text, 40)
                    ),
                    format!("I know {}.", Self::ALL.map(Self::name).join(", ")),
                )
            })
    }
}
