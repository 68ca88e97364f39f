//! When to ask again, and how long to wait before.

use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::NetOptions;
use super::request::{Response, Twice};

/// The waits between attempts: each twice the last, with jitter, so that many clients do not come back together.
pub(super) fn waits(options: &NetOptions) -> ExponentialBuilder {
    let waits = ExponentialBuilder::default()
        .with_min_delay(options.first_wait)
        .with_max_delay(options.longest_wait)
        .with_max_times(options.retries)
        .with_jitter();
    match options.seed {
        Some(seed) => waits.with_jitter_seed(seed),
        None => waits,
    }
}

/// A code in the body of a 429 that no waiting cures.
const NO_MONEY: &[u8] = b"insufficient_quota";

/// Whether the same request, made again, may be answered. After 429 and 529 the server did no work, and mostly none after
/// 503; after the other statuses of a server's fault it may have. Of those, only what a gateway says is asked for more than
/// once again: the server's own fault often lasts, and takes its time.
pub(super) fn is_passing(response: &Response, twice: Twice, earlier: usize) -> bool {
    let has_no_money = || {
        let mut pieces = response.body.windows(NO_MONEY.len());
        pieces.any(|piece| piece == NO_MONEY)
    };
    match response.status {
        429 | 529 => !has_no_money(),
        408 | 425 | 502 | 503 | 504 => twice != Twice::Never,
        500.. => twice != Twice::Never && earlier == 0,
        _ => false,
    }
}

/// What `Retry-After` says: seconds, or a date.
pub(super) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// When nothing is left of a rate limit: how long until it is filled again.
pub(super) fn asked_quiet(headers: &HeaderMap) -> Option<Duration> {
    let exhausted = |what: &str| {
        let text = |kind: &str| {
            let value = headers.get(format!("x-ratelimit-{kind}-{what}"))?;
            value.to_str().ok().map(str::trim)
        };
        let nothing_left = text("remaining")? == "0";
        nothing_left.then(|| span(text("reset")?)).flatten()
    };
    ["requests", "tokens"]
        .into_iter()
        .filter_map(exhausted)
        .max()
}

/// `6m0s`, `1.5s`, `20ms`, or seconds as a plain number.
fn span(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |end| digits + end);
        seconds += number
            * match &rest[digits..unit_end] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn asked(value: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        asked_wait(&headers, "2026-11-22T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_wait_is_read_in_both_forms() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            asked("Sun, 22 Nov 2026 12:00:30 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(asked("Sun, 22 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn a_request_is_made_again_after_a_passing_fault_and_not_where_the_work_may_be_paid_for() {
        let passing = |status, twice, earlier| {
            let response = Response {
                status,
                ..Response::default()
            };
            is_passing(&response, twice, earlier)
        };
        for (status, harmless, again, never) in [
            (429, true, true, true),
            (529, true, true, true),
            (503, true, true, false),
            (502, true, true, false),
            (504, true, true, false),
            (500, true, false, false),
            (520, true, false, false),
            (400, false, false, false),
            (200, false, false, false),
        ] {
            assert_eq!(passing(status, Twice::Harmless, 0), harmless, "{status}");
            assert_eq!(passing(status, Twice::Harmless, 1), again, "{status}");
            assert_eq!(passing(status, Twice::Never, 0), never, "{status}");
        }
    }

    #[test]
    fn without_money_no_waiting_helps() {
        let response = Response {
            status: 429,
            body: br#"{"error":{"code":"insufficient_quota"}}"#.to_vec(),
            ..Response::default()
        };
        assert!(!is_passing(&response, Twice::Harmless, 0));
    }

    #[test]
    fn a_span_is_read_as_the_service_writes_it() {
        for (text, millis) in [
            ("1s", 1_000),
            ("6m0s", 360_000),
            ("20ms", 20),
            ("1h1m1.5s", 3_661_500),
            ("7", 7_000),
        ] {
            assert_eq!(span(text), Some(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(span("soon"), None);
        assert_eq!(span("5"), Some(Duration::from_secs(5)));
    }

    #[test]
    fn only_an_exhausted_limit_asks_for_quiet() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset-requests", HeaderValue::from_static("9s"));
        for (left, quiet) in [("1", None), ("0", Some(Duration::from_secs(9)))] {
            headers.insert(
                "x-ratelimit-remaining-requests",
                HeaderValue::from_static(left),
            );
            assert_eq!(asked_quiet(&headers), quiet);
        }
    }
}
