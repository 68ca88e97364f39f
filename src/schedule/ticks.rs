//! The few ticks that everything timed hangs on. In UTC: people's times are computed in [`crate::domain::schedule`], because
//! tokio-cron-scheduler keeps the offset that a zone had when the job was added and is an hour off after the clocks change.
//! It also waits for the time it has in mind: when the system's clock is set back by an hour, it stands still for an hour. So
//! the clock is watched beside it, and after a step back the ticks begin anew.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::clock::SharedClock;

/// Done at a tick.
pub type OnTick = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

const EVERY_SECOND: &str = "* * * * * *";
const EVERY_MINUTE: &str = "0 * * * * *";

/// How often the clock is looked at.
const WATCH: Duration = Duration::from_secs(1);
/// A smaller step back is none: clocks are kept right in such steps, and nothing stands still for longer than that.
const STEP_BACK: Duration = Duration::from_secs(2);

/// What is done when.
#[derive(Clone)]
pub struct OnTicks {
    pub second: OnTick,
    pub minute: OnTick,
    /// After the clock was set back.
    pub set_back: OnTick,
}

/// Whoever works at a tick of a second, or of a minute: one each.
type Turns = Arc<[Semaphore; 2]>;

/// Ticks until it is stopped.
pub struct Ticks {
    scheduler: Arc<Mutex<JobScheduler>>,
    turns: Turns,
    _watch: AbortOnDropHandle<()>,
}

impl Ticks {
    /// Calls `second` each second and `minute` each minute; a call that is still busy when the next is due is not joined by another.
    pub async fn start(clock: SharedClock, on: OnTicks) -> anyhow::Result<Self> {
        let seen = (clock.now(), Instant::now());
        let turns = Turns::new([Semaphore::new(1), Semaphore::new(1)]);
        let scheduler = Arc::new(Mutex::new(begin(&on, &turns).await?));
        let watching = watch(clock, seen, on, Arc::clone(&scheduler), Arc::clone(&turns));
        let watch = tokio::spawn(watching);
        Ok(Self {
            scheduler,
            turns,
            _watch: AbortOnDropHandle::new(watch),
        })
    }

    /// No tick begins after this, and none is still at work.
    pub async fn stop(self) -> anyhow::Result<()> {
        let ended = self.scheduler.lock().await.shutdown().await;
        for turn in &*self.turns {
            // Whoever is at work has it; a closed one gives none any more.
            let last = turn.acquire().await;
            turn.close();
            drop(last);
        }
        Ok(ended?)
    }
}

async fn begin(on: &OnTicks, turns: &Turns) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    for (nth, (line, on_tick)) in [(EVERY_SECOND, &on.second), (EVERY_MINUTE, &on.minute)]
        .into_iter()
        .enumerate()
    {
        let (turns, on_tick) = (Arc::clone(turns), Arc::clone(on_tick));
        let job = Job::new_async(line, move |_, _| {
            let (turns, on_tick) = (Arc::clone(&turns), Arc::clone(&on_tick));
            Box::pin(async move {
                if let Ok(_mine) = turns[nth].try_acquire() {
                    on_tick().await;
                }
            })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

/// What a clock showed at a moment of the other one, which nobody can set.
type Seen = (Timestamp, Instant);

async fn watch(
    clock: SharedClock,
    mut seen: Seen,
    on: OnTicks,
    scheduler: Arc<Mutex<JobScheduler>>,
    turns: Turns,
) {
    let mut looks = tokio::time::interval(WATCH);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let now = (clock.now(), Instant::now());
        let back = set_back(seen, now);
        seen = now;
        if back < STEP_BACK {
            continue;
        }
        tracing::warn!(clock.seconds = back.as_secs(), "the clock was set back");
        (on.set_back)().await;
        let mut running = scheduler.lock().await;
        match begin(&on, &turns).await {
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

    use jiff::SignedDuration;
    use tokio::sync::Notify;

    use super::{OnTick, OnTicks, Ticks};
    use crate::domain::clock::{Clock, ManualClock, SystemClock};

    fn nothing() -> OnTick {
        Arc::new(|| Box::pin(async {}))
    }

    /// Signals when it was called for the second time.
    fn twice() -> (OnTick, Arc<Notify>) {
        let seen = AtomicUsize::new(0);
        let signal = Arc::new(Notify::new());
        let twice = Arc::clone(&signal);
        let on_tick: OnTick = Arc::new(move || {
            if seen.fetch_add(1, Ordering::SeqCst) == 1 {
                signal.notify_one();
            }
            Box::pin(async {})
        });
        (on_tick, twice)
    }

    #[tokio::test]
    async fn the_second_tick_comes_again_and_again() {
        let (second, came) = twice();
        let on = OnTicks {
            second,
            minute: nothing(),
            set_back: nothing(),
        };
        let ticks = Ticks::start(Arc::new(SystemClock), on).await.unwrap();
        came.notified().await;
        ticks.stop().await.unwrap();
    }

    #[tokio::test]
    async fn nobody_is_at_work_after_a_stop() {
        let (began, left) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
        let (begins, leaves) = (Arc::clone(&began), Arc::clone(&left));
        let second: OnTick = Arc::new(move || {
            let (begins, leaves) = (Arc::clone(&begins), Arc::clone(&leaves));
            Box::pin(async move {
                begins.notify_one();
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                leaves.fetch_add(1, Ordering::SeqCst);
            })
        });
        let on = OnTicks {
            second,
            minute: nothing(),
            set_back: nothing(),
        };
        let ticks = Ticks::start(Arc::new(SystemClock), on).await.unwrap();
        began.notified().await;
        ticks.stop().await.unwrap();
        assert_eq!(left.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_is_noticed_and_the_ticks_go_on() {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let noticed = Arc::new(Notify::new());
        let notice = Arc::clone(&noticed);
        let (second, came) = twice();
        let on = OnTicks {
            second,
            minute: nothing(),
            set_back: Arc::new(move || {
                notice.notify_one();
                Box::pin(async {})
            }),
        };
        let ticks = Ticks::start(clock.clone(), on).await.unwrap();
        clock.set(clock.now() - SignedDuration::from_hours(1));
        noticed.notified().await;
        came.notified().await;
        ticks.stop().await.unwrap();
    }
}
