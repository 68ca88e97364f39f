//! From the store to the index and back as relevant posts.
//!
//! The index is a copy that may be missing, torn, late, or made by another embedding model; none of it stops a start or
//! a search. [`Recall::catch_up`] brings it up to the store: texts first, so that a stored post is found by its words
//! at once, then vectors in batches. A watermark moves only after the index has kept what lies below it, so a crash
//! repeats a batch and never leaves one out. What cannot be used is built anew beside what serves, and takes its place
//! when it is complete. [`Recall::search`] reads every post it shows from the store: what was deleted is never shown; and
//! while no table can answer it reads the store itself.

mod by_words;
mod catch_up;
pub mod fusion;
mod job;
mod search;
mod spread;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::clock::SharedClock;
use crate::domain::post::Post;
use crate::index::{Index, IndexError, Row, Table, cleaning};
use crate::models::{Embedder, ModelError};
use crate::store::{Store, StoreError};

pub use catch_up::CaughtUp;
pub use fusion::Fusion;
pub use job::{request, run};
pub use search::{Hit, SearchQuery};

/// Why there are no hits, or no progress.
#[derive(Debug, thiserror::Error)]
pub enum RecallError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// How the index stands, for `/status` and `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexState {
    Ready,
    /// It serves, and this many changes of posts wait.
    Behind {
        by: i64,
    },
    /// There is none that serves as it should; a new one is filled.
    Building {
        by: i64,
    },
    /// Texts are found by their words only.
    WithoutVectors {
        why: String,
    },
}

impl std::fmt::Display for IndexState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Behind { by } => write!(f, "behind by {by}"),
            Self::Building { by } => write!(f, "building, {by} to go"),
            Self::WithoutVectors { why } => write!(f, "without vectors: {why}"),
        }
    }
}

/// The relevance of posts. Cheap to clone.
#[derive(Clone)]
pub struct Recall(Arc<Inner>);

struct Inner {
    index: Index,
    store: Store,
    embedder: Option<Arc<dyn Embedder>>,
    clock: SharedClock,
    fusion: Fusion,
    /// Tables that were opened, by name: opening reads from the disk, searching should not.
    open: Mutex<HashMap<String, Table>>,
    /// Why the embedder gave nothing the last time it was asked.
    trouble: Mutex<Option<String>>,
    /// When a table was last used, in milliseconds since the epoch.
    used: AtomicI64,
    /// One catch-up at a time.
    catching_up: tokio::sync::Mutex<()>,
}

impl Recall {
    /// Names the index at `uri` (a folder or an object store's address). Nothing is opened yet, so a start costs
    /// nothing and cannot fail here; without an embedder there is full text only.
    pub fn open(
        uri: impl Into<String>,
        store: Store,
        embedder: Option<Arc<dyn Embedder>>,
        clock: SharedClock,
    ) -> Self {
        Self::weighing(uri, store, embedder, clock, Fusion::default())
    }

    /// The same with other weights: that is how they are chosen, see `benches/large/relevance.rs`.
    pub fn weighing(
        uri: impl Into<String>,
        store: Store,
        embedder: Option<Arc<dyn Embedder>>,
        clock: SharedClock,
        fusion: Fusion,
    ) -> Self {
        Self(Arc::new(Inner {
            index: Index::at(uri),
            store,
            embedder,
            clock,
            fusion,
            open: Mutex::default(),
            trouble: Mutex::default(),
            used: AtomicI64::new(0),
            catching_up: tokio::sync::Mutex::default(),
        }))
    }

    /// How the index stands. Reads the store only.
    pub async fn state(&self) -> Result<IndexState, StoreError> {
        let last = self.0.store.last_change().await?;
        let tables = self.0.store.index_tables().await?;
        let fitting: Vec<_> = tables.iter().filter(|table| self.fits(table)).collect();
        let serving = fitting.iter().find(|table| table.serving);
        let Some(table) = serving.or_else(|| fitting.first()) else {
            return Ok(match last {
                0 => IndexState::Ready,
                by => IndexState::Building { by },
            });
        };
        let by = last - table.text_seq.min(table.vector_seq);
        if let Some(why) = self.why_no_vectors()
            && last == table.text_seq
        {
            return Ok(IndexState::WithoutVectors { why });
        }
        Ok(match by {
            by if by > 0 && serving.is_none() => IndexState::Building { by },
            by if by > 0 => IndexState::Behind { by },
            _ => IndexState::Ready,
        })
    }

    fn why_no_vectors(&self) -> Option<String> {
        if self.0.embedder.is_none() {
            return Some("no embedding model is configured".to_owned());
        }
        lock(&self.0.trouble).clone()
    }

    fn note_trouble(&self, trouble: Option<&ModelError>) {
        *lock(&self.0.trouble) = trouble.map(ToString::to_string);
    }
}

/// What a panicking thread left behind is still a map or a line of text.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A post as the index keeps it.
fn row(post: &Post, vector: Option<Vec<f32>>) -> Row {
    Row {
        id: post.id.0,
        workspace: post.workspace.0,
        network: post.body.network.name().to_owned(),
        author: post.body.author.clone(),
        tags: post.body.tags.clone(),
        created_at: post.body.created_at.as_millisecond(),
        own: post.body.own,
        text: cleaning::for_matching(&post.body.text),
        vector,
    }
}
