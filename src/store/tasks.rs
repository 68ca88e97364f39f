//! What is done again and again.

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::{TaskId, WorkspaceId};
use crate::domain::schedule::Schedule;
use crate::domain::task::{MissedRun, Task, TaskKind};
use crate::store::rows::{Place, maybe_json_text, millis};
use crate::store::tx::one_row;
use crate::store::{R, Store, StoreError, Tx};

/// A task to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// One word, unique in the workspace, lower case.
    pub name: String,
    pub kind: TaskKind,
    pub topic: String,
    pub schedule: Option<Schedule>,
    pub missed: MissedRun,
    pub next_run_at: Option<Timestamp>,
}

macro_rules! select_tasks {
    ($rest:literal) => {
        concat!(
            "SELECT id, COALESCE(deleted_name, name) AS name, kind, topic, schedule, missed, next_run_at, last_run_at, paused FROM tasks ",
            $rest
        )
    };
}

/// A deleted task has no next run.
pub(super) const DUE: &str = "SELECT id, workspace_id FROM tasks
    WHERE paused = 0 AND next_run_at <= $1 ORDER BY next_run_at, id";

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    kind: String,
    topic: String,
    schedule: Option<String>,
    missed: String,
    next_run_at: Option<i64>,
    last_run_at: Option<i64>,
    paused: i64,
}

impl TryFrom<Row> for Task {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("tasks", row.id);
        Ok(Self {
            id: TaskId(row.id),
            kind: place.word(&row.kind, TaskKind::from_name)?,
            name: row.name,
            topic: row.topic,
            schedule: place.maybe_json(row.schedule.as_deref())?,
            missed: place.word(&row.missed, missed_from)?,
            next_run_at: place.maybe_time(row.next_run_at)?,
            last_run_at: place.maybe_time(row.last_run_at)?,
            paused: row.paused != 0,
        })
    }
}

const fn missed_word(missed: MissedRun) -> &'static str {
    match missed {
        MissedRun::Once => "once",
        MissedRun::Skip => "skip",
    }
}

fn missed_from(word: &str) -> Option<MissedRun> {
    [MissedRun::Once, MissedRun::Skip]
        .into_iter()
        .find(|missed| missed_word(*missed) == word)
}

fn all(rows: Vec<Row>) -> R<Vec<Task>> {
    rows.into_iter().map(Task::try_from).collect()
}

async fn one(conn: &mut SqliteConnection, id: TaskId) -> R<Option<Task>> {
    sqlx::query_as::<_, Row>(select_tasks!("WHERE id = $1"))
        .bind(id.0)
        .fetch_optional(conn)
        .await?
        .map(Task::try_from)
        .transpose()
}

async fn every(conn: &mut SqliteConnection, workspace: WorkspaceId) -> R<Vec<Task>> {
    all(sqlx::query_as(select_tasks!(
        "WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY name"
    ))
    .bind(workspace.0)
    .fetch_all(conn)
    .await?)
}

impl Store {
    pub async fn tasks(&self, workspace: WorkspaceId) -> R<Vec<Task>> {
        every(&mut *self.reader().await?, workspace).await
    }

    pub async fn task(&self, id: TaskId) -> R<Option<Task>> {
        one(&mut *self.reader().await?, id).await
    }

    pub async fn task_named(&self, workspace: WorkspaceId, name: &str) -> R<Option<Task>> {
        sqlx::query_as::<_, Row>(select_tasks!(
            "WHERE workspace_id = $1 AND deleted_at IS NULL AND tasks.name COLLATE same_name = $2"
        ))
        .bind(workspace.0)
        .bind(name)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(Task::try_from)
        .transpose()
    }

    /// Tasks whose time has come, longest overdue first.
    pub async fn due_tasks(&self, now: Timestamp) -> R<Vec<(TaskId, WorkspaceId)>> {
        self.due(DUE, now, TaskId).await
    }
}

impl Tx {
    pub async fn tasks(&mut self, workspace: WorkspaceId) -> R<Vec<Task>> {
        every(self.conn(), workspace).await
    }

    pub async fn task(&mut self, id: TaskId) -> R<Option<Task>> {
        one(self.conn(), id).await
    }

    /// Writes a task. Its name must be free: ask [`Store::task_named`] first.
    pub async fn add_task(&mut self, workspace: WorkspaceId, task: &NewTask) -> R<TaskId> {
        self.wake();
        let now = self.now_millis();
        let id = sqlx::query_scalar(
            "INSERT INTO tasks (workspace_id, name, kind, topic, schedule, missed, next_run_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(workspace.0)
        .bind(task.name.as_str())
        .bind(task.kind.name())
        .bind(task.topic.as_str())
        .bind(maybe_json_text("tasks", task.schedule.as_ref())?)
        .bind(missed_word(task.missed))
        .bind(millis(task.next_run_at))
        .bind(now)
        .fetch_one(self.conn())
        .await?;
        Ok(TaskId(id))
    }

    /// Writes all of a task.
    pub async fn update_task(&mut self, task: &Task) -> R<()> {
        self.wake();
        let done = sqlx::query(
            "UPDATE tasks SET name = $1, kind = $2, topic = $3, schedule = $4, missed = $5, next_run_at = $6,
             last_run_at = $7, paused = $8 WHERE id = $9 AND deleted_at IS NULL",
        )
        .bind(task.name.as_str())
        .bind(task.kind.name())
        .bind(task.topic.as_str())
        .bind(maybe_json_text("tasks", task.schedule.as_ref())?)
        .bind(missed_word(task.missed))
        .bind(millis(task.next_run_at))
        .bind(millis(task.last_run_at))
        .bind(i64::from(task.paused))
        .bind(task.id.0)
        .execute(self.conn())
        .await?;
        one_row(&done, "tasks", task.id)
    }

    /// Deletes a task; its drafts stay. For a month [`Tx::undelete_task`] brings it back. Says whether it was there.
    pub async fn delete_task(&mut self, id: TaskId) -> R<bool> {
        let now = self.now_millis();
        let done = sqlx::query(
            "UPDATE tasks SET deleted_at = $1, deleted_name = name, name = '#' || id, next_run_at = NULL
             WHERE id = $2 AND deleted_at IS NULL",
        )
        .bind(now)
        .bind(id.0)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Brings a deleted task back with its next run. Its name must be free. Says whether it was deleted.
    pub async fn undelete_task(&mut self, id: TaskId, next_run_at: Option<Timestamp>) -> R<bool> {
        self.wake();
        let done = sqlx::query(
            "UPDATE tasks SET name = deleted_name, deleted_name = NULL, deleted_at = NULL, next_run_at = $1
             WHERE id = $2 AND deleted_at IS NOT NULL",
        )
        .bind(millis(next_run_at))
        .bind(id.0)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether another task than this one is called so.
    pub async fn task_name_taken(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        id: TaskId,
    ) -> R<bool> {
        let other: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM tasks WHERE workspace_id = $1 AND id <> $2 AND deleted_at IS NULL
             AND name COLLATE same_name = $3",
        )
        .bind(workspace.0)
        .bind(id.0)
        .bind(name)
        .fetch_optional(self.conn())
        .await?;
        Ok(other.is_some())
    }
}
