//! Reading Lens without an account, and what was said to us with one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lumen::domain::post::FetchedPost;
use lumen::domain::source::Selector;
use lumen::platforms::lens::Lens;
use lumen::platforms::{PlatformError, Source as _};
use serde_json::json;

use crate::support::lens::world::FEED;
use crate::support::lens::{FakeLens, KEY};

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

/// Every page: the posts, what was removed, and how many pages there were.
async fn all(lens: &Lens, selector: &Selector) -> (Vec<FetchedPost>, Vec<String>, usize) {
    let (mut posts, mut removed, mut pages) = (Vec::new(), Vec::new(), 0);
    let mut cursor = None;
    loop {
        let page = lens.page(selector, cursor.as_deref()).await.unwrap();
        posts.extend(page.posts);
        removed.extend(page.removed);
        pages += 1;
        assert!(pages < 100, "it does not end");
        cursor = page.next;
        if cursor.is_none() {
            return (posts, removed, pages);
        }
    }
}

/// How many posts there are about only adorns a page.
#[tokio::test]
async fn a_count_that_fails_does_not_fail_the_posts() {
    let fake = FakeLens::start();
    {
        let mut world = fake.world();
        let bean = world.add("bean");
        world.write(&bean, "a cup", ago(1));
    }
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    let author = Selector::Author("bean".to_owned());
    for rest_stays in [true, false] {
        fake.world().failing.insert("accountStats", rest_stays);
        let page = lens.page(&author, None).await.unwrap();
        assert_eq!((page.posts.len(), page.about), (1, None), "{rest_stays}");
    }
    // What is needed fails the page.
    for rest_stays in [true, false] {
        fake.world().failing.insert("posts", rest_stays);
        let error = lens.page(&author, None).await.unwrap_err();
        let unreachable = matches!(error, PlatformError::Unreachable { .. });
        assert!(unreachable, "{error}");
    }
}

