//! What the driver has prepared: a folder with texts and collections, and the models.
//!
//! `posts.jsonl`: `{text, author}` a line, real posts where there are some, else made up. `collections/NAME.jsonl`: the
//! texts, the questions and what answers them, for [`crate::relevance`].

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::de::DeserializeOwned;

pub struct Work {
    folder: PathBuf,
    pub models: PathBuf,
}

impl Work {
    pub fn from_env() -> anyhow::Result<Self> {
        let path = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .with_context(|| format!("{name} is not set: run this by `make bench`"))
        };
        Ok(Self {
            folder: path("LUMEN_BENCH_WORK")?,
            models: path("LUMEN_MODELS_DIR")?,
        })
    }

    pub fn posts(&self) -> PathBuf {
        self.folder.join("posts.jsonl")
    }

    pub fn collections(&self) -> PathBuf {
        self.folder.join("collections")
    }

    /// An empty folder on the same disk, gone when it is dropped.
    pub fn scratch(&self) -> anyhow::Result<tempfile::TempDir> {
        Ok(tempfile::tempdir_in(&self.folder)?)
    }
}

/// A file of JSON Lines.
pub fn lines<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| path.display().to_string()))
        .collect()
}
