use std::path::PathBuf;
use std::sync::Mutex;

use super::*;
use crate::domain::clock::{Clock as _, ManualClock, SharedClock};
use crate::domain::content::Content;
use crate::domain::draft::{Lean, Purpose, Writer};
use crate::domain::finding::FindingKind;
use crate::domain::ids::DraftId;
use crate::domain::network::Network;
use crate::domain::notice::{Notice, Offer};
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Unwatched;
use crate::domain::source::Selector;
use crate::platforms::Outlet as _;
use crate::platforms::sandbox::faults::{Fault, Kind, Operation};
use crate::platforms::sandbox::{Options, Sandbox, control};
use crate::store::{NewDraft, NewRevision, Skip, StoreOptions};

const W: WorkspaceId = WorkspaceId::FIRST;

struct Scene {
    collector: Collector,
    sandbox: Arc<Sandbox>,
    clock: Arc<ManualClock>,
    shared: SharedClock,
    file: PathBuf,
    room: RoomId,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-22T10:00:00Z".parse().unwrap()));
        let shared: SharedClock = Arc::clone(&clock) as SharedClock;
        let options = StoreOptions {
            url: format!("sqlite://{}", folder.path().join("lumen.db").display()),
            read_connections: 2,
        };
        let store = Store::open(&options, Arc::clone(&shared)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let address = RoomAddress {
            surface: Surface::Terminal,
            chat: "terminal".to_owned(),
            thread: None,
        };
        let room = tx.ensure_room(W, &address).await.unwrap().id;
        tx.commit().await.unwrap();
        let file = folder.path().join("sandbox.db");
        let sandbox = Arc::new(Sandbox::new(&file, Arc::clone(&shared), Options::default()));
        let collector = Collector {
            store,
            networks: vec![Arc::clone(&sandbox) as Arc<dyn Source>],
            timing: Timing {
                page: Duration::from_secs(5),
                waits: [Duration::from_millis(1); 3],
                ..Timing::default()
            },
        };
        Self {
            collector,
            sandbox,
            clock,
            shared,
            file,
            room,
            _folder: folder,
        }
    }

    fn store(&self) -> &Store {
        &self.collector.store
    }

