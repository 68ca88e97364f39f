//! Search without an index: the store's texts, read for their words. And beside an index, for what it does not know: posts that
//! came after it, and words that it has only with an ending.

use std::collections::HashSet;

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

/// The posts with the most of the words; `after` a change of the store, or of all.
pub(super) async fn search(
    store: &Store,
    query: &SearchQuery,
    words: &str,
    limit: usize,
    after: Option<i64>,
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
        after,
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

/// Whether a word of the question may stand in texts with an ending that the index does not take off: in Korean, particles are
/// written together with the word before them.
pub(super) fn has_endings(words: &str) -> bool {
    words
        .chars()
        .any(|letter| matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}'))
}

/// Both findings as one: what holds every word goes before what the index found, the rest behind it.
pub(super) fn merged(by_words: Vec<Hit>, found: Vec<Hit>, limit: usize, spread: bool) -> Vec<Hit> {
    if by_words.is_empty() {
        return found;
    }
    let (whole, part): (Vec<Hit>, Vec<Hit>) =
        by_words.into_iter().partition(|hit| hit.score >= 1.0);
    let mut seen = HashSet::new();
    let mut chosen = Chosen::new(limit, spread);
    for hit in whole.into_iter().chain(found).chain(part) {
        if seen.insert(hit.post.id) {
            chosen.take(hit, None);
        }
    }
    chosen.hits()
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
