//! Whether the store can be written to, and what is logged when it cannot.

use std::path::Path;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::store::{R, Store, StoreError};

/// How much room there must be beside the store for it to count as writable: a few rows with their indexes.
const ROOM_BYTES: usize = 64 * 1024;

/// How often a full disk is logged. The log may lie on that disk.
const FULL_LOGGED_EVERY: Duration = Duration::from_mins(1);

impl Store {
    /// Writes a page of the store anew and a small file beside it: fails while nothing could be taken in.
    pub async fn probe_write(&self) -> R<()> {
        let mut tx = self.begin_lightly().await?;
        sqlx::query("PRAGMA user_version = 0")
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        let folder = self.folder().to_path_buf();
        tokio::task::spawn_blocking(move || has_room(&folder))
            .await
            .unwrap_or(Ok(()))
            .map_err(|_| StoreError::Full)
    }

    /// Whether it is a full disk that an error speaks of. That is logged here, once a minute whatever fails by it; the caller
    /// logs everything else.
    pub fn log_if_full(&self, error: &StoreError) -> bool {
        if !matches!(error, StoreError::Full) {
            return false;
        }
        let mut last = self
            .full_logged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= FULL_LOGGED_EVERY) {
            *last = Some(Instant::now());
            tracing::error!(
                folder = %self.folder().display(),
                "the disk is full or refuses writes; work waits until there is room"
            );
        }
        true
    }

    /// The folder that the database lies in.
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

fn has_room(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".room-{}", std::process::id()));
    let written = std::fs::write(&file, vec![0; ROOM_BYTES]);
    std::fs::remove_file(&file)?;
    written
}
