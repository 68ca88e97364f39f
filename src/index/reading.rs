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
use tokio::sync::Mutex;

use super::IndexError;
use super::loose::Loose;
use super::table::Table;

/// How a table is read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) loose: Loose,
    /// As it was when somebody looked last.
    through_ring: Mutex<Option<Arc<Dataset>>>,
    /// The ring failed once: it is left alone.
    plainly: AtomicBool,
}

impl Reading {
    /// From now on without the ring. False when it was without it before.
    pub(super) fn give_ring_up(&self) -> bool {
        !self.plainly.swap(true, Ordering::Relaxed)
    }

    /// It was not the ring's fault.
    pub(super) fn take_ring_up(&self) {
        self.plainly.store(false, Ordering::Relaxed);
    }
}

impl Table {
    /// The table as it is now.
    pub(super) async fn state(&self) -> Result<Arc<Dataset>, IndexError> {
        let failed = || IndexError::failed("look at it");
        let files = self.inner.dataset().ok_or_else(|| IndexError::Failed {
            what: "look at it",
            why: "it does not lie in files".to_owned(),
        })?;
        let now = files.get().await.map_err(failed())?;
        if self.reading.plainly.load(Ordering::Relaxed) {
            return Ok(now);
        }
        let Some(uri) = through_ring(now.uri()) else {
            self.reading.give_ring_up();
            return Ok(now);
        };
        let version = now.version().version;
        let mut held = self.reading.through_ring.lock().await;
        let seen = match held.take() {
            Some(seen) if seen.version().version == version => seen,
            Some(older) => Arc::new(
                older
                    .checkout_version(version)
                    .await
                    .map_err(IndexError::failed("look at it"))?,
            ),
            None => {
                let opened = DatasetBuilder::from_uri(uri)
                    .with_session(now.session())
                    .with_version(version)
                    .load()
                    .await;
                Arc::new(opened.map_err(IndexError::failed("look at it"))?)
            }
        };
        *held = Some(Arc::clone(&seen));
        Ok(seen)
    }
}

/// The address under which lance reads the folder at `uri` through `io_uring`; `None` where it cannot.
fn through_ring(uri: &str) -> Option<String> {
    let path = match uri.strip_prefix("file://") {
        Some(path) => path,
        None if uri.contains("://") => return None,
        None => uri,
    };
    if !has_ring() {
        return None;
    }
    let path = std::path::absolute(Path::new(path)).ok()?;
    let url = url::Url::from_file_path(path).ok()?;
    Some(url.as_str().replacen("file:", "file+uring:", 1))
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
