//! Models by role: text, vision, pictures, embeddings. Each role is a trait here; each provider a file or folder.
//!
//! To add a provider, implement the roles it has, name it in `config/models.rs` and build it in `app/roles.rs`, wrapped in
//! [`metered`] so that every call is in the ledger. One behind HTTP asks through [`service`], which keeps paid answers and
//! says what a failure means; its prices stand in `prices.json`.
//!
//! | provider | text | vision | pictures | embeddings | moderation |
//! | --- | --- | --- | --- | --- | --- |
//! | [`openai`] and what speaks like it | x | x | | x | x |
//! | [`ollama`] | x | x | | x | |
//! | [`xai`] | | | x | | |
//! | [`local`] | x | | | x | |
//! | [`quote`] | | | x | | |

pub mod budget;
pub mod complaint;
pub mod in_order;
pub mod local;
pub mod memory;
pub mod metered;
pub mod moderate;
pub mod ollama;
pub mod openai;
pub mod paint;
mod pieces;
pub mod prices;
pub mod prompt;
pub mod quote;
pub mod see;
pub mod service;
pub mod shape;
pub mod speed;
#[cfg(test)]
pub(crate) mod testing;
pub mod text_models;
mod thought;
pub mod xai;

use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::ledger::MicroUsd;

/// Why a model gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// There is no model for the role; the text says which ways there are to get one.
    #[error("{0}")]
    Missing(String),
    /// It did not answer or broke off; trying again may help.
    #[error("{provider} did not answer: {why}")]
    Unavailable { provider: String, why: String },
    /// It will not do this; trying again will not help.
    #[error("{provider} refused: {why}")]
    Refused { provider: String, why: String },
    /// Something has to be set right first: a key, a model's name, the provider's own account.
    #[error("{provider} cannot be used: {why}")]
    Unusable { provider: String, why: String },
    /// The day's money is not enough; nothing was asked.
    #[error("{0}")]
    OverBudget(String),
    #[error("stopped")]
    Cancelled,
    /// It failed, and it costs all the same. Only between a provider and the ledger, which takes the cost off.
    #[error("{error}")]
    Paid {
        took: Took,
        error: Box<ModelError>,
        /// It broke off; the same question, asked again, may be answered.
        is_passing: bool,
    },
}

impl ModelError {
    /// Whether another provider may be asked instead: not when this one said no to what was asked, and not when a person
    /// said stop.
    #[must_use]
    pub fn leaves_others(&self) -> bool {
        match self {
            Self::Missing(_)
            | Self::Unavailable { .. }
            | Self::Unusable { .. }
            | Self::OverBudget(_) => true,
            Self::Refused { .. } | Self::Cancelled => false,
            Self::Paid { error, .. } => error.leaves_others(),
        }
    }

    /// The error, and what it cost.
    #[must_use]
    pub fn parted(self) -> (Self, Took) {
        match self {
            Self::Paid { took, error, .. } => (*error, took),
            error => (error, Took::default()),
        }
    }

    /// Whether the same question, asked again at once, may be answered.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Paid {
                is_passing: true,
                ..
            }
        )
    }
}

/// What a call took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Took {
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub micro_usd: i64,
}

impl Took {
    /// `error`, with what it cost.
    #[must_use]
    pub fn and(self, error: ModelError) -> ModelError {
        ModelError::Paid {
            took: self,
            error: Box::new(error),
            is_passing: false,
        }
    }

    /// The same of an error that may be gone when the question is asked again.
    #[must_use]
    pub fn and_passing(self, error: ModelError) -> ModelError {
        ModelError::Paid {
            took: self,
            error: Box::new(error),
            is_passing: true,
        }
    }
}

/// One turn of a talk with a text model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub speaker: Speaker,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Instructions: the fixed part of a prompt.
    System,
    User,
    Assistant,
}

/// What a text model is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextRequest {
    pub messages: Vec<Message>,
    pub max_tokens: usize,
    pub temperature: f64,
    pub top_p: f64,
    /// Fixes the sampling, so that a run can be repeated.
    pub seed: u64,
    /// For the ledger: `draft`, `redo`, …
    pub purpose: &'static str,
    /// Words and signs that must not be written. A model that cannot be held to it does not look at them.
    pub without: Vec<String>,
    /// Names the work: a paid answer is kept under it and not paid for again after a crash. Empty: it is not kept.
    pub key: String,
    /// How long a provider behind the network may take; none for its own measure.
    pub patience: Option<Duration>,
}

