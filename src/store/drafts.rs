//! Drafts and their revisions, read.

use jiff::Timestamp;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::domain::content::Content;
use crate::domain::draft::{Draft, DraftState, Revision};
use crate::domain::ids::{DraftId, DraftNumber, PostId, TaskId, WorkspaceId};
use crate::domain::network::Network;
use crate::store::rows::{Place, limit};
use crate::store::{R, Store, StoreError, Tx};

macro_rules! select_drafts {
    ($rest:literal) => {
        concat!(
            "SELECT drafts.id, drafts.number, drafts.state, drafts.facts, drafts.revision, drafts.purpose, \
             drafts.task_id, drafts.created_at, drafts.expires_at FROM drafts ",
            $rest
        )
    };
}

/// One whose publishing is under way, or waits before it is tried again, is not due once more.
pub(super) const DUE: &str = "SELECT drafts.id, drafts.workspace_id FROM drafts
    JOIN workspaces ON workspaces.id = drafts.workspace_id AND workspaces.stopped = 0
    WHERE drafts.state = 'scheduled' AND drafts.due_at <= $1
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.unique_key = 'publish:' || drafts.id)
    ORDER BY drafts.due_at, drafts.id";

pub(super) const STALE: &str = "SELECT id, workspace_id FROM drafts
    WHERE state = 'waiting' AND expires_at <= $1 ORDER BY expires_at, id";

#[derive(FromRow)]
struct DraftRow {
    id: i64,
    number: i64,
    state: String,
    facts: String,
    revision: i64,
    purpose: String,
    task_id: Option<i64>,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<DraftRow> for Draft {
    type Error = StoreError;

    fn try_from(row: DraftRow) -> R<Self> {
        let place = Place::new("drafts", row.id);
        let state: DraftState = place.json(&row.facts)?;
        if state.word() != row.state {
            return Err(place.wrong(format!("its state is {} and {}", row.state, state.word())));
        }
        Ok(Self {
            id: DraftId(row.id),
            number: DraftNumber(row.number),
            state,
            revision: row.revision,
            purpose: place.json(&row.purpose)?,
            task: row.task_id.map(TaskId),
            created_at: place.time(row.created_at)?,
            expires_at: place.time(row.expires_at)?,
        })
    }
}

#[derive(FromRow)]
struct RevisionRow {
    draft_id: i64,
    number: i64,
    content: String,
    content_hash: String,
    findings: String,
    leans_on: String,
    examples: String,
    persona_version: i64,
    guidance: Option<String>,
    writer: String,
    made_at: i64,
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StoreError;

    fn try_from(row: RevisionRow) -> R<Self> {
        let place = Place::new(
            "draft_revisions",
            format!("{}/{}", row.draft_id, row.number),
        );
        let content: Content = place.json(&row.content)?;
        if content.hash().0 != row.content_hash {
            return Err(place.wrong("its content is not what its hash says"));
        }
        Ok(Self {
            number: row.number,
            content,
            findings: place.json(&row.findings)?,
            leans_on: place.json(&row.leans_on)?,
            examples: place.json(&row.examples)?,
            persona_version: row.persona_version,
            guidance: row.guidance,
            writer: place.json(&row.writer)?,
            made_at: place.time(row.made_at)?,
        })
    }
}

fn maybe(row: Option<DraftRow>) -> R<Option<Draft>> {
    row.map(Draft::try_from).transpose()
}

async fn by_id(conn: &mut SqliteConnection, id: DraftId) -> R<Option<Draft>> {
    maybe(
        sqlx::query_as(select_drafts!("WHERE id = $1"))
            .bind(id.0)
            .fetch_optional(conn)
            .await?,
    )
}

async fn by_number(
    conn: &mut SqliteConnection,
    workspace: WorkspaceId,
    number: DraftNumber,
) -> R<Option<Draft>> {
    maybe(
        sqlx::query_as(select_drafts!("WHERE workspace_id = $1 AND number = $2"))
            .bind(workspace.0)
            .bind(number.0)
            .fetch_optional(conn)
            .await?,
    )
}

async fn by_origin(conn: &mut SqliteConnection, origin: &str) -> R<Option<Draft>> {
    maybe(
        sqlx::query_as(select_drafts!("WHERE origin = $1"))
            .bind(origin)
            .fetch_optional(conn)
            .await?,
    )
}

async fn in_states(
    conn: &mut SqliteConnection,
    workspace: WorkspaceId,
    words: &[&str],
    most: u32,
) -> R<Vec<Draft>> {
    let mut select = QueryBuilder::<Sqlite>::new(select_drafts!("WHERE workspace_id = "));
    select.push_bind(workspace.0).push(" AND state IN (");
    let mut list = select.separated(", ");
    for word in words {
        list.push_bind(*word);
    }
    select
        // Not by the index over numbers: that would walk past every draft that ended long ago.
        .push(") ORDER BY number + 0 LIMIT ")
        .push_bind(limit(most));
    let rows: Vec<DraftRow> = select.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Draft::try_from).collect()
}

async fn revision(conn: &mut SqliteConnection, draft: DraftId, number: i64) -> R<Option<Revision>> {
    sqlx::query_as::<_, RevisionRow>(
        "SELECT draft_id, number, content, content_hash, findings, leans_on, examples, persona_version, guidance,
         writer, made_at FROM draft_revisions WHERE draft_id = $1 AND number = $2",
    )
    .bind(draft.0)
    .bind(number)
    .fetch_optional(conn)
    .await?
    .map(Revision::try_from)
    .transpose()
}

