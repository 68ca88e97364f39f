//! One draft from the request to the store, by a model that writes what it is told.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use super::*;
use crate::domain::action::Action;
use crate::domain::clock::ManualClock;
use crate::domain::content::Content;
use crate::domain::draft::Draft;
use crate::domain::network::Network;
use crate::domain::notice::Notice;
use crate::domain::operator::{Identity, Operator, Role, Surface};
use crate::flow::in_progress::{self, Making};
use crate::flow::recall::tests::store;
use crate::flow::review;
use crate::media::{Caps, MediaFolder};
use crate::models::{ModelError, TextAnswer, TextRequest, Written};
use crate::platforms::{LookUp, OutgoingPicture, PlatformError, Published};
use crate::store::Skip;

const W: WorkspaceId = WorkspaceId::FIRST;

/// Writes this text, or goes on until it is cancelled.
#[derive(Default)]
struct Fake {
    text: Mutex<Option<&'static str>>,
    cancelled: Mutex<bool>,
}

#[async_trait]
impl TextModel for Fake {
    fn name(&self) -> (String, String) {
        ("fake".into(), "one".into())
    }

    fn prompt_budget(&self) -> usize {
        4_000
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.len() / 4
    }

    async fn write(
        &self,
        _: &TextRequest,
        _: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let text = *self.text.lock().unwrap();
        let Some(text) = text else {
            cancel.cancelled().await;
            *self.cancelled.lock().unwrap() = true;
            return Err(ModelError::Cancelled);
        };
        Ok(TextAnswer {
            text: text.into(),
            tokens_in: 12,
            tokens_out: 3,
            micro_usd: 0,
            millis: 1,
            provider: "fake".into(),
            model: "one".into(),
            cut_off: false,
        })
    }
}

/// A network with an account, which nothing reaches.
struct Nowhere;

#[async_trait]
impl Outlet for Nowhere {
    fn network(&self) -> Network {
        Network::Sandbox
    }

    fn accounts(&self) -> Vec<String> {
        vec!["roastery".into()]
    }

    async fn publish(
        &self,
        _: &Content,
        _: Vec<OutgoingPicture>,
        _: &str,
        _: &Lease,
    ) -> Result<Published, PlatformError> {
        unreachable!("nothing is published here")
    }

    async fn look_up(
        &self,
        _: &Content,
        _: &str,
        _: Timestamp,
        _: &Lease,
    ) -> Result<LookUp, PlatformError> {
        unreachable!("nothing is published here")
    }

    async fn act(&self, _: Action, _: &str, _: &str, _: &Lease) -> Result<(), PlatformError> {
        unreachable!("nothing is published here")
    }

    async fn check(&self) -> Result<String, PlatformError> {
        unreachable!("nothing is published here")
    }
}

struct World {
    _folder: tempfile::TempDir,
    store: Store,
    model: Arc<Fake>,
    composer: Composer,
    owner: Operator,
}

impl World {
    async fn new(text: Option<&'static str>) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let (folder, store) = store(clock.clone()).await;
        let mut tx = store.begin().await.unwrap();
        let identity = Identity {
            surface: Surface::Terminal,
            external_id: "local".to_owned(),
        };
        let owner = tx.add_operator(W, "owner", Role::Owner, &identity);
        let owner = owner.await.unwrap();
        tx.commit().await.unwrap();
        let model = Arc::new(Fake {
            text: Mutex::new(text),
            ..Fake::default()
        });
        let texts: Vec<Arc<dyn TextModel>> = vec![model.clone()];
        let prompts = Arc::new(Prompts::load(None).unwrap());
        let index = folder.path().join("index");
        let composer = Composer {
            store: store.clone(),
            recall: Recall::open(
                index.to_string_lossy().into_owned(),
                store.clone(),
                None,
                clock.clone(),
            ),
            text: InOrder::new(texts, clock.clone()),
            moderator: None,
            eyes: Eyes {
                store: store.clone(),
                folder: MediaFolder::at(folder.path().join("media")),
                vision: InOrder::new(Vec::new(), clock),
                prompts: prompts.clone(),
                caps: Caps::default(),
            },
            prompts,
            outlets: vec![Arc::new(Nowhere)],
        };
        Self {
            _folder: folder,
            store,
            model,
            composer,
            owner,
        }
    }

