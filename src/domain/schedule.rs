//! People's times: phrases, cron lines and ISO 8601, as wall-clock time in the workspace's zone.
//!
//! [`Schedule::parse`] reads what a person typed, [`Schedule::next_after`] computes runs, [`speak`] says times back. The phrases have a
//! small grammar of their own because the crates for it are wrong in ways people notice: `english-to-cron` makes midnight of "every
//! weekday at 9", and `interim` refuses "in 2 hours" and "tomorrow at 9" and takes "next monday" for the Monday after next. Cron lines
//! are croner's. To add a phrase, put it into the table in `tests.rs`, its words into `words.rs` and its form into `grammar.rs`.

mod cron;
mod grammar;
mod recurring;
pub mod speak;
mod words;
mod zones;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::error::{UserError, shortened};
use crate::domain::schedule::grammar::Reading;
use crate::domain::task::MissedRun;

/// When something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "at", rename_all = "lowercase")]
pub enum Schedule {
    /// Once, at this moment.
    Once(Timestamp),
    /// Again and again: a five-field cron line, read as wall-clock time in the workspace's zone.
    Cron(String),
}

/// A time that was not understood, or that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct WhenError {
    /// What is wrong: `I do not know “tomorow 9”.`
    pub what: String,
    /// What to do: `Did you mean tomorrow 9:00 (Sat 23 Nov, Berlin)?`
    pub advice: String,
    /// What was probably meant, so that one press can say yes.
    pub suggestion: Option<Suggestion>,
}

/// A time that was probably meant, and a phrase that says it (which [`Schedule::parse`] reads).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    pub phrase: String,
    pub schedule: Schedule,
}

impl std::fmt::Display for WhenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.what, self.advice)
    }
}

impl From<WhenError> for UserError {
    fn from(error: WhenError) -> Self {
        Self::new(error.what, error.advice)
    }
}

/// Longer texts are no time; nobody types one.
const LONGEST: usize = 200;
/// Further off than this is a slip of the keys.
const FURTHEST_YEARS: i16 = 5;
/// A run that is this much late is a missed one. The scheduler looks every second, so only a stop explains more.
const MISSED_AFTER_SECONDS: i64 = 120;

/// No time at the end of a topic takes more words; without the bound a long topic would be read once for each of its words.
const MOST_WORDS: usize = 14;

const EXAMPLES: &str =
    "Say it like tomorrow 9am, in 2 hours, every weekday at 9, or 2026-12-01 17:45.";

impl Schedule {
    /// Reads a phrase, a five-field cron line or ISO 8601; wall-clock times are those of `zone`.
    ///
    /// # Errors
    /// What is not understood, is over already, or cannot be done, with what was probably meant.
    pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, WhenError> {
        let folded = plain(text);
        let text = folded
            .trim()
            .trim_matches(['"', '\u{201c}', '\u{201d}'])
            .trim();
        if text.is_empty() {
            return Err(WhenError::plain("Say when."));
        }
        if text.len() > LONGEST {
            return Err(unknown(text));
        }
        if let Some(read) = cron::line(text, now, zone) {
            return read;
        }
        if let Some(at) = iso(text, zone) {
            return upcoming(at, now, zone);
        }
        if let Some(read) = in_another_zone(text, now, zone) {
            return read;
        }
        match grammar::read(text, now, zone) {
            Some(reading) => accept(reading, now, zone),
            None => Err(misspelt(text, now, zone).unwrap_or_else(|| unknown(text))),
        }
    }

    /// The first run after `after`.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Once(at) => (*at > after).then_some(*at),
            Self::Cron(line) => cron::next_after(line, after, zone),
        }
    }

    /// The next `count` runs after `after`; fewer when there are no more.
    #[must_use]
    pub fn next_runs(&self, after: Timestamp, zone: &TimeZone, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next_after(after, zone), |at| {
            self.next_after(*at, zone)
        })
        .take(count)
        .collect()
    }

    #[must_use]
    pub const fn is_recurring(&self) -> bool {
        matches!(self, Self::Cron(_))
    }
}

