//! Publishing once, whatever crashes when.
//!
//! ```text
//! (1) claim:  approved -> publishing, intent row `open`, in one transaction
//! (2) sent:   the intent becomes `sent` right before the call; an intent that is still `open` was never called
//! (3) call:   with the intent's key
//! (4) settle: receipt, published | failed | back to (2) | unknown, in one transaction with the job
//! ```
//!
//! After a crash, or an answer that says neither yes nor no, the network is asked first whether it has the post. Certain
//! yes: receipt. Certain no: the call is made again. Neither, for [`LOOK_UPS`] times: people are asked.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::clock::SharedClock;
use crate::domain::content::Content;
use crate::domain::draft::{Approved, Draft, DraftState, NotApproved};
use crate::domain::ids::{DraftId, InboxId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::network::Network;
use crate::flow::review;
use crate::media::MediaFolder;
use crate::platforms::{LookUp, OutgoingPicture, Outlet, PlatformError, Published};
use crate::store::{Intent, IntentState, Store, StoreError, Tx};

/// The waits between tries while a network cannot be reached or asks to slow down. In sum under the 90 seconds in which
/// a command has its final answer.
const TRIES: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// The waits between look-ups of a call whose outcome is unclear; after the last one people are asked.
const LOOK_UPS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
    Duration::from_secs(10),
];

/// How long a network may take to look a post up.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(8);

/// The longest wait that a network may ask for and get. Longer, and the draft fails: certain, nothing went out.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishJob {
    pub workspace: WorkspaceId,
    pub draft: DraftId,
}

