//! Makes jobs of what is due: sources to fetch, tasks to run, drafts to publish or to let go.
//!
//! A row's next time is moved on in the transaction that writes its job, so a run is neither lost nor doubled by a crash. With nothing
//! due, a turn is one indexed query a table: ten thousand schedules cost what ten do.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::domain::draft::{Draft, DraftState};
use crate::domain::ids::{DraftId, SourceId, TaskId, WorkspaceId};
use crate::domain::schedule::{DueRun, Schedule, due_run};
use crate::domain::source::Source;
use crate::domain::task::Task;
use crate::store::{R, Store, StoreError, Tx};

/// What due things turn into. Each writes into the transaction that moves the time on.
#[async_trait]
pub trait Duties: Send + Sync {
    async fn fetch(&self, tx: &mut Tx, w: WorkspaceId, source: &Source) -> R<()>;

    /// `at` is the time that the run was set for; with the task it names the run, so that it happens once.
    async fn run_task(&self, tx: &mut Tx, w: WorkspaceId, task: &Task, at: Timestamp) -> R<()>;

    async fn publish(&self, tx: &mut Tx, w: WorkspaceId, draft: &Draft) -> R<()>;

    async fn expire(&self, tx: &mut Tx, w: WorkspaceId, draft: Draft) -> R<()>;
}

/// What one turn did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    pub fetched: usize,
    pub ran: usize,
    /// Missed runs that their tasks do not want late.
    pub skipped: usize,
    pub published: usize,
    pub expired: usize,
    /// Rows that could not be dealt with; they are tried again at the next turn.
    pub failed: usize,
}

/// How many rows share a transaction when much is due at once.
const TOGETHER: usize = 100;

/// One thing that is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    Source(SourceId, WorkspaceId),
    Task(TaskId, WorkspaceId),
    Draft(DraftId, WorkspaceId),
    Stale(DraftId, WorkspaceId),
}

/// Looks once at everything that has a time.
pub async fn turn(store: &Store, now: Timestamp, zone: &TimeZone, duties: &dyn Duties) -> R<Turn> {
    let due = find(store, now).await?;
    let mut turn = Turn::default();
    for together in due.chunks(TOGETHER) {
        match settle(store, together, zone, duties).await {
            Ok(done) => turn.add(done),
            // No row is the reason, and no row has a chance.
            Err(StoreError::Full) => return Err(StoreError::Full),
            // One row may be the reason; the others must not wait for it.
            Err(_) => {
                for one in together {
                    match settle(store, std::slice::from_ref(one), zone, duties).await {
                        Ok(done) => turn.add(done),
                        Err(error) => {
                            tracing::error!(due = ?one, %error, "what is due could not be taken up");
                            turn.failed += 1;
                        }
                    }
                }
            }
        }
    }
    Ok(turn)
}

/// Recurring times that are still to come, computed again: the zone is another one, or the clock was set back.
pub async fn realign(store: &Store, w: WorkspaceId, zone: &TimeZone) -> R<usize> {
    let mut tx = store.begin().await?;
    let moved = realigned(&mut tx, w, zone).await?;
    tx.commit().await?;
    Ok(moved)
}

