//! Whether a text states only what was given: its content words are held against topic, persona, posts and wish.
//!
//! A word is content unless it is common: on the list of its language in `common_words.txt`, or in every fiftieth post of
//! the store. To add a language, add its line to that file.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::language;

/// Fewer posts than this say nothing about how common a word is.
const FEWEST_POSTS: usize = 500;

/// A word in one of so many posts is common.
const COMMON_IN: usize = 50;

/// Words with fewer letters carry no content, unless a digit stands in them.
const SHORTEST: usize = 3;

/// The words that are common among stored posts.
#[derive(Debug, Clone, Default)]
pub struct CommonWords(HashSet<String>);

impl CommonWords {
    /// By how many of `posts` each word stands in.
    #[must_use]
    pub fn among<'a>(posts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut total = 0_usize;
        for post in posts {
            total += 1;
            let words: HashSet<String> = post.unicode_words().map(str::to_lowercase).collect();
            for word in words {
                *counts.entry(word).or_default() += 1;
            }
        }
        if total < FEWEST_POSTS {
            return Self::default();
        }
        let often = |(word, count): (String, usize)| (count * COMMON_IN >= total).then_some(word);
        Self(counts.into_iter().filter_map(often).collect())
    }

    fn holds(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// The content words of `text` that nothing in `given` holds, once each, in their order and as they are written.
#[must_use]
pub fn unsupported(text: &str, given: &[&str], common: &CommonWords) -> Vec<String> {
    let known: HashSet<String> = given
        .iter()
        .flat_map(|text| text.unicode_words())
        .map(folded)
        .collect();
    let listed = listed(language::of_topic(text));
    let mut seen = HashSet::new();
    text.split_whitespace()
        .filter(|word| !word.starts_with(['#', '@']) && !word.contains("://"))
        .flat_map(|word| word.unicode_words())
        .filter(|word| {
            let word = folded(word);
            let numeric = word.chars().any(|char| char.is_ascii_digit());
            let light = word.chars().count() < SHORTEST
                || listed.contains(word.as_str())
                || common.holds(&word);
            if numeric {
                return !known.contains(&word) && seen.insert(word);
            }
            !light && !known.iter().any(|given| same_stem(given, &word)) && seen.insert(word)
        })
        .map(str::to_owned)
        .collect()
}

/// The common words of a language; those of all known ones where it could not be told.
fn listed(language: Option<&str>) -> HashSet<&'static str> {
    static LISTS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
        let lines = include_str!("common_words.txt").lines();
        lines
            .filter_map(|line| line.split_once(' '))
            .map(|(code, words)| (code, words.split(' ').collect()))
            .collect()
    });
    match language.and_then(|code| LISTS.get(code)) {
        Some(words) => words.clone(),
        None => LISTS.values().flatten().copied().collect(),
    }
}

/// Lower case, without what stands behind an apostrophe: "Anna's" is "anna", "we'll" is "we".
fn folded(word: &str) -> String {
    let word = word.to_lowercase().replace('\u{2019}', "'");
    word.split('\'').next().unwrap_or_default().to_owned()
}

/// Whether two words are forms of one: "taste" and "tasting", "Hund" and "Hunde". Short words only gain an ending.
fn same_stem(one: &str, other: &str) -> bool {
    const LONGEST_ENDING: usize = 3;
    const SHORTEST_STEM: usize = 4;
    if one == other {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shared = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (left, right) = (one.len() - shared, other.len() - shared);
    let (short, long) = (left.min(right), left.max(right));
    if shared < SHORTEST_STEM {
        return shared >= SHORTEST - 1 && short == 0 && long == 1;
    }
    long <= LONGEST_ENDING && short < LONGEST_ENDING
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "our Friday tasting with Anna is at 6";

    fn added(text: &str) -> Vec<String> {
        unsupported(text, &[TOPIC], &CommonWords::default())
    }

    #[test]
    fn what_was_given_and_what_is_common_is_no_statement_and_the_rest_is() {
        assert_eq!(
            added("Our Friday tasting with Anna is at 6. Come and taste with us."),
            Vec::<String>::new()
        );
        assert_eq!(
            added("Anna's tastings on Friday, we would love to see you there."),
            Vec::<String>::new()
        );
        assert_eq!(
            added("You can book a table at any time."),
            ["book", "table"]
        );
        assert_eq!(added("The tasting is at 7 on Saturday."), ["7", "Saturday"]);
        assert_eq!(added("It is free for families."), ["free", "families"]);
    }

    #[test]
    fn other_languages_have_their_own_common_words() {
        let given = ["Morgen gibt es Pflaumenkuchen"];
        let common = CommonWords::default();
        assert_eq!(
            unsupported(
                "Morgen gibt es Pflaumenkuchen, wir freuen uns auf euch.",
                &given,
                &common
            ),
            Vec::<String>::new()
        );
        assert_eq!(
            unsupported("Morgen gibt es Pflaumenkuchen mit Sahne.", &given, &common),
            ["Sahne"]
        );
    }

    #[test]
    fn what_stands_in_every_fiftieth_post_is_common() {
        let posts: Vec<String> = (0..600)
            .map(|n| {
                if n % 40 == 0 {
                    "fresh beans".to_owned()
                } else {
                    format!("post {n}")
                }
            })
            .collect();
        let common = CommonWords::among(posts.iter().map(String::as_str));
        assert_eq!(
            unsupported("The fresh beans of Greta.", &[""], &common),
            ["Greta"]
        );
    }
}
