//! Posts, written: many at once, and only what really changed.
//!
//! A post's digest covers what was fetched. The database compares the digests of a whole chunk in one statement and
//! answers only with what is new or different, so a page that is known already costs one read. A change takes the
//! next number of the change counter; the number that brought a post is its id, so no id is ever given twice.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::domain::content::hex;
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::language;
use crate::domain::names;
use crate::domain::network::Network;
use crate::domain::post::{FetchedPost, StoreCounts};
use crate::store::rows::{json_text, millis};
use crate::store::{R, Tx};

/// How many posts go into one statement: far below the limit of bound values, and small enough to stay out of the way.
const CHUNK: usize = 250;
/// Same, for pictures and for statements with one value a row.
pub(super) const LIST: usize = 500;

/// A post that was not taken: another author's stands under its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTaken {
    pub native_id: String,
    /// Whose post stands there.
    pub author: String,
}

/// What a chunk holds that the store does not, or holds differently.
struct Difference<'a> {
    post: &'a FetchedPost,
    digest: String,
    /// The id it has already, and its author.
    known: Option<(PostId, String)>,
}

impl Tx {
    /// Takes in fetched posts, by network and native id. What the store has already, unchanged, is left alone and takes no
    /// new change number. A post that was once the brand's own stays so. A new `raw` alone is no change.
    pub async fn store_posts(
        &mut self,
        workspace: WorkspaceId,
        posts: &[FetchedPost],
    ) -> R<StoreCounts> {
        Ok(self.store_archive(workspace, posts).await?.0)
    }

    /// The same, with what was not taken: an archive's ids are its own, so another author under a known one is no edit.
    pub async fn store_archive(
        &mut self,
        workspace: WorkspaceId,
        posts: &[FetchedPost],
    ) -> R<(StoreCounts, Vec<IdTaken>)> {
        let (mut counts, mut refused) = (StoreCounts::default(), Vec::new());
        let mut rest = posts;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(distinct_prefix(rest));
            let (stored, not_taken) = self.store_chunk(workspace, chunk).await?;
            counts += stored;
            refused.extend(not_taken);
            rest = after;
        }
        Ok((counts, refused))
    }

    async fn store_chunk(
        &mut self,
        workspace: WorkspaceId,
        posts: &[FetchedPost],
    ) -> R<(StoreCounts, Vec<IdTaken>)> {
        let found = differences(self.conn(), workspace, posts).await?;
        let (foreign, changes): (Vec<_>, Vec<_>) =
            found.into_iter().partition(Difference::is_of_another);
        let refused: Vec<IdTaken> = foreign
            .into_iter()
            .filter_map(|change| {
                Some(IdTaken {
                    native_id: change.post.native_id.clone(),
                    author: change.known?.1,
                })
            })
            .collect();
        let edited = changes
            .iter()
            .filter(|change| change.known.is_some())
            .count();
        let total = changes.len();
        if total > 0 {
            let first = self.take_changes(total).await?;
            let now = self.now_millis();
            write_posts(self.conn(), workspace, &changes, first, now).await?;
            write_media(self.conn(), &changes, first).await?;
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let counts = StoreCounts {
            new: count(total - edited),
            changed: count(edited),
            known: count(posts.len() - total - refused.len()),
            removed: 0,
        };
        Ok((counts, refused))
    }

    /// Takes `count` numbers of the change counter and says which is the first.
    pub(super) async fn take_changes(&mut self, count: usize) -> R<i64> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(
            "UPDATE post_changes SET last = last + $1 WHERE id = 1 RETURNING last",
        )
        .bind(count)
        .fetch_one(self.conn())
        .await?;
        Ok(last - count + 1)
    }
}

/// How many posts from the front make a chunk: no more than one statement takes, and none of them twice.
fn distinct_prefix(posts: &[FetchedPost]) -> usize {
    let mut seen = HashSet::with_capacity(CHUNK);
    posts
        .iter()
        .take(CHUNK)
        .take_while(|post| seen.insert((post.network, post.native_id.as_str())))
        .count()
}

