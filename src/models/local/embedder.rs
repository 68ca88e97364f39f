//! all-MiniLM-L6-v2: a text becomes 384 numbers of unit length, near texts near numbers.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use jiff::Timestamp;
use tokenizers::{Tokenizer, TruncationParams};
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::models::local::batch::runs;
use crate::models::local::resident::Resident;
use crate::models::local::{PROVIDER, failed, files, off_the_async_threads};
use crate::models::{Embedded, Embedder, ModelError};

const MODEL: &str = "all-MiniLM-L6-v2";
const DIMENSIONS: usize = 384;

/// What the model was made for; the rest of a longer text is not looked at.
const MOST_TOKENS: usize = 256;

#[derive(Debug)]
pub struct LocalEmbedder {
    model: Resident<Loaded>,
}

impl LocalEmbedder {
    #[must_use]
    pub fn new(models_dir: &Path, clock: SharedClock) -> Self {
        Self {
            model: Resident::new(models_dir, Loaded::read, clock),
        }
    }

    /// Drops the model when nobody used it for ten minutes. Says whether it did.
    pub fn unload_idle(&self, now: Timestamp) -> bool {
        self.model.unload_idle(now)
    }
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn name(&self) -> (String, String) {
        (PROVIDER.to_owned(), MODEL.to_owned())
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
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
        _purpose: &'static str,
    ) -> Result<Embedded, ModelError> {
        let stop = CancellationToken::new();
        let _stopped_when_dropped = stop.clone().drop_guard();
        let model = self.model.get().await?;
        let texts = texts.to_vec();
        let embedded = off_the_async_threads(move || model.embed(&texts, &stop)).await?;
        self.model.touch();
        Ok(embedded)
    }
}

/// The model in memory.
struct Loaded {
    tokenizer: Tokenizer,
    bert: BertModel,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}

/// A text in tokens and its place among those that were asked for.
struct Row {
    place: usize,
    ids: Vec<u32>,
}

impl Loaded {
    fn read(models_dir: &Path) -> Result<Self, ModelError> {
        let [weights, tokenizer, config] = ["model.safetensors", "tokenizer.json", "config.json"]
            .map(|name| files::EMBEDDER.find(models_dir, name));
        let (weights, tokenizer, config) = (weights?, tokenizer?, config?);
        let read = || -> anyhow::Result<Self> {
            let mut tokenizer =
                Tokenizer::from_file(&tokenizer).map_err(anyhow::Error::from_boxed)?;
            tokenizer.with_padding(None);
            tokenizer
                .with_truncation(Some(TruncationParams {
                    max_length: MOST_TOKENS,
                    ..TruncationParams::default()
                }))
                .map_err(anyhow::Error::from_boxed)?;
            let config: Config = serde_json::from_slice(&std::fs::read(&config)?)?;
            let bytes = std::fs::read(&weights)?;
            let tensors = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)?;
            let bert = BertModel::load(tensors, &config)?;
            Ok(Self { tokenizer, bert })
        };
        read().map_err(|why| files::EMBEDDER.broken(&weights, why))
    }

    /// Embeds in batches of like length, on every core, a batch a thread.
    fn embed(&self, texts: &[String], stop: &CancellationToken) -> Result<Embedded, ModelError> {
        let mut rows = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let encoding = self
                .tokenizer
                .encode_fast(text.as_str(), true)
                .map_err(failed)?;
            rows.push(Row {
                place,
                ids: encoding.get_ids().to_vec(),
            });
        }
        let tokens = rows.iter().map(|row| row.ids.len()).sum::<usize>();
        rows.sort_by_key(|row| row.ids.len());
        let lengths: Vec<usize> = rows.iter().map(|row| row.ids.len()).collect();
        let vectors = self.embed_rows(&rows, &runs(&lengths), stop)?;
        Ok(Embedded {
            vectors,
            tokens: i64::try_from(tokens).unwrap_or(i64::MAX),
            micro_usd: 0,
        })
    }

    /// Every core takes the next run as it gets free. (Inside a batch only the products of matrices use both.)
    fn embed_rows(
        &self,
        rows: &[Row],
        runs: &[Range<usize>],
        stop: &CancellationToken,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // The longest texts first: they are at the end, and a long last batch would leave the other cores idle.
        let next = AtomicUsize::new(runs.len());
        let work = || -> Result<Vec<(usize, Vec<f32>)>, ModelError> {
            let mut done = Vec::new();
            while let Some(turn) = next
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                })
                .ok()
                .map(|left| left - 1)
            {
                if stop.is_cancelled() {
                    return Err(ModelError::Cancelled);
                }
                let batch = &rows[runs[turn].clone()];
                let vectors = self.forward(batch).map_err(failed)?;
                done.extend(batch.iter().map(|row| row.place).zip(vectors));
            }
            Ok(done)
        };
        let parts = std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..cores.min(runs.len()))
                .map(|_| scope.spawn(work))
                .collect();
            let mut parts = vec![work()];
            for helper in helpers {
                parts.push(
                    helper
                        .join()
                        .unwrap_or_else(|_| Err(failed("a thread broke down"))),
                );
            }
            parts
        });
        let mut vectors = vec![Vec::new(); rows.len()];
        for part in parts {
            for (place, vector) in part? {
                vectors[place] = vector;
            }
        }
        Ok(vectors)
    }

    /// One batch, sorted by length: padded to the last one's, mean over the real tokens, unit length.
    fn forward(&self, batch: &[Row]) -> candle_core::Result<Vec<Vec<f32>>> {
        let longest = batch.last().map_or(0, |row| row.ids.len());
        let mut ids = Vec::with_capacity(batch.len() * longest);
        let mut mask = Vec::with_capacity(batch.len() * longest);
        for Row { ids: row, .. } in batch {
            ids.extend(row);
            ids.resize(ids.len() + longest - row.len(), 0);
            mask.resize(mask.len() + row.len(), 1.0_f32);
            mask.resize(mask.len() + longest - row.len(), 0.0);
        }
        let shape = (batch.len(), longest);
        let ids = Tensor::from_vec(ids, shape, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
        let states = self.bert.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
        let weights = mask.unsqueeze(D::Minus1)?;
        let sums = states.broadcast_mul(&weights)?.sum(1)?;
        let means = sums.broadcast_div(&weights.sum(1)?)?;
        let lengths = means.sqr()?.sum_keepdim(1)?.sqrt()?;
        means.broadcast_div(&lengths)?.to_vec2()
    }
}
