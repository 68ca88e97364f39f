//! Work that survives a crash: claimed with a lease, settled by whoever holds it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::domain::ids::{InboxId, JobId};
use crate::domain::job::{Job, JobKind, Lease, NewJob};
use crate::store::rows::{Place, count, json_text, limit};
use crate::store::{R, Store, StoreError, Tx};

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    unique_key: String,
    payload: String,
    cause: Option<i64>,
    attempts: i64,
    crashes: i64,
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("jobs", row.id);
        Ok(Self {
            id: JobId(row.id),
            kind: place.word(&row.kind, JobKind::from_name)?,
            unique_key: row.unique_key,
            payload: place.json(&row.payload)?,
            cause: row.cause.map(InboxId),
            attempts: row.attempts,
            crashes: row.crashes,
        })
    }
}

/// The earlier of the first job that is free and the first lease that ends.
pub(super) const NEXT_AT: &str = "SELECT MIN(at) FROM (
    SELECT (SELECT run_at FROM jobs WHERE lease_until IS NULL ORDER BY run_at LIMIT 1) AS at
    UNION ALL
    SELECT (SELECT lease_until FROM jobs WHERE lease_until IS NOT NULL ORDER BY lease_until LIMIT 1))";

pub(super) const IN_HAND: &str =
    "SELECT COUNT(*) FROM jobs WHERE run_at <= $1 AND kind NOT IN ($2, $3)";

fn later(now: Timestamp, by: Duration) -> i64 {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    now.as_millisecond().saturating_add(by)
}

async fn open(conn: &mut SqliteConnection, cause: InboxId) -> R<u64> {
    let number = sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE cause = $1")
        .bind(cause.0)
        .fetch_one(conn)
        .await?;
    Ok(count(number))
}

async fn of_kinds(conn: &mut SqliteConnection, kinds: &[JobKind], most: u32) -> R<Vec<Job>> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT id, kind, unique_key, payload, cause, attempts, crashes FROM jobs WHERE kind IN (",
    );
    let mut list = select.separated(", ");
    for kind in kinds {
        list.push_bind(kind.name());
    }
    select.push(") ORDER BY id LIMIT ").push_bind(limit(most));
    let rows: Vec<Row> = select.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Job::try_from).collect()
}

impl Store {
    /// The jobs of these kinds, waiting or under way, oldest first.
    pub async fn jobs_of(&self, kinds: &[JobKind], most: u32) -> R<Vec<Job>> {
        of_kinds(&mut *self.reader().await?, kinds, most).await
    }

    /// Whether the job is still to be done: false once it was finished or dropped.
    pub async fn job_is_there(&self, id: JobId) -> R<bool> {
        let there: Option<i64> = sqlx::query_scalar("SELECT 1 FROM jobs WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        Ok(there.is_some())
    }

    /// When the next job can be claimed: now or earlier for one that is ready.
    pub async fn next_job_at(&self) -> R<Option<Timestamp>> {
        // Two steps into an index each, however many jobs there are. A lease ends after its job was due.
        let at: Option<i64> = sqlx::query_scalar(NEXT_AT)
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Place::new("jobs", "next").maybe_time(at)
    }

    /// How much work of this inbox row is not done.
    pub async fn jobs_open(&self, cause: InboxId) -> R<u64> {
        open(&mut *self.reader().await?, cause).await
    }

    /// How many jobs could be claimed now.
    pub async fn jobs_ready(&self, now: Timestamp) -> R<u64> {
        let number = sqlx::query_scalar(
            "SELECT COUNT(*) FROM jobs WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)",
        )
        .bind(now.as_millisecond())
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(count(number))
    }

    /// Kind and payload of every job that is due or under way, the longest due first.
    pub async fn jobs_due(&self, now: Timestamp) -> R<Vec<(JobKind, Value)>> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT id, kind, payload FROM jobs WHERE run_at <= $1 ORDER BY run_at, id",
        )
        .bind(now.as_millisecond())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(id, kind, payload)| {
                let place = Place::new("jobs", id);
                Ok((
                    place.word(&kind, JobKind::from_name)?,
                    place.json(&payload)?,
                ))
            })
            .collect()
    }

    /// How much is due or under way that somebody may wait for. Upkeep of the index and the pictures is not: it goes on at
    /// the next start.
    pub async fn work_in_hand(&self, now: Timestamp) -> R<u64> {
        let number = sqlx::query_scalar(IN_HAND)
            .bind(now.as_millisecond())
            .bind(JobKind::Index.name())
            .bind(JobKind::Media.name())
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Ok(count(number))
    }

    /// Claims the job that has been ready for longest, of a kind that is not in `skip`. The lease is good for this claim
    /// alone: once another claim was made, also by the same holder, it is lost.
    pub async fn claim_job(
        &self,
        holder: &str,
        now: Timestamp,
        lease_for: Duration,
        skip: &[JobKind],
    ) -> R<Option<(Job, Lease)>> {
        let mut claim =
            QueryBuilder::<Sqlite>::new("UPDATE jobs SET attempts = attempts + 1, lease_until = ");
        claim.push_bind(later(now, lease_for));
        claim.push(", lease_by = ").push_bind(holder);
        claim.push(" || '/' || (attempts + 1) WHERE id = (SELECT id FROM jobs WHERE run_at <= ");
        claim.push_bind(now.as_millisecond());
        claim.push(" AND (lease_until IS NULL OR lease_until <= ");
        claim.push_bind(now.as_millisecond()).push(")");
        if !skip.is_empty() {
            claim.push(" AND kind NOT IN (");
            let mut list = claim.separated(", ");
            for kind in skip {
                list.push_bind(kind.name());
            }
            claim.push(")");
        }
        claim.push(
            " ORDER BY run_at, id LIMIT 1) RETURNING id, kind, unique_key, payload, cause, attempts, crashes",
        );
        // Outside a transaction the row comes before the change is on the disk, and a disk that refuses it says so to nobody.
        let mut tx = self.begin_lightly().await?;
        let row: Option<Row> = claim.build_query_as().fetch_optional(tx.conn()).await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let lease = Lease {
            job: JobId(row.id),
            holder: format!("{holder}/{}", row.attempts),
        };
        Ok(Some((Job::try_from(row)?, lease)))
    }

    /// At start: one process has the data directory, so every lease is of a dead one, which ended in the middle of that work.
    /// Says how many there were.
    pub async fn free_leases(&self) -> R<u64> {
        let done = sqlx::query(
            "UPDATE jobs SET lease_by = NULL, lease_until = NULL, crashes = crashes + 1 WHERE lease_until IS NOT NULL",
        )
        .execute(&self.writer)
        .await?;
        self.jobs_written.notify_one();
        Ok(done.rows_affected())
    }

    /// After the clock was set back: jobs that were written later than now by the clock are due now, not when it has caught
    /// up. Says how many there were.
    pub async fn due_at_last(&self, now: Timestamp) -> R<u64> {
        let done = sqlx::query(
            "UPDATE jobs SET run_at = $1, created_at = $1 WHERE created_at > $1 AND lease_until IS NULL",
        )
        .bind(now.as_millisecond())
        .execute(&self.writer)
        .await?;
        self.jobs_written.notify_one();
        Ok(done.rows_affected())
    }

    /// Holds a job for longer.
    pub async fn extend_lease(&self, lease: &Lease, now: Timestamp, lease_for: Duration) -> R<()> {
        let done = sqlx::query("UPDATE jobs SET lease_until = $1 WHERE id = $2 AND lease_by = $3")
            .bind(later(now, lease_for))
            .bind(lease.job.0)
            .bind(lease.holder.as_str())
            .execute(&self.writer)
            .await?;
        held(&done)
    }
}

