//! An answer that comes piece by piece, told while it is written.

use parking_lot::Mutex;

use crate::models::Written;
use crate::models::shape::cut_off_text;
use crate::models::thought::after_thought;

/// More than any post has. What comes after it is not told while it comes.
const MOST_TOLD: usize = 64 << 10;

/// Reads the lines of an answer while they arrive. Each line holds a piece of an object, of which one field is told.
pub(super) struct Pieces<'a> {
    written: Written<'a>,
    field: &'a str,
    /// The piece that a line holds; none when it holds something else.
    of_line: fn(&str) -> Option<String>,
    so_far: Mutex<SoFar>,
}

#[derive(Default)]
struct SoFar {
    /// How many bytes of the answer are read.
    read: usize,
    content: String,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(
        written: Written<'a>,
        field: &'a str,
        of_line: fn(&str) -> Option<String>,
    ) -> Self {
        Self {
            written,
            field,
            of_line,
            so_far: Mutex::default(),
        }
    }

    /// To be called with all that has arrived, whenever it has become more.
    pub(super) fn heard(&self, answer: &[u8]) {
        let mut so_far = self.so_far.lock();
        let Some(fresh) = answer.get(so_far.read..) else {
            // Asked again: it begins anew.
            *so_far = SoFar::default();
            return;
        };
        let Some(end) = fresh.iter().rposition(|byte| *byte == b'\n') else {
            return;
        };
        so_far.read += end + 1;
        if so_far.content.len() > MOST_TOLD {
            return;
        }
        let lines = String::from_utf8_lossy(&fresh[..end]);
        let before = so_far.content.len();
        for piece in lines.lines().filter_map(self.of_line) {
            so_far.content.push_str(&piece);
        }
        if so_far.content.len() == before {
            return;
        }
        if let Some(text) = self.text(&so_far.content) {
            (self.written)(&text);
        }
    }

    /// The field so far. Running text is told only behind a thought: before, nothing says that it is not one itself.
    fn text(&self, content: &str) -> Option<String> {
        let answer = after_thought(content);
        let text = if answer.text.starts_with(['{', '`']) {
            cut_off_text(answer.text, self.field)?
        } else if answer.has_thought {
            answer.text.to_owned()
        } else {
            return None;
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(line: &str) -> Option<String> {
        line.strip_prefix("+").map(str::to_owned)
    }

    #[test]
    fn the_text_grows_with_whole_lines_only() {
        let told: Mutex<Vec<String>> = Mutex::default();
        let written = |text: &str| told.lock().push(text.to_owned());
        let pieces = Pieces::new(&written, "text", piece);
        let answer = b"+{\"text\": \"Friday\n+ at\n# nothing\n+ six\\u00\n+e9\n+\"}\n";
        for end in 0..=answer.len() {
            pieces.heard(&answer[..end]);
        }
        let told = told.lock();
        assert_eq!(told[..3], ["Friday", "Friday at", "Friday at six"]);
        assert_eq!(told.last().unwrap(), "Friday at six\u{e9}");
    }

    fn told(answer: &[u8]) -> Vec<String> {
        let told: Mutex<Vec<String>> = Mutex::default();
        let written = |text: &str| told.lock().push(text.to_owned());
        let pieces = Pieces::new(&written, "text", piece);
        for end in 0..=answer.len() {
            pieces.heard(&answer[..end]);
        }
        told.into_inner()
    }

    #[test]
    fn no_piece_of_a_thought_is_told() {
        for thought in [
            "+<think>\n+Be brief. {\"text\": \"no\"}\n+</think>\n",
            "+Be brief. {\"text\": \"no\"}\n+</th\n+ink>\n",
        ] {
            let running = format!("{thought}+Friday\n+ at six\n");
            assert_eq!(told(running.as_bytes()), ["Friday", "Friday at six"]);
            let form = format!("{thought}+{{\"text\": \"Friday\n+ at six\"}}\n");
            assert_eq!(told(form.as_bytes()), ["Friday", "Friday at six"]);
        }
    }

    #[test]
    fn running_text_that_may_be_a_thought_is_not_told_and_a_new_attempt_begins_anew() {
        assert_eq!(told(b"+Fri\n+day\n"), [""; 0]);
        let told: Mutex<Vec<String>> = Mutex::default();
        let written = |text: &str| told.lock().push(text.to_owned());
        let pieces = Pieces::new(&written, "text", piece);
        pieces.heard(b"+{\"text\": \"Fri\n+day\n");
        pieces.heard(b"");
        pieces.heard(b"+{\"text\": \"Sat\n");
        assert_eq!(*told.lock(), ["Friday", "Sat"]);
    }
}
