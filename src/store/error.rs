//! What can go wrong with the store, and what a person is told about it.

use std::path::{Path, PathBuf};

use crate::domain::error::UserError;

/// The first byte of a code of `SQLite` names the kind of failure, the rest says more.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;
/// Failures of the disk while something is written: `WRITE`, `FSYNC`, `DIR_FSYNC`, `TRUNCATE`, `SHMOPEN`, `SHMSIZE`, `SHMMAP`.
/// A disk that is full, or over its quota, shows itself in these too.
const WRITES_REFUSED: [i32; 7] = [778, 1034, 1290, 1546, 4618, 4874, 5386];

/// A read or a write that did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full or refuses writes. What was being written did not happen.
    #[error("the disk that holds the store is full or refuses writes")]
    Full,
    /// Somebody else has been writing for too long.
    #[error("the store is busy")]
    Busy,
    /// The job was given to another worker meanwhile: what this one did must not count.
    #[error("the lease on the job is gone")]
    LeaseLost,
    /// The inbox row has its answer already.
    #[error("the inbox row is settled already")]
    AlreadySettled,
    /// A row that this version of Lumen cannot have written, or one that is missing where another points to it.
    #[error("{table} {id}: {why}")]
    Impossible {
        table: &'static str,
        id: String,
        why: String,
    },
    #[error(transparent)]
    Sql(sqlx::Error),
}

impl StoreError {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over what they have: a text, a number, an error"
    )]
    pub(super) fn impossible(table: &'static str, id: impl ToString, why: impl ToString) -> Self {
        Self::Impossible {
            table,
            id: id.to_string(),
            why: why.to_string(),
        }
    }

    /// What a person is told. `folder` is the one that the store lies in.
    pub fn user(&self, folder: &Path) -> UserError {
        match self {
            Self::Full => UserError::new(
                format!(
                    "The disk is full or refuses writes ({}); nothing was changed.",
                    folder.display()
                ),
                "Make room on it, then try again.",
            ),
            Self::Busy => UserError::new(
                "The store is busy; nothing was changed.",
                "Try again in a moment.",
            ),
            Self::LeaseLost | Self::AlreadySettled => {
                UserError::new("That was done already.", "/log shows what happened.")
            }
            Self::Impossible { table, id, .. } => UserError::new(
                format!("The store holds something unreadable ({table} {id})."),
                "The log says what; `lumen restore FILE` brings back a backup.",
            ),
            Self::Sql(_) => UserError::new(
                "The store did not do that; nothing was changed.",
                "Try again; the log says what was wrong.",
            ),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Self::Busy;
        }
        match sqlite_code(&error) {
            // The file was opened at the start, so it is a file beside it that the disk has no room for.
            Some(code) if matches!(code & 0xff, FULL | CANNOT_OPEN) => Self::Full,
            Some(code) if WRITES_REFUSED.contains(&code) => Self::Full,
            Some(code) if matches!(code & 0xff, BUSY | LOCKED) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{} cannot be written to", path.display())]
    ReadOnly { path: PathBuf },
    #[error("{} is damaged or not a database: {why}", path.display())]
    Corrupt { path: PathBuf, why: String },
    /// A later version of Lumen has been here.
    #[error("{} has schema {found}, this version knows {known}", path.display())]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// Its tables were made by another build, from other migrations of the same numbers.
    #[error("{} has another schema {migration} than this version", path.display())]
    Different { path: PathBuf, migration: i64 },
    /// The folder it should lie in is missing or is a file.
    #[error("{} is not a directory", path.display())]
    NotADirectory { path: PathBuf },
    /// `DATABASE_URL` does not name a file.
    #[error("{url} is not an address of a SQLite file: {why}")]
    Address { url: String, why: String },
    #[error("the disk is full, {} could not be written", path.display())]
    Full { path: PathBuf },
    #[error("{}: {why}", path.display())]
    Io { path: PathBuf, why: String },
}

impl OpenError {
    /// What a person is told.
    pub fn user(&self) -> UserError {
        match self {
            Self::ReadOnly { path } => UserError::new(
                format!("Lumen may not write to {}.", path.display()),
                "Give it the right to write the file and its folder, or set LUMEN_DATA_DIR to a folder it may write to.",
            ),
            Self::Corrupt { path, .. } => UserError::new(
                format!("{} is damaged or not a database of Lumen.", path.display()),
                "Nothing in it was changed. Move it away to start anew, or bring back a backup with `lumen restore FILE`.",
            ),
            Self::Newer { path, found, known } => UserError::new(
                format!(
                    "{} was written by a newer Lumen (schema {found}; this one knows {known}).",
                    path.display()
                ),
                "Nothing in it was changed. Start the newer version, or restore a backup made by this one.",
            ),
            Self::Different { path, migration } => UserError::new(
                format!(
                    "{} was made by another build of Lumen (schema {migration} differs).",
                    path.display()
                ),
                "Nothing in it was changed. Start the build that made it, or move the file away to start anew.",
            ),
            Self::NotADirectory { path } => UserError::new(
                format!("{} is not a folder.", path.display()),
                "Set LUMEN_DATA_DIR (or DATABASE_URL) to a place in a folder that exists.",
            ),
            Self::Address { url, .. } => UserError::new(
                format!("DATABASE_URL is \u{201c}{url}\u{201d}, which names no SQLite file."),
                "It expects sqlite:// and a path, like sqlite:///var/lib/lumen/lumen.db.",
            ),
            Self::Full { path } => UserError::new(
                format!("The disk is full: {} could not be written.", path.display()),
                "Make room on it, then start again.",
            ),
            Self::Io { path, why } => UserError::new(
                format!("{} could not be opened: {why}.", path.display()),
                "Look at the file and its folder, then start again.",
            ),
        }
    }

    pub(super) fn from_io(path: PathBuf, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path },
            ErrorKind::NotADirectory => Self::NotADirectory {
                path: path.parent().map_or(path.clone(), PathBuf::from),
            },
            ErrorKind::IsADirectory => Self::Io {
                path,
                why: "it is a folder".to_owned(),
            },
            _ => Self::Io {
                path,
                why: error.to_string(),
            },
        }
    }

    pub(super) fn from_sql(path: PathBuf, error: &sqlx::Error) -> Self {
        let why = error.to_string();
        match sqlite_code(error).map(|code| (code, code & 0xff)) {
            // The file itself was just opened for writing, so it is the journal beside it that cannot be made.
            Some((_, READ_ONLY | CANNOT_OPEN)) => Self::ReadOnly { path },
            Some((_, CORRUPT | NOT_A_DATABASE)) => Self::Corrupt { path, why },
            Some((code, kind)) if kind == FULL || WRITES_REFUSED.contains(&code) => {
                Self::Full { path }
            }
            Some((_, BUSY | LOCKED)) => Self::Io {
                path,
                why: "another program is writing to it".to_owned(),
            },
            _ => Self::Io { path, why },
        }
    }
}

fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn what_the_disk_refuses_is_told_apart() {
        let of = |kind| OpenError::from_io("/data/lumen.db".into(), &Error::from(kind));
        assert!(matches!(
            of(ErrorKind::PermissionDenied),
            OpenError::ReadOnly { .. }
        ));
        assert!(matches!(
            of(ErrorKind::ReadOnlyFilesystem),
            OpenError::ReadOnly { .. }
        ));
        assert!(matches!(of(ErrorKind::StorageFull), OpenError::Full { .. }));
        assert!(
            matches!(of(ErrorKind::NotADirectory), OpenError::NotADirectory { path } if path.ends_with("data"))
        );
        assert!(matches!(of(ErrorKind::Other), OpenError::Io { .. }));
    }

    #[test]
    fn every_error_names_the_path_and_what_to_do() {
        let path = PathBuf::from("/data/lumen.db");
        let errors = [
            OpenError::ReadOnly { path: path.clone() },
            OpenError::Corrupt {
                path: path.clone(),
                why: String::new(),
            },
            OpenError::Newer {
                path: path.clone(),
                found: 9,
                known: 1,
            },
            OpenError::Different {
                path: path.clone(),
                migration: 1,
            },
            OpenError::NotADirectory { path: path.clone() },
            OpenError::Full { path: path.clone() },
            OpenError::Io {
                path,
                why: "gone".to_owned(),
            },
        ];
        for error in errors {
            let user = error.user();
            assert!(user.what.contains("/data/lumen.db"), "{user}");
            assert!(!user.advice.is_empty());
        }
    }
}