/// Splits `coffee and mornings every weekday at 9` into the words before and the time they end with.
///
/// The longest ending that is a time wins. Topics end in times too ("our tasting is at six"), so an ending counts only when nobody
/// would write it by chance: again and again, a day with its time, a distance (`in 2 hours`), ISO 8601 or a cron line.
///
/// # Errors
/// When that ending is a time that cannot be done: a shorter one in it would be another time, and the rest no topic.
pub fn split_trailing(
    text: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<(String, Schedule)>, WhenError> {
    let starts: Vec<usize> = word_starts(text);
    let first = starts.len().saturating_sub(MOST_WORDS);
    let Some(&at) = starts[first..]
        .iter()
        .find(|&&at| is_explicit(&plain(&text[at..]), now, zone))
    else {
        return Ok(None);
    };
    let (rest, ending) = (text[..at].trim_end(), &text[at..]);
    let schedule = Schedule::parse(ending, now, zone)?;
    if let Some(start) = repeating_tail(rest, schedule.is_recurring()) {
        return Err(WhenError::advised(
            format!(
                "I do not know \u{201c}{}\u{201d}.",
                shortened(&text[start..], 40)
            ),
            "Say how often like every friday at 9 or every weekday at 9; a topic that ends in such words goes into quotes.",
        ));
    }
    let rest = rest
        .trim_start()
        .trim_end_matches([',', ';', ':'])
        .trim_end();
    Ok(Some((rest.to_owned(), schedule)))
}

fn is_explicit(ending: &str, now: Timestamp, zone: &TimeZone) -> bool {
    let read = |text: &str| {
        grammar::read(text, now, zone).is_some_and(|reading| reading.is_explicit())
            || iso(text, zone).is_some()
    };
    cron::line(ending, now, zone).is_some()
        || read(ending)
        || zones::find(ending).is_some_and(|zoned| read(&zoned.rest))
}

/// Where the last words of a topic begin to say how often something comes, which the time behind them does not say.
fn repeating_tail(topic: &str, recurring: bool) -> Option<usize> {
    /// So many words before a time can belong to it: `twice a month on`.
    const NEAR: usize = 5;
    let starts = word_starts(topic);
    let near = starts.len().saturating_sub(NEAR);
    starts[near..].iter().copied().find(|&at| {
        let word = topic[at..].split_whitespace().next().unwrap_or_default();
        words::counts(word) || (!recurring && words::repeats(word))
    })
}

/// Figures, colons, spaces and dashes as other keyboards write them, as one writes them here.
fn plain(text: &str) -> String {
    text.nfkc()
        .map(|letter| match letter {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' => '-',
            other => other,
        })
        .collect()
}

/// A time with a zone behind it. One zone counts here, so a time in another one is said back in that; what repeats would be
/// wrong for half a year.
fn in_another_zone(
    text: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Result<Schedule, WhenError>> {
    let zones::Zoned {
        word,
        rest,
        zone: other,
    } = zones::find(text)?;
    let reading = match iso(&rest, zone) {
        Some(at) => Reading::Once { at, explicit: true },
        None => grammar::read(&rest, now, zone)?,
    };
    if let (Reading::Once { .. }, Some(other)) = (&reading, &other) {
        let read = Schedule::parse(&rest, now, other);
        // What is offered is read where times count.
        return Some(read.map_err(|error| match error.suggestion {
            Some(meant) => WhenError::offering(error.what, meant.schedule, now, zone),
            None => error,
        }));
    }
    accept(reading, now, zone).ok()?;
    let city = speak::city(zone);
    Some(Err(WhenError::advised(
        format!(
            "Zones such as \u{201c}{}\u{201d} are not read here: times count in {city}.",
            shortened(&word, 20)
        ),
        format!(
            "Say it in the time of {city}, or as ISO 8601 with its offset: 2026-12-01T17:45:00-05:00."
        ),
    )))
}

/// What becomes of a run that is due, after its time was looked at late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueRun {
    /// It happens now. Several that were missed are one run.
    Run,
    /// It was missed and its task does not want it late.
    Skip,
}

/// What to do about a run that was to happen at `due`.
#[must_use]
pub fn due_run(due: Timestamp, now: Timestamp, missed: MissedRun) -> DueRun {
    let late = now.as_second().saturating_sub(due.as_second()) > MISSED_AFTER_SECONDS;
    match missed {
        MissedRun::Skip if late => DueRun::Skip,
        MissedRun::Skip | MissedRun::Once => DueRun::Run,
    }
}

impl WhenError {
    fn plain(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: EXAMPLES.to_owned(),
            suggestion: None,
        }
    }

    fn advised(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
            suggestion: None,
        }
    }

    fn offering(
        what: impl Into<String>,
        schedule: Schedule,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Self {
        Self {
            what: what.into(),
            advice: format!("Did you mean {}?", speak::offered(&schedule, now, zone)),
            suggestion: Some(Suggestion {
                phrase: speak::phrase(&schedule, now, zone),
                schedule,
            }),
        }
    }
}

