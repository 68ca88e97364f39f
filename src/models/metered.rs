//! Every call of a model is counted and written into the ledger: what for, what it took, what it cost, how it ended.
//!
//! Before it, the day's [`Budget`] is asked with the most it can cost.
//!
//! A ledger that fails is logged and does not lose the answer. What is written is the prompt's hash, never the prompt.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::content::hex;
use crate::domain::error::shortened;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{CallOutcome, MicroUsd, ModelCall, ModelRole};
use crate::models::budget::Budget;
use crate::models::{
    Embedded, Embedder, Message, ModelError, Speaker, TextAnswer, TextModel, TextRequest, Written,
};

/// The longest error text that is kept of a call.
const ERROR_CHARS: usize = 300;

/// A model whose calls are all in the ledger of one workspace.
#[derive(Clone)]
pub struct Metered<M: ?Sized> {
    budget: Arc<Budget>,
    workspace: WorkspaceId,
    inner: Arc<M>,
}

pub type MeteredText = Metered<dyn TextModel>;
pub type MeteredEmbedder = Metered<dyn Embedder>;

impl<M: ?Sized> Metered<M> {
    pub fn new(inner: Arc<M>, budget: Arc<Budget>, workspace: WorkspaceId) -> Self {
        Self {
            budget,
            workspace,
            inner,
        }
    }

    /// The same model, its calls on the account of another workspace.
    #[must_use]
    pub fn on_account_of(&self, workspace: WorkspaceId) -> Self {
        Self {
            budget: self.budget.clone(),
            workspace,
            inner: self.inner.clone(),
        }
    }

    fn now(&self) -> Timestamp {
        self.budget.clock.now()
    }

    async fn record(&self, call: ModelCall) {
        count(&call);
        if let Err(error) = self.budget.ledger.record(self.workspace, &call).await {
            tracing::error!(
                model.provider = call.provider,
                model.name = call.model,
                model.purpose = call.purpose,
                error = format!("{error:#}"),
                "a model call could not be written into the ledger"
            );
        }
    }
}

/// What was asked of which model, before the outcome is known.
struct Begun {
    role: ModelRole,
    name: (String, String),
    purpose: &'static str,
    prompt_hash: String,
    at: Timestamp,
}

/// What an answer took.
struct Took {
    tokens_in: i64,
    tokens_out: i64,
    micro_usd: i64,
}

impl Begun {
    fn ended(self, now: Timestamp, result: Result<Took, &ModelError>) -> ModelCall {
        let (outcome, error, took) = match result {
            Ok(took) => (CallOutcome::Ok, None, took),
            Err(error) => (
                if *error == ModelError::Cancelled {
                    CallOutcome::Cancelled
                } else {
                    CallOutcome::Failed
                },
                Some(shortened(&error.to_string(), ERROR_CHARS)),
                Took {
                    tokens_in: 0,
                    tokens_out: 0,
                    micro_usd: 0,
                },
            ),
        };
        ModelCall {
            role: self.role,
            provider: self.name.0,
            model: self.name.1,
            purpose: self.purpose.to_owned(),
            prompt_hash: self.prompt_hash,
            tokens_in: took.tokens_in,
            tokens_out: took.tokens_out,
            cost: MicroUsd(took.micro_usd),
            millis: now.as_millisecond() - self.at.as_millisecond(),
            outcome,
            error,
            at: self.at,
        }
    }
}

fn count(call: &ModelCall) {
    let labels = [
        ("role", call.role.name().to_owned()),
        ("provider", call.provider.clone()),
        ("outcome", call.outcome.name().to_owned()),
    ];
    metrics::counter!("lumen_model_calls_total", &labels).increment(1);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a call takes far less than 2^52 milliseconds"
    )]
    metrics::histogram!("lumen_model_seconds", &labels).record(call.millis as f64 / 1000.0);
    for (direction, tokens) in [("in", call.tokens_in), ("out", call.tokens_out)] {
        metrics::counter!(
            "lumen_model_tokens_total",
            "role" => call.role.name(), "provider" => call.provider.clone(), "direction" => direction
        )
        .increment(u64::try_from(tokens).unwrap_or(0));
    }
}

#[async_trait]
impl TextModel for MeteredText {
    fn name(&self) -> (String, String) {
        self.inner.name()
    }

    fn prompt_budget(&self) -> usize {
        self.inner.prompt_budget()
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.inner.count_tokens(text)
    }

    fn continues(&self) -> bool {
        self.inner.continues()
    }

    fn worst_price(&self, request: &TextRequest) -> MicroUsd {
        self.inner.worst_price(request)
    }

    async fn prepare(&self) -> Result<(), ModelError> {
        self.inner.prepare().await
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let worst = self.inner.worst_price(request);
        let _promised = self.budget.promise(self.workspace, worst).await?;
        let begun = Begun {
            role: ModelRole::Text,
            name: self.inner.name(),
            purpose: request.purpose,
            prompt_hash: hash_of_talk(&request.messages),
            at: self.now(),
        };
        let result = self.inner.write(request, written, cancel).await;
        let took = result.as_ref().map(|answer| Took {
            tokens_in: answer.tokens_in,
            tokens_out: answer.tokens_out,
            micro_usd: answer.micro_usd,
        });
        self.record(begun.ended(self.now(), took)).await;
        result
    }
}

#[async_trait]
impl Embedder for MeteredEmbedder {
    fn name(&self) -> (String, String) {
        self.inner.name()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn worst_price(&self, texts: &[String]) -> MicroUsd {
        self.inner.worst_price(texts)
    }

    async fn embed(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(self.embed_counted(texts, purpose).await?.vectors)
    }

    async fn embed_counted(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Embedded, ModelError> {
        let worst = self.inner.worst_price(texts);
        let _promised = self.budget.promise(self.workspace, worst).await?;
        let begun = Begun {
            role: ModelRole::Embedder,
            name: self.inner.name(),
            purpose,
            prompt_hash: hash_of(texts.iter().map(String::as_str)),
            at: self.now(),
        };
        let result = self.inner.embed_counted(texts, purpose).await;
        let took = result.as_ref().map(|embedded| Took {
            tokens_in: embedded.tokens,
            tokens_out: 0,
            micro_usd: embedded.micro_usd,
        });
        self.record(begun.ended(self.now(), took)).await;
        result
    }
}

fn hash_of_talk(messages: &[Message]) -> String {
    hash_of(messages.iter().flat_map(|message| {
        let speaker = match message.speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        [speaker, message.text.as_str()]
    }))
}

/// SHA-256 over texts, each with its length before it, so that no two lists share a hash by where they are cut.
fn hash_of<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests;
