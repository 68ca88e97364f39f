//! How good the found posts are: whole collections with judged questions, through the real store, index and models.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use jiff::Timestamp;
use lumen::domain::clock::{SharedClock, SystemClock};
use lumen::domain::ids::WorkspaceId;
use lumen::domain::network::Network;
use lumen::domain::post::{Counts, FetchedPost};
use lumen::domain::progress::Unwatched;
use lumen::flow::recall::{Fusion, Recall, SearchQuery};
use lumen::index::{Filter, Index, Table, cleaning};
use lumen::models::local::LocalEmbedder;
use lumen::models::{Embedded, Embedder, ModelError};
use lumen::store::{Store, StoreOptions};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::report::{number, say};
use crate::work::{self, Work};

/// Answers that are looked at.
const BEST: usize = 10;
/// Posts in one transaction.
const BATCH: usize = 1_500;

/// A line of a collection: a text, or a question.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line {
    Text {
        id: String,
        text: String,
    },
    Question {
        split: String,
        text: String,
        relevant: HashSet<String>,
    },
}

struct Question {
    split: String,
    text: String,
    relevant: HashSet<String>,
}

/// The weights of words that [`weights`] tries.
const WEIGHTS: [f32; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/// Splits that are only reported: nothing may be chosen by them.
const HELD_OUT: [&str; 2] = ["dev", "test"];

pub async fn run(work: &Work) -> anyhow::Result<()> {
    for path in collections(work)? {
        let scratch = work.scratch()?;
        let house = House::build(work, &path, scratch.path()).await?;
        measure(&house, &name_of(&path)).await?;
    }
    Ok(())
}

/// How hybrid search does with other weights, on the splits that weights may be chosen by.
pub async fn weights(work: &Work) -> anyhow::Result<()> {
    for path in collections(work)? {
        let scratch = work.scratch()?;
        let mut house = House::build(work, &path, scratch.path()).await?;
        house
            .questions
            .retain(|question| !HELD_OUT.contains(&question.split.as_str()));
        for words in WEIGHTS {
            house.recall = house.weighing(Fusion {
                words,
                ..Fusion::default()
            });
            let mut tallies = Tallies::default();
            for question in &house.questions {
                let found = house.search(question, false).await?;
                tallies.count(&question.split, "hybrid", question, &found);
            }
            let percent = (words * 100.0).round();
            tallies.say(&format!("weights.{}.{percent}", name_of(&path)));
        }
    }
    Ok(())
}

fn collections(work: &Work) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(work.collections())?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

async fn measure(house: &House, name: &str) -> anyhow::Result<()> {
    let mut tallies = Tallies::default();
    for question in &house.questions {
        let split = &question.split;
        let (near, worded) = house.halves(question).await?;
        tallies.count(split, "vector", question, &near);
        tallies.count(split, "text", question, &worded);
        for (mode, spread) in [("hybrid", false), ("spread", true)] {
            let found = house.search(question, spread).await?;
            tallies.count(split, mode, question, &found);
        }
    }
    tallies.say(&format!("relevance.{name}"));
    Ok(())
}

struct House {
    store: Store,
    uri: String,
    clock: SharedClock,
    recall: Recall,
    table: Table,
    embedder: Arc<dyn Embedder>,
    questions: Vec<Question>,
}

/// The local model, which embeds no question twice.
struct Remembering {
    model: LocalEmbedder,
    known: Mutex<HashMap<String, Vec<f32>>>,
}

#[async_trait]
impl Embedder for Remembering {
    fn name(&self) -> (String, String) {
        self.model.name()
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    async fn embed_counted(
        &self,
        texts: &[String],
        purpose: &'static str,
    ) -> Result<Embedded, ModelError> {
        let known = |text: &String| {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(text).cloned()
        };
        if let [one] = texts
            && let Some(vector) = known(one)
        {
            return Ok(Embedded::free(vec![vector]));
        }
        let vectors = self.model.embed(texts, purpose).await?;
        if let ([one], [vector]) = (texts, vectors.as_slice()) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(one.clone(), vector.clone());
        }
        Ok(Embedded::free(vectors))
    }
}

impl House {
    async fn build(work: &Work, path: &Path, folder: &Path) -> anyhow::Result<Self> {
        let clock: SharedClock = Arc::new(SystemClock);
        let store =
            Store::open(&StoreOptions::file(&folder.join("lumen.db")), clock.clone()).await?;
        let embedder: Arc<dyn Embedder> = Arc::new(Remembering {
            model: LocalEmbedder::new(&work.models, clock.clone()),
            known: Mutex::default(),
        });
        let uri = folder.join("index").to_string_lossy().into_owned();
        let recall = Recall::open(
            uri.clone(),
            store.clone(),
            Some(embedder.clone()),
            clock.clone(),
        );
        let mut questions = Vec::new();
        let mut posts = Vec::new();
        for line in work::lines::<Line>(path)? {
            match line {
                Line::Text { id, text } => posts.push(post(id, text)),
                Line::Question {
                    split,
                    text,
                    relevant,
                } => questions.push(Question {
                    split,
                    text,
                    relevant,
                }),
            }
        }
        for batch in posts.chunks(BATCH) {
            let mut tx = store.begin().await?;
            tx.store_posts(WorkspaceId::FIRST, batch).await?;
            tx.commit().await?;
        }
        recall
            .catch_up(&Unwatched, &CancellationToken::new())
            .await?;
        let tables = store.index_tables().await?;
        let listed = tables.first().context("there is no index table")?;
        let table = Index::at(uri.clone()).open(&listed.name).await?;
        Ok(Self {
            store,
            uri,
            clock,
            recall,
            table,
            embedder,
            questions,
        })
    }

    fn weighing(&self, fusion: Fusion) -> Recall {
        let (store, embedder) = (self.store.clone(), self.embedder.clone());
        Recall::weighing(
            self.uri.clone(),
            store,
            Some(embedder),
            self.clock.clone(),
            fusion,
        )
    }

    /// What each half finds alone.
    async fn halves(&self, question: &Question) -> anyhow::Result<(Vec<String>, Vec<String>)> {
        let words = cleaning::for_matching(&question.text);
        let vector = self
            .embedder
            .embed(std::slice::from_ref(&words), "query")
            .await?;
        let filter = Filter::default();
        let near = self.table.nearest(&vector[0], &filter, BEST).await?;
        let worded = self.table.worded(&words, &filter, BEST).await?;
        let near: Vec<i64> = near.iter().map(|hit| hit.id).collect();
        let worded: Vec<i64> = worded.iter().map(|hit| hit.id).collect();
        Ok((self.names(&near).await?, self.names(&worded).await?))
    }

    async fn names(&self, ids: &[i64]) -> anyhow::Result<Vec<String>> {
        let ids: Vec<_> = ids
            .iter()
            .map(|&id| lumen::domain::ids::PostId(id))
            .collect();
        let posts = self.store.posts(&ids).await?;
        let names: HashMap<_, _> = posts
            .into_iter()
            .map(|post| (post.id, post.body.native_id))
            .collect();
        Ok(ids.iter().filter_map(|id| names.get(id).cloned()).collect())
    }

    async fn search(&self, question: &Question, spread: bool) -> anyhow::Result<Vec<String>> {
        let query = SearchQuery {
            spread,
            limit: BEST,
            ..SearchQuery::new(WorkspaceId::FIRST, question.text.clone())
        };
        let hits = self.recall.search(&query).await?;
        Ok(hits
            .into_iter()
            .map(|hit| hit.post.body.native_id)
            .collect())
    }
}

fn post(id: String, text: String) -> FetchedPost {
    FetchedPost {
        network: Network::Archive,
        native_id: id,
        author: "someone".to_owned(),
        text,
        created_at: Timestamp::UNIX_EPOCH,
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

/// Sums over the questions of a split, by the way they were answered.
#[derive(Default)]
struct Tallies(BTreeMap<(String, &'static str), Tally>);

#[derive(Default)]
struct Tally {
    questions: usize,
    reciprocal: f64,
    gain: f64,
    first: usize,
}

impl Tallies {
    fn count(&mut self, split: &str, mode: &'static str, question: &Question, found: &[String]) {
        let tally = self.0.entry((split.to_owned(), mode)).or_default();
        let hits: Vec<usize> = found
            .iter()
            .take(BEST)
            .enumerate()
            .filter(|(_, id)| question.relevant.contains(*id))
            .map(|(at, _)| at)
            .collect();
        let gain = |at: usize| (number(at) + 2.0).log2().recip();
        let ideal: f64 = (0..question.relevant.len().min(BEST)).map(gain).sum();
        tally.questions += 1;
        tally.reciprocal += hits.first().map_or(0.0, |&at| (number(at) + 1.0).recip());
        tally.gain += hits.iter().map(|&at| gain(at)).sum::<f64>() / ideal;
        tally.first += usize::from(hits.first() == Some(&0));
    }

    fn say(&self, collection: &str) {
        for ((split, mode), tally) in &self.0 {
            let of = number(tally.questions);
            let name = format!("{collection}.{split}.{mode}");
            say(&format!("{name}.mrr"), tally.reciprocal / of);
            say(&format!("{name}.ndcg"), tally.gain / of);
            say(&format!("{name}.p1"), number(tally.first) / of);
        }
    }
}
