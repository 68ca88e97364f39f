//! Lines from a pipe: bounded while they are read, so that no input can fill the memory.

use std::io::{self, BufRead};

use crate::chat::words::thousands;

/// A longer line is refused.
pub(super) const LONGEST: usize = 1_000_000;

/// What a line turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    /// Something an operator types.
    Line(String),
    /// Nothing to do: an empty line, the first line of a script.
    Blank,
    /// Why it cannot be taken.
    Refused(String),
}

/// A line with its number in the input, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) read: Read,
}

/// Reads line after line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line, or `None` at the end of the input.
    pub(super) fn next(&mut self) -> io::Result<Option<Numbered>> {
        let Some((bytes, length)) = self.next_bytes()? else {
            return Ok(None);
        };
        self.number += 1;
        let number = self.number;
        let read = if length > LONGEST {
            Read::Refused(too_long(number, length))
        } else {
            check(number, bytes)
        };
        Ok(Some(Numbered { number, read }))
    }

    /// The next line without its newline and its length; of one that is too long only the beginning is kept.
    fn next_bytes(&mut self) -> io::Result<Option<(Vec<u8>, usize)>> {
        let (mut kept, mut length, mut began) = (Vec::new(), 0, false);
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                return Ok(began.then_some((kept, length)));
            }
            began = true;
            let newline = buffer.iter().position(|byte| *byte == b'\n');
            let piece = &buffer[..newline.unwrap_or(buffer.len())];
            length += piece.len();
            kept.extend_from_slice(&piece[..piece.len().min(LONGEST.saturating_sub(kept.len()))]);
            let used = piece.len() + usize::from(newline.is_some());
            self.input.consume(used);
            if newline.is_some() {
                return Ok(Some((kept, length)));
            }
        }
    }
}

fn check(number: u64, bytes: Vec<u8>) -> Read {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to() + 1;
            return Read::Refused(format!(
                "Line {number} was left out: it is not UTF-8 (byte {at}). Save the input as UTF-8."
            ));
        }
    };
    if text.contains('\0') {
        return Read::Refused(format!(
            "Line {number} was left out: it holds a NUL byte. Save the input as UTF-8 text."
        ));
    }
    // A byte order mark before the first line; Windows line ends.
    let text = if number == 1 {
        text.trim_start_matches('\u{feff}')
    } else {
        &text
    };
    let text = text.trim_end_matches('\r');
    if text.trim().is_empty() || (number == 1 && text.starts_with("#!")) {
        return Read::Blank;
    }
    Read::Line(text.to_owned())
}

fn too_long(number: u64, length: usize) -> String {
    let (length, most) = (thousands(length as u64), thousands(LONGEST as u64));
    format!(
        "Line {number} was left out: it has {length} bytes, and a line may have {most}. Break it up."
    )
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read as _};

    use super::{LONGEST, Lines, Read};

    fn all(input: &[u8]) -> Vec<Read> {
        let mut lines = Lines::new(BufReader::with_capacity(7, Cursor::new(input.to_vec())));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(line.read);
        }
        all
    }

    fn line(text: &str) -> Read {
        Read::Line(text.to_owned())
    }

    #[test]
    fn each_line_is_one_thing_said() {
        assert_eq!(
            all("\u{feff}#! /usr/bin/lumen\r\n/status\r\n\n  \n#12\n#! not a first line\nlast without newline".as_bytes()),
            [Read::Blank, line("/status"), Read::Blank, Read::Blank, line("#12"), line("#! not a first line"), line("last without newline")]
        );
        assert_eq!(all("\u{feff}/status\n".as_bytes()), [line("/status")]);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn broken_text_is_refused_by_number_and_the_rest_goes_on() {
        let read = all(b"/status\n/draft caf\xe9 at six\na\0b\n/queue\n");
        assert_eq!(read[0], line("/status"));
        assert!(
            matches!(&read[1], Read::Refused(why) if why.starts_with("Line 2 was left out: it is not UTF-8 (byte 11)")),
            "{read:?}"
        );
        assert!(
            matches!(&read[2], Read::Refused(why) if why.starts_with("Line 3 was left out: it holds a NUL byte")),
            "{read:?}"
        );
        assert_eq!(read[3], line("/queue"));
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let input = std::io::repeat(b'x')
            .take(5_000_000)
            .chain(Cursor::new(b"\n/queue\n".to_vec()));
        let mut lines = Lines::new(BufReader::new(input));
        let (kept, length) = lines.next_bytes().unwrap().unwrap();
        assert_eq!((kept.len(), length), (LONGEST, 5_000_000));
        assert_eq!(lines.next().unwrap().unwrap().read, line("/queue"));
        let mut exact = vec![b'x'; LONGEST];
        exact.push(b'\n');
        assert!(matches!(&all(&exact)[0], Read::Line(text) if text.len() == LONGEST));
        exact.insert(0, b'x');
        assert!(matches!(&all(&exact)[0], Read::Refused(_)));
    }
}
