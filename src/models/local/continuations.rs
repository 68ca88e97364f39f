//! Several sentences that could follow a text: the prompt is read once, each try goes on from what was read.
//!
//! A try is scored twice, by how likely its tokens are after the prompt and after the same prompt without the topic. A
//! model that makes no copies of what it has read reads both prompts for each try.

use super::failed;
use super::reading::Reading;
use super::sampler::{Forbidden, Sampler, log_prob};
use super::sentence::first_sentence;
use super::text::{Limit, Loaded};
use super::tokens::PromptTokens;
use crate::models::{Continuation, ContinuationRequest, ModelError};

/// What was written, and how many tokens were read and written for it.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) all: Vec<Continuation>,
    pub(super) tokens_in: usize,
    pub(super) tokens_out: usize,
}

/// One sentence.
struct Sentence {
    ids: Vec<u32>,
    text: String,
    log_prob: f32,
    cut_off: bool,
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
        let ended = self.try_all(request, limit, done, &mut tried);
        let mut kept = self.kept.lock();
        kept.retain(|kept| !kept.whole);
        match ended {
            // The time is up, and nobody said stop: what is there counts.
            Err(ModelError::Cancelled) if !limit.is_stopped() => Ok(tried),
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
        let prompt = self.prompt(&request.messages)?;
        let baseline = self.prompt(&request.baseline)?;
        tried.tokens_in = prompt.ids.len() + baseline.ids.len();
        for seed in (request.seed..).take(request.count) {
            let reading = self.after(&prompt, true, limit)?;
            let sentence = self.sentence(request, seed, &prompt, reading, limit)?;
            tried.tokens_out += sentence.ids.len();
            // What was tried already, or does not end, need not be measured.
            let known = tried.all.iter().any(|one| one.text == sentence.text);
            if sentence.text.is_empty() || known {
                continue;
            }
            if sentence.cut_off {
                tried.all.push(Continuation {
                    text: sentence.text,
                    log_prob: sentence.log_prob,
                    baseline_log_prob: sentence.log_prob,
                    cut_off: true,
                });
                done(tried.all.len());
                continue;
            }
            let reading = self.after(&baseline, true, limit)?;
            tried.all.push(Continuation {
                text: sentence.text,
                log_prob: sentence.log_prob,
                baseline_log_prob: mean_log_prob(reading, &sentence.ids, limit)?,
                cut_off: sentence.cut_off,
            });
            done(tried.all.len());
        }
        Ok(())
    }

    /// Writes one sentence.
    fn sentence(
        &self,
        request: &ContinuationRequest,
        seed: u64,
        prompt: &PromptTokens,
        mut reading: Reading<'_>,
        limit: &Limit,
    ) -> Result<Sentence, ModelError> {
        let without = self.tokens.ids_of_words(&request.without);
        let forbidden = |ids: Vec<u32>, reading: &Reading<'_>| {
            Forbidden::new(ids, reading.scores()?).map_err(failed)
        };
        // What is asked for is one sentence more, so the first token does not end the text.
        let at_first = self.tokens.all_ends().chain(without.iter().copied());
        let at_first = forbidden(at_first.collect(), &reading)?;
        let later = forbidden(without, &reading)?;
        let mut sampler = Sampler::new(seed, request.temperature, request.top_p);
        let begun = prompt.begun;
        let mut ids = prompt.ids[prompt.ids.len() - begun..].to_vec();
        let (mut text, mut sum, mut cut_off) = (String::new(), 0.0, false);
        loop {
            let never = if ids.len() == begun {
                &at_first
            } else {
                &later
            };
            let next = sampler.next(reading.scores()?, never, &ids);
            let next = next.map_err(|_| failed("no word could be chosen"))?;
            if self.tokens.ends(next) {
                break;
            }
            ids.push(next);
            let longer = self.tokens.decode(&ids[begun..]).map_err(failed)?;
            let end = first_sentence(&longer);
            if end.is_some_and(|end| end <= text.len()) {
                // It only shows that the sentence was over.
                ids.pop();
                break;
            }
            if ids.len() - begun > request.max_tokens || reading.len() >= self.context {
                ids.pop();
                cut_off = true;
                break;
            }
            sum += log_prob(reading.scores()?, next).map_err(failed)?;
            text = longer;
            if let Some(end) = end {
                text.truncate(end);
                break;
            }
            reading.read(&[next], limit)?;
        }
        let ids = ids.split_off(begun);
        Ok(Sentence {
            text: text.trim().to_owned(),
            log_prob: mean(sum, ids.len()),
            ids,
            cut_off,
        })
    }
}

/// How likely `ids` are to follow: the mean natural logarithm of a token's probability.
fn mean_log_prob(mut reading: Reading<'_>, ids: &[u32], limit: &Limit) -> Result<f32, ModelError> {
    let mut sum = 0.0;
    for (nth, id) in ids.iter().enumerate() {
        if nth > 0 {
            reading.read(&ids[nth - 1..nth], limit)?;
        }
        sum += log_prob(reading.scores()?, *id).map_err(failed)?;
    }
    Ok(mean(sum, ids.len()))
}

#[expect(clippy::cast_precision_loss, reason = "a sentence has few tokens")]
fn mean(sum: f32, count: usize) -> f32 {
    sum / count.max(1) as f32
}