    async fn follow(&self, selector: Selector, own: bool) -> SourceId {
        let mut tx = self.store().begin().await.unwrap();
        let id = tx
            .add_source(W, Network::Sandbox, &selector, own, None, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn source(&self, id: SourceId) -> source::Source {
        self.store().source(id).await.unwrap().unwrap()
    }

    async fn count(&self) -> u64 {
        self.store().post_count(W).await.unwrap()
    }

    async fn fault(&self, fault: Fault) {
        self.sandbox
            .faults()
            .await
            .unwrap()
            .set(fault)
            .await
            .unwrap();
    }

    /// Asks for a fetch and runs it once.
    async fn ask(
        &self,
        id: SourceId,
        room: Option<RoomId>,
        stop: &CancellationToken,
    ) -> JobOutcome {
        let mut tx = self.store().begin().await.unwrap();
        request(&mut tx, id, room, None).await.unwrap();
        tx.commit().await.unwrap();
        self.work(&Unwatched, stop).await
    }

    async fn work(&self, progress: &dyn Progress, stop: &CancellationToken) -> JobOutcome {
        let others = [JobKind::Index, JobKind::Media, JobKind::Notice];
        let claimed = self
            .store()
            .claim_job(
                "test",
                self.clock.now(),
                Duration::from_mins(1),
                Skip::kinds(&others),
            )
            .await
            .unwrap();
        let (job, lease) = claimed.expect("a fetch to do");
        let outcome = self.collector.run(&job, &lease, progress, stop).await;
        // What the worker would do with a job that is to be done again.
        if let JobOutcome::Retry { .. } = outcome {
            self.store().free_leases().await.unwrap();
        }
        outcome
    }

    /// Fetches for the room and gives the answer.
    async fn fetch(&self, id: SourceId) -> String {
        self.clock.advance(Duration::from_mins(1));
        let outcome = self
            .ask(id, Some(self.room), &CancellationToken::new())
            .await;
        assert_eq!(outcome, JobOutcome::Settled);
        let mut answers = self
            .notices()
            .await
            .into_iter()
            .filter_map(|notice| match notice {
                Notice::Answer { text, offers, .. } => Some(if offers == [Offer::TryAgain] {
                    format!("{text} [Try again]")
                } else {
                    text
                }),
                _ => None,
            });
        let answer = answers.next().expect("an answer");
        assert_eq!(answers.next(), None, "one answer");
        answer
    }

    /// Takes what people are to be told off the queue, and the other work with it.
    async fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        let lease_for = Duration::from_mins(1);
        while let Some((job, lease)) = self
            .store()
            .claim_job(
                "test",
                self.clock.now(),
                lease_for,
                Skip::kinds(&[JobKind::Fetch]),
            )
            .await
            .unwrap()
        {
            if job.kind == JobKind::Notice {
                notices.push(serde_json::from_value(job.payload).unwrap());
            }
            let mut tx = self.store().begin().await.unwrap();
            tx.finish_job(&lease).await.unwrap();
            tx.commit().await.unwrap();
        }
        notices
    }

    async fn draft_leaning_on(&self, native_id: &str) -> DraftId {
        let post = self.store().find_post(W, native_id).await.unwrap().unwrap();
        let mut tx = self.store().begin().await.unwrap();
        let draft = NewDraft {
            number: None,
            purpose: Purpose::Post {
                topic: "coffee".to_owned(),
            },
            task: None,
            origin: "test".to_owned(),
            expires_at: self.clock.now() + Duration::from_hours(24),
        };
        let revision = NewRevision {
            content: Content {
                network: Network::Sandbox,
                account: "lumen".to_owned(),
                text: "Words.".to_owned(),
                media: Vec::new(),
                reply_to: None,
                quote_of: None,
            },
            findings: Vec::new(),
            leans_on: vec![Lean {
                post: post.id,
                author: post.body.author.clone(),
                excerpt: post.body.text.clone(),
                score: 0.8,
            }],
            examples: Vec::new(),
            persona_version: 1,
            guidance: None,
            writer: Writer::Person {
                name: "ada".to_owned(),
            },
        };
        let draft = tx.new_draft(W, &draft, &revision).await.unwrap();
        tx.commit().await.unwrap();
        draft.id
    }
}

/// Remembers the lines.
#[derive(Default)]
struct Watched(Mutex<Vec<String>>);

impl Progress for Watched {
    fn report(&self, step: Step) {
        if let Step::Doing(line) = step {
            self.0.lock().unwrap().push(line);
        }
    }
}

#[tokio::test]
async fn a_feed_is_taken_in_once_and_only_what_changed_comes_again() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    assert_eq!(scene.fetch(all).await, "sandbox all: 104 new.");
    assert_eq!(scene.count().await, 104);
    let source = scene.source(all).await;
    assert_eq!((source.cursor, source.last_error), (None, None));
    assert_eq!(source.last_fetched_at, Some(scene.clock.now()));
    assert_eq!(scene.fetch(all).await, "sandbox all: nothing new.");

    control::edit(&scene.file, &scene.shared, "s6", "Changed.")
        .await
        .unwrap();
    control::delete(&scene.file, &scene.shared, "s9")
        .await
        .unwrap();
    assert_eq!(scene.fetch(all).await, "sandbox all: 1 changed, 1 gone.");
    assert_eq!(scene.count().await, 103);
    let edited = scene.store().find_post(W, "s6").await.unwrap().unwrap();
    assert_eq!(edited.body.text, "Changed.");
    assert!(edited.body.edited_at.is_some());
    assert_eq!(scene.fetch(all).await, "sandbox all: nothing new.");
}

#[tokio::test]
async fn a_draft_that_leans_on_a_deleted_post_says_so() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene.fetch(all).await;
    let draft = scene.draft_leaning_on("s9").await;
    control::delete(&scene.file, &scene.shared, "s9")
        .await
        .unwrap();
    scene.clock.advance(Duration::from_mins(1));
    scene.ask(all, None, &CancellationToken::new()).await;
    let revision = scene.store().revision(draft, 1).await.unwrap().unwrap();
    assert_eq!(revision.findings.len(), 1);
    assert_eq!(revision.findings[0].kind, FindingKind::SourceGone);
    assert!(!revision.findings[0].blocks && revision.findings[0].detail.contains("@spokes_anna"));
    // The card follows; a fetch that nobody asked for answers nobody.
    assert_eq!(
        scene.notices().await,
        [Notice::Draft {
            draft,
            ask: None,
            anew: false
        }]
    );
}

#[tokio::test]
async fn another_source_that_was_there_first_hides_no_gap() {
    let scene = Scene::new().await;
    let baker = scene
        .follow(Selector::Author("ovenmitt".into()), false)
        .await;
    scene.fetch(baker).await;
    let all = scene.follow(Selector::All, false).await;
    assert_eq!(scene.fetch(all).await, "sandbox all: 97 new.");
    assert_eq!(scene.count().await, 104);
}