    fn writes(&self, text: Option<&'static str>) {
        *self.model.text.lock().unwrap() = text;
    }

    async fn ask(&self, topic: &str, key: &str) {
        let mut tx = self.store.begin().await.unwrap();
        let request = ComposeRequest::Post {
            topic: topic.to_owned(),
        };
        let begun = super::request(&mut tx, W, &request, "owner", None, None, None, key).await;
        assert!(begun.unwrap());
        tx.commit().await.unwrap();
    }

    async fn redo(&self, number: i64, cause: i64) -> bool {
        let mut tx = self.store.begin().await.unwrap();
        let (number, cause) = (DraftNumber(number), Some(InboxId(cause)));
        let begun = review::redo(&mut tx, W, number, None, &self.owner, None, None, cause).await;
        tx.commit().await.unwrap();
        begun.unwrap().is_some()
    }

    async fn claim(&self) -> (Job, Lease) {
        let others = JobKind::ALL.into_iter();
        let others: Vec<JobKind> = others.filter(|kind| *kind != JobKind::Compose).collect();
        let now = "2026-11-22T12:00:01Z".parse().unwrap();
        let minute = Duration::from_mins(1);
        let claimed = self
            .store
            .claim_job("w", now, minute, Skip::kinds(&others))
            .await;
        claimed.unwrap().expect("a draft to write")
    }

    async fn run(&self, job: &Job, lease: &Lease) -> JobOutcome {
        let stop = CancellationToken::new();
        let progress = crate::domain::progress::Unwatched;
        self.composer.run(job, lease, &progress, &stop).await
    }

    async fn write(&self) {
        let (job, lease) = self.claim().await;
        assert_eq!(self.run(&job, &lease).await, JobOutcome::Settled);
    }

    async fn numbered(&self, number: i64) -> Option<Draft> {
        let number = DraftNumber(number);
        self.store.draft_numbered(W, number).await.unwrap()
    }

    /// What people are told besides cards, with what it offers.
    async fn told(&self) -> Vec<String> {
        let notices = self.store.jobs_of(&[JobKind::Notice], 100).await.unwrap();
        let told = notices.into_iter().filter_map(|job| {
            match serde_json::from_value::<Notice>(job.payload).unwrap() {
                Notice::Answer { text, offers, .. } => Some(format!("{text} {offers:?}")),
                Notice::Everyone { text } => Some(text),
                Notice::Draft { .. } | Notice::Cards { .. } => None,
            }
        });
        told.collect()
    }
}

#[tokio::test]
async fn a_draft_has_the_number_that_was_reserved_also_after_a_crash() {
    let world = World::new(Some("Plum cake on Friday.")).await;
    world.ask("plum cake", "one").await;
    world.ask("the oven", "two").await;
    let mut tx = world.store.begin().await.unwrap();
    let works = in_progress::all(&mut tx, W).await.unwrap();
    drop(tx);
    let numbers: Vec<String> = works.iter().map(|work| work.number.to_string()).collect();
    assert_eq!(numbers, ["#1", "#2"]);
    let (first, _) = world.claim().await;
    // The second is written while the first is in hand; then the process dies.
    world.write().await;
    assert!(world.numbered(1).await.is_none());
    assert!(world.numbered(2).await.is_some());
    world.store.free_leases().await.unwrap();
    let (again, lease) = world.claim().await;
    assert_eq!((again.id, again.crashes), (first.id, 1));
    assert_eq!(world.run(&again, &lease).await, JobOutcome::Settled);
    let purpose = world.numbered(1).await.unwrap().purpose;
    assert!(matches!(purpose, Purpose::Post { topic } if topic == "plum cake"));
    world.ask("tea", "three").await;
    world.write().await;
    assert!(world.numbered(3).await.is_some());
}

