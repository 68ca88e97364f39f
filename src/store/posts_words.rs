//! Posts by their words, read off one after the other: slower and blunter than the index, and there whatever happens to it.

use sqlx::{QueryBuilder, Sqlite};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::store::rows::limit;
use crate::store::{R, Store};

/// More words say no more; each is looked for in every text.
const MOST_WORDS: usize = 12;

/// What is looked for. Empty lists mean all.
#[derive(Debug, Clone, Default)]
pub struct WordsQuery<'a> {
    /// Lower case.
    pub words: &'a [String],
    pub networks: &'a [Network],
    pub authors: &'a [String],
    pub tags: &'a [String],
    /// Milliseconds.
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub own: Option<bool>,
    /// Only changes behind this one.
    pub after: Option<i64>,
}

impl Store {
    /// The posts with the most of the words, newest first among equals, each with how many it holds.
    pub async fn posts_worded(
        &self,
        workspace: WorkspaceId,
        query: &WordsQuery<'_>,
        most: u32,
    ) -> R<Vec<(PostId, i64)>> {
        if query.words.is_empty() {
            return Ok(Vec::new());
        }
        let mut select =
            QueryBuilder::<Sqlite>::new("SELECT id, hits FROM (SELECT id, created_at, ");
        let mut sum = select.separated(" + ");
        for word in query.words.iter().take(MOST_WORDS) {
            if word.is_ascii() {
                sum.push("(instr(lower(text), ");
                sum.push_bind_unseparated(word.as_str());
                sum.push_unseparated(") > 0)");
            } else {
                // The database knows capitals from A to Z alone.
                sum.push("(text GLOB ");
                sum.push_bind_unseparated(any_case(&word.nfc().collect::<String>()));
                sum.push_unseparated(" OR text GLOB ");
                sum.push_bind_unseparated(any_case(&word.nfd().collect::<String>()));
                sum.push_unseparated(")");
            }
        }
        select.push(" AS hits FROM posts WHERE workspace_id = ");
        select.push_bind(workspace.0);
        let networks = query.networks.iter().map(|network| network.name());
        one_of(&mut select, "network", networks);
        one_of(
            &mut select,
            "author COLLATE same_name",
            query.authors.iter().map(String::as_str),
        );
        for tag in query.tags {
            select.push(" AND instr(tags, ");
            select.push_bind(format!("\"{}\"", tag.to_lowercase()));
            select.push(") > 0");
        }
        if let Some(since) = query.since {
            select.push(" AND created_at >= ").push_bind(since);
        }
        if let Some(until) = query.until {
            select.push(" AND created_at < ").push_bind(until);
        }
        if let Some(after) = query.after {
            select.push(" AND seq > ").push_bind(after);
        }
        if let Some(own) = query.own {
            select.push(" AND own = ").push_bind(i64::from(own));
        }
        select
            .push(") AS found WHERE hits > 0 ORDER BY hits DESC, created_at DESC, id DESC LIMIT ");
        select.push_bind(limit(most));
        let rows: Vec<(i64, i64)> = select
            .build_query_as()
            .persistent(false)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(post, hits)| (PostId(post), hits))
            .collect())
    }
}

/// A pattern of GLOB for a word anywhere in a text, whatever its capitals.
fn any_case(word: &str) -> String {
    let mut pattern = String::from("*");
    for letter in word.chars() {
        let forms = [letter]
            .into_iter()
            .chain(single(letter.to_uppercase()))
            .chain(single(letter.to_lowercase()));
        pattern.push('[');
        pattern.extend(forms);
        pattern.push(']');
    }
    pattern.push('*');
    pattern
}

/// The other form of a letter, where that is one letter.
fn single(mut form: impl Iterator<Item = char>) -> Option<char> {
    let letter = form.next()?;
    form.next().is_none().then_some(letter)
}

fn one_of<'a>(
    select: &mut QueryBuilder<Sqlite>,
    column: &str,
    values: impl ExactSizeIterator<Item = &'a str>,
) {
    if values.len() == 0 {
        return;
    }
    select.push(" AND ").push(column).push(" IN (");
    let mut list = select.separated(", ");
    for value in values {
        list.push_bind(value.to_owned());
    }
    select.push(")");
}
