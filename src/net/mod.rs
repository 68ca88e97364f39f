//! The one HTTP client: timeouts, bounded retries, counting, and a guard that keeps it out of private networks.
//!
//! Addresses come from strangers (a post links a picture), so a URL is not believed: the name is resolved by
//! [`guard::GuardedResolver`], which drops every address that is not public, *at the moment of connecting*; a check of
//! the text beforehand would be open to a name that answers differently the second time. Addresses written as numbers
//! never reach a resolver and are checked before each hop. Redirects are followed here, one by one, for the same checks.
//! Only origins that the configuration names are trusted.

pub mod endpoint;
pub mod guard;
pub mod request;
mod retry;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use url::Url;

use crate::domain::clock::{SharedClock, SystemClock};
use guard::{Guard, GuardedResolver, Resolver, SystemResolver};
use request::{Request, Response, host_of};

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(url::Origin);

impl Origin {
    /// The origin of a web address; none for an address that is not `http` or `https`.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        matches!(url.scheme(), "http" | "https").then(|| Self(url.origin()))
    }
}

/// Why there is no answer. Its text names the host, never the whole address: those carry keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    #[error("this is not a web address")]
    NotAnAddress,
    #[error("{host} is a private address; only public ones are fetched")]
    Private { host: String },
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host} did not answer in time")]
    TimedOut { host: String },
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("{host} asked to wait")]
    SlowDown {
        host: String,
        wait: Option<Duration>,
    },
    #[error("it is larger than {cap} bytes")]
    TooLarge { cap: u64 },
    #[error("{host} sent {mime}, not what was asked for")]
    WrongKind { host: String, mime: String },
    #[error("{host} sends from one address to the next without end")]
    TooManyRedirects { host: String },
}

impl NetError {
    /// Whether asking again later may help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::SlowDown { .. } => true,
            Self::Status { status, .. } => matches!(*status, 408 | 425 | 500 | 502 | 503 | 504),
            Self::NotAnAddress
            | Self::Private { .. }
            | Self::TooLarge { .. }
            | Self::WrongKind { .. }
            | Self::TooManyRedirects { .. } => false,
        }
    }
}

/// Waits between attempts. Tests hand in one that does not.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// How the client behaves.
#[derive(Clone)]
pub struct NetOptions {
    /// Origins that may lie in a private network, from the configuration.
    pub trusted: Vec<Origin>,
    pub connect_timeout: Duration,
    /// The longest silence in the middle of an answer, at addresses that are not trusted. A model thinks before it says the
    /// first word.
    pub read_timeout: Duration,
    /// One attempt to fetch something, redirects and body included.
    pub attempt_timeout: Duration,
    /// How often it is asked again after a transient failure.
    pub retries: usize,
    /// The first wait; each further one is twice as long, with jitter.
    pub first_wait: Duration,
    /// A server that asks for a longer wait gets it from the caller, not from here.
    pub longest_wait: Duration,
    pub redirects: usize,
    pub clock: SharedClock,
    pub resolver: Arc<dyn Resolver>,
    pub pause: Pause,
    /// Fixes the jitter.
    pub seed: Option<u64>,
}

impl Default for NetOptions {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            retries: 2,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
            redirects: 5,
            clock: Arc::new(SystemClock),
            resolver: Arc::new(SystemResolver),
            pause: Arc::new(|wait| Box::pin(tokio::time::sleep(wait))),
            seed: None,
        }
    }
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    options: Arc<NetOptions>,
    guard: Guard,
    /// For everything else than trusted origins: connects to public addresses only.
    guarded: reqwest::Client,
    /// For trusted origins alone.
    trusted: reqwest::Client,
}

impl HttpClient {
    pub fn new(options: NetOptions) -> anyhow::Result<Self> {
        let resolver = GuardedResolver::new(Arc::clone(&options.resolver));
        // A proxy from the environment would connect in our place, past the guard.
        let guarded = builder(&options)
            .no_proxy()
            .read_timeout(options.read_timeout)
            .dns_resolver(Arc::new(resolver))
            .build()?;
        let trusted = builder(&options).build()?;
        Ok(Self {
            guard: Guard::new(options.trusted.clone()),
            options: Arc::new(options),
            guarded,
            trusted,
        })
    }

    /// The same client for addresses that others wrote: of those that may lie in a private network it trusts these alone.
    #[must_use]
    pub fn trusting(&self, origins: Vec<Origin>) -> Self {
        Self {
            guard: Guard::new(origins),
            ..self.clone()
        }
    }

    /// Fetches `url` to keep it, at most `cap` bytes. `accept` is what is asked for (`image/*`); an answer of another kind is
    /// refused, one of no kind is not.
    ///
    /// # Errors
    /// When it is not there, not to be had now, too large, of another kind, or in a private network.
    pub async fn fetch_bytes(
        &self,
        url: &str,
        cap: u64,
        accept: &str,
    ) -> Result<Response, NetError> {
        let fetched = self
            .request(&Request {
                accept: Some(accept),
                redirects: self.options.redirects,
                ..Request::get(url, cap, self.options.attempt_timeout)
            })
            .await
            .map_err(|failed| failed.error)?;
        let host = || {
            url.parse()
                .map_or_else(|_| "it".to_owned(), |url| host_of(&url))
        };
        match (fetched.status, fetched.wait) {
            (200..=299, _) => Ok(fetched),
            (429 | 503, wait) => Err(NetError::SlowDown { host: host(), wait }),
            (status, _) => Err(NetError::Status {
                host: host(),
                status,
            }),
        }
    }

    /// The client that may connect to `url`: the guarded one unless its very origin is trusted.
    fn client_for(&self, url: &Url) -> &reqwest::Client {
        if self.guard.trusts(url) {
            &self.trusted
        } else {
            &self.guarded
        }
    }
}

fn builder(options: &NetOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("lumen/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
}