/// Reads and writes in one transaction: whole rows are written, so a change in between would be lost.
async fn realigned(tx: &mut Tx, w: WorkspaceId, zone: &TimeZone) -> R<usize> {
    let now = tx.now();
    let mut moved = 0;
    for task in tx.tasks(w).await? {
        if let Some(next) = another(task.schedule.as_ref(), task.next_run_at, now, zone) {
            let next_run_at = Some(next);
            tx.update_task(&Task {
                next_run_at,
                ..task
            })
            .await?;
            moved += 1;
        }
    }
    for source in tx.sources(w).await? {
        if let Some(next) = another(source.schedule.as_ref(), source.next_run_at, now, zone) {
            let next_run_at = Some(next);
            tx.update_source(&Source {
                next_run_at,
                ..source
            })
            .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// At start: [`realign`]s when the zone is not the one that the times were computed in. Ten thousand schedules cost a start
/// nothing that way.
pub async fn mind_zone(store: &Store, w: WorkspaceId, zone: &TimeZone) -> R<usize> {
    // A zone without a name says nothing of its rules, so its times are computed at every start.
    let name = zone.iana_name();
    let mut tx = store.begin().await?;
    let mut settings = tx.workspace(w).await?.settings;
    if name.is_some() && settings.get(ZONE).and_then(Value::as_str) == name {
        return Ok(0);
    }
    let moved = realigned(&mut tx, w, zone).await?;
    if let (Some(name), Some(all)) = (name, settings.as_object_mut()) {
        all.insert(ZONE.to_owned(), Value::from(name));
        tx.set_settings(w, &settings).await?;
    }
    tx.commit().await?;
    Ok(moved)
}

/// Where a workspace's settings name the zone its times were computed in.
const ZONE: &str = "zone";

/// The next run of a recurring schedule where it is not the one kept; a run that was missed stays as it is.
fn another(
    schedule: Option<&Schedule>,
    kept: Option<Timestamp>,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let (Some(schedule @ Schedule::Cron(_)), Some(kept)) = (schedule, kept) else {
        return None;
    };
    let next = schedule.next_after(now, zone)?;
    (kept > now && kept != next).then_some(next)
}

async fn find(store: &Store, now: Timestamp) -> R<Vec<Due>> {
    let sources = store.due_sources(now).await?;
    let tasks = store.due_tasks(now).await?;
    let drafts = store.drafts_due(now).await?;
    let stale = store.drafts_stale(now).await?;
    let sources = sources.into_iter().map(|(id, w)| Due::Source(id, w));
    let tasks = tasks.into_iter().map(|(id, w)| Due::Task(id, w));
    let drafts = drafts.into_iter().map(|(id, w)| Due::Draft(id, w));
    let stale = stale.into_iter().map(|(id, w)| Due::Stale(id, w));
    Ok(sources.chain(tasks).chain(drafts).chain(stale).collect())
}

async fn settle(store: &Store, due: &[Due], zone: &TimeZone, duties: &dyn Duties) -> R<Turn> {
    let mut tx = store.begin().await?;
    let mut turn = Turn::default();
    for one in due {
        match *one {
            Due::Source(id, w) => source(&mut tx, id, w, zone, duties, &mut turn).await?,
            Due::Task(id, w) => task(&mut tx, id, w, zone, duties, &mut turn).await?,
            Due::Draft(id, w) => {
                if let Some(draft) = still(&mut tx, id, |draft, now| match draft.state {
                    DraftState::Scheduled { due, .. } => due <= now,
                    _ => false,
                })
                .await?
                {
                    duties.publish(&mut tx, w, &draft).await?;
                    turn.published += 1;
                }
            }
            Due::Stale(id, w) => {
                let stale = |draft: &Draft, now| {
                    draft.state == DraftState::Waiting && draft.expires_at <= now
                };
                if let Some(draft) = still(&mut tx, id, stale).await? {
                    duties.expire(&mut tx, w, draft).await?;
                    turn.expired += 1;
                }
            }
        }
    }
    tx.commit().await?;
    Ok(turn)
}

/// The draft, if what made it due holds in this transaction too.
async fn still(
    tx: &mut Tx,
    id: DraftId,
    holds: impl Fn(&Draft, Timestamp) -> bool + Send,
) -> Result<Option<Draft>, StoreError> {
    let now = tx.now();
    Ok(tx.draft(id).await?.filter(|draft| holds(draft, now)))
}

async fn source(
    tx: &mut Tx,
    id: SourceId,
    w: WorkspaceId,
    zone: &TimeZone,
    duties: &dyn Duties,
    turn: &mut Turn,
) -> R<()> {
    let now = tx.now();
    let Some(mut source) = tx.source(id).await? else {
        return Ok(());
    };
    if source.paused || source.next_run_at.is_none_or(|at| at > now) {
        return Ok(());
    }
    source.next_run_at = next(source.schedule.as_ref(), now, zone);
    tx.update_source(&source).await?;
    duties.fetch(tx, w, &source).await?;
    turn.fetched += 1;
    Ok(())
}

async fn task(
    tx: &mut Tx,
    id: TaskId,
    w: WorkspaceId,
    zone: &TimeZone,
    duties: &dyn Duties,
    turn: &mut Turn,
) -> R<()> {
    let now = tx.now();
    let Some(mut task) = tx.task(id).await? else {
        return Ok(());
    };
    let (false, Some(at)) = (task.paused, task.next_run_at.filter(|at| *at <= now)) else {
        return Ok(());
    };
    task.next_run_at = next(task.schedule.as_ref(), now, zone);
    let run = due_run(at, now, task.missed);
    if run == DueRun::Run {
        task.last_run_at = Some(now);
    }
    tx.update_task(&task).await?;
    match run {
        DueRun::Run => {
            duties.run_task(tx, w, &task, at).await?;
            turn.ran += 1;
        }
        DueRun::Skip => {
            let line = format!(
                "{} missed its run while Lumen was down; it is set to skip those",
                task.name
            );
            tx.log(w, "lumen", &line).await?;
            turn.skipped += 1;
        }
    }
    Ok(())
}

/// After `now`, not after the time that was due: several missed runs are one.
fn next(schedule: Option<&Schedule>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    schedule?.next_after(now, zone)
}

impl Turn {
    const fn add(&mut self, other: Self) {
        self.fetched += other.fetched;
        self.ran += other.ran;
        self.skipped += other.skipped;
        self.published += other.published;
        self.expired += other.expired;
        self.failed += other.failed;
    }
}
