//! Words for time zones in what people type as a time.

use jiff::tz::{Offset, TimeZone};

/// Short names of zones as people type them. They mean several zones, or another offset than is meant in summer.
const SHORT: [&str; 38] = [
    "est", "edt", "et", "cst", "cdt", "ct", "mst", "mdt", "mt", "pst", "pdt", "pt", "akst", "akdt",
    "hst", "bst", "ist", "wet", "west", "cet", "cest", "mez", "mesz", "eet", "eest", "msk", "sast",
    "jst", "kst", "sgt", "hkt", "aest", "aedt", "acst", "awst", "nzst", "nzdt", "brt",
];

/// A zone as it stands in a text, and the text without it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Zoned {
    pub word: String,
    pub rest: String,
    /// None for a name that does not settle which zone is meant.
    pub zone: Option<TimeZone>,
}

/// What a word for a zone means.
enum Meaning {
    Zone(TimeZone),
    /// One of several.
    Unsettled,
}

impl Meaning {
    fn of(zone: Option<TimeZone>) -> Self {
        zone.map_or(Self::Unsettled, Self::Zone)
    }
}

/// Finds a zone behind a time of day, or at the end: `9am UTC`, `18:00 Europe/Lisbon`, `at 9 Berlin time`.
pub(super) fn find(text: &str) -> Option<Zoned> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..words.len()).find_map(|at| {
        let follows = is_clock(words[at - 1]) || at + 1 == words.len();
        let named = at + 2 == words.len() && bare(words[at + 1]) == "time";
        let (end, meaning) = if named {
            (at + 2, place(words[at])?)
        } else if follows {
            (at + 1, zone(words[at])?)
        } else {
            return None;
        };
        Some(Zoned {
            word: words[at..end].join(" "),
            rest: [&words[..at], &words[end..]].concat().join(" "),
            zone: match meaning {
                Meaning::Zone(zone) => Some(zone),
                Meaning::Unsettled => None,
            },
        })
    })
}

fn bare(word: &str) -> String {
    word.trim_matches(['(', ')', '[', ']', ',', '.', ';'])
        .to_lowercase()
}

fn is_clock(word: &str) -> bool {
    let word = bare(word);
    word.starts_with(|first: char| first.is_ascii_digit())
        || matches!(
            word.as_str(),
            "am" | "pm" | "noon" | "midday" | "midnight" | "o'clock" | "h"
        )
}

/// The zone of a place before `time`.
fn place(word: &str) -> Option<Meaning> {
    let place = bare(word).replace(' ', "_");
    if matches!(
        place.as_str(),
        "local" | "eastern" | "central" | "mountain" | "pacific"
    ) {
        return Some(Meaning::Unsettled);
    }
    let mut cities = jiff::tz::db().available();
    let city = cities.find(|name| {
        let city = name.as_str().rsplit('/').next();
        city.is_some_and(|city| city.eq_ignore_ascii_case(&place))
    });
    match city {
        Some(city) => Some(Meaning::of(TimeZone::get(city.as_str()).ok())),
        None => zone(word),
    }
}

fn zone(word: &str) -> Option<Meaning> {
    let word = bare(word);
    if matches!(word.as_str(), "utc" | "gmt" | "z" | "zulu") {
        return Some(Meaning::Zone(TimeZone::UTC));
    }
    if SHORT.contains(&word.as_str()) {
        return Some(Meaning::Unsettled);
    }
    let behind = word
        .strip_prefix("utc")
        .or_else(|| word.strip_prefix("gmt"))
        .unwrap_or(&word);
    if behind.starts_with(['+', '-']) {
        return Some(Meaning::of(offset(behind).map(TimeZone::fixed)));
    }
    let found = word.contains('/').then(|| TimeZone::get(&word).ok())??;
    Some(Meaning::Zone(found))
}

/// `+2`, `-0330`, `+05:30`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, figures) = text.split_at(1);
    let (hours, minutes) = match figures.split_once(':') {
        Some(parts) => parts,
        None if figures.len() > 2 => figures.split_at_checked(figures.len() - 2)?,
        None => (figures, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = (hours <= 14 && minutes < 60).then_some(hours * 3_600 + minutes * 60)?;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, String, bool)> {
        find(text).map(|zoned| (zoned.word, zoned.rest, zoned.zone.is_some()))
    }

    #[test]
    fn zones_stand_behind_a_time() {
        for (text, word, rest, settled) in [
            ("tomorrow 9am UTC", "UTC", "tomorrow 9am", true),
            ("tomorrow 9am EST", "EST", "tomorrow 9am", false),
            ("9 gmt tomorrow", "gmt", "9 tomorrow", true),
            ("18:00 Europe/Lisbon", "Europe/Lisbon", "18:00", true),
            ("noon UTC+2", "UTC+2", "noon", true),
            ("9:00 -0330", "-0330", "9:00", true),
            (
                "every day at 9 Berlin time",
                "Berlin time",
                "every day at 9",
                true,
            ),
            ("at 9 eastern time", "eastern time", "at 9", false),
            ("tomorrow morning CET", "CET", "tomorrow morning", false),
        ] {
            let expected = (word.to_owned(), rest.to_owned(), settled);
            assert_eq!(found(text), Some(expected), "{text}");
        }
        for text in [
            "tomorrow 9am",
            "friday 9 lunch time",
            "UTC",
            "what is west of here at 9",
            "and/or 9",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("+2", 7_200),
            ("-3:30", -12_600),
            ("+0530", 19_800),
            ("+14", 50_400),
        ] {
            assert_eq!(offset(text).map(Offset::seconds), Some(seconds), "{text}");
        }
        for text in ["+", "+15", "+1:60", "+x", "-"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }
}
