//! Keeping a table quick: few files, indexes that know its rows, nothing old on the disk. Searches go on meanwhile.

use std::sync::Arc;

use lancedb::DistanceType;
use lancedb::index::scalar::{BTreeIndexBuilder, LabelListIndexBuilder};
use lancedb::index::vector::{IvfRqIndexBuilder, IvfSqIndexBuilder};
use lancedb::index::{Index as Kind, IndexConfig};
use lancedb::table::{CompactionOptions, Duration, OptimizeAction, OptimizeOptions};
use tokio::sync::OwnedMutexGuard;

use super::table::Table;
use super::words::words_index;
use super::{IndexError, rows};

/// Rows that the full text does not know yet are taken apart into words at every search, which costs 0.02 ms each. From this
/// many on they get an index of their own beside it, and when there are this many pieces, the small ones become one.
const LOOSE_WORDS: usize = 100;
const MOST_PIECES: u32 = 4;
/// Vectors that their index does not know are read at every search, 2,000 in three milliseconds. From this many on, and from
/// this share of all, they are taken in, which writes the index anew: half a second at 100,000.
const LOOSE_ROWS: usize = 1_000;
const LOOSE_SHARE: usize = 100;
const MOST_LOOSE_ROWS: usize = 5_000;
/// Every file costs a search about 0.3 ms. With more than [`MOST_FILES`], those of a few thousand rows are put together, and when
/// that leaves more than [`FEW_FILES`] once the indexes know all rows, all: two seconds at 100,000.
const MOST_FILES: usize = 8;
const FEW_FILES: usize = 4;
const LARGE_FILE: usize = 10_000;
/// From this many vectors on an approximate index pays: below, they are all read.
const FLAT_UP_TO: usize = 3_000;
/// The vectors are parted anew when there are this many times as many as when they were.
const GROWTH: usize = 4;
/// Rounds of k-means. More changes nothing that a search would see.
const ROUNDS: u32 = 20;
/// The niceness of upkeep; 0 is that of all else.
const LAST_IN_LINE: i32 = 10;
const WORDS_INDEX: &str = "words";
/// What the name of the vectors' index begins with; it goes on with how many there were when they were parted. An index of
/// another name is of an earlier make.
const VECTORS_INDEX: &str = "parted_of_";
/// Vectors of so many numbers are kept with so few bits for each, see [`partitions`](super::partitions): with 384 of them 2 bits
/// give 99.7 % of the ten nearest of 100,000 rows, and 3 give all. In fewer numbers each counts for more, and a byte for each
/// costs little.
const MANY_NUMBERS: usize = 256;
const BITS: u32 = 4;

/// What there is for the indexes to take in.
#[derive(Clone, Copy)]
struct Loose {
    /// Enough rows for all of them.
    rows: bool,
    /// Enough for the full text.
    words: bool,
    /// In how many the full text lies.
    pieces: u32,
}

impl Table {
    /// What a table has from its first row on: its words, and its ids, by which rows are replaced.
    pub(super) async fn first_indexes(&self) -> Result<(), IndexError> {
        self.build(rows::TEXT, Kind::FTS(words_index()), Some(WORDS_INDEX))
            .await?;
        self.build(rows::ID, Kind::BTree(BTreeIndexBuilder::default()), None)
            .await
    }

    /// New words alone, when enough have gathered to pay: the least upkeep, for in between while many rows come in.
    pub async fn tidy_words(&self) -> Result<(), IndexError> {
        let alone = Arc::clone(&self.writer).lock_owned().await;
        let loose = self.loose().await?;
        if loose.words {
            self.keep_up(alone, loose, false).await?;
        }
        Ok(())
    }

    /// Upkeep, when enough has gathered to pay. Says whether anything was done. What was begun goes on when nobody waits for
    /// it any more, and changes wait for it.
    pub async fn tidy(&self) -> Result<bool, IndexError> {
        let alone = Arc::clone(&self.writer).lock_owned().await;
        let loose = self.loose().await?;
        let all = loose.rows || self.files().await? > MOST_FILES;
        if !all && !loose.words {
            return Ok(false);
        }
        self.keep_up(alone, loose, all).await?;
        Ok(true)
    }

