//! Lens Protocol v3.
//!
//! Reading needs no account. With the key of one of an account's managers (never the owner's) Lumen publishes there: words
//! and pictures go to a storage, a call names their address, a transaction on a chain makes the post, an index shows it.
//! The call has no idempotency, so [`publishing`] notes each step and looks a lost one up; [`threads`] does so for each post.
//!
//! `operations/` holds every document that is sent, [`wire`] what is answered, [`posts`] makes posts of the domain of it. To
//! add an operation: its document, a line in [`operations`], its answer in the file that asks.

mod acting;
mod check;
mod client;
mod error;
mod key;
pub mod metadata;
pub mod operations;
mod posts;
mod publishing;
mod reading;
mod replies;
mod rights;
mod session;
mod storage;
mod threads;
mod tokens;
mod wire;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::domain::action::Action;
use crate::domain::call_notes::CallNotes;
use crate::domain::clock::SharedClock;
use crate::domain::content::Content;
use crate::domain::error::{UserError, shortened};
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::source::Selector;
use crate::net::{HttpClient, NetError, Origin};
use crate::platforms::{LookUp, OutgoingPicture, Outlet, Page, PlatformError, Published, Source};

use client::Client;
use error::LensError;
use key::Key;
use session::Session;
use storage::Storage;
use tokens::TokenFile;

/// The larger of the two sizes that Lens has.
const PAGE_SIZE: &str = "FIFTY";

/// The chains behind Lens.
const MAIN_CHAIN: u32 = 232;
const TEST_CHAIN: u32 = 37_111;

/// A call is followed for a minute; what it does before that is bounded by the rest.
const PATIENCE: Duration = Duration::from_secs(65);

/// Where Lens is, and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    pub api: String,
    pub storage: String,
    pub account: Option<String>,
    pub key: Option<SecretString>,
    pub app: String,
    pub app_key: Option<SecretString>,
    pub origin: String,
    /// Where the tokens of a login are kept.
    pub session_file: PathBuf,
    /// Between two looks at a transaction.
    pub pace: Duration,
}

/// The network.
pub struct Lens {
    client: Client,
    storage: Storage,
    /// Whose posts are our own.
    account: Option<String>,
    /// None: read only.
    session: Option<Session>,
    notes: Arc<dyn CallNotes>,
    clock: SharedClock,
    pace: Duration,
    /// Addresses of handles.
    addresses: Mutex<HashMap<String, String>>,
}

impl Lens {
    /// # Errors
    /// When the key is none.
    pub fn new(
        settings: Settings,
        http: HttpClient,
        clock: SharedClock,
        notes: Arc<dyn CallNotes>,
    ) -> Result<Self, UserError> {
        let client = Client {
            http: http.clone(),
            api: settings.api.clone(),
            origin: settings.origin,
            app_key: settings.app_key,
        };
        let session = match (&settings.key, &settings.account) {
            (Some(key), Some(account)) => {
                let key = Key::read(key).ok_or_else(|| {
                    UserError::new(
                        "LENS_PRIVATE_KEY is not a key.",
                        "It expects 64 hexadecimal digits that a wallet made.",
                    )
                })?;
                let file = TokenFile(settings.session_file);
                Some(Session::new(
                    client.clone(),
                    key,
                    account,
                    &settings.app,
                    file,
                    clock.clone(),
                ))
            }
            _ => None,
        };
        let on_test_network = settings.api.contains("testnet");
        Ok(Self {
            client,
            storage: Storage {
                http,
                base: settings.storage.trim_end_matches('/').to_owned(),
                chain: if on_test_network {
                    TEST_CHAIN
                } else {
                    MAIN_CHAIN
                },
                pace: settings.pace / 2,
            },
            account: settings.account,
            session,
            notes,
            clock,
            pace: settings.pace,
            addresses: Mutex::default(),
        })
    }

    /// Whether it can be published there.
    #[must_use]
    pub const fn can_publish(&self) -> bool {
        self.session.is_some()
    }

    fn known_address(&self, name: &str) -> Option<String> {
        self.addresses.lock().get(name).cloned()
    }

    fn remember_address(&self, name: &str, address: &str) {
        let mut addresses = self.addresses.lock();
        addresses.insert(name.to_owned(), address.to_owned());
    }
}

impl std::fmt::Debug for Lens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lens")
            .field("account", &self.account)
            .field("can_publish", &self.can_publish())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for Lens {
    fn network(&self) -> Network {
        Network::Lens
    }

    async fn page(&self, selector: &Selector, cursor: Option<&str>) -> Result<Page, PlatformError> {
        self.read(selector, cursor)
            .await
            .map_err(LensError::before_the_call)
    }

    fn own_origins(&self) -> Vec<Origin> {
        let storage = self.storage.base.parse();
        storage.iter().filter_map(Origin::of).collect()
    }

    async fn picture(&self, address: &str, most: u64) -> Result<Vec<u8>, PlatformError> {
        let network = Network::Lens;
        let url = self
            .storage
            .web_address(address)
            .ok_or_else(|| PlatformError::Refused {
                network,
                why: format!("its storage has no {}", shortened(address, 80)),
            })?;
        match self.storage.http.fetch_bytes(&url, most, "image/*").await {
            Ok(fetched) => Ok(fetched.body),
            Err(NetError::SlowDown { wait, .. }) => Err(PlatformError::SlowDown { network, wait }),
            Err(error) if error.is_transient() => Err(PlatformError::Unreachable {
                network,
                why: error.to_string(),
            }),
            Err(error) => Err(PlatformError::Refused {
                network,
                why: error.to_string(),
            }),
        }
    }
}

#[async_trait]
impl Outlet for Lens {
    fn network(&self) -> Network {
        Network::Lens
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn accounts(&self) -> Vec<String> {
        self.session
            .iter()
            .map(|session| session.account().to_owned())
            .collect()
    }

    async fn publish(
        &self,
        content: &Content,
        pictures: Vec<OutgoingPicture>,
        key: &str,
        lease: &Lease,
    ) -> Result<Published, PlatformError> {
        match threads::posts(content) {
            None => self.publish_once(content, pictures, key, lease).await,
            Some(posts) => {
                self.publish_thread(content, posts, pictures, key, lease)
                    .await
            }
        }
    }

    fn actions(&self) -> &'static [Action] {
        &Action::ALL
    }

    async fn act(
        &self,
        action: Action,
        post: &str,
        key: &str,
        lease: &Lease,
    ) -> Result<(), PlatformError> {
        self.do_once(action, post, key, lease).await
    }

    async fn look_up(
        &self,
        content: &Content,
        key: &str,
        since: Timestamp,
        lease: &Lease,
    ) -> Result<LookUp, PlatformError> {
        let found = match threads::posts(content) {
            None => self.find(key, since).await,
            Some(posts) => self.find_thread(content, posts.len(), key, lease).await,
        };
        found.map_err(LensError::before_the_call)
    }

    async fn check(&self) -> Result<String, PlatformError> {
        let read = self.reads().await;
        let said = match (read, &self.session) {
            (Ok(_), Some(session)) => self.publishes(session).await,
            (Ok(read), None) => Ok(format!(
                "{read}; nothing is published there without LENS_PRIVATE_KEY"
            )),
            (Err(error), _) => Err(error),
        };
        said.map_err(LensError::before_the_call)
    }
}
