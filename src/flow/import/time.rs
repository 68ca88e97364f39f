//! Times as archives write them.

use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The way Twitter's archives write times.
const TWITTER: &str = "%a %b %d %H:%M:%S %z %Y";

/// From here on a bare number is milliseconds: as seconds it would be the year 5138.
const MILLIS_FROM: i64 = 100_000_000_000;

/// Reads RFC 3339 first, then the other shapes seen: without a zone (UTC), a date alone, seconds or milliseconds
/// since 1970, e-mail dates, Twitter's.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(number) = text.parse::<i64>() {
        return from_number(number);
    }
    let plain = text
        .strip_suffix(" UTC")
        .or_else(|| text.strip_suffix(" GMT"))
        .unwrap_or(text);
    let utc = |at: DateTime| at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    if let Ok(at) = plain.parse::<DateTime>() {
        return utc(at);
    }
    if let Ok(day) = plain.parse::<Date>() {
        return utc(day.at(0, 0, 0, 0));
    }
    if let Ok(at) = rfc2822::parse(text) {
        return Some(at.timestamp());
    }
    Zoned::strptime(TWITTER, text).ok().map(|at| at.timestamp())
}

/// Seconds, or milliseconds where seconds make no sense.
pub(super) fn from_number(number: i64) -> Option<Timestamp> {
    if number.abs() < MILLIS_FROM {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_every_shape() {
        let moment: Timestamp = "2015-07-17T02:41:10Z".parse().unwrap();
        for text in [
            "2015-07-17T02:41:10Z",
            "2015-07-17T04:41:10+02:00",
            "2015-07-17 02:41:10",
            "2015-07-17T02:41:10",
            "2015-07-17 02:41:10 UTC",
            "2015-07-17T02:41:10+00:00[UTC]",
            "Fri, 17 Jul 2015 02:41:10 +0000",
            "Fri Jul 17 02:41:10 +0000 2015",
            "1437100870",
            " 1437100870000 ",
        ] {
            assert_eq!(read(text), Some(moment), "{text}");
        }
        assert_eq!(
            read("2015-07-17").unwrap().to_string(),
            "2015-07-17T00:00:00Z"
        );
        for text in [
            "",
            "yesterday",
            "17.07.2015",
            "2015-13-01",
            "2015-02-30T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