#[tokio::test]
async fn own_history_is_the_brands_voice() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene.fetch(all).await;
    assert_eq!(scene.store().own_posts(W, 50).await.unwrap().len(), 6);
    let roaster = scene
        .follow(Selector::Author("beanwright".into()), true)
        .await;
    assert_eq!(
        scene.fetch(roaster).await,
        "sandbox @beanwright: 7 changed."
    );
    assert_eq!(scene.store().own_posts(W, 50).await.unwrap().len(), 13);
}

#[tokio::test]
async fn a_fetch_that_breaks_off_keeps_what_it_has_and_goes_on_there() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    // The third page and every try after it fail.
    scene
        .fault(Fault {
            times: Some(2),
            delay: Duration::from_millis(1),
            ..Fault::once(Operation::Fetch, Kind::Slow)
        })
        .await;
    scene
        .fault(Fault {
            times: None,
            ..Fault::once(Operation::Fetch, Kind::Unreachable)
        })
        .await;
    let answer = scene.fetch(all).await;
    assert!(
        answer.starts_with("sandbox all: sandbox could not be reached"),
        "{answer}"
    );
    assert!(answer.ends_with("kept: 50 new. [Try again]"), "{answer}");
    let source = scene.source(all).await;
    assert!(source.cursor.is_some() && source.last_error.is_some());

    control::heal(&scene.file, &scene.shared).await.unwrap();
    assert_eq!(scene.fetch(all).await, "sandbox all: 54 new.");
    assert_eq!(scene.count().await, 104);
    let source = scene.source(all).await;
    assert_eq!((source.cursor, source.last_error), (None, None));
}

#[tokio::test]
async fn a_short_trouble_is_waited_out() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    for kind in [Kind::Unreachable, Kind::SlowDown, Kind::Garbled] {
        scene.fault(Fault::once(Operation::Fetch, kind)).await;
    }
    assert_eq!(scene.fetch(all).await, "sandbox all: 104 new.");
}

#[tokio::test]
async fn a_network_that_says_no_or_wait_long_is_not_asked_again_unasked() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene
        .fault(Fault::once(Operation::Fetch, Kind::Refused))
        .await;
    assert_eq!(
        scene.fetch(all).await,
        "sandbox all: sandbox refused: it was told to. [Try again]"
    );
    scene
        .fault(Fault {
            wait: Some(Duration::from_mins(10)),
            ..Fault::once(Operation::Fetch, Kind::SlowDown)
        })
        .await;
    assert_eq!(
        scene.fetch(all).await,
        "sandbox all: sandbox asks to wait 10 min. [Try again]"
    );
}

#[tokio::test]
async fn a_hanging_network_still_gets_the_room_its_answer() {
    let mut scene = Scene::new().await;
    scene.collector.timing.page = Duration::from_millis(20);
    let all = scene.follow(Selector::All, false).await;
    scene.sandbox.check().await.unwrap();
    scene
        .fault(Fault {
            times: None,
            ..Fault::once(Operation::Fetch, Kind::Hang)
        })
        .await;
    assert_eq!(
        scene.fetch(all).await,
        "sandbox all: sandbox did not answer in 20 ms. [Try again]"
    );
}

#[tokio::test]
async fn a_scheduled_fetch_is_tried_again_later_and_tells_nobody() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene
        .fault(Fault {
            wait: Some(Duration::from_mins(10)),
            ..Fault::once(Operation::Fetch, Kind::SlowDown)
        })
        .await;
    let outcome = scene.ask(all, None, &CancellationToken::new()).await;
    let wait = Some(Duration::from_mins(10));
    assert!(
        matches!(outcome, JobOutcome::Retry { wait: asked, .. } if asked == wait),
        "{outcome:?}"
    );
    assert_eq!(
        scene.source(all).await.last_error.as_deref(),
        Some("sandbox asks to wait 10 min.")
    );
    assert_eq!(
        scene.work(&Unwatched, &CancellationToken::new()).await,
        JobOutcome::Settled
    );
    assert_eq!(
        (scene.count().await, scene.notices().await),
        (104, Vec::new())
    );
}

