//! A provider behind HTTP: what it is asked goes out here, what a failure means is told in words here, and a paid answer
//! is kept before anybody reads it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::content::hex;
use crate::domain::error::shortened;
use crate::domain::ledger::Answers;
use crate::models::complaint::{Complaint, WORDS};
use crate::models::{ModelError, Took};
use crate::net::NetError;
use crate::net::endpoint::{Endpoint, Question};
use crate::net::request::{Heard, RequestError, Response, Twice};

/// The most bytes of an answer in words. A picture in Base64 takes more and has its own measure.
pub const TEXT_CAP: u64 = 4 << 20;

/// The settings of a provider, by their names, for what people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub provider: &'static str,
    pub key: &'static str,
    pub address: &'static str,
}

/// A provider.
#[derive(Clone)]
pub struct Service {
    pub settings: Settings,
    pub endpoint: Endpoint,
    pub answers: Arc<dyn Answers>,
}

/// One question to a provider.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub path: &'a str,
    pub body: &'a Value,
    /// The setting that names the model, and the model.
    pub model: (&'static str, &'a str),
    /// What it costs at most: counted when the work may have been done and nobody can say what it took.
    pub worst: Took,
    /// Names the work; empty: the answer is not kept.
    pub key: &'a str,
    pub limit: Duration,
    pub cap: u64,
    /// Whether it may be asked again where the service may have done the work already.
    pub twice: Twice,
    /// Listens to the answer while it comes.
    pub heard: Option<Heard<'a>>,
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub body: Vec<u8>,
    /// It was paid for before a crash.
    pub again: bool,
    /// Under what it is kept, if it is.
    kept: Option<String>,
}

/// How a question failed.
#[derive(Debug)]
pub enum Failed {
    /// With these words, of this status: some questions can be put differently.
    Said(u16, Complaint),
    Other(ModelError),
}

/// Why there is no text in an answer of good status.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is unreadable, or not there to its end.
    Garbled,
    /// The service says in it that it failed.
    Failed(Complaint),
}

impl Service {
    pub(super) fn name(&self) -> String {
        self.settings.provider.to_owned()
    }

    /// An answer that cannot be used; asking again may bring a better one.
    pub(super) fn unavailable(&self, why: impl Into<String>) -> ModelError {
        ModelError::Unavailable {
            provider: self.name(),
            why: why.into(),
        }
    }

    pub(super) fn refused(&self, why: &str) -> ModelError {
        ModelError::Refused {
            provider: self.name(),
            why: shortened(why.trim().trim_end_matches('.'), WORDS),
        }
    }

    pub(super) fn unusable(&self, why: impl Into<String>) -> ModelError {
        ModelError::Unusable {
            provider: self.name(),
            why: why.into(),
        }
    }

    /// Asks, and answers with the body of a success. What was paid for once is not paid for again.
    pub(super) async fn ask(
        &self,
        asked: &Asked<'_>,
        cancel: &CancellationToken,
    ) -> Result<Answered, Failed> {
        if cancel.is_cancelled() {
            return Err(Failed::Other(ModelError::Cancelled));
        }
        let body = asked.body.to_string();
        let kept = (!asked.key.is_empty()).then(|| {
            let parts = [self.settings.provider, asked.path, asked.key, &body];
            hex(&Sha256::digest(parts.join("\0")))
        });
        if let Some(body) = self.paid_before(kept.as_deref()).await {
            return Ok(Answered {
                body,
                again: true,
                kept,
            });
        }
        let question = Question {
            path: asked.path,
            body: Some(body.as_bytes()),
            limit: asked.limit,
            cap: asked.cap,
            twice: asked.twice,
            heard: asked.heard,
        };
        let reply = tokio::select! {
            biased;
            () = cancel.cancelled() => {
                return Err(Failed::Other(asked.worst.and(ModelError::Cancelled)));
            }
            reply = self.endpoint.ask(&question) => reply,
        };
        let reply = reply.map_err(|failed| Failed::Other(self.no_reply(&failed, asked)))?;
        if reply.status >= 300 {
            return Err(self.failed(&reply, asked));
        }
        if let Some(key) = &kept {
            let keeping = self.answers.keep(key, &reply.body).await;
            if let Err(error) = keeping {
                tracing::error!(error = %format!("{error:#}"), "a paid answer could not be kept");
            }
        }
        Ok(Answered {
            body: reply.body,
            again: false,
            kept,
        })
    }

