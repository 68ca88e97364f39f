//! When to ask again, and how long to wait before.

use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::{NetError, NetOptions};

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

/// The wait before the next attempt: at least what the server asked for; none, so no attempt, when that is too long.
pub(super) fn next_wait(
    error: &NetError,
    planned: Option<Duration>,
    longest: Duration,
) -> Option<Duration> {
    let planned = planned?;
    match error {
        NetError::SlowDown {
            wait: Some(asked), ..
        } if *asked > longest => None,
        NetError::SlowDown {
            wait: Some(asked), ..
        } => Some(planned.max(*asked)),
        _ => Some(planned),
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
    fn what_the_server_asks_for_is_kept_and_too_long_a_wait_is_left_to_the_caller() {
        let slow = |seconds| NetError::SlowDown {
            host: "h".to_owned(),
            wait: Some(Duration::from_secs(seconds)),
        };
        let second = Duration::from_secs(1);
        let longest = Duration::from_secs(10);
        assert_eq!(
            next_wait(&slow(3), Some(second), longest),
            Some(Duration::from_secs(3))
        );
        assert_eq!(next_wait(&slow(11), Some(second), longest), None);
        assert_eq!(next_wait(&slow(3), None, longest), None);
    }
}
