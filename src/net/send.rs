//! Sending something and reading the answer: one request with a body, its status left to the caller.
//!
//! Whether a request that failed may have arrived decides what the caller may do, so every error says it.

use std::time::{Duration, Instant};

use backon::BackoffBuilder as _;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use url::Url;

use super::fetch::{body, host_of, unanswered};
use super::retry::{asked_wait, next_wait, waits};
use super::{HttpClient, NetError};

/// Whether the same request may be made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// It asks, or what it makes twice does no harm.
    Harmless,
    /// Only where it certainly did not arrive.
    Never,
}

/// One request. Its headers may be secret: they are never shown.
#[derive(Clone)]
pub struct Outgoing<'a> {
    pub url: &'a str,
    /// Sent with POST; without it the request is a GET.
    pub body: Option<(&'a str, Vec<u8>)>,
    pub headers: Vec<(&'static str, String)>,
    pub twice: Twice,
    /// The most bytes of an answer.
    pub cap: u64,
    /// For one attempt.
    pub limit: Duration,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why no answer came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct SendError {
    pub error: NetError,
    /// The server may have got it.
    pub may_have_arrived: bool,
}

const fn certainly_not(error: NetError) -> SendError {
    SendError {
        error,
        may_have_arrived: false,
    }
}

const fn perhaps(error: NetError) -> SendError {
    SendError {
        error,
        may_have_arrived: true,
    }
}

impl HttpClient {
    /// Makes the request, again after a transient failure where that is harmless. Every status but 429 and 5xx is an
    /// answer. Redirects are not followed.
    pub async fn send(&self, request: &Outgoing<'_>) -> Result<Answer, SendError> {
        let url: Url = request
            .url
            .parse()
            .map_err(|_| certainly_not(NetError::NotAnAddress))?;
        let mut waits = waits(&self.options).build();
        let begun = Instant::now();
        let result = loop {
            let failed = match self.send_once(&url, request).await {
                Err(failed) if may_repeat(&failed, request.twice) => failed,
                settled => break settled,
            };
            let Some(wait) = next_wait(&failed.error, waits.next(), self.options.longest_wait)
            else {
                break Err(failed);
            };
            tracing::debug!(http.error = %failed.error, http.wait_ms = wait.as_millis(), "sending again");
            (self.options.pause)(wait).await;
        };
        metrics::histogram!("lumen_http_seconds").record(begun.elapsed().as_secs_f64());
        result
    }

    async fn send_once(&self, url: &Url, request: &Outgoing<'_>) -> Result<Answer, SendError> {
        let result = match tokio::time::timeout(request.limit, self.exchange(url, request)).await {
            Ok(result) => result,
            Err(_) => Err(perhaps(NetError::TimedOut { host: host_of(url) })),
        };
        let outcome = match &result {
            Ok(_) => "ok",
            Err(failed) if failed.error.is_transient() => "transient",
            Err(_) => "refused",
        };
        metrics::counter!("lumen_http_attempts_total", "outcome" => outcome).increment(1);
        result
    }

    async fn exchange(&self, url: &Url, request: &Outgoing<'_>) -> Result<Answer, SendError> {
        self.guard.check(url).map_err(certainly_not)?;
        let client = self.client_for(url);
        let mut building = match &request.body {
            Some((mime, body)) => client
                .post(url.clone())
                .header(CONTENT_TYPE, *mime)
                .body(body.clone()),
            None => client.get(url.clone()),
        };
        for (name, value) in &request.headers {
            let mut value =
                HeaderValue::from_str(value).map_err(|_| certainly_not(NetError::NotAnAddress))?;
            value.set_sensitive(true);
            building = building.header(HeaderName::from_static(name), value);
        }
        let response = building.send().await.map_err(|error| SendError {
            may_have_arrived: !error.is_connect(),
            error: unanswered(&error, url),
        })?;
        let status = response.status();
        let host = host_of(url);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let wait = asked_wait(response.headers(), self.options.clock.now());
            return Err(certainly_not(NetError::SlowDown { host, wait }));
        }
        if status.is_server_error() {
            let status = status.as_u16();
            return Err(perhaps(NetError::Status { host, status }));
        }
        let body = body(response, url, request.cap).await.map_err(perhaps)?;
        Ok(Answer {
            status: status.as_u16(),
            body,
        })
    }
}

fn may_repeat(failed: &SendError, twice: Twice) -> bool {
    failed.error.is_transient() && (twice == Twice::Harmless || !failed.may_have_arrived)
}
