//! Asking a service that the configuration names: JSON over HTTP, one retry policy, every attempt counted.
//!
//! The service is trusted, so it may lie in a private network; redirects are not followed. What it answers, whatever the
//! status, is the caller's to read, up to a cap.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use backon::BackoffBuilder as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::fetch::{host_of, unanswered};
use super::retry::{asked_wait, waits};
use super::send::Twice;
use super::{NetError, NetOptions};

/// A code in the body of a 429 that no waiting cures.
const NO_MONEY: &[u8] = b"insufficient_quota";

/// Where a service lies and how it is asked. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    base: Url,
    key: Option<SecretString>,
    client: reqwest::Client,
    options: Arc<NetOptions>,
    /// The service said that nothing is left until then.
    quiet_until: Arc<Mutex<Option<Timestamp>>>,
}

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Below the base, without a slash in front: `chat/completions`.
    pub path: &'a str,
    /// JSON, sent with POST; without it the question is a GET.
    pub body: Option<&'a [u8]>,
    /// For all attempts together.
    pub limit: Duration,
    /// The most bytes of an answer.
    pub cap: u64,
    /// Whether it may be asked again where the service may have done the work already.
    pub twice: Twice,
    /// Listens to a good answer while it comes.
    pub heard: Option<Heard<'a>>,
}

/// Takes all of an answer that has arrived, whenever it has become more; nothing when it begins anew.
#[derive(Clone, Copy)]
pub struct Heard<'a>(pub &'a (dyn Fn(&[u8]) + Send + Sync));

impl std::fmt::Debug for Heard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Heard")
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    /// How long it asks to be left alone.
    pub wait: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct NoReply {
    pub error: NetError,
    /// The service may have done the work, and may want to be paid for it.
    pub perhaps_done: bool,
}

impl NoReply {
    const fn certain(error: NetError) -> Self {
        Self {
            error,
            perhaps_done: false,
        }
    }

    const fn perhaps(error: NetError) -> Self {
        Self {
            error,
            perhaps_done: true,
        }
    }
}

impl Endpoint {
    /// `key` goes out as a bearer token.
    pub fn new(
        base: Url,
        key: Option<SecretString>,
        options: Arc<NetOptions>,
    ) -> anyhow::Result<Self> {
        // No timeout on a silence: a model thinks before it says the first word. The question's limit holds.
        let client = reqwest::Client::builder()
            .user_agent(concat!("lumen/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            base,
            key,
            client,
            options,
            quiet_until: Arc::default(),
        })
    }

    #[must_use]
    pub fn host(&self) -> String {
        host_of(&self.base)
    }

