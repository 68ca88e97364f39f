//! What Ollama answers, as far as it is read.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) message: Message,
    #[serde(default)]
    pub(super) done_reason: Option<String>,
    #[serde(default)]
    pub(super) prompt_eval_count: i64,
    #[serde(default)]
    pub(super) eval_count: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    pub(super) prompt_eval_count: i64,
}
