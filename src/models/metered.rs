//! Every call of a model is counted and written into the ledger: what for, what it took, what it cost, how it ended.
//!
//! Before it, the day's [`Budget`] is asked with the most it can cost. A text or vision model whose call broke off is called
//! once more while the time lasts, as a call of its own. Pictures are not: one may have been made and paid for.
//!
//! A ledger that fails is logged and does not lose the answer. What is written is the prompt's hash, never the prompt.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::content::hex;
use crate::domain::error::shortened;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{CallOutcome, MicroUsd, ModelCall, ModelRole};
use crate::models::budget::Budget;
use crate::models::paint::{ImageModel, PaintRequest, Painted};
use crate::models::see::{Sight, SightRequest, VisionModel};
use crate::models::{
    ContinuationRequest, Continuations, Embedded, Embedder, Message, ModelError, Speaker,
    TextAnswer, TextModel, TextRequest, Took, Written,
};

/// The longest error text that is kept of a call.
const ERROR_CHARS: usize = 300;

/// How long a call and its repetition may take together where the request does not say.
const PATIENCE: Duration = Duration::from_mins(1);

/// A call that failed.
struct FailedCall {
    error: ModelError,
    /// The same question, asked again at once, may be answered.
    is_passing: bool,
}

impl From<FailedCall> for ModelError {
    fn from(failed: FailedCall) -> Self {
        failed.error
    }
}

/// A model whose calls are all in the ledger of one workspace.
#[derive(Clone)]
pub struct Metered<M: ?Sized> {
    budget: Arc<Budget>,
    workspace: WorkspaceId,
    inner: Arc<M>,
}

