use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{Duties, Turn, mind_zone, realign, turn};
use crate::domain::clock::{Clock, ManualClock};
use crate::domain::content::Content;
use crate::domain::draft::{Draft, DraftState, Purpose, Writer};
use crate::domain::ids::{ApprovalId, WorkspaceId};
use crate::domain::job::{JobKind, NewJob};
use crate::domain::network::Network;
use crate::domain::schedule::Schedule;
use crate::domain::source::{Selector, Source};
use crate::domain::task::{MissedRun, Task, TaskKind};
use crate::store::{NewDraft, NewRevision, NewTask, R, Skip, Store, StoreError, StoreOptions, Tx};

const W: WorkspaceId = WorkspaceId::FIRST;

/// Writes a job for each duty, as the app does; fails for the source it is told to.
#[derive(Default)]
struct Writing {
    fails_for: Option<&'static str>,
}

async fn write(tx: &mut Tx, kind: JobKind, key: String) -> R<()> {
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind,
        unique_key: key,
        payload: json!({}),
        cause: None,
        run_at,
    })
    .await?;
    Ok(())
}

#[async_trait]
impl Duties for Writing {
    async fn fetch(&self, tx: &mut Tx, _w: WorkspaceId, source: &Source) -> R<()> {
        if self
            .fails_for
            .is_some_and(|name| source.name().contains(name))
        {
            return Err(StoreError::Busy);
        }
        write(tx, JobKind::Fetch, format!("fetch:{}", source.id)).await
    }

    async fn run_task(&self, tx: &mut Tx, _w: WorkspaceId, task: &Task, at: Timestamp) -> R<()> {
        write(
            tx,
            JobKind::Compose,
            format!("compose:task:{}:{}", task.id, at.as_millisecond()),
        )
        .await
    }

    async fn publish(&self, tx: &mut Tx, _w: WorkspaceId, draft: &Draft) -> R<()> {
        write(tx, JobKind::Publish, format!("publish:{}", draft.id)).await
    }

    async fn expire(&self, tx: &mut Tx, _w: WorkspaceId, draft: Draft) -> R<()> {
        let at = tx.now();
        tx.set_state(draft.id, &DraftState::Expired { at }).await
    }
}

struct House {
    _folder: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
    zone: TimeZone,
    duties: Writing,
}

