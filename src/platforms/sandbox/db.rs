//! The network's own file: how it is opened, what lies in it, and how a row becomes a post.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};

use crate::domain::names;
use crate::domain::network::Network;
use crate::domain::post::{Counts, FetchedPost, MediaRef};

use super::{ACCOUNT, crowd, feed};

/// `PRAGMA user_version` of the tables below.
const VERSION: i64 = 1;

/// `activity_at` is the last time anything happened to a post (written, edited, deleted) and gives the order of
/// pages: what changed comes up again. `created_at` may lie ahead: the post shows itself then. `hidden` counts
/// the look-ups that still answer "I cannot say" before a late post is there.
const TABLES: &str = "
    CREATE TABLE posts (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        author      TEXT    NOT NULL,
        text        TEXT    NOT NULL,
        created_at  INTEGER NOT NULL,
        activity_at INTEGER NOT NULL,
        edited_at   INTEGER,
        deleted_at  INTEGER,
        tags        TEXT    NOT NULL,
        words       TEXT    NOT NULL,
        language    TEXT,
        reply_to    INTEGER,
        quote_of    INTEGER,
        likes       INTEGER NOT NULL DEFAULT 0,
        reposts     INTEGER NOT NULL DEFAULT 0,
        media       TEXT    NOT NULL DEFAULT '[]',
        key         TEXT,
        hidden      INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX posts_by_activity ON posts (activity_at, id);
    CREATE INDEX posts_by_parent ON posts (reply_to);
    CREATE INDEX posts_by_key ON posts (key) WHERE key IS NOT NULL;
    CREATE TABLE pictures (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE faults (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        operation TEXT    NOT NULL,
        kind      TEXT    NOT NULL,
        remaining INTEGER,
        delay_ms  INTEGER NOT NULL,
        wait_ms   INTEGER,
        look_ups  INTEGER NOT NULL
    );";

/// The open file.
#[derive(Debug)]
pub(super) struct Db {
    pub pool: SqlitePool,
}

impl Db {
    /// Opens the file; a new one is made readable for its owner alone and filled with the feed.
    pub async fn open(file: &Path, now: Timestamp) -> anyhow::Result<Self> {
        make_private(file).with_context(|| format!("{} cannot be made", file.display()))?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // Names without regard to capitals, in every script.
            .collation("same_name", |one, other| {
                names::folded(one).cmp(&names::folded(other))
            });
        // Few and short-lived connections: the network is idle most of the time.
        let pool = SqlitePoolOptions::new()
            .max_connections(3)
            .idle_timeout(Duration::from_mins(1))
            .acquire_timeout(Duration::from_secs(10))
            // One that still counts a transaction which the disk ended begins no other.
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .connect_with(options)
            .await
            .with_context(|| format!("{} cannot be opened", file.display()))?;
        let db = Self { pool };
        db.fill(now)
            .await
            .with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(db)
    }

    async fn fill(&self, now: Timestamp) -> anyhow::Result<()> {
        if self.version().await? == VERSION {
            return Ok(());
        }
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        // Asked again inside the transaction: another process may have been faster.
        let found: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *tx)
            .await?;
        match found {
            0 => {
                sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
                feed::sow(&mut tx, now).await?;
                sqlx::raw_sql("PRAGMA user_version = 1")
                    .execute(&mut *tx)
                    .await?;
            }
            VERSION => {}
            newer => bail!("it was written by a newer Lumen (version {newer})"),
        }
        tx.commit().await?;
        Ok(())
    }

    async fn version(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&self.pool)
            .await
    }
}

fn make_private(file: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// A row of `posts`, with `replies` counted by the query.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct PostRow {
    pub id: i64,
    pub author: String,
    pub text: String,
    pub created_at: i64,
    pub activity_at: i64,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
    pub tags: String,
    pub language: Option<String>,
    pub reply_to: Option<i64>,
    pub quote_of: Option<i64>,
    pub likes: i64,
    pub reposts: i64,
    pub replies: i64,
    pub media: String,
    pub key: Option<String>,
}

impl PostRow {
    pub fn into_post(self, now: Timestamp) -> anyhow::Result<FetchedPost> {
        let created_at = time(self.created_at)?;
        let grown = match self.key {
            Some(_) => crowd::applause(self.id, now.as_millisecond() - self.created_at),
            None => Counts::default(),
        };
        let media: Vec<MediaRef> = serde_json::from_str(&self.media)?;
        Ok(FetchedPost {
            network: Network::Sandbox,
            native_id: native(self.id),
            own: self.author == ACCOUNT,
            author: self.author,
            text: self.text,
            created_at,
            edited_at: self.edited_at.map(time).transpose()?,
            tags: serde_json::from_str(&self.tags)?,
            language: self.language,
            reply_to: self.reply_to.map(native),
            quote_of: self.quote_of.map(native),
            repost_of: None,
            url: Some(url(self.id)),
            counts: Counts {
                likes: self.likes + grown.likes,
                reposts: self.reposts + grown.reposts,
                replies: self.replies,
            },
            media,
            raw: None,
        })
    }
}

pub(super) fn time(millis: i64) -> anyhow::Result<Timestamp> {
    Timestamp::from_millisecond(millis).with_context(|| format!("{millis} is no time"))
}

/// The id people and Lumen see: `s17`.
pub(super) fn native(id: i64) -> String {
    format!("s{id}")
}

pub(super) fn url(id: i64) -> String {
    format!("sandbox://post/{}", native(id))
}

/// Reads `s17`, `17` and `sandbox://post/s17`.
pub(super) fn parse_id(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_prefix("sandbox://post/").unwrap_or(text);
    text.strip_prefix('s').unwrap_or(text).parse().ok()
}

/// What a search looks through: text, tags and author, lower case.
pub(super) fn words(author: &str, text: &str, tags: &[String]) -> String {
    format!("{author} {text} {}", tags.join(" ")).to_lowercase()
}
