//! Drafts and their revisions, written.

use jiff::Timestamp;

use crate::domain::content::Content;
use crate::domain::draft::{Draft, DraftState, Lean, Purpose, Revision, Writer};
use crate::domain::finding::Finding;
use crate::domain::ids::{DraftId, DraftNumber, PostId, TaskId, WorkspaceId};
use crate::store::rows::{Place, json_text};
use crate::store::tx::one_row;
use crate::store::{R, Tx};

/// A draft to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// The number that was reserved for it; the next one where none was.
    pub number: Option<DraftNumber>,
    pub purpose: Purpose,
    pub task: Option<TaskId>,
    /// What makes it (a job's key): the same work never makes two.
    pub origin: String,
    pub expires_at: Timestamp,
}

/// A revision to be written. Its number is the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRevision {
    pub content: Content,
    pub findings: Vec<Finding>,
    pub leans_on: Vec<Lean>,
    pub examples: Vec<PostId>,
    pub persona_version: i64,
    pub guidance: Option<String>,
    pub writer: Writer,
}

impl From<Revision> for NewRevision {
    /// The same once more.
    fn from(revision: Revision) -> Self {
        Self {
            content: revision.content,
            findings: revision.findings,
            leans_on: revision.leans_on,
            examples: revision.examples,
            persona_version: revision.persona_version,
            guidance: revision.guidance,
            writer: revision.writer,
        }
    }
}

impl Tx {
    /// Takes the next short number for a draft that is yet to be written. It is not given again, but for
    /// [`Tx::return_number`].
    pub async fn reserve_number(&mut self, workspace: WorkspaceId) -> R<DraftNumber> {
        let number: i64 = sqlx::query_scalar(
            "UPDATE workspaces SET next_draft = next_draft + 1 WHERE id = $1 RETURNING next_draft - 1",
        )
        .bind(workspace.0)
        .fetch_optional(self.conn())
        .await?
        .ok_or_else(|| Place::new("workspaces", workspace).wrong("there is no such row"))?;
        Ok(DraftNumber(number))
    }

