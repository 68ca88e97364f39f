//! A service that the configuration names: JSON over HTTP below one address, with a key.
//!
//! The service is trusted, so it may lie in a private network; redirects are not followed. What it answers, whatever the
//! status, is the caller's to read, up to a cap.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::request::{Heard, Request, RequestError, Response, Twice, host_of};
use super::{HttpClient, NetError, Origin};

/// Where a service lies and how it is asked. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    base: Url,
    key: Option<SecretString>,
    http: HttpClient,
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

impl Endpoint {
    /// `key` goes out as a bearer token.
    #[must_use]
    pub fn new(base: Url, key: Option<SecretString>, http: &HttpClient) -> Self {
        Self {
            http: http.trusting(Origin::of(&base).into_iter().collect()),
            base,
            key,
            quiet_until: Arc::default(),
        }
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
    ///
    /// # Errors
    /// When no answer came.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Response, RequestError> {
        self.keep_quiet().await?;
        let url = format!(
            "{}/{}",
            self.base.as_str().trim_end_matches('/'),
            question.path
        );
        let bearer =
            |key: &SecretString| ("authorization", format!("Bearer {}", key.expose_secret()));
        let response = self
            .http
            .request(&Request {
                body: question
                    .body
                    .map(|body| ("application/json", body.to_vec())),
                headers: self.key.iter().map(bearer).collect(),
                twice: question.twice,
                limit: Some(question.limit),
                heard: question.heard,
                ..Request::get(&url, question.cap, question.limit)
            })
            .await?;
        self.note_quiet(response.quiet);
        Ok(response)
    }

    /// Waits until the service takes questions again.
    async fn keep_quiet(&self) -> Result<(), RequestError> {
        let until = *self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(until) = until else { return Ok(()) };
        let wait = until.duration_since(self.http.options.clock.now());
        let Ok(wait) = Duration::try_from(wait) else {
            return Ok(());
        };
        if wait > self.http.options.longest_wait {
            return Err(RequestError::certainly_not(NetError::SlowDown {
                host: self.host(),
                wait: Some(wait),
            }));
        }
        (self.http.options.pause)(wait).await;
        Ok(())
    }

    /// Keeps to what the answer says about the pace.
    fn note_quiet(&self, quiet: Option<Duration>) {
        let until = quiet.and_then(|quiet| SignedDuration::try_from(quiet).ok());
        *self
            .quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) =
            until.map(|quiet| self.http.options.clock.now() + quiet);
    }
}
