//! The call itself: what goes out is what was approved, and it is noted before it is made.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::domain::content::{Content, hex};
use crate::domain::draft::Draft;
use crate::flow::{edited, review};
use crate::platforms::{OutgoingPicture, PlatformError};
use crate::store::{Intent, IntentState, StoreError};

use super::{Pass, Publisher, Run, close};

/// The waits between tries while a network cannot be reached or asks to slow down. In sum under the 90 seconds in which
/// a command has its final answer.
const TRIES: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// The longest wait that a network may ask for and get. Longer, and the draft fails: certain, nothing went out.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// No try begins later after the approval came in.
const LATEST: Duration = Duration::from_secs(80);

/// From this wait on the draft is approved again until it is over, so that it can be changed, rejected or taken back, and
/// the log and the card say what it waits for.
const WORTH_A_LINE: Duration = Duration::from_secs(30);

/// After this many crashes before a call, it is not the machine: the draft fails.
const MOST_CRASHES: i64 = 8;

/// What is to go out, or why it may not.
type Outgoing = Result<(Content, Vec<OutgoingPicture>), String>;

impl Publisher {
    /// (2) and (3): notes that the call is about to be made, and makes it.
    pub(super) async fn call(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Pass> {
        if run.job.crashes >= MOST_CRASHES {
            let why = "Lumen ended in the middle of it again and again. Nothing went out";
            return self.refused(run, draft, intent, why).await;
        }
        let Some(outlet) = self.outlet(intent.network) else {
            let why = "nothing is set up to publish there";
            return self.refused(run, draft, intent, why).await;
        };
        if !outlet.accounts().contains(&intent.account) {
            let why = format!("the account {} is not set up any more", intent.account);
            return self.refused(run, draft, intent, &why).await;
        }
        let (content, pictures) = match self.outgoing(draft, intent).await? {
            Ok(outgoing) => outgoing,
            Err(why) => return self.refused(run, draft, intent, &why).await,
        };
        let mut tx = self.begin(run).await?;
        if tx.workspace(run.work.workspace).await?.stopped.is_some() {
            let why = Some("stopped before the call");
            tx.mark_intent(intent.id, IntentState::Absent, why).await?;
            let state = draft.settle_as_absent(tx.now())?;
            tx.set_state(draft.id, &state).await?;
            return close(tx, draft, run).await;
        }
        if draft.public_parts().is_none() && edited::is_outdated(&mut tx, draft).await? {
            let why = Some("the post it answers was edited before the call");
            tx.mark_intent(intent.id, IntentState::Absent, why).await?;
            let state = draft.settle_as_absent(tx.now())?;
            let w = run.work.workspace;
            let approved = Draft {
                state,
                ..draft.clone()
            };
            edited::hold(&mut tx, w, &approved, run.job.cause).await?;
            tx.finish_job(run.lease).await?;
            tx.commit().await?;
            return Ok(Pass::Settled);
        }
        tx.send_intent(intent.id, run.lease).await?;
        tx.commit().await?;
        let network = content.network;
        metrics::counter!("lumen_publish_calls_total", "network" => network.name()).increment(1);
        let limit = outlet.patience();
        let call = outlet.publish(&content, pictures, &intent.key, run.lease);
        let answer = tokio::time::timeout(limit, call).await;
        let answer = answer.unwrap_or_else(|_| {
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
            Err(PlatformError::Partly {
                why, parts, wait, ..
            }) => {
                let wait = wait.and_then(|asked| Some(asked.max(*TRIES.get(run.tries)?)));
                let wait = wait.filter(|wait| *wait <= LONGEST_WAIT);
                let state = IntentState::Refused;
                self.broke_off(run, draft, intent, parts, &why, wait, state)
                    .await
            }
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
        let next = TRIES
            .get(run.tries)
            .map(|next| asked.unwrap_or(*next).max(*next));
        // Unless the network itself asks for more, the answer is due.
        let in_time = |wait: &Duration| asked.is_some() || run.job.waited + *wait <= LATEST;
        let next = next.filter(|wait| *wait <= LONGEST_WAIT && in_time(wait));
        let Some(wait) = next else {
            let why = match draft.public_parts() {
                Some(_) => error.to_string(),
                None => format!("{error}. Nothing went out"),
            };
            return self.refused(run, draft, intent, &why).await;
        };
        let mut tx = self.begin(run).await?;
        let why = error.to_string();
        if wait < WORTH_A_LINE {
            tx.mark_intent(intent.id, IntentState::Open, Some(&why))
                .await?;
        } else {
            // Nothing went out and nothing will for a while: until then people may think again.
            tx.mark_intent(intent.id, IntentState::Refused, Some(&why))
                .await?;
            let state = draft.settle_as_absent(tx.now())?;
            tx.set_state(draft.id, &state).await?;
            let line = format!(
                "waits {} s before {} is sent again: {why}",
                wait.as_secs(),
                draft.number
            );
            tx.log(run.work.workspace, "lumen", &line).await?;
            review::tell(&mut tx, draft, None, run.job.cause).await?;
        }
        run.tries += 1;
        tx.commit().await?;
        Ok(Pass::Wait { why, wait })
    }

    /// The content that the intent's approval names, not whatever is current; with the bytes of its pictures.
    async fn outgoing(&self, draft: &Draft, intent: &Intent) -> anyhow::Result<Outgoing> {
        let Some(content) = self.content(draft, intent).await? else {
            let why = "what would go out is not what was approved. Nothing went out";
            return Ok(Err(why.to_owned()));
        };
        Ok(self
            .pictures(&content)
            .await
            .map(|pictures| (content, pictures)))
    }

    /// The approved content. None where what is stored is something else.
    pub(super) async fn content(
        &self,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Option<Content>> {
        let Some(approval) = self.store.approval(intent.approval).await? else {
            return Ok(None);
        };
        let revision = match self.store.revision(draft.id, approval.revision).await {
            Ok(revision) => revision,
            Err(StoreError::Impossible { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(revision.map(|revision| revision.content).filter(|content| {
            content.hash() == intent.content_hash && approval.content_hash == intent.content_hash
        }))
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
            if hex(&Sha256::digest(&bytes)) != picture.sha256 {
                let why = "a picture of it is not the one that was approved: its file has changed on the disk. Choose another one";
                return Err(why.to_owned());
            }
            pictures.push(OutgoingPicture {
                bytes,
                mime: picture.mime.clone(),
                alt: picture.alt.clone(),
            });
        }
        Ok(pictures)
    }
}
