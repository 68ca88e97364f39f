//! Opening: the one place that knows how the file is made and which settings every connection has.

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Row, SqlitePool};
use tokio::sync::Notify;

use crate::domain::clock::SharedClock;
use crate::domain::ids::WorkspaceId;
use crate::domain::names;
use crate::domain::persona::Voice;
use crate::store::{OpenError, Store, StoreError};

/// Every change of the schema, in order.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a connection waits for another program that writes.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a task waits for its turn on a connection.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);
/// The write-ahead log is cut back to this after a large import.
const LOG_BYTES: &str = "67108864";

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// `sqlite://path`; relative paths are as the process sees them.
    pub url: String,
    /// How many reads run at once.
    pub read_connections: u32,
}

impl StoreOptions {
    /// The store in this file, with four reading connections.
    pub fn file(path: &Path) -> Self {
        let escaped = path
            .to_string_lossy()
            .replace('%', "%25")
            .replace('?', "%3F")
            .replace('#', "%23");
        Self {
            url: format!("sqlite://{escaped}"),
            read_connections: 4,
        }
    }

    /// The file that the address names.
    pub fn path(&self) -> Result<PathBuf, OpenError> {
        Ok(self.connect()?.get_filename().to_path_buf())
    }

    fn connect(&self) -> Result<SqliteConnectOptions, OpenError> {
        let wrong = |why: String| OpenError::Address {
            url: self.url.clone(),
            why,
        };
        if !self.url.starts_with("sqlite:") {
            return Err(wrong("it does not begin with sqlite:".to_owned()));
        }
        let options =
            SqliteConnectOptions::from_str(&self.url).map_err(|error| wrong(error.to_string()))?;
        let name = options.get_filename().to_string_lossy();
        if name.is_empty() || self.url.contains(":memory:") || self.url.contains("mode=memory") {
            return Err(wrong("it needs a path".to_owned()));
        }
        Ok(options
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL loses the last commits when the power fails, and a lost intent is a post published twice.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Names without regard to capitals, in every script: `author COLLATE same_name`.
            .collation("same_name", |one, other| {
                names::folded(one).cmp(&names::folded(other))
            })
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_size_limit", LOG_BYTES))
    }
}

impl Store {
    /// Opens the store: makes the file where it is missing, brings its tables up to this version, and sees that the first
    /// workspace and its voice are there. A file that is refused is left as it was.
    pub async fn open(options: &StoreOptions, clock: SharedClock) -> Result<Self, OpenError> {
        let connect = options.connect()?;
        let path = connect.get_filename().to_path_buf();
        make_file(&path)?;
        let refused = |error: &sqlx::Error| OpenError::from_sql(path.clone(), error);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(TURN_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            // SQLite rolls a transaction back by itself when the disk refuses it. sqlx fails to roll it back once more, goes on
            // counting it as open and begins no other: another connection takes its place.
            .before_acquire(|writer, _| Box::pin(async move { Ok(!writer.is_in_transaction()) }))
            .connect_with(connect.clone())
            .await
            .map_err(|error| refused(&error))?;
        migrate(&writer, &path).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.read_connections.max(1))
            .acquire_timeout(TURN_TIMEOUT)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(connect);
        let store = Self {
            writer,
            readers,
            clock,
            jobs_written: Arc::new(Notify::new()),
            changed: Arc::new(Notify::new()),
            path: path.clone(),
            full_logged: Arc::default(),
        };
        store.furnish().await.map_err(|error| match error {
            StoreError::Full => OpenError::Full { path: path.clone() },
            StoreError::Sql(error) => refused(&error),
            other => OpenError::Io {
                path: path.clone(),
                why: other.to_string(),
            },
        })?;
        Ok(store)
    }

    /// The first workspace and the first version of its voice.
    async fn furnish(&self) -> Result<(), StoreError> {
        let there = sqlx::query("SELECT 1 FROM personas WHERE workspace_id = $1 LIMIT 1")
            .bind(WorkspaceId::FIRST.0)
            .fetch_optional(&self.writer)
            .await?;
        if there.is_some() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        tx.add_workspace(WorkspaceId::FIRST, "main").await?;
        tx.add_persona(
            WorkspaceId::FIRST,
            &Voice::default(),
            "the voice Lumen starts with",
            "lumen",
        )
        .await?;
        tx.commit().await
    }
}

/// Makes the file readable by its owner alone before anything is in it; the log files beside it take the same mode.
fn make_file(path: &Path) -> Result<(), OpenError> {
    let wrong = |error: std::io::Error| OpenError::from_io(path.to_path_buf(), &error);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(OpenError::NotADirectory {
            path: folder.to_path_buf(),
        });
    }
    let file = std::fs::OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(wrong)?;
    let mode = file.metadata().map_err(wrong)?.permissions().mode();
    if mode & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(wrong)?;
    }
    Ok(())
}

async fn migrate(writer: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let path = path.to_path_buf();
    // Looked at before the migrator writes anything, so that a newer file stays as it is.
    let found = applied(writer)
        .await
        .map_err(|error| OpenError::from_sql(path.clone(), &error))?;
    let known = newest_known();
    if let Some(found) = found.filter(|found| *found > known) {
        return Err(OpenError::Newer { path, found, known });
    }
    match MIGRATIONS.run(writer).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > known => {
            Err(OpenError::Newer { path, found, known })
        }
        Err(
            MigrateError::VersionMissing(migration)
            | MigrateError::VersionMismatch(migration)
            | MigrateError::Dirty(migration),
        ) => Err(OpenError::Different { path, migration }),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(OpenError::from_sql(path, &error))
        }
        Err(other) => Err(OpenError::Io {
            path,
            why: other.to_string(),
        }),
    }
}

/// The newest schema this version knows.
pub(super) fn newest_known() -> i64 {
    MIGRATIONS
        .iter()
        .map(|step| step.version)
        .max()
        .unwrap_or(0)
}

/// The newest schema that was applied to the file; none for a new file.
pub(super) async fn applied(pool: &SqlitePool) -> Result<Option<i64>, sqlx::Error> {
    let named = sqlx::query("SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'")
        .fetch_optional(pool)
        .await?;
    if named.is_none() {
        return Ok(None);
    }
    sqlx::query("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(pool)
        .await?
        .try_get(0)
}
