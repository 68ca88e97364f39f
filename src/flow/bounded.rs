//! Work on a draft that ends in time, and early when somebody decides about the draft meanwhile.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::draft::Seen;
use crate::domain::ids::DraftId;
use crate::store::Store;

/// How often the draft is looked at: a person who pressed Reject should not pay for much more.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How long work that was told to stop may take to do so.
const GRACE: Duration = Duration::from_secs(4);

/// Why work did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flow) enum Broken {
    /// The draft is another version by now, or decided.
    Overtaken,
    TooLong,
}

/// Does `work` for this version of a draft (none: for one that is yet to come) within `limit`. At its end, and when the
/// draft has changed or was decided, `stop` is cancelled. The work is told rather than dropped, so that what it has cost by
/// then is still written down.
pub(in crate::flow) async fn bounded<T>(
    store: &Store,
    version: Option<(DraftId, Seen)>,
    limit: Duration,
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T, Broken> {
    let mut work = std::pin::pin!(work);
    let broken = tokio::select! {
        done = &mut work => return Ok(done),
        () = overtaken(store, version) => Broken::Overtaken,
        () = tokio::time::sleep(limit) => Broken::TooLong,
    };
    stop.cancel();
    // What comes of it now is not wanted any more.
    let _ = tokio::time::timeout(GRACE, work).await;
    Err(broken)
}

/// Ends when the draft is no longer this version, waiting to be changed.
async fn overtaken(store: &Store, version: Option<(DraftId, Seen)>) {
    let Some((draft, seen)) = version else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // A store that does not answer is no decision.
        if let Ok(there) = store.draft(draft).await
            && !there.is_some_and(|there| seen.may_change(&there))
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::clock::ManualClock;
    use crate::domain::draft::Purpose;
    use crate::domain::ids::{DraftNumber, WorkspaceId};
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
            purpose: Purpose::Post {
                topic: "coffee".to_owned(),
            },
            task: None,
            origin: "test".to_owned(),
            expires_at: tx.now() + Duration::from_hours(24),
        };
        let draft = tx.new_draft(W, &draft, &revision(None)).await.unwrap();
        tx.commit().await.unwrap();
        let version = Some((draft.id, draft.seen()));
        let long = Duration::from_mins(5);

        let done = bounded(&store, version, long, &CancellationToken::new(), async {
            7
        })
        .await;
        assert_eq!(done, Ok(7));

        let stop = CancellationToken::new();
        let soon = Duration::from_millis(1);
        let late = bounded(&store, version, soon, &stop, stop.cancelled()).await;
        assert_eq!((late, stop.is_cancelled()), (Err(Broken::TooLong), true));

        let stop = CancellationToken::new();
        let working = bounded(&store, version, long, &stop, stop.cancelled());
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
}
