//! Publishing once, whatever crashes when.
//!
//! ```text
//! (1) claim:  approved -> publishing, intent row `open`, in one transaction
//! (2) sent:   the intent becomes `sent` right before the call; an intent that is still `open` was never called
//! (3) call:   with the intent's key
//! (4) settle: receipt, published | failed | back to (2) | unknown, in one transaction with the job
//! ```
//!
//! Every step holds the lease of its job, and so do the notes of a network: a worker whose claim was lost changes nothing
//! and sends nothing any more.
//!
//! After a crash, or an answer that says neither yes nor no, the network is asked first whether it has the post. Certain
//! yes: receipt. Certain no: the call is made again. Neither, several times: people are asked, and when they say that it
//! is to be published again, the network is asked once more before that.
//!
//! [`call`] makes the call, [`outcome`] finds out what became of it.

mod call;
mod outcome;
#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::clock::SharedClock;
use crate::domain::draft::{Approved, Draft, DraftState, NotApproved};
use crate::domain::ids::{DraftId, InboxId, IntentId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::network::Network;
use crate::flow::{edited, review};
use crate::media::MediaFolder;
use crate::platforms::Outlet;
use crate::store::{Intent, IntentState, Store, StoreError, Tx};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishJob {
    pub workspace: WorkspaceId,
    pub draft: DraftId,
    /// A person was asked about this call and said that it is to be made again.
    #[serde(default)]
    pub again: Option<IntentId>,
}

/// One run over a draft.
struct Run<'a> {
    work: PublishJob,
    job: &'a Job,
    lease: &'a Lease,
    /// Tries and look-ups before this one, crashes not counted.
    tries: usize,
}

/// Has the draft published as soon as a worker is free; held back while the workspace is stopped.
pub async fn request(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: DraftId,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    if tx.workspace(w).await?.stopped.is_some() {
        return Ok(());
    }
    enqueue(tx, w, draft, None, cause).await
}

/// Has the rest of a thread sent as soon as a worker is free, also where it was to wait for longer.
pub async fn request_rest(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: DraftId,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    request(tx, w, draft, cause).await?;
    tx.hurry_job(&key(draft)).await
}

/// Has a call that people were asked about looked up once more and, unless the post is there, made again. The look-up is
/// made also while the workspace is stopped.
pub async fn request_again(
    tx: &mut Tx,
    w: WorkspaceId,
    intent: &Intent,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    enqueue(tx, w, intent.draft, Some(intent.id), cause).await
}

async fn enqueue(
    tx: &mut Tx,
    workspace: WorkspaceId,
    draft: DraftId,
    again: Option<IntentId>,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    let run_at = tx.now();
    let payload = json!(PublishJob {
        workspace,
        draft,
        again
    });
    tx.enqueue(&NewJob {
        kind: JobKind::Publish,
        unique_key: key(draft),
        payload,
        cause,
        run_at,
    })
    .await?;
    Ok(())
}

/// Until when the publishing of a draft waits because its network asked for patience; none where it does not.
pub async fn waits_until(store: &Store, draft: DraftId) -> Result<Option<Timestamp>, StoreError> {
    store.job_waits_until(&key(draft)).await
}

/// Whether the publishing of a draft waits at `now` because its network asked for patience.
pub(super) async fn waits(tx: &mut Tx, draft: DraftId, now: Timestamp) -> Result<bool, StoreError> {
    let until = tx.job_waits_until(&key(draft)).await?;
    Ok(until.is_some_and(|until| until > now))
}

fn key(draft: DraftId) -> String {
    format!("publish:{draft}")
}

/// What publishing needs.
#[derive(Clone)]
pub struct Publisher {
    pub store: Store,
    pub outlets: Vec<Arc<dyn Outlet>>,
    pub media: MediaFolder,
    pub clock: SharedClock,
}

/// How one pass over a draft ended.
enum Pass {
    /// The transaction that settled it has finished the job too.
    Settled,
    /// Begin again at once: the state has moved on.
    Again,
    Wait {
        why: String,
        wait: Duration,
    },
}

