use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{DELAYS, JobHandler, MOST_CRASHES, Worker, WorkerOptions};
use crate::domain::clock::{Clock, ManualClock};
use crate::domain::ids::{RoomId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::notice::Notice;
use crate::domain::operator::RoomAddress;
use crate::schedule::give_up::TellRoom;
use crate::store::{Store, StoreOptions};

/// Short ones, so that a test does not wait long for what happens in the end.
const OPTIONS: WorkerOptions = WorkerOptions {
    lease: Duration::from_millis(90),
    grace: Duration::from_millis(50),
    seed: 7,
};

/// A store in a folder of its own, a clock that stands still.
struct House {
    _folder: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(
            Timestamp::from_second(1_800_000_000).unwrap(),
        ));
        let options = StoreOptions::file(&folder.path().join("lumen.db"));
        let store = Store::open(&options, Arc::<ManualClock>::clone(&clock))
            .await
            .unwrap();
        Self {
            _folder: folder,
            store,
            clock,
        }
    }

    async fn enqueue(&self, kind: JobKind, key: &str, payload: Value) {
        let run_at = self.clock.now();
        let job = NewJob {
            kind,
            unique_key: key.to_owned(),
            payload,
            cause: None,
            run_at,
        };
        let mut tx = self.store.begin().await.unwrap();
        assert!(tx.enqueue(&job).await.unwrap());
        tx.commit().await.unwrap();
    }

    fn worker(&self, handlers: impl IntoIterator<Item = (JobKind, Arc<dyn JobHandler>)>) -> Worker {
        let handlers: HashMap<_, _> = handlers.into_iter().collect();
        Worker::new(
            self.store.clone(),
            Arc::<ManualClock>::clone(&self.clock),
            handlers,
            Arc::new(TellRoom),
            OPTIONS,
        )
    }

    /// How far away the next job is.
    async fn wait(&self) -> Option<Duration> {
        let next = self.store.next_job_at().await.unwrap()?;
        Some(Duration::try_from(next.duration_since(self.clock.now())).unwrap_or_default())
    }
}

/// Leaves its jobs as it is told, or finishes them.
struct Scripted {
    store: Store,
    outcome: fn() -> JobOutcome,
    runs: AtomicUsize,
    stubborn: bool,
}

