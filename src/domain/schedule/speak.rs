//! How times are said to people.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::domain::schedule::{Schedule, cron, words};

/// How many runs an answer shows.
pub const RUNS_SHOWN: usize = 5;

/// A moment: `Fri 17:45` today, else `Sat 23 Nov 9:00, Berlin`; with the year when it is another one.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    let now = now.to_zoned(zone.clone());
    if at.date() == now.date() {
        return at.strftime("%a %-H:%M").to_string();
    }
    format!(
        "{} {}, {}",
        day(at.date(), &now),
        clock(at.time()),
        city(zone)
    )
}

/// The zone by its city: `Berlin`, `New York`, `UTC`; its offset where it has no name.
#[must_use]
pub fn city(zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some("Etc/UTC" | "Etc/UCT" | "Etc/Universal" | "Etc/Zulu" | "Etc/GMT" | "UCT" | "Zulu") => {
            "UTC".to_owned()
        }
        Some(name) => name.rsplit('/').next().unwrap_or(name).replace('_', " "),
        None => zone
            .to_fixed_offset()
            .map_or_else(|_| "local time".to_owned(), |offset| format!("UTC{offset}")),
    }
}

/// A schedule: `every weekday at 9:00`, or the moment of a single one.
#[must_use]
pub fn in_words(schedule: &Schedule, now: Timestamp, zone: &TimeZone) -> String {
    match schedule {
        Schedule::Once(at) => moment(*at, now, zone),
        Schedule::Cron(line) => spelt(line).unwrap_or_else(|| described(line)),
    }
}

/// What was understood, for the answer to a person: the schedule in words and its next runs, or the exact moment.
#[must_use]
pub fn understood(schedule: &Schedule, now: Timestamp, zone: &TimeZone) -> String {
    let words = in_words(schedule, now, zone);
    if !schedule.is_recurring() {
        return words;
    }
    let today = now.to_zoned(zone.clone());
    let runs: Vec<String> = schedule
        .next_runs(now, zone, RUNS_SHOWN)
        .into_iter()
        .map(|at| {
            let at = at.to_zoned(zone.clone());
            format!("{} {}", day(at.date(), &today), clock(at.time()))
        })
        .collect();
    format!("{words}\nnext: {} ({})", runs.join(", "), city(zone))
}

/// What a cron line with a step says that people read otherwise: `*/45` begins anew with each hour.
#[must_use]
pub fn begins_anew(schedule: &Schedule) -> Option<String> {
    const FIELDS: [(&str, Option<u8>); 4] = [
        ("hour", Some(60)),
        ("day", Some(24)),
        ("month", None),
        ("year", Some(12)),
    ];
    let Schedule::Cron(line) = schedule else {
        return None;
    };
    line.split_whitespace()
        .zip(FIELDS)
        .find_map(|(field, (span, whole))| {
            let step: u8 = field.split_once('/')?.1.parse().ok()?;
            let even = whole.is_some_and(|whole| step > 0 && whole.is_multiple_of(step));
            (!even).then(|| format!("{field} begins anew with each {span}."))
        })
}

/// Words that [`Schedule::parse`] reads as `schedule`: `tomorrow 9:00`, `every weekday at 9:00`.
#[must_use]
pub fn phrase(schedule: &Schedule, now: Timestamp, zone: &TimeZone) -> String {
    match schedule {
        Schedule::Once(at) => {
            let at = at.to_zoned(zone.clone());
            let today = now.to_zoned(zone.clone()).date();
            let day = match today.until(at.date()).map(|span| span.get_days()) {
                Ok(0) => "today".to_owned(),
                Ok(1) => "tomorrow".to_owned(),
                _ if at.year() == today.year() => at.strftime("%-d %b").to_string(),
                _ => at.strftime("%-d %b %Y").to_string(),
            };
            format!("{day} {}", clock(at.time()))
        }
        Schedule::Cron(line) => spelt(line).unwrap_or_else(|| line.clone()),
    }
}

/// `tomorrow 9:00 (Sat 23 Nov, Berlin)`.
pub(super) fn offered(schedule: &Schedule, now: Timestamp, zone: &TimeZone) -> String {
    let phrase = phrase(schedule, now, zone);
    let today = now.to_zoned(zone.clone());
    let Some(next) = schedule.next_after(now, zone) else {
        return phrase;
    };
    let day = day(next.to_zoned(zone.clone()).date(), &today);
    let next = if schedule.is_recurring() { "next " } else { "" };
    format!("{phrase} ({next}{day}, {})", city(zone))
}

