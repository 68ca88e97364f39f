//! Posts, read.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::post::{Counts, FetchedPost, MediaRef, Post};
use crate::store::rows::{Place, count, limit};
use crate::store::{R, Store, StoreError, Tx};

/// A picture of a stored post that still has to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMedia {
    pub post: PostId,
    pub position: i64,
    pub url: String,
    pub network: Network,
    /// How often it could not be had.
    pub tries: i64,
}

/// A picture of a post that lies in the media folder under its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMedia {
    pub sha256: String,
    pub mime: String,
    pub alt: Option<String>,
}

macro_rules! select_posts {
    ($rest:literal) => {
        concat!(
            "SELECT id, workspace_id, network, native_id, author, text, created_at, edited_at, fetched_at, tags, language, \
             reply_to, quote_of, repost_of, url, likes, reposts, replies, own, raw, seq FROM posts ",
            $rest
        )
    };
}

pub(super) const MEDIA_OPEN: &str =
    "SELECT post_media.post_id, post_media.position, post_media.url, posts.network, post_media.tries
    FROM post_media JOIN posts ON posts.id = post_media.post_id
    WHERE post_media.sha256 IS NULL AND post_media.refused IS NULL
    ORDER BY post_media.tries, post_media.post_id, post_media.position LIMIT $1";

#[derive(FromRow)]
struct PostRow {
    id: i64,
    workspace_id: i64,
    network: String,
    native_id: String,
    author: String,
    text: String,
    created_at: i64,
    edited_at: Option<i64>,
    fetched_at: i64,
    tags: String,
    language: Option<String>,
    reply_to: Option<String>,
    quote_of: Option<String>,
    repost_of: Option<String>,
    url: Option<String>,
    likes: i64,
    reposts: i64,
    replies: i64,
    own: i64,
    raw: Option<String>,
    seq: i64,
}

impl TryFrom<PostRow> for Post {
    type Error = StoreError;

    /// Without its media, which lie in another table.
    fn try_from(row: PostRow) -> R<Self> {
        let place = Place::new("posts", row.id);
        Ok(Self {
            id: PostId(row.id),
            workspace: WorkspaceId(row.workspace_id),
            fetched_at: place.time(row.fetched_at)?,
            body: FetchedPost {
                network: place.network(&row.network)?,
                native_id: row.native_id,
                author: row.author,
                text: row.text,
                created_at: place.time(row.created_at)?,
                edited_at: place.maybe_time(row.edited_at)?,
                tags: place.json(&row.tags)?,
                language: row.language,
                reply_to: row.reply_to,
                quote_of: row.quote_of,
                repost_of: row.repost_of,
                url: row.url,
                counts: Counts {
                    likes: row.likes,
                    reposts: row.reposts,
                    replies: row.replies,
                },
                media: Vec::new(),
                raw: row.raw,
                own: row.own != 0,
            },
        })
    }
}

#[derive(FromRow)]
struct MediaRow {
    post_id: i64,
    url: String,
    alt: Option<String>,
    mime: Option<String>,
}

impl Store {
    pub async fn post(&self, id: PostId) -> R<Option<Post>> {
        one(&mut *self.reader().await?, id).await
    }

    /// The posts with these ids, in that order; the missing are skipped.
    pub async fn posts(&self, ids: &[PostId]) -> R<Vec<Post>> {
        let mut conn = self.reader().await?;
        let rows = sqlx::query_as(select_posts!(
            "WHERE id IN (SELECT value FROM json_each($1))"
        ))
        .bind(list(ids.iter().map(|id| id.0)))
        .fetch_all(&mut *conn)
        .await?;
        let posts = complete(&mut conn, rows).await?.into_iter();
        let mut found: HashMap<PostId, Post> = posts.map(|(_, post)| (post.id, post)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The texts of those of these posts that are there, and what was seen in their pictures: the words they are found by.
    pub async fn words_of_posts(&self, ids: &[PostId]) -> R<HashMap<PostId, String>> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, text || COALESCE((
                SELECT group_concat(char(10) || description || ' ' || words, '')
                FROM post_media JOIN picture_notes ON picture_notes.sha256 = post_media.sha256
                WHERE post_media.post_id = posts.id
             ), '') FROM posts WHERE id IN (SELECT value FROM json_each($1))",
        )
        .bind(list(ids.iter().map(|id| id.0)))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let texts = rows.into_iter().map(|(id, text)| (PostId(id), text));
        Ok(texts.collect())
    }

