//! What a table answers: rows near to a vector, and rows that hold words.
//!
//! `LanceDB` answers each half by itself, with a state of the table and a reading of rows of its own. Here both halves look at
//! one state and answer with addresses, and what they found is read once: lance, the engine beneath, is asked directly.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use lance::dataset::Dataset;
use lancedb::index::scalar::FullTextSearchQuery;

use super::filter::Filter;
use super::loose::Loose;
use super::meaning::{Looking, index_of_vectors};
use super::reading::Seen;
use super::state::{self, Address};
use super::table::Table;
use super::{IndexError, cosine, partitions, rows};

/// How many rows are read when a state is warmed, so that they come from all of its files.
const WARMED: usize = 50;
/// And how many words are looked for: each costs as much as in a search.
const WARMED_WORDS: usize = 3;
/// They are those of a text among so many first rows. No filter finds it, for lance would read thousands of rows for that, and
/// whoever searches meanwhile would wait.
const WARMED_FROM: i64 = 50;

/// What is looked for. Without a vector or without words that half is left out.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub vector: Option<&'a [f32]>,
    pub words: Option<&'a str>,
    pub filter: &'a Filter,
    /// How many each half hands over.
    pub limit: usize,
}

/// A row that a half found, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub id: i64,
    /// Cosine to the vector asked for, -1 to 1, whichever half found it. None where either has no vector.
    pub similarity: Option<f32>,
    /// BM25, comparable only within one answer. None for a row that the words did not find.
    pub words: Option<f32>,
    pub vector: Option<Vec<f32>>,
}

impl Table {
    /// The rows near to a vector and those that hold words, among those that pass the filter, each row once, in no order. Rows
    /// that were put in a moment ago are found as well; those without a vector only by their words.
    ///
    /// The index measures by a few bits of each number. What it hands over is measured exactly here: a search shows ten
    /// of fifty, so those it has in the wrong order are among them.
    pub fn search<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Vec<Found>, IndexError>> {
        // In a box: what lance waits for is nested deeper than the compiler looks.
        async move {
            let _reading = self.readers.read().await;
            match self.attempt(asked).await {
                Err(error) if self.reading.give_ring_up().await => {
                    let again = self.attempt(asked).await;
                    if again.is_ok() {
                        tracing::warn!(index.error = %error, "the index is read without io_uring from now on");
                    } else {
                        self.reading.take_ring_up().await;
                    }
                    again
                }
                found => found,
            }
        }
        .boxed()
    }

    async fn attempt(&self, asked: Asked<'_>) -> Result<Vec<Found>, IndexError> {
        search(&self.state().await?, &self.reading.loose, asked).await
    }

    /// The newest state as the next search would read it, with what it would wait for: the indexes as upkeep left them, which nobody has
    /// looked at yet.
    pub(super) async fn warmed(&self) -> Result<Seen, IndexError> {
        let failed = || IndexError::failed("look at it anew");
        let (newest, anew) = self.unread().await?;
        let mut row = newest.state.scan();
        row.project(&[rows::TEXT])
            .and_then(|row| row.limit(Some(WARMED_FROM), None))
            .map_err(failed())?;
        let row = row.try_into_batch().await.map_err(failed())?;
        let texts = rows::read_texts(&row, rows::TEXT)?;
        let mut texts = texts.iter().flatten();
        let text = texts.find(|text| !text.is_empty()).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().take(WARMED_WORDS).collect();
        let words = words.join(" ");
        let vector = vec![1.0; self.dimensions().unwrap_or(0)];
        if anew {
            read_ahead(&newest.state, &vector).await?;
        }
        let asked = Asked {
            vector: (anew && !vector.is_empty()).then_some(&*vector),
            words: (!words.is_empty()).then_some(&*words),
            filter: &Filter::default(),
            limit: WARMED,
        };
        search(&newest.state, &Loose::default(), asked).await?;
        Ok(newest)
    }

    /// The rows nearest to `vector`, nearest first.
    pub async fn nearest(
        &self,
        vector: &[f32],
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Found>, IndexError> {
        let asked = Asked {
            vector: Some(vector),
            words: None,
            filter,
            limit,
        };
        let mut found = self.search(asked).await?;
        let similarity = |row: &Found| row.similarity.unwrap_or(-1.0);
        found.sort_by(|a, b| similarity(b).total_cmp(&similarity(a)));
        Ok(found)
    }

    /// The rows that hold words of `words`, best first.
    pub async fn worded(
        &self,
        words: &str,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Found>, IndexError> {
        let asked = Asked {
            vector: None,
            words: Some(words),
            filter,
            limit,
        };
        let mut found = self.search(asked).await?;
        let score = |row: &Found| row.words.unwrap_or(0.0);
        found.sort_by(|a, b| score(b).total_cmp(&score(a)));
        Ok(found)
    }
}

/// What a search would read of the vectors' index, where there is one.
async fn read_ahead(dataset: &Dataset, vector: &[f32]) -> Result<(), IndexError> {
    let Some(index) = index_of_vectors(dataset).await? else {
        return Ok(());
    };
    let looking = Looking {
        dataset,
        loose: &Loose::default(),
        vector,
        narrowed: None,
        limit: WARMED,
    };
    partitions::read_ahead(&looking, index.uuid).await
}

async fn search(
    dataset: &Arc<Dataset>,
    loose: &Loose,
    asked: Asked<'_>,
) -> Result<Vec<Found>, IndexError> {
    let near = async {
        let Some(vector) = asked.vector else {
            return Ok(Vec::new());
        };
        let looking = Looking {
            dataset,
            loose,
            vector,
            narrowed: asked.filter.expression(),
            limit: asked.limit,
        };
        looking.nearest().await
    };
    let (near, scores) = tokio::try_join!(near, worded(dataset, asked))?;
    let addresses = near.into_iter().chain(scores.keys().copied());
    let kept = state::read(dataset, addresses).await?;
    let found = kept.into_iter().map(|(address, (id, vector))| Found {
        id,
        similarity: asked
            .vector
            .zip(vector.as_deref())
            .map(|(question, there)| cosine(question, there)),
        words: scores.get(&address).copied(),
        vector,
    });
    Ok(found.collect())
}

/// The rows that hold the words, with their scores.
async fn worded(
    dataset: &Arc<Dataset>,
    asked: Asked<'_>,
) -> Result<HashMap<Address, f32>, IndexError> {
    let Some(words) = asked.words else {
        return Ok(HashMap::new());
    };
    let failed = || IndexError::failed("search by words");
    let most = i64::try_from(asked.limit).ok();
    let text = FullTextSearchQuery::new(words.to_owned())
        .with_column(rows::TEXT.to_owned())
        .map_err(failed())?
        .limit(most);
    let mut scan = dataset.scan();
    scan.full_text_search(text)
        .and_then(|scan| scan.project(&[rows::ADDRESS, rows::SCORE]))
        .and_then(|scan| scan.limit(most, None))
        .map_err(failed())?;
    if let Some(filter) = asked.filter.expression() {
        scan.prefilter(true).filter_expr(filter);
    }
    let answer = scan.try_into_stream().await.map_err(failed())?;
    let batches: Vec<RecordBatch> = answer.try_collect().await.map_err(failed())?;
    let mut found = HashMap::with_capacity(asked.limit);
    for batch in batches {
        let scores = rows::read_scores(&batch, rows::SCORE)?;
        found.extend(rows::read_addresses(&batch)?.iter().copied().zip(scores));
    }
    Ok(found)
}
