//! Makes one ranking of two: near in meaning, and the same words.

use std::collections::HashMap;

use crate::index::Found;

/// How the two halves are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The weight of words where a post holds the whole question. It falls with the share that the fullest post holds; meaning
    /// gets the rest of 1.
    pub words: f32,
    /// Below this cosine a post that shares no word with the question has nothing to do with it.
    pub least_similarity: f32,
    /// The most that reciprocal ranks weigh, where texts are long.
    pub ranks: f32,
}

/// What a post holds of the question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// The share of the question, 0 to 1.
    pub share: f32,
    /// How many words the post has.
    pub words: usize,
}

/// Texts of up to so many words are short: what they hold of a question they hold on purpose.
const SHORT_TEXT: f32 = 50.0;
/// How slowly a rank loses weight: the eleventh of a half counts half of the first.
const RANK_OFFSET: f32 = 10.0;

impl Default for Fusion {
    /// Chosen on posts with judged questions, and on abstracts for `ranks`: see `benches/large/relevance.rs`.
    fn default() -> Self {
        Self {
            words: 0.5,
            least_similarity: 0.25,
            ranks: 0.6,
        }
    }
}

/// A post in the fused ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: i64,
    /// 0 to 1.
    pub score: f32,
    pub vector: Option<Vec<f32>>,
}

impl Fusion {
    /// What both halves found, best first. `by_meaning` says whether the question had a vector, `covered` how much of the
    /// question each post holds that was found by its words.
    ///
    /// What counts is how near a post is, known for every post that has a vector whichever half found it, and how well its words
    /// fit: the share of the best text score, scaled by what the post holds of the question, because BM25 gives one rare word as
    /// much as all the others together. Where no post holds much of the question, words weigh little.
    ///
    /// A long text holds much of any question by chance, so the longer the texts are, the more the places count that a post has
    /// in both halves: they need no measure. Posts of a few lines are ranked without them.
    ///
    /// A post that has no vector yet counts as near as its words are strong, measured by the nearest post of all.
    pub fn rank(
        self,
        by_meaning: bool,
        found: Vec<Found>,
        covered: &HashMap<i64, Coverage>,
    ) -> Vec<Candidate> {
        let similarities = found.iter().filter_map(|row| row.similarity);
        let nearest = similarities
            .reduce(f32::max)
            .map_or(1.0, |most| most.max(0.0));
        let best = found.iter().filter_map(|row| row.words).fold(0.0, f32::max);
        let shares = covered.values().map(|covered| covered.share);
        let fullest = shares.fold(0.0, f32::max);
        let weight = self.words * fullest;
        let by_rank = self.ranks * length_of(covered);
        let places = [
            places(&found, |row| row.similarity),
            places(&found, |row| row.words),
        ];
        let mut ranked: Vec<Candidate> = found
            .into_iter()
            .filter_map(|row| {
                let share = match row.words {
                    Some(score) if best > 0.0 => score / best,
                    _ => 0.0,
                };
                let similarity = row.similarity;
                if share <= 0.0 && similarity.unwrap_or(0.0) < self.least_similarity {
                    return None;
                }
                let score = if by_meaning {
                    let words = share * covered.get(&row.id).map_or(0.0, |covered| covered.share);
                    let meaning =
                        similarity.map_or(words * nearest, |similarity| similarity.max(0.0));
                    let measured = (1.0 - weight) * meaning + self.words * words;
                    let place: f32 = places.iter().filter_map(|half| half.get(&row.id)).sum();
                    (1.0 - by_rank) * measured + by_rank * place / 2.0
                } else {
                    share * fullest
                };
                Some(Candidate {
                    id: row.id,
                    score: score.clamp(0.0, 1.0),
                    vector: row.vector,
                })
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
        ranked
    }
}

/// How long the texts are that were found by words: 0 for posts of a few lines, towards 1 the longer the middle one is.
fn length_of(covered: &HashMap<i64, Coverage>) -> f32 {
    let mut lengths: Vec<usize> = covered.values().map(|covered| covered.words).collect();
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "words of a text, far below 2^23"
    )]
    let middle = middle as f32;
    (1.0 - SHORT_TEXT / middle.max(1.0)).max(0.0)
}

