//! Reads the head of a file with candle, within bounds.

use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use candle_core::quantized::gguf_file::Content;

use super::{TextFileError, bytes};

/// The longest head: the largest vocabularies take a quarter of it. candle makes 24 bytes of one that a head claims.
const HEAD_MOST: u64 = 32 << 20;

/// The head, and the length of the file in bytes.
pub(super) fn read(path: &Path) -> std::result::Result<(Content, u64), TextFileError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => TextFileError::Absent,
        _ => TextFileError::Unreadable(error),
    })?;
    let found = file.metadata().map_err(TextFileError::Unreadable)?;
    match found.len() {
        _ if found.is_dir() => return Err(TextFileError::Folder),
        0 => return Err(TextFileError::Empty),
        _ => {}
    }
    let mut head = Head::new(file, found.len());
    let mut begin = Vec::new();
    let read = (&mut head).take(9).read_to_end(&mut begin);
    read.map_err(TextFileError::Unreadable)?;
    if !begin.starts_with(b"GGUF") {
        return Err(TextFileError::OtherKind(kind(&begin)));
    }
    head.at = 0;
    // candle divides by what the file says; a division by 0 is the file's fault.
    let content = catch_unwind(AssertUnwindSafe(|| Content::read(&mut head)));
    match content {
        Ok(Ok(content)) => Ok((content, found.len())),
        Ok(Err(error)) => Err(TextFileError::Broken(error.to_string())),
        Err(_) => Err(TextFileError::Broken("its head is not sound".to_owned())),
    }
}

/// What the first bytes of a file are known for.
fn kind(begin: &[u8]) -> &'static str {
    match begin {
        [_, _, _, _, _, _, _, _, b'{'] => "a safetensors file",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => "a picture",
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        _ => "of another kind",
    }
}

/// Whether every tensor lies within the file.
pub(super) fn check_lengths(
    content: &Content,
    length: u64,
) -> std::result::Result<(), TextFileError> {
    let broken = |name: &str, what: String| {
        let name = crate::domain::error::shortened(name, 60);
        Err(TextFileError::Broken(format!("{name} {what}")))
    };
    for (name, info) in &content.tensor_infos {
        let block = info.ggml_dtype.block_size() as u64;
        let mut dims = info.shape.dims().iter().map(|dim| *dim as u64);
        let count = dims.try_fold(1_u64, u64::checked_mul);
        // A block of numbers takes a byte and more.
        let Some(count) = count.filter(|count| count / block <= length) else {
            return broken(name, "is larger than the file".to_owned());
        };
        if count == 0 || count % block != 0 {
            return broken(name, format!("has {count} numbers"));
        }
        let end = content
            .tensor_data_offset
            .saturating_add(info.offset)
            .saturating_add(bytes(count, info.ggml_dtype));
        if end > length {
            return broken(
                name,
                format!("ends at byte {end} of {length}, so it was cut off"),
            );
        }
    }
    Ok(())
}

/// A file that ends after its head, for readers that go by a file's length. Looking where one stands costs nothing.
struct Head {
    file: BufReader<File>,
    /// Where the reader stands, and where the file does.
    at: u64,
    file_at: u64,
    end: u64,
}

impl Head {
    fn new(file: File, length: u64) -> Self {
        Self {
            file: BufReader::with_capacity(1 << 18, file),
            at: 0,
            file_at: 0,
            end: length.min(HEAD_MOST),
        }
    }
}

impl Read for Head {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.file_at != self.at {
            self.file_at = self.file.seek(SeekFrom::Start(self.at))?;
        }
        let left = self.end.saturating_sub(self.at);
        let room = usize::try_from(left).unwrap_or(into.len()).min(into.len());
        let read = self.file.read(&mut into[..room])?;
        self.at += read as u64;
        self.file_at = self.at;
        Ok(read)
    }
}

impl Seek for Head {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
