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
    lane: String,
    arrived: Option<i64>,
}

/// What a [`Row`] is read from.
const COLUMNS: &str = "id, kind, unique_key, payload, cause, attempts, crashes, lane,
    (SELECT received_at FROM inbox WHERE inbox.id = jobs.cause) AS arrived";

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
            lane: row.lane,
            arrived: place.maybe_time(row.arrived)?,
            waited: Duration::ZERO,
        })
    }
}

/// The earlier of the first job that is free and the first lease that ends, but for jobs of these ids.
pub(super) const NEXT_AT: &str = "SELECT MIN(at) FROM (
    SELECT (SELECT run_at FROM jobs WHERE lease_until IS NULL ORDER BY run_at LIMIT 1) AS at
    UNION ALL
    SELECT (SELECT lease_until FROM jobs WHERE lease_until IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM json_each($1) WHERE value = jobs.id) ORDER BY lease_until LIMIT 1))";

/// What a claim leaves alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Skip<'a> {
    pub kinds: &'a [JobKind],
    /// Of kinds that have lanes, those that are busy.
    pub lanes: &'a [(JobKind, String)],
    /// Jobs that the claimer is working on. Its clock may say that their leases ran out (it was set forward, or the machine
    /// slept), while the work goes on.
    pub in_hand: &'a [JobId],
}

impl<'a> Skip<'a> {
    #[must_use]
    pub const fn kinds(kinds: &'a [JobKind]) -> Self {
        Self {
            kinds,
            lanes: &[],
            in_hand: &[],
        }
    }
}

pub(super) const IN_HAND: &str =
    "SELECT COUNT(*) FROM jobs WHERE run_at <= $1 AND kind NOT IN ($2, $3)";

fn later(now: Timestamp, by: Duration) -> i64 {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    now.as_millisecond().saturating_add(by)
}

fn numbers(ids: &[JobId]) -> String {
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    serde_json::json!(numbers).to_string()
}

async fn open(conn: &mut SqliteConnection, cause: InboxId) -> R<u64> {
    let number = sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE cause = $1")
        .bind(cause.0)
        .fetch_one(conn)
        .await?;
    Ok(count(number))
}

async fn of_kinds(conn: &mut SqliteConnection, kinds: &[JobKind], most: u32) -> R<Vec<Job>> {
    let mut select = QueryBuilder::<Sqlite>::new("SELECT ");
    select.push(COLUMNS).push(" FROM jobs WHERE kind IN (");
    let mut list = select.separated(", ");
    for kind in kinds {
        list.push_bind(kind.name());
    }
    select.push(") ORDER BY id LIMIT ").push_bind(limit(most));
    let rows: Vec<Row> = select.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Job::try_from).collect()
}

