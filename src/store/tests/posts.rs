use super::{House, W, later, new_draft, post, revision};
use crate::domain::draft::{Lean, Purpose};
use crate::domain::ids::PostId;
use crate::domain::network::Network;
use crate::domain::post::{FetchedPost, StoreCounts};
use crate::store::Store;

async fn keep(house: &House, posts: &[FetchedPost]) -> StoreCounts {
    let mut tx = house.tx().await;
    let counts = tx.store_posts(W, posts).await.unwrap();
    tx.commit().await.unwrap();
    counts
}

fn counts(new: u64, changed: u64, known: u64) -> StoreCounts {
    StoreCounts {
        new,
        changed,
        known,
        removed: 0,
    }
}

async fn changes(store: &Store, since: i64) -> Vec<(i64, String)> {
    let found = store.posts_changed_since(since, 1_000).await.unwrap();
    found
        .into_iter()
        .map(|(seq, post)| (seq, post.body.native_id))
        .collect()
}

#[tokio::test]
async fn a_page_is_new_once_and_known_after() {
    let house = House::new().await;
    let page: Vec<FetchedPost> = (0..600)
        .map(|n| post(&n.to_string(), "The same words"))
        .collect();
    assert_eq!(keep(&house, &page).await, counts(600, 0, 0));
    let last = house.store.last_change().await.unwrap();
    assert_eq!(keep(&house, &page).await, counts(0, 0, 600));
    assert_eq!(house.store.last_change().await.unwrap(), last);
    assert_eq!(house.store.post_count(W).await.unwrap(), 600);
    assert_eq!(changes(&house.store, 0).await.len(), 600);
}

#[tokio::test]
async fn what_is_read_is_what_was_stored() {
    let house = House::new().await;
    let mut given = post("1", "Der erste Kaffee am Morgen ist der beste");
    given.edited_at = Some(later(5));
    given.reply_to = Some("0".to_owned());
    given.quote_of = Some("00".to_owned());
    given.counts.likes = 3;
    given.raw = Some("{\"id\":1}".to_owned());
    given.own = true;
    keep(&house, std::slice::from_ref(&given)).await;
    let read = house.store.find_post(W, "1").await.unwrap().unwrap();
    given.language = Some("de".to_owned());
    assert_eq!(read.body, given);
    assert_eq!(read.fetched_at, super::noon());
    assert_eq!(house.store.post(read.id).await.unwrap().unwrap(), read);
    let mut tx = house.tx().await;
    assert_eq!(tx.post(read.id).await.unwrap().unwrap(), read);
}

#[tokio::test]
async fn every_part_of_a_post_counts_as_a_change_and_moves_it() {
    let house = House::new().await;
    let edits: [fn(&mut FetchedPost); 12] = [
        |p| p.author.push('x'),
        |p| p.text.push('x'),
        |p| p.created_at = later(1),
        |p| p.edited_at = Some(later(1)),
        |p| p.tags.push("x".to_owned()),
        |p| p.language = Some("en".to_owned()),
        |p| p.reply_to = Some(String::new()),
        |p| p.quote_of = Some(String::new()),
        |p| p.url = None,
        |p| p.counts.likes = 1,
        |p| p.counts.reposts = 1,
        |p| p.counts.replies = 1,
    ];
    keep(&house, &[post("1", "Words"), post("2", "Other words")]).await;
    let id = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    for edit in edits {
        let before = house.store.last_change().await.unwrap();
        let mut given = house.store.post(id).await.unwrap().unwrap().body;
        edit(&mut given);
        assert_eq!(
            keep(&house, std::slice::from_ref(&given)).await,
            counts(0, 1, 0)
        );
        let found = house.store.posts_changed_since(before, 10).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.id), (before + 1, id));
        assert_eq!(found[0].1.body.counts, given.counts);
        assert_eq!(keep(&house, &[given]).await, counts(0, 0, 1));
    }
}

