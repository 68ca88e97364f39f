//! The process of its own that does the upkeep of an index.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use lumen::index::{Index, Row};
use serde_json::json;

fn row(id: i64) -> Row {
    Row {
        id,
        workspace: 1,
        network: "sandbox".to_owned(),
        author: "ada".to_owned(),
        tags: Vec::new(),
        created_at: 1_764_000_000_000 + id,
        own: false,
        text: format!("coffee number{id}"),
        vector: None,
    }
}

async fn fill(folder: &Path, rows: i64) {
    let index = Index::at(folder.to_str().unwrap());
    let table = index.create("posts", None).await.unwrap();
    let rows: Vec<Row> = (0..rows).map(row).collect();
    for some in rows.chunks(1_000) {
        table.upsert(some).await.unwrap();
    }
}

fn start() -> Child {
    Command::new(env!("CARGO_BIN_EXE_lumen"))
        .arg("index-upkeep")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn order(child: &mut Child, folder: &Path, table: &str) {
    let order = json!({"uri": folder, "table": table, "chore": "All"});
    let stdin = child.stdin.as_mut().unwrap();
    writeln!(stdin, "{order}").unwrap();
}

/// Whether it did it, and what it said.
fn ended(mut child: Child) -> (bool, String) {
    let mut said = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    stdout.read_to_string(&mut said).unwrap();
    (child.wait().unwrap().success(), said)
}

#[tokio::test]
async fn what_it_is_told_to_do_is_done_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 3_000).await;
    let mut child = start();
    order(&mut child, folder.path(), "posts");
    assert_eq!(ended(child), (true, String::new()));
    let index = Index::at(folder.path().to_str().unwrap());
    let table = index.open("posts").await.unwrap();
    assert!(!table.tidy().await.unwrap(), "something was left to do");
    assert_eq!(table.count().await.unwrap(), 3_000);
}

#[tokio::test]
async fn what_it_cannot_do_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start();
    order(&mut child, folder.path(), "nowhere");
    let (done, said) = ended(child);
    assert!(!done);
    assert!(said.contains("nowhere"), "{said}");

    let mut child = start();
    writeln!(child.stdin.as_mut().unwrap(), "tidy up, please").unwrap();
    assert!(!ended(child).0);
}

#[tokio::test]
async fn it_does_not_outlive_whoever_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 40_000).await;
    let mut child = start();
    order(&mut child, folder.path(), "posts");
    drop(child.stdin.take());
    let (done, said) = ended(child);
    assert!(!done);
    assert!(said.contains("gone"), "{said}");
    let index = Index::at(folder.path().to_str().unwrap());
    let table = index.open("posts").await.unwrap();
    assert_eq!(table.count().await.unwrap(), 40_000);
}