async fn waits_until(conn: &mut SqliteConnection, key: &str) -> R<Option<Timestamp>> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT run_at FROM jobs WHERE unique_key = $1 AND lease_until IS NULL AND attempts > 0",
    )
    .bind(key)
    .fetch_optional(conn)
    .await?;
    Place::new("jobs", key).maybe_time(at)
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

    /// When the next job that is not in hand can be claimed: now or earlier for one that is ready.
    pub async fn next_job_at(&self, in_hand: &[JobId]) -> R<Option<Timestamp>> {
        // A few steps into an index each, however many jobs there are. A lease ends after its job was due.
        let at: Option<i64> = sqlx::query_scalar(NEXT_AT)
            .bind(numbers(in_hand))
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Place::new("jobs", "next").maybe_time(at)
    }

    /// When the job with this key is tried again; none where it was not tried yet, or is under way.
    pub async fn job_waits_until(&self, key: &str) -> R<Option<Timestamp>> {
        waits_until(&mut *self.reader().await?, key).await
    }

    /// How much work of this inbox row is not done.
    pub async fn jobs_open(&self, cause: InboxId) -> R<u64> {
        open(&mut *self.reader().await?, cause).await
    }

    /// Where the work of this inbox row stands in line: its kind, and how many others of the kind are under way or come
    /// first. None where it is under way itself, or is nothing that a person waits for.
    pub async fn line_before(&self, cause: InboxId, now: Timestamp) -> R<Option<(JobKind, u64)>> {
        let found: Option<(String, i64)> = sqlx::query_as(
            "SELECT kind, (SELECT COUNT(*) FROM jobs AS other WHERE other.kind = jobs.kind AND other.run_at <= $2
                AND (other.lease_until IS NOT NULL OR (other.run_at, other.id) < (jobs.run_at, jobs.id)))
             FROM jobs WHERE cause = $1 AND lease_until IS NULL AND run_at <= $2 AND kind IN ($3, $4, $5)
             ORDER BY id LIMIT 1",
        )
        .bind(cause.0)
        .bind(now.as_millisecond())
        .bind(JobKind::Compose.name())
        .bind(JobKind::Paint.name())
        .bind(JobKind::Publish.name())
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        let Some((kind, before)) = found else {
            return Ok(None);
        };
        let kind = Place::new("jobs", cause).word(&kind, JobKind::from_name)?;
        Ok(Some((kind, count(before))))
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

    /// Claims the job that has been ready for longest and is not in `skip`. The lease is good for this claim alone: once
    /// another claim was made, also by the same holder, it is lost.
    pub async fn claim_job(
        &self,
        holder: &str,
        now: Timestamp,
        lease_for: Duration,
        skip: Skip<'_>,
    ) -> R<Option<(Job, Lease)>> {
        let mut claim =
            QueryBuilder::<Sqlite>::new("UPDATE jobs SET attempts = attempts + 1, lease_until = ");
        claim.push_bind(later(now, lease_for));
        claim.push(", lease_by = ").push_bind(holder);
        claim.push(" || '/' || (attempts + 1) WHERE id = (SELECT id FROM jobs WHERE run_at <= ");
        claim.push_bind(now.as_millisecond());
        claim.push(" AND (lease_until IS NULL OR lease_until <= ");
        claim.push_bind(now.as_millisecond()).push(")");
        if !skip.kinds.is_empty() {
            claim.push(" AND kind NOT IN (");
            let mut list = claim.separated(", ");
            for kind in skip.kinds {
                list.push_bind(kind.name());
            }
            claim.push(")");
        }
        for (kind, lane) in skip.lanes {
            claim.push(" AND NOT (kind = ").push_bind(kind.name());
            claim.push(" AND lane = ").push_bind(lane).push(")");
        }
        if !skip.in_hand.is_empty() {
            claim.push(" AND id NOT IN (SELECT value FROM json_each(");
            claim.push_bind(numbers(skip.in_hand)).push("))");
        }
        claim
            .push(" ORDER BY run_at, id LIMIT 1) RETURNING ")
            .push(COLUMNS);
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
    /// [`Store::job_waits_until`] within this change.
    pub async fn job_waits_until(&mut self, key: &str) -> R<Option<Timestamp>> {
        waits_until(self.conn(), key).await
    }

    /// Writes a job. Says whether it did: while one with the same key is there (also while it is being done), nothing is
    /// written, so a handler that works through a backlog looks for more once again in the change that finishes it.
    pub async fn enqueue(&mut self, job: &NewJob) -> R<bool> {
        let now = self.now_millis();
        let lane = self.lane_of(job).await?;
        let done = sqlx::query(
            "INSERT INTO jobs (kind, unique_key, payload, cause, run_at, created_at, lane)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unique_key) DO NOTHING",
        )
        .bind(job.kind.name())
        .bind(job.unique_key.as_str())
        .bind(json_text("jobs", &job.payload)?)
        .bind(job.cause.map(|cause| cause.0))
        .bind(job.run_at.as_millisecond())
        .bind(now)
        .bind(lane)
        .execute(self.conn())
        .await?;
        self.wake();
        Ok(done.rows_affected() > 0)
    }

    /// A notice for one chat program, or for a room of it, waits for no other one's.
    async fn lane_of(&mut self, job: &NewJob) -> R<String> {
        if job.kind != JobKind::Notice {
            return Ok(String::new());
        }
        if let Some(surface) = job.payload["surface"].as_str() {
            return Ok(surface.to_owned());
        }
        let Some(room) = job.payload["room"].as_i64() else {
            return Ok(String::new());
        };
        let surface: Option<String> = sqlx::query_scalar("SELECT surface FROM rooms WHERE id = $1")
            .bind(room)
            .fetch_optional(self.conn())
            .await?;
        Ok(surface.unwrap_or_default())
    }

    /// That the claim still holds: nothing of this change counts where another has been made.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] where it does not.
    pub async fn hold_job(&mut self, lease: &Lease) -> R<()> {
        let held: Option<i64> =
            sqlx::query_scalar("SELECT id FROM jobs WHERE id = $1 AND lease_by = $2")
                .bind(lease.job.0)
                .bind(lease.holder.as_str())
                .fetch_optional(self.conn())
                .await?;
        held.map(|_| ()).ok_or(StoreError::LeaseLost)
    }

    /// The job with this key waits no longer.
    pub async fn hurry_job(&mut self, key: &str) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "UPDATE jobs SET run_at = $1 WHERE unique_key = $2 AND lease_until IS NULL AND run_at > $1",
        )
        .bind(now)
        .bind(key)
        .execute(self.conn())
        .await?;
        self.wake();
        Ok(())
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