/// The reciprocal rank of each row that has this measure, 1 for the first.
fn places(found: &[Found], measure: impl Fn(&Found) -> Option<f32>) -> HashMap<i64, f32> {
    let measured = found.iter().filter_map(|row| Some((measure(row)?, row.id)));
    let mut measured: Vec<(f32, i64)> = measured.collect();
    measured.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(second.cmp(first)));
    let ranks = std::iter::successors(Some(RANK_OFFSET + 1.0), |rank| Some(rank + 1.0));
    measured
        .into_iter()
        .zip(ranks)
        .map(|((_, id), rank)| (id, (RANK_OFFSET + 1.0) / rank))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(id: i64, similarity: f32) -> Found {
        Found {
            id,
            similarity: Some(similarity),
            words: None,
            vector: Some(vec![similarity, (1.0 - similarity * similarity).sqrt()]),
        }
    }

    fn worded(id: i64, score: f32, similarity: Option<f32>) -> Found {
        Found {
            id,
            similarity,
            words: Some(score),
            vector: similarity.map(|similarity| vec![similarity]),
        }
    }

    fn order(ranked: &[Candidate]) -> Vec<i64> {
        ranked.iter().map(|hit| hit.id).collect()
    }

    fn ranked(by_meaning: bool, found: Vec<Found>, covered: &[(i64, f32)]) -> Vec<Candidate> {
        ranked_of(20, by_meaning, found, covered)
    }

    /// The same for texts of so many words.
    fn ranked_of(
        words: usize,
        by_meaning: bool,
        found: Vec<Found>,
        covered: &[(i64, f32)],
    ) -> Vec<Candidate> {
        let covered = covered.iter();
        let covered = covered
            .map(|(id, share)| {
                (
                    *id,
                    Coverage {
                        share: *share,
                        words,
                    },
                )
            })
            .collect();
        Fusion::default().rank(by_meaning, found, &covered)
    }

    #[test]
    fn agreement_of_both_halves_wins_over_either_alone() {
        let found = vec![
            near(1, 0.7),
            worded(2, 9.0, Some(0.65)),
            worded(3, 8.0, Some(0.1)),
        ];
        let ranked = ranked(true, found, &[(2, 1.0), (3, 1.0)]);
        assert_eq!(order(&ranked), [2, 3, 1]);
        assert!(ranked.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn a_weak_text_match_does_not_drag_a_clear_meaning_down() {
        // Plain reciprocal ranks would put 2 (second and first) before 1 (first and nowhere).
        let found = vec![near(1, 0.9), worded(2, 2.0, Some(0.4))];
        assert_eq!(order(&ranked(true, found, &[(2, 0.2)])), [1, 2]);
    }

    #[test]
    fn where_texts_are_long_the_places_in_both_halves_count_more_than_what_a_text_holds() {
        // 1 is the first of one half and the second of the other; 2 holds more of the question, as long texts do.
        let found = || {
            vec![
                worded(1, 8.6, Some(0.60)),
                worded(2, 9.0, Some(0.50)),
                worded(3, 5.0, Some(0.58)),
                worded(4, 4.0, Some(0.57)),
            ]
        };
        let covered = [(1, 0.55), (2, 0.72), (3, 0.4), (4, 0.4)];
        assert_eq!(order(&ranked_of(20, true, found(), &covered))[0], 2);
        let long = ranked_of(200, true, found(), &covered);
        assert_eq!(order(&long)[0], 1);
        assert!(long.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn one_rare_word_counts_less_than_most_of_the_question() {
        let found = vec![worded(1, 9.0, Some(0.5)), worded(2, 8.0, Some(0.5))];
        let ranked = ranked(true, found, &[(1, 0.3), (2, 0.9)]);
        assert_eq!(order(&ranked), [2, 1]);
    }

    #[test]
    fn where_no_post_holds_the_words_meaning_decides_alone() {
        let found = vec![near(1, 0.6), worded(2, 9.0, Some(0.55))];
        let ranked = ranked(true, found, &[(2, 0.0)]);
        assert_eq!(order(&ranked), [1, 2]);
        assert!((ranked[0].score - 0.6).abs() < 1e-6);
    }

    #[test]
    fn a_post_without_a_vector_is_found_by_its_words_and_ranks_by_them() {
        let found = vec![
            near(1, 0.5),
            near(2, 0.45),
            worded(7, 10.0, None),
            worded(8, 1.0, None),
        ];
        let ranked = ranked(true, found, &[(7, 1.0), (8, 1.0)]);
        assert_eq!(order(&ranked), [7, 1, 2, 8]);
    }

    #[test]
    fn what_has_nothing_to_do_with_the_question_is_left_out() {
        assert_eq!(ranked(true, vec![near(1, 0.2)], &[]), []);
    }

    #[test]
    fn without_vectors_words_alone_decide() {
        let found = vec![worded(1, 4.0, None), worded(2, 8.0, None)];
        let ranked = ranked(false, found, &[(1, 0.1), (2, 0.5)]);
        assert_eq!(order(&ranked), [2, 1]);
        assert!((ranked[0].score - 0.5).abs() < 1e-6);
    }
}
