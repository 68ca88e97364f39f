//! What the service answers, as far as it is read.

use serde::Deserialize;

use crate::models::Took;
use crate::models::prices::Price;

#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    #[serde(default)]
    pub(super) choices: Vec<Choice>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
    #[serde(default)]
    pub(super) model: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) message: Message,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    pub(super) prompt_tokens: i64,
    #[serde(default)]
    pub(super) completion_tokens: i64,
    #[serde(default)]
    pub(super) prompt_tokens_details: Option<Details>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Details {
    #[serde(default)]
    pub(super) cached_tokens: Option<i64>,
}

impl Usage {
    pub(super) fn took(self, price: Option<&Price>) -> Took {
        let cached = self
            .prompt_tokens_details
            .and_then(|details| details.cached_tokens)
            .unwrap_or(0);
        let cost = price.map_or(0, |price| {
            price
                .tokens(self.prompt_tokens, cached, self.completion_tokens)
                .0
        });
        Took {
            tokens_in: self.prompt_tokens,
            tokens_out: self.completion_tokens,
            micro_usd: cost,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) data: Vec<Embedding>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Embedding {
    pub(super) index: usize,
    pub(super) embedding: Vec<f32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Moderations {
    pub(super) results: Vec<Moderation>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Moderation {
    pub(super) flagged: bool,
    #[serde(default)]
    pub(super) categories: std::collections::BTreeMap<String, Option<bool>>,
}
