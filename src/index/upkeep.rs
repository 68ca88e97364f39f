//! Keeping a table quick: few files, indexes that know its rows, nothing old on the disk. Searches go on meanwhile.

use std::sync::atomic::Ordering;

use lancedb::DistanceType;
use lancedb::index::scalar::{BTreeIndexBuilder, FtsIndexBuilder, LabelListIndexBuilder};
use lancedb::index::vector::IvfSqIndexBuilder;
use lancedb::index::{Index as Kind, IndexConfig};
use lancedb::table::{CompactionOptions, Duration, OptimizeAction, OptimizeOptions};

use super::table::Table;
use super::{IndexError, rows};

/// Rows that the indexes do not know yet are scanned at every search. From this many on, and this share of all, they are
/// taken in.
const LOOSE_ROWS: usize = 1_000;
const LOOSE_SHARE: usize = 100;
/// Every file costs a search about 0.3 ms. With more than this many, those of a few thousand rows are put together, and when
/// that leaves too many, all.
const MOST_FILES: usize = 8;
const LARGE_FILE: usize = 10_000;
/// From this many vectors on an approximate index pays: below, they are all read.
const FLAT_UP_TO: usize = 3_000;
/// The vectors are parted anew when there are this many times as many as when they were.
const GROWTH: usize = 4;
/// Rounds of k-means. More changes nothing that a search would see.
const ROUNDS: u32 = 20;
/// Longer words are no words (base64, keys, …) and are left out of the full text.
const LONGEST_WORD: usize = 40;
const WORDS_INDEX: &str = "words";
/// What the name of the vectors' index begins with; it goes on with how many there were when they were parted.
const VECTORS_INDEX: &str = "vectors_of_";

impl Table {
    /// What a table has from its first row on: its words, and its ids, by which rows are replaced.
    pub(super) async fn first_indexes(&self) -> Result<(), IndexError> {
        self.build(rows::TEXT, Kind::FTS(words_index()), Some(WORDS_INDEX))
            .await?;
        self.build(rows::ID, Kind::BTree(BTreeIndexBuilder::default()), None)
            .await
    }

    /// Upkeep, when enough has gathered to pay. Says whether anything was done.
    pub async fn tidy(&self) -> Result<bool, IndexError> {
        let rows = self.count().await?;
        let many_rows = self.loose_rows().await? >= LOOSE_ROWS.max(rows / LOOSE_SHARE);
        let many_files = self.files().await? > MOST_FILES;
        if !many_rows && !many_files {
            return Ok(false);
        }
        self.compact(LARGE_FILE).await?;
        if many_rows {
            self.take_in().await?;
            self.grow(rows).await?;
        }
        if self.files().await? > MOST_FILES {
            self.compact(CompactionOptions::default().target_rows_per_fragment)
                .await?;
        }
        self.prune().await?;
        Ok(true)
    }

    /// How many rows the full text does not know.
    async fn loose_rows(&self) -> Result<usize, IndexError> {
        let stats = self.inner.index_stats(WORDS_INDEX).await;
        let stats = stats.map_err(IndexError::failed("look at its indexes"))?;
        Ok(stats.map_or(0, |stats| stats.num_unindexed_rows))
    }

    async fn files(&self) -> Result<usize, IndexError> {
        let stats = self.inner.stats().await;
        let stats = stats.map_err(IndexError::failed("count its files"))?;
        Ok(stats.fragment_stats.num_fragments)
    }

    /// Puts files of fewer rows than this together, one pair of hands at it: the other core answers.
    async fn compact(&self, rows: usize) -> Result<(), IndexError> {
        let options = CompactionOptions {
            target_rows_per_fragment: rows,
            num_threads: Some(1),
            ..CompactionOptions::default()
        };
        let action = OptimizeAction::Compact {
            options,
            remap_options: None,
        };
        self.optimize("put its files together", action).await
    }

    /// The indexes get to know the new rows. Each stays in one piece: a second piece costs every search 1.5 ms, writing
    /// that of 100,000 rows anew takes a third of a second.
    async fn take_in(&self) -> Result<(), IndexError> {
        let options = OptimizeOptions::merge(usize::MAX);
        self.optimize("index new rows", OptimizeAction::Index(options))
            .await
    }

    /// Builds what a large table needs and a small one does without.
    async fn grow(&self, rows: usize) -> Result<(), IndexError> {
        if rows < FLAT_UP_TO {
            return Ok(());
        }
        let there = self.indexes().await?;
        let lacks = |column: &str| there.iter().all(|index| index.columns != [column]);
        let tree = || Kind::BTree(BTreeIndexBuilder::default());
        for (column, kind) in [
            (rows::AUTHOR, tree()),
            (rows::CREATED_AT, tree()),
            (
                rows::TAGS,
                Kind::LabelList(LabelListIndexBuilder::default()),
            ),
        ] {
            if lacks(column) {
                self.build(column, kind, None).await?;
            }
        }
        self.part_vectors(&there).await
    }

