//! Bringing a backup back: unpacked and checked beside the data first, then put in its place; what was there is kept.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tar::{Archive, Entry, EntryType};

use crate::domain::clock::SharedClock;
use crate::domain::ids::{DraftId, WorkspaceId};
use crate::store::backup::manifest::{self, Manifest, Member};
use crate::store::backup::pack::Summed;
use crate::store::backup::swap::{private_folders, swap};
use crate::store::backup::{
    BackupError, FORMAT, SANDBOX, STORE, beside, blocking, check_database, create_private,
};
use crate::store::{OpenError, R, Store, StoreOptions, Tx, open};

/// Who stopped a workspace, where a restore did.
pub const RESTORE: &str = "restore";

/// Where things lie. The caller holds the lock of the data directory, and nothing in it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePlaces {
    /// What was there before is kept in a dated folder in here.
    pub data_dir: PathBuf,
    pub store: PathBuf,
    pub sandbox_db: PathBuf,
    pub media_dir: PathBuf,
    /// The index, where it is a folder: it goes, and is rebuilt from the store.
    pub index_dir: Option<PathBuf>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// Pictures that came with it.
    pub media: u64,
    /// Where the data from before lies; none when there was none.
    pub kept_in: Option<PathBuf>,
    /// Drafts that were on their way out when the backup was made. They may have been published since, so where there are
    /// any the house is stopped until `/go`.
    pub on_their_way: u64,
}

/// Brings a backup back. Everything is checked before the present data is touched; it is moved aside, not deleted.
pub async fn restore(
    file: &Path,
    places: &RestorePlaces,
    clock: SharedClock,
) -> Result<RestoreReport, BackupError> {
    let now = clock.now();
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let staging = Staging::make(places.data_dir.join(format!("restoring-{stamp}")))?;
    let (from, into) = (file.to_path_buf(), staging.0.clone());
    let manifest = blocking(move || unpack(&from, &into)).await?;

    let has_sandbox = manifest.members.iter().any(|member| member.name == SANDBOX);
    let mut databases = vec![STORE];
    if has_sandbox {
        databases.push(SANDBOX);
    }
    for name in databases {
        check_database(&staging.0.join(name))
            .await
            .map_err(|why| match why {
                Ok(error) => error,
                Err(why) => BackupError::Damaged {
                    path: file.to_path_buf(),
                    member: name.to_owned(),
                    why,
                },
            })?;
    }
    let on_their_way = prepare(file, &staging.0.join(STORE), manifest.made_at, clock).await?;

    let media = manifest.members.len() - 1 - usize::from(has_sandbox);
    let places = places.clone();
    let staged = staging.0.clone();
    let kept_in = blocking(move || {
        let kept = unused(&places.data_dir, &format!("before-restore-{stamp}"));
        swap(&places, &staged, &kept, has_sandbox)
    })
    .await?;
    Ok(RestoreReport {
        made_at: manifest.made_at,
        media: media as u64,
        kept_in,
        on_their_way,
    })
}

/// Unpacks into an empty folder. What is there afterwards is what the manifest says, to the last bit.
fn unpack(file: &Path, into: &Path) -> Result<Manifest, BackupError> {
    let no_backup = |why: String| BackupError::NotABackup {
        path: file.to_path_buf(),
        why,
    };
    let archive = File::open(file).map_err(BackupError::disk(file))?;
    let archive_bytes = archive.metadata().map_err(BackupError::disk(file))?.len();
    let mut archive = Archive::new(io::BufReader::with_capacity(1 << 20, archive));
    let unreadable = |error: io::Error| no_backup(error.to_string());
    let mut entries = archive.entries().map_err(unreadable)?;
    let first = entries
        .next()
        .ok_or_else(|| no_backup("it is empty".to_owned()))?
        .map_err(unreadable)?;
    let manifest = read_manifest(file, first, archive_bytes)?;

    let mut open: HashMap<&str, &Member> = manifest
        .members
        .iter()
        .map(|member| (member.name.as_str(), member))
        .collect();
    for entry in entries {
        let damaged = |member: &str, why: String| BackupError::Damaged {
            path: file.to_path_buf(),
            member: member.to_owned(),
            why,
        };
        let entry = entry.map_err(|error| damaged("its end", error.to_string()))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(member) = open.remove(name.as_str()) else {
            return Err(damaged(
                &name,
                "the manifest does not name it (any more)".to_owned(),
            ));
        };
        write_member(entry, member, into).map_err(|why| match why {
            Ok(error) => error,
            Err(why) => damaged(&member.name, why),
        })?;
    }
    match open.keys().next() {
        None => Ok(manifest),
        Some(name) => Err(BackupError::Damaged {
            path: file.to_path_buf(),
            member: (*name).to_owned(),
            why: "it is missing".to_owned(),
        }),
    }
}

/// The one part of a manifest that every format has.
#[derive(serde::Deserialize)]
struct Format {
    format: u32,
}

