//! Chooses the next token. The same seed and the same scores give the same token.

use candle_core::Tensor;
use candle_transformers::generation::{LogitsProcessor, Sampling};
use candle_transformers::utils::apply_repeat_penalty;

use crate::models::TextRequest;

/// Only the likeliest tokens are looked at: the tail of a small model's 49,152 scores is noise, and sorting it is slow.
const LIKELIEST: usize = 40;

/// How much a token that was just written is held back. Small: names, days and times must be sayable twice.
const REPEAT_PENALTY: f32 = 1.1;

/// How many of the last tokens count as just written.
const REPEAT_WINDOW: usize = 64;

pub(super) struct Sampler {
    choose: LogitsProcessor,
    /// Tokens that are never chosen.
    never: Vec<u32>,
}

impl Sampler {
    pub(super) fn new(request: &TextRequest, never: Vec<u32>) -> Self {
        let sampling = if request.temperature < 0.01 {
            Sampling::ArgMax
        } else {
            Sampling::TopKThenTopP {
                k: LIKELIEST,
                p: request.top_p,
                temperature: request.temperature,
            }
        };
        Self {
            choose: LogitsProcessor::from_sampling(request.seed, sampling),
            never,
        }
    }

    /// The token after `written`. `scores` has one row.
    pub(super) fn next(&mut self, scores: &Tensor, written: &[u32]) -> candle_core::Result<u32> {
        let scores = scores.squeeze(0)?;
        let recent = &written[written.len().saturating_sub(REPEAT_WINDOW)..];
        let mut scores = if recent.is_empty() {
            scores
        } else {
            apply_repeat_penalty(&scores, REPEAT_PENALTY, recent)?
        };
        if !self.never.is_empty() {
            let mut row = scores.to_vec1::<f32>()?;
            for id in &self.never {
                if let Some(score) = row.get_mut(*id as usize) {
                    *score = f32::NEG_INFINITY;
                }
            }
            scores = Tensor::new(row, scores.device())?;
        }
        self.choose.sample(&scores)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

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

    fn scores() -> Tensor {
        let row: Vec<f32> = (0..100u8).map(|id| f32::from(id % 10)).collect();
        Tensor::from_vec(row, (1, 100), &Device::Cpu).unwrap()
    }

    #[test]
    fn the_same_seed_chooses_the_same_tokens_and_another_seed_others() {
        let run = |seed| {
            let mut sampler = Sampler::new(&request(1.0, seed), Vec::new());
            (0..20)
                .map(|_| sampler.next(&scores(), &[]).unwrap())
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
        let scores = Tensor::from_vec(row, (1, 50), &Device::Cpu).unwrap();
        let mut sampler = Sampler::new(&request(0.0, 1), Vec::new());
        assert_eq!(sampler.next(&scores, &[]).unwrap(), 7);
        assert_eq!(sampler.next(&scores, &[7]).unwrap(), 9);
        let mut sampler = Sampler::new(&request(0.0, 1), vec![7, 9_999]);
        assert_eq!(sampler.next(&scores, &[]).unwrap(), 9, "7 is never chosen");
    }
}
