use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::domain::clock::SystemClock;
use crate::domain::draft::DraftState;
use crate::domain::ids::ApprovalId;
use crate::domain::network::Network;
use crate::domain::operator::{RoomAddress, Surface};
use crate::store::StoreOptions;
use crate::store::tests::{House, W, noon, post};

/// A house with a post, a sandbox file, pictures, and things that no backup may hold.
async fn furnished() -> House {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("1", "kept words"), post("2", "more")])
        .await
        .unwrap();
    tx.remove_posts(W, Network::Sandbox, &["2".to_owned()])
        .await
        .unwrap();
    tx.add_index_table("posts_1", "local/mini").await.unwrap();
    tx.commit().await.unwrap();
    let root = house.dir.path();
    let mut sandbox = SqliteConnectOptions::new()
        .filename(root.join("sandbox.db"))
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::query("CREATE TABLE notes (text TEXT)")
        .execute(&mut sandbox)
        .await
        .unwrap();
    sqlx::query("INSERT INTO notes VALUES ('hello')")
        .execute(&mut sandbox)
        .await
        .unwrap();
    std::fs::create_dir_all(root.join("media/ab")).unwrap();
    std::fs::write(root.join("media/00ff"), [7; 3_000]).unwrap();
    std::fs::write(root.join("media/ab/cdef.png"), "picture").unwrap();
    std::fs::write(root.join("media/.hidden"), "half").unwrap();
    std::fs::write(root.join("media/half.partial"), "half").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", root.join("media/link")).unwrap();
    std::fs::write(root.join("sessions.json"), "the-token").unwrap();
    house
}

fn sources(root: &Path) -> BackupSources {
    BackupSources {
        sandbox_db: Some(root.join("sandbox.db")),
        media_dir: Some(root.join("media")),
    }
}

fn places(root: &Path) -> RestorePlaces {
    RestorePlaces {
        data_dir: root.to_path_buf(),
        store: root.join("lumen.db"),
        sandbox_db: root.join("sandbox.db"),
        media_dir: root.join("media"),
        index_dir: Some(root.join("index")),
    }
}

async fn packed(house: &House, to: &Path) -> BackupReport {
    backup(&house.store, &sources(house.dir.path()), to)
        .await
        .unwrap()
}

fn members(file: &Path) -> Vec<String> {
    let mut archive = tar::Archive::new(std::fs::File::open(file).unwrap());
    let entries = archive.entries().unwrap();
    entries
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// Packs the same members again after `change`.
fn rewritten(from: &Path, to: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<(String, Vec<u8>)>) {
    use std::io::Read;
    let mut archive = tar::Archive::new(std::fs::File::open(from).unwrap());
    let mut tar = tar::Builder::new(std::fs::File::create(to).unwrap());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        for (name, bytes) in change(&name, bytes) {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            // Written by hand: the builder itself refuses names that lead elsewhere.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, bytes.as_slice()).unwrap();
        }
    }
    tar.finish().unwrap();
}

fn same(name: &str, bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    vec![(name.to_owned(), bytes)]
}

/// Replaces text in the manifest.
fn manifest_with(from: &str, to: &str) -> impl Fn(&str, Vec<u8>) -> Vec<(String, Vec<u8>)> + use<> {
    let (from, to) = (from.to_owned(), to.to_owned());
    move |name, bytes| {
        if name == manifest::NAME {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(&from), "{text}");
            return same(name, text.replace(&from, &to).into_bytes());
        }
        same(name, bytes)
    }
}

#[tokio::test]
async fn a_backup_holds_what_cannot_be_made_again_and_no_secret() {
    let house = furnished().await;
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    let report = packed(&house, &file).await;
    assert_eq!((report.media, report.sandbox), (2, true));
    assert_eq!(report.bytes, file.metadata().unwrap().len());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        members(&file),
        [
            "manifest.json",
            "lumen.db",
            "sandbox.db",
            "media/00ff",
            "media/ab/cdef.png"
        ]
    );
    assert_eq!(
        std::fs::read_dir(out.path()).unwrap().count(),
        1,
        "nothing half-made stays"
    );
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(9).any(|piece| piece == b"the-token"));
    packed(&house, &file).await;
}

