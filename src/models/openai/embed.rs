//! Vectors by the service.

use std::time::Duration;

use async_openai::types::embeddings::{CreateEmbeddingRequest, EmbeddingInput, EncodingFormat};
use async_trait::async_trait;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::wire::{Embeddings, Usage};
use super::{NAME, tokens_in};
use crate::domain::error::shortened;
use crate::domain::ledger::MicroUsd;
use crate::models::prices::{Price, Prices};
use crate::models::service::{Asked, Service};
use crate::models::{Embedded, Embedder, ModelError, Took, unit};
use crate::net::request::Twice;

/// The most texts of one question.
const MOST_TEXTS: usize = 128;

/// The most characters of a text that are looked at: a post has fewer.
const MOST_CHARS: usize = 8_000;

const LIMIT: Duration = Duration::from_secs(30);
const CAP: u64 = 16 << 20;

/// Asks for vectors of a model's own length.
#[derive(Clone)]
pub struct OpenAiEmbedder {
    service: Service,
    model: String,
    dimensions: usize,
    price: Option<Price>,
}

impl OpenAiEmbedder {
    #[must_use]
    pub fn new(service: Service, model: &str, prices: &Prices) -> Self {
        let dimensions = if model.contains("large") {
            3_072
        } else {
            1_536
        };
        Self {
            price: prices.of(NAME, model).cloned(),
            model: model.to_owned(),
            dimensions,
            service,
        }
    }

    fn worst(&self, texts: &[String]) -> Took {
        let tokens: usize = texts.iter().map(|text| tokens_in(text)).sum();
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX / 2);
        Took {
            tokens_in: tokens,
            tokens_out: 0,
            micro_usd: self
                .price
                .as_ref()
                .map_or(0, |price| price.tokens(tokens, 0, 0).0),
        }
    }

    async fn batch(&self, texts: &[String]) -> Result<Embedded, ModelError> {
        let request = CreateEmbeddingRequest {
            model: self.model.clone(),
            input: EmbeddingInput::StringArray(texts.iter().map(|text| readable(text)).collect()),
            encoding_format: Some(EncodingFormat::Float),
            user: None,
            dimensions: None,
        };
        let worst = self.worst(texts);
        let asked = Asked {
            path: "embeddings",
            body: &json!(request),
            model: ("OPENAI_EMBEDDING_MODEL", &self.model),
            worst,
            key: "",
            limit: LIMIT,
            cap: CAP,
            twice: Twice::AfterFault,
            heard: None,
        };
        let answered = self
            .service
            .ask_plainly(&asked, &CancellationToken::new())
            .await?;
        let unreadable = |took: Took, why: &str| took.and(self.service.unavailable(why));
        let mut answer: Embeddings = serde_json::from_slice(&answered.body)
            .map_err(|_| unreadable(worst, "its answer is unreadable"))?;
        let took = Usage::of(&answer.usage).map_or(worst, |usage| usage.took(self.price.as_ref()));
        answer.data.sort_by_key(|one| one.index);
        let right = answer.data.len() == texts.len()
            && answer
                .data
                .iter()
                .all(|one| one.embedding.len() == self.dimensions);
        if !right {
            let why = format!(
                "its vectors are not {} of {} numbers",
                texts.len(),
                self.dimensions
            );
            return Err(unreadable(took, &why));
        }
        Ok(Embedded {
            vectors: answer
                .data
                .into_iter()
                .map(|one| unit(one.embedding))
                .collect(),
            tokens: took.tokens_in,
            micro_usd: took.micro_usd,
        })
    }
}

/// An empty text is refused by the service; a full stop means as little.
fn readable(text: &str) -> String {
    if text.trim().is_empty() {
        ".".to_owned()
    } else {
        shortened(text, MOST_CHARS)
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn worst_price(&self, texts: &[String]) -> MicroUsd {
        MicroUsd(self.worst(texts).micro_usd)
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
            let part = match self.batch(texts).await {
                Ok(part) => part,
                Err(error) => {
                    // What the batches before it cost is not lost with this one.
                    let (error, took) = error.parted();
                    let took = Took {
                        tokens_in: took.tokens_in + all.tokens,
                        tokens_out: 0,
                        micro_usd: took.micro_usd + all.micro_usd,
                    };
                    return Err(took.and(error));
                }
            };
            all.vectors.extend(part.vectors);
            all.tokens += part.tokens;
            all.micro_usd += part.micro_usd;
        }
        Ok(all)
    }
}
