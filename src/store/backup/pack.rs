//! Writing the tar file.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};

use crate::domain::content::hex;
use crate::store::backup::manifest::{self, Manifest, Member};
use crate::store::backup::{BackupError, FORMAT, MEDIA, create_private};

/// How deep the media folder is looked into.
const DEEPEST: usize = 4;

/// Reads on and keeps the sum of what went by.
pub(super) struct Summed<T> {
    inner: T,
    hasher: Sha256,
    bytes: u64,
}

impl<T> Summed<T> {
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            bytes: 0,
        }
    }

    /// How much went by, and its SHA-256 as hex.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, hex(&self.hasher.finalize()))
    }
}

impl<T: Read> Read for Summed<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

/// The pictures of the media folder: names in the backup, and where they lie. Links, hidden and half-written files stay out.
pub(super) fn media_members(folder: Option<&Path>) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let mut found = Vec::new();
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        collect(folder, MEDIA, DEEPEST, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(
    folder: &Path,
    name: &str,
    depth: usize,
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), BackupError> {
    let wrong = BackupError::disk(folder);
    for entry in std::fs::read_dir(folder).map_err(&wrong)? {
        let entry = entry.map_err(&wrong)?;
        let kind = entry.file_type().map_err(&wrong)?;
        let Some(part) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        if !manifest::is_plain(&part) || part.ends_with(".partial") {
            continue;
        }
        let name = format!("{name}/{part}");
        if kind.is_file() {
            found.push((name, entry.path()));
        } else if kind.is_dir() && depth > 1 {
            collect(&entry.path(), &name, depth - 1, found)?;
        }
    }
    Ok(())
}

/// Writes the backup and says how large it is. Members are summed first, so that the manifest can stand before them.
pub(super) fn write(
    to: &Path,
    members: &[(String, PathBuf)],
    schema: i64,
    made_at: Timestamp,
) -> Result<u64, BackupError> {
    let mut listed = Vec::with_capacity(members.len());
    for (name, path) in members {
        let mut file = Summed::new(File::open(path).map_err(BackupError::disk(path))?);
        io::copy(&mut file, &mut io::sink()).map_err(BackupError::disk(path))?;
        let (bytes, sha256) = file.finish();
        listed.push(Member {
            name: name.clone(),
            bytes,
            sha256,
        });
    }
    let manifest = Manifest {
        format: FORMAT,
        lumen: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        made_at,
        members: listed,
    };
    let wrong = BackupError::disk(to);
    let mut tar = Builder::new(BufWriter::with_capacity(1 << 20, create_private(to)?));
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| wrong(error.into()))?;
    let mut header = header(text.len() as u64, made_at);
    tar.append_data(&mut header, manifest::NAME, text.as_slice())
        .map_err(&wrong)?;
    for ((_, path), member) in members.iter().zip(&manifest.members) {
        append(&mut tar, path, member, made_at)?;
    }
    let buffer = tar.into_inner().map_err(&wrong)?;
    let file = buffer
        .into_inner()
        .map_err(|error| wrong(error.into_error()))?;
    file.sync_all().map_err(&wrong)?;
    Ok(file.metadata().map_err(&wrong)?.len())
}

fn append(
    tar: &mut Builder<impl Write>,
    path: &Path,
    member: &Member,
    made_at: Timestamp,
) -> Result<(), BackupError> {
    let wrong = BackupError::disk(path);
    let file = BufReader::with_capacity(1 << 20, File::open(path).map_err(&wrong)?);
    let mut file = Summed::new(file.take(member.bytes));
    let mut header = header(member.bytes, made_at);
    tar.append_data(&mut header, &member.name, &mut file)
        .map_err(&wrong)?;
    if file.finish() == (member.bytes, member.sha256.clone()) {
        Ok(())
    } else {
        Err(BackupError::Changed {
            path: path.to_path_buf(),
        })
    }
}

fn header(bytes: u64, made_at: Timestamp) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(made_at.as_second()).unwrap_or(0));
    header
}

/// Makes a rename in the folder of `path` last.
pub(super) fn sync_folder(path: &Path) -> Result<(), BackupError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(BackupError::disk(folder))
}
