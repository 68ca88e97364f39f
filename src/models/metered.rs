//! Every call of a model is counted and written into the ledger: what for, what it took, what it cost, how it ended.
//!
//! A ledger that fails is logged and does not lose the answer. What is written is the prompt's hash, never the prompt.

use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::domain::content::hex;
use crate::domain::error::shortened;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{CallOutcome, Ledger, MicroUsd, ModelCall, ModelRole};
use crate::models::{
    Embedded, Embedder, Message, ModelError, Speaker, TextAnswer, TextModel, TextRequest, Written,
};

/// The longest error text that is kept of a call.
const ERROR_CHARS: usize = 300;

/// A model whose calls are all in the ledger of one workspace.
#[derive(Clone)]
pub struct Metered<M: ?Sized> {
    ledger: Arc<dyn Ledger>,
    clock: SharedClock,
    workspace: WorkspaceId,
    inner: Arc<M>,
}

pub type MeteredText = Metered<dyn TextModel>;
pub type MeteredEmbedder = Metered<dyn Embedder>;

impl<M: ?Sized> Metered<M> {
    pub fn new(
        inner: Arc<M>,
        ledger: Arc<dyn Ledger>,
        clock: SharedClock,
        workspace: WorkspaceId,
    ) -> Self {
        Self {
            ledger,
            clock,
            workspace,
            inner,
        }
    }

    /// The same model, its calls on the account of another workspace.
    #[must_use]
    pub fn on_account_of(&self, workspace: WorkspaceId) -> Self {
        Self {
            ledger: self.ledger.clone(),
            clock: self.clock.clone(),
            workspace,
            inner: self.inner.clone(),
        }
    }

    async fn record(&self, call: ModelCall) {
        count(&call);
        if let Err(error) = self.ledger.record(self.workspace, &call).await {
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
    at: jiff::Timestamp,
}

/// What an answer took.
struct Took {
    tokens_in: i64,
    tokens_out: i64,
    micro_usd: i64,
}

impl Begun {
    fn ended(self, now: jiff::Timestamp, result: Result<Took, &ModelError>) -> ModelCall {
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

    async fn prepare(&self) -> Result<(), ModelError> {
        self.inner.prepare().await
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let begun = Begun {
            role: ModelRole::Text,
            name: self.inner.name(),
            purpose: request.purpose,
            prompt_hash: hash_of_talk(&request.messages),
            at: self.clock.now(),
        };
        let result = self.inner.write(request, written, cancel).await;
        let took = result.as_ref().map(|answer| Took {
            tokens_in: answer.tokens_in,
            tokens_out: answer.tokens_out,
            micro_usd: answer.micro_usd,
        });
        self.record(begun.ended(self.clock.now(), took)).await;
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
        let begun = Begun {
            role: ModelRole::Embedder,
            name: self.inner.name(),
            purpose,
            prompt_hash: hash_of(texts.iter().map(String::as_str)),
            at: self.clock.now(),
        };
        let result = self.inner.embed_counted(texts, purpose).await;
        let took = result.as_ref().map(|embedded| Took {
            tokens_in: embedded.tokens,
            tokens_out: 0,
            micro_usd: embedded.micro_usd,
        });
        self.record(begun.ended(self.clock.now(), took)).await;
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
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::clock::ManualClock;
    use crate::domain::ids::ModelCallId;

    #[derive(Default)]
    struct Book {
        calls: Mutex<Vec<(WorkspaceId, ModelCall)>>,
        broken: bool,
    }

    #[async_trait]
    impl Ledger for Book {
        async fn record(&self, w: WorkspaceId, call: &ModelCall) -> anyhow::Result<ModelCallId> {
            anyhow::ensure!(!self.broken, "the disk is full");
            let mut calls = self.calls.lock().unwrap();
            calls.push((w, call.clone()));
            Ok(ModelCallId(i64::try_from(calls.len()).unwrap()))
        }
    }

    /// Answers `answer` after two seconds of a manual clock.
    struct Slow {
        clock: Arc<ManualClock>,
        answer: Result<&'static str, ModelError>,
    }

    #[async_trait]
    impl TextModel for Slow {
        fn name(&self) -> (String, String) {
            ("fake".into(), "one".into())
        }
        fn prompt_budget(&self) -> usize {
            100
        }
        fn count_tokens(&self, text: &str) -> usize {
            text.len()
        }
        async fn write(
            &self,
            _: &TextRequest,
            written: Written<'_>,
            _: &CancellationToken,
        ) -> Result<TextAnswer, ModelError> {
            self.clock.advance(Duration::from_secs(2));
            let text = self.answer.clone()?;
            written(text);
            Ok(TextAnswer {
                text: text.into(),
                tokens_in: 12,
                tokens_out: 3,
                micro_usd: 40,
                millis: 1,
                provider: "fake".into(),
                model: "one".into(),
                cut_off: false,
            })
        }
    }

    #[async_trait]
    impl Embedder for Slow {
        fn name(&self) -> (String, String) {
            ("fake".into(), "two".into())
        }
        fn dimensions(&self) -> usize {
            2
        }
        async fn embed(
            &self,
            texts: &[String],
            _: &'static str,
        ) -> Result<Vec<Vec<f32>>, ModelError> {
            Ok(vec![vec![1.0, 0.0]; texts.len()])
        }
    }

    fn request(text: &str) -> TextRequest {
        TextRequest {
            messages: vec![Message {
                speaker: Speaker::User,
                text: text.to_owned(),
            }],
            purpose: "draft",
            ..TextRequest::default()
        }
    }

    async fn ask(
        answer: Result<&'static str, ModelError>,
        broken: bool,
    ) -> (Result<TextAnswer, ModelError>, Arc<Book>) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_000).unwrap()));
        let book = Arc::new(Book {
            broken,
            ..Book::default()
        });
        let slow: Arc<dyn TextModel> = Arc::new(Slow {
            clock: clock.clone(),
            answer,
        });
        let metered = Metered::new(slow, book.clone(), clock, WorkspaceId(3));
        let answer = metered
            .write(&request("secret words"), &|_| (), &CancellationToken::new())
            .await;
        (answer, book)
    }