    async fn keep_up(
        &self,
        alone: OwnedMutexGuard<()>,
        loose: Loose,
        all: bool,
    ) -> Result<(), IndexError> {
        let table = self.clone();
        let upkeep = tokio::spawn(async move {
            let _alone = alone;
            table.tidy_aside(loose, all).await
        });
        upkeep.await.map_err(|broken| IndexError::Failed {
            what: "do its upkeep",
            why: broken.to_string(),
        })?
    }

    /// The work is done [apart](Self::apart), and seen here when it is done, also when it was only done in part.
    async fn tidy_aside(&self, loose: Loose, all: bool) -> Result<(), IndexError> {
        let table = self.clone();
        let done = aside(async move {
            let apart = table.apart().await?;
            if all {
                apart.tidy_all(loose).await
            } else {
                apart.take_words_in(loose.pieces).await
            }
        })
        .await;
        let warmed = match done {
            Ok(()) => self.warm().await,
            Err(_) => Ok(()),
        };
        self.look_again().await?;
        done.and(warmed)?;
        if !all {
            return Ok(());
        }
        // Whoever reads now began before, and may be at files that only earlier versions had.
        drop(self.readers.write().await);
        let table = self.clone();
        aside(async move { table.apart().await?.prune().await }).await?;
        self.look_again().await
    }

    async fn tidy_all(&self, loose: Loose) -> Result<(), IndexError> {
        if loose.words {
            // First of all: until then every search pays for them.
            self.take_words_in(loose.pieces).await?;
        }
        if loose.rows {
            // Before files are put together: lance leaves apart what not the same indexes know.
            self.take_in(OptimizeOptions::merge(usize::MAX)).await?;
        }
        self.compact(LARGE_FILE).await?;
        if loose.rows {
            self.grow(self.count().await?).await?;
        }
        let most = if loose.rows { FEW_FILES } else { MOST_FILES };
        if self.files().await? > most {
            self.compact(CompactionOptions::default().target_rows_per_fragment)
                .await?;
        }
        Ok(())
    }

    /// A piece of their own for new words; many small pieces become one. The large one is left alone: writing it anew takes
    /// 0.6 s at 100,000 rows.
    async fn take_words_in(&self, pieces: u32) -> Result<(), IndexError> {
        let mut options = match pieces {
            ..MOST_PIECES => OptimizeOptions::append(),
            _ => OptimizeOptions::merge(pieces as usize - 1),
        };
        options.index_names = Some(vec![WORDS_INDEX.to_owned()]);
        self.take_in(options).await
    }

