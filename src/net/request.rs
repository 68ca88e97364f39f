//! One request: the only way out of the house. It is tried again after a passing fault where that is safe, counted, and
//! bounded in time and size; redirects are followed where asked for, each hop checked as the first.

use std::error::Error as _;
use std::time::{Duration, Instant};

use backon::BackoffBuilder as _;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use url::Url;

use super::guard::PrivateAddress;
use super::retry::{asked_quiet, asked_wait, is_passing, waits};
use super::{HttpClient, NetError};

/// Whether the same request may be made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// It asks, or what it makes twice does no harm.
    Harmless,
    /// After a fault that the server told, not after a call that broke off: that may have to be paid.
    AfterFault,
    /// Only where it certainly did not arrive.
    Never,
}

/// One request. Its headers may be secret: they are never shown.
#[derive(Clone)]
pub struct Request<'a> {
    pub url: &'a str,
    /// Its kind and its bytes, sent with POST; without it the request is a GET.
    pub body: Option<(&'a str, Vec<u8>)>,
    pub headers: Vec<(&'static str, String)>,
    pub twice: Twice,
    /// The most bytes of an answer, as decoded: a small compressed body that unfolds into a large one is cut off as well.
    pub cap: u64,
    /// For one attempt, redirects and body included.
    pub attempt: Duration,
    /// For all attempts together.
    pub limit: Option<Duration>,
    /// The kinds of body that are asked for (`image/*`): a good answer of another kind is an error, one of no kind is not.
    pub accept: Option<&'a str>,
    /// How many redirects are followed; with none, a redirect is the answer.
    pub redirects: usize,
    /// Listens to a good answer while it comes.
    pub heard: Option<Heard<'a>>,
}

impl<'a> Request<'a> {
    /// A GET that is harmless twice, of which one attempt may take `attempt` and an answer `cap` bytes.
    #[must_use]
    pub const fn get(url: &'a str, cap: u64, attempt: Duration) -> Self {
        Self {
            url,
            body: None,
            headers: Vec::new(),
            twice: Twice::Harmless,
            cap,
            attempt,
            limit: None,
            accept: None,
            redirects: 0,
            heard: None,
        }
    }
}

/// Takes all of an answer that has arrived, whenever it has become more; nothing when it begins anew.
#[derive(Clone, Copy)]
pub struct Heard<'a>(pub &'a (dyn Fn(&[u8]) + Send + Sync));

impl std::fmt::Debug for Heard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Heard")
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// What the server says the body is, without parameters, lower case; empty when it says nothing. Not to be believed.
    pub mime: String,
    pub body: Vec<u8>,
    /// How long it asks to be left alone before the same is asked again.
    pub wait: Option<Duration>,
    /// How long, from now on, it takes nothing: its rate limit is used up.
    pub quiet: Option<Duration>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct RequestError {
    pub error: NetError,
    /// The server may have got it, and done what it asks for.
    pub may_have_arrived: bool,
}

impl RequestError {
    pub(super) const fn certainly_not(error: NetError) -> Self {
        Self {
            error,
            may_have_arrived: false,
        }
    }

    const fn perhaps(error: NetError) -> Self {
        Self {
            error,
            may_have_arrived: true,
        }
    }
}

impl HttpClient {
    /// Makes the request, again after a passing fault where that is safe and the server does not ask for too long a wait.
    /// Dropping the future breaks the connection off.
    ///
    /// # Errors
    /// When no answer came, or one that is too large or of another kind. Every status is an answer.
    pub async fn request(&self, request: &Request<'_>) -> Result<Response, RequestError> {
        let url: Url = request
            .url
            .parse()
            .map_err(|_| RequestError::certainly_not(NetError::NotAnAddress))?;
        let begun = Instant::now();
        let result = match request.limit {
            None => self.attempts(&url, request).await,
            Some(limit) => tokio::time::timeout(limit, self.attempts(&url, request))
                .await
                .unwrap_or_else(|_| {
                    count("transient");
                    Err(timed_out(&url))
                }),
        };
        metrics::histogram!("lumen_http_seconds").record(begun.elapsed().as_secs_f64());
        result
    }

