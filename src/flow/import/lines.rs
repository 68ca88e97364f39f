//! Lines of a stream, each at most [`LONGEST`] bytes: a longer one is skipped without being held in memory.

use std::io::{self, BufRead, Read as _};

use super::ImportError;

/// The longest line that is read.
pub(super) const LONGEST: usize = 1_000_000;

pub(super) enum Line<'a> {
    Whole { number: u64, bytes: &'a [u8] },
    TooLong { number: u64 },
    End,
}

/// Counts lines from 1, as editors do; blank ones count but are not handed out.
pub(super) struct Lines<S> {
    source: S,
    line: Vec<u8>,
    number: u64,
    filled: u64,
    bytes: u64,
}

/// How a file begins that holds no JSON Lines, and what to do about it.
const FOREIGN: [(&[u8], &str, &str); 5] = [
    (
        &[0x1f, 0x8b],
        "compressed (gzip)",
        "Unpack it first: gunzip -c FILE | lumen import -",
    ),
    (
        &[0x28, 0xb5, 0x2f, 0xfd],
        "compressed (zstd)",
        "Unpack it first: zstd -dc FILE | lumen import -",
    ),
    (
        b"PK\x03\x04",
        "a ZIP archive",
        "Unpack it first and import the JSON Lines file inside.",
    ),
    (
        &[0xff, 0xfe],
        "written in UTF-16",
        "Convert it first: iconv -f UTF-16 -t UTF-8 FILE | lumen import -",
    ),
    (
        &[0xfe, 0xff],
        "written in UTF-16",
        "Convert it first: iconv -f UTF-16 -t UTF-8 FILE | lumen import -",
    ),
];

impl<S: BufRead> Lines<S> {
    /// Looks at how the stream begins.
    pub fn begin(source: S) -> Result<Self, ImportError> {
        let mut lines = Self {
            source,
            line: Vec::new(),
            number: 0,
            filled: 0,
            bytes: 0,
        };
        let head = lines
            .source
            .fill_buf()
            .map_err(|error| ImportError::BrokeOff { after: 0, error })?;
        if let Some((_, what, advice)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic))
        {
            return Err(ImportError::Foreign { what, advice });
        }
        Ok(lines)
    }

    /// Lines so far that hold something.
    pub const fn filled(&self) -> u64 {
        self.filled
    }

    /// Bytes so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn next_line(&mut self) -> Result<Line<'_>, ImportError> {
        loop {
            let read = self.fill();
            let whole = read.map_err(|error| ImportError::BrokeOff {
                after: self.number,
                error,
            })?;
            let Some(fits) = whole else {
                return Ok(Line::End);
            };
            self.number += 1;
            if !fits {
                self.filled += 1;
                return Ok(Line::TooLong {
                    number: self.number,
                });
            }
            if !bare(&self.line).is_empty() {
                self.filled += 1;
                return Ok(Line::Whole {
                    number: self.number,
                    bytes: bare(&self.line),
                });
            }
        }
    }

    /// Reads one line into `self.line`. None at the end; false when it was too long.
    fn fill(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        // One byte more than may be in a line, for its end.
        let room = LONGEST + 1;
        let mut read = (&mut self.source)
            .take(room as u64)
            .read_until(b'\n', &mut self.line)?;
        let fits = read < room || self.line.ends_with(b"\n");
        if !fits {
            read += self.source.skip_until(b'\n')?;
        }
        self.bytes += read as u64;
        Ok((read > 0).then_some(fits))
    }
}

/// A line without what stands around it: spaces, and byte order marks, which also come in the middle where files were joined.
fn bare(line: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let mut line = line.trim_ascii();
    while let Some(rest) = line.strip_prefix(MARK) {
        line = rest.trim_ascii();
    }
    line
}
