//! Finding the posts that matter for some words.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::by_words;
use super::spread::{self, Scored};
use super::{Recall, RecallError};
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::post::Post;
use crate::index::{Filter, IndexError, Near, Table, Worded, cleaning};

/// Each half hands over this many for each hit asked for: enough to fill up what copies and age take away …
const CANDIDATES_PER_HIT: usize = 5;
/// … and for the two halves to meet at all.
const LEAST_CANDIDATES: usize = 50;
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
        let (near, worded) = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(index.error = %error, "the index did not answer");
                // It was readable before: the next use looks again, and builds a new one if need be.
                self.close(table.name());
                return self.while_mending(query, &words, limit).await;
            }
        };
        self.fuse(query, &words, vector.as_deref(), near, worded, limit)
            .await
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
        by_words::search(&self.0.store, query, words, limit).await
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
    ) -> Result<(Vec<Near>, Vec<Worded>), RecallError> {
        let candidates = (limit * CANDIDATES_PER_HIT).max(LEAST_CANDIDATES);
        let alone = self.0.store.is_only_workspace(query.workspace).await?;
        let filter = query.filter(alone);
        let by_meaning = async {
            match vector {
                Some(vector) => table.nearest(vector, &filter, candidates).await,
                None => Ok(Vec::new()),
            }
        };
        let (near, worded) =
            tokio::try_join!(by_meaning, table.worded(words, &filter, candidates))?;
        Ok((near, worded))
    }

    async fn fuse(
        &self,
        query: &SearchQuery,
        words: &str,
        vector: Option<&[f32]>,
        mut near: Vec<Near>,
        mut worded: Vec<Worded>,
        limit: usize,
    ) -> Result<Vec<Hit>, RecallError> {
        let mut posts = self.posts(&near, &worded).await?;
        near.retain(|hit| posts.contains_key(&hit.id));
        worded.retain(|hit| posts.contains_key(&hit.id));
        let coverage = worded
            .first()
            .and_then(|hit| posts.get(&hit.id))
            .map_or(0.0, |post| {
                spread::coverage(&cleaning::bare_words(words), &post.body.text)
            });
        let ranked = self.0.fusion.rank(vector, near, worded, coverage);
        let now = self.0.clock.now();
        let mut scored: Vec<Scored> = ranked
            .into_iter()
            .filter_map(|candidate| {
                let post = posts.remove(&candidate.id)?;
                let kept = query.fresh.map_or(1.0, |half_life| {
                    spread::freshness(post.body.created_at, now, half_life)
                });
                Some(Scored {
                    hit: Hit {
                        post,
                        score: candidate.score * kept,
                    },
                    vector: candidate.vector,
                })
            })
            .collect();
        // Stable: what age does not tell apart keeps its order.
        scored.sort_by(|a, b| b.hit.score.total_cmp(&a.hit.score));
        if query.spread {
            return Ok(spread::without_copies(scored, limit));
        }
        Ok(scored
            .into_iter()
            .take(limit)
            .map(|scored| scored.hit)
            .collect())
    }

    /// The posts behind the answers as the store has them now: those deleted meanwhile are missing.
    async fn posts(
        &self,
        near: &[Near],
        worded: &[Worded],
    ) -> Result<HashMap<i64, Post>, RecallError> {
        let mut ids: Vec<PostId> = near
            .iter()
            .map(|hit| PostId(hit.id))
            .chain(worded.iter().map(|hit| PostId(hit.id)))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let posts = self.0.store.posts(&ids).await?;
        Ok(posts.into_iter().map(|post| (post.id.0, post)).collect())
    }
}
