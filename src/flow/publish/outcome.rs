//! What became of a call: by the network's answer, by asking it, or by asking people.

use std::time::Duration;

use crate::domain::draft::{Draft, DraftState};
use crate::domain::thread::Parts;
use crate::flow::review;
use crate::platforms::{LookUp, Published};
use crate::store::{Intent, IntentState};

use super::{Pass, Publisher, Run, close};

/// The waits before a call that certainly did not arrive is made again, the first time at once. Three calls that hang and
/// these waits stay under the 90 seconds in which a command has its final answer.
const RESENDS: [Duration; 2] = [Duration::ZERO, Duration::from_secs(5)];

/// The waits between look-ups of a call whose outcome is unclear; after the last one people are asked.
const LOOK_UPS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
    Duration::from_secs(10),
];

/// How long a network may take to look a post up.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(8);

const NEVER_ARRIVED: &str = "it was sent several times and never arrived";

impl Publisher {
    /// Asks the network what became of the call.
    pub(super) async fn look_up(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
    ) -> anyhow::Result<Pass> {
        match self.asked(run, draft, intent).await? {
            LookUp::There(published) => {
                self.published(run, draft, intent, &published, "lookup")
                    .await
            }
            LookUp::Absent => self.absent(run, draft, intent, NEVER_ARRIVED).await,
            LookUp::Partly { parts } => self.partly(run, draft, intent, parts).await,
            // People were asked about this very call and have decided; the network had its chance to know better.
            LookUp::Unsettled if run.work.again == Some(intent.id) => {
                self.absent(run, draft, intent, NEVER_ARRIVED).await
            }
            LookUp::Unsettled => self.unsettled(run, draft).await,
        }
    }

    /// What the network says; a network that does not answer cannot say.
    async fn asked(&self, run: &Run<'_>, draft: &Draft, intent: &Intent) -> anyhow::Result<LookUp> {
        let content = self.content(draft, intent).await?;
        let (Some(outlet), Some(content)) = (self.outlet(intent.network), content) else {
            return Ok(LookUp::Unsettled);
        };
        let look_up = outlet.look_up(&content, &intent.key, intent.created_at, run.lease);
        Ok(match tokio::time::timeout(LOOK_UP_LIMIT, look_up).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::info!(draft = %draft.number, error = %error, "the network could not be asked about a post");
                LookUp::Unsettled
            }
            Err(_) => LookUp::Unsettled,
        })
    }

    /// A part of a thread is there, and it did not go on: the rest is sent as what did not arrive is.
    async fn partly(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
        parts: Parts,
    ) -> anyhow::Result<Pass> {
        let wait = self.resend_after(run, intent).await?;
        let (why, state) = ("it broke off after that", IntentState::Absent);
        self.broke_off(run, draft, intent, parts, why, wait, state)
            .await
    }

    /// The first posts of a thread are public and it did not go on: the rest follows after `wait`, or people decide. Until
    /// then nothing of it can be changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "one end of a call, with all that is known of it"
    )]
    pub(super) async fn broke_off(
        &self,
        run: &mut Run<'_>,
        draft: &Draft,
        intent: &Intent,
        parts: Parts,
        why: &str,
        wait: Option<Duration>,
        ended: IntentState,
    ) -> anyhow::Result<Pass> {
        let mut tx = self.begin(run).await?;
        let next = wait.and_then(|wait| tx.now().checked_add(wait).ok());
        let line = format!(
            "{} of {} posts of {} are public: {why}",
            parts.there, parts.of, draft.number
        );
        let state = draft.break_off(parts, tx.now(), why, next)?;
        tx.mark_intent(intent.id, ended, Some(why)).await?;
        tx.set_state(draft.id, &state).await?;
        let Some(wait) = wait else {
            tx.log(run.work.workspace, "lumen", &line).await?;
            return close(tx, draft, run).await;
        };
        if wait.is_zero() {
            tx.commit().await?;
            return Ok(Pass::Again);
        }
        review::tell(&mut tx, draft, None, run.job.cause).await?;
        run.tries += 1;
        tx.commit().await?;
        let why = why.to_owned();
        Ok(Pass::Wait { why, wait })
    }

    /// When what did not arrive is sent again; none when it was sent often enough.
    async fn resend_after(
        &self,
        run: &Run<'_>,
        intent: &Intent,
    ) -> anyhow::Result<Option<Duration>> {
        if run.work.again == Some(intent.id) {
            return Ok(Some(Duration::ZERO));
        }
        let mut tx = self.begin(run).await?;
        // Every call has its intent. What a crash cut off is not held against the network.
        let sent = tx.intents_on(intent.approval).await? - run.job.crashes;
        let resent = usize::try_from(sent - 1).unwrap_or(0);
        Ok(RESENDS.get(resent).copied())
    }

    /// Certain no, of the whole or of the rest: the intent is closed and the draft is approved again, to be claimed anew.
    /// After several times it fails, for this reason.
    async fn absent(
        &self,
        run: &Run<'_>,
        draft: &Draft,
        intent: &Intent,
        why: &str,
    ) -> anyhow::Result<Pass> {
        let Some(wait) = self.resend_after(run, intent).await? else {
            return self.refused(run, draft, intent, why).await;
        };
        let mut tx = self.begin(run).await?;
        let state = draft.settle_as_absent(tx.now())?;
        tx.mark_intent(intent.id, IntentState::Absent, None).await?;
        tx.set_state(draft.id, &state).await?;
        tx.commit().await?;
        if wait.is_zero() {
            return Ok(Pass::Again);
        }
        Ok(Pass::Wait {
            why: "the network did not take it".to_owned(),
            wait,
        })
    }

    /// Neither yes nor no: asked again a few times, then people decide.
    async fn unsettled(&self, run: &mut Run<'_>, draft: &Draft) -> anyhow::Result<Pass> {
        let mut tx = self.begin(run).await?;
        let wait = LOOK_UPS.get(run.tries).copied();
        let was_known = matches!(draft.state, DraftState::Publishing { .. });
        let state = draft.lose(wait.is_none(), tx.now())?;
        tx.set_state(draft.id, &state).await?;
        let Some(wait) = wait else {
            let line = format!("asked what became of {}", draft.number);
            tx.log(run.work.workspace, "lumen", &line).await?;
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

    pub(super) async fn published(
        &self,
        run: &Run<'_>,
        draft: &Draft,
        intent: &Intent,
        published: &Published,
        settled_by: &str,
    ) -> anyhow::Result<Pass> {
        let mut tx = self.begin(run).await?;
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
        let line = format!("published {} on {}", draft.number, intent.network);
        tx.log(run.work.workspace, "lumen", &line).await?;
        metrics::counter!("lumen_published_total", "network" => intent.network.name()).increment(1);
        close(tx, draft, run).await
    }

    pub(super) async fn refused(
        &self,
        run: &Run<'_>,
        draft: &Draft,
        intent: &Intent,
        why: &str,
    ) -> anyhow::Result<Pass> {
        let mut tx = self.begin(run).await?;
        let state = draft.fail(tx.now(), why)?;
        tx.mark_intent(intent.id, IntentState::Refused, Some(why))
            .await?;
        tx.set_state(draft.id, &state).await?;
        let line = format!("could not publish {}: {why}", draft.number);
        tx.log(run.work.workspace, "lumen", &line).await?;
        close(tx, draft, run).await
    }
}
