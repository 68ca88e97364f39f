//! The voice, in versions.

use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::WorkspaceId;
use crate::domain::persona::{Persona, Voice};
use crate::store::rows::{Place, json_text, limit};
use crate::store::{R, Store, StoreError, Tx};

#[derive(FromRow)]
struct Row {
    workspace_id: i64,
    version: i64,
    voice: String,
    note: String,
    made_at: i64,
    made_by: String,
}

impl TryFrom<Row> for Persona {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("personas", format!("{}/{}", row.workspace_id, row.version));
        Ok(Self {
            version: row.version,
            voice: place.json(&row.voice)?,
            note: row.note,
            made_at: place.time(row.made_at)?,
            made_by: row.made_by,
        })
    }
}

/// The newest versions first.
async fn newest(conn: &mut SqliteConnection, workspace: WorkspaceId, most: u32) -> R<Vec<Persona>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT workspace_id, version, voice, note, made_at, made_by FROM personas
         WHERE workspace_id = $1 ORDER BY version DESC LIMIT $2",
    )
    .bind(workspace.0)
    .bind(limit(most))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Persona::try_from).collect()
}

async fn current(conn: &mut SqliteConnection, workspace: WorkspaceId) -> R<Persona> {
    let found = newest(conn, workspace, 1).await?.pop();
    found.ok_or_else(|| Place::new("personas", workspace).wrong("the workspace has no voice"))
}

impl Store {
    /// The voice as it is now.
    pub async fn persona(&self, workspace: WorkspaceId) -> R<Persona> {
        current(&mut *self.reader().await?, workspace).await
    }

    /// Its versions, newest first.
    pub async fn persona_history(&self, workspace: WorkspaceId, most: u32) -> R<Vec<Persona>> {
        newest(&mut *self.reader().await?, workspace, most).await
    }
}

impl Tx {
    pub async fn persona(&mut self, workspace: WorkspaceId) -> R<Persona> {
        current(self.conn(), workspace).await
    }

    /// The voice becomes this; says which version that is.
    pub async fn add_persona(
        &mut self,
        workspace: WorkspaceId,
        voice: &Voice,
        note: &str,
        by: &str,
    ) -> R<i64> {
        let now = self.now_millis();
        Ok(sqlx::query_scalar(
            "INSERT INTO personas (workspace_id, version, voice, note, made_at, made_by)
             SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, $5 FROM personas WHERE workspace_id = $1
             RETURNING version",
        )
        .bind(workspace.0)
        .bind(json_text("personas", voice)?)
        .bind(note)
        .bind(now)
        .bind(by)
        .fetch_one(self.conn())
        .await?)
    }
}
