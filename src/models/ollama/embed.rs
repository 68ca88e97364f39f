//! Vectors by Ollama.

use std::time::Duration;

use async_trait::async_trait;
use ollama_rs::generation::embeddings::request::{EmbeddingsInput, GenerateEmbeddingsRequest};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::wire::Embeddings;
use super::{NAME, ask};
use crate::models::service::{Asked, Service};
use crate::models::{Embedded, Embedder, ModelError, Took, unit};
use crate::net::request::Twice;

const LIMIT: Duration = Duration::from_mins(1);
const CAP: u64 = 32 << 20;

/// How many texts go out at once.
const MOST_TEXTS: usize = 64;

/// How long the vectors of known models are.
const KNOWN: [(&str, usize); 7] = [
    ("all-minilm", 384),
    ("bge-m3", 1_024),
    ("embeddinggemma", 768),
    ("mxbai-embed-large", 1_024),
    ("nomic-embed-text", 768),
    ("qwen3-embedding", 1_024),
    ("snowflake-arctic-embed", 1_024),
];

/// The length for every other model, so that an index can be made while Ollama is away: shorter vectors are filled up with
/// zeros, which changes no angle between them; longer ones are cut, which such models are trained for.
const LENGTH: usize = 1_024;

#[derive(Clone)]
pub struct OllamaEmbedder {
    service: Service,
    model: String,
    dimensions: usize,
}

impl OllamaEmbedder {
    #[must_use]
    pub fn new(service: Service, model: &str) -> Self {
        let name = model.split(':').next().unwrap_or(model);
        // A tag names another size of the model, and another length.
        let plain = name == model || model.ends_with(":latest");
        let known = KNOWN.iter().find(|(known, _)| plain && *known == name);
        Self {
            dimensions: known.map_or(LENGTH, |(_, length)| *length),
            model: model.to_owned(),
            service,
        }
    }

    async fn batch(&self, texts: &[String]) -> Result<Embedded, ModelError> {
        let input = EmbeddingsInput::Multiple(texts.to_vec());
        let request = GenerateEmbeddingsRequest::new(self.model.clone(), input).truncate(true);
        let asked = Asked {
            path: "api/embed",
            body: &json!(request),
            model: ("OLLAMA_EMBEDDING_MODEL", &self.model),
            worst: Took::default(),
            key: "",
            limit: LIMIT,
            cap: CAP,
            twice: Twice::AfterFault,
            heard: None,
        };
        let body = ask(&self.service, &asked, &CancellationToken::new()).await?;
        let answer: Embeddings = serde_json::from_slice(&body)
            .map_err(|_| self.service.unavailable("its answer is unreadable"))?;
        let empty = answer.embeddings.iter().any(Vec::is_empty);
        if answer.embeddings.len() != texts.len() || empty {
            let why = format!("its vectors are not {} in number", texts.len());
            return Err(self.service.unavailable(why));
        }
        let fitted = answer.embeddings.into_iter().map(|mut vector| {
            vector.resize(self.dimensions, 0.0);
            unit(vector)
        });
        Ok(Embedded {
            vectors: fitted.collect(),
            tokens: answer.prompt_eval_count,
            micro_usd: 0,
        })
    }
}

#[async_trait]
impl Embedder for OllamaEmbedder {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn embed_counted(
        &self,
        texts: &[String],
        _: &'static str,
    ) -> Result<Embedded, ModelError> {
        let mut all = Embedded {
            vectors: Vec::with_capacity(texts.len()),
            tokens: 0,
            micro_usd: 0,
        };
        for texts in texts.chunks(MOST_TEXTS) {
            let part = self.batch(texts).await?;
            all.vectors.extend(part.vectors);
            all.tokens += part.tokens;
        }
        Ok(all)
    }
}
