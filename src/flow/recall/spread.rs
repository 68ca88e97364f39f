//! What is done with a ranking before it is shown: near-copies out, age weighed.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;

use super::Hit;
use crate::index::cleaning::bare_words;
use crate::index::cosine;

/// Two posts whose vectors are this near say the same thing in almost the same words.
const COPY_BY_MEANING: f32 = 0.95;
/// Two posts that share this much of their words are one post sent twice, with another link or greeting.
const COPY_BY_WORDS: f32 = 0.8;
/// However old a post is, it keeps this much of its score: age decides between equals, not against the only answer.
const OLDEST_KEEPS: f64 = 0.3;

/// Takes posts in, best first, until there are enough of them.
pub(super) struct Chosen {
    limit: usize,
    /// No near-copies of one that is in already.
    spread: bool,
    kept: Vec<Kept>,
}

/// One post with what tells copies apart.
struct Kept {
    hit: Hit,
    vector: Option<Vec<f32>>,
    words: HashSet<String>,
}

impl Chosen {
    pub(super) fn new(limit: usize, spread: bool) -> Self {
        Self {
            limit,
            spread,
            kept: Vec::with_capacity(limit),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= self.limit
    }

    pub(super) fn take(&mut self, hit: Hit, vector: Option<Vec<f32>>) {
        if self.is_full() {
            return;
        }
        let words = bare_words(&hit.post.body.text).into_iter().collect();
        let new = Kept { hit, vector, words };
        if !(self.spread && self.kept.iter().any(|other| is_copy(&new, other))) {
            self.kept.push(new);
        }
    }

    pub(super) fn hits(self) -> Vec<Hit> {
        self.kept.into_iter().map(|kept| kept.hit).collect()
    }
}

fn is_copy(one: &Kept, other: &Kept) -> bool {
    if let (Some(a), Some(b)) = (&one.vector, &other.vector)
        && cosine(a, b) >= COPY_BY_MEANING
    {
        return true;
    }
    let shared = one.words.intersection(&other.words).count();
    let all = one.words.len() + other.words.len() - shared;
    all > 0 && share(shared, all) >= COPY_BY_WORDS
}

/// The words of a question or a text, lower case. Where none are set apart, as in Japanese, each character counts as one.
fn words_of(text: &str) -> Vec<String> {
    let bare = bare_words(text);
    let words = bare.iter().flat_map(|word| word.unicode_words());
    words.map(str::to_owned).collect()
}

/// The words of a question, each once.
pub(super) fn asked(question: &str) -> Vec<String> {
    let mut words = words_of(question);
    words.sort_unstable();
    words.dedup();
    words
}

/// How much of what is [`asked`] `text` holds, 0 to 1. Each word counts by its letters: the more often a word is used
/// the shorter it is, in every language (Zipf's law of abbreviation), so that sharing "at" says little.
pub(super) fn coverage(asked: &[String], text: &str) -> f32 {
    let held = words_of(text);
    let (mut found, mut all) = (0, 0);
    for word in asked {
        let letters = word.chars().count();
        all += letters;
        // The index stems words; here the first letters stand for the stem.
        if held.iter().any(|other| same_stem(word, other)) {
            found += letters;
        }
    }
    match all {
        0 => 0.0,
        all => share(found, all),
    }
}

fn same_stem(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    shared >= 4 && shared + 1 >= a.chars().count().min(b.chars().count())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words and letters in a post, far below 2^23"
)]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole as f32
}

/// How much of its score a post keeps that was written `age` before now, when half of what can be lost is lost after
/// `half_life`.
pub(super) fn freshness(written: Timestamp, now: Timestamp, half_life: Duration) -> f32 {
    let age = now.duration_since(written).as_secs_f64().max(0.0);
    let half_lives = age / half_life.as_secs_f64().max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "a number between 0 and 1")]
    let kept = (OLDEST_KEEPS + (1.0 - OLDEST_KEEPS) * 0.5_f64.powf(half_lives)) as f32;
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::recall::tests::post;

    type Given = (Hit, Option<Vec<f32>>);

    fn scored(id: i64, text: &str, vector: Option<[f32; 2]>) -> Given {
        let hit = Hit {
            post: post(id, text),
            score: 1.0,
        };
        (hit, vector.map(|vector| vector.to_vec()))
    }

    fn kept(ranked: Vec<Given>, spread: bool, limit: usize) -> Vec<i64> {
        let mut chosen = Chosen::new(limit, spread);
        for (hit, vector) in ranked {
            chosen.take(hit, vector);
        }
        chosen.hits().iter().map(|hit| hit.post.id.0).collect()
    }

    #[test]
    fn copies_go_by_their_words_and_by_their_meaning() {
        let ranked = vec![
            scored(
                1,
                "Three Ethiopians on the table on Friday https://a.example/1",
                None,
            ),
            scored(
                2,
                "three Ethiopians on the table on Friday! https://a.example/2",
                None,
            ),
            scored(3, "Tea in the morning", Some([1.0, 0.0])),
            scored(4, "A cup of tea to begin the day", Some([0.99, 0.05])),
            scored(5, "Tea at night", Some([0.6, 0.8])),
            scored(6, "https://only.example/link", None),
            scored(7, "https://another.example/link", None),
        ];
        assert_eq!(kept(ranked.clone(), true, 10), [1, 3, 5, 6, 7]);
        assert_eq!(kept(ranked.clone(), true, 2), [1, 3]);
        assert_eq!(kept(ranked, false, 4), [1, 2, 3, 4]);
    }

    #[test]
    fn coverage_is_the_share_of_the_question_that_is_there() {
        let question = asked("taxes coffee mornings coffee");
        assert!((coverage(&question, "Coffees in the morning") - 14.0 / 19.0).abs() < 1e-6);
        let (short, long) = (
            coverage(&asked("at dawn"), "at six"),
            coverage(&asked("at dawn"), "dawn"),
        );
        assert!(short < long);
        assert!(coverage(&question, "nothing of it") < 1e-6);
        assert!(coverage(&[], "x") < 1e-6);
        let morning = asked("朝のコーヒー");
        assert!(coverage(&morning, "毎朝コーヒーを飲みます") > 0.8);
        assert!(coverage(&morning, "夜のお茶") < 0.2);
    }

    #[test]
    fn age_halves_what_can_be_lost_and_never_takes_all() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let day = Duration::from_hours(24);
        let fresh = |written: &str| freshness(written.parse().unwrap(), now, day);
        assert!((fresh("2026-11-22T12:00:00Z") - 1.0).abs() < 1e-6);
        assert!((fresh("2026-11-21T12:00:00Z") - 0.65).abs() < 1e-6);
        assert!(fresh("2010-01-01T00:00:00Z") >= 0.3);
        assert!(
            (fresh("2026-12-24T00:00:00Z") - 1.0).abs() < 1e-6,
            "from the future"
        );
    }
}