fn read_manifest(
    file: &Path,
    mut entry: Entry<'_, impl Read>,
    archive_bytes: u64,
) -> Result<Manifest, BackupError> {
    let path = || file.to_path_buf();
    let no_backup = |why: String| BackupError::NotABackup { path: path(), why };
    let named = entry.path_bytes().as_ref() == manifest::NAME.as_bytes();
    if !named || entry.size() > manifest::MOST_BYTES {
        return Err(no_backup("it does not begin with a manifest".to_owned()));
    }
    let mut text = Vec::new();
    entry
        .read_to_end(&mut text)
        .map_err(|error| no_backup(error.to_string()))?;
    let Format { format } =
        serde_json::from_slice(&text).map_err(|error| no_backup(error.to_string()))?;
    let newer = |what, found, known| BackupError::Newer {
        path: path(),
        what,
        found,
        known,
    };
    if format != FORMAT {
        return Err(newer("format", i64::from(format), i64::from(FORMAT)));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| no_backup(error.to_string()))?;
    if manifest.schema > open::newest_known() {
        return Err(newer("schema", manifest.schema, open::newest_known()));
    }
    manifest.check(archive_bytes).map_err(no_backup)?;
    Ok(manifest)
}

/// Writes one member. Its name was checked with the manifest; `Err(Err(_))` says what is wrong with it otherwise.
fn write_member(
    entry: Entry<'_, impl Read>,
    member: &Member,
    into: &Path,
) -> Result<(), Result<BackupError, String>> {
    if entry.header().entry_type() != EntryType::Regular {
        return Err(Err("it is not a file".to_owned()));
    }
    if entry.size() != member.bytes {
        return Err(Err("it has another size than the manifest says".to_owned()));
    }
    let path = into.join(&member.name);
    if let Some(folder) = path.parent() {
        private_folders(folder).map_err(|error| Ok(BackupError::disk(folder)(error)))?;
    }
    let mut file = create_private(&path).map_err(Ok)?;
    let mut entry = Summed::new(entry);
    io::copy(&mut entry, &mut file)
        .and_then(|_| file.sync_all())
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => Err(error.to_string()),
            _ => Ok(BackupError::disk(&path)(error)),
        })?;
    if entry.finish() == (member.bytes, member.sha256.clone()) {
        Ok(())
    } else {
        Err(Err("its checksum is wrong".to_owned()))
    }
}

/// Brings the unpacked store up to this version and makes it fit to go on with: no index yet, and where drafts were on
/// their way out, the house is stopped. Says how many those are.
async fn prepare(
    file: &Path,
    staged: &Path,
    made_at: Timestamp,
    clock: SharedClock,
) -> Result<u64, BackupError> {
    let options = StoreOptions {
        read_connections: 1,
        ..StoreOptions::file(staged)
    };
    let store = Store::open(&options, clock)
        .await
        .map_err(|error| match error {
            OpenError::Newer { found, known, .. } => BackupError::Newer {
                path: file.to_path_buf(),
                what: "schema",
                found,
                known,
            },
            OpenError::Corrupt { why, .. } => BackupError::Damaged {
                path: file.to_path_buf(),
                member: STORE.to_owned(),
                why,
            },
            other => BackupError::Open(other),
        })?;
    let mut tx = store.begin().await?;
    let on_their_way = tx.begin_again_after_restore(made_at).await?;
    tx.commit().await?;
    store.close().await;
    let log = beside(staged, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        return Err(BackupError::Unsound {
            path: staged.to_path_buf(),
            why: "its log was not folded in".to_owned(),
        });
    }
    Ok(on_their_way)
}

impl Tx {
    async fn begin_again_after_restore(&mut self, made_at: Timestamp) -> R<u64> {
        sqlx::query("DELETE FROM index_tables")
            .execute(self.conn())
            .await?;
        sqlx::query("DELETE FROM post_removals")
            .execute(self.conn())
            .await?;
        // A call that had not begun then may have been made since, with the same key: the network is asked about it first.
        sqlx::query("UPDATE intents SET state = 'sent' WHERE state = 'open'")
            .execute(self.conn())
            .await?;
        let on_their_way: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT id, workspace_id FROM drafts
             WHERE state IN ('approved', 'scheduled', 'publishing', 'unknown')
             OR (state = 'partly' AND facts ->> 'next' IS NOT NULL) ORDER BY id",
        )
        .fetch_all(self.conn())
        .await?;
        let now = self.now();
        let mut brands: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for (id, workspace) in on_their_way {
            let Some(draft) = self.draft(DraftId(id)).await? else {
                continue;
            };
            let (all, doubted) = brands.entry(workspace).or_default();
            *all += 1;
            if let Some(state) = draft.doubt(now) {
                self.set_state(draft.id, &state).await?;
                *doubted += 1;
            }
        }
        let mut total = 0;
        for (workspace, (count, doubted)) in brands {
            let workspace = WorkspaceId(workspace);
            self.set_stopped(workspace, Some(RESTORE)).await?;
            let may = match doubted {
                0 => String::new(),
                1 => ": 1 draft may have gone out since".to_owned(),
                many => format!(": {many} drafts may have gone out since"),
            };
            let text =
                format!("restored the backup of {made_at:.0} and stopped all publishing{may}");
            self.log(workspace, "lumen", &text).await?;
            total += count;
        }
        Ok(total)
    }
}

/// A name in `folder` that nothing has yet.
fn unused(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    if !plain.exists() {
        return plain;
    }
    (2..u32::MAX)
        .map(|number| folder.join(format!("{name}-{number}")))
        .find(|path| !path.exists())
        .unwrap_or(plain)
}

/// The folder a backup is unpacked into. It goes when it is dropped.
struct Staging(PathBuf);

impl Staging {
    fn make(path: PathBuf) -> Result<Self, BackupError> {
        let wrong = BackupError::disk(&path);
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrong(error)),
            _ => {}
        }
        private_folders(&path).map_err(&wrong)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(&wrong)?;
        Ok(Self(path))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What stays is swept by the next restore in the same second, or by hand: it is named so.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
