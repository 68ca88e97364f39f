//! Posts that go, and what becomes of their pictures.

use std::collections::HashSet;

use sqlx::{QueryBuilder, Sqlite};

use crate::domain::ids::{DraftId, PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::store::posts::LIST;
use crate::store::rows::{Place, json_text};
use crate::store::tx::one_row;
use crate::store::{R, Store, Tx};

/// What was an author's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub posts: Vec<PostId>,
    /// Hash and type of their pictures in the media folder.
    pub pictures: Vec<(String, String)>,
}

impl Store {
    /// How many posts of an author there are, on every network.
    pub async fn count_by_author(&self, workspace: WorkspaceId, author: &str) -> R<usize> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM posts WHERE workspace_id = $1 AND author COLLATE same_name = $2",
        )
        .bind(workspace.0)
        .bind(author.strip_prefix('@').unwrap_or(author))
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

impl Tx {
    /// Deletes what a network says is gone. The index learns of it by the change counter.
    pub async fn remove_posts(
        &mut self,
        workspace: WorkspaceId,
        network: Network,
        native_ids: &[String],
    ) -> R<Vec<PostId>> {
        let mut removed = Vec::new();
        for chunk in native_ids.chunks(LIST) {
            let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM posts WHERE workspace_id = ");
            delete.push_bind(workspace.0);
            delete.push(" AND network = ").push_bind(network.name());
            delete.push(" AND native_id IN (");
            let mut list = delete.separated(", ");
            for id in chunk {
                list.push_bind(id.as_str());
            }
            delete.push(") RETURNING id");
            let ids: Vec<i64> = delete.build_query_scalar().fetch_all(self.conn()).await?;
            removed.extend(ids.into_iter().map(PostId));
        }
        removed.sort_unstable();
        self.note_removals(&removed).await?;
        Ok(removed)
    }

    /// Deletes an author's posts on every network. What drafts quote of them goes with [`Tx::forget_leans`].
    pub async fn forget_author(&mut self, workspace: WorkspaceId, author: &str) -> R<Forgotten> {
        let author = author.strip_prefix('@').unwrap_or(author);
        let pictures: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT post_media.sha256, post_media.mime FROM posts
             JOIN post_media ON post_media.post_id = posts.id
             WHERE posts.workspace_id = $1 AND posts.author COLLATE same_name = $2
             AND post_media.sha256 IS NOT NULL AND post_media.mime IS NOT NULL",
        )
        .bind(workspace.0)
        .bind(author)
        .fetch_all(self.conn())
        .await?;
        let ids: Vec<i64> = sqlx::query_scalar(
            "DELETE FROM posts WHERE workspace_id = $1 AND author COLLATE same_name = $2 RETURNING id",
        )
        .bind(workspace.0)
        .bind(author)
        .fetch_all(self.conn())
        .await?;
        let posts: Vec<PostId> = ids.into_iter().map(PostId).collect();
        self.note_removals(&posts).await?;
        Ok(Forgotten { posts, pictures })
    }

    async fn note_removals(&mut self, ids: &[PostId]) -> R<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut seq = self.take_changes(ids.len()).await?;
        for chunk in ids.chunks(LIST) {
            let mut insert =
                QueryBuilder::<Sqlite>::new("INSERT INTO post_removals (seq, post_id) ");
            insert.push_values(chunk, |mut row, id| {
                row.push_bind(seq).push_bind(id.0);
                seq += 1;
            });
            insert.build().execute(self.conn()).await?;
        }
        Ok(())
    }

    /// Takes the words of deleted posts out of the revisions that lean on them or answer them. The content stays: its hash is
    /// what was approved.
    pub async fn forget_leans(&mut self, ids: &[PostId]) -> R<()> {
        self.forget_targets(ids).await?;
        let gone: HashSet<PostId> = ids.iter().copied().collect();
        let mut touched: HashSet<(i64, i64)> = HashSet::new();
        for chunk in ids.chunks(LIST) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "SELECT draft_id, revision FROM draft_leans WHERE post_id IN (",
            );
            let mut list = select.separated(", ");
            for id in chunk {
                list.push_bind(id.0);
            }
            select.push(")");
            touched.extend(
                select
                    .build_query_as::<(i64, i64)>()
                    .fetch_all(self.conn())
                    .await?,
            );
        }
        for (draft, number) in touched {
            let Some(revision) = self.revision(DraftId(draft), number).await? else {
                continue;
            };
            let mut leans = revision.leans_on;
            for lean in leans.iter_mut().filter(|lean| gone.contains(&lean.post)) {
                "forgotten".clone_into(&mut lean.author);
                lean.excerpt.clear();
            }
            sqlx::query(
                "UPDATE draft_revisions SET leans_on = $1 WHERE draft_id = $2 AND number = $3",
            )
            .bind(json_text("draft_revisions", &leans)?)
            .bind(draft)
            .bind(number)
            .execute(self.conn())
            .await?;
        }
        Ok(())
    }

    /// A picture lies in the media folder under its hash, or never will, and why.
    pub async fn settle_media(
        &mut self,
        post: PostId,
        position: i64,
        outcome: Result<(String, String), String>,
    ) -> R<()> {
        let (kept, refused) = match outcome {
            Ok(kept) => (Some(kept), None),
            Err(why) => (None, Some(why)),
        };
        let (sha256, mime) = kept.unzip();
        let done = sqlx::query(
            "UPDATE post_media SET sha256 = $1, mime = COALESCE($2, mime), refused = $3
             WHERE post_id = $4 AND position = $5",
        )
        .bind(sha256)
        .bind(mime)
        .bind(refused)
        .bind(post.0)
        .bind(position)
        .execute(self.conn())
        .await?;
        one_row(&done, "post_media", format!("{post}/{position}"))
    }

    /// A picture could not be fetched this time. Says how often that has been so.
    pub async fn delay_media(&mut self, post: PostId, position: i64) -> R<i64> {
        let tries: Option<i64> = sqlx::query_scalar(
            "UPDATE post_media SET tries = tries + 1 WHERE post_id = $1 AND position = $2 RETURNING tries",
        )
        .bind(post.0)
        .bind(position)
        .fetch_optional(self.conn())
        .await?;
        tries.ok_or_else(|| {
            Place::new("post_media", format!("{post}/{position}")).wrong("there is no such row")
        })
    }
}