#[tokio::test]
async fn what_takes_an_answer_is_not_in_a_backup() {
    let house = furnished().await;
    let address = RoomAddress::terminal();
    let mut tx = house.tx().await;
    let chat = tx.ensure_room(W, &address).await.unwrap().id;
    // Long enough that it would lie on pages of its own.
    let ticket = format!("c:1:2::{}", "the-ticket".repeat(900));
    for (id, body) in [
        ("i1", json!({"ticket": ticket, "body": "kept"})),
        ("m2", json!({"body": "too"})),
    ] {
        tx.take_in_one(&Surface::Discord, id, chat, "7", &body)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    packed(&house, &file).await;
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(10).any(|piece| piece == b"the-ticket"));
    let other = tempfile::tempdir().unwrap();
    restore(&file, &places(other.path()), Arc::new(SystemClock))
        .await
        .unwrap();
    let rows = reopened(other.path()).await.inbox_open().await.unwrap();
    let bodies: Vec<_> = rows.into_iter().map(|row| row.body).collect();
    assert_eq!(bodies, [json!({"body": "kept"}), json!({"body": "too"})]);
    // Here they go on being answered.
    let rows = house.store.inbox_open().await.unwrap();
    assert_eq!(rows[0].body["ticket"], json!(ticket));
}

#[tokio::test]
async fn a_backup_is_made_while_somebody_writes() {
    let house = furnished().await;
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post("9", "not committed yet")])
        .await
        .unwrap();
    packed(&house, &file).await;
    tx.commit().await.unwrap();
    let root = tempfile::tempdir().unwrap();
    restore(&file, &places(root.path()), Arc::new(SystemClock))
        .await
        .unwrap();
    let store = reopened(root.path()).await;
    assert_eq!(store.post_count(W).await.unwrap(), 1);
}

