//! Brands: what holds for all of a brand's rows.

use serde_json::Value;
use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::WorkspaceId;
use crate::store::rows::{Place, json_text};
use crate::store::tx::one_row;
use crate::store::{R, Store, StoreError, Tx};

/// One brand.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// Who stopped the house; nothing leaves it until `/go`.
    pub stopped: Option<String>,
    /// `network:account`.
    pub default_account: Option<String>,
    pub settings: Value,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    stopped: i64,
    stopped_by: Option<String>,
    default_account: Option<String>,
    settings: String,
}

impl TryFrom<Row> for Workspace {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("workspaces", row.id);
        let stopped = match (row.stopped, row.stopped_by) {
            (0, _) => None,
            (_, Some(by)) => Some(by),
            (_, None) => return Err(place.wrong("stopped by nobody")),
        };
        Ok(Self {
            id: WorkspaceId(row.id),
            name: row.name,
            stopped,
            default_account: row.default_account,
            settings: place.json(&row.settings)?,
        })
    }
}

impl Store {
    pub async fn workspace(&self, id: WorkspaceId) -> R<Workspace> {
        read(&mut *self.reader().await?, id).await
    }

    /// Whether nothing here is of another workspace.
    pub async fn is_only_workspace(&self, id: WorkspaceId) -> R<bool> {
        let other: Option<i64> =
            sqlx::query_scalar("SELECT id FROM workspaces WHERE id <> $1 LIMIT 1")
                .bind(id.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(other.is_none())
    }
}

impl Tx {
    pub async fn workspace(&mut self, id: WorkspaceId) -> R<Workspace> {
        read(self.conn(), id).await
    }

    pub(super) async fn add_workspace(&mut self, id: WorkspaceId, name: &str) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.0)
        .bind(name)
        .bind(now)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Stops the house in the name of `by`, or lets it go on.
    pub async fn set_stopped(&mut self, id: WorkspaceId, by: Option<&str>) -> R<()> {
        let done = sqlx::query("UPDATE workspaces SET stopped = $1, stopped_by = $2 WHERE id = $3")
            .bind(i64::from(by.is_some()))
            .bind(by)
            .bind(id.0)
            .execute(self.conn())
            .await?;
        if by.is_none() {
            self.wake();
        }
        one_row(&done, "workspaces", id)
    }

    /// Where drafts go: `network:account`.
    pub async fn set_default_account(&mut self, id: WorkspaceId, account: &str) -> R<()> {
        let done = sqlx::query("UPDATE workspaces SET default_account = $1 WHERE id = $2")
            .bind(account)
            .bind(id.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "workspaces", id)
    }

    pub async fn set_settings(&mut self, id: WorkspaceId, settings: &Value) -> R<()> {
        let done = sqlx::query("UPDATE workspaces SET settings = $1 WHERE id = $2")
            .bind(json_text("workspaces", settings)?)
            .bind(id.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "workspaces", id)
    }
}

async fn read(conn: &mut SqliteConnection, id: WorkspaceId) -> R<Workspace> {
    sqlx::query_as::<_, Row>(
        "SELECT id, name, stopped, stopped_by, default_account, settings FROM workspaces WHERE id = $1",
    )
    .bind(id.0)
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Place::new("workspaces", id).wrong("there is no such row"))?
    .try_into()
}