impl Tx {
    /// Writes a job. Says whether it did: while one with the same key is there (also while it is being done), nothing is
    /// written, so a handler that works through a backlog looks for more once again in the change that finishes it.
    pub async fn enqueue(&mut self, job: &NewJob) -> R<bool> {
        let now = self.now_millis();
        let done = sqlx::query(
            "INSERT INTO jobs (kind, unique_key, payload, cause, run_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (unique_key) DO NOTHING",
        )
        .bind(job.kind.name())
        .bind(job.unique_key.as_str())
        .bind(json_text("jobs", &job.payload)?)
        .bind(job.cause.map(|cause| cause.0))
        .bind(job.run_at.as_millisecond())
        .bind(now)
        .execute(self.conn())
        .await?;
        self.wake();
        Ok(done.rows_affected() > 0)
    }

    /// The job is done: its row goes, with the change that holds its effects.
    pub async fn finish_job(&mut self, lease: &Lease) -> R<()> {
        let done = sqlx::query("DELETE FROM jobs WHERE id = $1 AND lease_by = $2")
            .bind(lease.job.0)
            .bind(lease.holder.as_str())
            .execute(self.conn())
            .await?;
        self.wake();
        held(&done)
    }

    /// The jobs of these kinds, waiting or under way, oldest first.
    pub async fn jobs_of(&mut self, kinds: &[JobKind], most: u32) -> R<Vec<Job>> {
        of_kinds(self.conn(), kinds, most).await
    }

    /// Takes a job off, also from a worker that holds it: that worker can then no longer finish it. Says whether it
    /// was there.
    pub async fn drop_job(&mut self, id: JobId) -> R<bool> {
        let done = sqlx::query("DELETE FROM jobs WHERE id = $1")
            .bind(id.0)
            .execute(self.conn())
            .await?;
        self.wake();
        Ok(done.rows_affected() > 0)
    }

    /// The job goes back and is tried again at `run_at`.
    pub async fn postpone_job(&mut self, lease: &Lease, run_at: Timestamp, error: &str) -> R<()> {
        let done = sqlx::query(
            "UPDATE jobs SET run_at = $1, last_error = $2, lease_by = NULL, lease_until = NULL
             WHERE id = $3 AND lease_by = $4",
        )
        .bind(run_at.as_millisecond())
        .bind(error)
        .bind(lease.job.0)
        .bind(lease.holder.as_str())
        .execute(self.conn())
        .await?;
        self.wake();
        held(&done)
    }

    /// How much work of this inbox row is not done.
    pub async fn jobs_open(&mut self, cause: InboxId) -> R<u64> {
        open(self.conn(), cause).await
    }
}

fn held(done: &sqlx::sqlite::SqliteQueryResult) -> R<()> {
    match done.rows_affected() {
        0 => Err(StoreError::LeaseLost),
        _ => Ok(()),
    }
}
