//! Local text models that one could have: a table, and what each would take on this machine.
//!
//! To add one, add it to `text_models.json`, which `scripts/models.py` fetches from. Its family must be one that [`local`]
//! reads.
//!
//! [`local`]: crate::models::local

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::models::speed::Speed;

const TABLE: &str = include_str!("text_models.json");

/// A prompt, and a post.
const TOKENS_READ: u64 = 500;
const TOKENS_WRITTEN: u64 = 60;

/// What a model takes beside its weights: the memory of a talk, and the room to compute in.
const WORKING_BYTES: u64 = 300 << 20;

/// A model of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TextModel {
    /// What it is called here, and in `make setup MODEL=NAME`.
    pub name: String,
    /// What its makers call it.
    pub title: String,
    pub family: String,
    /// Of its file.
    pub bytes: u64,
    /// How many tokens it knows, and how many numbers stand for one.
    vocabulary: u64,
    width: u64,
    pub languages: String,
    pub licence: String,
    pub source: Source,
}

/// Where a model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// `make setup` fetches it anyway.
    Setup,
    Package,
    Hub,
}

/// The table, the smallest model first.
///
/// # Errors
/// When the table that is built in is broken.
pub fn all() -> serde_json::Result<Vec<TextModel>> {
    serde_json::from_str(TABLE)
}

impl TextModel {
    /// What it takes in memory while it writes, in bytes: its weights, the table of its tokens as plain numbers, and room
    /// to work.
    #[must_use]
    pub const fn memory(&self) -> u64 {
        self.bytes + self.vocabulary * self.width * 4 + WORKING_BYTES
    }

    /// About how long a draft takes at `speed`. Every written token reads all weights once; a token of the prompt all but
    /// the last layer, which has a row for each token that the model knows.
    #[must_use]
    pub fn time_per_draft(&self, speed: Speed) -> Duration {
        let last_layer = self.vocabulary * self.width * 3 / 4;
        let reading = self.bytes.saturating_sub(last_layer) * TOKENS_READ;
        let writing = self.bytes * TOKENS_WRITTEN;
        seconds(reading, speed.many_rows) + seconds(writing, speed.one_row)
    }

    /// Where `make setup MODEL=NAME` puts it.
    #[must_use]
    pub fn path(&self, models_dir: &Path) -> PathBuf {
        models_dir.join(&self.name).join("model.gguf")
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate; far fewer than 2^52 bytes"
)]
fn seconds(bytes: u64, bytes_per_second: f64) -> Duration {
    Duration::try_from_secs_f64(bytes as f64 / bytes_per_second).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_every_family_is_one_that_is_read() {
        let all = all().unwrap();
        assert!(all.len() >= 8);
        assert!(all.windows(2).all(|two| two[0].bytes < two[1].bytes));
        for family in ["llama", "qwen2", "qwen3", "gemma3", "phi3"] {
            assert!(all.iter().any(|model| model.family == family), "{family}");
        }
        let default = &all[0];
        assert_eq!(default.source, Source::Setup);
        assert_eq!(
            default.bytes,
            crate::models::local::files::TEXT.files[0].bytes
        );
    }

    #[test]
    fn a_larger_model_takes_more_memory_and_time() {
        let speed = Speed {
            one_row: 5e9,
            many_rows: 40e9,
        };
        let all = all().unwrap();
        let (smallest, largest) = (&all[0], &all[all.len() - 1]);
        assert!(largest.memory() > 7_000_000_000, "{}", largest.memory());
        assert!(smallest.memory() < 1_000_000_000);
        assert!(largest.time_per_draft(speed) > 20 * smallest.time_per_draft(speed));
        // 98 MB: 70 read 500 times at 40 GB a second, all of it 60 times at 5.
        let seconds = smallest.time_per_draft(speed).as_secs_f64();
        assert!((1.0..3.0).contains(&seconds), "{seconds}");
    }
}
