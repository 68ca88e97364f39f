//! Bringing the index up to the store.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Recall, RecallError, row};
use crate::domain::ids::PostId;
use crate::domain::post::Post;
use crate::domain::progress::{Progress, Step};
use crate::index::{IndexError, Row, Table};
use crate::models::{Embedder, ModelError};
use crate::store::IndexTable;

/// Posts whose texts go in at once, and after how many such batches their files are put together. One commit of the index
/// takes some 20 ms whatever its size.
const TEXT_BATCH: u32 = 2_000;
const GATHER_EVERY: usize = 50;
/// The same for a table that is asked meanwhile. Its words are taken into the full text after each batch, also of vectors, which
/// write rows anew: every row that it does not know costs every search. All upkeep is done after so many, for so does every file.
const ASKED_TEXT_BATCH: u32 = 250;
const TIDY_ASKED_EVERY: usize = 16;
/// A page of new posts gets its vectors before it goes in, so that it is written once; if they take longer than this, after.
const PAGE: usize = 64;
const PAGE_WAITS: Duration = Duration::from_secs(2);
/// Posts embedded at once: a second or two of work, so that a stop is heard and a crash repeats little.
const VECTOR_BATCH: u32 = 128;
/// Upkeep every so many batches of vectors that come into a table nobody asks: each leaves a file, and every further batch looks
/// into all of them.
const TIDY_EVERY: usize = 64;

/// How a catch-up goes about it.
#[derive(Clone, Copy)]
struct Manner<'a> {
    /// When it ends, between two batches of vectors.
    until: Option<Instant>,
    /// Whether the table that serves is asked meanwhile.
    asked: bool,
    progress: &'a dyn Progress,
    stop: &'a CancellationToken,
}

/// How a catch-up ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaughtUp {
    /// All is in that there was.
    Done,
    /// It was stopped; what it did is kept.
    Stopped,
    /// Its time was up with all texts in; vectors are left.
    More,
    /// All texts are in, vectors are not: the embedder gave none. With `later` set trying again may help.
    WithoutVectors { why: String, later: bool },
}

/// What became of one batch of vectors.
enum VectorBatch {
    /// It is in.
    Kept,
    /// Nothing was waiting.
    Nothing,
    Failed(ModelError),
}

