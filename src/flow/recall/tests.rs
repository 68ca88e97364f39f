mod mending;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::clock::{Clock, ManualClock};
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::job::{JobKind, JobOutcome};
use crate::domain::network::Network;
use crate::domain::post::{Counts, FetchedPost};
use crate::domain::progress::Unwatched;
use crate::models::Embedded;
use crate::store::StoreOptions;

const W: WorkspaceId = WorkspaceId::FIRST;

pub(crate) fn fetched(native_id: &str, text: &str) -> FetchedPost {
    FetchedPost {
        network: Network::Sandbox,
        native_id: native_id.to_owned(),
        author: "bean".to_owned(),
        text: text.to_owned(),
        created_at: "2026-11-01T12:00:00Z".parse().unwrap(),
        edited_at: None,
        tags: Vec::new(),
        language: None,
        reply_to: None,
        quote_of: None,
        repost_of: None,
        url: None,
        counts: Counts::default(),
        media: Vec::new(),
        raw: None,
        own: false,
    }
}

pub(crate) fn post(id: i64, text: &str) -> Post {
    Post {
        id: PostId(id),
        workspace: W,
        fetched_at: "2026-11-01T12:00:00Z".parse().unwrap(),
        body: fetched(&id.to_string(), text),
    }
}

pub(crate) async fn store(clock: SharedClock) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        url: format!("sqlite://{}", folder.path().join("lumen.db").display()),
        read_connections: 2,
    };
    let store = Store::open(&options, clock).await.unwrap();
    (folder, store)
}

/// An embedder that behaves: texts that share words, or words that it knows to mean the same, come out near.
struct Words {
    name: &'static str,
    texts: AtomicUsize,
    down: AtomicBool,
    /// It is asked and never answers.
    silent: AtomicBool,
}

const SAME: [(&str, &str); 3] = [
    ("espresso", "coffee"),
    ("dawn", "morning"),
    ("mornings", "morning"),
];

impl Words {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            texts: AtomicUsize::new(0),
            down: AtomicBool::new(false),
            silent: AtomicBool::new(false),
        })
    }

    fn vector(text: &str) -> Vec<f32> {
        let mut vector = vec![0.01; 64];
        for word in cleaning::bare_words(text) {
            let word = SAME
                .iter()
                .find(|(other, _)| *other == word)
                .map_or(word.as_str(), |(_, meant)| meant);
            let place = word.bytes().fold(7_usize, |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(usize::from(byte))
            });
            vector[place % 64] += 1.0;
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter().map(|x| x / length).collect()
    }
}

#[async_trait]
impl Embedder for Words {
    fn name(&self) -> (String, String) {
        ("test".to_owned(), self.name.to_owned())
    }

    fn dimensions(&self) -> usize {
        64
    }

    async fn embed_counted(
        &self,
        texts: &[String],
        _purpose: &'static str,
    ) -> Result<Embedded, ModelError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(ModelError::Unavailable {
                provider: "test".to_owned(),
                why: "it is down".to_owned(),
            });
        }
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.texts.fetch_add(texts.len(), Ordering::SeqCst);
        let vectors = texts.iter().map(|text| Self::vector(text)).collect();
        Ok(Embedded::free(vectors))
    }
}

/// A store, its index, and a clock that stands still.
struct House {
    folder: tempfile::TempDir,
    store: Store,
    clock: Arc<ManualClock>,
}

