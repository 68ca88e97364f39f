//! The moment of a restore: the present data goes aside, the unpacked takes its place, or everything stays as it was.

use std::fs::File;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::store::backup::pack::sync_folder;
use crate::store::backup::{BackupError, MEDIA, RestorePlaces, SANDBOX, STORE, beside};

/// One thing that was moved, so that it can be moved back.
struct Moved {
    from: PathBuf,
    to: PathBuf,
}

/// Moves what is there aside and what was unpacked into its place. Fails as a whole: then everything is back where it was.
pub(super) fn swap(
    places: &RestorePlaces,
    staged: &Path,
    kept: &Path,
    has_sandbox: bool,
) -> Result<Option<PathBuf>, BackupError> {
    private_folders(kept).map_err(BackupError::disk(kept))?;
    let mut moved = Vec::new();
    let done = put_in_place(places, staged, kept, has_sandbox, &mut moved);
    if let Err(error) = done {
        for Moved { from, to } in moved.iter().rev() {
            if let Err(error) = relocate(to, from) {
                tracing::error!(restore.from = %to.display(), restore.to = %from.display(), %error, "could not move back");
            }
        }
        // Stays where something in it could not be moved back.
        let _ = std::fs::remove_dir(kept);
        return Err(error);
    }
    // The index is made again from the store; a rest of it in the folder does no harm.
    let _ = std::fs::remove_dir_all(kept.join("index"));
    let empty = std::fs::remove_dir(kept).is_ok();
    Ok((!empty).then(|| kept.to_path_buf()))
}

fn put_in_place(
    places: &RestorePlaces,
    staged: &Path,
    kept: &Path,
    has_sandbox: bool,
    moved: &mut Vec<Moved>,
) -> Result<(), BackupError> {
    let mut shift = |from: &Path, to: PathBuf| -> Result<(), BackupError> {
        if !from.exists() {
            return Ok(());
        }
        relocate(from, &to).map_err(BackupError::disk(from))?;
        moved.push(Moved {
            from: from.to_path_buf(),
            to,
        });
        Ok(())
    };
    for suffix in ["", "-wal", "-shm"] {
        shift(
            &beside(&places.store, suffix),
            beside(&kept.join(STORE), suffix),
        )?;
        if has_sandbox {
            shift(
                &beside(&places.sandbox_db, suffix),
                beside(&kept.join(SANDBOX), suffix),
            )?;
        }
    }
    shift(&places.media_dir, kept.join(MEDIA))?;
    if let Some(index) = &places.index_dir {
        shift(index, kept.join("index"))?;
    }
    shift(&staged.join(STORE), places.store.clone())?;
    if has_sandbox {
        shift(&staged.join(SANDBOX), places.sandbox_db.clone())?;
    }
    shift(&staged.join(MEDIA), places.media_dir.clone())?;
    sync_folder(&places.store)?;
    sync_folder(&places.media_dir)
}

/// Moves a file or a folder, also to another disk.
fn relocate(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy_all(from, to)?;
            if from.is_dir() {
                std::fs::remove_dir_all(from)
            } else {
                std::fs::remove_file(from)
            }
        }
        done => done,
    }
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        std::fs::copy(from, to)?;
        return File::open(to)?.sync_all();
    }
    private_folders(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

pub(super) fn private_folders(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}
