//! Work on a draft that ends in time, and early when the draft is decided meanwhile or the work is stopped.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::draft::Seen;
use crate::domain::ids::{DraftId, JobId};
use crate::store::{Store, StoreError};

/// How often draft and job are looked at: a person who pressed Reject should not pay for much more.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How long work that was told to stop may take to do so.
const GRACE: Duration = Duration::from_secs(4);

/// Why work did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Broken {
    /// The draft is another version by now, or decided.
    Overtaken,
    /// Its job was taken off.
    Stopped,
    TooLong,
}

/// Does `work` for this version of a draft (none: for one that is yet to come) within `limit`. At its end, when the draft
/// has changed or was decided, and when `job` is there no more, `stop` is cancelled. The work is told rather than dropped, so that what it has cost by
/// then is still written down.
pub(in crate::flow) async fn bounded<T>(
    store: &Store,
    job: JobId,
    version: Option<(DraftId, Seen)>,
    limit: Duration,
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T, Broken> {
    let mut work = std::pin::pin!(work);
    let broken = tokio::select! {
        done = &mut work => return Ok(done),
        broken = unwanted(store, job, version) => broken,
        () = tokio::time::sleep(limit) => Broken::TooLong,
    };
    stop.cancel();
    // What comes of it now is not wanted any more.
    let _ = tokio::time::timeout(GRACE, work).await;
    Err(broken)
}

/// Ends when the draft is no longer this version, waiting to be changed, or when the job was taken off.
async fn unwanted(store: &Store, job: JobId, version: Option<(DraftId, Seen)>) -> Broken {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // A store that does not answer is no decision.
        if matches!(store.job_is_there(job).await, Ok(false)) {
            return Broken::Stopped;
        }
        if let Some((draft, seen)) = version
            && let Ok(there) = store.draft(draft).await
            && !there.is_some_and(|there| seen.may_change(&there))
        {
            return Broken::Overtaken;
        }
    }
}

/// Whether work could not be finished because its job was taken off, or is another worker's by now.
pub(in crate::flow) fn lease_lost(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::LeaseLost))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::clock::ManualClock;
    use crate::domain::draft::Purpose;
    use crate::domain::ids::{DraftNumber, WorkspaceId};
    use crate::domain::job::{JobKind, NewJob};
    use crate::domain::operator::{Identity, Role, Surface};
    use crate::flow::publish::tests::revision;
    use crate::flow::recall::tests::store;
    use crate::flow::review;
    use crate::store::NewDraft;

    const W: WorkspaceId = WorkspaceId::FIRST;

    #[tokio::test]
    async fn a_rejection_stops_the_work_and_so_does_the_end_of_its_time() {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let (_folder, store) = store(clock).await;
        let mut tx = store.begin().await.unwrap();
        let identity = Identity {
            surface: Surface::Terminal,
            external_id: "local".to_owned(),
        };
        let owner = tx
            .add_operator(W, "@owner", Role::Owner, &identity)
            .await
            .unwrap();
        let draft = NewDraft {
            number: None,
            purpose: Purpose::Post {
                topic: "coffee".to_owned(),
            },
            task: None,
            origin: "test".to_owned(),
            expires_at: tx.now() + Duration::from_hours(24),
        };
        let draft = tx.new_draft(W, &draft, &revision(None)).await.unwrap();
        tx.commit().await.unwrap();
        let job = job(&store, "one").await;
        let version = Some((draft.id, draft.seen()));
        let long = Duration::from_mins(5);

        let done = bounded(
            &store,
            job,
            version,
            long,
            &CancellationToken::new(),
            async { 7 },
        )
        .await;
        assert_eq!(done, Ok(7));

        let stop = CancellationToken::new();
        let soon = Duration::from_millis(1);
        let late = bounded(&store, job, version, soon, &stop, stop.cancelled()).await;
        assert_eq!((late, stop.is_cancelled()), (Err(Broken::TooLong), true));

        let stop = CancellationToken::new();
        let working = bounded(&store, job, version, long, &stop, stop.cancelled());
        let rejecting = async {
            let mut tx = store.begin().await.unwrap();
            review::reject(&mut tx, W, DraftNumber(1), None, &owner, None, None)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        let (rejected, ()) = tokio::join!(working, rejecting);
        assert_eq!(rejected, Err(Broken::Overtaken));
        assert!(stop.is_cancelled());
    }

    async fn job(store: &Store, key: &str) -> JobId {
        let mut tx = store.begin().await.unwrap();
        let new = NewJob {
            kind: JobKind::Compose,
            unique_key: key.to_owned(),
            payload: serde_json::Value::Null,
            cause: None,
            run_at: tx.now(),
        };
        tx.enqueue(&new).await.unwrap();
        let jobs = tx.jobs_of(&[JobKind::Compose], 10).await.unwrap();
        tx.commit().await.unwrap();
        jobs.last().unwrap().id
    }

    #[tokio::test]
    async fn work_ends_when_its_job_is_taken_off() {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let (_folder, store) = store(clock).await;
        let (one, other) = (job(&store, "one").await, job(&store, "other").await);
        let stop = CancellationToken::new();
        let long = Duration::from_mins(5);
        let working = bounded(&store, one, None, long, &stop, stop.cancelled());
        let stopping = async {
            let mut tx = store.begin().await.unwrap();
            assert!(tx.drop_job(one).await.unwrap());
            assert!(!tx.drop_job(one).await.unwrap());
            tx.commit().await.unwrap();
        };
        let (stopped, ()) = tokio::join!(working, stopping);
        assert_eq!((stopped, stop.is_cancelled()), (Err(Broken::Stopped), true));
        assert!(store.job_is_there(other).await.unwrap());
    }
}
