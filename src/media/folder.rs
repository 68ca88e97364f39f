//! Where pictures lie: one file each, named by the hash of its bytes, so that the same picture lies there once.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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
        tokio::task::spawn_blocking(move || write(&path, &bytes).map(|()| path))
            .await
            .map_err(io::Error::other)?
    }

    /// The bytes of a kept picture.
    pub async fn read(&self, sha256: &str, mime: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(sha256, mime)).await
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
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
