//! Hybrid search over many posts: how fast, how exact, also with filters, while posts come in, while the index is built
//! anew, and while it is tidied.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lumen::domain::clock::{SharedClock, SystemClock};
use lumen::domain::ids::WorkspaceId;
use lumen::domain::progress::Unwatched;
use lumen::flow::recall::{CaughtUp, Recall, SearchQuery};
use lumen::index::{Filter, Index, Table, cleaning};
use lumen::store::{Store, StoreOptions};
use tokio_util::sync::CancellationToken;

use crate::report::{disk_mb, number, rate, resident_mb, say, say_times};
use crate::supply::Supply;
use crate::vectors::{self, Made};
use crate::work::Work;

/// Questions of a row.
const QUESTIONS: usize = 300;
/// Before anything is timed.
const WARM_UP: usize = 30;
/// Answers that count.
const BEST: usize = 10;
/// Two similarities that differ by less are the same number, computed in another order.
const EQUAL: f32 = 1e-4;
/// What hybrid search asks the vector half for when ten posts are wanted.
const CANDIDATES: usize = 50;
/// Posts that come in at once while searches run.
const ARRIVING: usize = 50;
/// The longest that searches go on beside something else.
const BESIDE: Duration = Duration::from_mins(1);

pub async fn run(work: &Work, name: &str, rows: usize) -> anyhow::Result<()> {
    let scratch = work.scratch()?;
    let mut bench = Bench::build(work, scratch.path(), name, rows).await?;
    bench.ask_all(Kind::Plain, WARM_UP).await?;
    for (kind, what) in [
        (Kind::Plain, ""),
        (Kind::Author, ".author"),
        (Kind::Since, ".since"),
    ] {
        let times = bench.ask_all(kind, QUESTIONS).await?;
        say_times(&format!("{name}{what}"), times);
        say(
            &format!("{name}{what}.recall"),
            bench.recall_of(kind).await?,
        );
    }
    say(&format!("{name}.resident_mb"), resident_mb()?);
    say(
        &format!("{name}.disk_mb"),
        disk_mb(&scratch.path().join("index"))?,
    );
    bench.while_adding().await?;
    bench.while_tidying().await?;
    if rows <= crate::MANY {
        bench.while_rebuilding().await?;
    }
    Ok(())
}

/// What a question is narrowed to.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Author,
    Since,
}

struct Bench {
    name: String,
    supply: Arc<Supply>,
    store: Store,
    recall: Recall,
    uri: String,
    rows: usize,
    asked: AtomicUsize,
}

impl Bench {
    async fn build(
        work: &Work,
        folder: &std::path::Path,
        name: &str,
        rows: usize,
    ) -> anyhow::Result<Self> {
        let supply = Arc::new(Supply::read(work)?);
        let clock: SharedClock = Arc::new(SystemClock);
        let store =
            Store::open(&StoreOptions::file(&folder.join("lumen.db")), clock.clone()).await?;
        supply.store(&store, 0..rows).await?;
        let uri = folder.join("index").to_string_lossy().into_owned();
        let recall = Recall::open(uri.clone(), store.clone(), Some(Arc::new(Made)), clock);
        let began = Instant::now();
        catch_up(&recall).await?;
        say(
            &format!("{name}.indexed_per_s"),
            rate(rows, began.elapsed()),
        );
        Ok(Self {
            name: name.to_owned(),
            supply,
            store,
            recall,
            uri,
            rows,
            asked: AtomicUsize::new(0),
        })
    }

    /// The words of a question: a few of some post's.
    fn question(&self, at: usize) -> String {
        let text = cleaning::for_matching(&self.supply.text(at * 7_717 % self.rows));
        let words: Vec<&str> = text.split_whitespace().skip(at % 3).take(4).collect();
        format!("{} {at}", words.join(" "))
    }

    fn query(&self, at: usize, kind: Kind) -> SearchQuery {
        let mut query = SearchQuery::new(WorkspaceId::FIRST, self.question(at));
        match kind {
            Kind::Plain => {}
            Kind::Author => query.authors = vec![self.supply.author(at).to_owned()],
            Kind::Since => query.since = Some(Supply::written_at(self.rows * 7 / 10)),
        }
        query
    }

    async fn ask(&self, kind: Kind) -> anyhow::Result<Duration> {
        let at = self.asked.fetch_add(1, Ordering::Relaxed) % QUESTIONS;
        let query = self.query(at, kind);
        let began = Instant::now();
        let hits = self.recall.search(&query).await?;
        let took = began.elapsed();
        anyhow::ensure!(!hits.is_empty(), "nothing was found for {query:?}");
        Ok(took)
    }