pub type MeteredText = Metered<dyn TextModel>;
pub type MeteredEmbedder = Metered<dyn Embedder>;
pub type MeteredVision = Metered<dyn VisionModel>;
pub type MeteredImage = Metered<dyn ImageModel>;

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

    /// Makes one call: money is set aside for it, and what it took is written down, whether it succeeds or not.
    async fn metered<T: Send>(
        &self,
        (role, name, purpose): (ModelRole, (String, String), &'static str),
        prompt_hash: String,
        worst: MicroUsd,
        call: impl Future<Output = Result<T, ModelError>> + Send,
        took: impl Fn(&T) -> Took + Send,
    ) -> Result<T, FailedCall> {
        let promised = self.budget.promise(self.workspace, purpose, worst).await;
        let _promised = promised.map_err(|error| FailedCall {
            error,
            is_passing: false,
        })?;
        let begun = Begun {
            role,
            name,
            purpose,
            prompt_hash,
            at: self.now(),
        };
        match call.await {
            Ok(answer) => {
                let call = begun.ended(self.now(), took(&answer), None);
                self.record(call).await;
                Ok(answer)
            }
            Err(error) => {
                let is_passing = error.is_passing();
                let (error, took) = error.parted();
                self.record(begun.ended(self.now(), took, Some(&error)))
                    .await;
                Err(FailedCall { error, is_passing })
            }
        }
    }

    /// Makes a call, and once more after a passing fault, in what is left of `patience`.
    async fn again_after_a_fault<T, F>(
        &self,
        patience: Duration,
        call: impl Fn(Duration) -> F + Send,
    ) -> Result<T, ModelError>
    where
        T: Send,
        F: Future<Output = Result<T, FailedCall>> + Send,
    {
        let begun = self.now();
        let failed = match call(patience).await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let elapsed = Duration::try_from(self.now().duration_since(begun)).unwrap_or_default();
        let rest = patience.saturating_sub(elapsed);
        if !failed.is_passing || rest.is_zero() {
            return Err(failed.error);
        }
        tracing::debug!(error = %failed.error, "a model is asked again");
        call(rest).await.map_err(|second| match second.error {
            // The money does not last for another try: what went wrong is the first fault.
            ModelError::OverBudget(_) => failed.error,
            error => error,
        })
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

impl Begun {
    fn ended(self, now: Timestamp, took: Took, error: Option<&ModelError>) -> ModelCall {
        let (outcome, error) = match error {
            None => (CallOutcome::Ok, None),
            Some(error) => (
                if *error == ModelError::Cancelled {
                    CallOutcome::Cancelled
                } else {
                    CallOutcome::Failed
                },
                Some(shortened(&error.to_string(), ERROR_CHARS)),
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
        let patience = request.patience.unwrap_or(PATIENCE);
        self.again_after_a_fault(patience, |patience| async move {
            let request = TextRequest {
                patience: Some(patience),
                ..request.clone()
            };
            self.metered(
                (ModelRole::Text, self.inner.name(), request.purpose),
                hash_of_talk(&request.messages),
                self.inner.worst_price(&request),
                self.inner.write(&request, written, cancel),
                |answer| Took {
                    tokens_in: answer.tokens_in,
                    tokens_out: answer.tokens_out,
                    micro_usd: answer.micro_usd,
                },
            )
            .await
        })
        .await
    }

    async fn continuations(
        &self,
        request: &ContinuationRequest,
        done: &(dyn Fn(usize) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Continuations, ModelError> {
        self.metered(
            (ModelRole::Text, self.inner.name(), request.purpose),
            hash_of_talk(request.messages.iter().chain(&request.baseline)),
            // Only a model on this machine goes on from a text, and it is free.
            MicroUsd(0),
            self.inner.continuations(request, done, cancel),
            |tried| Took {
                tokens_in: tried.tokens_in,
                tokens_out: tried.tokens_out,
                micro_usd: 0,
            },
        )
        .await
        .map_err(ModelError::from)
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

    async fn embed_counted(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Embedded, ModelError> {
        self.metered(
            (ModelRole::Embedder, self.inner.name(), purpose),
            hash_of(texts.iter().map(String::as_str)),
            self.inner.worst_price(texts),
            self.inner.embed_counted(texts, purpose),
            |embedded| Took {
                tokens_in: embedded.tokens,
                tokens_out: 0,
                micro_usd: embedded.micro_usd,
            },
        )
        .await
        .map_err(ModelError::from)
    }
}

#[async_trait]
impl VisionModel for MeteredVision {
    fn name(&self) -> (String, String) {
        self.inner.name()
    }

    fn worst_price(&self, request: &SightRequest) -> MicroUsd {
        self.inner.worst_price(request)
    }

    async fn look(
        &self,
        request: &SightRequest,
        cancel: &CancellationToken,
    ) -> Result<Sight, ModelError> {
        let picture = hex(&Sha256::digest(&request.picture));
        let hash = hash_of([picture.as_str(), request.question.as_str()].into_iter());
        let hash = hash.as_str();
        self.again_after_a_fault(request.patience, |patience| async move {
            let request = SightRequest {
                patience,
                ..request.clone()
            };
            self.metered(
                (ModelRole::Vision, self.inner.name(), request.purpose),
                hash.to_owned(),
                self.inner.worst_price(&request),
                self.inner.look(&request, cancel),
                |sight| sight.took,
            )
            .await
        })
        .await
    }
}

#[async_trait]
impl ImageModel for MeteredImage {
    fn name(&self) -> (String, String) {
        self.inner.name()
    }

    fn worst_price(&self, request: &PaintRequest) -> MicroUsd {
        self.inner.worst_price(request)
    }

    async fn paint(
        &self,
        request: &PaintRequest,
        cancel: &CancellationToken,
    ) -> Result<Painted, ModelError> {
        self.metered(
            (ModelRole::Image, self.inner.name(), request.purpose),
            hash_of([request.prompt.as_str(), request.text.as_str()].into_iter()),
            self.inner.worst_price(request),
            self.inner.paint(request, cancel),
            |painted| painted.took,
        )
        .await
        .map_err(ModelError::from)
    }
}

fn hash_of_talk<'a>(messages: impl IntoIterator<Item = &'a Message>) -> String {
    hash_of(messages.into_iter().flat_map(|message| {
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