/// One run over a draft.
struct Run<'a> {
    workspace: WorkspaceId,
    draft: DraftId,
    job: &'a Job,
    lease: &'a Lease,
    /// Tries and look-ups before this one. A crash counts as one: it bounds how often a call can be made in all.
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
    let run_at = tx.now();
    let payload = json!(PublishJob {
        workspace: w,
        draft
    });
    tx.enqueue(&NewJob {
        kind: JobKind::Publish,
        unique_key: format!("publish:{draft}"),
        payload,
        cause,
        run_at,
    })
    .await?;
    Ok(())
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
        let PublishJob { workspace, draft } = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable publish job: {error}"),
                };
            }
        };
        let tries = usize::try_from(job.attempts - 1).unwrap_or(0);
        let mut run = Run {
            workspace,
            draft,
            job,
            lease,
            tries,
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
        let mut tx = self.store.begin().await?;
        let Some(draft) = tx.draft(run.draft).await? else {
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        };
        let intent = tx.open_intent(draft.id).await?;
        match (&draft.state, intent) {
            (DraftState::Approved { .. } | DraftState::Scheduled { .. }, _) => {
                self.claim(tx, run, draft).await
            }
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
        let stopped = tx.workspace(run.workspace).await?.stopped.is_some();
        let due = !matches!(draft.state, DraftState::Scheduled { due, .. } if due > now);
        if stopped || !due {
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        }
        let approved = match proof(&mut tx, &draft, now).await? {
            Ok(approved) => approved,
            Err(refusal) => {
                let state = draft.revise()?;
                tx.set_state(draft.id, &state).await?;
                tx.log(
                    run.workspace,
                    "lumen",
                    &format!("held {} back: {refusal}", draft.number),
                )
                .await?;
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

    /// (2) and (3): notes that the call is about to be made, and makes it.
    async fn call(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Pass> {
        let content = self.content(draft, intent).await?;
        let Some(outlet) = self.outlet(content.network) else {
            return self
                .refused(run, draft, intent, "nothing is set up to publish there")
                .await;
        };
        let pictures = match self.pictures(&content).await {
            Ok(pictures) => pictures,
            Err(why) => return self.refused(run, draft, intent, &why).await,
        };
        let mut tx = self.store.begin().await?;
        if tx.workspace(run.workspace).await?.stopped.is_some() {
            tx.mark_intent(
                intent.id,
                IntentState::Absent,
                Some("stopped before the call"),
            )
            .await?;
            let state = draft.settle_as_absent(tx.now())?;
            tx.set_state(draft.id, &state).await?;
            return close(tx, draft, run).await;
        }
        tx.mark_intent(intent.id, IntentState::Sent, None).await?;
        tx.commit().await?;
        metrics::counter!("lumen_publish_calls_total", "network" => content.network.name())
            .increment(1);
        let limit = outlet.patience();
        let call =
            tokio::time::timeout(limit, outlet.publish(&content, pictures, &intent.key)).await;
        let network = content.network;
        let answer = call.unwrap_or_else(|_| {
            Err(PlatformError::Unclear {
                network,
                why: format!("no answer in {} seconds", limit.as_secs()),
            })
        });
        match answer {
            Ok(published) => {
                self.published(run, draft, intent, &published, "answer")
                    .await
            }
            Err(PlatformError::Refused { why, .. }) => self.refused(run, draft, intent, &why).await,
            Err(error @ (PlatformError::Unreachable { .. } | PlatformError::SlowDown { .. })) => {
                self.not_taken(run, draft, intent, &error).await
            }
            Err(error @ (PlatformError::Unclear { .. } | PlatformError::Garbled { .. })) => {
                tracing::warn!(draft = %draft.number, error = %error, "the outcome of a publishing call is unclear");
                Ok(Pass::Again)
            }
        }
    }

    /// The network certainly took nothing: again after a wait, and at the end the draft fails.
    async fn not_taken(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
        error: &PlatformError,
    ) -> anyhow::Result<Pass> {
        let asked = if let PlatformError::SlowDown { wait, .. } = error {
            *wait
        } else {
            None
        };
        let next = TRIES.get(run.tries).copied();
        let too_long = asked.is_some_and(|wait| wait > LONGEST_WAIT);
        let Some(wait) = next
            .filter(|_| !too_long)
            .map(|next| asked.unwrap_or(next).max(next))
        else {
            return self
                .refused(run, draft, intent, &format!("{error}. Nothing went out"))
                .await;
        };
        let mut tx = self.store.begin().await?;
        tx.mark_intent(intent.id, IntentState::Open, Some(&error.to_string()))
            .await?;
        run.tries += 1;
        tx.commit().await?;
        Ok(Pass::Wait {
            why: error.to_string(),
            wait,
        })
    }

    /// Asks the network what became of the call.
    async fn look_up(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Pass> {
        let content = self.content(draft, intent).await?;
        let found = match self.outlet(content.network) {
            Some(outlet) => {
                let asked = tokio::time::timeout(
                    LOOK_UP_LIMIT,
                    outlet.look_up(&content, &intent.key, intent.created_at),
                )
                .await;
                match asked {
                    Ok(Ok(found)) => found,
                    Ok(Err(error)) => {
                        tracing::info!(draft = %draft.number, error = %error, "the network could not be asked about a post");
                        LookUp::Unsettled
                    }
                    Err(_) => LookUp::Unsettled,
                }
            }
            None => LookUp::Unsettled,
        };
        match found {
            LookUp::There(published) => {
                self.published(run, draft, intent, &published, "lookup")
                    .await
            }
            LookUp::Absent => self.absent(run, draft, intent).await,
            LookUp::Unsettled => self.unsettled(run, draft).await,
        }
    }

    /// Certain no: the intent is closed and the draft is approved again, to be claimed anew.
    async fn absent(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Pass> {
        let Some(wait) = TRIES.get(run.tries).copied() else {
            return self
                .refused(
                    run,
                    draft,
                    intent,
                    "it was sent several times and never arrived",
                )
                .await;
        };
        let mut tx = self.store.begin().await?;
        let state = draft.settle_as_absent(tx.now())?;
        tx.mark_intent(intent.id, IntentState::Absent, None).await?;
        tx.set_state(draft.id, &state).await?;
        run.tries += 1;
        tx.commit().await?;
        if run.tries == 1 {
            Ok(Pass::Again)
        } else {
            Ok(Pass::Wait {
                why: "the network did not take it".to_owned(),
                wait,
            })
        }
    }

    /// Neither yes nor no: asked again a few times, then people decide.
    async fn unsettled(&self, run: &mut Run<'_>, draft: &Draft) -> anyhow::Result<Pass> {
        let mut tx = self.store.begin().await?;
        let wait = LOOK_UPS.get(run.tries).copied();
        let was_known = matches!(draft.state, DraftState::Publishing { .. });
        let state = draft.lose(wait.is_none(), tx.now())?;
        tx.set_state(draft.id, &state).await?;
        let Some(wait) = wait else {
            tx.log(
                run.workspace,
                "lumen",
                &format!("asked what became of {}", draft.number),
            )
            .await?;
            return close(tx, draft, run).await;
        };
        if was_known {
            review::tell(&mut tx, draft, None, run.job.cause).await?;
        }
        run.tries += 1;
        tx.commit().await?;
        Ok(Pass::Wait {
            why: "the network does not know yet".to_owned(),
            wait,
        })
    }

    async fn published(
        &self,
        run: &Run<'_>,
        draft: &Draft,
        intent: &Intent,
        published: &Published,
        settled_by: &str,
    ) -> anyhow::Result<Pass> {
        let mut tx = self.store.begin().await?;
        let state = draft.publish(published.at, &published.native_id, published.url.clone())?;
        tx.mark_intent(intent.id, IntentState::Done, None).await?;
        tx.add_receipt(
            intent.id,
            &published.native_id,
            published.url.as_deref(),
            settled_by,
            published.at,
        )
        .await?;
        tx.set_state(draft.id, &state).await?;
        tx.log(
            run.workspace,
            "lumen",
            &format!("published {} on {}", draft.number, intent.network),
        )
        .await?;
        metrics::counter!("lumen_published_total", "network" => intent.network.name()).increment(1);
        close(tx, draft, run).await
    }

    async fn refused(
        &self,
        run: &Run<'_>,
        draft: &Draft,
        intent: &Intent,
        why: &str,
    ) -> anyhow::Result<Pass> {
        let mut tx = self.store.begin().await?;
        let state = draft.fail(tx.now(), why)?;
        tx.mark_intent(intent.id, IntentState::Refused, Some(why))
            .await?;
        tx.set_state(draft.id, &state).await?;
        tx.log(
            run.workspace,
            "lumen",
            &format!("could not publish {}: {why}", draft.number),
        )
        .await?;
        close(tx, draft, run).await
    }

    fn outlet(&self, network: Network) -> Option<&Arc<dyn Outlet>> {
        self.outlets
            .iter()
            .find(|outlet| outlet.network() == network)
    }

    /// The content that the intent's approval names, not whatever is current.
    async fn content(&self, draft: &Draft, intent: &Intent) -> anyhow::Result<Content> {
        let approval = self
            .store
            .approval(intent.approval)
            .await?
            .ok_or_else(|| anyhow::anyhow!("intent {} has no approval", intent.id))?;
        let revision = self
            .store
            .revision(draft.id, approval.revision)
            .await?
            .ok_or_else(|| {
                anyhow::anyhow!("{} has no revision {}", draft.number, approval.revision)
            })?;
        anyhow::ensure!(
            revision.content.hash() == intent.content_hash
                && approval.content_hash == intent.content_hash,
            "what would go out for {} is not what was approved",
            draft.number
        );
        Ok(revision.content)
    }

    async fn pictures(&self, content: &Content) -> Result<Vec<OutgoingPicture>, String> {
        let mut pictures = Vec::with_capacity(content.media.len());
        for picture in &content.media {
            let bytes = self
                .media
                .read(&picture.sha256, &picture.mime)
                .await
                .map_err(|error| {
                    format!("a picture of it cannot be read ({error:#}). Choose another one")
                })?;
            pictures.push(OutgoingPicture {
                bytes,
                mime: picture.mime.clone(),
                alt: picture.alt.clone(),
            });
        }
        Ok(pictures)
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
    let Some(revision) = tx.revision(draft.id, draft.revision).await? else {
        anyhow::bail!("{} has no revision {}", draft.number, draft.revision);
    };
    Ok(Approved::check(draft.clone(), revision, approval, now))
}
