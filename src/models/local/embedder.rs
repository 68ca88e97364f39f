//! all-MiniLM-L6-v2: a text becomes 384 numbers of unit length, near texts near numbers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use async_trait::async_trait;
use jiff::Timestamp;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_gemm::GemmExecutor;
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use safetensors::SafeTensors;
use tokenizers::{Tokenizer, TruncationParams};
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::models::local::bert;
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
    model: Model,
    tokens: NodeId,
    places: NodeId,
    mean: NodeId,
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
            let config = serde_json::from_slice(&std::fs::read(&config)?)?;
            let model = in_eight_bits(&std::fs::read(&weights)?, config)?;
            Ok(Self {
                tokens: model.node_id(bert::TOKENS)?,
                places: model.node_id(bert::PLACES)?,
                mean: model.node_id(bert::MEAN)?,
                tokenizer,
                model,
            })
        };
        read().map_err(|why| files::EMBEDDER.broken(&weights, why))
    }

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
        // The longest first: one of them at the end would leave the other cores idle.
        rows.sort_by_key(|row| std::cmp::Reverse(row.ids.len()));
        Ok(Embedded {
            vectors: self.embed_rows(&rows, stop)?,
            tokens: i64::try_from(tokens).unwrap_or(i64::MAX),
            micro_usd: 0,
        })
    }

    /// Every core takes the next text as it gets free: side by side they do more than together on one.
    fn embed_rows(
        &self,
        rows: &[Row],
        stop: &CancellationToken,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Vec<f32>)>, ModelError> {
            let alone = Arc::new(ThreadPool::with_num_threads(1));
            let mut done = Vec::new();
            while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.is_cancelled() {
                    return Err(ModelError::Cancelled);
                }
                let vector = self.forward(&row.ids, alone.clone()).map_err(failed)?;
                done.push((row.place, vector));
            }
            Ok(done)
        };
        let parts = std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..cores.min(rows.len()))
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

    /// The mean over the tokens' states, made unit length.
    fn forward(&self, ids: &[u32], threads: Arc<ThreadPool>) -> anyhow::Result<Vec<f32>> {
        let tokens: Vec<i32> = ids
            .iter()
            .map(|&id| i32::try_from(id))
            .collect::<Result<_, _>>()?;
        let places: Vec<i32> = (0..i32::try_from(ids.len())?).collect();
        let tokens = NdTensor::from_data([ids.len()], tokens);
        let places = NdTensor::from_data([ids.len()], places);
        let inputs = vec![(self.tokens, tokens.into()), (self.places, places.into())];
        let options = RunOptions::default().with_thread_pool(Some(threads));
        let [mean] = self.model.run_n(inputs, [self.mean], Some(options))?;
        let mean: NdTensor<f32, 1> = mean.try_into()?;
        let mut vector = mean.to_vec();
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        anyhow::ensure!(
            length.is_finite() && length > 0.0,
            "the vector has no direction"
        );
        for x in &mut vector {
            *x /= length;
        }
        Ok(vector)
    }
}

/// The model, its weights in eight bits: a quarter of the memory, and two to three times as fast as in 32.
fn in_eight_bits(weights: &[u8], config: bert::Config) -> anyhow::Result<Model> {
    // Without the instructions for it (VNNI), pairs of products are added up in sixteen bits: two of full size overflow.
    let narrow = GemmExecutor::<u8, i8, i32>::default().may_saturate();
    let largest = if narrow { 63 } else { 127 };
    let graph = bert::graph(&SafeTensors::deserialize(weights)?, config, largest)?;
    let graph = graph.write_buf().context("the graph cannot be written")?;
    let model = ModelOptions::with_all_ops()
        .prepack_weights(true)
        .load(graph)?;
    Ok(model)
}
