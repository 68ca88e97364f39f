//! What hangs on the clock: a tick a minute for upkeep, and a look at what is due when the next thing is, or when a commit
//! may have brought it forward.
//!
//! In UTC: people's times are computed in [`crate::domain::schedule`], because tokio-cron-scheduler keeps the offset that a
//! zone had when the job was added and is an hour off after the clocks change. It also waits for the time it has in mind:
//! when the system's clock is set back by an hour, it stands still for an hour. So the clock is watched beside it, and after
//! a step back the ticks begin anew.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;

/// Done at a tick.
pub type OnTick = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Takes up what is due, and says when the next thing will be.
pub type OnDue = Arc<dyn Fn() -> BoxFuture<'static, Option<Timestamp>> + Send + Sync>;

const EVERY_MINUTE: &str = "0 * * * * *";

/// How often the clock is looked at.
const WATCH: Duration = Duration::from_secs(1);
/// A smaller step back is none: clocks are kept right in such steps, and nothing stands still for longer than that.
const STEP_BACK: Duration = Duration::from_secs(2);

/// What is done when.
#[derive(Clone)]
pub struct OnTicks {
    pub due: OnDue,
    pub minute: OnTick,
    /// After the clock was set back.
    pub set_back: OnTick,
}

/// Ticks until it is stopped.
pub struct Ticks {
    scheduler: Arc<Mutex<JobScheduler>>,
    minute_turn: Arc<Semaphore>,
    stop: CancellationToken,
    watch: JoinHandle<()>,
}

impl Ticks {
    /// Calls `due` at the start, after each `changed`, and when the time comes that the last call named; `minute` each
    /// minute, where the call before has ended.
    pub async fn start(
        clock: SharedClock,
        changed: Arc<Notify>,
        on: OnTicks,
    ) -> anyhow::Result<Self> {
        let seen = (clock.now(), Instant::now());
        let minute_turn = Arc::new(Semaphore::new(1));
        let scheduler = Arc::new(Mutex::new(begin(&on, &minute_turn).await?));
        let stop = CancellationToken::new();
        let watch = Watch {
            clock,
            changed,
            on,
            scheduler: Arc::clone(&scheduler),
            minute_turn: Arc::clone(&minute_turn),
            stop: stop.clone(),
        };
        Ok(Self {
            scheduler,
            minute_turn,
            stop,
            watch: tokio::spawn(watch.run(seen)),
        })
    }

    /// No tick begins after this, and none is still at work.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.watch.await?;
        let ended = self.scheduler.lock().await.shutdown().await;
        // The tick that is at work has the turn; a closed one is given to none any more.
        let last = self.minute_turn.acquire().await;
        self.minute_turn.close();
        drop(last);
        Ok(ended?)
    }
}

async fn begin(on: &OnTicks, turn: &Arc<Semaphore>) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    let (turn, minute) = (Arc::clone(turn), Arc::clone(&on.minute));
    let job = Job::new_async(EVERY_MINUTE, move |_, _| {
        let (turn, minute) = (Arc::clone(&turn), Arc::clone(&minute));
        Box::pin(async move {
            if let Ok(_mine) = turn.try_acquire() {
                minute().await;
            }
        })
    })?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// What a clock showed at a moment of the other one, which nobody can set.
type Seen = (Timestamp, Instant);

/// Looks at the clock and at what is due.
struct Watch {
    clock: SharedClock,
    changed: Arc<Notify>,
    on: OnTicks,
    scheduler: Arc<Mutex<JobScheduler>>,
    minute_turn: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Watch {
    async fn run(self, mut seen: Seen) {
        let mut next = (self.on.due)().await;
        loop {
            let changed = tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.changed.notified() => true,
                () = tokio::time::sleep(self.nap(next)) => false,
            };
            let now = (self.clock.now(), Instant::now());
            let back = set_back(seen, now);
            seen = now;
            if back >= STEP_BACK {
                self.begin_anew(back).await;
            }
            if changed || next.is_some_and(|next| next <= now.0) {
                next = (self.on.due)().await;
            }
        }
    }

    /// How long nothing is due. What is due already could not be taken up: it is tried again at the next look.
    fn nap(&self, next: Option<Timestamp>) -> Duration {
        next.and_then(|next| Duration::try_from(next.duration_since(self.clock.now())).ok())
            .filter(|nap| !nap.is_zero())
            .map_or(WATCH, |nap| nap.min(WATCH))
    }

