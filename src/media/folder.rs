//! Where pictures lie: one file each, named by the hash of its bytes, so that the same picture lies there once.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The media folder.
#[derive(Debug, Clone)]
pub struct MediaFolder {
    root: PathBuf,
}

impl MediaFolder {
    /// Names the folder. It is made when the first picture comes.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the picture with this hash lies: `ab/cdef….png`.
    pub fn path(&self, sha256: &str, mime: &str) -> PathBuf {
        let (folder, rest) = sha256.split_at_checked(2).unwrap_or(("__", sha256));
        self.root
            .join(folder)
            .join(format!("{rest}.{}", extension(mime)))
    }

    /// Keeps `bytes`. They are there whole or not at all, whenever it crashes.
    pub async fn keep(&self, sha256: &str, mime: &str, bytes: Vec<u8>) -> io::Result<PathBuf> {
        let path = self.path(sha256, mime);
        off_the_async_threads(move || write(&path, &bytes).map(|()| path)).await
    }

    /// Deletes a picture. One that is not there is as good as deleted.
    pub async fn remove(&self, sha256: &str, mime: &str) -> io::Result<()> {
        gone(tokio::fs::remove_file(self.path(sha256, mime)).await)
    }

    /// All files that have been lying there for at least `age`, half-written ones included.
    pub async fn files(&self, age: Duration) -> io::Result<Vec<KeptFile>> {
        let root = self.root.clone();
        off_the_async_threads(move || listed(&root, age)).await
    }

    /// Deletes files that [`MediaFolder::files`] named.
    pub async fn remove_all(&self, files: Vec<KeptFile>) -> io::Result<()> {
        off_the_async_threads(move || {
            files
                .iter()
                .try_for_each(|file| gone(std::fs::remove_file(&file.path)))
        })
        .await
    }

    /// The bytes of a kept picture.
    pub async fn read(&self, sha256: &str, mime: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(sha256, mime)).await
    }
}

/// A file in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// As its name says; of a half-written file nothing that any picture has.
    pub sha256: String,
    path: PathBuf,
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn listed(root: &Path, age: Duration) -> io::Result<Vec<KeptFile>> {
    let mut files = Vec::new();
    let folders = match std::fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        folders => folders?,
    };
    for folder in folders {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        let begins = folder.file_name().to_string_lossy().into_owned();
        for file in std::fs::read_dir(folder.path())? {
            let file = file?;
            let data = file.metadata()?;
            // A time that lies ahead is a young one.
            let old = data.modified()?.elapsed().is_ok_and(|since| since >= age);
            if data.is_file() && old {
                let name = file.file_name().to_string_lossy().into_owned();
                let rest = name.split('.').next().unwrap_or_default();
                files.push(KeptFile {
                    sha256: format!("{begins}{rest}"),
                    path: file.path(),
                });
            }
        }
    }
    Ok(files)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What lies there may have been damaged: it is what its name says, or it is written anew.
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    // Beside its place, so that the renaming stays within one file system; a name of its own, so that two writers of
    // the same picture do not meet.
    let draft = folder.join(format!(".{}.part", uuid::Uuid::new_v4()));
    let written = (|| {
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    })();
    if written.is_err() {
        // A part left behind would only take room; the first error is the one to tell.
        let _ = std::fs::remove_file(&draft);
    }
    written
}

fn extension(mime: &str) -> &'static str {
    match mime {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "image/bmp" => "bmp",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_lies_under_its_hash_once_and_without_leftovers() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = MediaFolder::at(temporary.path().join("media"));
        let path = folder
            .keep("abcdef", "image/png", vec![1, 2])
            .await
            .unwrap();
        assert!(path.ends_with("media/ab/cdef.png"));
        folder
            .keep("abcdef", "image/png", vec![1, 2])
            .await
            .unwrap();
        assert_eq!(folder.read("abcdef", "image/png").await.unwrap(), [1, 2]);
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1);
        // A file that was damaged is mended by the next one who brings it.
        for broken in [vec![], vec![1], vec![2, 1]] {
            std::fs::write(&path, broken).unwrap();
            folder
                .keep("abcdef", "image/png", vec![1, 2])
                .await
                .unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), [1, 2]);
        }
    }

    #[tokio::test]
    async fn what_lies_there_is_listed_by_age_and_deleted() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = MediaFolder::at(temporary.path().join("media"));
        assert_eq!(folder.files(Duration::ZERO).await.unwrap(), []);
        for hash in ["abcdef", "abc123"] {
            folder.keep(hash, "image/png", vec![1]).await.unwrap();
        }
        assert_eq!(folder.files(Duration::from_hours(1)).await.unwrap(), []);
        folder.remove("abcdef", "image/png").await.unwrap();
        folder.remove("abcdef", "image/png").await.unwrap();
        let files = folder.files(Duration::ZERO).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].sha256, "abc123");
        folder.remove_all(files).await.unwrap();
        assert_eq!(folder.files(Duration::ZERO).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_an_error() {
        let temporary = tempfile::tempdir().unwrap();
        let blocked = temporary.path().join("media");
        std::fs::write(&blocked, "a file where the folder should be").unwrap();
        let folder = MediaFolder::at(&blocked);
        assert!(folder.keep("abcdef", "image/png", vec![1]).await.is_err());
    }
}
