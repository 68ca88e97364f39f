//! The sandbox: a small social network in one `SQLite` file, for newcomers to play with and for tests to lean on.
//!
//! It behaves like a real one. It pages, it lets people edit and delete, it counts length, it answers late, and the
//! people on it answer what Lumen publishes. Like Lens it has no idempotency unless asked for it: the same
//! call made twice makes two posts, so whoever publishes must look up first. And it can be told to [fail](faults) in
//! every way a real network does; that is kept in the file, so that another process can say it.
//!
//! `feed.json` holds what is there from the start, `answers.json` what others say to a post later, `visitors.json` what they
//! ask by themselves, `pictures/` holds what its posts show.
//! To add a way to fail, give [`faults::Kind`] a variant; the compiler shows the places that must know it.

pub mod control;
mod crowd;
mod db;
pub mod faults;
mod feed;
mod pictures;
mod reading;
mod taking;
#[cfg(test)]
mod tests;
mod visitors;

use std::path::PathBuf;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::domain::clock::SharedClock;
use crate::domain::content::Content;
use crate::domain::error::shortened;
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::source::Selector;
use crate::platforms::{LookUp, OutgoingPicture, Outlet, Page, PlatformError, Published, Source};

use db::Db;
use faults::{Faults, Operation};

/// The brand's own account here.
pub const ACCOUNT: &str = "lumen";

/// What the network is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Posts on one page.
    pub page_size: u32,
    /// Whether a call with a key it has already answered gives the first answer again. Off, as on Lens.
    pub idempotent: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            page_size: 25,
            idempotent: false,
        }
    }
}

/// The network. Its file is opened, and filled when it is new, at the first use.
#[derive(Debug)]
pub struct Sandbox {
    file: PathBuf,
    clock: SharedClock,
    options: Options,
    db: OnceCell<Db>,
}

impl Sandbox {
    #[must_use]
    pub fn new(file: impl Into<PathBuf>, clock: SharedClock, options: Options) -> Self {
        Self {
            file: file.into(),
            clock,
            options,
            db: OnceCell::new(),
        }
    }

    /// Says how it is to fail from now on.
    pub async fn faults(&self) -> Result<Faults, PlatformError> {
        Ok(Faults::new(self.db().await?.pool.clone()))
    }

    /// Whether there is an author of this name.
    pub async fn knows(&self, author: &str) -> Result<bool, PlatformError> {
        let known = reading::knows(self.db().await?, author).await;
        known.map_err(|error| broken(&error.into()))
    }

    /// Lets go of the file.
    pub async fn close(&self) {
        if let Some(db) = self.db.get() {
            db.pool.close().await;
        }
    }

    async fn db(&self) -> Result<&Db, PlatformError> {
        self.db
            .get_or_try_init(|| Db::open(&self.file, self.clock.now()))
            .await
            .map_err(|error| broken(&error))
    }

    /// Does what the next fault for `operation` says, if one is set.
    async fn strike(&self, operation: Operation) -> Result<(), PlatformError> {
        match self.faults().await?.next(operation).await {
            Ok(Some(fault)) => fault.strike_a_question().await,
            Ok(None) => Ok(()),
            Err(error) => Err(broken(&error.into())),
        }
    }
}

/// The network's file did not do what it should; nothing was taken.
fn broken(error: &anyhow::Error) -> PlatformError {
    PlatformError::Unreachable {
        network: Network::Sandbox,
        why: format!("its file: {}", shortened(&format!("{error:#}"), 200)),
    }
}

fn refused(why: impl Into<String>) -> PlatformError {
    PlatformError::Refused {
        network: Network::Sandbox,
        why: why.into(),
    }
}

#[async_trait]
impl Source for Sandbox {
    fn network(&self) -> Network {
        Network::Sandbox
    }

    async fn page(&self, selector: &Selector, cursor: Option<&str>) -> Result<Page, PlatformError> {
        let cursor = cursor.map(str::parse).transpose()?;
        self.strike(Operation::Fetch).await?;
        let now = self.clock.now();
        let db = self.db().await?;
        if cursor.is_none() {
            visitors::write_due(db, now)
                .await
                .map_err(|error| broken(&error))?;
        }
        reading::page(db, selector, cursor, self.options.page_size, now)
            .await
            .map_err(|error| broken(&error))
    }

    async fn picture(&self, address: &str, most: u64) -> Result<Vec<u8>, PlatformError> {
        let name = address
            .strip_prefix(pictures::SCHEME)
            .ok_or_else(|| refused(format!("it has no picture at {}", shortened(address, 80))))?;
        self.strike(Operation::Picture).await?;
        let drawn = pictures::draw(name).map_err(|error| broken(&error.into()))?;
        let bytes = match drawn {
            Some(bytes) => Some(bytes),
            None => reading::picture(self.db().await?, name)
                .await
                .map_err(|error| broken(&error))?,
        };
        match bytes {
            None => Err(refused(format!(
                "it has no picture called {}",
                shortened(name, 80)
            ))),
            Some(bytes) if bytes.len() as u64 > most => Err(refused(format!(
                "the picture is {} bytes, more than {most}",
                bytes.len()
            ))),
            Some(bytes) => Ok(bytes),
        }
    }
}

#[async_trait]
impl Outlet for Sandbox {
    fn network(&self) -> Network {
        Network::Sandbox
    }

    fn accounts(&self) -> Vec<String> {
        vec![ACCOUNT.to_owned()]
    }

    async fn publish(
        &self,
        content: &Content,
        pictures: Vec<OutgoingPicture>,
        key: &str,
        _lease: &Lease,
    ) -> Result<Published, PlatformError> {
        taking::check(content, &pictures).map_err(refused)?;
        let db = self.db().await?;
        let fault = Faults::new(db.pool.clone())
            .next(Operation::Publish)
            .await
            .map_err(|error| broken(&error.into()))?;
        let call = taking::Call {
            content,
            pictures: &pictures,
            key,
            idempotent: self.options.idempotent,
        };
        match fault {
            None => taking::take(db, &call, taking::Arrival::Now, self.clock.now()).await,
            Some(fault) => taking::under(db, &call, &fault, &self.clock).await,
        }
    }

    async fn look_up(
        &self,
        _content: &Content,
        key: &str,
        _since: Timestamp,
        _lease: &Lease,
    ) -> Result<LookUp, PlatformError> {
        let fault = self
            .faults()
            .await?
            .next(Operation::LookUp)
            .await
            .map_err(|error| broken(&error.into()))?;
        if let Some(fault) = fault {
            if fault.kind == faults::Kind::Unsettled {
                return Ok(LookUp::Unsettled);
            }
            fault.strike_a_question().await?;
        }
        taking::look_up(self.db().await?, key, self.clock.now()).await
    }

    async fn check(&self) -> Result<String, PlatformError> {
        let faults = self.faults().await?;
        let listed = faults.list().await.map_err(|error| broken(&error.into()))?;
        if let Some(fault) = listed.first() {
            return Err(PlatformError::Unreachable {
                network: Network::Sandbox,
                why: format!(
                    "it was told to fail ({} {}); `lumen sandbox heal` ends that",
                    fault.operation.name(),
                    fault.kind.name()
                ),
            });
        }
        let posts = reading::count(self.db().await?, self.clock.now())
            .await
            .map_err(|error| broken(&error))?;
        Ok(format!("{posts} posts, publishing as @{ACCOUNT}"))
    }
}
