//! Makes one ranking of two: near in meaning, and the same words.

use crate::index::Found;

/// How the two halves are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The weight of meaning; words get the rest of 1.
    pub meaning: f32,
    /// Below this cosine a post that shares no word with the question has nothing to do with it.
    pub least_similarity: f32,
}

impl Default for Fusion {
    /// Chosen on the training split of a collection of short informal questions; the splits that are reported had no say.
    /// MRR@10 of its 800 questions by the weight of meaning: 0.55: 0.845, 0.6: 0.846, 0.65: 0.845, 0.7: 0.842, 0.75: 0.836;
    /// meaning alone 0.813, words alone 0.758. Without the factor of `coverage` 0.6 falls to 0.830.
    ///
    /// On questions of another kind, two words of a post that is to be found again, words matter more: words alone 0.835,
    /// meaning alone 0.333; 0.5: 0.826, 0.6: 0.817, 0.65: 0.795, 0.75: 0.733, reciprocal ranks 0.602. So no more than 0.6.
    ///
    /// These figures are this formula over the same vectors and BM25 of public packages; `make bench ROWS=weights` tries
    /// the weights again through Lumen's own index.
    fn default() -> Self {
        Self {
            meaning: 0.6,
            least_similarity: 0.2,
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
    /// What both halves found, best first. `by_meaning` says whether the question had a vector.
    ///
    /// Reciprocal ranks, the usual way, throw away *how much* better the first is than the second: a strong first half
    /// is dragged down by a weak second. So what counts here is the cosine itself, known for every post that has a
    /// vector whichever half found it, and the share of the best text score, scaled by `coverage`: how much of the
    /// question the best text match holds at all. A question whose words are in no post is then left to meaning.
    ///
    /// A post that has no vector yet counts as near as its words are strong, measured by the nearest post of all.
    pub fn rank(self, by_meaning: bool, found: Vec<Found>, coverage: f32) -> Vec<Candidate> {
        let similarities = found.iter().filter_map(|row| row.similarity);
        let nearest = similarities
            .reduce(f32::max)
            .map_or(1.0, |most| most.max(0.0));
        let best = found.iter().filter_map(|row| row.words).fold(0.0, f32::max);
        let mut ranked: Vec<Candidate> = found
            .into_iter()
            .filter_map(|row| {
                let words = match row.words {
                    Some(score) if best > 0.0 => score / best * coverage,
                    _ => 0.0,
                };
                let similarity = row.similarity;
                if words <= 0.0 && similarity.unwrap_or(0.0) < self.least_similarity {
                    return None;
                }
                let score = if by_meaning {
                    let meaning =
                        similarity.map_or(words * nearest, |similarity| similarity.max(0.0));
                    self.weigh(meaning, words)
                } else {
                    words
                };
                Some(Candidate {
                    id: row.id,
                    score,
                    vector: row.vector,
                })
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
        ranked
    }

    fn weigh(self, meaning: f32, words: f32) -> f32 {
        (self.meaning * meaning + (1.0 - self.meaning) * words).clamp(0.0, 1.0)
    }
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

    #[test]
    fn agreement_of_both_halves_wins_over_either_alone() {
        let found = vec![
            near(1, 0.7),
            worded(2, 9.0, Some(0.65)),
            worded(3, 8.0, Some(0.1)),
        ];
        let ranked = Fusion::default().rank(true, found, 1.0);
        assert_eq!(order(&ranked), [2, 1, 3]);
        assert!(ranked.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn a_weak_text_match_does_not_drag_a_clear_meaning_down() {
        // Plain reciprocal ranks would put 2 (second and first) before 1 (first and nowhere).
        let found = vec![near(1, 0.9), worded(2, 2.0, Some(0.4))];
        let ranked = Fusion::default().rank(true, found, 0.2);
        assert_eq!(order(&ranked), [1, 2]);
    }

    #[test]
    fn a_post_without_a_vector_is_found_by_its_words_and_ranks_by_them() {
        let found = vec![
            near(1, 0.5),
            near(2, 0.45),
            worded(7, 10.0, None),
            worded(8, 1.0, None),
        ];
        let ranked = Fusion::default().rank(true, found, 1.0);
        assert_eq!(order(&ranked), [7, 1, 2, 8]);
    }

    #[test]
    fn what_has_nothing_to_do_with_the_question_is_left_out() {
        let ranked = Fusion::default().rank(true, vec![near(1, 0.05)], 0.0);
        assert_eq!(ranked, []);
    }

    #[test]
    fn without_vectors_words_alone_decide() {
        let found = vec![worded(1, 4.0, None), worded(2, 8.0, None)];
        let ranked = Fusion::default().rank(false, found, 0.5);
        assert_eq!(order(&ranked), [2, 1]);
        assert!((ranked[0].score - 0.5).abs() < 1e-6);
    }
}
