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
}

impl Default for Fusion {
    /// Chosen on seven sets of questions, by the mean of their MRR@10 and nDCG@10: claims of posts (a training split), a post to be
    /// found again by two of its words, four of them or its first half, topics of a news day searched in posts (two years of it),
    /// and questions to a library. 0.4: 0.823 and 0.761, **0.5: 0.827 and 0.763**, 0.6: 0.827 and 0.762; meaning alone 0.637 and
    /// 0.587, words alone 0.789 and 0.715, reciprocal ranks 0.727 and 0.678. With one share for all posts, that of the best match,
    /// and fixed weights: 0.798 and 0.739.
    ///
    /// Six other sets had no say (two splits of the claims, two more years, abstracts of aerodynamics and of medicine): 0.823 and
    /// 0.719, with fixed weights 0.823 and 0.718, reciprocal ranks 0.801 and 0.700. Long texts lose what posts gain: that an
    /// abstract holds all words of a question says less.
    ///
    /// These figures are this formula over what Lumen's own index answered, when all forms of a word that begin alike still counted
    /// the same; how forms count was chosen later, with these weights. `make bench ROWS=weights` tries the weights again.
    fn default() -> Self {
        Self {
            words: 0.5,
            least_similarity: 0.25,
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
    /// question each post holds that was found by its words, 0 to 1.
    ///
    /// Reciprocal ranks, the usual way, throw away *how much* better the first is than the second: a strong first half
    /// is dragged down by a weak second. So what counts here is the cosine itself, known for every post that has a
    /// vector whichever half found it, and the share of the best text score, scaled by what the post holds of the question: BM25
    /// gives one rare word as much as all the others together. And where no post holds much of the question, words weigh little: it
    /// is then left to meaning.
    ///
    /// A post that has no vector yet counts as near as its words are strong, measured by the nearest post of all.
    pub fn rank(
        self,
        by_meaning: bool,
        found: Vec<Found>,
        covered: &HashMap<i64, f32>,
    ) -> Vec<Candidate> {
        let similarities = found.iter().filter_map(|row| row.similarity);
        let nearest = similarities
            .reduce(f32::max)
            .map_or(1.0, |most| most.max(0.0));
        let best = found.iter().filter_map(|row| row.words).fold(0.0, f32::max);
        let fullest = covered.values().copied().fold(0.0, f32::max);
        let weight = self.words * fullest;
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
                    let words = share * covered.get(&row.id).copied().unwrap_or(0.0);
                    let meaning =
                        similarity.map_or(words * nearest, |similarity| similarity.max(0.0));
                    (1.0 - weight) * meaning + self.words * words
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
        let covered = covered.iter().copied().collect();
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
