//! The social networks Lumen knows.

use serde::{Deserialize, Serialize};

use crate::domain::error::UserError;

/// A network that posts come from or go to. To add one: a variant, its place in [`Network::ALL`], its name;
/// `.github/CONTRIBUTING.md` lists the other places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Lens Protocol v3.
    Lens,
    /// The small network that ships with Lumen and lives in one `SQLite` file.
    Sandbox,
    /// Posts taken in with `lumen import`. Nothing is published there.
    Archive,
}

impl Network {
    pub const ALL: [Self; 3] = [Self::Lens, Self::Sandbox, Self::Archive];

    /// The name in commands, in the store and on cards.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lens => "lens",
            Self::Sandbox => "sandbox",
            Self::Archive => "archive",
        }
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