/// Asks the database which posts are new or different; what is known does not come back.
async fn differences<'a>(
    conn: &mut SqliteConnection,
    workspace: WorkspaceId,
    posts: &'a [FetchedPost],
) -> R<Vec<Difference<'a>>> {
    let mut digests: Vec<String> = posts.iter().map(digest).collect();
    let mut compare =
        QueryBuilder::<Sqlite>::new("WITH given (place, network, native_id, digest, own) AS (");
    compare.push_values(
        posts.iter().zip(&digests).zip(0_i64..),
        |mut row, ((post, digest), place)| {
            row.push_bind(place)
                .push_bind(post.network.name())
                .push_bind(post.native_id.as_str())
                .push_bind(digest.as_str())
                .push_bind(i64::from(post.own));
        },
    );
    compare
        .push(") SELECT given.place, posts.id, posts.author FROM given LEFT JOIN posts ON posts.workspace_id = ");
    compare.push_bind(workspace.0);
    compare.push(
        " AND posts.network = given.network AND posts.native_id = given.native_id
         WHERE posts.id IS NULL OR posts.digest <> given.digest OR given.own > posts.own
         ORDER BY given.place",
    );
    let rows: Vec<(i64, Option<i64>, Option<String>)> = compare
        .build_query_as()
        // A chunk of the usual size is prepared once; the odd last one is not worth a place among the prepared.
        .persistent(posts.len() == CHUNK)
        .fetch_all(conn)
        .await?;
    let found = rows.into_iter().filter_map(|(place, id, author)| {
        let place = usize::try_from(place).ok()?;
        Some(Difference {
            post: posts.get(place)?,
            digest: std::mem::take(digests.get_mut(place)?),
            known: id.map(PostId).zip(author),
        })
    });
    Ok(found.collect())
}

impl Difference<'_> {
    /// The id of the post when its change has the number `seq`.
    fn id(&self, seq: i64) -> i64 {
        self.known.as_ref().map_or(seq, |(id, _)| id.0)
    }

    /// On a network an author may take another name; in an archive another name is another author.
    fn is_of_another(&self) -> bool {
        self.post.network == Network::Archive
            && self
                .known
                .as_ref()
                .is_some_and(|(_, author)| !names::same(author, &self.post.author))
    }
}

async fn write_posts(
    conn: &mut SqliteConnection,
    workspace: WorkspaceId,
    changes: &[Difference<'_>],
    first: i64,
    now: i64,
) -> R<()> {
    let mut tags = Vec::with_capacity(changes.len());
    for change in changes {
        tags.push(json_text("posts", &change.post.tags)?);
    }
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO posts (id, workspace_id, network, native_id, author, text, created_at, edited_at, fetched_at,
         tags, language, reply_to, quote_of, repost_of, url, likes, reposts, replies, own, raw, digest, seq) ",
    );
    insert.push_values(
        changes.iter().zip(tags).zip(first..),
        |mut row, ((change, tags), seq)| {
            let post = change.post;
            let language = post
                .language
                .as_deref()
                .or_else(|| language::detect(&post.text));
            row.push_bind(change.id(seq))
                .push_bind(workspace.0)
                .push_bind(post.network.name())
                .push_bind(post.native_id.as_str())
                .push_bind(post.author.as_str())
                .push_bind(post.text.as_str())
                .push_bind(post.created_at.as_millisecond())
                .push_bind(millis(post.edited_at))
                .push_bind(now)
                .push_bind(tags)
                .push_bind(language)
                .push_bind(post.reply_to.as_deref())
                .push_bind(post.quote_of.as_deref())
                .push_bind(post.repost_of.as_deref())
                .push_bind(post.url.as_deref())
                .push_bind(post.counts.likes)
                .push_bind(post.counts.reposts)
                .push_bind(post.counts.replies)
                .push_bind(i64::from(post.own))
                .push_bind(post.raw.as_deref())
                .push_bind(change.digest.as_str())
                .push_bind(seq);
        },
    );
    insert.push(
        " ON CONFLICT (workspace_id, network, native_id) DO UPDATE SET
         author = excluded.author, text = excluded.text, created_at = excluded.created_at,
         edited_at = excluded.edited_at, fetched_at = excluded.fetched_at, tags = excluded.tags,
         language = excluded.language, reply_to = excluded.reply_to, quote_of = excluded.quote_of,
         repost_of = excluded.repost_of, url = excluded.url, likes = excluded.likes, reposts = excluded.reposts, replies = excluded.replies,
         own = CASE WHEN excluded.own > posts.own THEN excluded.own ELSE posts.own END,
         raw = excluded.raw, digest = excluded.digest, seq = excluded.seq",
    );
    insert
        .build()
        .persistent(changes.len() == CHUNK)
        .execute(conn)
        .await?;
    Ok(())
}