#[tokio::test]
async fn what_is_stopped_is_not_kept_and_its_number_is_not_given_again() {
    let world = World::new(None).await;
    world.ask("plum cake", "one").await;
    let (job, lease) = world.claim().await;
    let stopping = async {
        let mut tx = world.store.begin().await.unwrap();
        let work = in_progress::unwritten(&mut tx, W, DraftNumber(1)).await;
        let work = work.unwrap().expect("it is being written");
        assert!(in_progress::stop(&mut tx, W, &work, "owner").await.unwrap());
        tx.commit().await.unwrap();
    };
    let (outcome, ()) = tokio::join!(world.run(&job, &lease), stopping);
    assert_eq!(outcome, JobOutcome::Settled);
    assert!(*world.model.cancelled.lock().unwrap());
    assert_eq!(world.told().await, Vec::<String>::new());
    world.writes(Some("Tea at four."));
    world.ask("tea", "two").await;
    world.write().await;
    assert!(world.numbered(1).await.is_none());
    assert!(world.numbered(2).await.is_some());
}

#[tokio::test]
async fn what_was_stopped_at_the_last_moment_is_not_kept_either() {
    let world = World::new(Some("Plum cake on Friday.")).await;
    world.ask("plum cake", "one").await;
    let (job, lease) = world.claim().await;
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.drop_job(job.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.run(&job, &lease).await, JobOutcome::Settled);
    assert!(world.numbered(1).await.is_none());
}

#[tokio::test]
async fn a_draft_that_could_not_be_written_gives_its_number_back() {
    let world = World::new(Some("  ")).await;
    world.ask("plum cake", "one").await;
    world.write().await;
    assert_eq!(world.told().await, ["The model wrote nothing."]);
    world.writes(Some("Tea at four."));
    world.ask("tea", "two").await;
    world.write().await;
    assert!(world.numbered(1).await.is_some());
}

#[tokio::test]
async fn the_same_words_again_are_no_new_version() {
    let world = World::new(Some("Plum cake on Friday.")).await;
    world.ask("plum cake", "one").await;
    world.write().await;
    assert!(world.redo(1, 7).await);
    assert!(!world.redo(1, 8).await, "one at a time");
    let mut tx = world.store.begin().await.unwrap();
    let works = in_progress::all(&mut tx, W).await.unwrap();
    drop(tx);
    assert_eq!(works[0].making, Making::Version { of: 1 });
    world.write().await;
    assert_eq!(world.numbered(1).await.unwrap().revision, 1);
    assert_eq!(
        world.told().await,
        ["I found no other words for #1; /edit #1 TEXT is quicker."]
    );
    world.writes(Some("On Friday there is plum cake."));
    assert!(world.redo(1, 9).await);
    world.write().await;
    assert_eq!(world.numbered(1).await.unwrap().revision, 2);
}

/// With the only model hanging, the drafts before it took all the time that this one had.
#[tokio::test]
async fn whose_time_went_by_in_line_is_told_so_and_the_model_is_not_asked() {
    let world = World::new(None).await;
    for (seconds, key) in [(75, "one"), (300, "two")] {
        world.ask("plum cake", key).await;
        let (mut job, lease) = world.claim().await;
        job.waited = Duration::from_secs(seconds);
        assert_eq!(world.run(&job, &lease).await, JobOutcome::Settled);
    }
    let told = world.told().await;
    assert_eq!(
        told,
        [
            "This waited 75 seconds for others before it, so nothing was written.",
            "This waited 300 seconds for others before it, so nothing was written."
        ]
    );
    assert!(!*world.model.cancelled.lock().unwrap());
}
