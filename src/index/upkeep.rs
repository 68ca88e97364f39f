//! Keeping a table quick: few files, indexes that know its rows, nothing old on the disk. Searches go on meanwhile.

use std::sync::Arc;

use lancedb::index::scalar::BTreeIndexBuilder;
use lancedb::index::{Index as Kind, IndexConfig};
use lancedb::table::{
    CompactionOptions, Duration, IndexRemapMode, OptimizeAction, OptimizeOptions,
};
use tokio::sync::OwnedMutexGuard;

use super::aside::aside;
use super::reading::Seen;
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
/// Up to so many rows in a file while a new table is filled, and afterwards.
const FILLED_FILE: usize = 100_000;
const LARGEST_FILE: usize = 1 << 20;
/// How indexes are told that rows have moved: by a list of all, or by a rule that is applied to each, which took 40 MB less for a
/// million rows.
const QUICKLY: IndexRemapMode = IndexRemapMode::Direct;
const LITTLE_MEMORY: IndexRemapMode = IndexRemapMode::Compact;
const WORDS_INDEX: &str = "words";
/// What there is for the indexes to take in.
#[derive(Clone, Copy)]
struct Loose {
    /// Enough rows for all of them.
    rows: bool,
    /// Enough for the full text.
    words: bool,
    /// In how many the full text lies.
    pieces: u32,
    /// It knows less than half of the rows.
    mostly: bool,
}

