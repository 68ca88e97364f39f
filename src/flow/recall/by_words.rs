//! Search without an index: the store's texts, read for their words.

use jiff::Timestamp;

use super::spread::Chosen;
use super::{Hit, RecallError, SearchQuery};
use crate::domain::ids::PostId;
use crate::index::cleaning::bare_words;
use crate::store::{Store, WordsQuery};

/// Shorter words stand inside too many others.
const SHORTEST_WORD: usize = 3;
/// Candidates for each hit asked for, since near-copies go.
const PER_HIT: usize = 3;

pub(super) async fn search(
    store: &Store,
    query: &SearchQuery,
    words: &str,
    limit: usize,
) -> Result<Vec<Hit>, RecallError> {
    let words = telling(words);
    let looked_for = WordsQuery {
        words: &words,
        networks: &query.networks,
        authors: &query.authors,
        tags: &query.tags,
        since: query.since.map(Timestamp::as_millisecond),
        until: query.until.map(Timestamp::as_millisecond),
        own: query.own,
    };
    let most = u32::try_from(limit * PER_HIT).unwrap_or(u32::MAX);
    let found = store
        .posts_worded(query.workspace, &looked_for, most)
        .await?;
    let ids: Vec<PostId> = found.iter().map(|(id, _)| *id).collect();
    let posts = store.posts(&ids).await?;
    #[expect(clippy::cast_precision_loss, reason = "a dozen words")]
    let share = |hits: i64| hits as f32 / words.len().max(1) as f32;
    let mut chosen = Chosen::new(limit, query.spread);
    for post in posts {
        if let Some((_, hits)) = found.iter().find(|(id, _)| *id == post.id) {
            let fit = share(*hits).min(1.0);
            chosen.take(Hit { post, score: fit }, None);
        }
    }
    Ok(chosen.hits())
}

/// The words that tell posts apart, each once.
fn telling(words: &str) -> Vec<String> {
    let mut all = bare_words(words);
    all.sort_unstable();
    all.dedup();
    let (long, short): (Vec<String>, Vec<String>) = all
        .into_iter()
        .partition(|word| word.chars().count() >= SHORTEST_WORD);
    if long.is_empty() { short } else { long }
}
