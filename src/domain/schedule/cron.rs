//! Five-field cron lines, and their runs as wall-clock time in a zone.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::error::shortened;
use crate::domain::schedule::{Schedule, WhenError};

/// The nicknames of crontab(5).
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// Reads `text` if it looks like a cron line at all.
pub(super) fn line(
    text: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Result<Schedule, WhenError>> {
    if let Some((_, line)) = NICKNAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        return Some(checked(line, now, zone));
    }
    let text = text.replace(" - ", "-");
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() < 4 || !fields.iter().all(|field| looks_like_field(field)) {
        return None;
    }
    let starred = fields.iter().any(|field| field.starts_with(['*', '?']));
    match fields.len() {
        5 => Some(checked(&fields.join(" "), now, zone)),
        6 | 7 => Some(Err(too_many(&fields, now, zone))),
        4 if starred => Some(Err(WhenError::advised(
            format!("\u{201c}{text}\u{201d} has four fields; a cron line has five."),
            "They are minute, hour, day, month and weekday: 0 9 * * 1-5.",
        ))),
        _ => None,
    }
}

/// A cron line that is read and comes round at all.
pub(super) fn checked(line: &str, now: Timestamp, zone: &TimeZone) -> Result<Schedule, WhenError> {
    let line = line.to_ascii_uppercase();
    if let Err(error) = parse(&line) {
        return Err(WhenError::advised(
            format!(
                "\u{201c}{}\u{201d} is not a cron line: {}.",
                shortened(&line, 40),
                reason(&error)
            ),
            "Its five fields are minute 0-59, hour 0-23, day 1-31, month 1-12 and weekday 0-6: 0 9 * * 1-5.",
        ));
    }
    if next_after(&line, now, zone).is_none() {
        return Err(WhenError::advised(
            format!("\u{201c}{line}\u{201d} never comes: there is no such day."),
            "Its third field is the day of the month, its fourth the month.",
        ));
    }
    Ok(Schedule::Cron(line))
}

/// The first run after `after`.
///
/// A line that names its hours and minutes is wall-clock time: each of its times runs once, whatever the clocks do. One that the
/// spring change leaves out runs as much later as the clocks jump (02:30 at 03:30); one that the autumn change repeats runs the first
/// time. A line with `*` or `/` in hour or minute is a rhythm and goes on through the change (croner does that).
pub(super) fn next_after(line: &str, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let cron = parse(line).ok()?;
    if is_rhythm(line) {
        let from = after.to_zoned(zone.clone());
        let next = cron.find_next_occurrence(&from, false).ok()?;
        return Some(next.timestamp());
    }
    // Begin early enough to see a time that a clock change has moved to after `after`.
    let behind = 25.hours();
    let mut wall = after
        .to_zoned(zone.clone())
        .datetime()
        .checked_sub(behind)
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()?;
    let mut best: Option<Timestamp> = None;
    loop {
        wall = cron.find_next_occurrence(&wall, false).ok()?;
        // In spring a moved time can come after one that stands later on the line, so the earliest counts.
        if let Some(found) = best
            && wall.datetime() > found.to_zoned(zone.clone()).datetime()
        {
            return best;
        }
        let at = wall.datetime().to_zoned(zone.clone()).ok()?.timestamp();
        if at > after && best.is_none_or(|found| at < found) {
            best = Some(at);
        }
    }
}

pub(super) fn parse(line: &str) -> Result<Cron, croner::errors::CronError> {
    // crontab(5): of a day and a weekday either will do, unless one of them begins with a star; then both must hold.
    let both = line
        .split_whitespace()
        .enumerate()
        .any(|(nth, field)| matches!(nth, 2 | 4) && field.starts_with(['*', '?']));
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .dom_and_dow(both)
        .build()
        .parse(line)
}

/// Whether hour or minute are a rhythm rather than times.
fn is_rhythm(line: &str) -> bool {
    line.split_whitespace()
        .take(2)
        .any(|field| field.contains(['*', '?', '/']))
}

fn looks_like_field(field: &str) -> bool {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun",
        "mon", "tue", "wed", "thu", "fri", "sat",
    ];
    field
        .split(['*', ',', '-', '/', '?', '#', '+'])
        .all(|part| {
            let part = part.to_ascii_lowercase();
            part.bytes().all(|byte| byte.is_ascii_digit())
                || NAMES.contains(&part.as_str())
                || part == "l"
                || part
                    .strip_suffix(['l', 'w'])
                    .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

fn too_many(fields: &[&str], now: Timestamp, zone: &TimeZone) -> WhenError {
    let what = format!(
        "\u{201c}{}\u{201d} has {} fields; a cron line here has five, from the minute on.",
        fields.join(" "),
        fields.len()
    );
    let without_seconds = fields[1..6].join(" ");
    match checked(&without_seconds, now, zone) {
        Ok(schedule) => WhenError::offering(what, schedule, now, zone),
        Err(_) => WhenError::plain(what),
    }
}

/// Croner's reason without its own preface and full stop.
fn reason(error: &croner::errors::CronError) -> String {
    let text = error.to_string();
    let text = text
        .split_once(": ")
        .map_or(text.as_str(), |(_, rest)| rest);
    let mut text = text.trim_end_matches('.').to_owned();
    if let Some(first) = text.get(..1) {
        let lower = first.to_lowercase();
        text.replace_range(..1, &lower);
    }
    text
}