/// How much is to be done.
#[derive(Clone, Copy)]
enum Upkeep {
    /// New words get known.
    Words(Loose),
    /// Files are put together, and ids get known: by them rows are replaced.
    Files,
    All(Loose),
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
            self.keep_up(alone, Upkeep::Words(loose)).await?;
        }
        Ok(())
    }

    /// Few files, for in between while many rows come into a table that nobody asks meanwhile. Each costs every batch that comes, and
    /// memory; its indexes take all in at once, in the end.
    pub async fn gather(&self) -> Result<(), IndexError> {
        let alone = Arc::clone(&self.writer).lock_owned().await;
        self.keep_up(alone, Upkeep::Files).await
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
        let upkeep = if all { Upkeep::All } else { Upkeep::Words };
        self.keep_up(alone, upkeep(loose)).await?;
        Ok(true)
    }

    /// Reads what the first search would wait for.
    pub async fn get_ready(&self) -> Result<(), IndexError> {
        let _alone = self.writer.lock().await;
        let newest = self.warmed().await?;
        self.read_on(newest).await
    }

    async fn keep_up(&self, alone: OwnedMutexGuard<()>, upkeep: Upkeep) -> Result<(), IndexError> {
        let table = self.clone();
        let working = tokio::spawn(async move {
            let _alone = alone;
            table.tidy_aside(upkeep).await
        });
        working.await.map_err(|broken| IndexError::Failed {
            what: "do its upkeep",
            why: broken.to_string(),
        })?
    }

    /// The work is done [apart](Self::apart), and seen here when it is done, also when it was only done in part.
    async fn tidy_aside(&self, upkeep: Upkeep) -> Result<(), IndexError> {
        let table = self.clone();
        let done = aside(async move {
            let apart = table.apart().await?;
            match upkeep {
                Upkeep::Words(loose) => apart.take_words_in(loose).await,
                Upkeep::Files => apart.gather_apart().await,
                Upkeep::All(loose) => apart.tidy_all(loose).await,
            }
        })
        .await;
        match self.warmed_if_asked(done.is_ok()).await {
            Some(newest) => self.read_on(newest).await?,
            None => self.look_again().await?,
        }
        done?;
        if matches!(upkeep, Upkeep::Words(_)) {
            return Ok(());
        }
        // Whoever reads now began before, and may be at files that only earlier versions had.
        drop(self.readers.write().await);
        let table = self.clone();
        aside(async move { table.apart().await?.prune().await }).await?;
        self.look_again().await
    }

    /// What upkeep left, if somebody will search it and it can be read. If not, the next search says so.
    async fn warmed_if_asked(&self, done: bool) -> Option<Seen> {
        if !done || !self.reading.was_asked().await {
            return None;
        }
        let warmed = self.warmed().await;
        warmed
            .inspect_err(|error| tracing::warn!(index.error = %error, "the next search reads what upkeep left"))
            .ok()
    }

    /// The full text takes all rows in when they are there.
    async fn gather_apart(&self) -> Result<(), IndexError> {
        self.compact(FILLED_FILE, LITTLE_MEMORY).await?;
        let mut options = OptimizeOptions::merge(usize::MAX);
        let indexes = self.indexes().await?.into_iter();
        let ids = indexes.filter(|index| index.columns == [rows::ID]);
        options.index_names = Some(ids.map(|index| index.name).collect());
        self.take_in(options).await
    }

    async fn tidy_all(&self, loose: Loose) -> Result<(), IndexError> {
        if loose.mostly {
            // Before the indexes know them, which would have to be told where the rows have moved to.
            self.compact(LARGEST_FILE, LITTLE_MEMORY).await?;
        }
        if loose.words {
            // First of all: until then every search pays for them.
            self.take_words_in(loose).await?;
        }
        if loose.rows {
            // Before files are put together: lance leaves apart what not the same indexes know.
            self.take_in(OptimizeOptions::merge(usize::MAX)).await?;
        }
        self.compact(LARGE_FILE, QUICKLY).await?;
        if loose.rows {
            self.grow(self.count().await?).await?;
        }
        let most = if loose.rows { FEW_FILES } else { MOST_FILES };
        if self.files().await? > most {
            self.compact(LARGEST_FILE, QUICKLY).await?;
        }
        Ok(())
    }

    /// A piece of their own for new words; many small pieces become one. The large one is left alone, unless it knows less than
    /// half: writing it anew takes 0.6 s at 100,000 rows.
    async fn take_words_in(&self, loose: Loose) -> Result<(), IndexError> {
        if loose.mostly {
            return self.first_indexes().await;
        }
        let mut options = match loose.pieces {
            ..MOST_PIECES => OptimizeOptions::append(),
            pieces => OptimizeOptions::merge(pieces as usize - 1),
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
            usize::try_from(rows.unwrap_or(0)).unwrap_or(usize::MAX)
        };
        let words = of(rows::TEXT);
        let rows = words.max(of(rows::ID));
        let full_text = indexes.iter().find(|index| index.columns == [rows::TEXT]);
        Ok(Loose {
            rows: rows >= (self.count().await? / LOOSE_SHARE).clamp(LOOSE_ROWS, MOST_LOOSE_ROWS),
            words: words >= LOOSE_WORDS,
            pieces: full_text.and_then(|index| index.num_segments).unwrap_or(0),
            mostly: full_text
                .is_some_and(|index| index.num_indexed_rows <= index.num_unindexed_rows),
        })
    }

    async fn files(&self) -> Result<usize, IndexError> {
        let stats = self.inner.stats().await;
        let stats = stats.map_err(IndexError::failed("count its files"))?;
        Ok(stats.fragment_stats.num_fragments)
    }

    /// Puts files of fewer rows than this together, one pair of hands at it: the other core answers. The indexes are `told` where
    /// the rows have moved to.
    async fn compact(&self, rows: usize, told: IndexRemapMode) -> Result<(), IndexError> {
        let options = CompactionOptions {
            target_rows_per_fragment: rows,
            num_threads: Some(1),
            index_remap_mode: told,
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

    /// Deletes files that only earlier versions of the table had.
    async fn prune(&self) -> Result<(), IndexError> {
        let action = OptimizeAction::Prune {
            older_than: Some(Duration::zero()),
            delete_unverified: None,
            error_if_tagged_old_versions: None,
        };
        self.optimize("delete old files", action).await
    }

    pub(super) async fn indexes(&self) -> Result<Vec<IndexConfig>, IndexError> {
        let indexes = self.inner.list_indices().await;
        indexes.map_err(IndexError::failed("list its indexes"))
    }

    #[cfg(test)]
    pub(crate) async fn knows_few_words(&self) -> bool {
        self.loose().await.is_ok_and(|loose| loose.words)
    }

    #[cfg(test)]
    pub(super) async fn index_names(&self) -> Vec<String> {
        let indexes = self.indexes().await.unwrap_or_default();
        indexes.into_iter().map(|index| index.name).collect()
    }

    pub(super) async fn build(
        &self,
        column: &str,
        kind: Kind,
        name: Option<&str>,
    ) -> Result<(), IndexError> {
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
