//! Memory after the models were used and left alone for ten minutes.

use std::time::Duration;

use crate::house::Running;
use crate::report::{resident_mb, say};
use crate::work::Work;

/// A little more than a model stays.
const IDLE: Duration = Duration::from_mins(11);
/// Threads that worked end ten seconds after they had nothing to do.
const SETTLE: Duration = Duration::from_secs(15);

pub async fn run(work: &Work) -> anyhow::Result<()> {
    let running = Running::start(work).await?;
    running.say("/source add sandbox all").await?;
    tokio::time::sleep(SETTLE).await;
    let before = resident_mb()?;
    running.say("/source fetch").await?;
    running.say("/draft our Friday tasting is at six").await?;
    let used = resident_mb()?;
    // Ten minutes later the threads that worked have long ended.
    tokio::time::sleep(SETTLE).await;
    running.clock.advance(IDLE);
    (running.house.on_ticks().minute)().await;
    tokio::time::sleep(SETTLE).await;
    say("program.before_mb", before);
    say("program.used_mb", used);
    say("program.left_over_mb", resident_mb()? - before);
    running.end().await
}