    async fn ask_all(&self, kind: Kind, times: usize) -> anyhow::Result<Vec<Duration>> {
        self.asked.store(0, Ordering::Relaxed);
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
            took.push(self.ask(kind).await?);
        }
        Ok(took)
    }

    /// Searches as long as `other` goes on, and no longer than [`BESIDE`].
    async fn ask_beside(
        &self,
        other: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) -> anyhow::Result<Vec<Duration>> {
        let other = tokio::spawn(other);
        let began = Instant::now();
        let mut took = Vec::new();
        while !other.is_finished() && began.elapsed() < BESIDE {
            took.push(self.ask(Kind::Plain).await?);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        other.await??;
        Ok(took)
    }

    async fn table(&self) -> anyhow::Result<Table> {
        let tables = self.store.index_tables().await?;
        let serving = tables.iter().find(|table| table.serving);
        let serving = serving.ok_or_else(|| anyhow::anyhow!("no table serves"))?;
        Ok(Index::at(self.uri.clone()).open(&serving.name).await?)
    }

    /// The share of the truly nearest ten that the vector half finds.
    async fn recall_of(&self, kind: Kind) -> anyhow::Result<f64> {
        let table = self.table().await?;
        let asked: usize = if self.rows > crate::MANY { 60 } else { 200 };
        let questions: Vec<Vec<f32>> = (0..asked)
            .map(|at| vectors::of(&cleaning::for_matching(&self.question(at))))
            .collect();
        let exact = self.exact(&questions, kind);
        let mut found = 0;
        let mut there = 0;
        for (at, (question, exact)) in questions.iter().zip(&exact).enumerate() {
            let query = self.query(at, kind);
            let filter = Filter {
                workspace: Some(WorkspaceId::FIRST.0),
                authors: query.authors,
                since: query.since.map(jiff::Timestamp::as_millisecond),
                ..Filter::default()
            };
            let near = table.nearest(question, &filter, CANDIDATES).await?;
            let least = exact.last().copied().unwrap_or(f32::MAX) - EQUAL;
            there += exact.len();
            found += near
                .iter()
                .take(BEST)
                .filter(|hit| hit.similarity.is_some_and(|there| there >= least))
                .count();
        }
        Ok(number(found) / number(there.max(1)))
    }

    /// How near the nearest ten are to each question, by looking at every post.
    fn exact(&self, questions: &[Vec<f32>], kind: Kind) -> Vec<Vec<f32>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let parts = std::thread::scope(|scope| {
            let parts: Vec<_> = (0..cores)
                .map(|core| scope.spawn(move || self.nearest_of(questions, kind, core, cores)))
                .collect();
            parts
                .into_iter()
                .filter_map(|part| part.join().ok())
                .collect::<Vec<_>>()
        });
        (0..questions.len())
            .map(|at| {
                let mut all: Vec<f32> = parts.iter().flat_map(|part| part[at].clone()).collect();
                keep_best(&mut all);
                all
            })
            .collect()
    }

    fn nearest_of(
        &self,
        questions: &[Vec<f32>],
        kind: Kind,
        core: usize,
        cores: usize,
    ) -> Vec<Vec<f32>> {
        let mut best: Vec<Vec<f32>> = vec![Vec::new(); questions.len()];
        for post in (core..self.rows).step_by(cores) {
            let text = cleaning::for_matching(&self.supply.text(post));
            // What holds nothing but links has no vector.
            if text.is_empty() || (kind == Kind::Since && post < self.rows * 7 / 10) {
                continue;
            }
            let vector = vectors::of(&text);
            for (at, question) in questions.iter().enumerate() {
                if kind == Kind::Author && self.supply.author(at) != self.supply.author(post) {
                    continue;
                }
                best[at].push(vectors::dot(question, &vector));
                if best[at].len() > 8 * BEST {
                    keep_best(&mut best[at]);
                }
            }
        }
        best
    }

    /// A page of posts comes in five times a second and is taken into the index at once.
    async fn while_adding(&mut self) -> anyhow::Result<()> {
        let (store, recall) = (self.store.clone(), self.recall.clone());
        let supply = self.supply.clone();
        let first = self.rows;
        let added = 30 * ARRIVING;
        let times = self
            .ask_beside(async move {
                for from in (first..first + added).step_by(ARRIVING) {
                    supply.store(&store, from..from + ARRIVING).await?;
                    catch_up(&recall).await?;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Ok(())
            })
            .await?;
        say_times(&format!("{}.adding", self.name), times);
        self.rows += added;
        let recall = self.recall_of(Kind::Plain).await?;
        say(&format!("{}.adding.recall", self.name), recall);
        Ok(())
    }

    /// Enough posts at once that the index is tidied: files are put together, and new rows go into its indexes.
    async fn while_tidying(&mut self) -> anyhow::Result<()> {
        let added = 2_000;
        self.supply
            .store(&self.store, self.rows..self.rows + added)
            .await?;
        self.rows += added;
        let recall = self.recall.clone();
        let times = self
            .ask_beside(async move { catch_up(&recall).await })
            .await?;
        say_times(&format!("{}.upkeep", self.name), times);
        Ok(())
    }

    async fn while_rebuilding(&self) -> anyhow::Result<()> {
        let recall = self.recall.clone();
        let times = self
            .ask_beside(async move {
                recall.rebuild().await?;
                catch_up(&recall).await
            })
            .await?;
        say_times(&format!("{}.rebuilding", self.name), times);
        Ok(())
    }
}

fn keep_best(similarities: &mut Vec<f32>) {
    similarities.sort_by(|a, b| b.total_cmp(a));
    similarities.truncate(BEST);
}

async fn catch_up(recall: &Recall) -> anyhow::Result<()> {
    let ended = recall
        .catch_up(&Unwatched, &CancellationToken::new())
        .await?;
    anyhow::ensure!(
        ended == CaughtUp::Done,
        "the index is not complete: {ended:?}"
    );
    Ok(())
}
