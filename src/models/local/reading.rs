//! Where a model stands in a text, and the texts that it is kept at.
//!
//! Prompts of one kind begin alike. What the model remembers of such a beginning is kept, and with it each later prompt
//! costs only what is new in it.

use candle_core::Tensor;
use parking_lot::MutexGuard;

use super::failed;
use super::text::{Limit, Loaded};
use super::tokens::PromptTokens;
use super::weights::Weights;
use crate::models::ModelError;

/// How many beginnings are kept: of posts and of replies, with a topic and without. About 46 KB a token.
const KEPT: usize = 4;

/// The shortest beginning that is worth keeping.
const WORTH_KEEPING: usize = 32;

/// A model that has read some tokens.
pub(super) struct Reading<'a> {
    weights: Held<'a>,
    read: usize,
    /// Of each token that could be next, once something was read.
    scores: Option<Tensor>,
}

enum Held<'a> {
    Own(Box<Weights>),
    /// The only ones, of a family that makes no copies.
    Only(MutexGuard<'a, Weights>),
}

/// What a model remembers at the end of `ids`.
pub(super) struct Kept {
    ids: Vec<u32>,
    weights: Weights,
    scores: Option<Tensor>,
    /// It is a whole prompt, kept for the tries of one request.
    pub(super) whole: bool,
}

impl Reading<'_> {
    /// Reads on.
    pub(super) fn read(&mut self, ids: &[u32], limit: &Limit) -> Result<(), ModelError> {
        let mut rest = ids;
        while !rest.is_empty() {
            limit.check()?;
            let weights = match &mut self.weights {
                Held::Own(weights) => weights.as_mut(),
                Held::Only(weights) => &mut **weights,
            };
            let (part, after) = rest.split_at(weights.portion(self.read, rest.len()));
            self.scores = Some(weights.forward(part, self.read).map_err(failed)?);
            self.read += part.len();
            rest = after;
        }
        Ok(())
    }

    /// A score for each token that could be next.
    pub(super) fn scores(&self) -> Result<&Tensor, ModelError> {
        let scores = self.scores.as_ref();
        scores.ok_or_else(|| failed("there was nothing to read"))
    }

    pub(super) const fn len(&self) -> usize {
        self.read
    }

    fn reads_on(&self) -> bool {
        matches!(&self.weights, Held::Own(weights) if weights.reads_on())
    }
}

impl Loaded {
    /// A reading at the end of the prompt. Its fixed part is kept read from now on; with `whole` all of it.
    pub(super) fn after(
        &self,
        prompt: &PromptTokens,
        whole: bool,
        limit: &Limit,
    ) -> Result<Reading<'_>, ModelError> {
        let mut reading = self.nearest(&prompt.ids);
        let fixed = if reading.reads_on() { prompt.fixed } else { 0 };
        for (end, worth, whole) in [
            (fixed, fixed >= WORTH_KEEPING, false),
            (prompt.ids.len(), whole, true),
        ] {
            if reading.read < end {
                reading.read(&prompt.ids[reading.read..end], limit)?;
                if worth {
                    self.keep(&prompt.ids[..end], whole, &reading);
                }
            }
        }
        Ok(reading)
    }

    /// A reading at the longest kept beginning of `ids`, which counts as the last used; else at the very beginning.
    fn nearest(&self, ids: &[u32]) -> Reading<'_> {
        let mut all = self.kept.lock();
        let fits = |kept: &Kept| {
            ids.starts_with(&kept.ids) && (kept.weights.reads_on() || kept.ids.len() == ids.len())
        };
        let fitting = (0..all.len()).filter(|at| fits(&all[*at]));
        if let Some(at) = fitting.max_by_key(|at| all[*at].ids.len()) {
            let kept = all.remove(at);
            let copy = kept.weights.copy().map(|weights| Reading {
                weights: Held::Own(Box::new(weights)),
                read: kept.ids.len(),
                scores: kept.scores.clone(),
            });
            all.push(kept);
            if let Some(copy) = copy {
                return copy;
            }
        }
        drop(all);
        let weights = self.weights.lock();
        let weights = match weights.copy() {
            Some(copy) => Held::Own(Box::new(copy)),
            None => Held::Only(weights),
        };
        Reading {
            weights,
            read: 0,
            scores: None,
        }
    }

    fn keep(&self, ids: &[u32], whole: bool, reading: &Reading<'_>) {
        let Held::Own(weights) = &reading.weights else {
            return;
        };
        let Some(weights) = weights.copy() else {
            return;
        };
        let mut all = self.kept.lock();
        if all.len() >= KEPT {
            all.remove(0);
        }
        all.push(Kept {
            ids: ids.to_vec(),
            weights,
            scores: reading.scores.clone(),
            whole,
        });
    }
}
