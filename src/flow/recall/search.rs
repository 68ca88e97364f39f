//! Finding the posts that matter for some words.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::by_words;
use super::fusion::{Candidate, Coverage};
use super::spread::{self, Chosen, Question};
use super::{Recall, RecallError};
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::post::Post;
use crate::index::{Asked, Filter, Found, IndexError, Table, cleaning};
use crate::store::StoreError;

/// Each half hands over this many for each hit asked for: enough to fill up what copies and age take away …
const CANDIDATES_PER_HIT: usize = 5;
/// … and for the two halves to meet at all.
const LEAST_CANDIDATES: usize = 50;
/// Posts are read from the store this many at a time for each hit asked for: mostly the first lot is enough.
const READ_PER_HIT: usize = 2;
/// More than this nobody reads.
const MOST_HITS: usize = 100;
/// An index that has not answered by then is taken for torn: a person waits.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// A question longer than this says no more; it would only cost.
const LONGEST_QUESTION: usize = 1_000;

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchQuery {
    pub workspace: WorkspaceId,
    pub words: String,
    /// Any of these; none means all. So with the next two.
    pub networks: Vec<Network>,
    pub authors: Vec<String>,
    pub tags: Vec<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Only the brand's own posts, or only those of others.
    pub own: Option<bool>,
    pub limit: usize,
    /// No near-copies.
    pub spread: bool,
    /// Newer posts first: after this time half of what age can take is taken.
    pub fresh: Option<Duration>,
}

impl SearchQuery {
    /// Ten posts about `words`, without near-copies, of any age.
    pub fn new(workspace: WorkspaceId, words: impl Into<String>) -> Self {
        Self {
            workspace,
            words: words.into(),
            networks: Vec::new(),
            authors: Vec::new(),
            tags: Vec::new(),
            since: None,
            until: None,
            own: None,
            limit: 10,
            spread: true,
            fresh: None,
        }
    }

    /// With all rows of one workspace anyway, asking for it would only cost: 10 ms at 100,000 rows.
    fn filter(&self, only_workspace: bool) -> Filter {
        Filter {
            workspace: (!only_workspace).then_some(self.workspace.0),
            networks: self
                .networks
                .iter()
                .map(|network| network.name().to_owned())
                .collect(),
            authors: self.authors.clone(),
            tags: self.tags.clone(),
            since: self.since.map(Timestamp::as_millisecond),
            until: self.until.map(Timestamp::as_millisecond),
            own: self.own,
        }
    }
}

/// A post that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub post: Post,
    /// 0 to 1: how well it fits.
    pub score: f32,
}

impl Recall {
    /// The cosine of each of `others` to `text`, -1 to 1. None without an embedder, or when it does not answer: then
    /// meaning has no say.
    pub async fn nearness(&self, text: &str, others: &[String]) -> Option<Vec<f32>> {
        let embedder = self.0.embedder.as_ref()?;
        let mut texts = vec![text.to_owned()];
        texts.extend_from_slice(others);
        match embedder.embed(&texts, "query").await {
            Ok(vectors) => {
                let (first, rest) = vectors.split_first()?;
                Some(
                    rest.iter()
                        .map(|other| crate::index::cosine(first, other))
                        .collect(),
                )
            }
            Err(error) => {
                tracing::warn!(model.error = %error, "sentences could not be compared by meaning");
                None
            }
        }
    }