    /// Gives a reserved number back, of a draft that could not be written: the next draft gets it, unless a later
    /// number was given out meanwhile.
    pub async fn return_number(&mut self, workspace: WorkspaceId, number: DraftNumber) -> R<()> {
        sqlx::query("UPDATE workspaces SET next_draft = $2 WHERE id = $1 AND next_draft = $2 + 1")
            .bind(workspace.0)
            .bind(number.0)
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// A new waiting draft with its number and its first revision. Where its origin has made one already, that one,
    /// unchanged.
    pub async fn new_draft(
        &mut self,
        workspace: WorkspaceId,
        draft: &NewDraft,
        first: &NewRevision,
    ) -> R<Draft> {
        if let Some(made) = self.draft_by_origin(&draft.origin).await? {
            return Ok(made);
        }
        let number = match draft.number {
            Some(reserved) => reserved,
            None => self.reserve_number(workspace).await?,
        };
        let state = DraftState::Waiting;
        let now = self.now_millis();
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO drafts (workspace_id, number, state, facts, revision, purpose, task_id, origin, created_at, expires_at)
             VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9) RETURNING id",
        )
        .bind(workspace.0)
        .bind(number.0)
        .bind(state.word())
        .bind(json_text("drafts", &state)?)
        .bind(json_text("drafts", &draft.purpose)?)
        .bind(draft.task.map(|task| task.0))
        .bind(draft.origin.as_str())
        .bind(now)
        .bind(draft.expires_at.as_millisecond())
        .fetch_one(self.conn())
        .await?;
        self.write_revision(DraftId(id), 1, &draft.purpose, first)
            .await?;
        self.wake();
        self.there(DraftId(id)).await
    }

    /// The next revision; the draft waits again. Whether its state knows that move, the caller has asked.
    pub async fn add_revision(&mut self, id: DraftId, revision: &NewRevision) -> R<Draft> {
        let draft = self.there(id).await?;
        let number = draft.revision + 1;
        self.write_revision(id, number, &draft.purpose, revision)
            .await?;
        sqlx::query("UPDATE drafts SET revision = $1 WHERE id = $2")
            .bind(number)
            .bind(id.0)
            .execute(self.conn())
            .await?;
        self.set_state(id, &DraftState::Waiting).await?;
        self.there(id).await
    }

    async fn write_revision(
        &mut self,
        draft: DraftId,
        number: i64,
        purpose: &Purpose,
        revision: &NewRevision,
    ) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO draft_revisions (draft_id, number, content, content_hash, findings, leans_on, examples,
             persona_version, guidance, writer, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(draft.0)
        .bind(number)
        .bind(json_text("draft_revisions", &revision.content)?)
        .bind(revision.content.hash().0)
        .bind(json_text("draft_revisions", &revision.findings)?)
        .bind(json_text("draft_revisions", &revision.leans_on)?)
        .bind(json_text("draft_revisions", &revision.examples)?)
        .bind(revision.persona_version)
        .bind(revision.guidance.as_deref())
        .bind(json_text("draft_revisions", &revision.writer)?)
        .bind(now)
        .execute(self.conn())
        .await?;
        for picture in &revision.content.media {
            sqlx::query(
                "INSERT INTO draft_media (draft_id, revision, sha256) VALUES ($1, $2, $3)
                 ON CONFLICT (draft_id, revision, sha256) DO NOTHING",
            )
            .bind(draft.0)
            .bind(number)
            .bind(picture.sha256.as_str())
            .execute(self.conn())
            .await?;
        }
        let answered = match purpose {
            Purpose::Reply { post, .. } => Some(*post),
            Purpose::Post { .. } => None,
        };
        for post in revision
            .leans_on
            .iter()
            .map(|lean| lean.post)
            .chain(answered)
        {
            sqlx::query(
                "INSERT INTO draft_leans (draft_id, revision, post_id) VALUES ($1, $2, $3)
                 ON CONFLICT (draft_id, revision, post_id) DO NOTHING",
            )
            .bind(draft.0)
            .bind(number)
            .bind(post.0)
            .execute(self.conn())
            .await?;
        }
        self.note_targets(draft, number, answered, &revision.content)
            .await
    }

    /// What the checks found, anew.
    pub async fn set_findings(
        &mut self,
        draft: DraftId,
        revision: i64,
        findings: &[Finding],
    ) -> R<()> {
        let done = sqlx::query(
            "UPDATE draft_revisions SET findings = $1 WHERE draft_id = $2 AND number = $3",
        )
        .bind(json_text("draft_revisions", &findings)?)
        .bind(draft.0)
        .bind(revision)
        .execute(self.conn())
        .await?;
        one_row(&done, "draft_revisions", format!("{draft}/{revision}"))
    }

    /// Writes a state that the draft's own moves have given.
    pub async fn set_state(&mut self, id: DraftId, state: &DraftState) -> R<()> {
        let due = match state {
            DraftState::Scheduled { due, .. } => Some(due.as_millisecond()),
            _ => None,
        };
        let done =
            sqlx::query("UPDATE drafts SET state = $1, facts = $2, due_at = $3 WHERE id = $4")
                .bind(state.word())
                .bind(json_text("drafts", state)?)
                .bind(due)
                .bind(id.0)
                .execute(self.conn())
                .await?;
        self.wake();
        one_row(&done, "drafts", id)
    }

    /// When the draft goes stale, if it still waits then.
    pub async fn set_expiry(&mut self, id: DraftId, at: Timestamp) -> R<()> {
        let done = sqlx::query("UPDATE drafts SET expires_at = $1 WHERE id = $2")
            .bind(at.as_millisecond())
            .bind(id.0)
            .execute(self.conn())
            .await?;
        self.wake();
        one_row(&done, "drafts", id)
    }

    async fn there(&mut self, id: DraftId) -> R<Draft> {
        let draft = self.draft(id).await?;
        draft.ok_or_else(|| Place::new("drafts", id).wrong("there is no such row"))
    }
}