/// What it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextAnswer {
    pub text: String,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub micro_usd: i64,
    pub millis: i64,
    /// Which model answered, for the card and the ledger.
    pub provider: String,
    pub model: String,
    /// It stopped because `max_tokens` were written, not because it was done.
    pub cut_off: bool,
}

/// Asks for several ways in which a text could go on, each up to the end of one sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContinuationRequest {
    /// The prompt. Its last message is the assistant's own: the text that is gone on from.
    pub messages: Vec<Message>,
    /// The same prompt without the topic. How much likelier the topic makes a continuation is measured against it.
    pub baseline: Vec<Message>,
    pub count: usize,
    /// Of one continuation.
    pub max_tokens: usize,
    pub temperature: f64,
    pub top_p: f64,
    /// The first one is sampled with it, the next with `seed + 1`, and so on.
    pub seed: u64,
    /// Words and signs that must not be written.
    pub without: Vec<String>,
    /// When it is over, no further one is begun, and the one being written ends.
    pub time_limit: Duration,
    /// For the ledger: `draft`, `redo`, …
    pub purpose: &'static str,
}

/// One way in which a text could go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuation {
    /// One sentence, without the text it goes on from.
    pub text: String,
    /// The mean natural logarithm of its tokens' probabilities after the prompt, by the model's unchanged scores.
    pub log_prob: f32,
    /// The same after the prompt without the topic.
    pub baseline_log_prob: f32,
    /// It stopped because `max_tokens` were written or the time was up.
    pub cut_off: bool,
}

/// The continuations of one request, and what they took together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Continuations {
    pub all: Vec<Continuation>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub millis: i64,
}

/// Takes the text so far, after each token or so.
pub type Written<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Writes.
#[async_trait]
pub trait TextModel: Send + Sync {
    /// Provider and model name, for people: `("local", "SmolLM2-135M-Instruct")`.
    fn name(&self) -> (String, String);

    /// How many tokens a prompt for it should stay within.
    fn prompt_budget(&self) -> usize;

    /// How many tokens `text` takes, counted or estimated from above. Counted for sure after [`TextModel::prepare`].
    fn count_tokens(&self, text: &str) -> usize;

    /// A last message of the assistant's own is the beginning of its answer, and stands in the answer. Where this is
    /// false, no such message may be sent.
    fn continues(&self) -> bool {
        false
    }

    /// The most that a call may cost. What runs on this machine is free.
    fn worst_price(&self, _: &TextRequest) -> MicroUsd {
        MicroUsd(0)
    }

    /// Gets ready for work: loads what has to be loaded. A missing model is noticed here, before a prompt is made.
    async fn prepare(&self) -> Result<(), ModelError> {
        Ok(())
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError>;

    /// Several sentences that could follow. Only a model that [`TextModel::continues`] can do this; `done` is called
    /// with the count of those that are finished.
    ///
    /// # Errors
    /// Those of [`TextModel::write`]; [`ModelError::Refused`] from a model that cannot.
    async fn continuations(
        &self,
        _: &ContinuationRequest,
        _done: &(dyn Fn(usize) + Send + Sync),
        _: &CancellationToken,
    ) -> Result<Continuations, ModelError> {
        let (provider, model) = self.name();
        Err(ModelError::Refused {
            provider,
            why: format!("{model} does not go on from a text"),
        })
    }
}

/// Turns texts into vectors of unit length.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Provider and model name; a table of vectors carries `provider/model`.
    fn name(&self) -> (String, String);

    fn dimensions(&self) -> usize;

    /// The most that a call may cost. What runs on this machine is free.
    fn worst_price(&self, _: &[String]) -> MicroUsd {
        MicroUsd(0)
    }

    /// One vector a text, in their order, and what it took. `purpose` is for the ledger: `index` or `query`.
    async fn embed_counted(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Embedded, ModelError>;

    /// The vectors alone.
    async fn embed(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(self.embed_counted(texts, purpose).await?.vectors)
    }
}

/// Vectors and what they took.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    pub vectors: Vec<Vec<f32>>,
    pub tokens: i64,
    pub micro_usd: i64,
}

impl Embedded {
    /// Vectors that cost nothing.
    pub const fn free(vectors: Vec<Vec<f32>>) -> Self {
        Self {
            vectors,
            tokens: 0,
            micro_usd: 0,
        }
    }
}

/// `vector` made as long as 1. One of zeros stays as it is.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for number in &mut vector {
            *number /= length;
        }
    }
    vector
}
