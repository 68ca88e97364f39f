//! Makes one ranking of two: near in meaning, and the same words.

use std::collections::HashMap;

use crate::index::{Near, Worded, cosine};

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

/// What is known of one post before it is weighed.
struct Evidence {
    similarity: Option<f32>,
    words: f32,
    vector: Option<Vec<f32>>,
}

impl Fusion {
    /// The union of both answers, best first.
    ///
    /// Reciprocal ranks, the usual way, throw away *how much* better the first is than the second: a strong first half
    /// is dragged down by a weak second. So what counts here is the cosine itself, known for every post that has a
    /// vector whichever half found it, and the share of the best text score, scaled by `coverage`: how much of the
    /// question the best text match holds at all. A question whose words are in no post is then left to meaning.
    ///
    /// A post that has no vector yet counts as near as its words are strong, measured by the nearest post of all.
    pub fn rank(
        self,
        question: Option<&[f32]>,
        near: Vec<Near>,
        worded: Vec<Worded>,
        coverage: f32,
    ) -> Vec<Candidate> {
        let nearest = near.first().map_or(1.0, |hit| hit.similarity.max(0.0));
        let evidence = gather(question, near, worded, coverage);
        let mut ranked: Vec<Candidate> = evidence
            .into_iter()
            .filter(|(_, seen)| {
                seen.words > 0.0 || seen.similarity.unwrap_or(0.0) >= self.least_similarity
            })
            .map(|(id, seen)| Candidate {
                id,
                score: self.weigh(question.is_some(), nearest, &seen),
                vector: seen.vector,
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
        ranked
    }

    fn weigh(self, by_meaning: bool, nearest: f32, seen: &Evidence) -> f32 {
        if !by_meaning {
            return seen.words;
        }
        let similarity = seen
            .similarity
            .map_or(seen.words * nearest, |similarity| similarity.max(0.0));
        (self.meaning * similarity + (1.0 - self.meaning) * seen.words).clamp(0.0, 1.0)
    }
}

fn gather(
    question: Option<&[f32]>,
    near: Vec<Near>,
    worded: Vec<Worded>,
    coverage: f32,
) -> HashMap<i64, Evidence> {
    let best = worded.iter().map(|hit| hit.score).fold(0.0, f32::max);
    let mut evidence = HashMap::with_capacity(near.len() + worded.len());
    for hit in near {
        let seen = Evidence {
            similarity: Some(hit.similarity),
            words: 0.0,
            vector: hit.vector,
        };
        evidence.insert(hit.id, seen);
    }
    for hit in worded {
        let words = if best > 0.0 {
            hit.score / best * coverage
        } else {
            0.0
        };
        let seen = evidence.entry(hit.id).or_insert_with(|| Evidence {
            similarity: question
                .zip(hit.vector.as_deref())
                .map(|(question, vector)| cosine(question, vector)),
            words: 0.0,
            vector: hit.vector,
        });
        seen.words = words;
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(id: i64, similarity: f32) -> Near {
        Near {
            id,
            similarity,
            vector: Some(vec![similarity, (1.0 - similarity * similarity).sqrt()]),
        }
    }

    fn worded(id: i64, score: f32, vector: Option<Vec<f32>>) -> Worded {
        Worded { id, score, vector }
    }

    fn order(ranked: &[Candidate]) -> Vec<i64> {
        ranked.iter().map(|hit| hit.id).collect()
    }

    const QUESTION: &[f32] = &[1.0, 0.0];

    #[test]
    fn agreement_of_both_halves_wins_over_either_alone() {
        let ranked = Fusion::default().rank(
            Some(QUESTION),
            vec![near(1, 0.7), near(2, 0.65)],
            vec![
                worded(2, 9.0, Some(vec![0.65, 0.76])),
                worded(3, 8.0, Some(vec![0.1, 0.99])),
            ],
            1.0,
        );
        assert_eq!(order(&ranked), [2, 1, 3]);
        assert!(ranked.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }

    #[test]
    fn a_weak_text_match_does_not_drag_a_clear_meaning_down() {
        // Plain reciprocal ranks would put 2 (second and first) before 1 (first and nowhere).
        let ranked = Fusion::default().rank(
            Some(QUESTION),
            vec![near(1, 0.9), near(2, 0.4)],
            vec![worded(2, 2.0, Some(vec![0.4, 0.91]))],
            0.2,
        );
        assert_eq!(order(&ranked), [1, 2]);
    }

    #[test]
    fn a_post_without_a_vector_is_found_by_its_words_and_ranks_by_them() {
        let ranked = Fusion::default().rank(
            Some(QUESTION),
            vec![near(1, 0.5), near(2, 0.45)],
            vec![worded(7, 10.0, None), worded(8, 1.0, None)],
            1.0,
        );
        assert_eq!(order(&ranked), [7, 1, 2, 8]);
    }

    #[test]
    fn what_has_nothing_to_do_with_the_question_is_left_out() {
        let ranked = Fusion::default().rank(Some(QUESTION), vec![near(1, 0.05)], Vec::new(), 0.0);
        assert_eq!(ranked, []);
    }

    #[test]
    fn without_vectors_words_alone_decide() {
        let ranked = Fusion::default().rank(
            None,
            Vec::new(),
            vec![worded(1, 4.0, None), worded(2, 8.0, None)],
            0.5,
        );
        assert_eq!(order(&ranked), [2, 1]);
        assert!((ranked[0].score - 0.5).abs() < 1e-6);
    }
}