    /// What the indexes do not know.
    async fn loose(&self) -> Result<Loose, IndexError> {
        let indexes = self.indexes().await?;
        let of = |column: &str| {
            let index = indexes.iter().find(|index| index.columns == [column]);
            let rows = index.and_then(|index| index.num_unindexed_rows);
            let pieces = index.and_then(|index| index.num_segments);
            (
                usize::try_from(rows.unwrap_or(0)).unwrap_or(usize::MAX),
                pieces.unwrap_or(0),
            )
        };
        let (rows, _) = of(rows::ID);
        let (words, pieces) = of(rows::TEXT);
        Ok(Loose {
            rows: rows >= (self.count().await? / LOOSE_SHARE).clamp(LOOSE_ROWS, MOST_LOOSE_ROWS),
            words: words >= LOOSE_WORDS,
            pieces,
        })
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

    /// Indexes get to know the new rows. That of the vectors stays in one piece: a second one would cost every search.
    async fn take_in(&self, options: OptimizeOptions) -> Result<(), IndexError> {
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

    /// Vectors in partitions, a few bits a number: built in a twentieth of the time of a graph.
    async fn part_vectors(&self, there: &[IndexConfig]) -> Result<(), IndexError> {
        let vectors = self.embedded().await?;
        let parted = parted(there);
        if vectors < parted.map_or(FLAT_UP_TO, |parted| parted * GROWTH) {
            return Ok(());
        }
        let kind = kind_of(self.dimensions().unwrap_or(0), vectors);
        let name = format!("{VECTORS_INDEX}{vectors}");
        self.build(rows::VECTOR, kind, Some(&name)).await?;
        // All that there were: a crash may have left one beside its successor.
        for old in there.iter().filter(|index| index.columns == [rows::VECTOR]) {
            let dropped = self.inner.drop_index(&old.name).await;
            dropped.map_err(IndexError::failed("drop an index"))?;
        }
        Ok(())
    }

    /// Deletes files that only earlier versions of the table had.
    async fn prune(&self) -> Result<(), IndexError> {
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
    pub(super) async fn knows_few_words(&self) -> bool {
        self.loose().await.is_ok_and(|loose| loose.words)
    }

    #[cfg(test)]
    pub(super) async fn index_names(&self) -> Vec<String> {
        let indexes = self.indexes().await.unwrap_or_default();
        indexes.into_iter().map(|index| index.name).collect()
    }

    async fn build(&self, column: &str, kind: Kind, name: Option<&str>) -> Result<(), IndexError> {
        let mut index = self.inner.create_index(&[column], kind);
        if let Some(name) = name {
            index = index.name(name.to_owned());
        }
        let done = index.execute().await;
        done.map_err(IndexError::failed("build an index"))
    }

    async fn optimize(&self, what: &'static str, action: OptimizeAction) -> Result<(), IndexError> {
        let done = self.inner.optimize(action).await;
        done.map(drop).map_err(IndexError::failed(what))
    }
}

/// Does `work` on a thread of its own, which has its turn after those that answer people. On their threads it would hold up
/// whoever asks meanwhile: lance computes in between its waits.
///
/// Nothing that `work` opened may be used elsewhere: what lance opens reads through a task that ends with this thread, and
/// whoever found it in a common memory would wait for its answer for ever.
async fn aside(
    work: impl Future<Output = Result<(), IndexError>> + Send + 'static,
) -> Result<(), IndexError> {
    let failed = |why: String| IndexError::Failed {
        what: "begin upkeep",
        why,
    };
    let (done, ended) = tokio::sync::oneshot::channel();
    let thread = move || {
        // Threads that lance computes with are made by whoever needs them first, and stay as urgent as that one was.
        rayon::current_num_threads();
        // Without it the work goes on all the same, only as eagerly as all other.
        let _ = rustix::process::setpriority_process(None, LAST_IN_LINE);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let worked = match runtime {
            Ok(runtime) => runtime.block_on(work),
            Err(error) => Err(failed(error.to_string())),
        };
        // Nobody waits any more after a stop.
        let _ = done.send(worked);
    };
    std::thread::Builder::new()
        .name("index-upkeep".to_owned())
        .spawn(thread)
        .map_err(|error| failed(error.to_string()))?;
    ended
        .await
        .unwrap_or_else(|_| Err(failed("its thread broke off".to_owned())))
}

/// How many vectors there were when they were parted last; none when they never were.
fn parted(indexes: &[IndexConfig]) -> Option<usize> {
    let names = indexes.iter().map(|index| &index.name);
    names
        .filter_map(|name| name.strip_prefix(VECTORS_INDEX)?.parse().ok())
        .max()
}

/// How so many vectors of so many numbers are kept.
fn kind_of(numbers: usize, vectors: usize) -> Kind {
    let partitions = u32::try_from(partitions(vectors)).unwrap_or(u32::MAX);
    if numbers >= MANY_NUMBERS && numbers.is_multiple_of(8) {
        let few_bits = IvfRqIndexBuilder::default()
            .distance_type(DistanceType::Cosine)
            .num_partitions(partitions)
            .max_iterations(ROUNDS)
            .num_bits(BITS);
        return Kind::IvfRq(few_bits);
    }
    let bytes = IvfSqIndexBuilder::default()
        .distance_type(DistanceType::Cosine)
        .num_partitions(partitions)
        .max_iterations(ROUNDS);
    Kind::IvfSq(bytes)
}

/// Some 2,000 rows in each at 100,000. Fewer or more are as quick: the codes of a row are of its difference from the middle of
/// its partition.
fn partitions(vectors: usize) -> usize {
    vectors.isqrt() / 6
}