    /// When those of these posts that are there were written.
    pub async fn when_written(&self, ids: &[PostId]) -> R<HashMap<PostId, Timestamp>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT id, created_at FROM posts WHERE id IN (SELECT value FROM json_each($1))",
        )
        .bind(list(ids.iter().map(|id| id.0)))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(id, at)| Ok((PostId(id), Place::new("posts", id).time(at)?)))
            .collect()
    }

    /// The post that a person names by its address or by its network's own id.
    pub async fn find_post(&self, workspace: WorkspaceId, name: &str) -> R<Option<Post>> {
        let mut conn = self.reader().await?;
        let name = name.trim();
        let rows = if name.contains("://") {
            sqlx::query_as(select_posts!(
                "WHERE workspace_id = $1 AND url IN ($2, $3) ORDER BY id DESC LIMIT 1"
            ))
            .bind(workspace.0)
            .bind(name)
            .bind(name.trim_end_matches('/'))
            .fetch_all(&mut *conn)
            .await?
        } else {
            let mut select = QueryBuilder::<Sqlite>::new(select_posts!("WHERE workspace_id = "));
            select.push_bind(workspace.0).push(" AND network IN (");
            let mut list = select.separated(", ");
            for network in Network::ALL {
                list.push_bind(network.name());
            }
            select.push(") AND native_id = ").push_bind(name);
            select.push(" ORDER BY id DESC LIMIT 1");
            select.build_query_as().fetch_all(&mut *conn).await?
        };
        Ok(complete(&mut conn, rows).await?.pop().map(|(_, post)| post))
    }

    /// Posts that were new or changed after the change `seq`, in the order of their changes, each with its number.
    pub async fn posts_changed_since(&self, seq: i64, most: u32) -> R<Vec<(i64, Post)>> {
        let mut conn = self.reader().await?;
        let rows = sqlx::query_as(select_posts!("WHERE seq > $1 ORDER BY seq LIMIT $2"))
            .bind(seq)
            .bind(limit(most))
            .fetch_all(&mut *conn)
            .await?;
        complete(&mut conn, rows).await
    }

    /// Posts that were deleted after the change `seq`, each with the number of its deletion. Ids are never given twice, so
    /// these and the changed posts may be taken in any order.
    pub async fn removals_since(&self, seq: i64, most: u32) -> R<Vec<(i64, PostId)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT seq, post_id FROM post_removals WHERE seq > $1 ORDER BY seq LIMIT $2",
        )
        .bind(seq)
        .bind(limit(most))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(seq, id)| (seq, PostId(id)))
            .collect())
    }

    /// The number of the last change.
    pub async fn last_change(&self) -> R<i64> {
        Ok(
            sqlx::query_scalar("SELECT last FROM post_changes WHERE id = 1")
                .fetch_one(&mut *self.reader().await?)
                .await?,
        )
    }

    /// The brand's own posts, newest first.
    pub async fn own_posts(&self, workspace: WorkspaceId, most: u32) -> R<Vec<Post>> {
        let mut conn = self.reader().await?;
        let rows = sqlx::query_as(select_posts!(
            "WHERE workspace_id = $1 AND own = 1 ORDER BY created_at DESC, id DESC LIMIT $2"
        ))
        .bind(workspace.0)
        .bind(limit(most))
        .fetch_all(&mut *conn)
        .await?;
        let posts = complete(&mut conn, rows).await?;
        Ok(posts.into_iter().map(|(_, post)| post).collect())
    }

    /// The texts of the posts stored last, newest first.
    pub async fn latest_texts(&self, workspace: WorkspaceId, most: u32) -> R<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT text FROM posts WHERE workspace_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(workspace.0)
        .bind(limit(most))
        .fetch_all(&mut *self.reader().await?)
        .await?)
    }

    pub async fn post_count(&self, workspace: WorkspaceId) -> R<u64> {
        let number = sqlx::query_scalar("SELECT COUNT(*) FROM posts WHERE workspace_id = $1")
            .bind(workspace.0)
            .fetch_one(&mut *self.reader().await?)
            .await?;
        Ok(count(number))
    }

    /// Pictures that still have to be fetched: those tried least first.
    pub async fn media_open(&self, most: u32) -> R<Vec<OpenMedia>> {
        let rows: Vec<(i64, i64, String, String, i64)> = sqlx::query_as(MEDIA_OPEN)
            .bind(limit(most))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter()
            .map(|(post, position, url, network, tries)| {
                Ok(OpenMedia {
                    post: PostId(post),
                    position,
                    url,
                    network: Place::new("posts", post).network(&network)?,
                    tries,
                })
            })
            .collect()
    }

    /// The pictures of a post that lie in the media folder, in their order.
    pub async fn post_media_files(&self, post: PostId) -> R<Vec<StoredMedia>> {
        let rows: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT sha256, mime, alt FROM post_media
             WHERE post_id = $1 AND sha256 IS NOT NULL ORDER BY position",
        )
        .bind(post.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(sha256, mime, alt)| {
                let mime = mime.ok_or_else(|| {
                    Place::new("post_media", post).wrong("a kept picture without its type")
                })?;
                Ok(StoredMedia { sha256, mime, alt })
            })
            .collect()
    }
}

impl Tx {
    /// A post, read inside the change.
    pub async fn post(&mut self, id: PostId) -> R<Option<Post>> {
        one(self.conn(), id).await
    }
}

async fn one(conn: &mut SqliteConnection, id: PostId) -> R<Option<Post>> {
    let rows = sqlx::query_as(select_posts!("WHERE id = $1"))
        .bind(id.0)
        .fetch_all(&mut *conn)
        .await?;
    Ok(complete(conn, rows).await?.pop().map(|(_, post)| post))
}

/// Ids as one value, so that a statement is the same however many there are.
fn list(ids: impl Iterator<Item = i64>) -> String {
    ids.collect::<serde_json::Value>().to_string()
}

/// Rows as posts, with their media, in the order of the rows.
async fn complete(conn: &mut SqliteConnection, rows: Vec<PostRow>) -> R<Vec<(i64, Post)>> {
    let mut media: HashMap<i64, Vec<MediaRef>> = HashMap::new();
    let found: Vec<MediaRow> = sqlx::query_as(
        "SELECT post_id, url, alt, mime FROM post_media
         WHERE post_id IN (SELECT value FROM json_each($1)) ORDER BY post_id, position",
    )
    .bind(list(rows.iter().map(|row| row.id)))
    .fetch_all(&mut *conn)
    .await?;
    for row in found {
        media.entry(row.post_id).or_default().push(MediaRef {
            url: row.url,
            alt: row.alt,
            mime: row.mime,
        });
    }
    rows.into_iter()
        .map(|row| {
            let seq = row.seq;
            let mut post = Post::try_from(row)?;
            post.body.media = media.remove(&post.id.0).unwrap_or_default();
            Ok((seq, post))
        })
        .collect()
}
