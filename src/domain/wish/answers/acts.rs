//! What a guidance orders to do ("thank her", "entschuldige dich", "dale las gracias"), and the sentence that does it.
//!
//! A row is a pattern for the whole order and what is written for it. `$what` is what the pattern caught. A row that
//! begins with `>` is read once more as an order or a statement; an empty one is a manner, with nothing to say in it;
//! [`UNSAID`] asks for words that have not been given.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{english, german, spanish};

/// What the order needs has to be made up.
pub(super) const UNSAID: &str = "?";

/// Rows of one language: a pattern, and what is written.
pub(super) type Table = &'static [(&'static str, &'static str)];

/// Parts of patterns, by name.
pub(super) type Groups = &'static [(&'static str, &'static str)];

/// A language's orders.
pub(super) struct Acts {
    pub code: &'static str,
    rows: Vec<(Regex, &'static str)>,
}

/// What an order comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// Publishable words.
    Said(String),
    /// To be read once more.
    Again(String),
    /// How to write, with nothing to write in it.
    Manner,
    /// Asks for words that were not given.
    Unsaid,
}

/// English first: its words are the least like the others'.
pub(super) fn all() -> &'static [Acts] {
    static ALL: LazyLock<Vec<Acts>> = LazyLock::new(|| {
        [
            ("en", english::ACTS, english::GROUPS),
            ("de", german::ACTS, german::GROUPS),
            ("es", spanish::ACTS, spanish::GROUPS),
        ]
        .into_iter()
        .map(|(code, table, groups)| Acts {
            code,
            rows: table
                .iter()
                .filter_map(|(pattern, said)| Some((compiled(pattern, groups)?, *said)))
                .collect(),
        })
        .collect()
    });
    &ALL
}

/// A pattern for the whole of an order, its named parts filled in.
pub(super) fn compiled(pattern: &str, groups: Groups) -> Option<Regex> {
    let mut pattern = format!("(?i)^(?:{pattern})$");
    for (name, group) in groups {
        // A name may stand once in a pattern; the first place keeps it.
        pattern = pattern
            .replacen(name, group, 1)
            .replace(name, &group.replace("?P<who>", "?:"));
    }
    Regex::new(&pattern).ok()
}

impl Acts {
    /// What `order` comes to; none where it is no order.
    pub fn done(&self, order: &str) -> Option<Done> {
        let (found, said) = self
            .rows
            .iter()
            .find_map(|(pattern, said)| Some((pattern.captures(order)?, *said)))?;
        Some(match said {
            "" => Done::Manner,
            UNSAID => Done::Unsaid,
            again if again.starts_with('>') => Done::Again(filled(&again[1..], &found)),
            said => Done::Said(filled(said, &found)),
        })
    }
}

/// `said` with what the pattern caught. "$dir" and "$dich" are German for the one or the several who are answered,
/// "$le" the Spanish.
fn filled(said: &str, found: &Captures<'_>) -> String {
    let several = found.name("who").is_some_and(|who| {
        matches!(
            who.as_str().to_lowercase().as_str(),
            "ihnen" | "allen" | "euch" | "les" | "los" | "las"
        )
    });
    let (dir, dich, le) = if several {
        ("euch", "euch", "les")
    } else {
        ("dir", "dich", "le")
    };
    let said = said
        .replace("$dir", dir)
        .replace("$dich", dich)
        .replace("$Le", &super::super::capitalised(le))
        .replace("$le", le);
    let mut text = String::new();
    found.expand(&said, &mut text);
    if let Some(name) = found.name("name") {
        text = text.replacen(name.as_str(), &named(name.as_str()), 1);
    }
    text.trim().to_owned()
}

/// A name typed small; a role or a place stays small.
fn named(word: &str) -> String {
    const ROLES: [&str; 40] = [
        "staff",
        "management",
        "kitchen",
        "chef",
        "team",
        "reception",
        "everyone",
        "all",
        "him",
        "her",
        "them",
        "head",
        "crew",
        "accounts",
        "hr",
        "sales",
        "support",
        "service",
        "küche",
        "alle",
        "allen",
        "leitung",
        "todos",
        "cocina",
        "recepción",
        "recepcion",
        "the",
        "our",
        "die",
        "den",
        "das",
        "der",
        "el",
        "la",
        "los",
        "las",
        "nuestro",
        "nuestra",
        "unser",
        "unsere",
    ];
    if ROLES.contains(&word.to_lowercase().as_str()) {
        word.to_owned()
    } else {
        super::super::capitalised(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{english, german, spanish};

    #[test]
    fn every_pattern_compiles() {
        let tables = [english::ACTS, german::ACTS, spanish::ACTS];
        for (acts, table) in super::all().iter().zip(tables) {
            assert_eq!(acts.rows.len(), table.len(), "{}", acts.code);
        }
    }
}