    /// The same, for questions that cannot be put differently.
    pub(super) async fn ask_plainly(
        &self,
        asked: &Asked<'_>,
        cancel: &CancellationToken,
    ) -> Result<Answered, ModelError> {
        self.ask(asked, cancel)
            .await
            .map_err(|failed| match failed {
                Failed::Said(status, complaint) => self.in_words(status, &complaint, asked.model),
                Failed::Other(error) => error,
            })
    }

    /// Asks without a body.
    pub(super) async fn get(&self, path: &str, limit: Duration) -> Result<Response, ModelError> {
        let question = Question {
            path,
            body: None,
            limit,
            cap: TEXT_CAP,
            twice: Twice::AfterFault,
            heard: None,
        };
        self.endpoint
            .ask(&question)
            .await
            .map_err(|failed| self.unreachable(&failed.error))
    }

    /// An answer that turned out to be useless is not handed out again.
    pub(super) async fn forget(&self, answered: &Answered) {
        if let Some(key) = &answered.kept
            && let Err(error) = self.answers.forget(key).await
        {
            tracing::error!(error = %format!("{error:#}"), "a useless answer could not be dropped");
        }
    }

    async fn paid_before(&self, key: Option<&str>) -> Option<Vec<u8>> {
        match self.answers.kept(key?).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(error = %format!("{error:#}"), "kept answers cannot be read");
                None
            }
        }
    }

    fn no_reply(&self, failed: &RequestError, asked: &Asked<'_>) -> ModelError {
        let error = self.unreachable(&failed.error);
        match failed.error {
            _ if !failed.may_have_arrived => error,
            NetError::Unreachable { .. } => asked.worst.and_passing(error),
            _ => asked.worst.and(error),
        }
    }

    /// What an answer without a text means. It may have to be paid.
    pub(super) fn no_text(&self, unread: &Unread, asked: &Asked<'_>) -> ModelError {
        let Unread::Failed(complaint) = unread else {
            let error = self.unavailable("its answer is unreadable");
            return asked.worst.and(error);
        };
        let status = complaint.code.parse().unwrap_or(500);
        if status != 429 && status < 500 {
            return asked
                .worst
                .and(self.in_words(status, complaint, asked.model));
        }
        let words = complaint.words();
        let why = if words.is_empty() {
            "it broke off".to_owned()
        } else {
            words
        };
        asked.worst.and_passing(self.unavailable(why))
    }

    fn unreachable(&self, error: &NetError) -> ModelError {
        let why = match error {
            NetError::TimedOut { .. } => "nothing came in time".to_owned(),
            NetError::SlowDown {
                wait: Some(wait), ..
            } => format!("it asks to wait {} seconds", wait.as_secs().max(1)),
            NetError::Unreachable { why, .. } => {
                format!("{} cannot be reached ({why})", self.settings.address)
            }
            other => other.to_string(),
        };
        self.unavailable(why)
    }

    fn failed(&self, reply: &Response, asked: &Asked<'_>) -> Failed {
        let complaint = Complaint::read(&reply.body);
        if let (429 | 503 | 529, Some(wait)) = (reply.status, reply.wait)
            && !complaint.names(&["insufficient_quota"])
        {
            let why = format!("it asks to wait {} seconds", wait.as_secs().max(1));
            return Failed::Other(self.unavailable(why));
        }
        tracing::debug!(
            model.provider = self.settings.provider,
            model.name = asked.model.1,
            http.status = reply.status,
            error.code = complaint.code,
            "a model call failed"
        );
        Failed::Said(reply.status, complaint)
    }

    /// What a status and the provider's words mean. A refused key is not repeated: the words may hold pieces of it.
    pub(super) fn in_words(
        &self,
        status: u16,
        complaint: &Complaint,
        (setting, model): (&str, &str),
    ) -> ModelError {
        let said = complaint.words();
        let colon = if said.is_empty() { "" } else { ": " };
        match status {
            401 => self.unusable(format!("{} is refused", self.settings.key)),
            402 => self.unusable("the account has no money left"),
            429 if complaint.names(&["insufficient_quota", "billing"]) => {
                self.unusable("the account has no money left")
            }
            429 => self.unavailable("it asks to slow down"),
            404 => self.unusable(format!(
                "it does not know the model {model}; {setting} names another"
            )),
            400 | 403 | 422
                if complaint.names(&[
                    "content_policy",
                    "content policy",
                    "moderation",
                    "safety",
                ]) =>
            {
                self.refused(if said.is_empty() {
                    "no reason given"
                } else {
                    &said
                })
            }
            403 => self.unusable(format!(
                "{} may not use {model}{colon}{said}",
                self.settings.key
            )),
            400..500 => self.unusable(format!("it answered {status}{colon}{said}")),
            _ => self.unavailable(format!("it answered {status}{colon}{said}")),
        }
    }
}
