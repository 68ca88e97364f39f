//! The models that run inside the process, on the CPU: SmolLM2-135M-Instruct writes, in candle; all-MiniLM-L6-v2 embeds, in
//! rten.
//!
//! They are loaded on first use, off the async threads, and dropped after [`IDLE`] without use. To try another model of
//! the same kind, name its files in [`files`] and in `scripts/models.py`; another architecture is a file beside [`text`].

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::clock::SharedClock;
use crate::models::ModelError;

mod bert;
mod continuations;
pub mod embedder;
pub mod files;
mod llama;
mod resident;
mod sampler;
mod sentence;
pub mod text;
mod tokens;
mod weights;

#[cfg(test)]
mod tests;

pub use embedder::LocalEmbedder;
pub use text::LocalText;

/// How long a model stays in memory after its last use.
pub const IDLE: Duration = Duration::from_mins(10);

/// The provider's name in the ledger and on cards.
pub const PROVIDER: &str = "local";

/// Both local models, so that one tick can let go of what nobody uses.
#[derive(Debug)]
pub struct LocalModels {
    pub text: Arc<LocalText>,
    pub embedder: Arc<LocalEmbedder>,
}

impl LocalModels {
    /// Reads nothing yet: files are opened on first use.
    #[must_use]
    pub fn new(models_dir: &Path, clock: &SharedClock) -> Self {
        Self {
            text: Arc::new(LocalText::new(models_dir, clock.clone())),
            embedder: Arc::new(LocalEmbedder::new(models_dir, clock.clone())),
        }
    }

    /// Drops the models that nobody used for [`IDLE`]. Returns how many went.
    pub fn unload_idle(&self, now: Timestamp) -> usize {
        usize::from(self.text.unload_idle(now)) + usize::from(self.embedder.unload_idle(now))
    }
}

/// What went wrong inside a local model, as the rest of the house knows it.
fn failed(error: impl std::fmt::Display) -> ModelError {
    ModelError::Unavailable {
        provider: PROVIDER.to_owned(),
        why: error.to_string(),
    }
}

/// Runs `work` on a thread that may block, and hands its result back.
async fn off_the_async_threads<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, ModelError> + Send + 'static,
) -> Result<R, ModelError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(broken) => Err(failed(broken)),
    }
}