impl Scripted {
    fn new(store: &Store, outcome: fn() -> JobOutcome) -> Arc<Self> {
        Arc::new(Self {
            store: store.clone(),
            outcome,
            runs: AtomicUsize::new(0),
            stubborn: false,
        })
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl JobHandler for Scripted {
    async fn run(&self, _job: &Job, lease: &Lease, _stop: &CancellationToken) -> JobOutcome {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let outcome = (self.outcome)();
        if outcome == JobOutcome::Settled {
            let mut tx = self.store.begin().await.unwrap();
            tx.finish_job(lease).await.unwrap();
            tx.commit().await.unwrap();
        }
        outcome
    }

    fn never_gives_up(&self) -> bool {
        self.stubborn
    }
}

fn settled() -> JobOutcome {
    JobOutcome::Settled
}

fn later() -> JobOutcome {
    JobOutcome::Retry {
        why: "the network is away".to_owned(),
        wait: None,
    }
}

#[tokio::test]
async fn drain_does_all_that_is_due_and_nothing_else() {
    let house = House::new().await;
    let done = Scripted::new(&house.store, settled);
    for number in 0..20 {
        house
            .enqueue(JobKind::Fetch, &format!("fetch:{number}"), json!({}))
            .await;
    }
    house.clock.advance(Duration::from_mins(1));
    house.enqueue(JobKind::Fetch, "fetch:late", json!({})).await;
    house
        .clock
        .set(house.clock.now() - jiff::SignedDuration::from_secs(30));
    let worker = house.worker([(JobKind::Fetch, done.clone() as Arc<dyn JobHandler>)]);
    assert_eq!(worker.drain().await.unwrap(), 20);
    assert_eq!(done.runs(), 20);
    assert_eq!(house.wait().await, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_failed_job_waits_as_the_list_says_and_is_given_up_at_its_end() {
    let house = House::new().await;
    let room = {
        let mut tx = house.store.begin().await.unwrap();
        let room = tx
            .ensure_room(WorkspaceId::FIRST, &RoomAddress::terminal())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        room.id
    };
    house
        .enqueue(JobKind::Fetch, "fetch:1", json!({ "room": room }))
        .await;
    let failing = Scripted::new(&house.store, later);
    let shown = Arc::new(Keeping {
        store: house.store.clone(),
        notices: std::sync::Mutex::default(),
    });
    let worker = house.worker([
        (JobKind::Fetch, failing.clone() as Arc<dyn JobHandler>),
        (JobKind::Notice, shown.clone() as Arc<dyn JobHandler>),
    ]);
    for delay in DELAYS {
        worker.drain().await.unwrap();
        let wait = house.wait().await.expect("it is tried again");
        assert!(
            wait >= delay.mul_f64(0.79) && wait <= delay.mul_f64(1.21),
            "{wait:?} for {delay:?}"
        );
        house.clock.advance(wait);
    }
    worker.drain().await.unwrap();
    assert_eq!(failing.runs(), DELAYS.len() + 1);
    assert_eq!(house.wait().await, None);
    let expected = Notice::Answer {
        room: RoomId(room.0),
        text: "The fetch did not work: the network is away (8 tries).".to_owned(),
        cause: None,
        offers: Vec::new(),
    };
    assert_eq!(*shown.notices.lock().unwrap(), [expected]);
}

/// Keeps the notices it gets.
struct Keeping {
    store: Store,
    notices: std::sync::Mutex<Vec<Notice>>,
}

#[async_trait]
impl JobHandler for Keeping {
    async fn run(&self, job: &Job, lease: &Lease, _stop: &CancellationToken) -> JobOutcome {
        self.notices
            .lock()
            .unwrap()
            .push(serde_json::from_value(job.payload.clone()).unwrap());
        let mut tx = self.store.begin().await.unwrap();
        tx.finish_job(lease).await.unwrap();
        tx.commit().await.unwrap();
        JobOutcome::Settled
    }
}

#[tokio::test]
async fn a_wait_that_somebody_named_is_kept() {
    let house = House::new().await;
    house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
    let asked = Scripted::new(&house.store, || JobOutcome::Retry {
        why: "slow down".to_owned(),
        wait: Some(Duration::from_secs(77)),
    });
    house
        .worker([(JobKind::Fetch, asked as Arc<dyn JobHandler>)])
        .drain()
        .await
        .unwrap();
    assert_eq!(house.wait().await, Some(Duration::from_secs(77)));
}

#[tokio::test]
async fn stubborn_work_is_never_given_up() {
    let house = House::new().await;
    house
        .enqueue(JobKind::Publish, "publish:1", json!({}))
        .await;
    let stubborn = Arc::new(Scripted {
        store: house.store.clone(),
        outcome: later,
        runs: AtomicUsize::new(0),
        stubborn: true,
    });
    let worker = house.worker([(JobKind::Publish, stubborn.clone() as Arc<dyn JobHandler>)]);
    for _ in 0..DELAYS.len() + 5 {
        worker.drain().await.unwrap();
        house
            .clock
            .advance(house.wait().await.expect("it is tried again"));
    }
    assert_eq!(stubborn.runs(), DELAYS.len() + 5);
}

#[tokio::test]
async fn a_panic_is_a_failed_try_and_the_worker_goes_on() {
    let house = House::new().await;
    house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
    house.enqueue(JobKind::Index, "index", json!({})).await;
    let broken = Scripted::new(&house.store, || panic!("for the test"));
    let done = Scripted::new(&house.store, settled);
    let worker = house.worker([
        (JobKind::Fetch, broken as Arc<dyn JobHandler>),
        (JobKind::Index, done.clone() as Arc<dyn JobHandler>),
    ]);
    worker.drain().await.unwrap();
    assert_eq!(done.runs(), 1);
    let wait = house.wait().await.expect("the broken one is tried again");
    assert!(wait > Duration::ZERO && wait < Duration::from_secs(3));
}

#[tokio::test]
async fn a_job_that_nobody_does_is_given_up() {
    let house = House::new().await;
    house.enqueue(JobKind::Media, "media", json!({})).await;
    house.worker([]).drain().await.unwrap();
    assert_eq!(house.wait().await, None);
}

#[tokio::test]
async fn a_job_that_ends_lumen_every_time_is_given_up() {
    let house = House::new().await;
    house
        .enqueue(JobKind::Compose, "compose:1", json!({}))
        .await;
    let done = Scripted::new(&house.store, settled);
    let worker = house.worker([(JobKind::Compose, done.clone() as Arc<dyn JobHandler>)]);
    for _ in 0..MOST_CRASHES {
        let claimed = house
            .store
            .claim_job("dies", house.clock.now(), OPTIONS.lease, &[])
            .await
            .unwrap();
        assert!(claimed.is_some(), "taken up at once after a start");
        assert_eq!(house.store.free_leases().await.unwrap(), 1);
    }
    worker.drain().await.unwrap();
    assert_eq!((done.runs(), house.wait().await), (0, None));
}

/// Writes for longer than it takes until its lease is renewed.
struct Slow {
    store: Store,
}

#[async_trait]
impl JobHandler for Slow {
    async fn run(&self, _job: &Job, lease: &Lease, _stop: &CancellationToken) -> JobOutcome {
        let mut tx = self.store.begin().await.unwrap();
        tokio::time::sleep(OPTIONS.lease / 2).await;
        tx.finish_job(lease).await.unwrap();
        tx.commit().await.unwrap();
        JobOutcome::Settled
    }
}

#[tokio::test]
async fn a_renewal_that_waits_for_a_long_write_does_not_hold_it_up() {
    let house = House::new().await;
    house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
    let slow = Arc::new(Slow {
        store: house.store.clone(),
    });
    let worker = house.worker([(JobKind::Fetch, slow as Arc<dyn JobHandler>)]);
    // Each waiting for the other, they stand still until the store says after half a minute that it is busy.
    let drained = tokio::time::timeout(Duration::from_secs(20), worker.drain()).await;
    assert_eq!(drained.expect("nothing stands still").unwrap(), 1);
    assert_eq!(house.wait().await, None);
}

/// Holds on until it is told to stop, or for ever.
struct Holding {
    begun: Notify,
    heeds: bool,
}

#[async_trait]
impl JobHandler for Holding {
    async fn run(&self, _job: &Job, _lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        self.begun.notify_one();
        if self.heeds {
            stop.cancelled().await;
        } else {
            std::future::pending::<()>().await;
        }
        JobOutcome::Retry {
            why: "stopping".to_owned(),
            wait: Some(Duration::from_hours(1)),
        }
    }
}

#[tokio::test]
async fn a_written_job_wakes_the_worker_and_a_stop_hands_it_back() {
    for heeds in [true, false] {
        let house = House::new().await;
        let holding = Arc::new(Holding {
            begun: Notify::new(),
            heeds,
        });
        let worker = house.worker([(JobKind::Fetch, holding.clone() as Arc<dyn JobHandler>)]);
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { worker.run(stop).await }
        });
        house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
        holding.begun.notified().await;
        assert_eq!(house.store.jobs_ready(house.clock.now()).await.unwrap(), 0);
        stop.cancel();
        running.await.unwrap();
        // The lease is free and the job is due, whatever wait the handler had in mind.
        assert_eq!(
            house.store.jobs_ready(house.clock.now()).await.unwrap(),
            1,
            "heeds: {heeds}"
        );
    }
}

#[tokio::test]
async fn a_lost_lease_ends_the_work() {
    let house = House::new().await;
    house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
    let holding = Arc::new(Holding {
        begun: Notify::new(),
        heeds: false,
    });
    let worker = house.worker([(JobKind::Fetch, holding.clone() as Arc<dyn JobHandler>)]);
    let draining = tokio::spawn(async move { worker.drain().await });
    holding.begun.notified().await;
    house.clock.advance(OPTIONS.lease + Duration::from_mins(1));
    let (_, lease) = house
        .store
        .claim_job("another", house.clock.now(), Duration::from_mins(1), &[])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(draining.await.unwrap().unwrap(), 1);
    // The other still holds it.
    house
        .store
        .extend_lease(&lease, house.clock.now(), Duration::from_mins(1))
        .await
        .unwrap();
}
