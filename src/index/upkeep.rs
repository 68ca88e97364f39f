//! Keeping a table quick: few files, indexes that know its rows, nothing old on the disk. Searches go on meanwhile.

use std::sync::Arc;

use lancedb::index::scalar::BTreeIndexBuilder;
use lancedb::index::{Index as Kind, IndexConfig};
use lancedb::table::{OptimizeAction, OptimizeOptions};
use tokio::sync::OwnedMutexGuard;

use super::apart::{Chore, Order, ordered};
use super::aside::aside;
use super::files::{LARGEST_FILE, LITTLE_MEMORY, QUICKLY};
use super::reading::Seen;
use super::table::Table;
use super::words::words_index;
use super::{IndexError, rows};

/// Rows that the full text does not know yet are taken apart into words at every search, which costs 0.02 ms each. From this
/// many on they get an index of their own beside it, and when there are this many small pieces, they become one.
const LOOSE_WORDS: usize = 100;
const MOST_SMALL_PIECES: u32 = 3;
/// Vectors that their index does not know are read at every search, 2,000 in three milliseconds. From this many on, and from
/// this share of all, they are taken in, which writes the index anew: half a second at 100,000.
const LOOSE_ROWS: usize = 1_000;
const LOOSE_SHARE: usize = 100;
const MOST_LOOSE_ROWS: usize = 5_000;
/// Every file costs a search about 0.3 ms. With more than [`MOST_FILES`], new ones are put together. When that leaves more than
/// [`FEW_FILES`] once the indexes know all rows, so are those of a few thousand rows, and if need be all: two seconds at 100,000.
const MOST_FILES: usize = 8;
const FEW_FILES: usize = 4;
const LARGE_FILE: usize = 10_000;
/// Up to so many rows in a file while a new table is filled.
const FILLED_FILE: usize = 100_000;
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
    /// New words get known, which is little.
    Words(Loose),
    /// Work for a process of its own.
    Large(Chore),
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
        self.keep_up(alone, Upkeep::Large(Chore::Files)).await
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
        let upkeep = if all {
            Upkeep::Large(Chore::All)
        } else {
            Upkeep::Words(loose)
        };
        self.keep_up(alone, upkeep).await?;
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
        let done = match upkeep {
            Upkeep::Words(loose) => {
                let table = self.clone();
                aside(async move {
                    table
                        .apart()
                        .await?
                        .take_words_in(loose, MOST_SMALL_PIECES)
                        .await
                })
                .await
            }
            Upkeep::Large(chore) => self.done_apart(chore).await,
        };
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

    async fn done_apart(&self, chore: Chore) -> Result<(), IndexError> {
        let order = Order {
            uri: self.uri.to_string(),
            table: self.name().to_owned(),
            chore,
        };
        if let Some(done) = ordered(&order).await {
            return done;
        }
        let table = self.clone();
        aside(async move { table.apart().await?.do_chore(chore).await }).await
    }

    /// Does it here, whoever else reads the table.
    pub(super) async fn do_chore(&self, chore: Chore) -> Result<(), IndexError> {
        match chore {
            Chore::Files => self.gather_apart().await,
            Chore::All => self.tidy_all(self.loose().await?).await,
        }
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
        self.take_rows_in(|column| column == rows::ID).await
    }

    async fn tidy_all(&self, loose: Loose) -> Result<(), IndexError> {
        if loose.mostly {
            // Before the words know them, which would have to be told where the rows have moved to; and with all ids known, because
            // lance leaves files apart of which only some are known.
            self.take_rows_in(|column| column == rows::ID).await?;
            self.compact(LARGEST_FILE, LITTLE_MEMORY).await?;
        }
        if self.scattered().await? {
            self.put_all_together(loose).await?;
        } else {
            self.put_new_together(loose).await?;
        }
        if loose.rows {
            self.grow(self.count().await?).await?;
        }
        Ok(())
    }

    /// One file, and each index in one piece.
    async fn put_all_together(&self, loose: Loose) -> Result<(), IndexError> {
        if loose.mostly {
            self.first_indexes().await?;
        }
        self.take_rows_in(|_| true).await?;
        self.compact(LARGEST_FILE, QUICKLY).await
    }

    /// What is large already stays as it is, as long as it can.
    async fn put_new_together(&self, loose: Loose) -> Result<(), IndexError> {
        // First of all: until then every search pays for them. In one piece, or lance leaves their files apart.
        self.take_words_in(loose, 1).await?;
        // Before their vectors are known: that index holds all rows, and telling it which have moved keeps every core from searches.
        self.compact_new(LARGE_FILE).await?;
        if loose.rows {
            self.take_rows_in(|column| column != rows::TEXT).await?;
        }
        let most = if loose.rows { FEW_FILES } else { MOST_FILES };
        if self.files().await? > most {
            self.compact(LARGE_FILE, QUICKLY).await?;
        }
        if self.files().await? > most {
            // All words in one piece, for the same reason.
            self.take_rows_in(|column| column == rows::TEXT).await?;
            self.compact(LARGEST_FILE, QUICKLY).await?;
        }
        Ok(())
    }

    /// The indexes of these columns take all rows in, each in one piece: a second piece of that of the vectors would cost every
    /// search.
    async fn take_rows_in(&self, of: impl Fn(&str) -> bool) -> Result<(), IndexError> {
        let indexes = self.indexes().await?.into_iter();
        let chosen = indexes.filter(|index| index.columns.iter().any(|column| of(column)));
        let mut options = OptimizeOptions::merge(usize::MAX);
        options.index_names = Some(chosen.map(|index| index.name).collect());
        self.take_in(options).await
    }

    /// A piece of their own for new words; `most` small pieces become one. The large one is left alone, unless it knows less than
    /// half: writing it anew takes 0.6 s at 100,000 rows.
    async fn take_words_in(&self, loose: Loose, most: u32) -> Result<(), IndexError> {
        if loose.mostly {
            return self.first_indexes().await;
        }
        let small = loose.pieces.saturating_sub(1);
        let mut options = match small {
            small if small < most => OptimizeOptions::append(),
            small => OptimizeOptions::merge(small as usize),
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

    /// Indexes get to know new rows.
    async fn take_in(&self, options: OptimizeOptions) -> Result<(), IndexError> {
        self.optimize("index new rows", OptimizeAction::Index(options))
            .await
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

    pub(super) async fn optimize(
        &self,
        what: &'static str,
        action: OptimizeAction,
    ) -> Result<(), IndexError> {
        let done = self.inner.optimize(action).await;
        done.map(drop).map_err(IndexError::failed(what))
    }
}
