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
use crate::domain::operator::{RoomAddress, Surface};
use crate::schedule::give_up::TellRoom;
use crate::store::{Skip, Store, StoreOptions};

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
        self.worker_with(OPTIONS, handlers)
    }

    fn worker_with(
        &self,
        options: WorkerOptions,
        handlers: impl IntoIterator<Item = (JobKind, Arc<dyn JobHandler>)>,
    ) -> Worker {
        let handlers: HashMap<_, _> = handlers.into_iter().collect();
        Worker::new(
            self.store.clone(),
            Arc::<ManualClock>::clone(&self.clock),
            handlers,
            Arc::new(TellRoom),
            options,
        )
    }

    /// How far away the next job is.
    async fn wait(&self) -> Option<Duration> {
        let next = self.store.next_job_at(&[]).await.unwrap()?;
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
            .claim_job("dies", house.clock.now(), OPTIONS.lease, Skip::default())
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
    runs: AtomicUsize,
}

impl Holding {
    fn new(heeds: bool) -> Self {
        Self {
            begun: Notify::new(),
            heeds,
            runs: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl JobHandler for Holding {
    async fn run(&self, _job: &Job, _lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        self.runs.fetch_add(1, Ordering::SeqCst);
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
        let holding = Arc::new(Holding::new(heeds));
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

/// Finishes its jobs, and says so.
struct Signalling {
    store: Store,
    done: Notify,
}

#[async_trait]
impl JobHandler for Signalling {
    async fn run(&self, _job: &Job, lease: &Lease, _stop: &CancellationToken) -> JobOutcome {
        let mut tx = self.store.begin().await.unwrap();
        tx.finish_job(lease).await.unwrap();
        tx.commit().await.unwrap();
        self.done.notify_one();
        JobOutcome::Settled
    }
}

/// A machine that slept, or a clock that was set forward: every lease has run out, and the work goes on.
#[tokio::test]
async fn a_worker_never_claims_again_what_it_has_in_hand() {
    for kind in JobKind::ALL {
        let house = House::new().await;
        let holding = Arc::new(Holding::new(true));
        let other = Arc::new(Signalling {
            store: house.store.clone(),
            done: Notify::new(),
        });
        let other_kind = match kind {
            JobKind::Fetch => JobKind::Compose,
            _ => JobKind::Fetch,
        };
        // Nothing is renewed while the test runs.
        let options = WorkerOptions {
            lease: Duration::from_hours(1),
            ..OPTIONS
        };
        let worker = house.worker_with(
            options,
            [
                (kind, holding.clone() as Arc<dyn JobHandler>),
                (other_kind, other.clone() as Arc<dyn JobHandler>),
            ],
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { worker.run(stop).await }
        });
        house.enqueue(kind, "held", json!({})).await;
        holding.begun.notified().await;
        house.clock.advance(Duration::from_hours(3));
        // What is older is claimed first: once this is done, the worker has had its look at the other.
        house.enqueue(other_kind, "wakes", json!({})).await;
        other.done.notified().await;
        stop.cancel();
        running.await.unwrap();
        assert_eq!(holding.runs.load(Ordering::SeqCst), 1, "{}", kind.name());
    }
}

/// Says how long the cause of each job had been waited for.
struct Waited {
    store: Store,
    waited: std::sync::Mutex<Vec<Duration>>,
}

#[async_trait]
impl JobHandler for Waited {
    async fn run(&self, job: &Job, lease: &Lease, _stop: &CancellationToken) -> JobOutcome {
        self.waited.lock().unwrap().push(job.waited);
        let mut tx = self.store.begin().await.unwrap();
        tx.finish_job(lease).await.unwrap();
        tx.commit().await.unwrap();
        JobOutcome::Settled
    }
}

/// The time a command has is counted from when it came in, not from when a slot was free; what came in before this start
/// has its time anew.
#[tokio::test]
async fn a_job_knows_how_long_its_cause_has_been_waited_for() {
    let house = House::new().await;
    let line = async |external: &str| {
        let mut tx = house.store.begin().await.unwrap();
        let room = tx
            .ensure_room(WorkspaceId::FIRST, &RoomAddress::terminal())
            .await
            .unwrap();
        let line = tx
            .take_in_one(&Surface::Terminal, external, room.id, "local", &json!({}))
            .await
            .unwrap()
            .unwrap();
        let run_at = tx.now();
        tx.enqueue(&NewJob {
            kind: JobKind::Compose,
            unique_key: format!("compose:{external}"),
            payload: json!({}),
            cause: Some(line),
            run_at,
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();
    };
    line("before").await;
    house.clock.advance(Duration::from_mins(3));
    let waited = Arc::new(Waited {
        store: house.store.clone(),
        waited: std::sync::Mutex::default(),
    });
    let worker = house.worker([(JobKind::Compose, waited.clone() as Arc<dyn JobHandler>)]);
    line("after").await;
    house.clock.advance(Duration::from_secs(40));
    house.enqueue(JobKind::Compose, "nobody's", json!({})).await;
    worker.drain().await.unwrap();
    let mut all = waited.waited.lock().unwrap().clone();
    all.sort_unstable();
    let both = Duration::from_secs(40);
    assert_eq!(all, [Duration::ZERO, both, both]);
}

/// Hangs in one lane, finishes in the others.
struct HangsIn {
    lane: &'static str,
    store: Store,
    begun: AtomicUsize,
    done: tokio::sync::Semaphore,
}

#[async_trait]
impl JobHandler for HangsIn {
    async fn run(&self, job: &Job, lease: &Lease, stop: &CancellationToken) -> JobOutcome {
        if job.lane == self.lane {
            self.begun.fetch_add(1, Ordering::SeqCst);
            stop.cancelled().await;
            return later();
        }
        let mut tx = self.store.begin().await.unwrap();
        tx.finish_job(lease).await.unwrap();
        tx.commit().await.unwrap();
        self.done.add_permits(1);
        JobOutcome::Settled
    }
}

#[tokio::test]
async fn a_lane_that_hangs_holds_up_its_own_alone() {
    let house = House::new().await;
    let hangs = Arc::new(HangsIn {
        lane: "telegram",
        store: house.store.clone(),
        begun: AtomicUsize::new(0),
        done: tokio::sync::Semaphore::new(0),
    });
    for number in 0..3 {
        for surface in ["telegram", "discord", "terminal"] {
            let key = format!("notice:{surface}:{number}");
            let payload = json!({ "surface": surface });
            house.enqueue(JobKind::Notice, &key, payload).await;
        }
    }
    let worker = house.worker([(JobKind::Notice, hangs.clone() as Arc<dyn JobHandler>)]);
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { worker.run(stop).await }
    });
    let others = hangs.done.acquire_many(6);
    let others = tokio::time::timeout(Duration::from_secs(20), others).await;
    assert!(others.is_ok(), "the other lanes wait");
    stop.cancel();
    running.await.unwrap();
    assert_eq!(hangs.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_lost_lease_ends_the_work() {
    let house = House::new().await;
    house.enqueue(JobKind::Fetch, "fetch:1", json!({})).await;
    let holding = Arc::new(Holding::new(false));
    let worker = house.worker([(JobKind::Fetch, holding.clone() as Arc<dyn JobHandler>)]);
    let draining = tokio::spawn(async move { worker.drain().await });
    holding.begun.notified().await;
    house.clock.advance(OPTIONS.lease + Duration::from_mins(1));
    let (_, lease) = house
        .store
        .claim_job(
            "another",
            house.clock.now(),
            Duration::from_mins(1),
            Skip::default(),
        )
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
