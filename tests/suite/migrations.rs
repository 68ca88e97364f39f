//! Every migration runs over a database that already holds rows.
//!
//! To add a migration: `migrations/NNNN_name.sql`, and here `migrations/rows_NNNN.sql` with rows as that schema takes
//! them: of its new tables, and of its new columns where they matter. The tests then run every later migration over them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lumen::domain::clock::SystemClock;
use lumen::domain::draft::DraftState;
use lumen::domain::ids::{
    ApprovalId, DraftId, InboxId, PostId, RoomId, SourceId, TaskId, WorkspaceId,
};
use lumen::domain::network::Network;
use lumen::store::{Store, StoreOptions};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Rows as the schema of this number takes them.
const ROWS: [(i64, &str); 8] = [
    (1, include_str!("migrations/rows_0001.sql")),
    (2, include_str!("migrations/rows_0002.sql")),
    (3, include_str!("migrations/rows_0003.sql")),
    (7, include_str!("migrations/rows_0007.sql")),
    (8, include_str!("migrations/rows_0008.sql")),
    (9, include_str!("migrations/rows_0009.sql")),
    (10, include_str!("migrations/rows_0010.sql")),
    (11, include_str!("migrations/rows_0011.sql")),
];

async fn database(folder: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(folder.join("lumen.db"))
        .create_if_missing(true)
        .foreign_keys(true)
        .connect()
        .await
        .unwrap()
}

async fn tables(conn: &mut SqliteConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table'
         AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY name",
    )
    .fetch_all(conn)
    .await
    .unwrap()
}

async fn row_counts(conn: &mut SqliteConnection) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in tables(conn).await {
        let count = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count: i64 = sqlx::query_scalar(count)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        counts.insert(table, count);
    }
    counts
}

/// A database as the version with the newest migration `schema` left it, every table with rows.
async fn filled(folder: &std::path::Path, schema: i64) -> SqliteConnection {
    let mut conn = database(folder).await;
    for (version, rows) in ROWS.iter().filter(|(version, _)| *version <= schema) {
        MIGRATIONS.run_to(*version, &mut conn).await.unwrap();
        sqlx::raw_sql(*rows).execute(&mut conn).await.unwrap();
    }
    conn
}

#[test]
fn every_migration_has_its_rows() {
    let versions: Vec<i64> = MIGRATIONS.iter().map(|step| step.version).collect();
    assert_eq!(versions, ROWS.map(|(version, _)| version));
}

#[tokio::test]
async fn the_rows_fill_every_table() {
    for (schema, _) in ROWS {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = filled(folder.path(), schema).await;
        let empty: Vec<String> = row_counts(&mut conn)
            .await
            .into_iter()
            .filter_map(|(table, count)| (count == 0).then_some(table))
            .collect();
        assert!(
            empty.is_empty(),
            "schema {schema}: rows_{schema:04}.sql has none of {empty:?}"
        );
    }
}

#[tokio::test]
async fn later_migrations_keep_every_row_and_every_reference() {
    for (schema, _) in ROWS {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = filled(folder.path(), schema).await;
        let before = row_counts(&mut conn).await;
        MIGRATIONS.run(&mut conn).await.unwrap();
        MIGRATIONS.run(&mut conn).await.unwrap();
        let after = row_counts(&mut conn).await;
        for (table, count) in before {
            // A migration that means to drop rows or tables says so here.
            assert_eq!(
                after.get(&table),
                Some(&count),
                "from schema {schema}: {table}"
            );
        }
        let broken = sqlx::query("PRAGMA foreign_key_check")
            .fetch_optional(&mut conn)
            .await
            .unwrap();
        assert!(broken.is_none(), "from schema {schema}");
        let sound: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(sound, "ok", "from schema {schema}");
        conn.close().await.unwrap();
        read_all(folder.path()).await;
    }
}

/// Today's code reads what the oldest schema's rows have become.
async fn read_all(folder: &std::path::Path) {
    let options = StoreOptions::file(&folder.join("lumen.db"));
    let store = Store::open(&options, Arc::new(SystemClock)).await.unwrap();
    let first = WorkspaceId::FIRST;
    let day = Timestamp::UNIX_EPOCH;
    let workspace = store.workspace(first).await.unwrap();
    assert_eq!(workspace.stopped.as_deref(), Some("@owner"));
    assert_eq!(store.operators(first).await.unwrap()[0].1.len(), 1);
    assert!(store.room(RoomId(1)).await.unwrap().unwrap().standing);
    let source = store.source(SourceId(1)).await.unwrap().unwrap();
    assert_eq!(source.name(), "sandbox @beans");
    let post = store.post(PostId(1)).await.unwrap().unwrap();
    assert_eq!(post.body.media.len(), 2);
    assert_eq!(post.body.tags, ["coffee"]);
    assert_eq!(store.post_media_files(PostId(1)).await.unwrap().len(), 1);
    assert_eq!(store.media_open(9).await.unwrap().len(), 1);
    assert_eq!(store.removals_since(0, 9).await.unwrap(), [(2, PostId(2))]);
    assert_eq!(store.last_change().await.unwrap(), 2);
    assert!(store.index_tables().await.unwrap()[0].serving);
    assert_eq!(
        store.task(TaskId(1)).await.unwrap().unwrap().name,
        "morning"
    );
    assert_eq!(store.persona(first).await.unwrap().version, 1);
    let draft = store.draft(DraftId(1)).await.unwrap().unwrap();
    assert!(matches!(draft.state, DraftState::Published { .. }));
    let revision = store.revision(draft.id, 1).await.unwrap().unwrap();
    assert_eq!(revision.leans_on.len(), 1);
    let approval = store.approval(ApprovalId(1)).await.unwrap().unwrap();
    assert_eq!(approval.content_hash, revision.content.hash());
    assert_eq!(store.receipts(draft.id).await.unwrap().len(), 1);
    let published = store
        .draft_of_published(first, Network::Sandbox, "77")
        .await
        .unwrap();
    assert_eq!(published.unwrap().id, draft.id);
    assert_eq!(store.jobs_open(InboxId(1)).await.unwrap(), 1);
    assert_eq!(store.inbox_open().await.unwrap().len(), 1);
    let operator = store.operators(first).await.unwrap()[0].0.id;
    assert!(store.dialogue(RoomId(1), operator).await.unwrap().is_some());
    assert_eq!(store.deliveries(draft.id).await.unwrap().len(), 1);
    assert_eq!(store.model_calls_since(first, day).await.unwrap().len(), 1);
    assert_eq!(store.activity(first, 9).await.unwrap().len(), 1);
    store.close().await;
}