impl Publisher {
    /// Handles one [`JobKind::Publish`].
    pub async fn run(&self, job: &Job, lease: &Lease) -> JobOutcome {
        let work: PublishJob = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable publish job: {error}"),
                };
            }
        };
        let mut run = Run {
            work,
            job,
            lease,
            tries: job.tries(),
        };
        // Each pass moves the draft at least one step; the bound only guards against a mistake here.
        for _ in 0..8 {
            match self.pass(&mut run).await {
                Ok(Pass::Settled) => return JobOutcome::Settled,
                Ok(Pass::Again) => {}
                Ok(Pass::Wait { why, wait }) => {
                    return JobOutcome::Retry {
                        why,
                        wait: Some(wait),
                    };
                }
                Err(error) => {
                    return JobOutcome::Retry {
                        why: format!("{error:#}"),
                        wait: None,
                    };
                }
            }
        }
        JobOutcome::Retry {
            why: "the draft did not come to rest".to_owned(),
            wait: None,
        }
    }

    async fn pass(&self, run: &mut Run<'_>) -> anyhow::Result<Pass> {
        let mut tx = self.begin(run).await?;
        let Some(draft) = tx.draft(run.work.draft).await? else {
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        };
        let intent = tx.open_intent(draft.id).await?;
        match (&draft.state, intent) {
            (
                DraftState::Approved { .. }
                | DraftState::Scheduled { .. }
                | DraftState::Partly { next: Some(_), .. },
                _,
            ) => self.claim(tx, run, draft).await,
            (DraftState::Publishing { .. }, Some(intent)) if intent.state == IntentState::Open => {
                drop(tx);
                self.call(run, &draft, &intent).await
            }
            (
                DraftState::Publishing { .. } | DraftState::Unknown { asked: false, .. },
                Some(intent),
            ) => {
                drop(tx);
                self.look_up(run, &draft, &intent).await
            }
            _ => {
                // Decided otherwise in the meantime, or people have been asked: nothing to do.
                tx.finish_job(run.lease).await?;
                tx.commit().await?;
                Ok(Pass::Settled)
            }
        }
    }

    /// (1) Checks the approval against what would go out, and takes the draft.
    async fn claim(&self, mut tx: Tx, run: &Run<'_>, draft: Draft) -> anyhow::Result<Pass> {
        let now = tx.now();
        let w = run.work.workspace;
        let stopped = tx.workspace(w).await?.stopped.is_some();
        let due = match draft.state {
            DraftState::Scheduled { due: at, .. } | DraftState::Partly { next: Some(at), .. } => {
                at <= now
            }
            _ => true,
        };
        if draft.is_overdue(now) && !stopped {
            review::miss(&mut tx, w, &draft).await?;
        }
        if stopped || !due || draft.is_overdue(now) {
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        }
        if draft.is_decided() && edited::is_outdated(&mut tx, &draft).await? {
            edited::hold(&mut tx, w, &draft, run.job.cause).await?;
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        }
        let approved = match proof(&mut tx, &draft, now).await? {
            Ok(approved) => approved,
            Err(refusal) => {
                let state = match &draft.state {
                    DraftState::Partly { parts, .. } => {
                        draft.break_off(parts.clone(), now, &refusal.to_string(), None)?
                    }
                    _ => draft.revise()?,
                };
                tx.set_state(draft.id, &state).await?;
                tx.set_expiry(draft.id, now + review::FRESH_FOR).await?;
                let line = format!("held {} back: {refusal}", draft.number);
                tx.log(w, "lumen", &line).await?;
                return close(tx, &draft, run).await;
            }
        };
        let state = draft.claim(now)?;
        tx.set_state(draft.id, &state).await?;
        let content = approved.content();
        let key = uuid::Uuid::new_v4().to_string();
        let hash = content.hash();
        tx.open_new_intent(
            draft.id,
            approved.approval().id,
            &key,
            &hash,
            content.network,
            &content.account,
        )
        .await?;
        tx.commit().await?;
        Ok(Pass::Again)
    }

    /// Begins a change that counts only while the claim on the job holds: what another worker has taken over is not
    /// touched any more.
    async fn begin(&self, run: &Run<'_>) -> Result<Tx, StoreError> {
        let mut tx = self.store.begin().await?;
        tx.hold_job(run.lease).await?;
        Ok(tx)
    }

    fn outlet(&self, network: Network) -> Option<&Arc<dyn Outlet>> {
        self.outlets
            .iter()
            .find(|outlet| outlet.network() == network)
    }
}

/// Finishes the job together with what was changed, and has the cards follow.
async fn close(mut tx: Tx, draft: &Draft, run: &Run<'_>) -> anyhow::Result<Pass> {
    review::tell(&mut tx, draft, None, run.job.cause).await?;
    tx.finish_job(run.lease).await?;
    tx.commit().await?;
    Ok(Pass::Settled)
}

/// The proof that the draft's current content was approved, or why there is none.
async fn proof(
    tx: &mut Tx,
    draft: &Draft,
    now: Timestamp,
) -> anyhow::Result<Result<Approved, NotApproved>> {
    let Some(approval) = draft.state.approval() else {
        return Ok(Err(NotApproved::NoApproval(draft.number)));
    };
    let Some(approval) = tx.approval(approval).await? else {
        return Ok(Err(NotApproved::NoApproval(draft.number)));
    };
    let revision = match tx.revision(draft.id, draft.revision).await {
        Ok(Some(revision)) => revision,
        // Somebody changed it behind Lumen's back: it is not what was approved, whatever it is.
        Ok(None) | Err(StoreError::Impossible { .. }) => {
            return Ok(Err(NotApproved::OtherContent(draft.number)));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Approved::check(draft.clone(), revision, approval, now))
}
