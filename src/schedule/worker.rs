//! Claims jobs with a lease, has them done, and sees to those that failed.
//!
//! A handler finishes its job in the transaction that holds its effects. Whatever else happens to it (it asks to be tried again, it
//! panics, the process stops) is seen to here, so that no job is lost and none is done twice.

mod running;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobKind, JobOutcome, Lease};
use crate::schedule::give_up::GiveUp;
use crate::store::{R, Skip, Store};

/// How long the worker waits before each next try of a job whose handler names no time. A provider that failed is tried again
/// within 30 s, so the first waits together stay below that.
pub const DELAYS: [Duration; 7] = [
    Duration::from_secs(2),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
];

/// A job in whose middle Lumen ended this often is given up: it may be the reason.
pub const MOST_CRASHES: i64 = 8;

/// No job is tried again sooner, whatever its handler says: a mistake there must not keep the machine busy.
const SHORTEST_DELAY: Duration = Duration::from_millis(200);
/// The longest sleep. Commits and due times wake the worker; this only limits the harm of a wake that was missed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How soon to look again while a kind has as many running as it may.
const CROWDED_SLEEP: Duration = Duration::from_millis(250);
/// How soon to look again after the store did not answer.
const STORE_TROUBLE_SLEEP: Duration = Duration::from_secs(1);

/// Does one kind of job.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Does the job and, if it is done, finishes it in the transaction of its effects. Ends soon after `stop`.
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome;

    /// Whether the worker goes on trying when the list of delays is through. For work whose end somebody relies on, such as
    /// finding out what became of a publishing call.
    fn never_gives_up(&self) -> bool {
        false
    }
}

/// How a worker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerOptions {
    /// How long a claim is good for. Renewed while the handler runs, so it only counts after a crash.
    pub lease: Duration,
    /// How long running work gets to end by itself when Lumen stops. The whole stop has ten seconds.
    pub grace: Duration,
    /// Fixes how the delays are spread.
    pub seed: u64,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            grace: Duration::from_secs(5),
            seed: 0,
        }
    }
}

/// Does the jobs. Cheap to clone.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    store: Store,
    clock: SharedClock,
    handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
    give_up: Arc<dyn GiveUp>,
    /// This worker's own name on its leases.
    holder: String,
    options: WorkerOptions,
    dice: Mutex<StdRng>,
    /// What came before is not waited for since then, but since now.
    began: Timestamp,
}

/// What runs now.
struct Running {
    job: JobId,
    kind: JobKind,
    lane: String,
}

/// What runs now, by the task that does it.
#[derive(Default)]
struct Crew {
    tasks: JoinSet<()>,
    running: HashMap<tokio::task::Id, Running>,
}

impl Crew {
    fn full(&self) -> Vec<JobKind> {
        let running = |kind| {
            let all = self.running.values();
            all.filter(|running| running.kind == kind).count()
        };
        JobKind::ALL
            .into_iter()
            .filter(|kind| !kind.has_lanes() && running(*kind) >= kind.slots())
            .collect()
    }

    fn busy_lanes(&self) -> Vec<(JobKind, String)> {
        self.running
            .values()
            .filter(|running| running.kind.has_lanes())
            .map(|running| (running.kind, running.lane.clone()))
            .collect()
    }

    fn in_hand(&self) -> Vec<JobId> {
        self.running.values().map(|running| running.job).collect()
    }

    /// Waits until one is through. None when nothing runs.
    async fn one_done(&mut self) -> Option<()> {
        let task = match self.tasks.join_next_with_id().await? {
            Ok((task, ())) => task,
            // The task around a handler catches the handler's panics; one of its own leaves its job to its lease.
            Err(error) => {
                tracing::error!(%error, "the worker lost sight of a job; its lease runs out by itself");
                error.id()
            }
        };
        self.running.remove(&task);
        Some(())
    }
}

