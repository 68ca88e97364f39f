//! Threads on Lens: each post answers the one before it, and goes out once, whatever is cut off when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lumen::domain::content::Content;
use lumen::domain::network::Network;
use lumen::platforms::lens::Lens;
use lumen::platforms::{LookUp, OutgoingPicture, Outlet as _, PlatformError, Published};
use serde_json::json;

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

    fn thread(&self, parts: &[&str]) -> Content {
        Content {
            network: Network::Lens,
            account: self.brand.clone(),
            text: parts.join("\n---\n"),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        }
    }

    async fn publish(&self, content: &Content, key: &str) -> Result<Published, PlatformError> {
        self.lens()
            .publish(content, Vec::new(), key, &lease())
            .await
    }

    async fn look_up(&self, content: &Content, key: &str) -> LookUp {
        let since = Timestamp::now();
        self.lens()
            .look_up(content, key, since, &lease())
            .await
            .unwrap()
    }

    /// The own posts' words, with the words of what each answers.
    fn published(&self) -> Vec<(String, String)> {
        let world = self.fake.world();
        let words = |id: u64| {
            let post = world.post(id).unwrap();
            post.metadata["content"].as_str().unwrap().to_owned()
        };
        let own = world.of(&self.brand).into_iter();
        own.map(|post| {
            let before = post.comment_on.map_or_else(String::new, words);
            (words(post.id), before)
        })
        .collect()
    }

    fn faults(&self, faults: impl IntoIterator<Item = Option<PostFault>>) {
        let mut world = self.fake.world();
        world.faults.clear();
        // A call that goes well stands for itself.
        let well = || PostFault::Slow(Duration::ZERO);
        let faults = faults.into_iter();
        world
            .faults
            .extend(faults.map(|fault| fault.unwrap_or_else(well)));
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    pairs.iter().map(owned).collect()
}

#[tokio::test]
async fn each_post_answers_the_one_before_it() {
    let scene = Scene::new();
    let target = {
        let mut world = scene.fake.world();
        let bean = world.add("bean");
        world.write(&bean, "how do you brew?", Timestamp::now())
    };
    let mut content = scene.thread(&["one", "two\nlines", "three"]);
    content.reply_to = Some(target.to_string());
    let picture = OutgoingPicture {
        bytes: vec![1, 2, 3],
        mime: "image/png".to_owned(),
        alt: "A cup".to_owned(),
    };
    let lens = scene.lens();
    let published = lens
        .publish(&content, vec![picture], "k1", &lease())
        .await
        .unwrap();
    assert_eq!(
        scene.published(),
        pairs(&[
            ("one", "how do you brew?"),
            ("two\nlines", "one"),
            ("three", "two\nlines")
        ])
    );
    {
        let world = scene.fake.world();
        let own = world.of(&scene.brand);
        assert_eq!(published.native_id, own[0].id.to_string());
        assert_eq!(own[0].metadata["image"]["altTag"], "A cup");
        assert_eq!(own[1].metadata["__typename"], "TextOnlyMetadata");
    }
    assert_eq!(
        scene.look_up(&content, "k1").await,
        LookUp::There(published)
    );
    // The same words another day are another thread.
    scene.publish(&content, "k2").await.unwrap();
    assert_eq!(scene.published().len(), 6);
    scene.fake.nothing_to_complain();
}

#[tokio::test]
async fn what_breaks_off_in_the_middle_goes_on_there() {
    let scene = Scene::new();
    let content = scene.thread(&["one", "two", "three", "four"]);
    let no = json!({"__typename": "TransactionWillFail", "reason": "out of gas"});
    scene.faults([
        None,
        Some(PostFault::AcceptThenDrop),
        Some(PostFault::Answers(no)),
    ]);
    let error = scene.publish(&content, "k1").await.unwrap_err();
    let said = error.to_string();
    assert!(
        matches!(&error, PlatformError::Partly { parts, wait: None, .. }
            if (parts.there, parts.of) == (2, 4) && parts.url.is_some())
            && said.contains("out of gas"),
        "{said}"
    );
    let found = scene.look_up(&content, "k1").await;
    assert!(
        matches!(&found, LookUp::Partly { parts } if (parts.there, parts.of) == (2, 4)),
        "{found:?}"
    );
    // The rest, under another key.
    scene.publish(&content, "k2").await.unwrap();
    let whole = [
        ("one", ""),
        ("two", "one"),
        ("three", "two"),
        ("four", "three"),
    ];
    assert_eq!(scene.published(), pairs(&whole));
    let found = scene.look_up(&content, "k2").await;
    assert!(matches!(found, LookUp::There(_)), "{found:?}");
    // A call that was never made has nothing there.
    assert_eq!(scene.look_up(&content, "k3").await, LookUp::Absent);
    let endless = scene.thread(&["again"; 26]);
    let error = scene.publish(&endless, "k4").await.unwrap_err();
    assert!(error.to_string().contains("25 posts at most"), "{error}");
    scene.fake.nothing_to_complain();
}

