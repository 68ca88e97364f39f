use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::control::FailRequest;
use super::faults::{Fault, Kind, Operation};
use super::*;
use crate::domain::clock::{Clock as _, ManualClock};
use crate::domain::content::{Attachment, hex};
use crate::domain::ids::JobId;
use crate::domain::post::FetchedPost;

struct Scene {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
    shared: SharedClock,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sandbox.db");
        let clock = Arc::new(ManualClock::at("2026-11-22T10:00:00Z".parse().unwrap()));
        let shared: SharedClock = Arc::clone(&clock) as SharedClock;
        Self {
            sandbox: Sandbox::new(&file, Arc::clone(&shared), options),
            clock,
            shared,
            file,
            _folder: folder,
        }
    }

    async fn all(&self, selector: &Selector) -> (Vec<FetchedPost>, Vec<String>, usize) {
        let (mut posts, mut removed, mut pages) = (Vec::new(), Vec::new(), 0);
        let mut cursor: Option<String> = None;
        loop {
            let page = self
                .sandbox
                .page(selector, cursor.as_deref())
                .await
                .unwrap();
            assert!(page.posts.len() + page.removed.len() <= 25);
            posts.extend(page.posts);
            removed.extend(page.removed);
            pages += 1;
            cursor = page.next;
            if cursor.is_none() {
                return (posts, removed, pages);
            }
        }
    }

    async fn publish(&self, text: &str, key: &str) -> Result<Published, PlatformError> {
        self.sandbox
            .publish(&content(text), Vec::new(), key, &lease())
            .await
    }

    async fn look_up(&self, key: &str) -> LookUp {
        let now = self.clock.now();
        self.sandbox
            .look_up(&content(""), key, now, &lease())
            .await
            .unwrap()
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

    async fn published(&self) -> usize {
        control::posts(&self.file, &self.shared)
            .await
            .unwrap()
            .len()
    }
}

fn lease() -> Lease {
    Lease {
        job: JobId(1),
        holder: "test".to_owned(),
    }
}

fn content(text: &str) -> Content {
    Content {
        network: Network::Sandbox,
        account: ACCOUNT.to_owned(),
        text: text.to_owned(),
        media: Vec::new(),
        reply_to: None,
        quote_of: None,
    }
}

