//! How a fetch ends: what is told to whom, and what is to be done next, in the transaction that finishes the job.

use std::time::Duration;

use serde_json::json;

use super::trouble::{Trouble, grouped};
use super::{Collector, End, Fetch, FetchJob, SCHEDULED_TRIES, all_known, request};
use crate::domain::ids::SourceId;
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::notice::{Notice, Offer};
use crate::domain::post::StoreCounts;
use crate::flow::{media, recall};
use crate::store::{R, Tx};

/// A network may ask for a longer wait; it is asked again then all the same.
const LONGEST_WAIT: Duration = Duration::from_hours(6);

impl Collector {
    /// Finishes the job with what is to be told and done next.
    pub(super) async fn settle(
        &self,
        fetch: &Fetch<'_>,
        lease: &Lease,
        name: &str,
        end: End,
    ) -> R<JobOutcome> {
        if let End::Stopped = end {
            return Ok(JobOutcome::Retry {
                why: "it was stopped".to_owned(),
                wait: Some(Duration::ZERO),
            });
        }
        let mut tx = self.store.begin().await?;
        // After a crash the counts of what was stored before it are lost, but not its work.
        if !all_known(fetch.counts) || fetch.job.attempts > 1 {
            recall::request(&mut tx, fetch.job.cause).await?;
            media::request(&mut tx, fetch.job.cause).await?;
        }
        let summary = summary(fetch.counts);
        let mut again = false;
        let line = match end {
            End::Complete => format!("{name}: {summary}."),
            End::Later => format!("{name}: {summary} so far; the rest comes in the background."),
            End::Unfollowed => format!("{name}: {summary}. It is not followed any more."),
            End::Stopped => String::new(),
            End::Failed(ref trouble) => {
                note_trouble(&mut tx, fetch.work.source, trouble).await?;
                if trouble.passes
                    && fetch.work.room.is_none()
                    && fetch.job.tries() + 1 < SCHEDULED_TRIES
                {
                    tx.commit().await?;
                    return Ok(JobOutcome::Retry {
                        why: trouble.why.clone(),
                        wait: trouble.wait.map(|wait| wait.min(LONGEST_WAIT)),
                    });
                }
                again = true;
                let kept = if all_known(fetch.counts) {
                    String::new()
                } else {
                    format!(" What came before that is kept: {summary}.")
                };
                format!("{name}: {}{kept}", trouble.why)
            }
        };
        if !all_known(fetch.counts) {
            tx.log(
                fetch.workspace,
                "lumen",
                &format!("fetched {name}: {summary}"),
            )
            .await?;
        }
        answer(&mut tx, fetch.work, fetch.job, line, again).await?;
        tx.finish_job(lease).await?;
        if let End::Later = end {
            request(&mut tx, fetch.work.source, None, None).await?;
        }
        tx.commit().await?;
        Ok(JobOutcome::Settled)
    }

    /// Finishes a job that cannot begin; an empty line tells nobody anything.
    pub(super) async fn leave(
        &self,
        work: FetchJob,
        job: &Job,
        lease: &Lease,
        line: &str,
    ) -> R<JobOutcome> {
        let mut tx = self.store.begin().await?;
        if !line.is_empty() {
            answer(&mut tx, work, job, line.to_owned(), false).await?;
        }
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(JobOutcome::Settled)
    }
}

/// `96 new, 2 changed, 1 gone`, or `nothing new`.
fn summary(counts: StoreCounts) -> String {
    let parts: Vec<String> = [
        (counts.new, "new"),
        (counts.changed, "changed"),
        (counts.removed, "gone"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{} {word}", grouped(count)))
    .collect();
    if parts.is_empty() {
        "nothing new".to_owned()
    } else {
        parts.join(", ")
    }
}

async fn note_trouble(tx: &mut Tx, source: SourceId, trouble: &Trouble) -> R<()> {
    if let Some(mut source) = tx.source(source).await? {
        source.last_error = Some(trouble.why.clone());
        tx.update_source(&source).await?;
    }
    Ok(())
}

async fn answer(tx: &mut Tx, work: FetchJob, job: &Job, text: String, again: bool) -> R<()> {
    let Some(room) = work.room else {
        return Ok(());
    };
    let notice = Notice::Answer {
        room,
        text,
        cause: job.cause,
        offers: Offer::again(again),
    };
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Notice,
        unique_key: format!("notice:fetch:{}:{}", job.id, run_at.as_millisecond()),
        payload: json!(notice),
        cause: job.cause,
        run_at,
    })
    .await?;
    Ok(())
}
