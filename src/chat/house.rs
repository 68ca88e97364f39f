//! What the control room is given when it is built: the store, the time, and the little it needs to know of the rest.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::tz::TimeZone;

use crate::chat::words::time::Now;
use crate::domain::action::Action;
use crate::domain::clock::SharedClock;
use crate::domain::content::Attachment;
use crate::domain::error::UserError;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{MicroUsd, ModelRole};
use crate::domain::network::Network;
use crate::domain::post::Post;
use crate::flow::recall::{Recall, RecallError, SearchQuery};
use crate::store::Store;

/// Finds stored posts by meaning.
#[async_trait]
pub trait Finder: Send + Sync {
    /// The best first, each with its relevance from 0 to 1.
    async fn find(
        &self,
        w: WorkspaceId,
        words: &str,
        limit: usize,
    ) -> Result<Vec<(Post, f32)>, RecallError>;

    /// How the index stands, in words for people; none when all is well.
    async fn trouble(&self) -> Result<Option<String>, RecallError>;
}

#[async_trait]
impl Finder for Recall {
    async fn find(
        &self,
        w: WorkspaceId,
        words: &str,
        limit: usize,
    ) -> Result<Vec<(Post, f32)>, RecallError> {
        let query = SearchQuery {
            limit,
            ..SearchQuery::new(w, words)
        };
        Ok(self
            .search(&query)
            .await?
            .into_iter()
            .map(|hit| (hit.post, hit.score))
            .collect())
    }

    async fn trouble(&self) -> Result<Option<String>, RecallError> {
        use crate::flow::recall::IndexState;
        Ok(match self.state().await? {
            IndexState::Ready => None,
            state => Some(state.to_string()),
        })
    }
}

/// The accounts that drafts can go to.
#[async_trait]
pub trait Accounts: Send + Sync {
    fn list(&self) -> Vec<(Network, String)>;

    /// What can be done there with somebody else's post, besides answering it.
    fn actions(&self, _network: Network) -> &'static [Action] {
        &[]
    }

    /// Whether an author of this name is there. Yes where the network cannot be asked.
    async fn knows(&self, _network: Network, _author: &str) -> bool {
        true
    }

    /// One real call: how it went, in a line for people.
    async fn check(&self, network: Network, account: &str) -> Result<String, String>;
}

/// The media folder, as far as the chat needs it.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Where a kept picture lies.
    fn path(&self, picture: &Attachment) -> PathBuf;

    /// Looks at a picture that somebody sent, makes it fit the network that it is for, and keeps it, without a description
    /// yet.
    async fn keep(&self, bytes: Vec<u8>, network: Network) -> Result<Attachment, UserError>;
}

/// What people should know about the models before it matters.
pub trait Advice: Send + Sync {
    /// One line each.
    fn lines(&self, now: &Now) -> Vec<String>;
}

/// What the control room works with.
#[derive(Clone)]
pub struct House {
    pub store: Store,
    pub clock: SharedClock,
    /// The zone people live in: `LUMEN_TIMEZONE`.
    pub zone: TimeZone,
    pub workspace: WorkspaceId,
    pub finder: Arc<dyn Finder>,
    pub accounts: Arc<dyn Accounts>,
    pub pictures: Arc<dyn Pictures>,
    /// Networks that posts are fetched from.
    pub fetchable: Vec<Network>,
    /// Which model does what, in words for people: `(Text, "local, SmolLM2-135M-Instruct")`.
    pub models: Vec<(ModelRole, String)>,
    /// What the models may cost in a day.
    pub budget: MicroUsd,
    /// The first choice for texts is a small model that continues a text rather than follows instructions.
    pub small_writer: bool,
    /// Models in use whose price nobody knows.
    pub unpriced: Vec<String>,
    /// What is worth knowing about the models: one that is retired soon.
    pub advice: Arc<dyn Advice>,
}

impl House {
    #[must_use]
    pub fn now(&self) -> Now {
        Now {
            at: self.clock.now(),
            zone: self.zone.clone(),
        }
    }

    /// Where the pictures of a draft lie, in their order.
    #[must_use]
    pub fn paths(&self, pictures: &[Attachment]) -> Vec<PathBuf> {
        let paths = pictures.iter().map(|picture| self.pictures.path(picture));
        paths.collect()
    }
}