fn unknown(text: &str) -> WhenError {
    WhenError::plain(format!(
        "I do not know \u{201c}{}\u{201d}.",
        shortened(text, 40)
    ))
}

fn accept(reading: Reading, now: Timestamp, zone: &TimeZone) -> Result<Schedule, WhenError> {
    match reading {
        Reading::Once { at, .. } => upcoming(at, now, zone),
        Reading::Again(line) => cron::checked(&line, now, zone),
        Reading::Refused { what, instead, .. } => {
            let offer = instead.and_then(|phrase| Schedule::parse(&phrase, now, zone).ok());
            Err(match offer {
                Some(schedule) => WhenError::offering(what, schedule, now, zone),
                None => WhenError::plain(what),
            })
        }
    }
}

/// A one-off time, if it is still to come.
fn upcoming(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Result<Schedule, WhenError> {
    let local = at.to_zoned(zone.clone());
    let today = now.to_zoned(zone.clone());
    if local.year() > today.year().saturating_add(FURTHEST_YEARS) {
        return Err(WhenError::advised(
            format!("{} is more than {FURTHEST_YEARS} years away.", local.date()),
            "Name a nearer day.",
        ));
    }
    if at > now {
        return Ok(Schedule::Once(at));
    }
    let what = if local
        .date()
        .tomorrow()
        .is_ok_and(|next| next == today.date())
    {
        "Yesterday is over.".to_owned()
    } else {
        format!("That was {}.", speak::past(at, now, zone))
    };
    let next = [
        today.date(),
        today.date().tomorrow().unwrap_or(today.date()),
    ]
    .into_iter()
    .filter_map(|day| day.to_datetime(local.time()).to_zoned(zone.clone()).ok())
    .map(|zoned| zoned.timestamp())
    .find(|candidate| *candidate > now);
    Err(match next {
        Some(next) => WhenError::offering(what, Schedule::Once(next), now, zone),
        None => WhenError::plain(what),
    })
}

/// ISO 8601 with or without offset and zone name.
fn iso(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) || !text.contains(['T', 't', ':']) {
        return None;
    }
    if let Ok(zoned) = text.parse::<jiff::Zoned>() {
        return Some(zoned.timestamp());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let wall = text.parse::<DateTime>().ok()?;
    Some(wall.to_zoned(zone.clone()).ok()?.timestamp())
}

/// What `text` would be with its unknown words mended.
fn misspelt(text: &str, now: Timestamp, zone: &TimeZone) -> Option<WhenError> {
    let mended = words::mended(text)?;
    let meant = match accept(grammar::read(&mended, now, zone)?, now, zone) {
        Ok(schedule) => schedule,
        Err(error) => error.suggestion?.schedule,
    };
    let what = format!("I do not know \u{201c}{}\u{201d}.", shortened(text, 40));
    Some(WhenError::offering(what, meant, now, zone))
}

fn word_starts(text: &str) -> Vec<usize> {
    let mut gap = true;
    text.char_indices()
        .filter_map(|(at, letter)| {
            let starts = gap && !letter.is_whitespace();
            gap = letter.is_whitespace();
            starts.then_some(at)
        })
        .collect()
}
