//! Social networks, each behind two small traits: [`Source`] fetches, [`Outlet`] publishes.
//!
//! To add a network, give it a folder with `mod.rs` (wire to domain), `client.rs` and `wire.rs`, and a variant of
//! [`Network`](crate::domain::network::Network) with its facts. `.github/CONTRIBUTING.md` lists the other places.

pub mod lens;
pub mod sandbox;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::action::Action;
use crate::domain::content::Content;
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::post::FetchedPost;
use crate::domain::source::Selector;
use crate::domain::thread::Parts;
use crate::net::Origin;

/// Why a network did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// It cannot be reached or broke off before it can have taken anything; trying again is safe.
    #[error("{network} could not be reached: {why}")]
    Unreachable { network: Network, why: String },
    /// It asked to slow down.
    #[error("{network} asked to wait")]
    SlowDown {
        network: Network,
        wait: Option<Duration>,
    },
    /// It said no, for certain, and will say so again.
    #[error("{network} refused: {why}")]
    Refused { network: Network, why: String },
    /// It has the first posts of a thread and did not take the next one, for certain. With `wait` it may do so later.
    #[error("{network} took {} of {} posts: {why}", parts.there, parts.of)]
    Partly {
        network: Network,
        why: String,
        parts: Parts,
        wait: Option<Duration>,
    },
    /// It may or may not have taken what was sent.
    #[error("{network} did not say whether it took it: {why}")]
    Unclear { network: Network, why: String },
    /// Its answer makes no sense.
    #[error("{network} answered something unreadable: {why}")]
    Garbled { network: Network, why: String },
}

/// One page of a fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub posts: Vec<FetchedPost>,
    /// Native ids of posts that the network says were deleted.
    pub removed: Vec<String>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// About how many posts there are in all, when the network says it.
    pub about: Option<u64>,
    /// What comes after it may be newer: known posts on it say nothing about the rest.
    pub unordered: bool,
}

/// Fetches posts.
#[async_trait]
pub trait Source: Send + Sync {
    fn network(&self) -> Network;

    /// The page at `cursor`, newest posts first; the first page without one.
    async fn page(&self, selector: &Selector, cursor: Option<&str>) -> Result<Page, PlatformError>;

    /// Where it keeps the pictures of its posts itself: there they are fetched also from a private address, when the
    /// configuration names it. All other addresses in posts are anybody's words.
    fn own_origins(&self) -> Vec<Origin> {
        Vec::new()
    }

    /// The bytes of a picture of one of its posts, at most `most` bytes; only for addresses the network itself
    /// invents (`sandbox:name.png`). Web addresses go through `net`.
    async fn picture(&self, address: &str, most: u64) -> Result<Vec<u8>, PlatformError>;
}

/// What a network says of a published post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub native_id: String,
    pub url: Option<String>,
    pub at: Timestamp,
}

/// What a network knows of an earlier call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// It has it.
    There(Published),
    /// It certainly does not have it, and cannot get it late any more.
    Absent,
    /// It has the first posts of a thread, and certainly not the next one. Publishing the same content goes on there.
    Partly { parts: Parts },
    /// It cannot say now.
    Unsettled,
}

/// A picture's bytes on their way out, in the order of [`Content::media`].
#[derive(Debug, Clone)]
pub struct OutgoingPicture {
    pub bytes: Vec<u8>,
    pub mime: String,
    pub alt: String,
}

/// Publishes. Takes only what `flow/publish.rs` hands it, which took an approval.
#[async_trait]
pub trait Outlet: Send + Sync {
    fn network(&self) -> Network;

    /// How long one call of [`Outlet::publish`] may take before its outcome counts as unclear.
    fn patience(&self) -> Duration {
        Duration::from_secs(20)
    }

    /// The accounts it can publish as.
    fn accounts(&self) -> Vec<String>;

    /// Publishes `content` under the idempotency `key`. [`PlatformError::Unclear`] when it may have been taken. What it
    /// notes on the way, it notes under the caller's `lease`, and goes no further once that is lost.
    async fn publish(
        &self,
        content: &Content,
        pictures: Vec<OutgoingPicture>,
        key: &str,
        lease: &Lease,
    ) -> Result<Published, PlatformError>;

    /// Whether the call with this `key` (or this content since `since`) has arrived.
    async fn look_up(
        &self,
        content: &Content,
        key: &str,
        since: Timestamp,
        lease: &Lease,
    ) -> Result<LookUp, PlatformError>;

    /// What it can do with somebody else's post.
    fn actions(&self) -> &'static [Action] {
        &[]
    }

    /// Does it with the post of this native id, unless it is done already. [`PlatformError::Unclear`] when it may have been
    /// done; asked again with the same `key`, it finds out.
    async fn act(
        &self,
        action: Action,
        _post: &str,
        _key: &str,
        _lease: &Lease,
    ) -> Result<(), PlatformError> {
        Err(PlatformError::Refused {
            network: self.network(),
            why: format!("it knows no {}", action.name()),
        })
    }

    /// One real call that shows whether the account works; a line for `lumen check`.
    async fn check(&self) -> Result<String, PlatformError>;
}
