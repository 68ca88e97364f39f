//! Lumen's side, in the process of the test.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lumen::domain::call_notes::CallNotes;
use lumen::domain::clock::SystemClock;
use lumen::domain::ids::JobId;
use lumen::domain::job::Lease;
use lumen::net::{HttpClient, NetOptions, Origin};
use lumen::platforms::lens::{Lens, Settings};

use super::server::FakeLens;
use super::world::APP;

/// The key of a manager.
pub const KEY: &str = "0x4646464646464646464646464646464646464646464646464646464646464646";

/// Notes in memory; with a copy, as after a crash that kept them.
#[derive(Default)]
pub struct Notes {
    kept: Mutex<HashMap<String, String>>,
    /// How many more notes may be made until the claim on the job is lost.
    pub until_lost: Mutex<Option<usize>>,
}

/// The claim under which the tests call.
pub fn lease() -> Lease {
    Lease {
        job: JobId(1),
        holder: "test".to_owned(),
    }
}

#[async_trait]
impl CallNotes for Notes {
    async fn note(&self, key: &str, note: &str, _: &Lease) -> anyhow::Result<()> {
        if let Some(left) = &mut *self.until_lost.lock().expect("the notes are whole") {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| anyhow::anyhow!("the lease was lost"))?;
        }
        let mut notes = self.kept.lock().expect("the notes are whole");
        notes.insert(key.to_owned(), note.to_owned());
        Ok(())
    }

    async fn noted(&self, key: &str) -> anyhow::Result<Option<String>> {
        Ok(self
            .kept
            .lock()
            .expect("the notes are whole")
            .get(key)
            .cloned())
    }
}

impl FakeLens {
    /// Adds the brand's account, managed by [`KEY`].
    pub fn brand(&self) -> String {
        let mut world = self.world();
        let address = world.add("roastery");
        let signer = super::address_of(KEY);
        world.account_mut(&address).managers.insert(signer, true);
        address
    }

    pub fn settings(&self, folder: &Path, account: Option<&str>, key: Option<&str>) -> Settings {
        Settings {
            api: self.api(),
            storage: self.storage(),
            account: account.map(str::to_owned),
            key: key.map(|key| key.to_owned().into()),
            app: APP.to_owned(),
            app_key: Some("server-key".to_owned().into()),
            origin: "http://localhost".to_owned(),
            session_file: folder.join("lens-session.json"),
            pace: Duration::from_millis(20),
        }
    }

    /// Opens the network as Lumen does.
    pub fn open(&self, settings: Settings, notes: Arc<Notes>) -> Lens {
        let trusted = [self.api()]
            .iter()
            .filter_map(|url| Origin::of(&url.parse().ok()?))
            .collect();
        let http = HttpClient::new(NetOptions {
            trusted,
            first_wait: Duration::from_millis(5),
            pause: Arc::new(|_| Box::pin(std::future::ready(()))),
            ..NetOptions::default()
        })
        .expect("a client");
        Lens::new(settings, http, Arc::new(SystemClock), notes).expect("the settings are good")
    }

    /// Without an account.
    pub fn to_read(&self, folder: &Path) -> Lens {
        self.open(self.settings(folder, None, None), Arc::default())
    }
}