#[tokio::test]
async fn an_author_is_read_to_the_end_with_the_fewest_requests() {
    let fake = FakeLens::start();
    {
        let mut world = fake.world();
        let bean = world.add("bean");
        let other = world.add("other");
        for at in 0..120 {
            world.write(&bean, &format!("post {at} #Coffee"), ago(at));
            world.write(&other, "noise", ago(at));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    for handle in ["bean", "Bean", "lens/bean", "bean.lens"] {
        let (posts, _, pages) = all(&lens, &Selector::Author(handle.to_owned())).await;
        assert_eq!((posts.len(), pages), (120, 3), "{handle}");
        assert!(posts.is_sorted_by_key(|post| std::cmp::Reverse(post.created_at)));
        assert!(posts.iter().all(|post| post.author == "bean" && !post.own));
        assert_eq!(posts[0].tags, ["coffee"]);
    }
    let first = lens
        .page(&Selector::Author("bean".to_owned()), None)
        .await
        .unwrap();
    assert_eq!(first.about, Some(120));
    // The address behind the handle was asked for once.
    assert_eq!(fake.world().calls_of("AccountOf"), 1);
    assert_eq!(fake.world().calls_of("AuthorPosts"), 13);
    let nobody = lens
        .page(&Selector::Author("nobody".to_owned()), None)
        .await;
    assert!(
        matches!(nobody, Err(PlatformError::Refused { ref why, .. }) if why.contains("@nobody"))
    );
    let me = lens.page(&Selector::Author("me".to_owned()), None).await;
    assert!(
        matches!(me, Err(PlatformError::Refused { ref why, .. }) if why.contains("LENS_ACCOUNT"))
    );
    fake.nothing_to_complain();
}

#[tokio::test]
async fn posts_are_what_they_are() {
    let fake = FakeLens::start();
    let (plain, original, repost, gone);
    {
        let mut world = fake.world();
        let bean = world.add("bean");
        let mira = world.add("mira");
        world.account_mut(&mira).name = None;
        plain = world.write(&bean, "with @lens/mira at six", ago(50));
        world.post_mut(plain).mentions = json!([{"__typename": "AccountMention", "account": mira, "namespace": mira,
            "replace": {"__typename": "MentionReplace", "from": "@lens/mira", "to": "@mira"}}]);
        original = world.write(&mira, "a thought", ago(49));
        repost = world.write(&bean, "", ago(48));
        world.post_mut(repost).repost_of = Some(original);
        gone = world.write(&bean, "regretted", ago(47));
        world.post_mut(gone).deleted = true;
        let picture = json!({"__typename": "MediaImage", "item": "lens://abc", "item@small": "https://cdn.example/abc?w=768",
            "altTag": "A cup", "type": "PNG"});
        let image = world.write(&bean, "", ago(46));
        world.post_mut(image).metadata = json!({"__typename": "ImageMetadata", "id": "i", "content": "", "title": "The cup",
            "tags": null, "locale": "en", "contentWarning": "SPOILER", "image": picture, "attachments": [picture]});
        let video = world.write(&bean, "", ago(45));
        world.post_mut(video).metadata = json!({"__typename": "VideoMetadata", "id": "v", "content": "watch", "title": null,
            "tags": ["Film"], "locale": "en", "contentWarning": null, "attachments": [],
            "video": {"__typename": "MediaVideo", "cover": "https://cdn.example/still.jpg", "altTag": null}});
        let unknown = world.write(&bean, "", ago(44));
        world.post_mut(unknown).metadata = json!({"__typename": "UnknownPostMetadata", "raw": "{\"lens\":{\"content\":\"from another age\"}}"});
        let future = world.write(&bean, "", ago(43));
        world.post_mut(future).metadata = json!({"__typename": "HologramMetadata"});
        let answer = world.write(&bean, "indeed", ago(42));
        world.post_mut(answer).comment_on = Some(original);
    }
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    let (posts, removed, _) = all(&lens, &Selector::Author("bean".to_owned())).await;
    assert_eq!(removed, [gone.to_string()]);
    let texts: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "indeed",
            "",
            "from another age",
            "watch",
            "The cup",
            "a thought",
            "with @mira at six"
        ]
    );
    assert_eq!(posts[0].reply_to, Some(original.to_string()));
    assert_eq!(posts[3].media[0].url, "https://cdn.example/still.jpg");
    assert_eq!(posts[3].tags, ["film"]);
    let picture = &posts[4].media;
    assert_eq!(
        picture.len(),
        1,
        "the same picture twice is one: {picture:?}"
    );
    assert_eq!(picture[0].url, "https://cdn.example/abc?w=768");
    assert_eq!(
        (picture[0].alt.as_deref(), picture[0].mime.as_deref()),
        (Some("A cup"), Some("image/png"))
    );
    assert!(
        posts[4].raw.as_ref().unwrap().contains("lens://abc"),
        "the original's address is kept"
    );
    let passed_on = &posts[5];
    assert_eq!(passed_on.native_id, repost.to_string());
    assert_eq!(passed_on.repost_of, Some(original.to_string()));
    assert_eq!((passed_on.author.as_str(), passed_on.own), ("bean", false));
    assert_eq!(
        posts[6].url.as_deref(),
        Some(format!("https://lens.xyz/p/slug{plain}").as_str())
    );
    // Edited: the same id with other words.
    let author = Selector::Author("bean".to_owned());
    fake.world().post_mut(plain).metadata["content"] = json!("at seven");
    fake.world().post_mut(plain).edited = true;
    let (posts, ..) = all(&lens, &author).await;
    assert_eq!(posts.last().unwrap().text, "at seven");
    fake.nothing_to_complain();
}