/// `this morning`, `on Fri 20 Nov`.
pub(super) fn past(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    let now = now.to_zoned(zone.clone());
    if at.date() == now.date() {
        return match at.hour() {
            0..=11 => "this morning",
            12..=17 => "this afternoon",
            _ => "earlier this evening",
        }
        .to_owned();
    }
    format!("on {}", day(at.date(), &now))
}

fn day(date: Date, today: &Zoned) -> String {
    let form = if date.year() == today.year() {
        "%a %-d %b"
    } else {
        "%a %-d %b %Y"
    };
    date.strftime(form).to_string()
}

fn clock(time: Time) -> String {
    time.strftime("%-H:%M").to_string()
}

/// A cron line as a phrase, where there is one.
fn spelt(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return None;
    };
    if let Some(rhythm) = rhythm(minute, hour) {
        return match (*day, *month, *weekday) {
            ("*", "*", "*") => Some(rhythm),
            ("*", "*", "1-5") => Some(format!("{rhythm} on weekdays")),
            _ => None,
        };
    }
    let minute: u8 = minute.parse().ok()?;
    let times: Option<Vec<String>> = hour
        .split(',')
        .map(|hour| {
            hour.parse::<u8>()
                .ok()
                .map(|hour| format!("{hour}:{minute:02}"))
        })
        .collect();
    Some(format!(
        "{} at {}",
        days(day, month, weekday)?,
        listed(&times?)
    ))
}

fn rhythm(minute: &str, hour: &str) -> Option<String> {
    // A step that does not divide its hour or day begins anew with each, so it is no distance between runs.
    let step = |field: &str, whole: u8| {
        let step = field.strip_prefix("*/")?.parse::<u8>().ok()?;
        (step > 0 && whole.is_multiple_of(step)).then_some(step)
    };
    match (minute, hour) {
        ("*", "*") => Some("every minute".to_owned()),
        ("0", "*") => Some("every hour".to_owned()),
        (_, "*") => match step(minute, 60) {
            Some(step) => Some(format!("every {step} minutes")),
            None => Some(format!("every hour at :{:02}", minute.parse::<u8>().ok()?)),
        },
        ("0", _) => Some(format!("every {} hours", step(hour, 24)?)),
        _ => Some(format!(
            "every {} hours at :{:02}",
            step(hour, 24)?,
            minute.parse::<u8>().ok()?
        )),
    }
}

fn days(day: &str, month: &str, weekday: &str) -> Option<String> {
    match (day, month, weekday) {
        ("*", "*", "*") => Some("every day".to_owned()),
        ("*", "*", "1-5") => Some("every weekday".to_owned()),
        ("*", "*", "0,6") => Some("every weekend".to_owned()),
        ("*", "*", nth) if nth.contains(['#', 'L']) => {
            let (number, nth) = nth.split_at_checked(1)?;
            let nth = match nth {
                "#1" => "first",
                "#2" => "second",
                "#3" => "third",
                "#4" => "fourth",
                "L" | "#L" => "last",
                _ => return None,
            };
            Some(format!(
                "every {nth} {} of the month",
                weekday_name(number)?
            ))
        }
        ("*", "*", list) => {
            let names: Option<Vec<String>> = list.split(',').map(weekday_name).collect();
            Some(format!("every {}", listed(&names?)))
        }
        (list, "*", "*") => {
            let names: Option<Vec<String>> = list.split(',').map(month_day).collect();
            Some(format!("every month on the {}", listed(&names?)))
        }
        (day, month, "*") => {
            let date = Date::new(2000, month.parse().ok()?, day.parse().ok()?).ok()?;
            Some(format!("every year on {}", date.strftime("%-d %b")))
        }
        _ => None,
    }
}

fn weekday_name(number: &str) -> Option<String> {
    let day = Weekday::from_sunday_zero_offset(number.parse::<i8>().ok()? % 7).ok()?;
    let (name, ..) = words::WEEKDAYS.iter().find(|(.., known)| *known == day)?;
    let mut letters = name.chars();
    let first = letters.next()?.to_ascii_uppercase();
    Some(std::iter::once(first).chain(letters).collect())
}

fn month_day(day: &str) -> Option<String> {
    if day == "L" {
        return Some("last day".to_owned());
    }
    let number: u8 = day.parse().ok()?;
    let ending = match (number % 10, number) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    Some(format!("{number}{ending}"))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Croner's own description, for lines that no phrase of ours says.
fn described(line: &str) -> String {
    let Ok(cron) = cron::parse(line) else {
        return line.to_owned();
    };
    let schedule = Schedule::Cron(line.to_owned());
    let text = begins_anew(&schedule).unwrap_or_else(|| cron.describe());
    format!("{line} ({})", text.trim_end_matches('.'))
}