#[tokio::test]
async fn the_networks_own_record_alone_is_no_change_and_own_stays_on() {
    let house = House::new().await;
    let mut given = post("1", "Words");
    keep(&house, std::slice::from_ref(&given)).await;
    given.raw = Some("{\"seen\":2}".to_owned());
    assert_eq!(
        keep(&house, std::slice::from_ref(&given)).await,
        counts(0, 0, 1)
    );
    given.own = true;
    assert_eq!(
        keep(&house, std::slice::from_ref(&given)).await,
        counts(0, 1, 0)
    );
    given.own = false;
    assert_eq!(
        keep(&house, std::slice::from_ref(&given)).await,
        counts(0, 0, 1)
    );
    given.text.push('!');
    assert_eq!(keep(&house, &[given]).await, counts(0, 1, 0));
    let own = house.store.own_posts(W, 10).await.unwrap();
    assert_eq!(own.len(), 1);
    assert!(own[0].body.own);
}

#[tokio::test]
async fn a_post_that_comes_twice_in_one_page_is_taken_in_order() {
    let house = House::new().await;
    let page = [
        post("1", "first"),
        post("1", "second"),
        post("1", "second"),
        post("2", "x"),
    ];
    assert_eq!(keep(&house, &page).await, counts(2, 1, 1));
    assert_eq!(
        house
            .store
            .find_post(W, "1")
            .await
            .unwrap()
            .unwrap()
            .body
            .text,
        "second"
    );
}

#[tokio::test]
async fn the_same_id_on_another_network_is_another_post() {
    let house = House::new().await;
    let mut other = post("1", "from an archive");
    other.network = Network::Archive;
    other.url = None;
    assert_eq!(
        keep(&house, &[post("1", "from the sandbox"), other]).await,
        counts(2, 0, 0)
    );
    let mut tx = house.tx().await;
    let gone = tx
        .remove_posts(W, Network::Archive, &["1".to_owned(), "none".to_owned()])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(gone.len(), 1);
    assert_eq!(
        house
            .store
            .find_post(W, "1")
            .await
            .unwrap()
            .unwrap()
            .body
            .network,
        Network::Sandbox
    );
}

#[tokio::test]
async fn removals_are_numbered_and_no_id_is_given_twice() {
    let house = House::new().await;
    keep(&house, &[post("1", "one"), post("2", "two")]).await;
    let two = house.store.find_post(W, "2").await.unwrap().unwrap().id;
    let before = house.store.last_change().await.unwrap();
    let mut tx = house.tx().await;
    assert_eq!(
        tx.remove_posts(W, Network::Sandbox, &["2".to_owned()])
            .await
            .unwrap(),
        vec![two]
    );
    tx.commit().await.unwrap();
    assert_eq!(
        house.store.removals_since(before, 10).await.unwrap(),
        vec![(before + 1, two)]
    );
    assert_eq!(
        house.store.removals_since(before + 1, 10).await.unwrap(),
        vec![]
    );
    assert_eq!(keep(&house, &[post("2", "two")]).await, counts(1, 0, 0));
    let again = house.store.find_post(W, "2").await.unwrap().unwrap().id;
    assert_ne!(again, two);
}

#[tokio::test]
async fn posts_come_in_the_order_asked_for() {
    let house = House::new().await;
    keep(
        &house,
        &[post("1", "one"), post("2", "two"), post("3", "three")],
    )
    .await;
    let mut ids = Vec::new();
    for name in ["3", "1", "2"] {
        ids.push(house.store.find_post(W, name).await.unwrap().unwrap().id);
    }
    ids.insert(1, PostId(999));
    let read = house.store.posts(&ids).await.unwrap();
    let read: Vec<&str> = read
        .iter()
        .map(|post| post.body.native_id.as_str())
        .collect();
    assert_eq!(read, ["3", "1", "2"]);
}

#[tokio::test]
async fn a_post_is_found_by_its_address() {
    let house = House::new().await;
    keep(&house, &[post("1", "one"), post("2", "two")]).await;
    for name in [
        "https://sandbox.example/2",
        " https://sandbox.example/2/ ",
        "2",
    ] {
        assert_eq!(
            house
                .store
                .find_post(W, name)
                .await
                .unwrap()
                .unwrap()
                .body
                .native_id,
            "2",
            "{name}"
        );
    }
    assert!(
        house
            .store
            .find_post(W, "https://sandbox.example/3")
            .await
            .unwrap()
            .is_none()
    );
    assert!(house.store.find_post(W, "3").await.unwrap().is_none());
}

