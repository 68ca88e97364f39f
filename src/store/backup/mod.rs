//! A backup is one tar file: `manifest.json` first, then the members it names, each with its size and SHA-256.
//!
//! What is in it: the store and the sandbox network as `VACUUM INTO` copies (consistent, made while Lumen runs, checked
//! before they count) and the media folder. What is not: the index, which is rebuilt from the store, every file of secrets or
//! session tokens, because only what is named here is packed, and the tickets by which a chat network takes an answer: they
//! are taken out of the copy. The format is fixed by `FORMAT`: a change that
//! an older Lumen could misread takes the next number.

mod manifest;
mod pack;
mod restore;
mod swap;
#[cfg(test)]
mod tests;

pub use manifest::{Manifest, Member};
pub use restore::{RESTORE, RestorePlaces, RestoreReport, restore};

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::domain::error::UserError;
use crate::store::{OpenError, Store, StoreError, open};

/// The format this version writes and reads.
const FORMAT: u32 = 1;
/// The member that is the store.
const STORE: &str = "lumen.db";
/// The member that is the sandbox network.
const SANDBOX: &str = "sandbox.db";
/// The folder of pictures.
const MEDIA: &str = "media";

/// What goes into a backup beside the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupSources {
    /// The sandbox network's file; skipped where it does not exist.
    pub sandbox_db: Option<PathBuf>,
    /// The media folder; skipped where it does not exist.
    pub media_dir: Option<PathBuf>,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Size of the file.
    pub bytes: u64,
    /// Pictures in it.
    pub media: u64,
    /// The sandbox network is in it.
    pub sandbox: bool,
}

/// Why a backup was not made, or not brought back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("{} is not a backup: {why}", path.display())]
    NotABackup { path: PathBuf, why: String },
    #[error("{} is damaged at {member}: {why}", path.display())]
    Damaged {
        path: PathBuf,
        member: String,
        why: String,
    },
    /// A later version of Lumen made it.
    #[error("{} has {what} {found}, this version knows {known}", path.display())]
    Newer {
        path: PathBuf,
        what: &'static str,
        found: i64,
        known: i64,
    },
    /// The copy of a database is not sound, so neither is the database.
    #[error("the copy of {} is not sound: {why}", path.display())]
    Unsound { path: PathBuf, why: String },
    #[error("{} changed while it was packed", path.display())]
    Changed { path: PathBuf },
    #[error("{}: {source}", path.display())]
    Disk {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl BackupError {
    fn disk(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Disk {
            path: path.clone(),
            source,
        }
    }

    /// What a person is told. `folder` is the one that was written to.
    pub fn user(&self, folder: &Path) -> UserError {
        use std::io::ErrorKind;
        match self {
            Self::Store(error) => error.user(folder),
            Self::Open(error) => error.user(),
            Self::NotABackup { path, .. } => UserError::new(
                format!("{} is not a backup of Lumen.", path.display()),
                "Nothing was changed. Name a file that `lumen backup FILE` made.",
            ),
            Self::Damaged { path, member, .. } => UserError::new(
                format!("The backup {} is damaged ({member}).", path.display()),
                "Nothing was changed. Use another backup.",
            ),
            Self::Newer { path, .. } => UserError::new(
                format!("The backup {} was made by a newer Lumen.", path.display()),
                "Nothing was changed. Restore it with that version.",
            ),
            Self::Unsound { path, .. } => UserError::new(
                format!("{} is damaged, so no backup was made.", path.display()),
                "Bring back an earlier backup with `lumen restore FILE`.",
            ),
            Self::Changed { path } => UserError::new(
                format!(
                    "{} changed while it was packed; no backup was made.",
                    path.display()
                ),
                "Run it again.",
            ),
            Self::Disk { path, source } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => UserError::new(
                    format!("The disk is full: {} could not be written.", path.display()),
                    "Make room or name another place, then run it again.",
                ),
                ErrorKind::NotFound => UserError::new(
                    format!("{} is not there.", path.display()),
                    "Look at the path and run it again.",
                ),
                _ => UserError::new(
                    format!("{} could not be read or written: {source}.", path.display()),
                    "Look at its rights and its folder, then run it again.",
                ),
            },
        }
    }
}

