//! What is fetched, and how far.

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::{SourceId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::schedule::Schedule;
use crate::domain::source::{Selector, Source};
use crate::store::rows::{Place, json_text, maybe_json_text, millis};
use crate::store::tx::one_row;
use crate::store::{R, Store, StoreError, Tx};

macro_rules! select_sources {
    ($rest:literal) => {
        concat!(
            "SELECT id, network, selector, own, schedule, next_run_at, paused, cursor, last_fetched_at, last_error \
             FROM sources ",
            $rest
        )
    };
}

pub(super) const DUE: &str = "SELECT id, workspace_id FROM sources
    WHERE paused = 0 AND next_run_at <= $1 ORDER BY next_run_at, id";

#[derive(FromRow)]
struct Row {
    id: i64,
    network: String,
    selector: String,
    own: i64,
    schedule: Option<String>,
    next_run_at: Option<i64>,
    paused: i64,
    cursor: Option<String>,
    last_fetched_at: Option<i64>,
    last_error: Option<String>,
}

impl TryFrom<Row> for Source {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("sources", row.id);
        Ok(Self {
            id: SourceId(row.id),
            network: place.network(&row.network)?,
            selector: place.json(&row.selector)?,
            own: row.own != 0,
            schedule: place.maybe_json(row.schedule.as_deref())?,
            next_run_at: place.maybe_time(row.next_run_at)?,
            paused: row.paused != 0,
            cursor: row.cursor,
            last_fetched_at: place.maybe_time(row.last_fetched_at)?,
            last_error: row.last_error,
        })
    }
}

fn all(rows: Vec<Row>) -> R<Vec<Source>> {
    rows.into_iter().map(Source::try_from).collect()
}

async fn one(conn: &mut SqliteConnection, id: SourceId) -> R<Option<Source>> {
    sqlx::query_as::<_, Row>(select_sources!("WHERE id = $1"))
        .bind(id.0)
        .fetch_optional(conn)
        .await?
        .map(Source::try_from)
        .transpose()
}

async fn every(conn: &mut SqliteConnection, workspace: WorkspaceId) -> R<Vec<Source>> {
    all(
        sqlx::query_as(select_sources!("WHERE workspace_id = $1 ORDER BY id"))
            .bind(workspace.0)
            .fetch_all(conn)
            .await?,
    )
}

impl Store {
    pub async fn sources(&self, workspace: WorkspaceId) -> R<Vec<Source>> {
        every(&mut *self.reader().await?, workspace).await
    }

    pub async fn source(&self, id: SourceId) -> R<Option<Source>> {
        one(&mut *self.reader().await?, id).await
    }

    /// The workspace a source belongs to.
    pub async fn source_workspace(&self, id: SourceId) -> R<Option<WorkspaceId>> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT workspace_id FROM sources WHERE id = $1")
                .bind(id.0)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(found.map(WorkspaceId))
    }

    pub async fn find_source(
        &self,
        workspace: WorkspaceId,
        network: Network,
        selector: &Selector,
    ) -> R<Option<Source>> {
        let followed = self.sources(workspace).await?;
        Ok(followed
            .into_iter()
            .find(|source| source.network == network && source.selector.is(selector)))
    }

    /// Sources whose time has come, longest overdue first.
    pub async fn due_sources(&self, now: Timestamp) -> R<Vec<(SourceId, WorkspaceId)>> {
        self.due(DUE, now, SourceId).await
    }
}

impl Tx {
    pub async fn sources(&mut self, workspace: WorkspaceId) -> R<Vec<Source>> {
        every(self.conn(), workspace).await
    }

    pub async fn source(&mut self, id: SourceId) -> R<Option<Source>> {
        one(self.conn(), id).await
    }

    /// Follows a part of a network. One that is followed already takes the new schedule and goes on.
    pub async fn add_source(
        &mut self,
        workspace: WorkspaceId,
        network: Network,
        selector: &Selector,
        own: bool,
        schedule: Option<&Schedule>,
        next_run_at: Option<Timestamp>,
    ) -> R<SourceId> {
        self.wake();
        let now = self.now_millis();
        let id = sqlx::query_scalar(
            "INSERT INTO sources (workspace_id, network, selector, own, schedule, next_run_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace_id, network, selector) DO UPDATE SET
             own = excluded.own, schedule = excluded.schedule, next_run_at = excluded.next_run_at, paused = 0
             RETURNING id",
        )
        .bind(workspace.0)
        .bind(network.name())
        .bind(json_text("sources", selector)?)
        .bind(i64::from(own))
        .bind(maybe_json_text("sources", schedule)?)
        .bind(millis(next_run_at))
        .bind(now)
        .fetch_one(self.conn())
        .await?;
        Ok(SourceId(id))
    }

    /// Writes all that may change of a source: everything but what it follows.
    pub async fn update_source(&mut self, source: &Source) -> R<()> {
        self.wake();
        let done = sqlx::query(
            "UPDATE sources SET own = $1, schedule = $2, next_run_at = $3, paused = $4, cursor = $5,
             last_fetched_at = $6, last_error = $7 WHERE id = $8",
        )
        .bind(i64::from(source.own))
        .bind(maybe_json_text("sources", source.schedule.as_ref())?)
        .bind(millis(source.next_run_at))
        .bind(i64::from(source.paused))
        .bind(source.cursor.as_deref())
        .bind(millis(source.last_fetched_at))
        .bind(source.last_error.as_deref())
        .bind(source.id.0)
        .execute(self.conn())
        .await?;
        one_row(&done, "sources", source.id)
    }

    /// Stops following; what it brought stays. Says whether it was there.
    pub async fn remove_source(&mut self, id: SourceId) -> R<bool> {
        let done = sqlx::query("DELETE FROM sources WHERE id = $1")
            .bind(id.0)
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