async fn leaning_on(conn: &mut SqliteConnection, post: PostId) -> R<Vec<DraftId>> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT drafts.id FROM drafts JOIN draft_leans
         ON draft_leans.draft_id = drafts.id AND draft_leans.revision = drafts.revision
         WHERE draft_leans.post_id = $1 AND drafts.state IN ('waiting', 'approved', 'scheduled', 'overdue', 'failed') ORDER BY drafts.id",
    )
    .bind(post.0)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(DraftId).collect())
}

impl Store {
    pub async fn draft(&self, id: DraftId) -> R<Option<Draft>> {
        by_id(&mut *self.reader().await?, id).await
    }

    pub async fn draft_numbered(
        &self,
        workspace: WorkspaceId,
        number: DraftNumber,
    ) -> R<Option<Draft>> {
        by_number(&mut *self.reader().await?, workspace, number).await
    }

    /// The draft that this work has made already.
    pub async fn draft_by_origin(&self, origin: &str) -> R<Option<Draft>> {
        by_origin(&mut *self.reader().await?, origin).await
    }

    pub async fn revision(&self, draft: DraftId, number: i64) -> R<Option<Revision>> {
        revision(&mut *self.reader().await?, draft, number).await
    }

    /// Drafts in these states (their words), lowest number first.
    pub async fn drafts_in(
        &self,
        workspace: WorkspaceId,
        words: &[&str],
        most: u32,
    ) -> R<Vec<Draft>> {
        in_states(&mut *self.reader().await?, workspace, words, most).await
    }

    /// Scheduled drafts whose time has come, longest overdue first. Those of a stopped house wait for `/go`.
    pub async fn drafts_due(&self, now: Timestamp) -> R<Vec<(DraftId, WorkspaceId)>> {
        self.due(DUE, now, DraftId).await
    }

    /// Waiting drafts that have gone stale.
    pub async fn drafts_stale(&self, now: Timestamp) -> R<Vec<(DraftId, WorkspaceId)>> {
        self.due(STALE, now, DraftId).await
    }

    /// Drafts that may still go out and whose current revision leans on a post or answers it.
    pub async fn drafts_leaning_on(&self, post: PostId) -> R<Vec<DraftId>> {
        leaning_on(&mut *self.reader().await?, post).await
    }

    /// How many versions of drafts models have written since then.
    pub async fn texts_by_models_since(
        &self,
        workspace: WorkspaceId,
        since: Timestamp,
    ) -> R<usize> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM draft_revisions JOIN drafts ON drafts.id = draft_revisions.draft_id
             WHERE drafts.workspace_id = $1 AND draft_revisions.made_at >= $2
             AND draft_revisions.writer ->> 'by' = 'model'
             AND (draft_revisions.number = 1 OR draft_revisions.content_hash <> (
                 SELECT before.content_hash FROM draft_revisions AS before
                 WHERE before.draft_id = draft_revisions.draft_id AND before.number = draft_revisions.number - 1))",
        )
        .bind(workspace.0)
        .bind(since.as_millisecond())
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Whether the workspace has had a draft.
    pub async fn has_drafts(&self, workspace: WorkspaceId) -> R<bool> {
        let any: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM drafts WHERE workspace_id = $1 LIMIT 1")
                .bind(workspace.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(any.is_some())
    }

    /// The lowest-numbered draft whose first version a model wrote.
    pub async fn first_by_model(&self, workspace: WorkspaceId) -> R<Option<DraftId>> {
        let id: Option<i64> = sqlx::query_scalar(
            "SELECT drafts.id FROM drafts JOIN draft_revisions AS first ON first.draft_id = drafts.id AND first.number = 1
             WHERE drafts.workspace_id = $1 AND json_extract(first.writer, '$.by') = 'model'
             ORDER BY drafts.number LIMIT 1",
        )
        .bind(workspace.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(id.map(DraftId))
    }

    /// The draft that was published as this post.
    pub async fn draft_of_published(
        &self,
        workspace: WorkspaceId,
        network: Network,
        native_id: &str,
    ) -> R<Option<Draft>> {
        maybe(
            sqlx::query_as(select_drafts!(
                "JOIN intents ON intents.draft_id = drafts.id JOIN receipts ON receipts.intent_id = intents.id
                 WHERE receipts.native_id = $1 AND intents.network = $2 AND drafts.workspace_id = $3
                 ORDER BY drafts.id LIMIT 1"
            ))
            .bind(native_id)
            .bind(network.name())
            .bind(workspace.0)
            .fetch_optional(&mut *self.reader().await?)
            .await?,
        )
    }
}

impl Tx {
    pub async fn draft(&mut self, id: DraftId) -> R<Option<Draft>> {
        by_id(self.conn(), id).await
    }

    pub async fn draft_numbered(
        &mut self,
        workspace: WorkspaceId,
        number: DraftNumber,
    ) -> R<Option<Draft>> {
        by_number(self.conn(), workspace, number).await
    }

    pub async fn draft_by_origin(&mut self, origin: &str) -> R<Option<Draft>> {
        by_origin(self.conn(), origin).await
    }

    pub async fn revision(&mut self, draft: DraftId, number: i64) -> R<Option<Revision>> {
        revision(self.conn(), draft, number).await
    }

    pub async fn drafts_in(
        &mut self,
        workspace: WorkspaceId,
        words: &[&str],
        most: u32,
    ) -> R<Vec<Draft>> {
        in_states(self.conn(), workspace, words, most).await
    }

    pub async fn drafts_leaning_on(&mut self, post: PostId) -> R<Vec<DraftId>> {
        leaning_on(self.conn(), post).await
    }
}
