//! One job from its claim to its end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::domain::job::{Job, JobOutcome, Lease};
use crate::schedule::worker::{DELAYS, Inner, JobHandler, MOST_CRASHES, SHORTEST_DELAY};
use crate::store::{R, StoreError};

/// How the handler was left.
enum Left {
    With(JobOutcome),
    /// Somebody else holds the job now; what the handler did has not counted.
    LeaseLost,
    /// Lumen stops and the handler did not end in time.
    CutOff,
}

impl Inner {
    /// Has the job done and writes down what became of it.
    pub(super) async fn see_to(
        &self,
        job: Job,
        lease: Lease,
        stop: CancellationToken,
        hard: CancellationToken,
    ) {
        let Some(handler) = self.handlers.get(&job.kind).map(Arc::clone) else {
            let outcome = JobOutcome::GiveUp {
                why: format!("nothing here does {} jobs", job.kind.name()),
            };
            return self.written(&job, self.settle(&job, &lease, outcome, false, false).await);
        };
        if job.crashes >= MOST_CRASHES && !handler.never_gives_up() {
            let why = format!("Lumen ended in the middle of it {} times", job.crashes);
            let outcome = JobOutcome::GiveUp { why };
            return self.written(&job, self.settle(&job, &lease, outcome, false, false).await);
        }
        let left = self.watched(&*handler, &job, &lease, &stop, &hard).await;
        // A child token's parent may have been cancelled: that is the stop of the whole house.
        let stopping = stop.is_cancelled();
        let outcome = match left {
            Left::With(outcome) => outcome,
            Left::LeaseLost => {
                tracing::warn!(
                    job.id = job.id.0,
                    job.kind = job.kind.name(),
                    "the lease of a job was lost"
                );
                return;
            }
            Left::CutOff => JobOutcome::Retry {
                why: "Lumen stopped".to_owned(),
                wait: Some(Duration::ZERO),
            },
        };
        let settled = self
            .settle(&job, &lease, outcome, stopping, handler.never_gives_up())
            .await;
        self.written(&job, settled);
    }

    /// Runs the handler, renews its lease, and ends it when it may not go on.
    async fn watched(
        &self,
        handler: &dyn JobHandler,
        job: &Job,
        lease: &Lease,
        stop: &CancellationToken,
        hard: &CancellationToken,
    ) -> Left {
        // A panic is a failed try of this job and no harm to the others: what it had begun to write is rolled back.
        let run = AssertUnwindSafe(handler.run(job, lease, stop)).catch_unwind();
        // Side by side with the handler, never in place of it: a handler that stands still in the middle of a transaction holds
        // the one connection that the renewal waits for.
        tokio::select! {
            biased;
            done = run => Left::With(done.unwrap_or_else(|panic| {
                let what = panic_text(&*panic);
                tracing::error!(job.id = job.id.0, job.kind = job.kind.name(), panic = what, "a job broke off");
                JobOutcome::Retry { why: "a mistake in Lumen broke it off".to_owned(), wait: None }
            })),
            () = hard.cancelled() => Left::CutOff,
            () = self.renew_until_lost(lease) => Left::LeaseLost,
        }
    }

    /// Renews the lease for as long as it is held.
    async fn renew_until_lost(&self, lease: &Lease) {
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            match self
                .store
                .extend_lease(lease, self.clock.now(), self.options.lease)
                .await
            {
                Ok(()) => {}
                Err(StoreError::LeaseLost) => return,
                Err(error) if self.store.log_if_full(&error) => {}
                // There are two more chances before the lease runs out.
                Err(error) => {
                    tracing::warn!(job.id = lease.job.0, %error, "a lease was not renewed");
                }
            }
        }
    }

    async fn settle(
        &self,
        job: &Job,
        lease: &Lease,
        outcome: JobOutcome,
        stopping: bool,
        never_gives_up: bool,
    ) -> R<()> {
        let (why, wait) = match outcome {
            JobOutcome::Settled => return Ok(()),
            JobOutcome::GiveUp { why } => return self.give_up(job, lease, &why).await,
            JobOutcome::Retry { why, .. } if stopping => (why, Duration::ZERO),
            JobOutcome::Retry {
                why,
                wait: Some(wait),
            } => (why, wait.max(SHORTEST_DELAY)),
            JobOutcome::Retry { why, wait: None } => match self.delay(job.tries()) {
                Some(delay) => (why, delay),
                None if never_gives_up => (why, DELAYS[DELAYS.len() - 1]),
                None => {
                    let why = format!("{why} ({} tries)", job.attempts);
                    return self.give_up(job, lease, &why).await;
                }
            },
        };
        let mut tx = self.store.begin().await?;
        let run_at = tx
            .now()
            .saturating_add(wait)
            .unwrap_or(jiff::Timestamp::MAX);
        tx.postpone_job(lease, run_at, &why).await?;
        tx.commit().await?;
        tracing::info!(
            job.id = job.id.0,
            job.kind = job.kind.name(),
            job.attempts = job.attempts,
            wait.seconds = wait.as_secs_f64(),
            why,
            "a job is tried again later"
        );
        Ok(())
    }

    async fn give_up(&self, job: &Job, lease: &Lease, why: &str) -> R<()> {
        let mut tx = self.store.begin().await?;
        tx.finish_job(lease).await?;
        self.give_up.gave_up(&mut tx, job, why).await?;
        tx.commit().await?;
        tracing::error!(
            job.id = job.id.0,
            job.kind = job.kind.name(),
            job.key = job.unique_key,
            why,
            "a job was given up"
        );
        Ok(())
    }

    /// Logs what could not be written down. The lease runs out and the job is taken up again.
    fn written(&self, job: &Job, result: R<()>) {
        if let Err(error) = result
            && !self.store.log_if_full(&error)
        {
            tracing::error!(job.id = job.id.0, job.kind = job.kind.name(), %error, "how a job ended could not be written");
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}
