//! What an import did, with figures and with the lines that were not taken.

use std::collections::BTreeMap;

use crate::domain::error::shortened;
use crate::domain::post::StoreCounts;

/// How many broken lines are told in full; the rest is counted.
const IN_FULL: usize = 20;

/// Why a line was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    TooLong,
    NotUtf8,
    NotJson,
    NoObject,
    Missing,
    WrongField,
    BadTime,
    Future,
    EmptyText,
    IdTaken,
}

impl Reason {
    /// What is wrong with such a line.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooLong => "longer than 1 MB",
            Self::NotUtf8 => "not UTF-8",
            Self::NotJson => "not JSON",
            Self::NoObject => "not one JSON object",
            Self::Missing => "a field is missing",
            Self::WrongField => "a field holds something unexpected",
            Self::BadTime => "created_at is not a date",
            Self::Future => "created_at lies in the future",
            Self::EmptyText => "the text is empty",
            Self::IdTaken => "another author has this id",
        }
    }
}

/// One line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLine {
    /// From 1.
    pub number: u64,
    pub reason: Reason,
    /// More about it, or empty.
    pub detail: String,
}

impl std::fmt::Display for BrokenLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: ", self.number)?;
        if self.reason == Reason::BadTime {
            let typed = self.detail.trim_matches('"');
            return write!(
                f,
                "\u{201c}{typed}\u{201d} is not a date; write it like 2026-11-01T09:00:00Z"
            );
        }
        f.write_str(self.reason.words())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

/// The lines that were not taken: the first in full, the rest as counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    pub first: Vec<BrokenLine>,
    pub by_reason: BTreeMap<Reason, u64>,
}

impl Broken {
    pub(super) fn note(&mut self, number: u64, reason: Reason, detail: &str) {
        *self.by_reason.entry(reason).or_default() += 1;
        if self.first.len() < IN_FULL {
            // Outside text: what could move the cursor is shown, not sent.
            let shown: String = shortened(detail, 120)
                .chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect();
            self.first.push(BrokenLine {
                number,
                reason,
                detail: shown,
            });
        }
    }

    pub(super) fn take_in(&mut self, later: Self) {
        let room = IN_FULL.saturating_sub(self.first.len());
        self.first.extend(later.first.into_iter().take(room));
        self.first.sort_by_key(|line| line.number);
        for (reason, count) in later.by_reason {
            *self.by_reason.entry(reason).or_default() += count;
        }
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_reason.values().sum()
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines that hold something.
    pub lines: u64,
    pub counts: StoreCounts,
    pub broken: Broken,
    /// Lines that a later line of the same post replaced.
    pub replaced: u64,
    /// Posts that pass on somebody else's words: found by search, never an example of the brand's own voice.
    pub reposts: u64,
    /// It was stopped before the end.
    pub stopped: bool,
}

impl ImportReport {
    pub(super) fn so_far(&self, bytes: u64, size: Option<u64>) -> String {
        let share = size
            .filter(|size| *size > 0)
            .map(|size| format!(", {} %", (bytes * 100 / size).min(100)));
        format!("read {} lines{}", self.lines, share.unwrap_or_default())
    }
}

impl std::fmt::Display for ImportReport {
    /// A few lines for a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.broken.first {
            writeln!(f, "{line}")?;
        }
        let count = self.broken.count();
        if count > self.broken.first.len() as u64 {
            let kinds: Vec<String> = self
                .broken
                .by_reason
                .iter()
                .map(|(reason, count)| format!("{count} {}", reason.words()))
                .collect();
            writeln!(
                f,
                "\u{2026} {count} lines were not taken: {}",
                kinds.join(", ")
            )?;
        }
        let begun = if self.stopped {
            "Stopped after"
        } else {
            "Read"
        };
        write!(
            f,
            "{begun} {} lines: {} new, {} changed, {} known",
            self.lines, self.counts.new, self.counts.changed, self.counts.known,
        )?;
        if self.replaced > 0 {
            write!(f, ", {} replaced by a later line", self.replaced)?;
        }
        write!(f, ", {count} not taken.")?;
        if self.reposts > 0 {
            write!(
                f,
                "\n{} of them are reposts (RT @\u{2026}): somebody else\u{2019}s words, never taken for your own voice.",
                self.reposts
            )?;
        }
        if self.stopped {
            f.write_str(
                "\nWhat came before is stored. Import the same file again to go on; nothing is taken in twice.",
            )?;
        }
        Ok(())
    }
}