async fn reopened(root: &Path) -> Store {
    Store::open(
        &StoreOptions::file(&root.join("lumen.db")),
        Arc::new(SystemClock),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_restore_brings_all_of_it_back_and_keeps_what_was_there() {
    let house = furnished().await;
    let root = house.dir.path();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    packed(&house, &file).await;
    let mut tx = house.tx().await;
    tx.forget_author(W, "beans").await.unwrap();
    tx.store_posts(W, &[post("3", "later words")])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    std::fs::write(root.join("media/later"), "later").unwrap();
    std::fs::create_dir(root.join("index")).unwrap();
    std::fs::write(root.join("index/part"), "vectors").unwrap();
    house.store.close().await;

    let report = restore(&file, &places(root), house.clock.clone())
        .await
        .unwrap();
    assert_eq!(
        (report.media, report.on_their_way, report.made_at),
        (2, 0, noon())
    );
    let store = reopened(root).await;
    assert!(store.find_post(W, "1").await.unwrap().is_some());
    assert!(store.find_post(W, "3").await.unwrap().is_none());
    assert!(store.index_tables().await.unwrap().is_empty());
    assert!(store.removals_since(0, 9).await.unwrap().is_empty());
    assert_eq!(store.workspace(W).await.unwrap().stopped, None);
    assert!(!root.join("index").exists());
    assert!(!root.join("media/later").exists());
    assert_eq!(
        std::fs::read(root.join("media/ab/cdef.png")).unwrap(),
        b"picture"
    );
    assert_eq!(
        root.join("lumen.db")
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    assert!(root.join("sessions.json").exists());

    let kept = report.kept_in.unwrap();
    assert!(
        kept.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("before-restore-20261120T120000Z")
    );
    assert_eq!(std::fs::read(kept.join("media/later")).unwrap(), b"later");
    let before = Store::open(
        &StoreOptions::file(&kept.join("lumen.db")),
        house.clock.clone(),
    )
    .await
    .unwrap();
    assert!(before.find_post(W, "3").await.unwrap().is_some());
    let folders = std::fs::read_dir(root).unwrap();
    let left = folders.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("restoring")
    });
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_restore_into_an_empty_folder_keeps_nothing() {
    let house = furnished().await;
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    packed(&house, &file).await;
    let root = tempfile::tempdir().unwrap();
    let report = restore(&file, &places(root.path()), house.clock.clone())
        .await
        .unwrap();
    assert_eq!(report.kept_in, None);
    assert!(
        reopened(root.path())
            .await
            .find_post(W, "1")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn drafts_on_their_way_out_stop_the_restored_house() {
    let house = furnished().await;
    let draft = house.draft("a").await;
    let mut tx = house.tx().await;
    let state = DraftState::Approved {
        approval: ApprovalId(1),
        by: "@owner".into(),
        at: noon(),
    };
    tx.set_state(draft.id, &state).await.unwrap();
    tx.commit().await.unwrap();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    packed(&house, &file).await;
    house.store.close().await;
    let report = restore(&file, &places(house.dir.path()), house.clock.clone())
        .await
        .unwrap();
    assert_eq!(report.on_their_way, 1);
    let store = reopened(house.dir.path()).await;
    assert_eq!(
        store.workspace(W).await.unwrap().stopped.as_deref(),
        Some("restore")
    );
    assert!(
        store.activity(W, 1).await.unwrap()[0]
            .text
            .contains("1 draft may have gone out since")
    );
    let draft = store.draft(draft.id).await.unwrap().unwrap();
    let asks = matches!(
        draft.state,
        DraftState::Unknown {
            asked: true,
            restored: true,
            ..
        }
    );
    assert!(asks, "{draft:?}");
}

type Members = Vec<(String, Vec<u8>)>;
type Change<'a> = &'a dyn Fn(&str, Vec<u8>) -> Members;

/// A house, a good backup of it, and a way to try bad ones.
struct Refusals {
    house: House,
    out: tempfile::TempDir,
    before: Vec<u8>,
}

impl Refusals {
    async fn new() -> Self {
        let house = furnished().await;
        let out = tempfile::tempdir().unwrap();
        packed(&house, &out.path().join("good.tar")).await;
        house.store.close().await;
        let before = std::fs::read(house.dir.path().join("lumen.db")).unwrap();
        Self { house, out, before }
    }

    /// A member's name that leads into the folder of the backups.
    fn outside(&self) -> String {
        let name = self.out.path().file_name().unwrap().to_string_lossy();
        format!("../{name}/outside")
    }

    async fn of(&self, change: Change<'_>) -> BackupError {
        let bad = self.out.path().join("bad.tar");
        rewritten(&self.out.path().join("good.tar"), &bad, change);
        self.of_file(&bad).await
    }

    async fn of_file(&self, file: &Path) -> BackupError {
        let root = self.house.dir.path();
        let error = restore(file, &places(root), self.house.clock.clone())
            .await
            .unwrap_err();
        assert_eq!(std::fs::read(root.join("lumen.db")).unwrap(), self.before);
        assert_eq!(std::fs::read(root.join("media/00ff")).unwrap(), [7; 3_000]);
        assert!(!self.out.path().join("outside").exists());
        for entry in std::fs::read_dir(root).unwrap() {
            let name = entry.unwrap().file_name();
            assert!(
                !name.to_string_lossy().contains("restor"),
                "{name:?} was left"
            );
        }
        error
    }
}

#[tokio::test]
async fn a_damaged_backup_changes_nothing() {
    let refusals = Refusals::new().await;
    let at = |place: &'static str, make: fn(&str, Vec<u8>) -> Members| {
        move |name: &str, bytes| {
            if name == place {
                make(name, bytes)
            } else {
                same(name, bytes)
            }
        }
    };
    let outside = refusals.outside();
    let flipped = at("media/00ff", |name, mut bytes| {
        bytes[5] ^= 1;
        same(name, bytes)
    });
    let longer = at("media/00ff", |name, mut bytes| {
        bytes.push(1);
        same(name, bytes)
    });
    let missing = at("media/00ff", |_, _| Vec::new());
    let twice = at("media/00ff", |name, bytes| {
        [same(name, bytes.clone()), same(name, bytes)].concat()
    });
    let unnamed = |name: &str, bytes| {
        let mut members = same(name, bytes);
        if name == "lumen.db" {
            members.push((outside.clone(), b"x".to_vec()));
        }
        members
    };
    let torn = at("sandbox.db", |name, bytes| {
        same(name, vec![0xaa; bytes.len()])
    });
    let damages: [(&str, Change<'_>); 6] = [
        ("flipped", &flipped),
        ("longer", &longer),
        ("missing", &missing),
        ("twice", &twice),
        ("unnamed", &unnamed),
        ("torn", &torn),
    ];
    for (what, change) in damages {
        let error = refusals.of(change).await;
        assert!(
            matches!(error, BackupError::Damaged { .. }),
            "{what}: {error:?}"
        );
        assert!(
            error
                .user(Path::new("/data"))
                .advice
                .contains("Nothing was changed"),
            "{what}"
        );
    }
    let good = std::fs::read(refusals.out.path().join("good.tar")).unwrap();
    let half = refusals.out.path().join("half.tar");
    std::fs::write(&half, &good[..good.len() / 2]).unwrap();
    refusals.of_file(&half).await;
}

#[tokio::test]
async fn what_is_no_backup_of_this_version_changes_nothing() {
    let refusals = Refusals::new().await;
    let traversal = manifest_with("media/00ff", &refusals.outside());
    let elsewhere = manifest_with("media/00ff", "sessions.json");
    let greedy = manifest_with("\"bytes\": 3000", "\"bytes\": 30000000000");
    let storeless = manifest_with("lumen.db", "media/lumen.db");
    let foreign: [(&str, Change<'_>); 4] = [
        ("traversal", &traversal),
        ("elsewhere", &elsewhere),
        ("greedy", &greedy),
        ("storeless", &storeless),
    ];
    for (what, change) in foreign {
        let error = refusals.of(change).await;
        assert!(
            matches!(error, BackupError::NotABackup { .. }),
            "{what}: {error:?}"
        );
    }
    let known = open::newest_known();
    let format = manifest_with("\"format\": 1", "\"format\": 2");
    let schema = manifest_with(&format!("\"schema\": {known}"), "\"schema\": 999");
    let newer: [Change<'_>; 2] = [&format, &schema];
    for change in newer {
        let error = refusals.of(change).await;
        assert!(matches!(error, BackupError::Newer { .. }), "{error:?}");
    }
    let list = refusals.out.path().join("list.txt");
    std::fs::write(&list, "a shopping list").unwrap();
    let error = refusals.of_file(&list).await;
    assert!(matches!(error, BackupError::NotABackup { .. }), "{error:?}");
    let error = refusals.of_file(&refusals.out.path().join("none")).await;
    assert!(error.user(Path::new("/data")).what.contains("not there"));
}

#[tokio::test]
async fn no_backup_is_made_of_a_damaged_database() {
    let house = furnished().await;
    let path = house.dir.path().join("sandbox.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[4_096..] {
        *byte = 0xaa;
    }
    std::fs::write(&path, bytes).unwrap();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("lumen.tar");
    let result = backup(&house.store, &sources(house.dir.path()), &file).await;
    assert!(result.is_err());
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_place_that_is_not_there_is_named() {
    let house = furnished().await;
    let to = PathBuf::from("/nowhere/at/all/lumen.tar");
    let error = backup(&house.store, &BackupSources::default(), &to)
        .await
        .unwrap_err();
    assert!(
        error
            .user(Path::new("/data"))
            .what
            .contains("/nowhere/at/all"),
        "{}",
        error.user(Path::new("/data"))
    );
}