#[tokio::test]
async fn a_forgotten_author_leaves_the_posts_and_the_grounds_of_drafts() {
    let house = House::new().await;
    let mut other = post("2", "from somebody else");
    other.author = "cups".to_owned();
    keep(&house, &[post("1", "private words"), other]).await;
    let one = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let two = house.store.find_post(W, "2").await.unwrap().unwrap().id;
    let lean = |post, author: &str, excerpt: &str| Lean {
        post,
        author: author.to_owned(),
        excerpt: excerpt.to_owned(),
        score: 0.5,
    };
    let mut tx = house.tx().await;
    let mut first = revision("Come by.");
    first.leans_on = vec![
        lean(one, "beans", "private words"),
        lean(two, "cups", "from somebody"),
    ];
    let draft = tx.new_draft(W, &new_draft("a"), &first).await.unwrap();
    let gone = tx.forget_author(W, "@Beans").await.unwrap();
    assert_eq!(gone.posts, [one]);
    tx.forget_leans(&gone.posts).await.unwrap();
    tx.commit().await.unwrap();
    assert!(house.store.post(one).await.unwrap().is_none());
    assert!(house.store.post(two).await.unwrap().is_some());
    assert_eq!(house.store.removals_since(0, 10).await.unwrap().len(), 1);
    let kept = house.store.revision(draft.id, 1).await.unwrap().unwrap();
    assert_eq!(kept.leans_on[0], lean(one, "forgotten", ""));
    assert_eq!(kept.leans_on[1].excerpt, "from somebody");
}

#[tokio::test]
async fn an_author_is_forgotten_whatever_the_capitals_of_the_name() {
    let house = House::new().await;
    let by = |id: &str, author: &str| FetchedPost {
        author: author.to_owned(),
        ..post(id, "words")
    };
    keep(
        &house,
        &[
            by("1", "müller"),
            by("2", "Mu\u{308}ller"),
            by("3", "muller"),
            by("4", "straße"),
        ],
    )
    .await;
    let mut tx = house.tx().await;
    assert_eq!(tx.forget_author(W, "@MÜLLER").await.unwrap().posts.len(), 2);
    assert_eq!(tx.forget_author(W, "STRASSE").await.unwrap().posts.len(), 1);
    assert_eq!(tx.forget_author(W, "Müller").await.unwrap().posts.len(), 0);
    tx.commit().await.unwrap();
    assert_eq!(house.store.post_count(W).await.unwrap(), 1);
}

#[tokio::test]
async fn drafts_that_lean_on_a_post_or_answer_it_are_found() {
    let house = House::new().await;
    keep(&house, &[post("1", "one"), post("2", "two")]).await;
    let one = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let mut tx = house.tx().await;
    let mut leaning = revision("a");
    leaning.leans_on = vec![Lean {
        post: one,
        author: "beans".into(),
        excerpt: "one".into(),
        score: 1.0,
    }];
    let leaning = tx.new_draft(W, &new_draft("a"), &leaning).await.unwrap();
    let mut answer = new_draft("b");
    answer.purpose = Purpose::Reply {
        post: one,
        guidance: None,
    };
    let answer = tx.new_draft(W, &answer, &revision("b")).await.unwrap();
    assert_eq!(
        tx.drafts_leaning_on(one).await.unwrap(),
        vec![leaning.id, answer.id]
    );
    // A revision that leans on it no more, and an answer that still answers it.
    tx.add_revision(leaning.id, &revision("c")).await.unwrap();
    tx.add_revision(answer.id, &revision("d")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        house.store.drafts_leaning_on(one).await.unwrap(),
        vec![answer.id]
    );
}

#[tokio::test]
async fn nothing_of_a_dropped_change_happened() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("1", "one")]).await.unwrap();
    drop(tx);
    assert_eq!(house.store.post_count(W).await.unwrap(), 0);
    assert_eq!(house.store.last_change().await.unwrap(), 0);
    assert_eq!(keep(&house, &[post("1", "one")]).await, counts(1, 0, 0));
}