impl House {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
        let (folder, store) = store(clock.clone()).await;
        Self {
            folder,
            store,
            clock,
        }
    }

    fn index(&self) -> std::path::PathBuf {
        self.folder.path().join("index")
    }

    /// As after a start.
    fn recall(&self, embedder: Option<Arc<Words>>) -> Recall {
        let embedder = embedder.map(|embedder| embedder as Arc<dyn Embedder>);
        Recall::open(
            self.index().to_str().unwrap(),
            self.store.clone(),
            embedder,
            self.clock.clone(),
        )
    }

    async fn keep(&self, posts: &[FetchedPost]) {
        let mut tx = self.store.begin().await.unwrap();
        tx.store_posts(W, posts).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn remove(&self, native_id: &str) {
        let mut tx = self.store.begin().await.unwrap();
        tx.remove_posts(W, Network::Sandbox, &[native_id.to_owned()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn some_posts(&self) {
        self.keep(&[
            fetched("coffee", "Coffee in the morning before anyone speaks"),
            fetched("tea", "Tea at night, slowly"),
            fetched("tax", "The new tax law on imported machines"),
        ])
        .await;
    }
}

async fn catch_up(recall: &Recall) -> CaughtUp {
    recall
        .catch_up(&Unwatched, &CancellationToken::new())
        .await
        .unwrap()
}

async fn found(recall: &Recall, words: &str) -> Vec<String> {
    let hits = recall.search(&SearchQuery::new(W, words)).await.unwrap();
    hits.into_iter()
        .map(|hit| hit.post.body.native_id)
        .collect()
}

#[tokio::test]
async fn posts_are_found_by_meaning_and_by_words() {
    let house = House::new().await;
    house.some_posts().await;
    let recall = house.recall(Some(Words::new("one")));
    assert_eq!(
        found(&recall, "coffee").await,
        ["coffee"],
        "by its words, read off the store"
    );
    assert_eq!(
        house.store.jobs_ready(house.clock.now()).await.unwrap(),
        1,
        "it is mended unasked"
    );
    assert_eq!(
        recall.state().await.unwrap(),
        IndexState::Building { by: 3 }
    );
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
    assert_eq!(found(&recall, "espresso at dawn").await[0], "coffee");
    assert_eq!(found(&recall, "imported").await[0], "tax");
    assert_eq!(
        found(&recall, "https://only.example/a").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn an_empty_store_has_nothing_to_find_and_nothing_to_mend() {
    let house = House::new().await;
    let recall = house.recall(Some(Words::new("one")));
    assert_eq!(found(&recall, "coffee").await, Vec::<String>::new());
    assert!(!recall.needs_work().await.unwrap());
    house.some_posts().await;
    assert!(recall.needs_work().await.unwrap());
    assert!(!house.index().exists(), "nothing is opened for this");
}

#[tokio::test]
async fn nothing_is_embedded_twice_and_new_counts_are_no_new_text() {
    let house = House::new().await;
    house.some_posts().await;
    let words = Words::new("one");
    let recall = house.recall(Some(words.clone()));
    catch_up(&recall).await;
    catch_up(&recall).await;
    assert_eq!(words.texts.load(Ordering::SeqCst), 3);

    let mut liked = fetched("tea", "Tea at night, slowly");
    liked.counts.likes = 9;
    house
        .keep(&[liked, fetched("coffee", "Coffee is a plant")])
        .await;
    let again = house.recall(Some(words.clone()));
    assert_eq!(again.state().await.unwrap(), IndexState::Behind { by: 2 });
    catch_up(&again).await;
    assert_eq!(words.texts.load(Ordering::SeqCst), 4);
    assert_eq!(found(&again, "plant").await[0], "coffee");
}

#[tokio::test]
async fn what_is_deleted_is_not_shown_even_before_the_index_knows() {
    let house = House::new().await;
    house.some_posts().await;
    let recall = house.recall(Some(Words::new("one")));
    catch_up(&recall).await;
    house.remove("coffee").await;
    assert!(
        !found(&recall, "coffee")
            .await
            .contains(&"coffee".to_owned())
    );
    catch_up(&recall).await;
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
    let (table, _) = recall.answering().await.unwrap().unwrap();
    assert_eq!(table.count().await.unwrap(), 2);
}

#[tokio::test]
async fn what_the_index_does_not_know_is_found_by_its_words() {
    let house = House::new().await;
    house.some_posts().await;
    house
        .keep(&[fetched("ko", "오늘 아침 원두커피를 새로 볶았습니다")])
        .await;
    for embedder in [None, Some(Words::new("one"))] {
        let recall = house.recall(embedder);
        catch_up(&recall).await;
        assert_eq!(found(&recall, "원두커피").await[0], "ko");
    }
    let recall = house.recall(None);
    catch_up(&recall).await;
    house
        .keep(&[fetched("new", "The quokka visits the bakery, with coffee")])
        .await;
    assert_eq!(found(&recall, "quokka").await, ["new"]);
    assert_eq!(found(&recall, "quokka coffee").await[0], "new");
    assert!(
        found(&recall, "coffee")
            .await
            .contains(&"coffee".to_owned())
    );
}

#[tokio::test]
async fn the_stored_words_are_found_whatever_their_capitals() {
    let house = House::new().await;
    house
        .keep(&[
            fetched("ru", "КОФЕ утром"),
            fetched("de", "Äpfel und Birnen"),
            fetched("nfd", "A\u{308}pfel im Schlafrock"),
            fetched("th", "ร้านเปิด เช้านี้"),
            fetched("en", "bicycles and rain"),
        ])
        .await;
    // Nothing was indexed yet: the store is read.
    let recall = house.recall(None);
    assert_eq!(found(&recall, "кофе").await, ["ru"]);
    assert_eq!(found(&recall, "Кофе").await, ["ru"]);
    assert_eq!(found(&recall, "äpfel").await, ["nfd", "de"]);
    assert_eq!(found(&recall, "ÄPFEL").await, ["nfd", "de"]);
    assert_eq!(found(&recall, "เช้านี้").await, ["th"]);
    assert_eq!(found(&recall, "Bicycles").await, ["en"]);
    assert!(!house.index().exists());
}

#[tokio::test]
async fn scores_are_measured_by_the_best_text_that_is_still_there() {
    let house = House::new().await;
    let texts = [
        "mornings",
        "mornings here",
        "some mornings here",
        "on some mornings here",
    ];
    let mut posts: Vec<FetchedPost> = texts.iter().map(|text| fetched(text, text)).collect();
    posts.push(fetched(
        "last",
        "what one does on mornings after long and quiet nights",
    ));
    house.keep(&posts).await;
    let recall = house.recall(None);
    catch_up(&recall).await;
    for text in texts {
        house.remove(text).await;
    }
    let query = SearchQuery {
        spread: false,
        ..SearchQuery::new(W, "mornings")
    };
    let hits = recall.search(&query).await.unwrap();
    let hits: Vec<(&str, f32)> = hits
        .iter()
        .map(|hit| (hit.post.body.native_id.as_str(), hit.score))
        .collect();
    assert_eq!(hits, [("last", 1.0)]);
}

#[tokio::test]
async fn without_an_embedder_or_while_it_is_down_words_find() {
    let house = House::new().await;
    house.some_posts().await;
    let plain = house.recall(None);
    assert_eq!(catch_up(&plain).await, CaughtUp::Done);
    assert_eq!(found(&plain, "mornings").await, ["coffee"]);
    assert!(matches!(
        plain.state().await.unwrap(),
        IndexState::WithoutVectors { .. }
    ));

    let words = Words::new("one");
    words.down.store(true, Ordering::SeqCst);
    let recall = house.recall(Some(words.clone()));
    assert!(matches!(
        catch_up(&recall).await,
        CaughtUp::WithoutVectors { later: true, .. }
    ));
    assert_eq!(found(&recall, "mornings").await, ["coffee"]);
    assert!(matches!(
        recall.state().await.unwrap(),
        IndexState::WithoutVectors { .. }
    ));
    words.down.store(false, Ordering::SeqCst);
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
    assert_eq!(found(&recall, "dawn").await[0], "coffee");
}

#[tokio::test]
async fn filters_age_and_copies_shape_the_answer() {
    let house = House::new().await;
    let mut old = fetched("old", "Coffee and the morning light");
    old.created_at = "2020-01-01T00:00:00Z".parse().unwrap();
    let mut new = fetched("new", "Morning coffee and the paper");
    new.created_at = "2026-11-21T00:00:00Z".parse().unwrap();
    new.author = "Cup".to_owned();
    new.tags = vec!["friday".to_owned()];
    let copy = fetched("copy", "coffee and the morning light! https://x.example/1");
    house.keep(&[old, new, copy]).await;
    let recall = house.recall(Some(Words::new("one")));
    catch_up(&recall).await;
    let question = SearchQuery::new(W, "coffee and the morning light");
    let names = async |query: SearchQuery| -> Vec<String> {
        let hits = recall.search(&query).await.unwrap();
        hits.into_iter()
            .map(|hit| hit.post.body.native_id)
            .collect()
    };

    let plain = names(question.clone()).await;
    assert_eq!(plain.len(), 2, "{plain:?}");
    assert_eq!(plain[1], "new");
    let all = names(SearchQuery {
        spread: false,
        ..question.clone()
    })
    .await;
    assert_eq!(all.len(), 3);
    let fresh = names(SearchQuery {
        fresh: Some(Duration::from_hours(24)),
        ..question.clone()
    })
    .await;
    assert_eq!(fresh[0], "new");
    for filtered in [
        SearchQuery {
            authors: vec!["@cup".to_owned()],
            ..question.clone()
        },
        SearchQuery {
            tags: vec!["#Friday".to_owned()],
            ..question.clone()
        },
        SearchQuery {
            since: Some("2026-11-20T00:00:00Z".parse().unwrap()),
            ..question.clone()
        },
    ] {
        assert_eq!(names(filtered).await, ["new"]);
    }
    let elsewhere = SearchQuery {
        workspace: WorkspaceId(2),
        ..question
    };
    assert_eq!(names(elsewhere).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_index_that_nobody_asks_is_closed_and_opened_again() {
    let house = House::new().await;
    house.some_posts().await;
    let recall = house.recall(Some(Words::new("words")));
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    house.clock.advance(Duration::from_secs(599));
    assert!(!recall.close_idle().await);
    let before = found(&recall, "coffee").await;
    house.clock.advance(Duration::from_secs(599));
    assert!(!recall.close_idle().await);
    house.clock.advance(Duration::from_secs(1));
    assert!(recall.close_idle().await);
    assert!(!recall.close_idle().await);
    assert_eq!(found(&recall, "coffee").await, before);
    assert!(!before.is_empty());
}
