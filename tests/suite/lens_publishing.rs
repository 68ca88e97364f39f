//! Publishing on Lens: what goes out, and what is known of it after every way to fail.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lumen::domain::action::Action;
use lumen::domain::content::{Attachment, Content};
use lumen::domain::network::Network;
use lumen::platforms::lens::Lens;
use lumen::platforms::{LookUp, OutgoingPicture, Outlet as _, PlatformError, Published};
use serde_json::{Value, json};

use crate::support::lens::world::PostFault;
use crate::support::lens::{FakeLens, KEY, Notes, lease};

struct Scene {
    fake: FakeLens,
    brand: String,
    folder: tempfile::TempDir,
    notes: Arc<Notes>,
}

impl Scene {
    fn new() -> Self {
        let fake = FakeLens::start();
        let brand = fake.brand();
        Self {
            fake,
            brand,
            folder: tempfile::tempdir().unwrap(),
            notes: Arc::default(),
        }
    }

    /// As after a start: only notes and tokens are left of before.
    fn lens(&self) -> Lens {
        let settings = self
            .fake
            .settings(self.folder.path(), Some(&self.brand), Some(KEY));
        self.fake.open(settings, Arc::clone(&self.notes))
    }

    fn content(&self) -> Content {
        Content {
            network: Network::Lens,
            account: self.brand.clone(),
            text: "Friday at six. #tasting".to_owned(),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        }
    }

    async fn publish(&self, key: &str) -> Result<Published, PlatformError> {
        self.lens()
            .publish(&self.content(), Vec::new(), key, &lease())
            .await
    }

    async fn look_up(&self, key: &str) -> LookUp {
        let since = Timestamp::now();
        self.lens()
            .look_up(&self.content(), key, since, &lease())
            .await
            .unwrap()
    }

    fn published(&self) -> usize {
        self.fake.world().of(&self.brand).len()
    }

    fn fail(&self, fault: PostFault) {
        self.fake.world().faults.push_back(fault);
    }
}

fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test]
async fn words_pictures_answers_and_quotes_go_out_as_they_are() {
    let scene = Scene::new();
    let target = {
        let mut world = scene.fake.world();
        let bean = world.add("bean");
        world.write(&bean, "what time?", Timestamp::now())
    };
    scene.fake.world().upload_takes = Duration::from_millis(30);
    let lens = scene.lens();
    let picture = |alt: &str| OutgoingPicture {
        bytes: vec![1, 2, 3],
        mime: "image/png".to_owned(),
        alt: alt.to_owned(),
    };
    let named = |alt: &str| Attachment {
        sha256: "00".to_owned(),
        mime: "image/png".to_owned(),
        alt: alt.to_owned(),
        quote_card: None,
    };
    let mut content = scene.content();
    content.media = vec![named("A cup"), named("")];
    content.reply_to = Some(target.to_string());
    let published = lens
        .publish(
            &content,
            vec![picture("A cup"), picture("")],
            &key(1),
            &lease(),
        )
        .await
        .unwrap();
    assert_eq!(
        published.url.as_deref(),
        Some(format!("https://lens.xyz/p/slug{}", published.native_id).as_str())
    );
    {
        let world = scene.fake.world();
        let post = world.named(&published.native_id).unwrap();
        assert_eq!(post.comment_on, Some(target));
        assert_eq!(post.metadata["id"], key(1));
        assert_eq!(post.metadata["content"], "Friday at six. #tasting");
        assert_eq!(post.metadata["tags"], json!(["tasting"]));
        assert_eq!(post.metadata["image"]["altTag"], "A cup");
        assert_eq!(post.metadata["attachments"].as_array().unwrap().len(), 1);
    }
    let mut content = scene.content();
    content.text = format!("The long story\n{}", "It was a morning. ".repeat(200));
    content.quote_of = Some(target.to_string());
    let published = lens
        .publish(&content, Vec::new(), &key(2), &lease())
        .await
        .unwrap();
    {
        let world = scene.fake.world();
        let post = world.named(&published.native_id).unwrap();
        assert_eq!(post.quote_of, Some(target));
        assert_eq!(post.metadata["__typename"], "ArticleMetadata");
        assert_eq!(post.metadata["title"], "The long story");
    }
    scene.fake.nothing_to_complain();
}

