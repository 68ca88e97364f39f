//! The table as it is read: in one state of it, through `io_uring` where the system has it.
//!
//! A search reads some eighty places of its files. Each is a system call on a thread of its own otherwise, which costs more
//! than what is read: a hybrid search of 100,000 rows took 7.8 ms that way, and 5.8 so. Containers often forbid it, and older
//! kernels do not know it; then all is read as before.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lance::dataset::Dataset;
use lance::dataset::builder::DatasetBuilder;
use lancedb::Session;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::loose::Loose;
use super::meaning::index_of_vectors;
use super::table::Table;
use super::{FILE_CACHE_BYTES, IndexError};

/// How much of the indexes a search may keep in memory. 100,000 posts take about 50 MB, a million 450.
const SEARCH_CACHE_BYTES: usize = 1 << 29;

/// How a table is read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) loose: Loose,
    /// As it was when somebody looked last.
    seen: Mutex<Option<Seen>>,
    /// The ring failed once: it is left alone.
    plainly: AtomicBool,
}

/// One state of a table, with the memory of those who search it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) state: Arc<Dataset>,
    /// The index of the vectors that the memory was made for. What an index had before it was written anew goes with the memory:
    /// in a common one it would stay until there is no room for more, and then keep what takes its place out, because nobody has
    /// asked for that before.
    memory_of: Option<Uuid>,
}

impl Reading {
    /// From now on without the ring. False when it was without it before.
    pub(super) async fn give_ring_up(&self) -> bool {
        // Nobody opens it through the ring again meanwhile.
        let mut seen = self.seen.lock().await;
        *seen = None;
        !self.plainly.swap(true, Ordering::Relaxed)
    }

    /// Whether anybody has searched, or will soon.
    pub(super) async fn was_asked(&self) -> bool {
        self.seen.lock().await.is_some()
    }

    /// It was not the ring's fault.
    pub(super) async fn take_ring_up(&self) {
        let mut seen = self.seen.lock().await;
        *seen = None;
        self.plainly.store(false, Ordering::Relaxed);
    }
}

impl Table {
    /// The table as it is now.
    pub(super) async fn state(&self) -> Result<Arc<Dataset>, IndexError> {
        // Held until it is known which state is the newest, see `read_on`.
        let mut held = self.reading.seen.lock().await;
        let version = self.opened().await?.version().version;
        let seen = match held.take() {
            Some(seen) if seen.state.version().version == version => seen,
            Some(mut seen) => {
                let newer = seen.state.checkout_version(version).await;
                seen.state = Arc::new(newer.map_err(IndexError::failed("look at it"))?);
                seen
            }
            None => self.open_to_read(Some(version)).await?,
        };
        let state = Arc::clone(&seen.state);
        *held = Some(seen);
        Ok(state)
    }

    /// The newest state, which nobody has looked at yet; and whether it comes with a new memory, because its vectors have another
    /// index than the one that searches know.
    pub(super) async fn unread(&self) -> Result<(Seen, bool), IndexError> {
        let seen = self.reading.seen.lock().await.clone();
        if let Some(mut seen) = seen {
            let mut newest = Dataset::clone(&seen.state);
            let latest = newest.checkout_latest().await;
            latest.map_err(IndexError::failed("look at it"))?;
            if vectors_index(&newest).await? == seen.memory_of {
                seen.state = Arc::new(newest);
                return Ok((seen, false));
            }
        }
        Ok((self.open_to_read(None).await?, true))
    }

    /// The table in one state, the newest if not said otherwise, with a memory of its own.
    async fn open_to_read(&self, version: Option<u64>) -> Result<Seen, IndexError> {
        let opened = self.opened().await?;
        let uri = opened.uri();
        let ring = if self.reading.plainly.load(Ordering::Relaxed) {
            None
        } else {
            through_ring(uri)
        };
        if ring.is_none() {
            // Where there is none, nothing is its fault.
            self.reading.plainly.store(true, Ordering::Relaxed);
        }
        let memory = Session::new(
            SEARCH_CACHE_BYTES,
            FILE_CACHE_BYTES,
            opened.session().store_registry(),
        );
        let mut to_read =
            DatasetBuilder::from_uri(ring.as_deref().unwrap_or(uri)).with_session(Arc::new(memory));
        if let Some(version) = version {
            to_read = to_read.with_version(version);
        }
        let state = to_read.load().await;
        let state = state.map_err(IndexError::failed("look at it"))?;
        Ok(Seen {
            memory_of: vectors_index(&state).await?,
            state: Arc::new(state),
        })
    }

    /// Searches read `newest` from now on, and everybody else sees what was changed [apart](Self::apart): in one step, or
    /// whoever asks in between would read the older state with the memory of the newer, or the other way about.
    pub(super) async fn read_on(&self, newest: Seen) -> Result<(), IndexError> {
        let mut held = self.reading.seen.lock().await;
        self.look_again().await?;
        *held = Some(newest);
        Ok(())
    }

    pub(super) async fn opened(&self) -> Result<Arc<Dataset>, IndexError> {
        let files = self.inner.dataset().ok_or_else(|| IndexError::Failed {
            what: "look at it",
            why: "it does not lie in files".to_owned(),
        })?;
        let now = files.get().await;
        now.map_err(IndexError::failed("look at it"))
    }
}

async fn vectors_index(state: &Dataset) -> Result<Option<Uuid>, IndexError> {
    let index = index_of_vectors(state).await?;
    Ok(index.map(|index| index.uuid))
}

/// The address under which lance reads the folder at `uri` through `io_uring`; `None` where it cannot.
fn through_ring(uri: &str) -> Option<String> {
    let path = std::path::absolute(local(uri)?).ok()?;
    if !has_ring() {
        return None;
    }
    let url = url::Url::from_file_path(path).ok()?;
    Some(url.as_str().replacen("file:", "file+uring:", 1))
}

/// The folder at `uri`, if it is one of this machine's.
pub(super) fn local(uri: &str) -> Option<&Path> {
    match uri.strip_prefix("file://") {
        Some(path) => Some(Path::new(path)),
        None => (!uri.contains("://")).then(|| Path::new(uri)),
    }
}

/// Whether the kernel lets this process have a ring of the size that lance makes.
#[cfg(target_os = "linux")]
fn has_ring() -> bool {
    use std::sync::LazyLock;
    static HAS: LazyLock<bool> = LazyLock::new(|| io_uring::IoUring::new(16 * 1024).is_ok());
    *HAS
}

#[cfg(not(target_os = "linux"))]
fn has_ring() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_are_read_through_the_ring() {
        assert_eq!(through_ring("s3://bucket/index/posts.lance"), None);
        assert_eq!(through_ring("memory://posts.lance"), None);
        if has_ring() {
            let of = through_ring("/a folder/ü/posts.lance");
            assert_eq!(
                of.as_deref(),
                Some("file+uring:///a%20folder/%C3%BC/posts.lance")
            );
            assert!(
                through_ring("index/posts.lance")
                    .is_some_and(|uri| uri.starts_with("file+uring:///"))
            );
        }
    }
}