#[tokio::test]
async fn a_long_fetch_answers_and_goes_on_in_the_background() {
    let mut scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene.collector.timing.longest = Duration::ZERO;
    let answer = scene.fetch(all).await;
    assert_eq!(
        answer,
        "sandbox all: nothing new so far; the rest comes in the background."
    );
    scene.collector.timing.longest = Duration::from_secs(45);
    let watched = Watched::default();
    assert_eq!(
        scene.work(&watched, &CancellationToken::new()).await,
        JobOutcome::Settled
    );
    assert_eq!(scene.notices().await, Vec::new());
    let lines = watched.0.into_inner().unwrap();
    assert_eq!(lines[0], "sandbox all: fetched 25 of about 104");
    assert_eq!(
        lines.last().unwrap(),
        "sandbox all: fetched 104 of about 104"
    );
}

#[tokio::test]
async fn a_stopped_fetch_is_handed_back_and_a_removed_source_is_let_go() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let outcome = scene.ask(all, Some(scene.room), &stop).await;
    assert!(matches!(
        outcome,
        JobOutcome::Retry {
            wait: Some(Duration::ZERO),
            ..
        }
    ));
    assert_eq!(scene.count().await, 0);

    let mut tx = scene.store().begin().await.unwrap();
    tx.remove_source(all).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        scene.work(&Unwatched, &CancellationToken::new()).await,
        JobOutcome::Settled
    );
    let told = scene.notices().await;
    assert!(
        matches!(&told[..], [Notice::Answer { text, .. }] if text.contains("not followed")),
        "{told:?}"
    );
}

#[tokio::test]
async fn the_index_and_the_pictures_are_looked_after_only_when_something_changed() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene.ask(all, None, &CancellationToken::new()).await;
    assert_eq!(
        scene.store().jobs_ready(scene.clock.now()).await.unwrap(),
        2
    );
    scene.notices().await;
    scene.clock.advance(Duration::from_mins(1));
    scene.ask(all, None, &CancellationToken::new()).await;
    assert_eq!(
        scene.store().jobs_ready(scene.clock.now()).await.unwrap(),
        0
    );
}

/// Likes are no edit; other words are.
#[tokio::test]
async fn a_fetch_that_brings_other_words_holds_back_what_answers_them() {
    let scene = Scene::new().await;
    let all = scene.follow(Selector::All, false).await;
    scene.fetch(all).await;
    let post = scene.store().find_post(W, "s6").await.unwrap().unwrap();
    let id = scene.draft_leaning_on("s9").await;
    let mut tx = scene.store().begin().await.unwrap();
    let revision = tx.revision(id, 1).await.unwrap().unwrap();
    let mut reply = NewRevision::from(revision);
    reply.content.reply_to = Some("s6".to_owned());
    let draft = NewDraft {
        number: None,
        purpose: Purpose::Reply {
            post: post.id,
            guidance: None,
        },
        task: None,
        origin: "reply".to_owned(),
        expires_at: scene.clock.now() + Duration::from_hours(24),
    };
    let reply = tx.new_draft(W, &draft, &reply).await.unwrap();
    let liked = FetchedPost {
        counts: crate::domain::post::Counts {
            likes: 99,
            ..post.body.counts
        },
        ..post.body.clone()
    };
    let counts = tx.store_posts(W, &[liked]).await.unwrap();
    assert_eq!(counts.changed, 1);
    crate::flow::edited::hold_drafts(&mut tx, W, None)
        .await
        .unwrap();
    assert_eq!(tx.draft(reply.id).await.unwrap().unwrap().revision, 1);
    tx.commit().await.unwrap();

    control::edit(&scene.file, &scene.shared, "s6", "Changed.")
        .await
        .unwrap();
    scene.fetch(all).await;
    let held = scene.store().draft(reply.id).await.unwrap().unwrap();
    assert_eq!(held.revision, 2);
    let revision = scene.store().revision(reply.id, 2).await.unwrap().unwrap();
    let [finding] = &revision.findings[..] else {
        panic!("{:?}", revision.findings)
    };
    assert_eq!(finding.kind, FindingKind::SourceEdited);
    assert!(
        finding
            .detail
            .contains("\u{201d} \u{2192} \u{201c}Changed.\u{201d}"),
        "{finding:?}"
    );
    // The other draft only leans on a post; and once said, it is not said again.
    assert_eq!(scene.store().draft(id).await.unwrap().unwrap().revision, 1);
    scene.fetch(all).await;
    assert_eq!(
        scene
            .store()
            .draft(reply.id)
            .await
            .unwrap()
            .unwrap()
            .revision,
        2
    );
}
