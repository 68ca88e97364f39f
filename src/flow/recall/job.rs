//! The job that brings the index up to the store.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{CaughtUp, Recall, RecallError};
use crate::domain::ids::InboxId;
use crate::domain::job::{JobKind, JobOutcome, Lease, NewJob};
use crate::domain::progress::Progress;
use crate::store::{R, Store, StoreError, Tx};

/// When an embedder that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(30);

/// The payload: the job takes in whatever there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexJob {}

/// Writes the job, in the transaction that stored the posts. With a `cause` that line of a person is done only when
/// the posts are in the index; without one, one waiting job is enough for all.
pub async fn request(tx: &mut Tx, cause: Option<InboxId>) -> R<bool> {
    let key = cause.map_or_else(|| "index".to_owned(), |cause| format!("index:{cause}"));
    let run_at = tx.now();
    enqueue(tx, key, cause, run_at).await
}

async fn enqueue(
    tx: &mut Tx,
    unique_key: String,
    cause: Option<InboxId>,
    run_at: jiff::Timestamp,
) -> R<bool> {
    tx.enqueue(&NewJob {
        kind: JobKind::Index,
        unique_key,
        payload: serde_json::json!(IndexJob {}),
        cause,
        run_at,
    })
    .await
}

/// Does the job. It is finished in a transaction in which nobody else writes and which looks once more: a post stored
/// meanwhile, whose own job was not written because this one was there, is not left behind.
pub async fn run(
    recall: &Recall,
    store: &Store,
    lease: &Lease,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<JobOutcome, StoreError> {
    loop {
        let ended = match recall.catch_up(progress, stop).await {
            Ok(ended) => ended,
            Err(RecallError::Store(error)) => return Err(error),
            Err(error) => return Ok(retry(error.to_string(), None)),
        };
        if ended == CaughtUp::Stopped {
            return Ok(retry("it was stopped".to_owned(), Some(Duration::ZERO)));
        }
        let mut tx = store.begin().await?;
        if recall.texts_wait().await? {
            continue;
        }
        tx.finish_job(lease).await?;
        if let CaughtUp::WithoutVectors { later: true, .. } = ended {
            // Whoever waits has the texts; the vectors come when the embedder does.
            let at = tx.now() + AGAIN;
            enqueue(&mut tx, "index:vectors".to_owned(), None, at).await?;
        }
        tx.commit().await?;
        return Ok(JobOutcome::Settled);
    }
}

fn retry(why: String, wait: Option<Duration>) -> JobOutcome {
    JobOutcome::Retry { why, wait }
}

impl Recall {
    /// Whether a table that is filled lacks texts that the store has.
    async fn texts_wait(&self) -> Result<bool, StoreError> {
        let last = self.0.store.last_change().await?;
        let tables = self.0.store.index_tables().await?;
        Ok(tables
            .iter()
            .any(|table| self.fits(table) && table.text_seq < last))
    }
}
