//! Names of people, compared.

use unicode_normalization::UnicodeNormalization as _;

/// The form of a name that is equal for all its spellings: composed, and without regard to capitals in any script.
///
/// Up and down again letter by letter, as Unicode folds case: `STRASSE` is `Straße`, and a sigma at the end is any other.
#[must_use]
pub fn folded(name: &str) -> String {
    let composed = name.trim().trim_start_matches('@').nfc();
    composed
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfc()
        .collect()
}

/// Whether two names are the same but for capitals.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn names_are_the_same_whatever_their_capitals() {
        for (one, other) in [
            ("MÜLLER", "müller"),
            ("@Mu\u{308}ller", "müller"),
            ("STRASSE", "straße"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("КАФЕ", "кафе"),
            ("ＡＢＣ", "ａｂｃ"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        for (one, other) in [("müller", "muller"), ("a", "b"), ("", "a")] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