#[tokio::test]
async fn tags_searches_feeds_and_what_was_said_to_a_post() {
    let fake = FakeLens::start();
    let root;
    {
        let mut world = fake.world();
        let bean = world.add("bean");
        root = world.write(&bean, "the first cup #Coffee", ago(9));
        world.write(&bean, "a bike #bikes", ago(8));
        let elsewhere = world.write(&bean, "in another feed", ago(7));
        world.post_mut(elsewhere).feed = format!("0x{:040x}", 77);
        let comment = world.write(&bean, "mine too", ago(6));
        world.post_mut(comment).comment_on = Some(root);
        let quote = world.write(&bean, "look", ago(5));
        world.post_mut(quote).quote_of = Some(root);
    }
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    let texts = async |selector: Selector| -> Vec<String> {
        let (posts, ..) = all(&lens, &selector).await;
        posts.into_iter().map(|post| post.text).collect()
    };
    assert_eq!(
        texts(Selector::Tag("coffee".to_owned())).await,
        ["the first cup #Coffee"]
    );
    assert_eq!(
        texts(Selector::Search("first CUP".to_owned())).await,
        ["the first cup #Coffee"]
    );
    assert_eq!(
        texts(Selector::Feed(format!("0x{:040x}", 77))).await,
        ["in another feed"]
    );
    assert_eq!(texts(Selector::Feed(FEED.to_owned())).await.len(), 4);
    assert_eq!(texts(Selector::All).await.len(), 5);
    for name in [root.to_string(), format!("https://lens.xyz/p/slug{root}")] {
        assert_eq!(texts(Selector::Post(name)).await, ["look", "mine too"]);
    }
    fake.nothing_to_complain();
}

/// What was said to our posts, with a login and without one.
#[tokio::test]
async fn what_was_said_to_us_comes_both_ways() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    {
        let mut world = fake.world();
        let bean = world.add("bean");
        // More own posts than one page has; what was said lies under the oldest and the newest.
        for at in 0..70 {
            let own = world.write(&brand, &format!("own {at}"), ago(200 - at));
            if at % 23 == 0 {
                for said in 0..2 {
                    let comment = world.write(&bean, &format!("said {at}.{said}"), ago(100 - said));
                    world.post_mut(comment).comment_on = Some(own);
                }
                let ours = world.write(&brand, "we answer ourselves", ago(90));
                world.post_mut(ours).comment_on = Some(own);
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let told = fake.open(
        fake.settings(folder.path(), Some(&brand), Some(KEY)),
        Arc::default(),
    );
    let asking = fake.open(
        fake.settings(folder.path(), Some(&brand), None),
        Arc::default(),
    );
    for lens in [told, asking] {
        let (posts, ..) = all(&lens, &Selector::Replies).await;
        let mut texts: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(
            texts,
            [
                "said 0.0",
                "said 0.1",
                "said 23.0",
                "said 23.1",
                "said 46.0",
                "said 46.1",
                "said 69.0",
                "said 69.1"
            ]
        );
        assert!(
            posts
                .iter()
                .all(|post| !post.own && post.reply_to.is_some())
        );
    }
    assert_eq!(fake.world().calls_of("Notifications"), 1);
    let page = fake.open(
        fake.settings(folder.path(), Some(&brand), None),
        Arc::default(),
    );
    assert!(page.page(&Selector::Replies, None).await.unwrap().unordered);
    fake.nothing_to_complain();
}

#[tokio::test]
async fn pictures_of_the_storage_come_through_its_gateway() {
    let fake = FakeLens::start();
    let answer = fake.world().store("image/png", vec![7; 300]);
    let address = answer[0]["uri"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    assert_eq!(lens.picture(&address, 1_000).await.unwrap(), vec![7; 300]);
    for (address, most) in [
        (address.as_str(), 100),
        ("lens://../secret", 1_000),
        ("https://x.example/", 1_000),
        ("lens://nothing", 1_000),
    ] {
        let error = lens.picture(address, most).await.unwrap_err();
        assert!(
            matches!(error, PlatformError::Refused { .. }),
            "{address}: {error}"
        );
    }
}

#[tokio::test]
async fn a_network_that_is_away_is_told_from_one_that_refuses() {
    let fake = FakeLens::start();
    let folder = tempfile::tempdir().unwrap();
    let lens = fake.to_read(folder.path());
    fake.world().api_down = true;
    let error = lens.page(&Selector::All, None).await.unwrap_err();
    assert!(
        matches!(error, PlatformError::Unreachable { .. }),
        "{error}"
    );
    drop(fake);
}