#[tokio::test]
async fn pages_are_newest_first_bounded_and_whole() {
    let scene = Scene::new();
    let (posts, removed, pages) = scene.all(&Selector::All).await;
    assert_eq!((posts.len(), removed.len(), pages), (104, 0, 5));
    let touched: Vec<_> = posts
        .iter()
        .map(|post| post.edited_at.unwrap_or(post.created_at))
        .collect();
    assert!(touched.is_sorted_by(|newer, older| newer >= older));
    assert!(touched[0] < scene.clock.now());
    let mut ids: Vec<_> = posts.iter().map(|post| &post.native_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), posts.len());
    assert!(
        scene
            .sandbox
            .page(&Selector::All, Some("nonsense"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn selectors_find_what_they_name() {
    let scene = Scene::new();
    let (posts, ..) = scene.all(&Selector::Author("Ovenmitt".into())).await;
    assert!(posts.len() >= 5 && posts.iter().all(|post| post.author == "ovenmitt"));
    let (posts, ..) = scene.all(&Selector::Tag("repaircafe".into())).await;
    assert!(
        posts.len() >= 4
            && posts
                .iter()
                .all(|post| post.tags.contains(&"repaircafe".to_owned()))
    );
    let (posts, ..) = scene.all(&Selector::Search("Coffee morning".into())).await;
    assert!(posts.len() >= 5);
    for post in posts {
        let words = format!("{} {} {}", post.author, post.text, post.tags.join(" ")).to_lowercase();
        assert!(
            words.contains("coffee") && words.contains("morning"),
            "{words}"
        );
    }
    let (posts, ..) = scene.all(&Selector::Replies).await;
    assert!(
        posts.len() >= 5
            && posts
                .iter()
                .all(|post| !post.own && post.reply_to.is_some())
    );
}

#[tokio::test]
async fn what_others_edit_and_delete_comes_up_again() {
    let scene = Scene::new();
    scene.all(&Selector::All).await;
    control::edit(&scene.file, &scene.shared, "s6", "Changed. #new")
        .await
        .unwrap();
    scene.clock.advance(Duration::from_secs(1));
    control::delete(&scene.file, &scene.shared, "sandbox://post/s9")
        .await
        .unwrap();
    let page = scene.sandbox.page(&Selector::All, None).await.unwrap();
    assert_eq!(page.removed, ["s9"]);
    let edited = &page.posts[0];
    assert_eq!(
        (edited.native_id.as_str(), edited.text.as_str()),
        ("s6", "Changed. #new")
    );
    assert_eq!(edited.tags, ["new"]);
    assert!(edited.edited_at > Some(edited.created_at));
    assert_eq!(page.about, Some(103));
    let error = control::delete(&scene.file, &scene.shared, "9")
        .await
        .unwrap_err();
    assert!(error.what.contains("s9"), "{error}");
    assert!(
        control::edit(&scene.file, &scene.shared, "s6", &"x".repeat(301))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_same_call_twice_makes_two_posts_unless_the_network_is_idempotent() {
    let scene = Scene::new();
    let first = scene.publish("Friday at six.", "k1").await.unwrap();
    let second = scene.publish("Friday at six.", "k1").await.unwrap();
    assert_ne!(first.native_id, second.native_id);
    assert_eq!(scene.published().await, 2);
    assert_eq!(scene.look_up("k1").await, LookUp::There(first));
    assert_eq!(scene.look_up("k2").await, LookUp::Absent);

    let scene = Scene::with(Options {
        idempotent: true,
        ..Options::default()
    });
    let first = scene.publish("Friday at six.", "k1").await.unwrap();
    assert_eq!(scene.publish("Friday at six.", "k1").await.unwrap(), first);
    assert_eq!(scene.published().await, 1);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_not_taken() {
    let scene = Scene::new();
    let long = "x".repeat(301);
    let heavy = "👨‍👩‍👧‍👦".repeat(130);
    for text in [long.as_str(), heavy.as_str(), "  "] {
        assert!(matches!(
            scene.publish(text, "k").await,
            Err(PlatformError::Refused { .. })
        ));
    }
    let picture = |bytes: Vec<u8>| OutgoingPicture {
        bytes,
        mime: "image/png".to_owned(),
        alt: "A cup".to_owned(),
    };
    let named = |pictures: &[OutgoingPicture]| {
        let mut content = content("With pictures.");
        content.media = pictures
            .iter()
            .map(|picture| Attachment {
                sha256: hex(&Sha256::digest(&picture.bytes)),
                mime: picture.mime.clone(),
                alt: picture.alt.clone(),
                quote_card: None,
            })
            .collect();
        content
    };
    let five: Vec<_> = (0..5).map(|byte| picture(vec![byte])).collect();
    let big = vec![picture(vec![0; 2_000_001])];
    let swapped = named(&[picture(vec![1])]);
    let mut wrong_account = content("Hello.");
    wrong_account.account = "roastery".to_owned();
    let mut answers_nothing = content("Hello.");
    answers_nothing.reply_to = Some("s9999".to_owned());
    for (content, pictures) in [
        (named(&five), five),
        (named(&big), big),
        (swapped, vec![picture(vec![2])]),
        (wrong_account, Vec::new()),
        (answers_nothing, Vec::new()),
    ] {
        let refused = scene
            .sandbox
            .publish(&content, pictures, "k", &lease())
            .await;
        assert!(
            matches!(refused, Err(PlatformError::Refused { .. })),
            "{content:?}"
        );
    }
    assert_eq!(scene.published().await, 0);

    let one = vec![picture(pictures::draw("cup.png").unwrap().unwrap())];
    let done = scene
        .sandbox
        .publish(&named(&one), one.clone(), "k", &lease())
        .await
        .unwrap();
    let page = scene.sandbox.page(&Selector::All, None).await.unwrap();
    let post = page
        .posts
        .iter()
        .find(|post| post.native_id == done.native_id)
        .unwrap();
    assert!(post.own);
    let address = &post.media[0].url;
    assert_eq!(
        scene.sandbox.picture(address, 2_000_000).await.unwrap(),
        one[0].bytes
    );
    assert!(scene.sandbox.picture(address, 10).await.is_err());
    assert!(scene.sandbox.picture("sandbox:none.png", 10).await.is_err());
}

#[tokio::test]
async fn others_answer_later_and_likes_grow() {
    let scene = Scene::new();
    let done = scene.publish("Friday tasting at six.", "k").await.unwrap();
    let of_it = |posts: Vec<FetchedPost>| {
        let parent = Some(done.native_id.clone());
        posts
            .into_iter()
            .filter(|post| post.reply_to == parent)
            .count()
    };
    assert_eq!(of_it(scene.all(&Selector::Replies).await.0), 0);
    scene.clock.advance(Duration::from_secs(30));
    assert_eq!(of_it(scene.all(&Selector::Replies).await.0), 1);
    scene.clock.advance(Duration::from_hours(2));
    let answers = of_it(scene.all(&Selector::Replies).await.0);
    let (posts, ..) = scene.all(&Selector::Author(ACCOUNT.into())).await;
    let own = posts
        .iter()
        .find(|post| post.native_id == done.native_id)
        .unwrap();
    assert_eq!(usize::try_from(own.counts.replies).unwrap(), answers);
    assert!(own.counts.likes > 0);
}

#[tokio::test]
async fn faults_strike_in_order_as_often_as_told_and_survive_a_restart() {
    let scene = Scene::new();
    let request = |kind: &str, times| FailRequest {
        operation: "fetch".to_owned(),
        kind: kind.to_owned(),
        times,
        wait_seconds: Some(7),
        ..FailRequest::default()
    };
    for (kind, times) in [
        ("unreachable", None),
        ("slow-down", Some(2)),
        ("garbled", Some(1)),
        ("refused", Some(0)),
    ] {
        control::fail(&scene.file, &scene.shared, &request(kind, times))
            .await
            .unwrap();
    }
    let error = async || scene.sandbox.page(&Selector::All, None).await.unwrap_err();
    assert!(matches!(error().await, PlatformError::Unreachable { .. }));
    for _ in 0..2 {
        assert!(
            matches!(error().await, PlatformError::SlowDown { wait: Some(wait), .. } if wait.as_secs() == 7)
        );
    }
    assert!(matches!(error().await, PlatformError::Garbled { .. }));
    for _ in 0..3 {
        assert!(matches!(error().await, PlatformError::Refused { .. }));
    }
    assert!(
        scene
            .sandbox
            .check()
            .await
            .unwrap_err()
            .to_string()
            .contains("heal")
    );
    assert!(scene.publish("Not struck.", "k").await.is_ok());
    control::heal(&scene.file, &scene.shared).await.unwrap();
    assert!(scene.sandbox.page(&Selector::All, None).await.is_ok());
    assert!(scene.sandbox.check().await.is_ok());
}

#[tokio::test]
async fn every_unclear_publishing_can_be_looked_up() {
    let scene = Scene::new();
    for (kind, taken) in [
        (Kind::LostAnswer, true),
        (Kind::Garbled, true),
        (Kind::Drop, false),
        (Kind::ServerError, false),
        (Kind::Unreachable, false),
        (Kind::SlowDown, false),
        (Kind::Refused, false),
    ] {
        scene.fault(Fault::once(Operation::Publish, kind)).await;
        let key = kind.name();
        let error = scene.publish("Once.", key).await.unwrap_err();
        let unclear = matches!(
            error,
            PlatformError::Unclear { .. } | PlatformError::Garbled { .. }
        );
        assert_eq!(
            unclear,
            taken || matches!(kind, Kind::Drop | Kind::ServerError),
            "{kind:?}: {error}"
        );
        let found = matches!(scene.look_up(key).await, LookUp::There(_));
        assert_eq!(found, taken, "{kind:?}");
    }
    assert_eq!(scene.published().await, 2);
}

#[tokio::test]
async fn a_late_post_cannot_be_settled_until_it_is_there() {
    let scene = Scene::new();
    scene
        .fault(Fault::once(Operation::Publish, Kind::Late))
        .await;
    assert!(matches!(
        scene.publish("Late.", "a").await,
        Err(PlatformError::Unclear { .. })
    ));
    assert_eq!(scene.published().await, 0);
    for _ in 0..2 {
        assert_eq!(scene.look_up("a").await, LookUp::Unsettled);
    }
    assert!(matches!(scene.look_up("a").await, LookUp::There(_)));
    assert_eq!(scene.published().await, 1);

    scene
        .fault(Fault {
            wait: Some(Duration::from_secs(9)),
            ..Fault::once(Operation::Publish, Kind::Late)
        })
        .await;
    assert!(scene.publish("Later.", "b").await.is_err());
    assert_eq!(scene.look_up("b").await, LookUp::Unsettled);
    scene.clock.advance(Duration::from_secs(9));
    assert!(matches!(scene.look_up("b").await, LookUp::There(_)));

    scene
        .fault(Fault::once(Operation::LookUp, Kind::Unsettled))
        .await;
    assert_eq!(scene.look_up("b").await, LookUp::Unsettled);
    assert!(matches!(scene.look_up("b").await, LookUp::There(_)));
}

#[tokio::test]
async fn a_hang_ends_with_the_callers_patience_and_takes_nothing() {
    let scene = Scene::new();
    scene
        .fault(Fault::once(Operation::Publish, Kind::Hang))
        .await;
    let limit = Duration::from_millis(200);
    assert!(
        tokio::time::timeout(limit, scene.publish("Never.", "k"))
            .await
            .is_err()
    );
    assert_eq!(scene.look_up("k").await, LookUp::Absent);
}

#[tokio::test]
async fn a_listed_post_is_one_line_and_its_control_characters_are_shown() {
    let scene = Scene::new();
    scene
        .publish("Two\nlines \u{1b}[2J and \\.", "key-1")
        .await
        .unwrap();
    let line = control::posts(&scene.file, &scene.shared).await.unwrap()[0].to_string();
    assert_eq!(
        line,
        "s105\t2026-11-22T10:00:00Z\t-\tkey-1\tTwo\\nlines \\u{1b}[2J and \\\\."
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone_and_a_broken_one_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    scene.sandbox.check().await.unwrap();
    assert_eq!(
        scene.file.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );

    let broken = Scene::new();
    std::fs::write(
        &broken.file,
        "this is no database, and it is long enough to be read as one".repeat(40),
    )
    .unwrap();
    let error = broken.sandbox.page(&Selector::All, None).await.unwrap_err();
    assert!(error.to_string().contains("sandbox.db"), "{error}");
}

#[tokio::test]
async fn somebody_else_can_say_something_also_to_a_post_of_ours() {
    let scene = Scene::new();
    let say = async |who: &str, text: &str, to: Option<&str>| {
        control::say(&scene.file, &scene.shared, who, text, to)
            .await
            .map_err(|error| error.to_string())
    };
    let ours = scene.publish("Friday at six.", "k1").await.unwrap();
    let said = say("@Guest", " Do you open on Sundays? #hours ", None)
        .await
        .unwrap();
    assert!(said.contains("@guest"), "{said}");
    scene.clock.advance(Duration::from_secs(1));
    say("guest", "And on holidays?", Some(&ours.native_id))
        .await
        .unwrap();
    let page = scene.sandbox.page(&Selector::All, None).await.unwrap();
    let (answer, question) = (&page.posts[0], &page.posts[1]);
    assert_eq!(answer.reply_to.as_ref(), Some(&ours.native_id));
    assert_eq!((answer.own, answer.author.as_str()), (false, "guest"));
    assert_eq!(question.text, "Do you open on Sundays? #hours");
    assert_eq!(question.tags, ["hours"]);
    let (replies, ..) = scene.all(&Selector::Replies).await;
    assert!(replies.iter().any(|post| post.text == answer.text));
    assert_eq!(scene.published().await, 1, "what others say is not ours");

    for (who, text, to, why) in [
        ("@guest", "Hello?", Some("s9999"), "s9999"),
        ("@guest", "Hello?", Some("nonsense"), "nonsense"),
        ("@guest", "  ", None, "empty"),
        ("@guest", &"x".repeat(301), None, "301"),
        ("@Lumen", "Hello?", None, "own account"),
        ("@", "Hello?", None, "no handle"),
        ("two words", "Hello?", None, "no handle"),
    ] {
        let error = say(who, text, to).await.unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    // Nor a post that was taken back.
    control::delete(&scene.file, &scene.shared, &ours.native_id)
        .await
        .unwrap();
    assert!(
        say("@guest", "Hello?", Some(&ours.native_id))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn people_turn_to_us_by_themselves_now_and_then() {
    let scene = Scene::new();
    let count = async || scene.all(&Selector::All).await.0.len();
    let before = count().await;
    scene.clock.advance(Duration::from_mins(11));
    let (posts, ..) = scene.all(&Selector::All).await;
    assert_eq!(posts.len(), before + 1);
    assert!(posts[0].text.starts_with("@lumen "), "{}", posts[0].text);
    assert_eq!(count().await, before + 1, "each comes once");
    // Once there is a post of ours, it is what they answer.
    let ours = scene.publish("Friday at six.", "k1").await.unwrap();
    scene.clock.advance(Duration::from_hours(3));
    let (posts, ..) = scene.all(&Selector::Post(ours.native_id.clone())).await;
    assert!(
        posts
            .iter()
            .any(|post| post.text.starts_with("thank you for yesterday")),
        "{posts:?}"
    );
    // After a long while not all come at once, and what was deleted does not come again.
    let before = count().await;
    scene.clock.advance(Duration::from_hours(24 * 30));
    let (posts, ..) = scene.all(&Selector::All).await;
    assert_eq!(posts.len(), before + 3);
    control::delete(&scene.file, &scene.shared, &posts[0].native_id)
        .await
        .unwrap();
    assert_eq!(count().await, before + 2);
}
