//! The models that run inside the process, on the CPU: a text model from a GGUF file, in candle (SmolLM2-135M-Instruct unless
//! `LUMEN_TEXT_FILE` names another); all-MiniLM-L6-v2 embeds, in rten.
//!
//! They are loaded on first use, off the async threads, and dropped after [`IDLE`] without use. [`gguf`] says which files can
//! be used, `weights` knows their families, `tokens` their tokenizers, `template` how a talk is written for them.

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
pub mod gguf;
mod reading;
mod resident;
mod sampler;
mod sentence;
mod template;
#[cfg(test)]
mod testing;
pub mod text;
mod tokens;
mod weights;
mod widened;

#[cfg(test)]
mod tests;

pub use embedder::LocalEmbedder;
pub use gguf::TextFile;
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
    /// Reads nothing yet: files are opened on first use. `text_file` writes in place of the model in `models_dir`.
    #[must_use]
    pub fn new(models_dir: &Path, text_file: Option<&TextFile>, clock: &SharedClock) -> Self {
        let text = match text_file {
            Some(file) => LocalText::of_file(file, clock.clone()),
            None => LocalText::new(models_dir, clock.clone()),
        };
        Self {
            text: Arc::new(text),
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
