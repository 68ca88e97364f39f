//! Memory after the models were used and left alone for ten minutes.

use std::time::Duration;

use jiff::Timestamp;
use lumen::domain::clock::Clock as _;

use crate::house::Running;
use crate::report::{resident_mb, say};
use crate::work::Work;

/// A little more than a model stays.
const IDLE: Duration = Duration::from_mins(11);
/// The allocator gives pages back a moment later.
const SETTLE: Duration = Duration::from_secs(3);

pub async fn run(work: &Work) -> anyhow::Result<()> {
    let running = Running::start(work).await?;
    running.say("/source add sandbox all").await?;
    tokio::time::sleep(SETTLE).await;
    let before = resident_mb()?;
    running.say("/source fetch").await?;
    running.say("/draft our Friday tasting is at six").await?;
    let used = resident_mb()?;
    running.clock.advance(IDLE);
    let now: Timestamp = running.clock.now();
    running.house.roles.local.unload_idle(now);
    tokio::time::sleep(SETTLE).await;
    say("program.before_mb", before);
    say("program.used_mb", used);
    say("program.left_over_mb", resident_mb()? - before);
    running.end().await
}
