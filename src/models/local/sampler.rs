//! Chooses the next token. The same seed and the same scores give the same token.

use candle_core::{Result, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};
use candle_transformers::utils::apply_repeat_penalty;

/// Only the likeliest tokens are looked at: the tail of a small model's 49,152 scores is noise.
const LIKELIEST: usize = 40;

/// How much a token that was just written is held back (<https://arxiv.org/abs/1909.05858>, section 4.1). Small: names,
/// days and times must be sayable twice.
const REPEAT_PENALTY: f32 = 1.1;

/// How many of the last tokens count as just written.
const REPEAT_WINDOW: usize = 64;

/// Below this temperature the likeliest is taken.
const COLD: f64 = 0.01;

pub(super) struct Sampler(LogitsProcessor);

impl Sampler {
    pub(super) fn new(seed: u64, temperature: f64, top_p: f64) -> Self {
        let sampling = if temperature < COLD {
            Sampling::ArgMax
        } else {
            // Of the likeliest, as few as are this likely together (nucleus sampling, <https://arxiv.org/abs/1904.09751>).
            Sampling::TopKThenTopP {
                k: LIKELIEST,
                p: top_p,
                temperature,
            }
        };
        Self(LogitsProcessor::from_sampling(seed, sampling))
    }

    /// The token after `written`, by a score for each. An error when no token can be chosen.
    pub(super) fn next(
        &mut self,
        scores: &Tensor,
        never: &Forbidden,
        written: &[u32],
    ) -> Result<u32> {
        let recent = &written[written.len().saturating_sub(REPEAT_WINDOW)..];
        let scores = apply_repeat_penalty(scores, REPEAT_PENALTY, recent)?;
        self.0.sample(&scores.broadcast_add(&never.0)?)
    }
}

/// Tokens that are never chosen: for each token what is added to its score.
pub(super) struct Forbidden(Tensor);

impl Forbidden {
    /// For scores like these.
    pub(super) fn new(ids: impl IntoIterator<Item = u32>, scores: &Tensor) -> Result<Self> {
        let mut added = vec![0.0_f32; scores.elem_count()];
        for id in ids {
            if let Some(score) = added.get_mut(id as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
        Ok(Self(Tensor::from_vec(
            added,
            scores.shape(),
            scores.device(),
        )?))
    }
}

/// The natural logarithm of how likely `id` is, by scores that nothing was added to.
pub(super) fn log_prob(scores: &Tensor, id: u32) -> Result<f32> {
    let score: f32 = scores.get(id as usize)?.to_scalar()?;
    Ok(score - scores.log_sum_exp(0)?.to_scalar::<f32>()?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn tensor(scores: &[f32]) -> Tensor {
        Tensor::new(scores, &Device::Cpu).unwrap()
    }

    fn next(sampler: &mut Sampler, scores: &[f32], never: &[u32], written: &[u32]) -> Option<u32> {
        let scores = tensor(scores);
        let never = Forbidden::new(never.iter().copied(), &scores).unwrap();
        sampler.next(&scores, &never, written).ok()
    }

    #[test]
    fn the_same_seed_chooses_the_same_tokens_and_another_seed_others() {
        let scores: Vec<f32> = (0..100u8).map(|id| f32::from(id % 10)).collect();
        let run = |seed| {
            let mut sampler = Sampler::new(seed, 1.0, 0.9);
            (0..20)
                .map(|_| next(&mut sampler, &scores, &[], &[]).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn without_temperature_the_likeliest_is_taken_unless_it_was_just_written_or_is_forbidden() {
        let mut row = vec![0.0_f32; 50];
        row[7] = 2.0;
        row[9] = 1.9;
        let mut sampler = Sampler::new(1, 0.0, 0.9);
        assert_eq!(next(&mut sampler, &row, &[], &[]), Some(7));
        assert_eq!(next(&mut sampler, &row, &[], &[7]), Some(9));
        assert_eq!(
            next(&mut sampler, &row, &[], &[7, 7, 9, 9_999]),
            Some(7),
            "held back once, not twice"
        );
        assert_eq!(next(&mut sampler, &row, &[7, 9_999], &[]), Some(9));
    }

    #[test]
    fn what_is_chosen_is_as_frequent_as_it_is_likely_and_the_unlikely_never_comes() {
        // Of 62, 31 and 7 per cent the first two make up more than nine tenths; between themselves they are 2 to 1.
        let mut row = vec![f32::NEG_INFINITY; 50];
        for (score, share) in row.iter_mut().zip([0.62_f32, 0.31, 0.07]) {
            *score = share.ln();
        }
        let mut sampler = Sampler::new(1, 1.0, 0.9);
        let mut times = [0; 3];
        for _ in 0..3_000 {
            times[next(&mut sampler, &row, &[], &[]).unwrap() as usize] += 1;
        }
        assert_eq!(times[2], 0);
        assert!((1_850..2_150).contains(&times[0]), "{times:?}");
    }

    #[test]
    fn scores_that_are_no_numbers_choose_nothing() {
        let mut sampler = Sampler::new(1, 1.0, 0.9);
        assert_eq!(next(&mut sampler, &[f32::NAN; 50], &[], &[]), None);
        assert_eq!(next(&mut sampler, &[1.0], &[0], &[]), None);
    }

    #[test]
    fn probabilities_are_those_of_the_scores_alone() {
        let scores = tensor(&[0.5_f32.ln() + 3.0, 0.3_f32.ln() + 3.0, 0.2_f32.ln() + 3.0]);
        let share = log_prob(&scores, 1).unwrap();
        assert!((share - 0.3_f32.ln()).abs() < 1e-5, "{share}");
        assert!(log_prob(&scores, 9).is_err());
    }
}
