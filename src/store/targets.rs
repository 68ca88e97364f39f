//! The posts that revisions answer or quote, as they were when the revision was made.

use sha2::{Digest as _, Sha256};
use sqlx::{QueryBuilder, Sqlite};

use crate::domain::content::{Content, hex};
use crate::domain::ids::{DraftId, PostId, WorkspaceId};
use crate::store::posts::LIST;
use crate::store::{R, Tx};

/// A post that was edited after a revision answered or quoted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedPost {
    pub post: PostId,
    /// Its text when the revision was made.
    pub before: String,
    pub after: String,
}

/// Drafts that may still go out and whose current revision answers or quotes something.
pub(super) const WITH_TARGETS: &str = "SELECT DISTINCT drafts.id FROM drafts JOIN draft_targets
    ON draft_targets.draft_id = drafts.id AND draft_targets.revision = drafts.revision
    WHERE drafts.workspace_id = $1 AND drafts.state IN ('waiting', 'approved', 'scheduled', 'failed') ORDER BY drafts.id";

impl Tx {
    /// Keeps what a revision answers or quotes, as it is now.
    pub(super) async fn note_targets(
        &mut self,
        draft: DraftId,
        revision: i64,
        answered: Option<PostId>,
        content: &Content,
    ) -> R<()> {
        let targets: Vec<(i64, String)> = sqlx::query_as(
            "SELECT posts.id, posts.text FROM posts JOIN drafts ON drafts.workspace_id = posts.workspace_id
             WHERE drafts.id = $1 AND (posts.id = $2 OR (posts.network = $3 AND posts.native_id IN ($4, $5)))",
        )
        .bind(draft.0)
        .bind(answered.map(|post| post.0))
        .bind(content.network.name())
        .bind(content.reply_to.as_deref())
        .bind(content.quote_of.as_deref())
        .fetch_all(self.conn())
        .await?;
        for (post, text) in targets {
            sqlx::query(
                "INSERT INTO draft_targets (draft_id, revision, post_id, text, sha256) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (draft_id, revision, post_id) DO NOTHING",
            )
            .bind(draft.0)
            .bind(revision)
            .bind(post)
            .bind(text.as_str())
            .bind(sha256(&text))
            .execute(self.conn())
            .await?;
        }
        Ok(())
    }

    /// What a revision answers or quotes and was edited since. A post that is gone is not among them.
    pub async fn edited_targets(&mut self, draft: DraftId, revision: i64) -> R<Vec<EditedPost>> {
        let targets: Vec<(i64, String, Option<String>, String)> = sqlx::query_as(
            "SELECT posts.id, draft_targets.text, draft_targets.sha256, posts.text FROM draft_targets
             JOIN posts ON posts.id = draft_targets.post_id
             WHERE draft_targets.draft_id = $1 AND draft_targets.revision = $2 ORDER BY posts.id",
        )
        .bind(draft.0)
        .bind(revision)
        .fetch_all(self.conn())
        .await?;
        Ok(targets
            .into_iter()
            .filter(|(_, before, hash, after)| {
                hash.clone().unwrap_or_else(|| sha256(before)) != sha256(after)
            })
            .map(|(post, before, _, after)| EditedPost {
                post: PostId(post),
                before,
                after,
            })
            .collect())
    }

    /// Drafts that may still go out and whose current revision answers or quotes a post that was edited since.
    pub async fn drafts_on_edited_posts(&mut self, workspace: WorkspaceId) -> R<Vec<DraftId>> {
        let ids: Vec<i64> = sqlx::query_scalar(WITH_TARGETS)
            .bind(workspace.0)
            .fetch_all(self.conn())
            .await?;
        let mut found = Vec::new();
        for id in ids.into_iter().map(DraftId) {
            let Some(draft) = self.draft(id).await? else {
                continue;
            };
            if !self.edited_targets(id, draft.revision).await?.is_empty() {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Takes the words of these posts out of what is kept of them.
    pub(super) async fn forget_targets(&mut self, ids: &[PostId]) -> R<()> {
        for chunk in ids.chunks(LIST) {
            let mut update = QueryBuilder::<Sqlite>::new(
                "UPDATE draft_targets SET text = '' WHERE post_id IN (",
            );
            let mut list = update.separated(", ");
            for id in chunk {
                list.push_bind(id.0);
            }
            update.push(")");
            update.build().execute(self.conn()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
impl Tx {
    /// What is kept of the posts that a draft answers or quotes.
    pub async fn target_texts(&mut self, draft: DraftId) -> R<Vec<String>> {
        let select =
            "SELECT text FROM draft_targets WHERE draft_id = $1 ORDER BY revision, post_id";
        let texts = sqlx::query_scalar(select).bind(draft.0);
        Ok(texts.fetch_all(self.conn()).await?)
    }
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}
