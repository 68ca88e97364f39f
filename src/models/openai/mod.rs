//! `OpenAI`, and every service that speaks like it: chat completions with pictures, embeddings, moderation.
//!
//! What goes out is made of the types of `async-openai`. Its client is not used: it has no timeout, repeats by itself
//! without counting, loses the status of some errors, and some of its answers do not read what services send. Answers are
//! read by small types here that ask for no more than is needed.

mod chat;
mod embed;
mod moderate;
mod retire;
mod sight;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use crate::models::prices::{Price, Prices};
use crate::models::service::{Complaint, Service};

pub use embed::OpenAiEmbedder;
pub use moderate::OpenAiModerator;
pub use retire::retires;

/// The provider's name in the ledger and on cards.
pub const NAME: &str = "openai";

/// Begins the names of models that think before they answer.
const THINKERS: [&str; 6] = ["o1", "o3", "o4", "gpt-5", "gpt-6", "gpt-oss"];

/// What a thinking model may think in tokens, beyond its answer.
const THINKING: usize = 2_000;

/// What one model of the service writes and sees.
#[derive(Clone)]
pub struct OpenAi {
    service: Service,
    model: String,
    price: Option<Price>,
    /// What the service turned out to understand. Learned from its complaints.
    dialect: Arc<Mutex<Dialect>>,
}

/// How a service wants to be asked. Compatible ones differ.
#[expect(
    clippy::struct_excessive_bools,
    reason = "services differ in each of them alone"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialect {
    /// The field for the bound on an answer is called `max_completion_tokens`, not `max_tokens`.
    completion_tokens: bool,
    sampling: bool,
    effort: bool,
    /// It answers piece by piece where it is asked to.
    stream: bool,
    format: Format,
}

/// How much of a demanded form a service keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Schema,
    Json,
    /// It knows none: the form is asked for in words.
    Words,
}

impl Dialect {
    fn of(model: &str, official: bool) -> Self {
        let thinks = THINKERS.iter().any(|thinker| model.starts_with(thinker));
        Self {
            completion_tokens: official || thinks,
            sampling: !thinks,
            effort: thinks && official,
            stream: true,
            format: Format::Schema,
        }
    }

    /// What to try after a complaint; none when it is about something else.
    fn after(self, complaint: &Complaint) -> Option<Self> {
        let mut next = self;
        if complaint.names(&["max_completion_tokens", "max_tokens"]) {
            next.completion_tokens = !self.completion_tokens;
        } else if self.stream && complaint.names(&["stream"]) {
            next.stream = false;
        } else if self.effort && complaint.names(&["reasoning_effort"]) {
            next.effort = false;
        } else if self.sampling && complaint.names(&["temperature", "top_p", "seed"]) {
            next.sampling = false;
        } else if complaint.names(&[
            "response_format",
            "json_schema",
            "json schema",
            "structured",
        ]) {
            next.format = match self.format {
                Format::Schema => Format::Json,
                Format::Json => Format::Words,
                Format::Words => return None,
            };
        }
        (next != self).then_some(next)
    }
}

impl OpenAi {
    #[must_use]
    pub fn new(service: Service, model: &str, prices: &Prices) -> Self {
        let official = service.endpoint.host() == "api.openai.com";
        Self {
            price: prices.of(NAME, model).cloned(),
            dialect: Arc::new(Mutex::new(Dialect::of(model, official))),
            model: model.to_owned(),
            service,
        }
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, dialect: Dialect) {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner) = dialect;
    }

    fn thinking(&self) -> usize {
        let thinks = THINKERS
            .iter()
            .any(|thinker| self.model.starts_with(thinker));
        if thinks { THINKING } else { 0 }
    }
}

/// Tokens of a text, estimated from above for what people write: a token has three bytes and more in most scripts.
fn tokens_in(text: &str) -> usize {
    text.len().div_ceil(3) + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(message: &str) -> Complaint {
        Complaint {
            message: message.to_owned(),
            ..Complaint::default()
        }
    }

    #[test]
    fn a_service_is_asked_in_the_way_it_understands() {
        let official = Dialect::of("gpt-4o", true);
        assert!(official.completion_tokens && official.sampling && !official.effort);
        let thinker = Dialect::of("gpt-6-luna", true);
        assert!(thinker.completion_tokens && !thinker.sampling && thinker.effort);
        let other = Dialect::of("llama-3.1-8b", false);
        assert!(!other.completion_tokens);
        let said =
            complaint("Unsupported parameter: 'max_tokens' is not supported with this model");
        assert!(other.after(&said).unwrap().completion_tokens);
        let no_schema = other
            .after(&complaint("response_format json_schema is not supported"))
            .unwrap();
        assert_eq!(no_schema.format, Format::Json);
        assert_eq!(official.after(&complaint("the model is overloaded")), None);
    }
}
