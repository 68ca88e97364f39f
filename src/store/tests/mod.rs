//! The store against a real file.

mod drafts;
mod files;
mod inbox;
mod index_tables;
mod jobs;
mod ledger;
mod models;
mod people;
mod plans;
mod post_media;
mod post_model;
mod posts;
mod publishing;
mod sources_tasks;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::domain::clock::{Clock, ManualClock};
use crate::domain::content::Content;
use crate::domain::draft::{Draft, Purpose, Writer};
use crate::domain::ids::WorkspaceId;
use crate::domain::job::{JobKind, Lease, NewJob};
use crate::domain::network::Network;
use crate::domain::post::{Counts, FetchedPost};
use crate::store::{NewDraft, NewRevision, Skip, Store, StoreOptions, Tx};

pub(in crate::store) const W: WorkspaceId = WorkspaceId::FIRST;

/// A store of its own in a folder of its own, at a time that stands still.
pub(in crate::store) struct House {
    pub dir: TempDir,
    pub store: Store,
    pub clock: Arc<ManualClock>,
}

pub(in crate::store) fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

pub(in crate::store) fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(noon().as_second() + seconds).unwrap()
}

impl House {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(noon()));
        let options = StoreOptions::file(&dir.path().join("lumen.db"));
        let store = Store::open(&options, clock.clone()).await.unwrap();
        Self { dir, store, clock }
    }

    pub async fn tx(&self) -> Tx {
        self.store.begin().await.unwrap()
    }

    pub fn wait(&self, seconds: u64) -> Timestamp {
        self.clock.advance(Duration::from_secs(seconds));
        self.clock.now()
    }

    /// Claims a job of publishing for a minute; one is written where there is none.
    pub async fn claim(&self, holder: &str) -> Lease {
        let mut tx = self.tx().await;
        let job = NewJob::upkeep(JobKind::Publish, None, tx.now());
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
        let now = self.clock.now();
        let claimed = self
            .store
            .claim_job(holder, now, Duration::from_mins(1), Skip::default())
            .await;
        claimed.unwrap().unwrap().1
    }

    /// A waiting draft that stands on nothing.
    pub async fn draft(&self, origin: &str) -> Draft {
        let mut tx = self.tx().await;
        let draft = tx
            .new_draft(W, &new_draft(origin), &revision("Friday at six."))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        draft
    }
}

pub(in crate::store) fn post(native_id: &str, text: &str) -> FetchedPost {
    FetchedPost {
        network: Network::Sandbox,
        native_id: native_id.to_owned(),
        author: "beans".to_owned(),
        text: text.to_owned(),
        created_at: noon(),
        edited_at: None,
        tags: vec!["coffee".to_owned()],
        language: None,
        reply_to: None,
        quote_of: None,
        repost_of: None,
        url: Some(format!("https://sandbox.example/{native_id}")),
        counts: Counts::default(),
        media: Vec::new(),
        raw: None,
        own: false,
    }
}

pub(in crate::store) fn new_draft(origin: &str) -> NewDraft {
    NewDraft {
        number: None,
        purpose: Purpose::Post {
            topic: "the tasting".to_owned(),
        },
        task: None,
        origin: origin.to_owned(),
        expires_at: later(3_600),
    }
}

pub(in crate::store) fn revision(text: &str) -> NewRevision {
    NewRevision {
        content: Content {
            network: Network::Sandbox,
            account: "roastery".to_owned(),
            text: text.to_owned(),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        },
        findings: Vec::new(),
        leans_on: Vec::new(),
        examples: Vec::new(),
        persona_version: 1,
        guidance: None,
        writer: Writer::Person {
            name: "@editor".to_owned(),
        },
    }
}