    /// On this very machine: whoever runs it pays no one.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self.base.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Asks, again where that is safe and the time allows it. Dropping the future breaks the connection off.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Reply, NoReply> {
        let begun = Instant::now();
        let whole = tokio::time::timeout(question.limit, self.attempts(question)).await;
        metrics::histogram!("lumen_http_seconds").record(begun.elapsed().as_secs_f64());
        whole.unwrap_or_else(|_| {
            count("transient");
            Err(NoReply::perhaps(NetError::TimedOut { host: self.host() }))
        })
    }

    async fn attempts(&self, question: &Question<'_>) -> Result<Reply, NoReply> {
        self.keep_quiet().await?;
        let mut waits = waits(&self.options).build();
        let mut earlier = 0;
        loop {
            let result = self.attempt(question).await;
            let (again, asked) = match &result {
                Ok(reply) => (is_passing(reply, question.twice, earlier), reply.wait),
                Err(failed) => (failed.error.is_transient() && !failed.perhaps_done, None),
            };
            count(match &result {
                Ok(reply) if reply.status < 400 => "ok",
                Ok(_) if !again => "refused",
                _ => "transient",
            });
            let planned = if again { waits.next() } else { None };
            let Some(planned) = planned else {
                return result;
            };
            let wait = asked.map_or(planned, |asked| planned.max(asked));
            if wait > self.options.longest_wait {
                return result;
            }
            tracing::debug!(
                http.host = self.host(),
                http.wait_ms = wait.as_millis(),
                "asking again"
            );
            (self.options.pause)(wait).await;
            earlier += 1;
        }
    }

    /// Waits until the service takes questions again.
    async fn keep_quiet(&self) -> Result<(), NoReply> {
        let until = *self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(until) = until else { return Ok(()) };
        let wait = until.duration_since(self.options.clock.now());
        let Ok(wait) = Duration::try_from(wait) else {
            return Ok(());
        };
        if wait > self.options.longest_wait {
            return Err(NoReply::certain(NetError::SlowDown {
                host: self.host(),
                wait: Some(wait),
            }));
        }
        (self.options.pause)(wait).await;
        Ok(())
    }

    async fn attempt(&self, question: &Question<'_>) -> Result<Reply, NoReply> {
        let path = format!(
            "{}/{}",
            self.base.as_str().trim_end_matches('/'),
            question.path
        );
        let url: Url = path
            .parse()
            .map_err(|_| NoReply::certain(NetError::NotAnAddress))?;
        let mut request = match question.body {
            Some(body) => self
                .client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_vec()),
            None => self.client.get(url.clone()),
        };
        if let Some(key) = &self.key {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
                .map_err(|_| NoReply::certain(NetError::NotAnAddress))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let mut response = request.send().await.map_err(|error| NoReply {
            perhaps_done: !error.is_connect(),
            error: unanswered(&error, &url),
        })?;
        let status = response.status().as_u16();
        let wait = self.asked(response.headers());
        let mut body = Vec::new();
        let heard = question.heard.filter(|_| status < 300);
        if let Some(Heard(heard)) = heard {
            heard(&body);
        }
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| NoReply::perhaps(unanswered(&error, &url)))?
        {
            body.extend_from_slice(&chunk);
            if u64::try_from(body.len()).is_ok_and(|length| length > question.cap) {
                return Err(NoReply::perhaps(NetError::TooLarge { cap: question.cap }));
            }
            if let Some(Heard(heard)) = heard {
                heard(&body);
            }
        }
        Ok(Reply { status, body, wait })
    }

    /// Reads what the answer says about the pace, and keeps to it from now on.
    fn asked(&self, headers: &HeaderMap) -> Option<Duration> {
        let now = self.options.clock.now();
        let quiet = ["requests", "tokens"]
            .into_iter()
            .filter_map(|what| exhausted(headers, what))
            .max();
        let until = quiet.and_then(|quiet| SignedDuration::try_from(quiet).ok());
        *self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = until.map(|quiet| now + quiet);
        asked_wait(headers, now).or(quiet)
    }
}

/// Whether the same question, put again, may be answered. After 429, 503 and 529 the service did no work; after the other
/// statuses of a server's fault it may have. Of those, only what a gateway says is asked for more than once again: the
/// service's own fault often lasts, and takes its time.
fn is_passing(reply: &Reply, twice: Twice, earlier: usize) -> bool {
    let has_no_money = || {
        reply
            .body
            .windows(NO_MONEY.len())
            .any(|piece| piece == NO_MONEY)
    };
    match reply.status {
        429 | 503 | 529 => !has_no_money(),
        502 | 504 => twice == Twice::Harmless,
        500.. => twice == Twice::Harmless && earlier == 0,
        _ => false,
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("lumen_http_attempts_total", "outcome" => outcome).increment(1);
}

/// When nothing is left of a rate limit: how long until it is filled again.
fn exhausted(headers: &HeaderMap, what: &str) -> Option<Duration> {
    let text = |kind: &str| {
        let name = format!("x-ratelimit-{kind}-{what}");
        headers.get(name)?.to_str().ok().map(str::to_owned)
    };
    (text("remaining")?.trim() == "0")
        .then(|| span(text("reset")?.trim()))
        .flatten()
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
    use super::*;

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
    fn a_question_is_put_again_after_a_passing_fault_and_not_where_the_work_may_be_paid_for() {
        let passing = |status, twice, earlier| {
            let reply = Reply {
                status,
                body: Vec::new(),
                wait: None,
            };
            is_passing(&reply, twice, earlier)
        };
        for (status, harmless, again, never) in [
            (429, true, true, true),
            (503, true, true, true),
            (529, true, true, true),
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
    fn only_an_exhausted_limit_asks_for_quiet() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-ratelimit-remaining-requests",
            HeaderValue::from_static("1"),
        );
        headers.insert("x-ratelimit-reset-requests", HeaderValue::from_static("9s"));
        assert_eq!(exhausted(&headers, "requests"), None);
        headers.insert(
            "x-ratelimit-remaining-requests",
            HeaderValue::from_static("0"),
        );
        assert_eq!(
            exhausted(&headers, "requests"),
            Some(Duration::from_secs(9))
        );
    }
}
