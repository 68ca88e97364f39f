//! What models saw, and what was paid for and is not used yet.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::domain::content::{Attachment, Content};
use crate::domain::ids::{DraftId, PostId};
use crate::domain::ledger::Answers;
use crate::domain::picture::PictureNote;
use crate::store::rows::Place;
use crate::store::{R, Store, StoredMedia, Tx};

/// How long a paid answer is kept for work that was broken off. Work that was not taken up by then never is.
const KEPT_FOR: Duration = Duration::from_hours(24);

#[derive(FromRow)]
struct NoteRow {
    sha256: String,
    description: String,
    words: String,
    alt: String,
    provider: String,
    model: String,
}

impl From<NoteRow> for PictureNote {
    fn from(row: NoteRow) -> Self {
        Self {
            sha256: row.sha256,
            description: row.description,
            words: row.words,
            alt: row.alt,
            provider: row.provider,
            model: row.model,
        }
    }
}

impl Store {
    pub async fn picture_note(&self, sha256: &str) -> R<Option<PictureNote>> {
        let row: Option<NoteRow> = sqlx::query_as(
            "SELECT sha256, description, words, alt, provider, model FROM picture_notes WHERE sha256 = $1",
        )
        .bind(sha256)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(row.map(PictureNote::from))
    }

    /// What was seen in the pictures of these posts, in their order.
    pub async fn notes_of_posts(&self, posts: &[PostId]) -> R<HashMap<PostId, Vec<PictureNote>>> {
        #[derive(FromRow)]
        struct Row {
            post_id: i64,
            #[sqlx(flatten)]
            note: NoteRow,
        }
        let mut notes: HashMap<PostId, Vec<PictureNote>> = HashMap::new();
        for chunk in posts.chunks(500) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "SELECT post_media.post_id, picture_notes.sha256, description, words, picture_notes.alt, provider, model
                 FROM post_media JOIN picture_notes ON picture_notes.sha256 = post_media.sha256
                 WHERE post_media.post_id IN (",
            );
            let mut list = select.separated(", ");
            for post in chunk {
                list.push_bind(post.0);
            }
            select.push(") ORDER BY post_media.post_id, post_media.position");
            let rows: Vec<Row> = select
                .build_query_as()
                .fetch_all(&mut *self.reader().await?)
                .await?;
            for row in rows {
                notes
                    .entry(PostId(row.post_id))
                    .or_default()
                    .push(row.note.into());
            }
        }
        Ok(notes)
    }

    /// The kept pictures of a post that nobody has looked at.
    pub async fn unseen_pictures(&self, post: PostId) -> R<Vec<StoredMedia>> {
        let mut unseen = Vec::new();
        for picture in self.post_media_files(post).await? {
            if self.picture_note(&picture.sha256).await?.is_none() {
                unseen.push(picture);
            }
        }
        Ok(unseen)
    }
}

/// The pictures that a draft has had, in the order in which they came.
async fn pictures_of(conn: &mut SqliteConnection, draft: DraftId) -> R<Vec<Attachment>> {
    let contents: Vec<(i64, String)> = sqlx::query_as(
        "SELECT number, content FROM draft_revisions WHERE draft_id = $1 ORDER BY number",
    )
    .bind(draft.0)
    .fetch_all(conn)
    .await?;
    let mut pictures: Vec<Attachment> = Vec::new();
    for (number, content) in contents {
        let place = Place::new("draft_revisions", format!("{draft}/{number}"));
        let content: Content = place.json(&content)?;
        for picture in content.media {
            if pictures.iter().all(|known| known.sha256 != picture.sha256) {
                pictures.push(picture);
            }
        }
    }
    Ok(pictures)
}

impl Store {
    /// The pictures that a draft has had: what it can have again.
    pub async fn draft_pictures(&self, draft: DraftId) -> R<Vec<Attachment>> {
        pictures_of(&mut *self.reader().await?, draft).await
    }
}

impl Tx {
    /// The same, read inside a change.
    pub async fn draft_pictures(&mut self, draft: DraftId) -> R<Vec<Attachment>> {
        pictures_of(self.conn(), draft).await
    }

    /// What was seen in pictures that no post shows any more is forgotten.
    pub async fn drop_picture_notes(&mut self) -> R<()> {
        sqlx::query(
            "DELETE FROM picture_notes WHERE NOT EXISTS
             (SELECT 1 FROM post_media WHERE post_media.sha256 = picture_notes.sha256)",
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Keeps what was seen. The posts with this picture count as changed: the index takes them in anew.
    pub async fn keep_picture_note(&mut self, note: &PictureNote) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO picture_notes (sha256, description, words, alt, provider, model, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (sha256) DO NOTHING",
        )
        .bind(note.sha256.as_str())
        .bind(note.description.as_str())
        .bind(note.words.as_str())
        .bind(note.alt.as_str())
        .bind(note.provider.as_str())
        .bind(note.model.as_str())
        .bind(now)
        .execute(self.conn())
        .await?;
        let posts: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT post_id FROM post_media WHERE sha256 = $1 ORDER BY post_id",
        )
        .bind(note.sha256.as_str())
        .fetch_all(self.conn())
        .await?;
        for post in posts {
            let seq: i64 = sqlx::query_scalar(
                "UPDATE post_changes SET last = last + 1 WHERE id = 1 RETURNING last",
            )
            .fetch_one(self.conn())
            .await?;
            sqlx::query("UPDATE posts SET seq = $1 WHERE id = $2")
                .bind(seq)
                .bind(post)
                .execute(self.conn())
                .await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Answers for Store {
    async fn keep(&self, key: &str, body: &[u8]) -> anyhow::Result<()> {
        // Answers are JSON; one that is not even text is of no use anyway.
        let text = String::from_utf8_lossy(body);
        let mut tx = self.begin().await?;
        let now = tx.now_millis();
        let old = now - i64::try_from(KEPT_FOR.as_millis())?;
        sqlx::query("DELETE FROM paid_answers WHERE kept_at < $1")
            .bind(old)
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "INSERT INTO paid_answers (key, body, kept_at) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET body = excluded.body, kept_at = excluded.kept_at",
        )
        .bind(key)
        .bind(text)
        .bind(now)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn kept(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let body: Option<String> =
            sqlx::query_scalar("SELECT body FROM paid_answers WHERE key = $1")
                .bind(key)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(body.map(String::into_bytes))
    }

    async fn forget(&self, key: &str) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM paid_answers WHERE key = $1")
            .bind(key)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