    async fn begin_anew(&self, back: Duration) {
        tracing::warn!(clock.seconds = back.as_secs(), "the clock was set back");
        (self.on.set_back)().await;
        let mut running = self.scheduler.lock().await;
        match begin(&self.on, &self.minute_turn).await {
            Ok(anew) => {
                let mut old = std::mem::replace(&mut *running, anew);
                if let Err(error) = old.shutdown().await {
                    tracing::warn!(%error, "the ticks from before did not end");
                }
            }
            Err(error) => {
                tracing::error!(error = %format!("{error:#}"), "the ticks did not begin anew");
            }
        }
    }
}

/// How far the clock on the wall fell behind the time that went by.
fn set_back(before: Seen, now: Seen) -> Duration {
    let should_be = before.0.saturating_add(now.1 - before.1);
    let behind = should_be.map(|should_be| should_be.duration_since(now.0));
    // A clock that was set forward is behind by less than nothing.
    behind
        .ok()
        .and_then(|behind| Duration::try_from(behind).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use jiff::{SignedDuration, Timestamp};
    use tokio::sync::{Notify, mpsc};

    use super::{OnDue, OnTick, OnTicks, Ticks};
    use crate::domain::clock::{Clock, ManualClock, SystemClock};

    fn nothing() -> OnTick {
        Arc::new(|| Box::pin(async {}))
    }

    /// Tells of each call, and names `next` as the time of the next one.
    fn told(next: Option<Timestamp>) -> (OnDue, mpsc::UnboundedReceiver<()>) {
        let (tell, told) = mpsc::unbounded_channel();
        let due: OnDue = Arc::new(move || {
            let _ = tell.send(());
            Box::pin(async move { next })
        });
        (due, told)
    }

    fn on(due: OnDue) -> OnTicks {
        OnTicks {
            due,
            minute: nothing(),
            set_back: nothing(),
        }
    }

    #[tokio::test]
    async fn a_change_and_a_time_that_comes_are_looked_at() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let (due, mut came) = told(Some(clock.now() + SignedDuration::from_hours(1)));
        let changed = Arc::new(Notify::new());
        let ticks = Ticks::start(clock.clone(), Arc::clone(&changed), on(due))
            .await
            .unwrap();
        came.recv().await.unwrap();
        changed.notify_one();
        came.recv().await.unwrap();
        clock.set(clock.now() + SignedDuration::from_hours(1));
        came.recv().await.unwrap();
        ticks.stop().await.unwrap();
    }

    #[tokio::test]
    async fn with_nothing_due_and_nothing_changed_nothing_is_asked() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let (due, mut came) = told(None);
        let noticed = Arc::new(Notify::new());
        let notice = Arc::clone(&noticed);
        let on = OnTicks {
            // It is called at a look at the clock, so one look is over when it was.
            set_back: Arc::new(move || {
                notice.notify_one();
                Box::pin(async {})
            }),
            ..on(due)
        };
        let ticks = Ticks::start(clock.clone(), Arc::new(Notify::new()), on)
            .await
            .unwrap();
        clock.set(clock.now() - SignedDuration::from_hours(1));
        noticed.notified().await;
        ticks.stop().await.unwrap();
        came.recv().await.unwrap();
        assert_eq!(came.recv().await, None, "it was asked at the start alone");
    }

    #[tokio::test]
    async fn no_call_is_at_work_after_a_stop() {
        let (began, left) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
        let (begins, leaves) = (Arc::clone(&began), Arc::clone(&left));
        let due: OnDue = Arc::new(move || {
            let (begins, leaves) = (Arc::clone(&begins), Arc::clone(&leaves));
            Box::pin(async move {
                begins.notify_one();
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                leaves.fetch_add(1, Ordering::SeqCst);
                None
            })
        });
        let clock = Arc::new(SystemClock);
        let ticks = Ticks::start(clock, Arc::new(Notify::new()), on(due))
            .await
            .unwrap();
        began.notified().await;
        ticks.stop().await.unwrap();
        assert_eq!(left.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_is_noticed() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let noticed = Arc::new(Notify::new());
        let notice = Arc::clone(&noticed);
        let (due, mut came) = told(None);
        let on = OnTicks {
            set_back: Arc::new(move || {
                notice.notify_one();
                Box::pin(async {})
            }),
            ..on(due)
        };
        let changed = Arc::new(Notify::new());
        let ticks = Ticks::start(clock.clone(), Arc::clone(&changed), on)
            .await
            .unwrap();
        came.recv().await.unwrap();
        clock.set(clock.now() - SignedDuration::from_hours(1));
        noticed.notified().await;
        changed.notify_one();
        came.recv().await.unwrap();
        ticks.stop().await.unwrap();
    }
}
