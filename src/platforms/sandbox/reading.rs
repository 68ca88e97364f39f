//! What the network shows: pages, newest first, and pictures that were published.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use crate::domain::network::Network;
use crate::domain::source::Selector;
use crate::platforms::{Page, PlatformError};

use super::ACCOUNT;
use super::db::{Db, PostRow, native, parse_id};

/// The place after the last row of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    activity_at: i64,
    id: i64,
}

impl std::str::FromStr for Cursor {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_once('.')
            .and_then(|(activity_at, id)| {
                Some(Self {
                    activity_at: activity_at.parse().ok()?,
                    id: id.parse().ok()?,
                })
            })
            .ok_or_else(|| PlatformError::Refused {
                network: Network::Sandbox,
                why: "the cursor is not one of its own".to_owned(),
            })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.activity_at, self.id)
    }
}

const COLUMNS: &str = "
    SELECT p.id, p.author, p.text, p.created_at, p.activity_at, p.edited_at, p.deleted_at, p.tags, p.language,
           p.reply_to, p.quote_of, p.likes, p.reposts, p.media, p.key,
           (SELECT COUNT(*) FROM posts r WHERE r.reply_to = p.id AND r.hidden = 0 AND r.deleted_at IS NULL AND r.created_at <= ";

/// One page. What was deleted takes its place among the rows, so that long lists of deletions page as well.
pub(super) async fn page(
    db: &Db,
    selector: &Selector,
    cursor: Option<Cursor>,
    size: u32,
    now: Timestamp,
) -> anyhow::Result<Page> {
    let millis = now.as_millisecond();
    let size = usize::try_from(size)?.max(1);
    let mut query = QueryBuilder::<Sqlite>::new(COLUMNS);
    query
        .push_bind(millis)
        .push(") AS replies FROM posts p WHERE ");
    push_shown(&mut query, selector, millis);
    if let Some(cursor) = cursor {
        query.push(" AND (p.activity_at, p.id) < (");
        query.push_bind(cursor.activity_at).push(", ");
        query.push_bind(cursor.id).push(")");
    }
    query.push(" ORDER BY p.activity_at DESC, p.id DESC LIMIT ");
    query.push_bind(i64::try_from(size + 1)?);
    let mut rows: Vec<PostRow> = query.build_query_as().fetch_all(&db.pool).await?;

    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|row| {
        Cursor {
            activity_at: row.activity_at,
            id: row.id,
        }
        .to_string()
    });
    let mut page = Page {
        next,
        about: Some(matching(db, selector, millis).await?),
        ..Page::default()
    };
    for row in rows {
        if row.deleted_at.is_some() {
            page.removed.push(native(row.id));
        } else {
            page.posts.push(row.into_post(now)?);
        }
    }
    Ok(page)
}

/// How many posts there are to see.
pub(super) async fn count(db: &Db, now: Timestamp) -> anyhow::Result<u64> {
    matching(db, &Selector::All, now.as_millisecond()).await
}

async fn matching(db: &Db, selector: &Selector, now: i64) -> anyhow::Result<u64> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM posts p WHERE ");
    push_shown(&mut query, selector, now);
    query.push(" AND p.deleted_at IS NULL");
    let count: i64 = query.build_query_scalar().fetch_one(&db.pool).await?;
    Ok(u64::try_from(count)?)
}

/// Whether anybody of this name has written anything.
pub(super) async fn knows(db: &Db, author: &str) -> sqlx::Result<bool> {
    let post: Option<i64> =
        sqlx::query_scalar("SELECT id FROM posts WHERE author COLLATE same_name = $1 LIMIT 1")
            .bind(author)
            .fetch_optional(&db.pool)
            .await?;
    Ok(post.is_some())
}

fn push_shown(query: &mut QueryBuilder<Sqlite>, selector: &Selector, now: i64) {
    query
        .push("p.hidden = 0 AND p.created_at <= ")
        .push_bind(now);
    match selector {
        Selector::All => {}
        Selector::Author(author) => {
            query
                .push(" AND p.author COLLATE same_name = ")
                .push_bind(author.as_str());
        }
        Selector::Tag(tag) => {
            // Tags are words of letters, digits and underscores: none can break out of its quotes.
            query
                .push(" AND instr(p.tags, ")
                .push_bind(format!("\"{}\"", tag.to_lowercase()))
                .push(") > 0");
        }
        Selector::Search(text) => {
            for word in text.to_lowercase().split_whitespace().take(12) {
                query
                    .push(" AND instr(p.words, ")
                    .push_bind(word.to_owned())
                    .push(") > 0");
            }
        }
        Selector::Post(id) => {
            let id = parse_id(id);
            query
                .push(" AND (p.reply_to = ")
                .push_bind(id)
                .push(" OR p.quote_of = ")
                .push_bind(id)
                .push(")");
        }
        // There is one feed only, and it has no address.
        Selector::Feed(_) => {
            query.push(" AND 1 = 0");
        }
        Selector::Replies => {
            query
                .push(" AND p.author <> ")
                .push_bind(ACCOUNT)
                .push(" AND p.reply_to IN (SELECT id FROM posts WHERE author = ")
                .push_bind(ACCOUNT)
                .push(")");
        }
    }
}

/// A picture that came with a published post.
pub(super) async fn picture(db: &Db, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
    Ok(
        sqlx::query_scalar("SELECT bytes FROM pictures WHERE name = $1")
            .bind(name)
            .fetch_optional(&db.pool)
            .await?,
    )
}
