//! The file: its rights, what is wrong with it, and a disk without room.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use super::{House, W, post};
use crate::domain::clock::SystemClock;
use crate::store::{OpenError, Store, StoreError, StoreOptions, Tx};

async fn open(path: &Path) -> Result<Store, OpenError> {
    Store::open(&StoreOptions::file(path), Arc::new(SystemClock)).await
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_file_and_its_logs_are_the_owners_alone() {
    let house = House::new().await;
    for name in ["lumen.db", "lumen.db-wal", "lumen.db-shm"] {
        assert_eq!(mode(&house.dir.path().join(name)), 0o600, "{name}");
    }
    let path = house.dir.path().join("lumen.db");
    house.store.close().await;
    assert!(
        !path.with_extension("db-wal").exists(),
        "the log is folded in"
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    open(&path).await.unwrap().close().await;
    assert_eq!(mode(&path), 0o600);
}

#[tokio::test]
async fn every_connection_is_durable_and_minds_references() {
    let house = House::new().await;
    for pool in [&house.store.writer, &house.store.readers] {
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(pool)
            .await
            .unwrap();
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(pool)
            .await
            .unwrap();
        let references: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
            .fetch_one(pool)
            .await
            .unwrap();
        assert_eq!((journal.as_str(), synchronous, references), ("wal", 2, 1));
    }
}

#[tokio::test]
async fn a_light_write_is_kept_and_leaves_the_next_one_durable() {
    let house = House::new().await;
    let how = async |tx: &mut Tx| -> i64 {
        sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(tx.conn())
            .await
            .unwrap()
    };
    let mut light = house.store.begin_lightly().await.unwrap();
    assert_eq!(how(&mut light).await, 1);
    light.add_index_table("kept", "none").await.unwrap();
    light.commit().await.unwrap();
    let mut dropped = house.store.begin_lightly().await.unwrap();
    dropped.add_index_table("dropped", "none").await.unwrap();
    drop(dropped);
    let mut durable = house.tx().await;
    assert_eq!(how(&mut durable).await, 2);
    durable.commit().await.unwrap();
    let tables = house.store.index_tables().await.unwrap();
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].name, "kept");
}

#[tokio::test]
async fn a_name_with_marks_in_it_is_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a b?c#d%20.db");
    let options = StoreOptions::file(&path);
    assert_eq!(options.path().unwrap(), path);
    open(&path).await.unwrap().close().await;
    assert!(path.is_file());
}

#[tokio::test]
async fn addresses_that_name_no_file_are_refused() {
    for url in [
        "sqlite::memory:",
        "postgres://localhost/lumen",
        "sqlite://",
        "nonsense",
    ] {
        let options = StoreOptions {
            url: url.to_owned(),
            read_connections: 1,
        };
        let error = Store::open(&options, Arc::new(SystemClock))
            .await
            .unwrap_err();
        assert!(
            matches!(error, OpenError::Address { .. }),
            "{url}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lumen.db");
    let text = "This is a shopping list, and longer than a header: ".repeat(50);
    std::fs::write(&path, &text).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert!(error.user().what.contains("lumen.db"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_torn_database_is_corrupt() {
    let house = House::new().await;
    let path = house.dir.path().join("lumen.db");
    house.store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[100..8_192] {
        *byte = 0xaa;
    }
    std::fs::write(&path, bytes).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_newer_database_is_left_alone_and_another_builds_too() {
    let house = House::new().await;
    let path = house.dir.path().join("lumen.db");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&house.store.writer)
    .await
    .unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Newer {
                found: 9999,
                known: 1..,
                ..
            }
        ),
        "{error:?}"
    );
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 9999")
        .execute(&house.store.writer)
        .await
        .unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .execute(&house.store.writer)
        .await
        .unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(
        matches!(error, OpenError::Different { migration: 1, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o500)).unwrap();
    let mut path = dir.path().join("lumen.db");
    if std::fs::write(dir.path().join("probe"), "").is_ok() {
        // Root may write anywhere but where the kernel itself says no.
        path = Path::new("/sys/kernel/lumen.db").to_path_buf();
        if !Path::new("/sys/kernel").is_dir() {
            eprintln!(
                "SKIPPED: run by root and without /sys, so there is no place that cannot be written"
            );
            return;
        }
    }
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error:?}");
    assert!(error.user().what.contains("lumen.db"));
}

#[tokio::test]
async fn a_missing_folder_and_a_file_for_a_folder_are_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    for folder in ["missing", "file"] {
        let error = open(&dir.path().join(folder).join("lumen.db"))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, OpenError::NotADirectory { path } if path.ends_with(folder)),
            "{error:?}"
        );
    }
    let error = open(dir.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_the_store_goes_on_when_there_is_room() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("1", "kept")]).await.unwrap();
    tx.commit().await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&house.store.writer)
        .await
        .unwrap();
    let limit = |pages: i64| sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    sqlx::query(limit(pages))
        .execute(&house.store.writer)
        .await
        .unwrap();

    let many: Vec<_> = (10..500)
        .map(|n| post(&n.to_string(), &"long ".repeat(200)))
        .collect();
    let mut tx = house.tx().await;
    let error = tx.store_posts(W, &many).await.unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    let told = error.user(house.store.folder()).what;
    let folder = house.store.folder().display().to_string();
    assert!(told.contains("full") && told.contains(&folder), "{told}");
    drop(tx);
    assert_eq!(house.store.post_count(W).await.unwrap(), 1);

    sqlx::query(limit(1_000_000))
        .execute(&house.store.writer)
        .await
        .unwrap();
    let mut tx = house.tx().await;
    assert_eq!(tx.store_posts(W, &many).await.unwrap().new, 490);
    tx.commit().await.unwrap();
    assert_eq!(house.store.post_count(W).await.unwrap(), 491);
}

#[tokio::test]
async fn a_transaction_that_the_disk_ended_does_not_end_all_writing() {
    let house = House::new().await;
    house.store.probe_write().await.unwrap();
    for _ in 0..3 {
        let mut tx = house.tx().await;
        tx.store_posts(W, &[post("1", "lost")]).await.unwrap();
        // What SQLite does by itself when the disk refuses a page.
        sqlx::query("ROLLBACK").execute(tx.conn()).await.unwrap();
        drop(tx);
    }
    house.store.probe_write().await.unwrap();
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("2", "kept")]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.post_count(W).await.unwrap(), 1);
}

#[tokio::test]
async fn readers_go_on_while_somebody_writes() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("1", "one")]).await.unwrap();
    assert_eq!(house.store.post_count(W).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(house.store.post_count(W).await.unwrap(), 1);
}