/// Packs everything that cannot be made again into the file `to`, while Lumen runs. The file is there when it is whole
/// and checked, readable by its owner alone; one of this name from before is replaced.
pub async fn backup(
    store: &Store,
    sources: &BackupSources,
    to: &Path,
) -> Result<BackupReport, BackupError> {
    let partial = beside(to, ".partial");
    let store_copy = Scratch::new(beside(to, ".partial-lumen.db"))?;
    let sandbox_copy = Scratch::new(beside(to, ".partial-sandbox.db"))?;

    let mut conn = store.reader().await?;
    copy_database(&mut conn, store_copy.path()).await?;
    drop(conn);
    take_tickets_out(store_copy.path()).await?;
    sound(store.path(), store_copy.path()).await?;
    let mut members = vec![(STORE.to_owned(), store_copy.path().to_path_buf())];
    let sandbox = sources.sandbox_db.as_deref().filter(|path| path.is_file());
    if let Some(path) = sandbox {
        let mut conn = connect(path, false).await?;
        copy_database(&mut conn, sandbox_copy.path()).await?;
        sound(path, sandbox_copy.path()).await?;
        conn.close().await.map_err(StoreError::from)?;
        members.push((SANDBOX.to_owned(), sandbox_copy.path().to_path_buf()));
    }

    let schema = open::newest_known();
    let made_at = store.clock.now();
    let media_dir = sources.media_dir.clone();
    let sandbox = sandbox.is_some();
    let to = to.to_path_buf();
    blocking(move || {
        // After the copies: whatever picture the store knows of is there by now.
        let media = pack::media_members(media_dir.as_deref())?;
        let count = media.len() as u64;
        members.extend(media);
        let partial = Scratch::new(partial)?;
        let bytes = pack::write(partial.path(), &members, schema, made_at)?;
        std::fs::rename(partial.path(), &to).map_err(BackupError::disk(&to))?;
        pack::sync_folder(&to)?;
        Ok(BackupReport {
            bytes,
            media: count,
            sandbox,
        })
    })
    .await
}

/// Copies a database as it is at this moment.
async fn copy_database(conn: &mut SqliteConnection, to: &Path) -> Result<(), BackupError> {
    // Made before SQLite opens it, so that nobody else can ever read it.
    create_private(to)?;
    sqlx::query("VACUUM INTO $1")
        .bind(to.to_string_lossy().into_owned())
        .execute(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// Whoever had the backup could answer in Lumen's name with them.
async fn take_tickets_out(copy: &Path) -> Result<(), BackupError> {
    let mut conn = connect(copy, false).await?;
    for sql in [
        // What goes is written over, not only let go of.
        "PRAGMA secure_delete = ON",
        "UPDATE inbox SET body = json_remove(body, '$.ticket') WHERE json_extract(body, '$.ticket') IS NOT NULL",
    ] {
        sqlx::query(sql)
            .execute(&mut conn)
            .await
            .map_err(StoreError::from)?;
    }
    conn.close().await.map_err(StoreError::from)?;
    Ok(())
}

/// Checks the copy of a database.
async fn sound(from: &Path, copy: &Path) -> Result<(), BackupError> {
    check_database(copy).await.map_err(|why| match why {
        Ok(error) => error,
        Err(why) => BackupError::Unsound {
            path: from.to_path_buf(),
            why,
        },
    })
}

/// Whether every page of a database is sound and every reference holds; `Err(Err(_))` says why not.
async fn check_database(path: &Path) -> Result<(), Result<BackupError, String>> {
    let failed = |error: sqlx::Error| match StoreError::from(error) {
        StoreError::Sql(error) => Err(error.to_string()),
        other => Ok(BackupError::Store(other)),
    };
    let mut conn = connect(path, true).await.map_err(Ok)?;
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(5)")
        .fetch_all(&mut conn)
        .await
        .map_err(failed)?;
    if found != ["ok"] {
        return Err(Err(found.join("; ")));
    }
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(&mut conn)
        .await
        .map_err(failed)?;
    conn.close().await.map_err(failed)?;
    match broken {
        None => Ok(()),
        Some(_) => Err(Err("a row points to one that is missing".to_owned())),
    }
}

async fn connect(path: &Path, read_only: bool) -> Result<SqliteConnection, BackupError> {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(read_only)
        .busy_timeout(open::BUSY_TIMEOUT)
        .connect()
        .await
        .map_err(|error| OpenError::from_sql(path.to_path_buf(), &error).into())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(BackupError::Disk {
            path: PathBuf::new(),
            source: std::io::Error::other(stopped),
        }),
    }
}

fn create_private(path: &Path) -> Result<std::fs::File, BackupError> {
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(BackupError::disk(path))
}

/// The path with something behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A file that goes when it is dropped. What an earlier run left there goes first.
struct Scratch(PathBuf);

impl Scratch {
    fn new(path: PathBuf) -> Result<Self, BackupError> {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(BackupError::disk(&path)(error))
            }
            _ => Ok(Self(path)),
        }
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            // Gone already is as good; anything else is found at the next run.
            let _ = std::fs::remove_file(beside(&self.0, suffix));
        }
    }
}
