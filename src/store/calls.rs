//! The ledger of model calls, and the log people read.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::FromRow;

use crate::domain::ids::{ModelCallId, WorkspaceId};
use crate::domain::ledger::{CallOutcome, Ledger, MicroUsd, ModelCall, ModelRole};
use crate::store::rows::{Place, limit};
use crate::store::{R, Store, StoreError, Tx};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub at: Timestamp,
    /// A person's name, `lumen`, or `rule NAME`.
    pub actor: String,
    pub text: String,
}

#[derive(FromRow)]
struct CallRow {
    id: i64,
    role: String,
    provider: String,
    model: String,
    purpose: String,
    prompt_hash: String,
    tokens_in: i64,
    tokens_out: i64,
    micro_usd: i64,
    millis: i64,
    outcome: String,
    error: Option<String>,
    at: i64,
}

fn role(name: &str) -> Option<ModelRole> {
    ModelRole::ALL.into_iter().find(|role| role.name() == name)
}

fn outcome(name: &str) -> Option<CallOutcome> {
    [CallOutcome::Ok, CallOutcome::Failed, CallOutcome::Cancelled]
        .into_iter()
        .find(|outcome| outcome.name() == name)
}

impl TryFrom<CallRow> for ModelCall {
    type Error = StoreError;

    fn try_from(row: CallRow) -> R<Self> {
        let place = Place::new("model_calls", row.id);
        Ok(Self {
            role: place.word(&row.role, role)?,
            provider: row.provider,
            model: row.model,
            purpose: row.purpose,
            prompt_hash: row.prompt_hash,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost: MicroUsd(row.micro_usd),
            millis: row.millis,
            outcome: place.word(&row.outcome, outcome)?,
            error: row.error,
            at: place.time(row.at)?,
        })
    }
}

impl Store {
    /// The calls since then, oldest first.
    pub async fn model_calls_since(
        &self,
        workspace: WorkspaceId,
        since: Timestamp,
    ) -> R<Vec<ModelCall>> {
        let rows: Vec<CallRow> = sqlx::query_as(
            "SELECT id, role, provider, model, purpose, prompt_hash, tokens_in, tokens_out, micro_usd, millis, outcome,
             error, at FROM model_calls WHERE workspace_id = $1 AND at >= $2 ORDER BY at, id",
        )
        .bind(workspace.0)
        .bind(since.as_millisecond())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter().map(ModelCall::try_from).collect()
    }

    /// What the calls since then have cost.
    pub async fn spent_since(&self, workspace: WorkspaceId, since: Timestamp) -> R<MicroUsd> {
        let spent: Option<i64> = sqlx::query_scalar(
            "SELECT SUM(micro_usd) FROM model_calls WHERE workspace_id = $1 AND at >= $2",
        )
        .bind(workspace.0)
        .bind(since.as_millisecond())
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(MicroUsd(spent.unwrap_or(0)))
    }

    /// The same of the calls for one task.
    pub async fn spent_on(
        &self,
        workspace: WorkspaceId,
        task: &str,
        since: Timestamp,
    ) -> R<MicroUsd> {
        let spent: Option<i64> = sqlx::query_scalar(
            "SELECT SUM(micro_usd) FROM model_calls WHERE workspace_id = $1 AND at >= $2 AND purpose = $3",
        )
        .bind(workspace.0)
        .bind(since.as_millisecond())
        .bind(task)
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(MicroUsd(spent.unwrap_or(0)))
    }

    /// The newest lines of the log, newest first.
    pub async fn activity(&self, workspace: WorkspaceId, most: u32) -> R<Vec<Activity>> {
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "SELECT id, at, actor, text FROM activity WHERE workspace_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
        )
        .bind(workspace.0)
        .bind(limit(most))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(id, at, actor, text)| {
                let at = Place::new("activity", id).time(at)?;
                Ok(Activity { at, actor, text })
            })
            .collect()
    }
}

impl Tx {
    /// One line for the log people read.
    pub async fn log(&mut self, workspace: WorkspaceId, actor: &str, text: &str) -> R<()> {
        let now = self.now_millis();
        sqlx::query("INSERT INTO activity (workspace_id, at, actor, text) VALUES ($1, $2, $3, $4)")
            .bind(workspace.0)
            .bind(now)
            .bind(actor)
            .bind(text)
            .execute(self.conn())
            .await?;
        Ok(())
    }

    pub async fn record_call(
        &mut self,
        workspace: WorkspaceId,
        call: &ModelCall,
    ) -> R<ModelCallId> {
        let id = sqlx::query_scalar(
            "INSERT INTO model_calls (workspace_id, role, provider, model, purpose, prompt_hash, tokens_in, tokens_out,
             micro_usd, millis, outcome, error, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             RETURNING id",
        )
        .bind(workspace.0)
        .bind(call.role.name())
        .bind(call.provider.as_str())
        .bind(call.model.as_str())
        .bind(call.purpose.as_str())
        .bind(call.prompt_hash.as_str())
        .bind(call.tokens_in)
        .bind(call.tokens_out)
        .bind(call.cost.0)
        .bind(call.millis)
        .bind(call.outcome.name())
        .bind(call.error.as_deref())
        .bind(call.at.as_millisecond())
        .fetch_one(self.conn())
        .await?;
        Ok(ModelCallId(id))
    }
}

#[async_trait]
impl Ledger for Store {
    async fn record(
        &self,
        workspace: WorkspaceId,
        call: &ModelCall,
    ) -> anyhow::Result<ModelCallId> {
        let mut tx = self.begin().await?;
        let id = tx.record_call(workspace, call).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn spent_since(
        &self,
        workspace: WorkspaceId,
        task: Option<&str>,
        since: Timestamp,
    ) -> anyhow::Result<MicroUsd> {
        Ok(match task {
            Some(task) => self.spent_on(workspace, task, since).await?,
            None => Self::spent_since(self, workspace, since).await?,
        })
    }
}
