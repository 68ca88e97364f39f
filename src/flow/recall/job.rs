//! The job that brings the index up to the store.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{CaughtUp, IndexState, Recall, RecallError};
use crate::domain::ids::InboxId;
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::progress::Progress;
use crate::store::{R, Store, StoreError, Tx};

/// When an embedder that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(30);

/// How long a person's line waits for vectors once the texts are in and can be found by their words. A small fetch is
/// embedded long before; a large import goes on in a job that nobody waits for.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a run that nobody waits for goes on before others get their turn: a person's own may be waiting.
const TURN: Duration = Duration::from_secs(10);

/// Writes the job, in the transaction that stored the posts. With a `cause` that line of a person is done only when
/// the posts are in the index.
pub async fn request(tx: &mut Tx, cause: Option<InboxId>) -> R<bool> {
    let now = tx.now();
    tx.enqueue(&NewJob::upkeep(JobKind::Index, cause, now))
        .await
}

/// Does the job. It is finished in a transaction in which nobody else writes and which looks once more: a post stored
/// meanwhile, whose own job was not written because this one was there, is not left behind.
pub async fn run(
    recall: &Recall,
    store: &Store,
    job: &Job,
    lease: &Lease,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<JobOutcome, StoreError> {
    loop {
        // Dropped in the middle it has lost nothing but the batch in hand.
        let ended = match job.cause {
            Some(_) => {
                let caught_up = recall.catch_up(progress, stop);
                tokio::time::timeout(PATIENCE, caught_up).await.ok()
            }
            None => Some(recall.catch_up_for(TURN, progress, stop).await),
        };
        let ended = match ended {
            Some(Ok(CaughtUp::Stopped)) => {
                return Ok(retry("it was stopped".to_owned(), Some(Duration::ZERO)));
            }
            Some(Ok(ended)) => Some(ended),
            Some(Err(RecallError::Store(error))) => return Err(error),
            Some(Err(error)) => return Ok(retry(error.to_string(), None)),
            None => None,
        };
        let mut tx = store.begin().await?;
        if recall.texts_wait().await? {
            continue;
        }
        tx.finish_job(lease).await?;
        // Whoever waits has the texts; the vectors follow.
        let vectors_at = match ended {
            Some(CaughtUp::WithoutVectors { later: true, .. }) => Some(tx.now() + AGAIN),
            Some(CaughtUp::More) | None => Some(tx.now()),
            Some(_) => None,
        };
        if let Some(at) = vectors_at {
            tx.enqueue(&NewJob {
                unique_key: "index:vectors".to_owned(),
                ..NewJob::upkeep(JobKind::Index, None, at)
            })
            .await?;
        }
        tx.commit().await?;
        return Ok(JobOutcome::Settled);
    }
}

fn retry(why: String, wait: Option<Duration>) -> JobOutcome {
    JobOutcome::Retry { why, wait }
}

impl Recall {
    /// Whether the index is behind the store or missing. Reads the store only, so it costs nothing at start; a table that
    /// is torn is found by the first search, which writes the job itself.
    pub async fn needs_work(&self) -> R<bool> {
        Ok(!matches!(
            self.state().await?,
            IndexState::Ready | IndexState::WithoutVectors { .. }
        ))
    }

    pub(super) async fn ask_for_catch_up(&self) -> R<()> {
        let mut tx = self.0.store.begin().await?;
        request(&mut tx, None).await?;
        tx.commit().await
    }

    /// Whether a table that is filled lacks texts that the store has.
    pub(super) async fn texts_wait(&self) -> Result<bool, StoreError> {
        let last = self.0.store.last_change().await?;
        let tables = self.0.store.index_tables().await?;
        Ok(tables
            .iter()
            .any(|table| self.fits(table) && table.text_seq < last)
            || (last > 0 && !tables.iter().any(|table| self.fits(table))))
    }
}