impl Worker {
    #[must_use]
    pub fn new(
        store: Store,
        clock: SharedClock,
        handlers: HashMap<JobKind, Arc<dyn JobHandler>>,
        give_up: Arc<dyn GiveUp>,
        options: WorkerOptions,
    ) -> Self {
        let began = clock.now();
        Self(Arc::new(Inner {
            store,
            clock,
            began,
            handlers,
            give_up,
            holder: uuid::Uuid::new_v4().to_string(),
            options,
            dice: Mutex::new(StdRng::seed_from_u64(options.seed)),
        }))
    }

    /// Works until `stop`; then takes nothing new, and hands back what does not end in time.
    pub async fn run(&self, stop: CancellationToken) {
        let work = stop.child_token();
        let hard = CancellationToken::new();
        let written = self.0.store.jobs_written();
        let mut crew = Crew::default();
        while !stop.is_cancelled() {
            // Listens before it looks: what is written in between is not missed.
            let mut wake = std::pin::pin!(written.notified());
            wake.as_mut().enable();
            let sleep = match self.fill(&mut crew, &work, &hard).await {
                Ok(()) => self.sleep(&crew).await,
                Err(error) => {
                    if !self.0.store.log_if_full(&error) {
                        tracing::error!(%error, "no work can be taken up");
                    }
                    STORE_TROUBLE_SLEEP
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                Some(()) = crew.one_done() => {}
                () = &mut wake => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
        let ended = async { while crew.one_done().await.is_some() {} };
        if tokio::time::timeout(self.0.options.grace, ended)
            .await
            .is_err()
        {
            hard.cancel();
            while crew.one_done().await.is_some() {}
        }
    }

    /// Does everything that is due now, and what that makes due. Says how many runs that took.
    pub async fn drain(&self) -> R<usize> {
        let stop = CancellationToken::new();
        let hard = CancellationToken::new();
        let mut crew = Crew::default();
        let mut runs = 0;
        loop {
            self.fill(&mut crew, &stop, &hard).await?;
            if crew.one_done().await.is_none() {
                return Ok(runs);
            }
            runs += 1;
        }
    }

    /// Takes up what is due, as far as there is room.
    async fn fill(
        &self,
        crew: &mut Crew,
        stop: &CancellationToken,
        hard: &CancellationToken,
    ) -> R<()> {
        while !stop.is_cancelled() {
            let full = crew.full();
            let now = self.0.clock.now();
            let skip = Skip {
                kinds: &full,
                lanes: &crew.busy_lanes(),
                in_hand: &crew.in_hand(),
            };
            let claimed = self
                .0
                .store
                .claim_job(&self.0.holder, now, self.0.options.lease, skip)
                .await?;
            let Some((mut job, lease)) = claimed else {
                return Ok(());
            };
            let since = job.arrived.map(|at| at.max(self.0.began));
            job.waited = since
                .and_then(|since| Duration::try_from(now.duration_since(since)).ok())
                .unwrap_or_default();
            let (inner, stop, hard) = (Arc::clone(&self.0), stop.child_token(), hard.clone());
            let running = Running {
                job: job.id,
                kind: job.kind,
                lane: job.lane.clone(),
            };
            let task = crew.tasks.spawn(async move {
                inner.see_to(job, lease, stop, hard).await;
            });
            crew.running.insert(task.id(), running);
        }
        Ok(())
    }

    /// How long there is nothing to do, as far as can be seen.
    async fn sleep(&self, crew: &Crew) -> Duration {
        let Ok(Some(next)) = self.0.store.next_job_at(&crew.in_hand()).await else {
            return LONGEST_SLEEP;
        };
        let wait = Duration::try_from(next.duration_since(self.0.clock.now())).unwrap_or_default();
        // What is ready now waits for room; what is due after it must still be seen.
        let least = if crew.full().is_empty() && crew.busy_lanes().is_empty() {
            Duration::from_millis(1)
        } else {
            CROWDED_SLEEP
        };
        wait.clamp(least, LONGEST_SLEEP)
    }
}

impl Inner {
    /// The delay after one more than `tries` tries, a fifth more or less than the list says; none when the list is through.
    fn delay(&self, tries: usize) -> Option<Duration> {
        let delay = DELAYS.get(tries)?;
        let spread = self
            .dice
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random_range(0.8..1.2);
        Some(delay.mul_f64(spread))
    }
}
