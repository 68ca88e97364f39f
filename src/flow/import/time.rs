//! Times as archives write them.

use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The way Twitter's archives write times.
const TWITTER: &str = "%a %b %d %H:%M:%S %z %Y";

/// From here on a bare number is milliseconds: as seconds it would be the year 5138. A thousand times more and it is
/// microseconds, and so on.
const MILLIS_FROM: f64 = 1e11;
const MICROS_FROM: f64 = 1e14;
const NANOS_FROM: f64 = 1e17;

/// Reads RFC 3339 first, then the other shapes seen: without a zone (UTC), a date alone, seconds or milliseconds
/// since 1970, e-mail dates, Twitter's.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Some(at) = from_number(text) {
        return Some(at);
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

/// Reads seconds since 1970, with or without a point or an exponent; or milliseconds and less where seconds make no sense.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is beyond the bounds of i64 is no time either"
)]
pub(super) fn from_number(text: &str) -> Option<Timestamp> {
    let number: f64 = text.parse().ok()?;
    let micros = match number.abs() {
        size if size < MILLIS_FROM => number * 1e6,
        size if size < MICROS_FROM => number * 1e3,
        size if size < NANOS_FROM => number,
        size if size.is_finite() => number / 1e3,
        _ => return None,
    };
    Timestamp::from_microsecond(micros.round() as i64).ok()
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
            "1437100870.0",
            "1.43710087e9",
            "1437100870000.0",
            "1437100870000000",
            "1437100870000000000",
        ] {
            assert_eq!(read(text), Some(moment), "{text}");
        }
        assert_eq!(
            read("2015-07-17").unwrap().to_string(),
            "2015-07-17T00:00:00Z"
        );
        for (text, millis) in [
            ("1667669482.003543", 1_667_669_482_003),
            ("1667669482.5", 1_667_669_482_500),
            ("1667669482.001", 1_667_669_482_001),
            ("-1.5", -1_500),
            ("1667669482123", 1_667_669_482_123),
        ] {
            let found = read(text).map(Timestamp::as_millisecond);
            assert_eq!(found, Some(millis), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "NaN",
            "inf",
            "1e400",
            "17.07.2015",
            "2015-13-01",
            "2015-02-30T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