/// Pictures by their place in the post. One whose address stays keeps its file.
async fn write_media(conn: &mut SqliteConnection, changes: &[Difference<'_>], first: i64) -> R<()> {
    for (change, seq) in changes.iter().zip(first..) {
        if change.known.is_some() {
            let kept = i64::try_from(change.post.media.len()).unwrap_or(i64::MAX);
            sqlx::query("DELETE FROM post_media WHERE post_id = $1 AND position >= $2")
                .bind(change.id(seq))
                .bind(kept)
                .execute(&mut *conn)
                .await?;
        }
    }
    let pictures: Vec<_> = changes
        .iter()
        .zip(first..)
        .flat_map(|(change, seq)| {
            let media = change.post.media.iter().zip(0_i64..);
            media.map(move |(media, position)| (change.id(seq), position, media))
        })
        .collect();
    for chunk in pictures.chunks(LIST) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO post_media (post_id, position, url, alt, mime) ",
        );
        insert.push_values(chunk, |mut row, (post, position, media)| {
            row.push_bind(*post)
                .push_bind(*position)
                .push_bind(media.url.as_str())
                .push_bind(media.alt.as_deref())
                .push_bind(media.mime.as_deref());
        });
        insert.push(
            " ON CONFLICT (post_id, position) DO UPDATE SET url = excluded.url, alt = excluded.alt,
             mime = CASE WHEN post_media.url = excluded.url THEN COALESCE(post_media.mime, excluded.mime) ELSE excluded.mime END,
             sha256 = CASE WHEN post_media.url = excluded.url THEN post_media.sha256 END,
             refused = CASE WHEN post_media.url = excluded.url THEN post_media.refused END,
             tries = CASE WHEN post_media.url = excluded.url THEN post_media.tries ELSE 0 END",
        );
        insert.build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
}

/// What was fetched, in 128 bits. Times count as they are kept. `raw` is left out: networks put things into it that
/// change with every fetch. `own` is left out: it only ever turns on.
fn digest(post: &FetchedPost) -> String {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let number = |number: i64| number.to_le_bytes();
    field(post.author.as_bytes());
    field(post.text.as_bytes());
    field(&number(post.created_at.as_millisecond()));
    field(&millis(post.edited_at).map(number).unwrap_or_default());
    field(&number(i64::from(post.edited_at.is_some())));
    for counted in [post.counts.likes, post.counts.reposts, post.counts.replies] {
        field(&number(counted));
    }
    let mut optional = |text: Option<&String>| {
        field(&[u8::from(text.is_some())]);
        field(text.map(String::as_bytes).unwrap_or_default());
    };
    for text in [&post.language, &post.reply_to, &post.quote_of, &post.url] {
        optional(text.as_ref());
    }
    for media in &post.media {
        optional(Some(&media.url));
        optional(media.alt.as_ref());
        optional(media.mime.as_ref());
    }
    field(b"tags");
    for tag in &post.tags {
        field(tag.as_bytes());
    }
    // Only where it is one, so that posts from before this was kept have the same digest.
    if let Some(original) = &post.repost_of {
        field(b"repost");
        field(original.as_bytes());
    }
    hex(&hasher.finalize()[..16])
}