#[tokio::test]
async fn every_answer_that_is_no_transaction_is_a_certain_no_with_what_to_do() {
    let scene = Scene::new();
    let answers = [
        (
            json!({"__typename": "PostOperationValidationFailed", "reason": "rules", "unsatisfiedRules": {
            "__typename": "PostUnsatisfiedRules", "required": [{"__typename": "PostUnsatisfiedRule", "rule": "0x1",
            "reason": "GROUP_GATED_NOT_A_MEMBER", "message": "only members may post here"}], "anyOf": []}}),
            "only members may post here",
        ),
        (
            json!({"__typename": "SponsoredTransactionRequest", "reason": "off", "sponsoredReason": "SIGNLESS_DISABLED"}),
            "signless mode off",
        ),
        (
            json!({"__typename": "SponsoredTransactionRequest", "reason": "no", "sponsoredReason": "CANNOT_DELEGATE"}),
            "CANNOT_DELEGATE",
        ),
        (
            json!({"__typename": "SelfFundedTransactionRequest", "reason": "no", "selfFundedReason": "NOT_SPONSORED"}),
            "sponsors its users",
        ),
        (
            json!({"__typename": "TransactionWillFail", "reason": "out of gas"}),
            "out of gas",
        ),
    ];
    for (number, (answer, words)) in (10..).zip(answers) {
        scene.fail(PostFault::Answers(answer));
        let error = scene.publish(&key(number)).await.unwrap_err();
        assert!(
            matches!(error, PlatformError::Refused { ref why, .. } if why.contains(words)),
            "{error}"
        );
        // Asked about after a crash, it is certain as well.
        assert_eq!(scene.look_up(&key(number)).await, LookUp::Absent);
    }
    // The real checks of the network, not only what it is told to say.
    scene.fake.world().account_mut(&scene.brand).signless = false;
    let error = scene.publish(&key(30)).await.unwrap_err();
    assert!(error.to_string().contains("signless mode off"), "{error}");
    scene.fake.world().account_mut(&scene.brand).signless = true;
    let mut content = scene.content();
    content.reply_to = Some("999999".to_owned());
    let error = scene
        .lens()
        .publish(&content, Vec::new(), &key(31), &lease())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
    assert_eq!(scene.published(), 0);
    scene.fake.nothing_to_complain();
}

#[tokio::test]
async fn what_was_lost_on_the_way_is_found_or_said_to_be_unsettled() {
    for (fault, taken) in [
        (PostFault::AcceptThenDrop, true),
        (PostFault::ServerErrorAfterAccept, true),
        (PostFault::Drop, false),
        (PostFault::InternalError, false),
        (PostFault::Garbled, false),
        (
            PostFault::Answers(json!({"__typename": "PostHologram"})),
            false,
        ),
    ] {
        let scene = Scene::new();
        scene.fail(fault.clone());
        let error = scene.publish(&key(1)).await.unwrap_err();
        assert!(
            matches!(
                error,
                PlatformError::Unclear { .. } | PlatformError::Garbled { .. }
            ),
            "{fault:?}: {error}"
        );
        assert_eq!(scene.fake.world().calls_of("CreatePost"), 1, "{fault:?}");
        assert_eq!(scene.published(), usize::from(taken), "{fault:?}");
        match scene.look_up(&key(1)).await {
            LookUp::There(published) => {
                assert!(taken, "{fault:?}");
                assert!(scene.fake.world().named(&published.native_id).is_some());
            }
            // Not among one's own posts does not mean that it cannot come any more.
            LookUp::Unsettled => assert!(!taken, "{fault:?}"),
            LookUp::Absent | LookUp::Partly { .. } => panic!("{fault:?}: nobody can know that"),
        }
        // Another key is another post.
        assert_eq!(scene.look_up(&key(2)).await, LookUp::Absent);
    }
}

