//! Fetching something to keep: one GET, its redirects, its body up to a cap.

use std::error::Error as _;
use std::time::Instant;

use backon::BackoffBuilder as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};
use url::Url;

use super::guard::PrivateAddress;
use super::retry::{asked_wait, next_wait, waits};
use super::{Fetched, HttpClient, NetError};

impl HttpClient {
    /// Fetches `url`, at most `cap` bytes *as decoded*: a small compressed body that unfolds into a large one is cut off
    /// as well. `accept` is what is asked for (`image/*`); an answer of another kind is refused, one of no kind is not.
    pub async fn fetch_bytes(
        &self,
        url: &str,
        cap: u64,
        accept: &str,
    ) -> Result<Fetched, NetError> {
        let url: Url = url.parse().map_err(|_| NetError::NotAnAddress)?;
        let mut waits = waits(&self.options).build();
        let begun = Instant::now();
        let result = loop {
            let error = match self.attempt(&url, cap, accept).await {
                Err(error) if error.is_transient() => error,
                settled => break settled,
            };
            let Some(wait) = next_wait(&error, waits.next(), self.options.longest_wait) else {
                break Err(error);
            };
            tracing::debug!(http.error = %error, http.wait_ms = wait.as_millis(), "asking again");
            (self.options.pause)(wait).await;
        };
        metrics::histogram!("lumen_http_seconds").record(begun.elapsed().as_secs_f64());
        result
    }

    async fn attempt(&self, url: &Url, cap: u64, accept: &str) -> Result<Fetched, NetError> {
        let limit = self.options.attempt_timeout;
        let result = match tokio::time::timeout(limit, self.follow(url, cap, accept)).await {
            Ok(result) => result,
            Err(_) => Err(NetError::TimedOut { host: host_of(url) }),
        };
        let outcome = match &result {
            Ok(_) => "ok",
            Err(NetError::Private { .. }) => "private",
            Err(error) if error.is_transient() => "transient",
            Err(_) => "refused",
        };
        metrics::counter!("lumen_http_attempts_total", "outcome" => outcome).increment(1);
        result
    }

    /// One attempt: hop by hop, each hop checked as the first.
    async fn follow(&self, url: &Url, cap: u64, accept: &str) -> Result<Fetched, NetError> {
        let mut here = url.clone();
        for _ in 0..=self.options.redirects {
            self.guard.check(&here)?;
            let response = self
                .client_for(&here)
                .get(here.clone())
                .header(ACCEPT, accept)
                .send()
                .await
                .map_err(|error| unanswered(&error, &here))?;
            match onwards(&response, &here)? {
                Some(next) => here = next,
                None => return self.take(response, &here, cap, accept).await,
            }
        }
        Err(NetError::TooManyRedirects { host: host_of(url) })
    }

    async fn take(
        &self,
        response: Response,
        url: &Url,
        cap: u64,
        accept: &str,
    ) -> Result<Fetched, NetError> {
        let host = host_of(url);
        let status = response.status();
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let wait = asked_wait(response.headers(), self.options.clock.now());
            return Err(NetError::SlowDown { host, wait });
        }
        if !status.is_success() {
            return Err(NetError::Status {
                host,
                status: status.as_u16(),
            });
        }
        let mime = mime_of(&response);
        if !mime.is_empty() && !accepts(accept, &mime) {
            return Err(NetError::WrongKind { host, mime });
        }
        let bytes = body(response, url, cap).await?;
        Ok(Fetched { bytes, mime })
    }
}

/// The body, at most `cap` bytes as decoded.
pub(super) async fn body(mut response: Response, url: &Url, cap: u64) -> Result<Vec<u8>, NetError> {
    // Of a compressed body the length is not known before; the loop below counts either way.
    if response.content_length().is_some_and(|length| length > cap) {
        return Err(NetError::TooLarge { cap });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unanswered(&error, url))?
    {
        let length = bytes.len().saturating_add(chunk.len());
        if u64::try_from(length).is_ok_and(|length| length > cap) {
            return Err(NetError::TooLarge { cap });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Where a redirect leads; none when this is the answer.
fn onwards(response: &Response, here: &Url) -> Result<Option<Url>, NetError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let broken = || NetError::Status {
        host: host_of(here),
        status: response.status().as_u16(),
    };
    let target = response.headers().get(LOCATION).ok_or_else(broken)?;
    let target = target.to_str().map_err(|_| broken())?;
    here.join(target).map(Some).map_err(|_| broken())
}

pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("it").to_owned()
}

fn mime_of(response: &Response) -> String {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|mime| mime.trim().to_ascii_lowercase())
        .unwrap_or_default()
}

/// Whether `mime` is of a kind in `accept` (`image/*, application/json`). Servers that do not know say
/// `application/octet-stream`, which is let through: the bytes are looked at anyway.
fn accepts(accept: &str, mime: &str) -> bool {
    mime == "application/octet-stream"
        || accept.split(',').any(|kind| {
            let kind = kind.split(';').next().unwrap_or(kind).trim();
            match kind.strip_suffix('*') {
                Some("*/") => true,
                Some(family) => mime.starts_with(family),
                None => mime == kind,
            }
        })
}

/// What went wrong on the way, without the address.
pub(super) fn unanswered(error: &reqwest::Error, url: &Url) -> NetError {
    let host = host_of(url);
    let mut cause = error.source();
    let mut deepest = None;
    while let Some(deeper) = cause {
        if deeper.is::<PrivateAddress>() {
            return NetError::Private { host };
        }
        deepest = Some(deeper);
        cause = deeper.source();
    }
    if error.is_timeout() {
        return NetError::TimedOut { host };
    }
    let why = match deepest {
        Some(deepest) => deepest.to_string(),
        None if error.is_decode() => "its answer is broken".to_owned(),
        None => "the connection failed".to_owned(),
    };
    NetError::Unreachable { host, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Work on several pictures at once moves between threads.
    #[test]
    fn a_fetch_may_move_between_threads() {
        fn may_move<T: Send>(_: &T) {}
        let client = HttpClient::new(crate::net::NetOptions::default()).unwrap();
        may_move(&client.fetch_bytes("https://example.org", 1, "image/*"));
    }
}
