//! What is done with a ranking before it is shown: near-copies out, age weighed.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::Hit;
use super::fusion::Coverage;
use crate::index::cleaning::{bare_words, for_matching};
use crate::index::{IndexError, Word, Words, cosine};

/// Two posts whose vectors are this near say the same thing in almost the same words.
const COPY_BY_MEANING: f32 = 0.95;
/// Two posts that share this much of their words are one post sent twice, with another link or greeting.
const COPY_BY_WORDS: f32 = 0.8;
/// A word of the question that a post has in another form ("mornings" for "morning") counts this much of one that it has as it
/// was asked.
const OTHER_FORM: f32 = 0.5;
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
    all > 0 && number(shared) / number(all) >= COPY_BY_WORDS
}

/// How much of a question a text holds.
pub(super) struct Question {
    taken_apart: Words,
    /// Each once.
    words: Vec<Word>,
}

impl Question {
    pub(super) fn new(question: &str) -> Result<Self, IndexError> {
        let mut taken_apart = Words::new()?;
        let mut words = taken_apart.of(question);
        words.sort_unstable();
        words.dedup();
        Ok(Self { taken_apart, words })
    }

    /// The share of the question that `text` holds, and its length. Each word counts by its letters: the more often a word is used
    /// the shorter it is, in every language (Zipf's law of abbreviation), so that sharing "at" says little.
    pub(super) fn covered_by(&mut self, text: &str) -> Coverage {
        let held = self.taken_apart.of(&for_matching(text));
        let forms: HashSet<&str> = held.iter().map(|word| word.form.as_str()).collect();
        let stems: HashSet<&str> = held.iter().map(|word| word.stem.as_str()).collect();
        let (mut found, mut all) = (0.0, 0.0);
        for word in &self.words {
            let letters = number(word.form.chars().count());
            all += letters;
            found += if forms.contains(word.form.as_str()) {
                letters
            } else if stems.contains(word.stem.as_str()) {
                letters * OTHER_FORM
            } else {
                0.0
            };
        }
        Coverage {
            share: if all > 0.0 { found / all } else { 0.0 },
            words: held.len(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words and letters in a post, far below 2^23"
)]
fn number(count: usize) -> f32 {
    count as f32
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
    fn what_a_text_holds_of_a_question_is_counted_as_the_index_does() {
        let covered =
            |question: &str, text: &str| Question::new(question).unwrap().covered_by(text).share;
        let question = "taxes coffee mornings coffees";
        assert!((covered(question, "Coffee in the #morning") - 13.5 / 26.0).abs() < 1e-6);
        assert!((covered("a car", "Cars and trams") - 1.5 / 4.0).abs() < 1e-6);
        assert!((covered("a car", "A car") - 1.0).abs() < 1e-6);
        assert!((covered("cafe Zürich", "CAFÉ in Zurich") - 1.0).abs() < 1e-6);
        assert!(covered("at dawn", "at six") < covered("at dawn", "dawn"));
        assert!(covered(question, "nothing of it") < 1e-6);
        assert!(covered("", "x") < 1e-6);
        assert!(covered("朝のコーヒー", "毎朝コーヒーを飲みます") > 0.6);
        assert!(covered("朝のコーヒー", "夜のお茶") < 0.3);
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
