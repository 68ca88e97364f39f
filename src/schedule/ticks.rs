//! The few ticks that everything timed hangs on. In UTC: people's times are computed in [`crate::domain::schedule`], because
//! tokio-cron-scheduler keeps the offset that a zone had when the job was added and is an hour off after the clocks change.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler};

/// Done at a tick.
pub type OnTick = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

const EVERY_SECOND: &str = "* * * * * *";
const EVERY_MINUTE: &str = "0 * * * * *";

/// Ticks until it is stopped.
pub struct Ticks(JobScheduler);

impl Ticks {
    /// Calls `second` each second and `minute` each minute; a call that is still busy when the next is due is not joined by another.
    pub async fn start(second: OnTick, minute: OnTick) -> anyhow::Result<Self> {
        let scheduler = JobScheduler::new().await?;
        for (line, on_tick) in [(EVERY_SECOND, second), (EVERY_MINUTE, minute)] {
            let busy = Arc::new(Mutex::new(()));
            let job = Job::new_async(line, move |_, _| {
                let (busy, on_tick) = (Arc::clone(&busy), Arc::clone(&on_tick));
                Box::pin(async move {
                    if let Ok(_mine) = busy.try_lock() {
                        on_tick().await;
                    }
                })
            })?;
            scheduler.add(job).await?;
        }
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    /// No tick begins after this.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.0.shutdown().await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Ticks;

    #[tokio::test]
    async fn the_second_tick_comes_again_and_again() {
        let seen = Arc::new(AtomicUsize::new(0));
        let twice = Arc::new(tokio::sync::Notify::new());
        let (count, signal) = (Arc::clone(&seen), Arc::clone(&twice));
        let second: super::OnTick = Arc::new(move || {
            if count.fetch_add(1, Ordering::SeqCst) == 1 {
                signal.notify_one();
            }
            Box::pin(async {})
        });
        let ticks = Ticks::start(second, Arc::new(|| Box::pin(async {})))
            .await
            .unwrap();
        twice.notified().await;
        ticks.stop().await.unwrap();
        assert!(seen.load(Ordering::SeqCst) >= 2);
    }
}
