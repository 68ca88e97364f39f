//! Everything SQL: one file for each family of tables, with its private rows, their way into the domain, its
//! queries and their tests.
//!
//! [`Store`] reads, over a few connections at once. [`Tx`] writes, one at a time: what changes together goes into one
//! of them, and what is dropped before [`Tx::commit`] did not happen. Reads that a change depends on are on [`Tx`] too.
//!
//! To add a table: a new file in `migrations/` (one that was released is never edited), a file here with a private
//! row struct and `TryFrom` into the domain, methods on [`Store`] and [`Tx`] beside it, and a row of it in
//! `tests/suite/migrations.rs`, which runs every migration over tables that hold something. SQL stays in the part that
//! `SQLite` and `PostgreSQL` share.

pub mod backup;
mod call_notes;
mod calls;
mod deliveries;
mod drafts;
mod drafts_write;
mod error;
mod inbox;
mod index_tables;
mod invitations;
mod jobs;
mod models;
mod names;
mod open;
mod people;
mod personas;
mod posts;
mod posts_gone;
mod posts_read;
mod posts_words;
mod private_rooms;
mod probe;
mod publishing;
mod rooms;
mod rows;
mod sources;
mod targets;
mod tasks;
#[cfg(test)]
mod tests;
mod threads;
mod tx;
mod upkeep;
mod workspaces;

pub use calls::Activity;
pub use deliveries::Delivery;
pub use drafts_write::{NewDraft, NewRevision};
pub use error::{OpenError, StoreError};
pub use inbox::{Arrived, InboxRow, InboxState};
pub use index_tables::IndexTable;
pub use invitations::{Invitation, NewInvitation};
pub use jobs::Skip;
pub use open::StoreOptions;
pub use posts::IdTaken;
pub use posts_gone::Forgotten;
pub use posts_read::{OpenMedia, StoredMedia};
pub use posts_words::WordsQuery;
pub use publishing::{Intent, IntentState, Receipt};
pub use targets::EditedPost;
pub use tasks::NewTask;
pub use tx::Tx;
pub use workspaces::Workspace;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::Timestamp;
use sqlx::SqlitePool;
use tokio::sync::Notify;

use crate::domain::clock::SharedClock;
use crate::domain::ids::WorkspaceId;
use rows::Place;

/// What every call of the store returns.
pub type R<T> = Result<T, StoreError>;

/// The store: the truth of the house. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    clock: SharedClock,
    jobs_written: Arc<Notify>,
    changed: Arc<Notify>,
    path: PathBuf,
    /// When the log last said that the disk is full.
    full_logged: Arc<Mutex<Option<Instant>>>,
}

/// How a write begins. Said every time: the connection is the same for both.
const DURABLE: &str = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE";
const LIGHT: &str = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";

/// The first of what the `DUE` and `STALE` of sources, tasks and drafts find: a step into an index each.
const NEXT_DUE_AT: &str = "SELECT MIN(at) FROM (
    SELECT (SELECT next_run_at FROM sources WHERE paused = 0 AND next_run_at > 0 ORDER BY next_run_at LIMIT 1) AS at
    UNION ALL
    SELECT (SELECT next_run_at FROM tasks WHERE paused = 0 AND next_run_at > 0 ORDER BY next_run_at LIMIT 1)
    UNION ALL
    SELECT (SELECT due_at FROM drafts
            JOIN workspaces ON workspaces.id = drafts.workspace_id AND workspaces.stopped = 0
            WHERE drafts.state = 'scheduled'
            AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.unique_key = 'publish:' || drafts.id)
            ORDER BY due_at LIMIT 1)
    UNION ALL
    SELECT (SELECT expires_at FROM drafts WHERE state = 'waiting' ORDER BY expires_at LIMIT 1))";

impl Store {
    /// Begins to write. Nobody else writes until it is committed or dropped; dropped, it never happened.
    pub async fn begin(&self) -> R<Tx> {
        let inner = self.writer.begin_with(DURABLE).await?;
        Ok(Tx::new(inner, self))
    }

    /// The same for what is simply done again if the power fails right after it: the commit does not wait for the disk
    /// and gets there with the next one of [`begin`](Self::begin). A crash of the program alone loses nothing.
    pub async fn begin_lightly(&self) -> R<Tx> {
        let inner = self.writer.begin_with(LIGHT).await?;
        Ok(Tx::new(inner, self))
    }

    /// Woken after a commit that wrote jobs, or rows that fall due.
    pub fn jobs_written(&self) -> Arc<Notify> {
        Arc::clone(&self.jobs_written)
    }

    /// Woken after every commit.
    pub fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    /// When the next source, task or draft falls due: now or earlier for one that was not taken up yet.
    pub async fn next_due_at(&self) -> R<Option<Timestamp>> {
        let at: Option<i64> = sqlx::query_scalar(NEXT_DUE_AT)
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Place::new("drafts", "next").maybe_time(at)
    }

    /// The time by the store's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Any SQL, for tests that spoil something.
    #[cfg(test)]
    pub async fn run_sql(&self, sql: &'static str) {
        let mut tx = self.begin().await.unwrap();
        sqlx::raw_sql(sql).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes every connection; the write-ahead log is folded into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// The rows that `select` finds due now, each with its workspace.
    async fn due<T>(
        &self,
        select: &'static str,
        now: Timestamp,
        id: fn(i64) -> T,
    ) -> R<Vec<(T, WorkspaceId)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(select)
            .bind(now.as_millisecond())
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(row, workspace)| (id(row), WorkspaceId(workspace)))
            .collect())
    }

    async fn reader(&self) -> R<sqlx::pool::PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }
}