    /// The same, for whom 429 and every fault of the server are errors, too.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn settled(&self, request: &Request<'_>) -> Result<Response, RequestError> {
        let response = self.request(request).await?;
        let host = || {
            request
                .url
                .parse()
                .map_or_else(|_| "it".to_owned(), |url| host_of(&url))
        };
        match response.status {
            429 => Err(RequestError::certainly_not(NetError::SlowDown {
                host: host(),
                wait: response.wait,
            })),
            500.. => Err(RequestError::perhaps(NetError::Status {
                host: host(),
                status: response.status,
            })),
            _ => Ok(response),
        }
    }

    async fn attempts(&self, url: &Url, request: &Request<'_>) -> Result<Response, RequestError> {
        let mut waits = waits(&self.options).build();
        let mut earlier = 0;
        loop {
            let result = tokio::time::timeout(request.attempt, self.attempt(url, request))
                .await
                .unwrap_or_else(|_| Err(timed_out(url)));
            let may_repeat = |failed: &RequestError| {
                request.twice == Twice::Harmless || !failed.may_have_arrived
            };
            let (again, asked) = match &result {
                Ok(response) => (is_passing(response, request.twice, earlier), response.wait),
                Err(failed) => (failed.error.is_transient() && may_repeat(failed), None),
            };
            count(match &result {
                Ok(response) if response.status < 400 => "ok",
                Err(failed) if matches!(failed.error, NetError::Private { .. }) => "private",
                Err(failed) if failed.error.is_transient() => "transient",
                _ if again => "transient",
                _ => "refused",
            });
            let planned = if again { waits.next() } else { None };
            let Some(wait) = planned.map(|planned| planned.max(asked.unwrap_or_default())) else {
                return result;
            };
            if wait > self.options.longest_wait {
                return result;
            }
            tracing::debug!(
                http.host = host_of(url),
                http.wait_ms = wait.as_millis(),
                "asking again"
            );
            (self.options.pause)(wait).await;
            earlier += 1;
        }
    }

    /// One attempt, hop by hop.
    async fn attempt(&self, url: &Url, request: &Request<'_>) -> Result<Response, RequestError> {
        let mut here = url.clone();
        for _ in 0..=request.redirects {
            let response = self.exchange(&here, request).await?;
            match onwards(&response, &here) {
                Some(next) if request.redirects > 0 => {
                    here = next.map_err(RequestError::certainly_not)?;
                }
                _ => return self.take(response, &here, request).await,
            }
        }
        let host = host_of(url);
        Err(RequestError::certainly_not(NetError::TooManyRedirects {
            host,
        }))
    }

    async fn exchange(
        &self,
        url: &Url,
        request: &Request<'_>,
    ) -> Result<reqwest::Response, RequestError> {
        self.guard.check(url).map_err(RequestError::certainly_not)?;
        let client = self.client_for(url);
        let mut building = match &request.body {
            Some((mime, body)) => client
                .post(url.clone())
                .header(CONTENT_TYPE, *mime)
                .body(body.clone()),
            None => client.get(url.clone()),
        };
        if let Some(accept) = request.accept {
            building = building.header(ACCEPT, accept);
        }
        for (name, value) in &request.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| RequestError::certainly_not(NetError::NotAnAddress))?;
            value.set_sensitive(true);
            building = building.header(HeaderName::from_static(name), value);
        }
        building.send().await.map_err(|error| RequestError {
            may_have_arrived: !error.is_connect(),
            error: unanswered(&error, url),
        })
    }

    async fn take(
        &self,
        response: reqwest::Response,
        url: &Url,
        request: &Request<'_>,
    ) -> Result<Response, RequestError> {
        let good = response.status().is_success();
        let mime = mime_of(&response);
        let wanted = |accept: &str| mime.is_empty() || accepts(accept, &mime);
        if good && !request.accept.is_none_or(wanted) {
            let host = host_of(url);
            return Err(RequestError::perhaps(NetError::WrongKind { host, mime }));
        }
        let headers = response.headers();
        let quiet = asked_quiet(headers);
        let wait = asked_wait(headers, self.options.clock.now()).or(quiet);
        let status = response.status().as_u16();
        let heard = request.heard.filter(|_| good);
        let body = body(response, url, request.cap, heard)
            .await
            .map_err(RequestError::perhaps)?;
        Ok(Response {
            status,
            mime,
            body,
            wait,
            quiet,
        })
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("lumen_http_attempts_total", "outcome" => outcome).increment(1);
}

fn timed_out(url: &Url) -> RequestError {
    RequestError::perhaps(NetError::TimedOut { host: host_of(url) })
}

async fn body(
    mut response: reqwest::Response,
    url: &Url,
    cap: u64,
    heard: Option<Heard<'_>>,
) -> Result<Vec<u8>, NetError> {
    // Of a compressed body the length is not known before; the loop below counts either way.
    if response.content_length().is_some_and(|length| length > cap) {
        return Err(NetError::TooLarge { cap });
    }
    let mut bytes = Vec::new();
    if let Some(Heard(heard)) = heard {
        heard(&bytes);
    }
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
        if let Some(Heard(heard)) = heard {
            heard(&bytes);
        }
    }
    Ok(bytes)
}

/// Where a redirect leads; none when this is the answer.
fn onwards(response: &reqwest::Response, here: &Url) -> Option<Result<Url, NetError>> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let target = response
        .headers()
        .get(LOCATION)
        .and_then(|target| target.to_str().ok())
        .and_then(|target| here.join(target).ok());
    Some(target.ok_or_else(|| NetError::Status {
        host: host_of(here),
        status,
    }))
}

pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("it").to_owned()
}

fn mime_of(response: &reqwest::Response) -> String {
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
fn unanswered(error: &reqwest::Error, url: &Url) -> NetError {
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