impl House {
    /// A Friday, ten in the morning in Berlin.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let clock = Arc::new(ManualClock::at(wall("2026-11-20T10:00", &zone)));
        let options = StoreOptions::file(&folder.path().join("lumen.db"));
        let store = Store::open(&options, Arc::<ManualClock>::clone(&clock))
            .await
            .unwrap();
        Self {
            _folder: folder,
            store,
            clock,
            zone,
            duties: Writing::default(),
        }
    }

    fn set(&self, text: &str) {
        self.clock.set(wall(text, &self.zone));
    }

    async fn turn(&self) -> Turn {
        turn(&self.store, self.clock.now(), &self.zone, &self.duties)
            .await
            .unwrap()
    }

    async fn task(&self, name: &str, line: &str, missed: MissedRun) {
        let schedule = Schedule::Cron(line.to_owned());
        let next_run_at = schedule.next_after(self.clock.now(), &self.zone);
        let task = NewTask {
            name: name.to_owned(),
            kind: TaskKind::Post,
            topic: "coffee".to_owned(),
            schedule: Some(schedule),
            missed,
            next_run_at,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.add_task(W, &task).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn source(&self, handle: &str, line: &str) {
        let schedule = Schedule::Cron(line.to_owned());
        let next = schedule.next_after(self.clock.now(), &self.zone);
        let mut tx = self.store.begin().await.unwrap();
        let selector = Selector::Author(handle.to_owned());
        tx.add_source(W, Network::Sandbox, &selector, false, Some(&schedule), next)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn draft(&self, origin: &str, expires: &str) -> Draft {
        let new = NewDraft {
            number: None,
            purpose: Purpose::Post {
                topic: "coffee".to_owned(),
            },
            task: None,
            origin: origin.to_owned(),
            expires_at: wall(expires, &self.zone),
        };
        let content = Content {
            network: Network::Sandbox,
            account: "lumen".to_owned(),
            text: "Friday at six".to_owned(),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        };
        let first = NewRevision {
            content,
            findings: Vec::new(),
            leans_on: Vec::new(),
            examples: Vec::new(),
            persona_version: 1,
            guidance: None,
            writer: Writer::Person {
                name: "@owner".to_owned(),
            },
        };
        let mut tx = self.store.begin().await.unwrap();
        let draft = tx.new_draft(W, &new, &first).await.unwrap();
        tx.commit().await.unwrap();
        draft
    }
}

fn wall(text: &str, zone: &TimeZone) -> Timestamp {
    let wall: DateTime = text.parse().unwrap();
    wall.to_zoned(zone.clone()).unwrap().timestamp()
}

#[tokio::test]
async fn a_due_task_runs_once_and_knows_its_next_time() {
    let house = House::new().await;
    house.task("morning", "0 9 * * 1-5", MissedRun::Once).await;
    assert_eq!(house.turn().await, Turn::default());
    house.set("2026-11-23T09:00");
    assert_eq!(
        house.turn().await,
        Turn {
            ran: 1,
            ..Turn::default()
        }
    );
    assert_eq!(house.turn().await, Turn::default());
    let task = house.store.task_named(W, "morning").await.unwrap().unwrap();
    assert_eq!(
        task.next_run_at,
        Some(wall("2026-11-24T09:00", &house.zone))
    );
    assert_eq!(task.last_run_at, Some(house.clock.now()));
}

#[tokio::test]
async fn what_was_missed_in_a_week_is_one_run_or_none() {
    let house = House::new().await;
    house.task("late", "0 9 * * *", MissedRun::Once).await;
    house.task("never-late", "0 9 * * *", MissedRun::Skip).await;
    house.set("2026-11-27T15:00");
    assert_eq!(
        house.turn().await,
        Turn {
            ran: 1,
            skipped: 1,
            ..Turn::default()
        }
    );
    assert_eq!(house.store.jobs_ready(house.clock.now()).await.unwrap(), 1);
    for task in house.store.tasks(W).await.unwrap() {
        assert_eq!(
            task.next_run_at,
            Some(wall("2026-11-28T09:00", &house.zone))
        );
    }
}

#[tokio::test]
async fn a_paused_task_does_not_run() {
    let house = House::new().await;
    house.task("morning", "0 9 * * *", MissedRun::Once).await;
    let task = house.store.task_named(W, "morning").await.unwrap().unwrap();
    let mut tx = house.store.begin().await.unwrap();
    tx.update_task(&Task {
        paused: true,
        ..task
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    house.set("2026-11-21T09:00");
    assert_eq!(house.turn().await, Turn::default());
}

#[tokio::test]
async fn one_row_that_fails_does_not_hold_up_the_others() {
    let mut house = House::new().await;
    house.duties.fails_for = Some("@bad");
    for handle in ["one", "bad", "two"] {
        house.source(handle, "0 * * * *").await;
    }
    house.set("2026-11-20T11:00");
    assert_eq!(
        house.turn().await,
        Turn {
            fetched: 2,
            failed: 1,
            ..Turn::default()
        }
    );
    // It is tried again, the others are not.
    assert_eq!(
        house.turn().await,
        Turn {
            failed: 1,
            ..Turn::default()
        }
    );
}

#[tokio::test]
async fn a_scheduled_draft_goes_out_when_due_but_not_while_stopped() {
    let house = House::new().await;
    let draft = house.draft("a", "2026-12-20T10:00").await;
    let due = wall("2026-11-20T17:45", &house.zone);
    let mut tx = house.store.begin().await.unwrap();
    let state = DraftState::Scheduled {
        approval: ApprovalId(1),
        by: "@owner".to_owned(),
        due,
    };
    tx.set_state(draft.id, &state).await.unwrap();
    tx.set_stopped(W, Some("@owner")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.turn().await, Turn::default());
    house.set("2026-11-20T17:45");
    assert_eq!(house.turn().await, Turn::default());
    let mut tx = house.store.begin().await.unwrap();
    tx.set_stopped(W, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        house.turn().await,
        Turn {
            published: 1,
            ..Turn::default()
        }
    );
    assert_eq!(house.store.jobs_ready(house.clock.now()).await.unwrap(), 1);
    // While its publishing is under way, or waits before it is tried again, no second writes anything.
    house.set("2026-11-20T17:46");
    assert_eq!(house.turn().await, Turn::default());
    let now = house.clock.now();
    let claimed = house
        .store
        .claim_job("w", now, Duration::from_mins(1), Skip::default())
        .await;
    let (_, lease) = claimed.unwrap().unwrap();
    assert_eq!(house.turn().await, Turn::default());
    let mut tx = house.store.begin().await.unwrap();
    let later = now + Duration::from_mins(5);
    tx.postpone_job(&lease, later, "told to").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.turn().await, Turn::default());
}

#[tokio::test]
async fn a_waiting_draft_goes_stale() {
    let house = House::new().await;
    let draft = house.draft("a", "2026-11-21T10:00").await;
    house.draft("b", "2026-11-30T10:00").await;
    house.set("2026-11-21T10:00");
    assert_eq!(
        house.turn().await,
        Turn {
            expired: 1,
            ..Turn::default()
        }
    );
    let draft = house.store.draft(draft.id).await.unwrap().unwrap();
    assert_eq!(draft.state.word(), "expired");
}

#[tokio::test]
async fn in_another_zone_the_times_to_come_are_computed_again() {
    let house = House::new().await;
    house.task("morning", "0 9 * * *", MissedRun::Once).await;
    let kolkata = TimeZone::get("Asia/Kolkata").unwrap();
    assert_eq!(realign(&house.store, W, &kolkata).await.unwrap(), 1);
    assert_eq!(realign(&house.store, W, &kolkata).await.unwrap(), 0);
    let task = house.store.task_named(W, "morning").await.unwrap().unwrap();
    assert_eq!(task.next_run_at, Some(wall("2026-11-21T09:00", &kolkata)));
}

#[tokio::test]
async fn a_change_while_times_are_computed_again_is_not_lost() {
    let house = House::new().await;
    house.task("morning", "0 9 * * *", MissedRun::Once).await;
    let task = house.store.task_named(W, "MORNING").await.unwrap().unwrap();
    let mut tx = house.store.begin().await.unwrap();
    let topic = "tea".to_owned();
    tx.update_task(&Task { topic, ..task }).await.unwrap();
    tx.set_settings(W, &json!({"voice": 50})).await.unwrap();
    let (store, kolkata) = (house.store.clone(), TimeZone::get("Asia/Kolkata").unwrap());
    let zone = kolkata.clone();
    let minding = tokio::spawn(async move { mind_zone(&store, W, &zone).await });
    // It has read all it can read before its turn to write.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    assert_eq!(minding.await.unwrap().unwrap(), 1);
    let task = house.store.task_named(W, "morning").await.unwrap().unwrap();
    assert_eq!(task.topic, "tea");
    assert_eq!(task.next_run_at, Some(wall("2026-11-21T09:00", &kolkata)));
    let settings = house.store.workspace(W).await.unwrap().settings;
    assert_eq!(settings, json!({"voice": 50, "zone": "Asia/Kolkata"}));
    assert_eq!(mind_zone(&house.store, W, &kolkata).await.unwrap(), 0);
}

#[tokio::test]
async fn hundreds_that_are_due_at_once_are_all_taken_up() {
    let house = House::new().await;
    for number in 0..250 {
        house.source(&format!("author{number}"), "0 * * * *").await;
    }
    house.clock.advance(Duration::from_hours(1));
    assert_eq!(
        house.turn().await,
        Turn {
            fetched: 250,
            ..Turn::default()
        }
    );
    assert_eq!(
        house.store.jobs_ready(house.clock.now()).await.unwrap(),
        250
    );
}
