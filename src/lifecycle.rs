//! How Lumen starts and stops: the data directory and its lock, signals, memory given back in between.

pub mod allocator;
pub mod code_pages;
pub mod output;

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::domain::error::UserError;

/// How long work in hand has after the first signal.
pub const SOFT_STOP: Duration = Duration::from_secs(7);

/// When the process ends after the first signal, whatever hangs: what was in hand is taken up again at the next start.
const LAST_RESORT: Duration = Duration::from_millis(9_500);

/// The data directory, held by this process until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    _lock: File,
}

/// Makes the data directory where it is missing, for its owner only.
pub fn prepare(path: &Path) -> Result<(), UserError> {
    let name = path.display();
    if path.exists() && !path.is_dir() {
        return Err(UserError::new(
            format!("LUMEN_DATA_DIR is \u{201c}{name}\u{201d}, which is a file."),
            "Name a directory, or one that does not exist yet.",
        ));
    }
    let refused = |why: &std::io::Error| {
        let what = if why.kind() == ErrorKind::StorageFull {
            "The disk is full"
        } else {
            "It cannot be written to"
        };
        UserError::new(
            format!(
                "The data directory \u{201c}{name}\u{201d} cannot be used. {what} ({}).",
                why.kind()
            ),
            "Make it writable for this user, or name another one in LUMEN_DATA_DIR.",
        )
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| refused(&error))?;
    let mode = std::fs::metadata(path)
        .map_err(|error| refused(&error))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
            .map_err(|error| refused(&error))?;
    }
    // A name of its own: another process may be looking at the same moment.
    let probe = path.join(format!(".writable-{}", std::process::id()));
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| refused(&error))
}

/// Takes the data directory for this process.
///
/// # Errors
/// When another Lumen holds it, or it cannot be used.
pub fn hold(path: &Path) -> Result<DataDir, UserError> {
    prepare(path)?;
    let file = path.join("lumen.lock");
    let unusable = |error: std::io::Error| {
        UserError::new(
            format!("{} cannot be used: {error}.", file.display()),
            "Remove it, or name another LUMEN_DATA_DIR.",
        )
    };
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&file)
        .map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
        Err(TryLockError::WouldBlock) => return Err(held_by_another(path, &lock)),
    }
    lock.set_len(0)
        .and_then(|()| lock.seek(SeekFrom::Start(0)))
        .and_then(|_| write!(lock, "{}", std::process::id()))
        .map_err(unusable)?;
    Ok(DataDir { _lock: lock })
}

fn held_by_another(path: &Path, lock: &File) -> UserError {
    let mut holder = String::new();
    // Who holds it is a courtesy; without it the message still stands.
    let _ = lock.take(20).read_to_string(&mut holder);
    let process = if holder.trim().is_empty() {
        String::new()
    } else {
        format!(" (process {})", holder.trim())
    };
    UserError::new(
        format!(
            "Lumen is already running on \u{201c}{}\u{201d}{process}.",
            path.display()
        ),
        "Stop it first, or name another LUMEN_DATA_DIR for this one.",
    )
}

/// The token is cancelled at the first SIGTERM or Ctrl-C; at the second one the process ends at once. When what hangs does
/// not let it end by itself within ten seconds of the first, it ends all the same.
pub fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = stop.clone();
    tokio::spawn(async move {
        for nth in 1.. {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            if nth > 1 {
                std::process::exit(130);
            }
            token.cancel();
            last_resort();
            // Last: somebody who does not read the log must not keep Lumen from stopping.
            tracing::info!("stopping; once more ends at once");
        }
    });
    Ok(stop)
}

/// A thread and no task: it ends the process also when every task stands still.
fn last_resort() {
    let waits = std::thread::Builder::new()
        .name("last-resort".to_owned())
        .spawn(|| {
            std::thread::sleep(LAST_RESORT);
            // Not a word of it: writing the log may be what hangs.
            std::process::exit(0);
        });
    if let Err(error) = waits {
        tracing::warn!(%error, "nothing ends Lumen if something hangs");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let held = hold(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let refused = hold(&path).unwrap_err();
        assert!(refused.what.contains("already running"), "{refused}");
        assert!(
            refused.what.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(held);
        hold(&path).unwrap();
    }

    #[test]
    fn a_file_is_no_directory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, "x").unwrap();
        assert!(hold(&path).unwrap_err().what.contains("which is a file"));
    }
}
