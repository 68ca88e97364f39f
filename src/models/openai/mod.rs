//! `OpenAI`, and every service that speaks like it: chat completions with pictures, embeddings, moderation.
//!
//! What goes out is made of the types of `async-openai`. Its client is not used: it has no timeout, repeats by itself
//! without counting, loses the status of some errors, and some of its answers do not read what services send. Answers are
//! read by small types here that ask for no more than is needed.

mod chat;
mod embed;
mod messages;
mod moderate;
mod retire;
mod sight;
mod wire;

use std::sync::Arc;

use parking_lot::Mutex;

use crate::models::complaint::Complaint;
use crate::models::prices::{Price, Prices};
use crate::models::service::Service;

pub use embed::OpenAiEmbedder;
pub use moderate::OpenAiModerator;
pub use retire::retires;

/// The provider's name in the ledger and on cards.
pub const NAME: &str = "openai";

/// Begins the names of models that are known to think before they answer. Of others it is learned from an answer.
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
    /// Its messages may begin with one of the system.
    system: bool,
    /// It thinks before it answers, out of the same tokens.
    thinks: bool,
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
            system: true,
            thinks,
            format: Format::Schema,
        }
    }

    /// What to try after a complaint; none when it is about something else. A template that takes no message of the
    /// system is, to some servers, a fault of their own.
    fn after(self, status: u16, complaint: &Complaint) -> Option<Self> {
        let mut next = self;
        if self.system
            && matches!(status, 400 | 422 | 500)
            && complaint.names(&["system role", "role system", "system message"])
        {
            next.system = false;
        } else if !matches!(status, 400 | 422) {
            return None;
        } else if complaint.names(&["max_completion_tokens", "max_tokens"]) {
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
        *self.dialect.lock()
    }

    fn learn(&self, dialect: Dialect) {
        *self.dialect.lock() = dialect;
    }

    /// From now on; true where there was none before.
    fn leave_room_for_thoughts(&self) -> bool {
        let mut dialect = self.dialect.lock();
        !std::mem::replace(&mut dialect.thinks, true)
    }

    fn thinking(&self) -> usize {
        if self.dialect().thinks { THINKING } else { 0 }
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
        assert!(other.after(400, &said).unwrap().completion_tokens);
        let no_schema = other
            .after(
                400,
                &complaint("response_format json_schema is not supported"),
            )
            .unwrap();
        assert_eq!(no_schema.format, Format::Json);
        let no_system = complaint("Only user and assistant: System role not supported");
        assert!(!other.after(500, &no_system).unwrap().system);
        assert_eq!(other.after(500, &said), None);
        let overloaded = complaint("the model is overloaded");
        assert_eq!(official.after(400, &overloaded), None);
    }
}