    /// The posts that fit best, best first.
    pub async fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, RecallError> {
        let words = cleaning::for_matching(&query.words);
        let words: String = words.chars().take(LONGEST_QUESTION).collect();
        let limit = query.limit.min(MOST_HITS);
        if words.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let Some((table, same_model)) = self.answering().await? else {
            return self.while_mending(query, &words, limit).await;
        };
        let vector = if same_model {
            self.question(&words).await
        } else {
            None
        };
        let asked = self.ask(&table, query, &words, vector.as_deref(), limit);
        let found = match tokio::time::timeout(LONGEST_WAIT, asked).await {
            Ok(found) => found,
            Err(late) => Err(RecallError::Index(IndexError::Failed {
                what: "answer",
                why: late.to_string(),
            })),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(index.error = %error, "the index did not answer");
                // It was readable before: the next use looks again, and builds a new one if need be.
                self.close(table.name());
                return self.while_mending(query, &words, limit).await;
            }
        };
        let ranked = self.rank(query, &words, vector.is_some(), found).await?;
        let found = self.choose(ranked, limit, query.spread).await?;
        let all = found.is_empty() || by_words::has_endings(&words);
        let after = match self.text_seq(&table).await? {
            _ if all => None,
            Some(seq) if seq < self.0.store.last_change().await? => Some(seq),
            _ => return Ok(found),
        };
        let by_words = by_words::search(&self.0.store, query, &words, limit, after).await?;
        Ok(by_words::merged(by_words, found, limit, query.spread))
    }

    /// The last change of the store whose text a table holds.
    async fn text_seq(&self, table: &Table) -> Result<Option<i64>, StoreError> {
        let tables = self.0.store.index_tables().await?;
        let listed = tables.iter().find(|listed| listed.name == table.name());
        Ok(listed.map(|listed| listed.text_seq))
    }

    /// What cannot answer is built anew without anybody asking for it; until then the store is read by its words.
    async fn while_mending(
        &self,
        query: &SearchQuery,
        words: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, RecallError> {
        if self.0.store.last_change().await? == 0 {
            return Ok(Vec::new());
        }
        if let Err(unwritten) = self.ask_for_catch_up().await {
            tracing::warn!(store.error = %unwritten, "the index is not mended yet");
        }
        by_words::search(&self.0.store, query, words, limit, None).await
    }

    /// The question's vector; none when there is no model or it fails, for words alone find much.
    async fn question(&self, words: &str) -> Option<Vec<f32>> {
        let embedder = self.0.embedder.as_ref()?;
        match embedder.embed(&[words.to_owned()], "query").await {
            Ok(vectors) => {
                self.note_trouble(None);
                vectors.into_iter().next()
            }
            Err(error) => {
                tracing::warn!(model.error = %error, "the question has no vector");
                self.note_trouble(Some(&error));
                None
            }
        }
    }

    async fn ask(
        &self,
        table: &Table,
        query: &SearchQuery,
        words: &str,
        vector: Option<&[f32]>,
        limit: usize,
    ) -> Result<Vec<Found>, RecallError> {
        let alone = self.0.store.is_only_workspace(query.workspace).await?;
        let filter = query.filter(alone);
        let asked = Asked {
            vector,
            words: Some(words),
            filter: &filter,
            limit: (limit * CANDIDATES_PER_HIT).max(LEAST_CANDIDATES),
        };
        Ok(table.search(asked).await?)
    }

    /// What was found as one ranking.
    async fn rank(
        &self,
        query: &SearchQuery,
        words: &str,
        by_meaning: bool,
        mut found: Vec<Found>,
    ) -> Result<Vec<Candidate>, RecallError> {
        let covered = self.covered(words, &mut found).await?;
        let mut ranked = self.0.fusion.rank(by_meaning, found, &covered);
        if let Some(half_life) = query.fresh {
            let ids: Vec<PostId> = ranked.iter().map(|row| PostId(row.id)).collect();
            let written = self.0.store.when_written(&ids).await?;
            let now = self.0.clock.now();
            for candidate in &mut ranked {
                if let Some(written) = written.get(&PostId(candidate.id)) {
                    candidate.score *= spread::freshness(*written, now, half_life);
                }
            }
            // Stable: what age does not tell apart keeps its order.
            ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        Ok(ranked)
    }

    /// How much of the question each post holds that was found by its words. Those whose posts were deleted meanwhile are taken
    /// out of `found`: all scores are measured by the best.
    async fn covered(
        &self,
        words: &str,
        found: &mut Vec<Found>,
    ) -> Result<HashMap<i64, Coverage>, RecallError> {
        let worded = found.iter().filter(|row| row.words.is_some());
        let ids: Vec<PostId> = worded.map(|row| PostId(row.id)).collect();
        let texts = self.0.store.words_of_posts(&ids).await?;
        found.retain(|row| row.words.is_none() || texts.contains_key(&PostId(row.id)));
        let mut question = Question::new(words)?;
        let covered = texts
            .iter()
            .map(|(id, text)| (id.0, question.covered_by(text)));
        Ok(covered.collect())
    }

    /// The posts behind the first of a ranking, as the store has them now.
    async fn choose(
        &self,
        mut ranked: Vec<Candidate>,
        limit: usize,
        spread: bool,
    ) -> Result<Vec<Hit>, StoreError> {
        let mut chosen = Chosen::new(limit, spread);
        for lot in ranked.chunks_mut(limit * READ_PER_HIT) {
            let ids: Vec<PostId> = lot.iter().map(|candidate| PostId(candidate.id)).collect();
            let mut posts = self.0.store.posts(&ids).await?.into_iter().peekable();
            for candidate in lot {
                let Some(post) = posts.next_if(|post| post.id.0 == candidate.id) else {
                    continue;
                };
                let score = candidate.score;
                chosen.take(Hit { post, score }, candidate.vector.take());
            }
            if chosen.is_full() {
                break;
            }
        }
        Ok(chosen.hits())
    }
}