impl Recall {
    /// Brings every table up to the store: all texts, then vectors batch by batch, looking for new texts in between.
    /// Does nothing twice that was kept, and can be stopped and called again at any time.
    pub async fn catch_up(
        &self,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> Result<CaughtUp, RecallError> {
        self.catch_up_as(Manner {
            until: None,
            asked: true,
            progress,
            stop,
        })
        .await
    }

    /// The same when nobody can ask meanwhile: in large batches, with the upkeep at the end.
    pub async fn catch_up_unasked(
        &self,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> Result<CaughtUp, RecallError> {
        self.catch_up_as(Manner {
            until: None,
            asked: false,
            progress,
            stop,
        })
        .await
    }

    /// The same for about as long as `turn`: it ends between two batches.
    pub async fn catch_up_for(
        &self,
        turn: Duration,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> Result<CaughtUp, RecallError> {
        self.catch_up_as(Manner {
            until: Some(Instant::now() + turn),
            asked: true,
            progress,
            stop,
        })
        .await
    }

    async fn catch_up_as(&self, manner: Manner<'_>) -> Result<CaughtUp, RecallError> {
        let _alone = tokio::select! {
            biased;
            () = manner.stop.cancelled() => return Ok(CaughtUp::Stopped),
            alone = self.0.catching_up.lock() => alone,
        };
        let mut tables = self.prepare().await?;
        let ended = self.fill(&mut tables, manner).await;
        if matches!(ended, Err(RecallError::Index(_))) {
            // Perhaps one is torn: the next try opens and probes them anew.
            for table in &tables {
                self.close(&table.name);
            }
        }
        ended
    }

    /// Builds a new table beside the one that serves. The next catch-up fills it and lets it take over.
    pub async fn rebuild(&self) -> Result<(), RecallError> {
        let _alone = self.0.catching_up.lock().await;
        self.add_table().await.map(drop)
    }

    async fn fill(
        &self,
        tables: &mut [IndexTable],
        manner: Manner<'_>,
    ) -> Result<CaughtUp, RecallError> {
        let mut batches = 0;
        loop {
            for listed in tables.iter_mut() {
                if !self.fill_texts(listed, manner).await? {
                    return Ok(CaughtUp::Stopped);
                }
            }
            let mut further = false;
            for listed in tables.iter_mut() {
                match self.fill_vectors(listed, manner).await? {
                    VectorBatch::Kept => {
                        further = true;
                        batches += 1;
                        let table = self.table(&listed.name).await?;
                        if manner.asked && listed.serving {
                            tidy_asked(&table, batches).await?;
                        } else if batches.is_multiple_of(TIDY_EVERY) {
                            table.tidy().await?;
                        }
                        break;
                    }
                    VectorBatch::Nothing => {}
                    VectorBatch::Failed(ModelError::Cancelled) => return Ok(CaughtUp::Stopped),
                    VectorBatch::Failed(error) => return Ok(self.without_vectors(&error)),
                }
            }
            if manner.stop.is_cancelled() {
                return Ok(CaughtUp::Stopped);
            }
            if !further && self.settle(tables).await? {
                return Ok(CaughtUp::Done);
            }
            if further && manner.until.is_some_and(|until| Instant::now() >= until) {
                return Ok(CaughtUp::More);
            }
        }
    }

    /// Nothing was left to do a moment ago: upkeep, and the newest table takes over. Says whether that is still so.
    async fn settle(&self, tables: &[IndexTable]) -> Result<bool, RecallError> {
        for listed in tables {
            self.table(&listed.name).await?.tidy().await?;
        }
        let last = self.0.store.last_change().await?;
        let newest = tables.last();
        if newest.is_some_and(|table| table.text_seq < last || table.vector_seq < last) {
            return Ok(false);
        }
        if let Some(table) = newest.filter(|table| !table.serving) {
            self.promote(&table.name).await?;
        }
        if self.0.embedder.is_some() {
            self.note_trouble(None);
        }
        Ok(true)
    }

    fn without_vectors(&self, error: &ModelError) -> CaughtUp {
        tracing::warn!(model.error = %error, "posts are found by their words only");
        self.note_trouble(Some(error));
        CaughtUp::WithoutVectors {
            why: error.to_string(),
            later: matches!(
                error,
                ModelError::Unavailable { .. } | ModelError::OverBudget(_)
            ),
        }
    }

    /// All texts that wait for one table. Says false when it was stopped.
    async fn fill_texts(
        &self,
        listed: &mut IndexTable,
        manner: Manner<'_>,
    ) -> Result<bool, RecallError> {
        let asked = manner.asked && listed.serving;
        let most = if asked { ASKED_TEXT_BATCH } else { TEXT_BATCH };
        let mut rows = 0;
        for batches in 1.. {
            let last = self.0.store.last_change().await?;
            if last <= listed.text_seq {
                break;
            }
            if manner.stop.is_cancelled() {
                return Ok(false);
            }
            rows += self
                .fill_text_batch(listed, last, most, manner.stop)
                .await?;
            manner
                .progress
                .report(Step::Doing(format!("indexed {rows} posts")));
            if listed.text_seq < last {
                let table = self.table(&listed.name).await?;
                if asked {
                    tidy_asked(&table, batches).await?;
                } else if batches.is_multiple_of(GATHER_EVERY) {
                    table.gather().await?;
                }
            }
        }
        Ok(true)
    }

    /// One batch of changes up to `last`, posts and removals together. What is in when it returns stays in.
    async fn fill_text_batch(
        &self,
        listed: &mut IndexTable,
        last: i64,
        most: u32,
        stop: &CancellationToken,
    ) -> Result<usize, RecallError> {
        let from = listed.text_seq;
        let changed = self.0.store.posts_changed_since(from, most).await?;
        let removed = self.0.store.removals_since(from, most).await?;
        // Both are taken only as far as both are known.
        let upto = last.min(end_of(&changed, most)).min(end_of(&removed, most));
        let posts = self.with_pictures(taken(changed, upto)).await?;
        let table = self.table(&listed.name).await?;
        let gone: Vec<i64> = taken(removed, upto).into_iter().map(|id| id.0).collect();
        table.forget(&gone).await?;
        let mut rows = with_held_vectors(&table, &posts).await?;
        let embedded = match self.0.embedder.as_deref() {
            None => true,
            Some(embedder) => {
                listed.vector_seq == from
                    && rows.len() <= PAGE
                    && embed_page(embedder, &mut rows, stop).await
            }
        };
        let vector_seq = if embedded { upto } else { listed.vector_seq };
        table.upsert(&rows).await?;
        self.advance(listed, upto, vector_seq).await?;
        Ok(posts.len())
    }

    /// One batch of vectors for one table.
    async fn fill_vectors(
        &self,
        listed: &mut IndexTable,
        manner: Manner<'_>,
    ) -> Result<VectorBatch, RecallError> {
        let Some(embedder) = self.0.embedder.as_deref() else {
            return Ok(VectorBatch::Nothing);
        };
        if listed.vector_seq >= listed.text_seq {
            return Ok(VectorBatch::Nothing);
        }
        let changed = self
            .0
            .store
            .posts_changed_since(listed.vector_seq, VECTOR_BATCH)
            .await?;
        let upto = listed.text_seq.min(end_of(&changed, VECTOR_BATCH));
        let posts = self.with_pictures(taken(changed, upto)).await?;
        let table = self.table(&listed.name).await?;
        let waiting = without_vector(&table, &posts).await?;
        let rows = tokio::select! {
            biased;
            () = manner.stop.cancelled() => Err(ModelError::Cancelled),
            rows = embed(embedder, waiting) => rows,
        };
        match rows {
            Ok(rows) => table.upsert(&rows).await?,
            Err(error) => return Ok(VectorBatch::Failed(error)),
        }
        self.advance(listed, listed.text_seq, upto).await?;
        let left = listed.text_seq - listed.vector_seq;
        let line = format!("embedding, about {left} posts to go");
        manner.progress.report(Step::Doing(line));
        Ok(VectorBatch::Kept)
    }

    /// Posts as they are found: what their pictures show is part of their words.
    async fn with_pictures(&self, mut posts: Vec<Post>) -> Result<Vec<Post>, RecallError> {
        let ids: Vec<PostId> = posts
            .iter()
            .filter(|post| !post.body.media.is_empty())
            .map(|post| post.id)
            .collect();
        let notes = self.0.store.notes_of_posts(&ids).await?;
        for post in &mut posts {
            for note in notes.get(&post.id).into_iter().flatten() {
                post.body.text.push('\n');
                post.body.text.push_str(&note.line());
            }
        }
        Ok(posts)
    }

    async fn advance(
        &self,
        listed: &mut IndexTable,
        text_seq: i64,
        vector_seq: i64,
    ) -> Result<(), RecallError> {
        let mut tx = self.0.store.begin().await?;
        tx.advance_index(&listed.name, text_seq, vector_seq).await?;
        tx.commit().await?;
        listed.text_seq = text_seq;
        listed.vector_seq = vector_seq;
        Ok(())
    }
}

/// Upkeep of a table that is asked while more comes in.
async fn tidy_asked(table: &Table, batches: usize) -> Result<(), IndexError> {
    if batches.is_multiple_of(TIDY_ASKED_EVERY) {
        table.tidy().await.map(drop)
    } else {
        table.tidy_words().await
    }
}

/// Up to where a list of at most `most` changes is complete: without end, unless it is full and may go on.
fn end_of<T>(changes: &[(i64, T)], most: u32) -> i64 {
    match changes.last() {
        Some((seq, _)) if usize::try_from(most).is_ok_and(|most| changes.len() >= most) => *seq,
        _ => i64::MAX,
    }
}

fn taken<T>(changes: Vec<(i64, T)>, upto: i64) -> Vec<T> {
    changes
        .into_iter()
        .take_while(|(seq, _)| *seq <= upto)
        .map(|(_, what)| what)
        .collect()
}

/// Rows for `posts`; those whose text is what the table holds keep their vector: a new count of likes is no new text.
async fn with_held_vectors(table: &Table, posts: &[Post]) -> Result<Vec<Row>, IndexError> {
    let ids: Vec<i64> = posts.iter().map(|post| post.id.0).collect();
    let mut held = table.held(&ids).await?;
    Ok(posts
        .iter()
        .map(|post| {
            let mut row = row(post, None);
            if let Some((text, vector)) = held.remove(&row.id)
                && text == row.text
            {
                row.vector = vector;
            }
            row
        })
        .collect())
}

/// Rows of those `posts` that have words and no vector yet.
async fn without_vector(table: &Table, posts: &[Post]) -> Result<Vec<Row>, IndexError> {
    let ids: Vec<i64> = posts.iter().map(|post| post.id.0).collect();
    let held = table.held(&ids).await?;
    Ok(posts
        .iter()
        .map(|post| row(post, None))
        .filter(|row| {
            let has = held
                .get(&row.id)
                .is_some_and(|(_, vector)| vector.is_some());
            !row.text.is_empty() && !has
        })
        .collect())
}

/// Gives the rows of a page the vectors they lack, if that does not take long. Says whether it did: if not, the page goes in
/// without, and what comes after it tries again and tells what is wrong.
async fn embed_page(
    embedder: &dyn Embedder,
    rows: &mut Vec<Row>,
    stop: &CancellationToken,
) -> bool {
    let lacks = |row: &Row| row.vector.is_none() && !row.text.is_empty();
    let waiting = rows.iter().filter(|row| lacks(row)).cloned().collect();
    let vectors = tokio::select! {
        biased;
        () = stop.cancelled() => return false,
        vectors = tokio::time::timeout(PAGE_WAITS, embed(embedder, waiting)) => vectors,
    };
    let Ok(Ok(vectors)) = vectors else {
        return false;
    };
    rows.retain(|row| !lacks(row));
    rows.extend(vectors);
    true
}

/// Gives the rows their vectors. A text that the model refuses stays without one; it must not hold up the others.
async fn embed(embedder: &dyn Embedder, mut rows: Vec<Row>) -> Result<Vec<Row>, ModelError> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let texts: Vec<String> = rows.iter().map(|row| row.text.clone()).collect();
    match embedder.embed(&texts, "index").await {
        Ok(vectors) if vectors.len() == rows.len() => {
            for (row, vector) in rows.iter_mut().zip(vectors) {
                row.vector = Some(vector);
            }
            Ok(rows)
        }
        Ok(vectors) => Err(ModelError::Unavailable {
            provider: embedder.name().0,
            why: format!("{} vectors came for {} texts", vectors.len(), rows.len()),
        }),
        Err(ModelError::Refused { .. }) => one_by_one(embedder, rows).await,
        Err(error) => Err(error),
    }
}

async fn one_by_one(embedder: &dyn Embedder, rows: Vec<Row>) -> Result<Vec<Row>, ModelError> {
    let mut done = Vec::with_capacity(rows.len());
    for mut row in rows {
        match embedder.embed(&[row.text.clone()], "index").await {
            Ok(mut vectors) => row.vector = vectors.pop(),
            Err(ModelError::Refused { why, .. }) => {
                tracing::warn!(post.id = row.id, model.error = %why, "a post stays without a vector");
            }
            Err(error) => return Err(error),
        }
        done.push(row);
    }
    Ok(done)
}
