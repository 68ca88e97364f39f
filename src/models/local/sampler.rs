//! Chooses the next token. The same seed and the same scores give the same token.

use std::collections::HashSet;

use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;

use crate::models::TextRequest;

/// Only the likeliest tokens are looked at: the tail of a small model's 49,152 scores is noise, and sorting it is slow.
const LIKELIEST: usize = 40;

/// How much a token that was just written is held back (<https://arxiv.org/abs/1909.05858>, section 4.1). Small: names,
/// days and times must be sayable twice.
const REPEAT_PENALTY: f32 = 1.1;

/// How many of the last tokens count as just written.
const REPEAT_WINDOW: usize = 64;

/// Below this temperature the likeliest is taken.
const COLD: f64 = 0.01;

pub(super) struct Sampler {
    random: StdRng,
    temperature: f64,
    /// Of the likeliest, as few as are this likely together (nucleus sampling, <https://arxiv.org/abs/1904.09751>).
    top_p: f64,
    /// Tokens that are never chosen.
    never: Vec<u32>,
}

impl Sampler {
    pub(super) fn new(request: &TextRequest, never: Vec<u32>) -> Self {
        Self {
            random: StdRng::seed_from_u64(request.seed),
            temperature: request.temperature,
            top_p: request.top_p,
            never,
        }
    }

    /// The token after `written`, by a score for each. None when no token can be chosen.
    pub(super) fn next(&mut self, mut scores: Vec<f32>, written: &[u32]) -> Option<u32> {
        let recent = &written[written.len().saturating_sub(REPEAT_WINDOW)..];
        for id in recent.iter().collect::<HashSet<_>>() {
            if let Some(score) = scores.get_mut(*id as usize) {
                *score = if *score < 0.0 {
                    *score * REPEAT_PENALTY
                } else {
                    *score / REPEAT_PENALTY
                };
            }
        }
        for id in &self.never {
            if let Some(score) = scores.get_mut(*id as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
        let likeliest = likeliest(&scores);
        if self.temperature < COLD {
            return likeliest.first().copied();
        }
        let best = f64::from(*scores.get(*likeliest.first()? as usize)?);
        let mut weights = Vec::with_capacity(likeliest.len());
        for id in &likeliest {
            let below = f64::from(scores[*id as usize]) - best;
            weights.push((below / self.temperature).exp());
        }
        weights.truncate(nucleus(&weights, self.top_p));
        let chosen = WeightedIndex::new(&weights).ok()?.sample(&mut self.random);
        Some(likeliest[chosen])
    }
}

/// The ids of the highest scores, highest first; without those that are no number.
fn likeliest(scores: &[f32]) -> Vec<u32> {
    let score = |id: &u32| scores[*id as usize];
    let mut ids: Vec<u32> = (0..)
        .take(scores.len())
        .filter(|id| !score(id).is_nan())
        .collect();
    let downwards = |a: &u32, b: &u32| score(b).total_cmp(&score(a)).then(a.cmp(b));
    if ids.len() > LIKELIEST {
        ids.select_nth_unstable_by(LIKELIEST, downwards);
        ids.truncate(LIKELIEST);
    }
    ids.sort_unstable_by(downwards);
    ids
}

/// How many of the weights, which fall, make up the share `top_p`.
fn nucleus(weights: &[f64], top_p: f64) -> usize {
    let enough = weights.iter().sum::<f64>() * top_p;
    let mut sum = 0.0;
    let within = weights.iter().take_while(|weight| {
        let inside = sum < enough;
        sum += **weight;
        inside
    });
    within.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(temperature: f64, seed: u64) -> TextRequest {
        TextRequest {
            max_tokens: 1,
            temperature,
            top_p: 0.9,
            seed,
            purpose: "test",
            ..TextRequest::default()
        }
    }

    fn scores() -> Vec<f32> {
        (0..100u8).map(|id| f32::from(id % 10)).collect()
    }

    #[test]
    fn the_same_seed_chooses_the_same_tokens_and_another_seed_others() {
        let run = |seed| {
            let mut sampler = Sampler::new(&request(1.0, seed), Vec::new());
            (0..20)
                .map(|_| sampler.next(scores(), &[]).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn without_temperature_the_likeliest_is_taken_unless_it_was_just_written() {
        let mut row = vec![0.0_f32; 50];
        row[7] = 2.0;
        row[9] = 1.9;
        let mut sampler = Sampler::new(&request(0.0, 1), Vec::new());
        assert_eq!(sampler.next(row.clone(), &[]), Some(7));
        assert_eq!(sampler.next(row.clone(), &[7]), Some(9));
        assert_eq!(
            sampler.next(row.clone(), &[7, 7, 9, 9_999]),
            Some(7),
            "held back once, not twice"
        );
        let mut sampler = Sampler::new(&request(0.0, 1), vec![7, 9_999]);
        assert_eq!(sampler.next(row, &[]), Some(9), "7 is never chosen");
    }

    #[test]
    fn what_is_chosen_is_as_frequent_as_it_is_likely_and_the_unlikely_never_comes() {
        // Of 62, 31 and 7 per cent the first two make up more than nine tenths; between themselves they are 2 to 1.
        let row: Vec<f32> = [0.62_f32, 0.31, 0.07]
            .iter()
            .map(|share| share.ln())
            .collect();
        let mut sampler = Sampler::new(&request(1.0, 1), Vec::new());
        let mut times = [0; 3];
        for _ in 0..3_000 {
            times[sampler.next(row.clone(), &[]).unwrap() as usize] += 1;
        }
        assert_eq!(times[2], 0);
        assert!((1_850..2_150).contains(&times[0]), "{times:?}");
    }

    #[test]
    fn scores_that_are_no_numbers_choose_nothing() {
        let mut sampler = Sampler::new(&request(1.0, 1), Vec::new());
        assert_eq!(sampler.next(vec![f32::NAN; 5], &[]), None);
        assert_eq!(sampler.next(Vec::new(), &[]), None);
        assert_eq!(sampler.next(vec![f32::NAN, 1.0, f32::NAN], &[]), Some(1));
        let mut sampler = Sampler::new(&request(1.0, 1), vec![0]);
        assert_eq!(sampler.next(vec![1.0], &[]), None);
    }
}