    /// Vectors in partitions, each number in a byte: at 100,000 rows built in a tenth of the time of a graph and searched
    /// faster, as only the rows of the nearest partitions are looked at, one after the other.
    async fn part_vectors(&self, there: &[IndexConfig]) -> Result<(), IndexError> {
        let vectors = self.embedded().await?;
        let parted = parted(there);
        if vectors < parted.map_or(FLAT_UP_TO, |parted| parted * GROWTH) {
            return Ok(());
        }
        let kind = IvfSqIndexBuilder::default()
            .distance_type(DistanceType::Cosine)
            .num_partitions(u32::try_from(partitions(vectors)).unwrap_or(u32::MAX))
            .max_iterations(ROUNDS);
        let name = format!("{VECTORS_INDEX}{vectors}");
        self.build(rows::VECTOR, Kind::IvfSq(kind), Some(&name))
            .await?;
        if let Some(parted) = parted {
            let dropped = self
                .inner
                .drop_index(&format!("{VECTORS_INDEX}{parted}"))
                .await;
            dropped.map_err(IndexError::failed("drop an index"))?;
        }
        self.note_partitions().await
    }

    /// From now on as many partitions are looked at as the index of the vectors needs.
    ///
    /// Of the ten embedded posts nearest to a question, among 9,000 in 52 partitions, 97.4 % lay in the nearest 16, 98.4 % in
    /// 20, 99.8 % in 32; with 21 partitions 97.9 % in 10 and 99.8 % in 16. So two in five, and no fewer than 16.
    pub(super) async fn note_partitions(&self) -> Result<(), IndexError> {
        let parted = parted(&self.indexes().await?).unwrap_or(0);
        let probes = (partitions(parted) * 2 / 5).max(16);
        self.probes.store(probes, Ordering::Relaxed);
        Ok(())
    }

    /// Deletes files that only earlier versions of the table had. Whoever reads now began before and may be at them.
    async fn prune(&self) -> Result<(), IndexError> {
        drop(self.readers.write().await);
        let action = OptimizeAction::Prune {
            older_than: Some(Duration::zero()),
            delete_unverified: None,
            error_if_tagged_old_versions: None,
        };
        self.optimize("delete old files", action).await
    }

    async fn indexes(&self) -> Result<Vec<IndexConfig>, IndexError> {
        let indexes = self.inner.list_indices().await;
        indexes.map_err(IndexError::failed("list its indexes"))
    }

    #[cfg(test)]
    pub(super) async fn index_names(&self) -> Vec<String> {
        let indexes = self.indexes().await.unwrap_or_default();
        indexes.into_iter().map(|index| index.name).collect()
    }

    async fn build(&self, column: &str, kind: Kind, name: Option<&str>) -> Result<(), IndexError> {
        let mut build = self.inner.create_index(&[column], kind);
        if let Some(name) = name {
            build = build.name(name.to_owned());
        }
        let built = build.execute().await;
        built.map_err(IndexError::failed("build an index"))
    }

    async fn optimize(&self, what: &'static str, action: OptimizeAction) -> Result<(), IndexError> {
        let done = self.inner.optimize(action).await;
        done.map(drop).map_err(IndexError::failed(what))
    }
}

/// How many vectors there were when they were parted; none when they never were.
fn parted(indexes: &[IndexConfig]) -> Option<usize> {
    let mut numbers = indexes
        .iter()
        .filter_map(|index| index.name.strip_prefix(VECTORS_INDEX)?.parse().ok());
    numbers.next()
}

/// Some 2,000 rows in each at 100,000: looking at one costs about as much as the way to it.
fn partitions(vectors: usize) -> usize {
    vectors.isqrt() / 6
}

/// Words by Unicode's own segmentation (dictionaries for scripts without spaces), folded, in their English stem: posts
/// come in many languages, and a stem that does not fit another language is at least the same on both sides. No stop
/// words: BM25 weighs them down, and one language's stop word is another's noun.
fn words_index() -> FtsIndexBuilder {
    FtsIndexBuilder::default()
        .base_tokenizer("icu/split".to_owned())
        .lower_case(true)
        .ascii_folding(true)
        .stem(true)
        .remove_stop_words(false)
        .max_token_length(Some(LONGEST_WORD))
}
