//! Several sentences that could follow a text: the prompt is read once, each try goes on from what was read.
//!
//! A try is scored twice, by how likely its tokens are after the prompt and after the same prompt without the topic.

use super::failed;
use super::llama::Memory;
use super::sampler::Sampler;
use super::sentence::first_sentence;
use super::text::{Limit, Loaded};
use crate::models::{Continuation, ContinuationRequest, Message, ModelError, TextRequest};

/// What was written, and how many tokens were read and written for it.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) all: Vec<Continuation>,
    pub(super) tokens_in: usize,
    pub(super) tokens_out: usize,
}

/// What the model knows after a prompt.
#[derive(Clone)]
struct After {
    memory: Memory,
    /// Of the next token.
    scores: Vec<f32>,
    /// The beginning of the answer, which counts as just written.
    begun: Vec<u32>,
}

impl Loaded {
    /// Tries `request.count` times, or as often as `limit` allows.
    pub(super) fn continuations(
        &self,
        request: &ContinuationRequest,
        limit: &Limit,
        done: &dyn Fn(usize),
    ) -> Result<Tried, ModelError> {
        let mut tried = Tried::default();
        match self.try_all(request, limit, done, &mut tried) {
            // The time is up, and nobody said stop: what is there counts.
            Err(ModelError::Cancelled) if !limit.stop.is_cancelled() => Ok(tried),
            Err(error) => Err(error),
            Ok(()) => Ok(tried),
        }
    }

    fn try_all(
        &self,
        request: &ContinuationRequest,
        limit: &Limit,
        done: &dyn Fn(usize),
        tried: &mut Tried,
    ) -> Result<(), ModelError> {
        let prompt = self.read_prompt(&request.messages, limit, &mut tried.tokens_in)?;
        let baseline = self.read_prompt(&request.baseline, limit, &mut tried.tokens_in)?;
        for seed in (request.seed..).take(request.count) {
            let (ids, mut continuation) = self.try_once(request, seed, prompt.clone(), limit)?;
            tried.tokens_out += ids.len();
            if ids.is_empty() {
                continue;
            }
            continuation.baseline_log_prob = self.mean_log_prob(baseline.clone(), &ids, limit)?;
            tried.all.push(continuation);
            done(tried.all.len());
        }
        Ok(())
    }

    fn read_prompt(
        &self,
        messages: &[Message],
        limit: &Limit,
        tokens_in: &mut usize,
    ) -> Result<After, ModelError> {
        let prompt = self.prompt(messages)?;
        *tokens_in += prompt.ids.len();
        let mut memory = self.after_fixed_part(&prompt, limit)?;
        let rest = &prompt.ids[memory.len()..];
        let scores = self.scores_after(&mut memory, rest, limit)?;
        let begun = prompt.ids[prompt.ids.len() - prompt.begun..].to_vec();
        Ok(After {
            memory,
            scores,
            begun,
        })
    }

    /// One sentence and its tokens, scored after the prompt.
    fn try_once(
        &self,
        request: &ContinuationRequest,
        seed: u64,
        mut after: After,
        limit: &Limit,
    ) -> Result<(Vec<u32>, Continuation), ModelError> {
        let mut sampler = Sampler::new(
            &TextRequest {
                temperature: request.temperature,
                top_p: request.top_p,
                seed,
                ..TextRequest::default()
            },
            self.tokens.ids_of_words(&request.without),
        );
        let begun = after.begun.len();
        let (mut ids, mut text, mut sum) = (after.begun, String::new(), 0.0);
        let mut cut_off = false;
        loop {
            let next = sampler
                .next(after.scores.clone(), &ids)
                .ok_or_else(|| failed("no word could be chosen"))?;
            if self.tokens.ends(next) {
                break;
            }
            ids.push(next);
            let longer = self.tokens.decode(&ids[begun..]).map_err(failed)?;
            let end = first_sentence(&longer);
            // A token that only shows that the sentence is over is no part of it.
            if end.is_some_and(|end| end <= text.len()) {
                ids.pop();
                text.truncate(end.unwrap_or_default());
                break;
            }
            if ids.len() - begun > request.max_tokens {
                ids.pop();
                cut_off = true;
                break;
            }
            sum += log_prob(&after.scores, next);
            text = longer;
            if let Some(end) = end {
                text.truncate(end);
                break;
            }
            after.scores = self.scores_after(&mut after.memory, &[next], limit)?;
        }
        let ids = ids.split_off(begun);
        let continuation = Continuation {
            text: text.trim().to_owned(),
            log_prob: mean(sum, ids.len()),
            baseline_log_prob: 0.0,
            cut_off,
        };
        Ok((ids, continuation))
    }

    /// How likely `ids` are to follow: the mean natural logarithm of a token's probability.
    fn mean_log_prob(
        &self,
        mut after: After,
        ids: &[u32],
        limit: &Limit,
    ) -> Result<f32, ModelError> {
        let mut sum = 0.0;
        for (nth, id) in ids.iter().enumerate() {
            sum += log_prob(&after.scores, *id);
            if nth + 1 < ids.len() {
                after.scores = self.scores_after(&mut after.memory, &[*id], limit)?;
            }
        }
        Ok(mean(sum, ids.len()))
    }
}

fn log_prob(scores: &[f32], id: u32) -> f32 {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - best).exp()).sum();
    scores
        .get(id as usize)
        .map_or(f32::NEG_INFINITY, |score| score - best - sum.ln())
}

#[expect(clippy::cast_precision_loss, reason = "a sentence has few tokens")]
fn mean(sum: f32, count: usize) -> f32 {
    sum / count.max(1) as f32
}