/// Being asked to wait in the middle is not the same as at the beginning: a part is public.
#[tokio::test]
async fn a_wait_that_is_asked_for_in_the_middle_says_what_is_public() {
    let scene = Scene::new();
    let content = scene.thread(&["one", "two", "three"]);
    scene.faults([None, Some(PostFault::SlowDown(900))]);
    let error = scene.publish(&content, "k1").await.unwrap_err();
    let PlatformError::Partly { parts, wait, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((parts.there, parts.of), (1, 3));
    assert_eq!(*wait, Some(Duration::from_mins(15)));
    let first = scene.published();
    assert_eq!(first, pairs(&[("one", "")]));
    let error = {
        scene.faults([Some(PostFault::SlowDown(900))]);
        scene
            .publish(&scene.thread(&["other", "words"]), "k2")
            .await
    };
    let at_the_beginning = matches!(error, Err(PlatformError::SlowDown { .. }));
    assert!(at_the_beginning, "{error:?}");
    scene.faults([]);
    scene.publish(&content, "k3").await.unwrap();
    let whole = [("one", ""), ("two", "one"), ("three", "two")];
    assert_eq!(scene.published(), pairs(&whole));
}

/// A call that is lost in the middle, of which nobody can know: asked about, and after that not sent twice either.
#[tokio::test]
async fn a_post_that_nobody_knows_of_is_asked_about() {
    let scene = Scene::new();
    let content = scene.thread(&["one", "two", "three"]);
    scene.faults([None, Some(PostFault::Drop)]);
    let error = scene.publish(&content, "k1").await.unwrap_err();
    assert!(matches!(error, PlatformError::Unclear { .. }), "{error}");
    assert_eq!(scene.look_up(&content, "k1").await, LookUp::Unsettled);
    // People said that it is to be published again: only what is not there goes out.
    scene.publish(&content, "k2").await.unwrap();
    let whole = [("one", ""), ("two", "one"), ("three", "two")];
    assert_eq!(scene.published(), pairs(&whole));
}

/// Cut off after every step, at every moment, and taken up under another key as the publisher does.
#[tokio::test]
async fn cut_off_at_any_moment_each_post_is_there_once() {
    let rounds: u32 = std::env::var("LUMEN_TEST_LENS_CUTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(12);
    let (mut whole, mut asked) = (0, 0);
    let scene = Scene::new();
    let warm = scene.thread(&["a", "b", "c"]);
    scene.publish(&warm, "warm").await.unwrap();
    // The moments lie over all of a usual call, however fast the machine is.
    let begun = Instant::now();
    scene.publish(&warm, "usual").await.unwrap();
    let usual = begun.elapsed();
    for round in 1..=rounds {
        let names = ["one", "two", "three"].map(|name| format!("{name} {round}"));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let content = scene.thread(&names);
        let faults = (0..3).map(|part| match (round + part) % 6 {
            0 => Some(PostFault::AcceptThenDrop),
            1 => Some(PostFault::ServerErrorAfterAccept),
            2 => Some(PostFault::Slow(Duration::from_millis(15))),
            3 => Some(PostFault::Late(Duration::from_millis(10))),
            4 => Some(PostFault::TokenSpent),
            _ => None,
        });
        scene.faults(faults.collect::<Vec<_>>());
        let before = scene.published().len();
        let mut done = false;
        for turn in 0..40_u32 {
            let key = format!("key-{round}-{turn}");
            let limit = usual * ((round * 37 + turn * 13) % 150) / 100;
            let call = tokio::time::timeout(limit, scene.publish(&content, &key)).await;
            tokio::time::sleep(Duration::from_millis(30)).await;
            done = matches!(call, Ok(Ok(_)))
                || match scene.look_up(&content, &key).await {
                    LookUp::There(_) => true,
                    LookUp::Absent | LookUp::Partly { .. } => false,
                    LookUp::Unsettled => break,
                };
            if done {
                break;
            }
        }
        let there = scene.published().split_off(before);
        let chain = [(names[0], ""), (names[1], names[0]), (names[2], names[1])];
        let chain = pairs(&chain);
        assert_eq!(there, chain[..there.len()], "round {round}");
        assert!(!done || there.len() == 3, "round {round}: {there:?}");
        if done {
            whole += 1;
        } else {
            asked += 1;
        }
    }
    println!("{rounds} threads: {whole} whole, {asked} to be asked");
    assert!(whole > 0);
    scene.fake.nothing_to_complain();
}