/// What is said beside an error is a yes where it is one, and never a no.
#[tokio::test]
async fn an_answer_with_data_and_errors_is_no_certain_no() {
    let scene = Scene::new();
    scene.fail(PostFault::AcceptWithErrors);
    scene.publish(&key(1)).await.unwrap();
    assert_eq!(scene.published(), 1);
    scene.fail(PostFault::RefuseWithErrors);
    let error = scene.publish(&key(2)).await.unwrap_err();
    assert!(matches!(error, PlatformError::Unclear { .. }), "{error}");
    assert!(matches!(scene.look_up(&key(2)).await, LookUp::There(_)));
    assert_eq!(scene.published(), 2);
    scene.fake.nothing_to_complain();
}

/// Another worker has the job by now, asks the notes, and sends it itself.
#[tokio::test]
async fn a_call_whose_claim_was_lost_while_it_got_ready_is_not_made() {
    let scene = Scene::new();
    *scene.notes.until_lost.lock().unwrap() = Some(1);
    let error = scene.publish(&key(1)).await.unwrap_err();
    assert!(
        matches!(error, PlatformError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(scene.fake.world().calls_of("CreatePost"), 0);
    assert_eq!(scene.look_up(&key(1)).await, LookUp::Absent);
    scene.fake.nothing_to_complain();
}

#[tokio::test]
async fn an_index_that_takes_its_time_is_waited_for() {
    let scene = Scene::new();
    scene.fail(PostFault::Slow(Duration::from_millis(300)));
    scene.publish(&key(1)).await.unwrap();
    assert!(scene.fake.world().calls_of("Transaction") > 3);
    // Lost on the way and slow: unsettled first, there in the end.
    scene.fail(PostFault::SlowAndDrop(Duration::from_millis(400)));
    scene.publish(&key(2)).await.unwrap_err();
    assert_eq!(scene.look_up(&key(2)).await, LookUp::Unsettled);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(matches!(scene.look_up(&key(2)).await, LookUp::There(_)));
    // The chain says no in the end: certain.
    scene.fail(PostFault::TransactionFails);
    let error = scene.publish(&key(3)).await.unwrap_err();
    assert!(matches!(error, PlatformError::Refused { .. }), "{error}");
    assert_eq!(scene.look_up(&key(3)).await, LookUp::Absent);
    assert_eq!(scene.published(), 2);
    scene.fake.nothing_to_complain();
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_costs_nothing() {
    let scene = Scene::new();
    scene.fail(PostFault::TokenSpent);
    scene.publish(&key(1)).await.unwrap();
    let world = scene.fake.world();
    assert_eq!(
        (world.calls_of("CreatePost"), world.calls_of("Refresh")),
        (2, 1)
    );
    assert_eq!(world.of(&scene.brand).len(), 1);
}

#[tokio::test]
async fn half_the_network_down_takes_nothing_and_says_so() {
    let scene = Scene::new();
    scene.fake.world().storage_down = true;
    let error = scene.publish(&key(1)).await.unwrap_err();
    assert!(
        matches!(error, PlatformError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(scene.look_up(&key(1)).await, LookUp::Absent);
    scene.fake.world().storage_down = false;
    scene.fake.world().api_down = true;
    let error = scene.publish(&key(1)).await.unwrap_err();
    assert!(
        matches!(
            error,
            PlatformError::Unclear { .. } | PlatformError::Unreachable { .. }
        ),
        "{error}"
    );
    scene.fake.world().api_down = false;
    // A bearable wait is waited for, and the call made again: it was not taken.
    let before = scene.published();
    scene.fail(PostFault::SlowDown(3));
    scene.publish(&key(2)).await.unwrap();
    assert_eq!(scene.published(), before + 1);
    scene.fail(PostFault::SlowDown(60));
    let error = scene.publish(&key(3)).await.unwrap_err();
    let asked = PlatformError::SlowDown {
        network: Network::Lens,
        wait: Some(Duration::from_mins(1)),
    };
    assert_eq!(error, asked);
    assert_eq!(scene.look_up(&key(3)).await, LookUp::Absent);
}

/// Cut off after every step, at every moment: nothing twice, and what is said is true.
#[tokio::test]
async fn cut_off_at_any_moment_nothing_is_twice() {
    let rounds: u32 = std::env::var("LUMEN_TEST_LENS_CUTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let scene = Scene::new();
    scene.fake.world().upload_takes = Duration::from_millis(2);
    scene.publish(&key(0)).await.unwrap();
    // The moments lie over all of a usual call, however fast the machine is.
    let begun = Instant::now();
    scene.publish(&key(1_000_000)).await.unwrap();
    let usual = begun.elapsed();
    let (mut done, mut found, mut absent, mut unsettled) = (0, 0, 0, 0);
    for round in 1..=rounds {
        let fault = match round % 6 {
            0 => Some(PostFault::AcceptThenDrop),
            1 => Some(PostFault::ServerErrorAfterAccept),
            2 => Some(PostFault::Slow(Duration::from_millis(15))),
            3 => Some(PostFault::Late(Duration::from_millis(10))),
            4 => Some(PostFault::TokenSpent),
            _ => None,
        };
        scene.fake.world().faults.clear();
        scene.fake.world().faults.extend(fault);
        let before = scene.published();
        let limit = usual * (round * 7_919 % 1_500) / 1_000;
        let published = tokio::time::timeout(limit, scene.publish(&key(round))).await;
        // Whatever was under way on the network's side comes to its end.
        tokio::time::sleep(Duration::from_millis(30)).await;
        if matches!(published, Ok(Ok(_))) {
            done += 1;
            assert_eq!(scene.published(), before + 1);
            continue;
        }
        match scene.look_up(&key(round)).await {
            LookUp::There(_) => {
                found += 1;
                assert_eq!(scene.published(), before + 1, "round {round}");
            }
            LookUp::Absent => {
                absent += 1;
                assert_eq!(scene.published(), before, "round {round}");
            }
            LookUp::Unsettled => unsettled += 1,
            LookUp::Partly { .. } => panic!("round {round}: it is no thread"),
        }
    }
    println!(
        "{rounds} cuts: {done} done, {found} found, {absent} certainly absent, {unsettled} to be asked"
    );
    assert!(
        done > 0 && found > 0 && absent > 0,
        "the cuts met one end only"
    );
    let ids: std::collections::HashSet<Value> = scene
        .fake
        .world()
        .of(&scene.brand)
        .iter()
        .map(|post| post.metadata["id"].clone())
        .collect();
    assert_eq!(ids.len(), scene.published(), "a key has two posts");
}

#[tokio::test]
async fn likes_reposts_bookmarks_and_follows_are_done_once() {
    let scene = Scene::new();
    let (bean, post) = {
        let mut world = scene.fake.world();
        let bean = world.add("bean");
        let post = world.write(&bean, "the first cup", Timestamp::now());
        (bean, post)
    };
    let lens = scene.lens();
    assert_eq!(lens.actions(), Action::ALL);
    for (number, action) in (1..).zip(Action::ALL) {
        for _ in 0..3 {
            lens.act(action, &post.to_string(), &key(number), &lease())
                .await
                .unwrap();
        }
        // Pressed again later, by another press: done already.
        lens.act(action, &post.to_string(), &key(number + 10), &lease())
            .await
            .unwrap();
    }
    assert_eq!(scene.fake.world().reactions.len(), 4);
    assert_eq!(scene.published(), 1, "one repost");
    // Lost on the way, it is found to be done.
    let other = scene
        .fake
        .world()
        .write(&bean, "the second cup", Timestamp::now());
    scene.fail(PostFault::AcceptThenDrop);
    let error = lens
        .act(Action::Repost, &other.to_string(), &key(20), &lease())
        .await
        .unwrap_err();
    assert!(matches!(error, PlatformError::Unclear { .. }), "{error}");
    lens.act(Action::Repost, &other.to_string(), &key(20), &lease())
        .await
        .unwrap();
    assert_eq!(scene.published(), 2);
    // Lost before it arrived, nobody can know; it is not sent again by itself.
    let third = scene
        .fake
        .world()
        .write(&bean, "the third cup", Timestamp::now());
    scene.fail(PostFault::Drop);
    for _ in 0..2 {
        let error = lens
            .act(Action::Repost, &third.to_string(), &key(21), &lease())
            .await
            .unwrap_err();
        assert!(matches!(error, PlatformError::Unclear { .. }), "{error}");
    }
    assert_eq!(scene.published(), 2);
    let gone = lens
        .act(Action::Like, "999999", &key(22), &lease())
        .await
        .unwrap_err();
    assert!(gone.to_string().contains("gone"), "{gone}");
    scene.fake.nothing_to_complain();
}