    #[tokio::test]
    async fn an_answer_is_in_the_ledger_with_what_it_took_and_without_the_prompt() {
        let (answer, book) = ask(Ok("hello"), false).await;
        assert_eq!(answer.unwrap().text, "hello");
        let calls = book.calls.lock().unwrap();
        let (workspace, call) = &calls[0];
        assert_eq!(calls.len(), 1);
        assert_eq!(*workspace, WorkspaceId(3));
        assert_eq!(
            (call.tokens_in, call.tokens_out, call.cost, call.millis),
            (12, 3, MicroUsd(40), 2_000)
        );
        assert_eq!(
            (call.role, call.outcome),
            (ModelRole::Text, CallOutcome::Ok)
        );
        assert_eq!(
            (call.at.as_second(), call.purpose.as_str()),
            (1_000, "draft")
        );
        assert_eq!(call.prompt_hash.len(), 64);
        assert!(!format!("{call:?}").contains("secret words"));
    }

    #[tokio::test]
    async fn a_failure_and_a_stop_are_written_down_as_what_they_are() {
        let why = ModelError::Unavailable {
            provider: "fake".into(),
            why: "no answer".into(),
        };
        for (error, outcome) in [
            (why, CallOutcome::Failed),
            (ModelError::Cancelled, CallOutcome::Cancelled),
        ] {
            let (answer, book) = ask(Err(error.clone()), false).await;
            assert_eq!(answer, Err(error.clone()));
            let calls = book.calls.lock().unwrap();
            assert_eq!(calls[0].1.outcome, outcome);
            assert_eq!(calls[0].1.error, Some(error.to_string()));
        }
    }

    #[tokio::test]
    async fn a_ledger_that_fails_does_not_lose_the_answer() {
        let (answer, _) = ask(Ok("hello"), true).await;
        assert_eq!(answer.unwrap().text, "hello");
    }

    #[tokio::test]
    async fn embeddings_are_counted_too() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let book = Arc::new(Book::default());
        let slow: Arc<dyn Embedder> = Arc::new(Slow {
            clock: clock.clone(),
            answer: Ok(""),
        });
        let metered = Metered::new(slow, book.clone(), clock, WorkspaceId::FIRST);
        let other = metered.on_account_of(WorkspaceId(2));
        assert_eq!(
            other.embed(&["a".into()], "query").await.unwrap(),
            [[1.0, 0.0]]
        );
        let calls = book.calls.lock().unwrap();
        assert_eq!(calls[0].0, WorkspaceId(2));
        assert_eq!(
            (calls[0].1.role, calls[0].1.purpose.as_str()),
            (ModelRole::Embedder, "query")
        );
    }

    #[test]
    fn who_said_what_is_part_of_the_hash() {
        let user = hash_of_talk(&request("ab").messages);
        let mut system = request("ab").messages;
        system[0].speaker = Speaker::System;
        assert_ne!(user, hash_of_talk(&system));
        assert_ne!(
            hash_of(["ab", "c"].into_iter()),
            hash_of(["a", "bc"].into_iter())
        );
    }
}
