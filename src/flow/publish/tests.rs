//! Conversations with a network that behaves as it is told.

mod net;

use jiff::SignedDuration;

use super::*;
use crate::domain::clock::{Clock, ManualClock};
use sha2::{Digest as _, Sha256};

use crate::domain::content::{Attachment, Content, hex};
use crate::domain::draft::{Lean, Purpose, Seen, Writer};
use crate::domain::ids::{DraftNumber, PostId};
use crate::domain::operator::{Identity, Operator, Role, Surface};
use crate::flow::gone;
use crate::flow::recall::tests::{fetched, store};
use crate::flow::review::{self, ReviewError};
use crate::store::{NewDraft, NewRevision, Skip};
use net::{Does, Net};

const W: WorkspaceId = WorkspaceId::FIRST;
const NUMBER: DraftNumber = DraftNumber(1);

struct World {
    folder: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
    net: Arc<Net>,
    owner: Operator,
}

impl World {
    /// With the waiting draft #1.
    async fn new() -> Self {
        Self::with(Purpose::Post {
            topic: "coffee".to_owned(),
        })
        .await
    }

    async fn with(purpose: Purpose) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let (folder, store) = store(clock.clone()).await;
        let mut tx = store.begin().await.unwrap();
        let identity = Identity {
            surface: Surface::Terminal,
            external_id: "local".to_owned(),
        };
        let owner = tx
            .add_operator(W, "@owner", Role::Owner, &identity)
            .await
            .unwrap();
        let reply_to = matches!(purpose, Purpose::Reply { .. }).then(|| "p1".to_owned());
        tx.store_posts(W, &[fetched("p1", "A question")])
            .await
            .unwrap();
        let draft = NewDraft {
            number: None,
            purpose,
            task: None,
            origin: "test".to_owned(),
            expires_at: tx.now() + Duration::from_hours(24),
        };
        tx.new_draft(W, &draft, &revision(reply_to)).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            folder,
            store,
            clock,
            net: Arc::default(),
            owner,
        }
    }

    async fn approve(&self) {
        let mut tx = self.store.begin().await.unwrap();
        review::approve(&mut tx, W, NUMBER, None, &self.owner, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn rest(&self) {
        let mut tx = self.store.begin().await.unwrap();
        review::send_rest(&mut tx, W, NUMBER, None, &self.owner, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn by_hand(&self, there: bool) {
        let mut tx = self.store.begin().await.unwrap();
        review::settle_by_hand(&mut tx, W, NUMBER, &self.owner, there, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn state(&self) -> DraftState {
        let draft = self.store.draft_numbered(W, NUMBER).await.unwrap();
        draft.unwrap().state
    }

    fn publisher(&self) -> Publisher {
        Publisher {
            store: self.store.clone(),
            outlets: vec![self.net.clone()],
            media: MediaFolder::at(self.folder.path().join("media")),
            clock: self.clock.clone(),
        }
    }

    async fn claim(&self) -> Option<(Job, Lease)> {
        let skip = [JobKind::Notice, JobKind::Index, JobKind::Media];
        let (now, lease_for) = (self.clock.now(), Duration::from_mins(1));
        let claimed = self
            .store
            .claim_job("w", now, lease_for, Skip::kinds(&skip));
        claimed.await.unwrap()
    }

    /// Does all publishing there is, over all waits. Says how long they were.
    async fn work(&self) -> SignedDuration {
        let publisher = self.publisher();
        let began = self.clock.now();
        loop {
            let now = self.clock.now();
            let Some((job, lease)) = self.claim().await else {
                return now.duration_since(began);
            };
            match publisher.run(&job, &lease).await {
                JobOutcome::Settled => {}
                JobOutcome::Retry {
                    wait: Some(wait),
                    why,
                } => {
                    let mut tx = self.store.begin().await.unwrap();
                    tx.postpone_job(&lease, now + wait, &why).await.unwrap();
                    tx.commit().await.unwrap();
                    self.clock.advance(wait);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(in crate::flow) fn revision(reply_to: Option<String>) -> NewRevision {
    NewRevision {
        content: Content {
            network: Network::Sandbox,
            account: "lumen".to_owned(),
            text: "Friday at six.".to_owned(),
            media: Vec::new(),
            reply_to,
            quote_of: None,
        },
        findings: Vec::new(),
        leans_on: Vec::new(),
        examples: Vec::new(),
        persona_version: 1,
        guidance: None,
        writer: Writer::Person {
            name: "@owner".to_owned(),
        },
    }
}

fn failed(state: &DraftState, with: &str) -> bool {
    matches!(state, DraftState::Failed { why, .. } if why.contains(with))
}

#[tokio::test]
async fn what_was_approved_goes_out_once_and_has_its_receipt() {
    let world = World::new().await;
    world.approve().await;
    world.work().await;
    world.work().await;
    assert_eq!((world.net.called(), world.net.posts()), (1, 1));
    assert!(matches!(world.state().await, DraftState::Published { .. }));
    let draft = world
        .store
        .draft_numbered(W, NUMBER)
        .await
        .unwrap()
        .unwrap();
    let receipts = world.store.receipts(draft.id).await.unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].settled_by, "answer");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_twice() {
    let world = World::new().await;
    world.net.does(&[Does::TakesSilently]);
    *world.net.cannot_say.lock().unwrap() = 2;
    world.approve().await;
    world.work().await;
    assert_eq!((world.net.called(), world.net.posts()), (1, 1));
    assert!(matches!(world.state().await, DraftState::Published { .. }));
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again_and_in_the_end_fails_in_time() {
    let world = World::new().await;
    world.net.does(&[Does::Drops, Does::Drops]);
    world.approve().await;
    world.work().await;
    assert_eq!((world.net.called(), world.net.posts()), (3, 1));

    let never = World::new().await;
    never.net.does(&[Does::Drops; 9]);
    never.approve().await;
    let waited = never.work().await;
    assert_eq!((never.net.called(), never.net.posts()), (3, 0));
    let state = never.state().await;
    assert!(failed(&state, "never arrived"), "{state:?}");
    // With three calls of 20 seconds each that is still within 90.
    assert!(waited <= SignedDuration::from_secs(25), "{waited}");
    // A new approval is a new beginning.
    never.net.calls.lock().unwrap().clear();
    never.approve().await;
    never.work().await;
    assert_eq!(never.net.posts(), 1);
}

#[tokio::test]
async fn a_thread_of_which_a_part_is_there_goes_on_and_says_so_when_it_cannot() {
    let world = World::new().await;
    world.approve().await;
    world.net.does(&[Does::TakesAPart, Does::Drops]);
    world.work().await;
    assert!(matches!(world.state().await, DraftState::Published { .. }));
    assert_eq!((world.net.called(), world.net.posts()), (3, 1));

    let broken = World::new().await;
    broken.approve().await;
    broken.net.does(&[Does::TakesAPart; 3]);
    broken.work().await;
    let state = broken.state().await;
    assert!(
        matches!(&state, DraftState::Partly { parts, next: None, .. }
            if parts.url.as_deref() == Some("net.example/1")),
        "{state:?}"
    );
    broken.rest().await;
    broken.work().await;
    assert!(matches!(broken.state().await, DraftState::Published { .. }));
}

/// A thread of which a part is public can only go on or be left: changed and approved, it would be there twice.
#[tokio::test]
async fn what_is_public_in_part_goes_on_by_itself_or_by_hand_or_is_left_and_nothing_else() {
    for leave in [true, false] {
        let world = World::new().await;
        world.approve().await;
        world.net.does(&[Does::TakesAPartAndAsksToWait(1_800)]);
        let (job, lease) = world.claim().await.unwrap();
        let outcome = world.publisher().run(&job, &lease).await;
        let JobOutcome::Retry {
            wait: Some(wait),
            why,
        } = outcome
        else {
            panic!("{outcome:?}");
        };
        let mut tx = world.store.begin().await.unwrap();
        let at = world.clock.now() + wait;
        tx.postpone_job(&lease, at, &why).await.unwrap();
        tx.commit().await.unwrap();
        let state = world.state().await;
        assert!(
            matches!(&state, DraftState::Partly { parts, next: Some(next), .. }
                if (parts.there, parts.of) == (1, 3) && *next == at),
            "{state:?}"
        );
        let by = &world.owner;
        let mut tx = world.store.begin().await.unwrap();
        let text = "Other words.".to_owned();
        let refused = [
            review::approve(&mut tx, W, NUMBER, None, by, None).await,
            review::schedule(&mut tx, W, NUMBER, None, by, at, None).await,
            review::edit(&mut tx, W, NUMBER, None, by, text, None).await,
            review::reject(&mut tx, W, NUMBER, None, by, None, None).await,
            review::take_back(&mut tx, W, NUMBER, by, None).await,
        ];
        for refused in refused {
            let decided = matches!(refused, Err(ReviewError::Decided(_)));
            assert!(decided, "{refused:?}");
        }
        drop(tx);
        if leave {
            let mut tx = world.store.begin().await.unwrap();
            review::leave(&mut tx, W, NUMBER, None, by, None)
                .await
                .unwrap();
            let again = review::send_rest(&mut tx, W, NUMBER, None, by, None).await;
            assert!(matches!(again, Err(ReviewError::Decided(_))), "{again:?}");
            tx.commit().await.unwrap();
            world.clock.advance(wait);
            world.work().await;
            assert_eq!((world.net.called(), world.net.posts()), (1, 0));
            assert_eq!(world.state().await.word(), "left");
        } else {
            // Before its time, because a person says so.
            world.rest().await;
            world.work().await;
            assert_eq!((world.net.called(), world.net.posts()), (2, 1));
            assert!(matches!(world.state().await, DraftState::Published { .. }));
        }
    }
}

/// What fails after a part is public never says that nothing went out.
#[tokio::test]
async fn the_rest_that_is_refused_or_held_back_stays_a_rest() {
    let world = World::new().await;
    world.approve().await;
    world
        .net
        .does(&[Does::TakesAPartAndAsksToWait(1), Does::Refuses]);
    world.work().await;
    let state = world.state().await;
    assert!(
        matches!(&state, DraftState::Partly { why, next: None, .. } if why.contains("not here")),
        "{state:?}"
    );
    *world.net.account_gone.lock().unwrap() = true;
    world.rest().await;
    world.work().await;
    let state = world.state().await;
    assert!(
        matches!(&state, DraftState::Partly { why, .. } if why.contains("not set up")),
        "{state:?}"
    );
    *world.net.account_gone.lock().unwrap() = false;
    // Held by a stop, it follows once that is over.
    let mut tx = world.store.begin().await.unwrap();
    tx.set_stopped(W, Some("@owner")).await.unwrap();
    tx.commit().await.unwrap();
    world.rest().await;
    world.work().await;
    assert_eq!(world.net.posts(), 0);
    let mut tx = world.store.begin().await.unwrap();
    tx.set_stopped(W, None).await.unwrap();
    review::leaving(&mut tx, W, false, None).await.unwrap();
    tx.commit().await.unwrap();
    world.work().await;
    assert!(matches!(world.state().await, DraftState::Published { .. }));
}

#[tokio::test]
async fn a_no_is_a_no_and_a_wait_that_is_too_long_too() {
    let world = World::new().await;
    world.net.does(&[Does::AsksToWait(300), Does::Refuses]);
    world.approve().await;
    assert_eq!(world.work().await, SignedDuration::from_mins(5));
    assert!(failed(&world.state().await, "not here"));
    let lines = world.store.activity(W, 9).await.unwrap();
    assert!(
        lines.iter().any(|line| line.text.contains("waits 300 s")),
        "{lines:?}"
    );
    world.net.does(&[Does::AsksToWait(86_400)]);
    world.approve().await;
    world.work().await;
    assert!(failed(&world.state().await, "Nothing went out"));
}

/// While the network wants to be left alone for long, people may think again.
#[tokio::test]
async fn a_long_wait_can_be_ended_by_an_edit_a_rejection_or_taking_it_back() {
    for which in 0..3 {
        let world = World::new().await;
        world.net.does(&[Does::AsksToWait(1_800)]);
        world.approve().await;
        let (job, lease) = world.claim().await.unwrap();
        let outcome = world.publisher().run(&job, &lease).await;
        let JobOutcome::Retry {
            wait: Some(wait),
            why,
        } = outcome
        else {
            panic!("{outcome:?}");
        };
        let mut tx = world.store.begin().await.unwrap();
        let at = world.clock.now() + wait;
        tx.postpone_job(&lease, at, &why).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(world.state().await, DraftState::Approved { .. }));
        let draft = world.store.draft_numbered(W, NUMBER).await.unwrap();
        let waits = waits_until(&world.store, draft.unwrap().id).await.unwrap();
        assert_eq!(waits, Some(at));
        let mut tx = world.store.begin().await.unwrap();
        let by = &world.owner;
        let decided = match which {
            0 => {
                let text = "Other words.".to_owned();
                review::edit(&mut tx, W, NUMBER, None, by, text, None).await
            }
            1 => review::reject(&mut tx, W, NUMBER, None, by, None, None).await,
            _ => review::take_back(&mut tx, W, NUMBER, by, None).await,
        };
        decided.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(wait);
        world.work().await;
        assert_eq!((world.net.called(), world.net.posts()), (1, 0), "{which}");
    }
}

#[tokio::test]
async fn people_are_asked_and_the_network_once_more_before_it_goes_out_again() {
    let world = World::new().await;
    world.net.does(&[Does::TakesSilently]);
    *world.net.cannot_say.lock().unwrap() = 5;
    world.approve().await;
    world.work().await;
    let asked = |state| matches!(state, DraftState::Unknown { asked: true, .. });
    assert!(asked(world.state().await));
    // It has come late after all: the person's word does not make two of it.
    world.by_hand(false).await;
    world.work().await;
    assert!(matches!(world.state().await, DraftState::Published { .. }));
    assert_eq!((world.net.called(), world.net.posts()), (1, 1));
}

#[tokio::test]
async fn a_network_that_never_says_gets_the_post_again_when_a_person_says_so_and_only_then() {
    let world = World::new().await;
    world.net.does(&[Does::Drops, Does::Drops]);
    *world.net.cannot_say.lock().unwrap() = 100;
    world.approve().await;
    world.work().await;
    world.work().await;
    assert_eq!(world.net.called(), 1);
    // Also while stopped it may be asked about; but nothing goes out.
    let mut tx = world.store.begin().await.unwrap();
    tx.set_stopped(W, Some("@owner")).await.unwrap();
    tx.commit().await.unwrap();
    world.by_hand(false).await;
    world.work().await;
    assert_eq!(world.net.called(), 1);
    assert!(matches!(world.state().await, DraftState::Approved { .. }));
    let mut tx = world.store.begin().await.unwrap();
    tx.set_stopped(W, None).await.unwrap();
    review::leaving(&mut tx, W, false, None).await.unwrap();
    tx.commit().await.unwrap();
    world.work().await;
    // One word is one call: what became of the second is asked again.
    assert_eq!(world.net.called(), 2);
    let state = world.state().await;
    assert!(
        matches!(state, DraftState::Unknown { asked: true, .. }),
        "{state:?}"
    );
    world.by_hand(true).await;
    world.work().await;
    assert_eq!(world.net.called(), 2);
    assert!(matches!(world.state().await, DraftState::Published { .. }));
}

#[tokio::test]
async fn a_crash_after_the_call_is_looked_up_and_a_crash_before_it_is_not_held_against_the_draft() {
    let world = World::new().await;
    world.approve().await;
    // Lumen ends in the middle, again and again, before anything was sent.
    for _ in 0..3 {
        let claimed = world
            .store
            .claim_job(
                "dies",
                world.clock.now(),
                Duration::from_mins(1),
                Skip::kinds(&[JobKind::Notice]),
            )
            .await
            .unwrap();
        assert!(claimed.is_some());
        world.store.free_leases().await.unwrap();
    }
    world.work().await;
    assert_eq!((world.net.called(), world.net.posts()), (1, 1));
}

/// A worker that slept while another took its job over finds nothing left to do.
#[tokio::test]
async fn a_worker_that_lost_its_claim_sends_nothing_any_more() {
    let world = World::new().await;
    world.net.notes.set(world.store.clone()).unwrap();
    world.net.does(&[Does::GetsReady]);
    world.approve().await;
    let (job, lease) = world.claim().await.unwrap();
    let publisher = world.publisher();
    let sleeps = publisher.run(&job, &lease);
    let taken_over = async {
        world.net.ready.notified().await;
        world.clock.advance(Duration::from_mins(2));
        world.work().await;
        assert_eq!((world.net.called(), world.net.posts()), (2, 1));
        world.net.go.notify_one();
    };
    let (outcome, ()) = tokio::join!(sleeps, taken_over);
    assert!(matches!(outcome, JobOutcome::Retry { .. }), "{outcome:?}");
    assert_eq!(world.net.posts(), 1);
    assert!(matches!(world.state().await, DraftState::Published { .. }));
    let draft = world.store.draft_numbered(W, NUMBER).await.unwrap();
    let receipts = world.store.receipts(draft.unwrap().id).await.unwrap();
    assert_eq!(receipts.len(), 1);
}

/// The file in the folder is not what was approved any more: no network gets it, whatever that checks itself.
#[tokio::test]
async fn a_picture_that_changed_on_the_disk_does_not_go_out() {
    let world = World::new().await;
    let bytes = b"the picture that was approved".to_vec();
    let sha256 = hex(&Sha256::digest(&bytes));
    let mime = "image/png".to_owned();
    let media = MediaFolder::at(world.folder.path().join("media"));
    let file = media.keep(&sha256, &mime, bytes.clone()).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let draft = tx.draft_numbered(W, NUMBER).await.unwrap().unwrap();
    let mut shows = revision(None);
    shows.content.media = vec![Attachment {
        sha256: sha256.clone(),
        mime: mime.clone(),
        alt: String::new(),
        quote_card: None,
    }];
    review::revise(&mut tx, W, &draft, shows, "changed", "@owner", None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    std::fs::write(&file, b"another one").unwrap();
    world.approve().await;
    world.work().await;
    assert_eq!(world.net.called(), 0);
    assert!(failed(
        &world.state().await,
        "not the one that was approved"
    ));
    // Brought again, it is whole again.
    media.keep(&sha256, &mime, bytes).await.unwrap();
    world.approve().await;
    world.work().await;
    assert!(matches!(world.state().await, DraftState::Published { .. }));
}

#[tokio::test]
async fn an_account_that_is_gone_publishes_nothing() {
    let world = World::new().await;
    world.approve().await;
    *world.net.account_gone.lock().unwrap() = true;
    world.work().await;
    assert_eq!(world.net.called(), 0);
    assert!(failed(&world.state().await, "not set up any more"));
}

#[tokio::test]
async fn an_answer_to_a_post_that_is_gone_is_held_back_and_says_so() {
    let world = World::with(Purpose::Reply {
        post: PostId(1),
        guidance: None,
    })
    .await;
    let due = world.clock.now() + Duration::from_hours(1);
    let mut tx = world.store.begin().await.unwrap();
    review::schedule(&mut tx, W, NUMBER, None, &world.owner, due, None)
        .await
        .unwrap();
    let gone = tx
        .remove_posts(W, Network::Sandbox, &["p1".to_owned()])
        .await
        .unwrap();
    assert_eq!(gone, [PostId(1)]);
    gone::tell_drafts(&mut tx, &gone, None).await.unwrap();
    tx.commit().await.unwrap();

    world.clock.set(due);
    let draft = world
        .store
        .draft_numbered(W, NUMBER)
        .await
        .unwrap()
        .unwrap();
    let mut tx = world.store.begin().await.unwrap();
    request(&mut tx, W, draft.id, None).await.unwrap();
    tx.commit().await.unwrap();
    world.work().await;
    assert_eq!(world.net.called(), 0);
    assert_eq!(world.state().await, DraftState::Waiting);
    // It cannot be approved any more, edited or not.
    let mut tx = world.store.begin().await.unwrap();
    let text = "Other words.".to_owned();
    review::edit(&mut tx, W, NUMBER, None, &world.owner, text, None)
        .await
        .unwrap();
    let refused = review::approve(&mut tx, W, NUMBER, None, &world.owner, None).await;
    let Err(ReviewError::Blocked { findings, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(findings[0].detail.contains("the post it answers is gone"));
}

#[tokio::test]
async fn a_forgotten_author_leaves_no_word_in_a_draft_and_the_draft_says_so() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    let draft = tx.draft_numbered(W, NUMBER).await.unwrap().unwrap();
    let leaning = NewRevision {
        leans_on: vec![Lean {
            post: PostId(1),
            author: "bean".to_owned(),
            excerpt: "A question".to_owned(),
            score: 0.5,
        }],
        ..revision(None)
    };
    review::revise(&mut tx, W, &draft, leaning, "rewrote", "@owner", None)
        .await
        .unwrap();
    let forgotten = crate::flow::forget::author(&mut tx, W, "@Bean", None)
        .await
        .unwrap();
    assert_eq!(forgotten, 1);
    tx.commit().await.unwrap();
    let kept = world.store.revision(draft.id, 2).await.unwrap().unwrap();
    assert_eq!(kept.findings.len(), 1);
    let said = format!("{:?} {:?}", kept.findings, kept.leans_on);
    assert!(said.contains("was forgotten since"), "{said}");
    assert!(
        !said.contains("bean") && !said.contains("question"),
        "{said}"
    );
}

/// The answered post says something else by now; the draft hears of it where a fetch brought that.
async fn edit_answered(world: &World, text: &str, fetched_by_source: bool) {
    let mut tx = world.store.begin().await.unwrap();
    tx.store_posts(W, &[fetched("p1", text)]).await.unwrap();
    if fetched_by_source {
        edited::hold_drafts(&mut tx, W, None).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn reply() -> World {
    World::with(Purpose::Reply {
        post: PostId(1),
        guidance: None,
    })
    .await
}

async fn approve_seen(world: &World, revision: i64) -> Result<Draft, ReviewError> {
    let mut tx = world.store.begin().await.unwrap();
    let seen = Some(Seen::waiting(revision));
    let approved = review::approve(&mut tx, W, NUMBER, seen, &world.owner, None).await;
    tx.commit().await.unwrap();
    approved
}

#[tokio::test]
async fn an_answer_to_a_post_that_was_edited_waits_until_it_is_approved_anew() {
    for scheduled in [false, true] {
        let world = reply().await;
        let due = world.clock.now() + Duration::from_hours(1);
        if scheduled {
            let mut tx = world.store.begin().await.unwrap();
            review::schedule(&mut tx, W, NUMBER, None, &world.owner, due, None)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        } else {
            world.approve().await;
        }
        edit_answered(&world, "Another question", true).await;
        world.clock.set(due);
        let draft = world.store.draft_numbered(W, NUMBER).await.unwrap();
        let draft = draft.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        request(&mut tx, W, draft.id, None).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        assert_eq!(world.net.called(), 0);
        assert_eq!((draft.state, draft.revision), (DraftState::Waiting, 2));
        let revision = world.store.revision(draft.id, 2).await.unwrap().unwrap();
        let details: Vec<&str> = revision
            .findings
            .iter()
            .map(|one| one.detail.as_str())
            .collect();
        assert_eq!(
            details,
            [
                "the post it answers was edited since: \u{201c}A question\u{201d} \u{2192} \u{201c}Another question\u{201d}. Does it still fit?"
            ]
        );
        // Who saw the version before decides about nothing.
        let refused = approve_seen(&world, 1).await;
        assert!(
            matches!(refused, Err(ReviewError::Older { .. })),
            "{refused:?}"
        );
        approve_seen(&world, 2).await.unwrap();
        world.work().await;
        assert_eq!(world.net.posts(), 1);
    }
}

#[tokio::test]
async fn an_edit_of_the_answered_post_is_noticed_right_before_the_call() {
    let world = reply().await;
    world.approve().await;
    edit_answered(&world, "Another question", false).await;
    world.work().await;
    assert_eq!(
        (world.net.called(), world.state().await),
        (0, DraftState::Waiting)
    );

    // Between two tries of a call.
    let world = reply().await;
    world.net.does(&[Does::AsksToWait(5)]);
    world.approve().await;
    let (job, lease) = world.claim().await.unwrap();
    let outcome = world.publisher().run(&job, &lease).await;
    let JobOutcome::Retry {
        wait: Some(wait),
        why,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    let mut tx = world.store.begin().await.unwrap();
    let later = world.clock.now() + wait;
    tx.postpone_job(&lease, later, &why).await.unwrap();
    tx.commit().await.unwrap();
    edit_answered(&world, "Another question", true).await;
    assert!(matches!(world.state().await, DraftState::Publishing { .. }));
    world.clock.advance(wait);
    world.work().await;
    assert_eq!((world.net.called(), world.net.posts()), (1, 0));
    assert_eq!(world.state().await, DraftState::Waiting);
    approve_seen(&world, 2).await.unwrap();
    world.work().await;
    assert_eq!(world.net.posts(), 1);
}

#[tokio::test]
async fn a_forgotten_author_leaves_no_word_where_a_draft_answered() {
    let world = reply().await;
    let mut tx = world.store.begin().await.unwrap();
    crate::flow::forget::author(&mut tx, W, "@bean", None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let draft = tx.draft_numbered(W, NUMBER).await.unwrap().unwrap();
    assert_eq!(tx.target_texts(draft.id).await.unwrap(), [String::new()]);
}

#[tokio::test]
async fn a_job_that_comes_an_hour_after_its_time_asks_instead_of_publishing() {
    let world = World::new().await;
    let mut tx = world.store.begin().await.unwrap();
    let due = world.clock.now() + Duration::from_mins(10);
    let draft = review::schedule(&mut tx, W, NUMBER, None, &world.owner, due, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // Lumen ended between the time and the claim.
    world.clock.advance(Duration::from_mins(10));
    let mut tx = world.store.begin().await.unwrap();
    request(&mut tx, W, draft.id, None).await.unwrap();
    tx.commit().await.unwrap();
    world.clock.advance(Duration::from_mins(61));
    world.work().await;
    assert_eq!(world.net.called(), 0);
    assert!(matches!(world.state().await, DraftState::Overdue { .. }));
    assert!(world.claim().await.is_none(), "nothing is left to do");
}
