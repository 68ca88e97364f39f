//! What nobody needs any more, and whether something is still needed.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use crate::store::posts::LIST;
use crate::store::{R, Store};

const DAY: Duration = Duration::from_hours(24);

/// How many rows one step deletes: a moment's work, so that nobody waits for it.
const AT_ONCE: i64 = 500;

/// What goes, after how many days. A line of the inbox is kept for as long as its network could hand it over again, and
/// the last one for good: its number must not be given twice.
pub(super) const OLD: [(&str, u32, &str); 6] = [
    (
        "inbox",
        30,
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE state = 'shown' AND settled_at < $1
         AND id < (SELECT MAX(id) FROM inbox) ORDER BY settled_at LIMIT $2)",
    ),
    (
        "dialogues",
        7,
        "DELETE FROM dialogues WHERE (room_id, operator_id) IN
         (SELECT room_id, operator_id FROM dialogues WHERE updated_at < $1 LIMIT $2)",
    ),
    (
        "activity",
        180,
        "DELETE FROM activity WHERE id IN (SELECT id FROM activity
         WHERE workspace_id IN (SELECT id FROM workspaces) AND at < $1 LIMIT $2)",
    ),
    (
        "model_calls",
        400,
        "DELETE FROM model_calls WHERE id IN (SELECT id FROM model_calls
         WHERE workspace_id IN (SELECT id FROM workspaces) AND at < $1 LIMIT $2)",
    ),
    (
        "tasks",
        30,
        "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE deleted_at < $1 LIMIT $2)",
    ),
    (
        "call_notes",
        400,
        "DELETE FROM call_notes WHERE key IN (SELECT key FROM call_notes WHERE at < $1 ORDER BY at LIMIT $2)",
    ),
];

impl Store {
    /// One step of upkeep: some rows that are too old to be of use go. Says how many.
    pub async fn drop_old(&self, now: Timestamp) -> R<u64> {
        let mut dropped = 0;
        for (table, days, delete) in OLD {
            let Ok(before) = now.checked_sub(DAY * days) else {
                continue;
            };
            let done = sqlx::query(delete)
                .bind(before.as_millisecond())
                .bind(AT_ONCE)
                .execute(&self.writer)
                .await?;
            if done.rows_affected() > 0 {
                tracing::debug!(
                    store.table = table,
                    rows = done.rows_affected(),
                    "old rows went"
                );
            }
            dropped += done.rows_affected();
        }
        Ok(dropped)
    }

    /// Which of these pictures, by their hash, a post or a draft shows.
    pub async fn pictures_used(&self, hashes: &[String]) -> R<HashSet<String>> {
        let mut conn = self.reader().await?;
        let mut used = HashSet::new();
        for chunk in hashes.chunks(LIST) {
            // A draft may go back to any of its versions.
            for select in [
                "SELECT sha256 FROM post_media WHERE sha256 IS NOT NULL AND sha256 IN (",
                "SELECT sha256 FROM draft_media WHERE sha256 IN (",
            ] {
                let mut select = QueryBuilder::<Sqlite>::new(select);
                let mut list = select.separated(", ");
                for hash in chunk {
                    list.push_bind(hash.as_str());
                }
                select.push(")");
                let found: Vec<String> = select
                    .build_query_scalar()
                    .persistent(false)
                    .fetch_all(&mut *conn)
                    .await?;
                used.extend(found);
            }
        }
        Ok(used)
    }
}
