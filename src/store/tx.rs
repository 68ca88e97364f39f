//! One write, all or nothing.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::Notify;

use crate::store::{R, Store, StoreError};

/// Changes that happen together or not at all. Dropped without [`Tx::commit`], nothing happened.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
    now: Timestamp,
    jobs_written: Arc<Notify>,
    changed: Arc<Notify>,
    wakes: bool,
}

impl Tx {
    pub(super) fn new(inner: Transaction<'static, Sqlite>, store: &Store) -> Self {
        let now = store.clock.now();
        Self {
            inner,
            // As it is kept: what is read back equals what was written.
            now: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now),
            jobs_written: Arc::clone(&store.jobs_written),
            changed: Arc::clone(&store.changed),
            wakes: false,
        }
    }

    /// The time of this change: the same for all of it.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Makes it so. When this returns, it is on the disk, unless it was begun [lightly](crate::store::Store::begin_lightly).
    pub async fn commit(self) -> R<()> {
        self.inner.commit().await?;
        self.changed.notify_one();
        if self.wakes {
            // Everyone who waits now, and the next one who comes to wait.
            self.jobs_written.notify_waiters();
            self.jobs_written.notify_one();
        }
        Ok(())
    }

    pub(super) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    pub(super) fn now_millis(&self) -> i64 {
        self.now.as_millisecond()
    }

    /// After the commit, whoever waits for work looks again.
    pub(super) const fn wake(&mut self) {
        self.wakes = true;
    }
}

/// That a change hit the row it was meant for.
pub(super) fn one_row(
    done: &sqlx::sqlite::SqliteQueryResult,
    table: &'static str,
    id: impl ToString,
) -> R<()> {
    match done.rows_affected() {
        0 => Err(StoreError::impossible(table, id, "there is no such row")),
        _ => Ok(()),
    }
}
