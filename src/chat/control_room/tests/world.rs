//! A small world to talk in: a store on disk, a clock that stands, front ends that remember what they showed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::json;

use super::fakes::{Album, FakeFinder, FakeFrontend, NoAdvice, OneAccount};
use crate::chat::control_room::ControlRoom;
use crate::chat::frontend::Frontend;
use crate::chat::house::{Finder, House};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::testing::{instant, revision};
use crate::domain::clock::{Clock as _, ManualClock, SharedClock};
use crate::domain::draft::{Draft, DraftState, Lean, Purpose};
use crate::domain::ids::{DraftId, DraftNumber, InboxId, RoomId, WorkspaceId};
use crate::domain::job::{JobKind, JobOutcome, NewJob};
use crate::domain::ledger::{MicroUsd, ModelRole};
use crate::domain::network::Network;
use crate::domain::notice::Notice;
use crate::domain::operator::{Identity, Role, RoomAddress, Surface};
use crate::domain::post::{Counts, FetchedPost};
use crate::store::{InboxState, NewDraft, NewRevision, Skip, Store, StoreOptions};

const W: WorkspaceId = WorkspaceId::FIRST;

pub struct World {
    _dir: tempfile::TempDir,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub room: ControlRoom,
    pub finder: Arc<FakeFinder>,
    frontends: HashMap<Surface, Arc<FakeFrontend>>,
    updates: AtomicU64,
    small_writer: bool,
}

impl World {
    pub async fn new() -> Self {
        Self::with(false).await
    }

    /// Where a small model writes.
    pub async fn with_small_writer() -> Self {
        Self::with(true).await
    }

    async fn with(small_writer: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(instant()));
        let url = format!("sqlite://{}", dir.path().join("lumen.db").display());
        let options = StoreOptions {
            url,
            read_connections: 2,
        };
        let store = Store::open(&options, Arc::clone(&clock) as SharedClock)
            .await
            .unwrap();
        let finder = Arc::new(FakeFinder::default());
        let (room, frontends) = open(&store, &clock, &finder, small_writer);
        Self {
            small_writer,
            _dir: dir,
            store,
            clock,
            room,
            finder,
            frontends,
            updates: AtomicU64::new(1),
        }
    }

    /// The same store under a new control room.
    pub async fn restarted(self) -> Self {
        self.room.close().await;
        let (room, frontends) = open(&self.store, &self.clock, &self.finder, self.small_writer);
        Self {
            room,
            frontends,
            ..self
        }
    }

    pub fn frontend(&self, surface: Surface) -> &FakeFrontend {
        &self.frontends[&surface]
    }

    pub fn owner(&self) -> Speaker<'_> {
        Speaker {
            world: self,
            surface: Surface::Terminal,
            id: "local".into(),
            name: "owner".into(),
            chat: "local".into(),
            private: true,
            groups: Vec::new(),
        }
    }

    /// Somebody on Telegram.
    pub fn person(&self, id: &str) -> Speaker<'_> {
        self.person_on(Surface::Telegram, id)
    }

    pub fn person_on(&self, surface: Surface, id: &str) -> Speaker<'_> {
        Speaker {
            world: self,
            surface,
            id: id.into(),
            name: id.into(),
            chat: id.into(),
            private: true,
            groups: Vec::new(),
        }
    }

    pub async fn member(&self, name: &str, role: Role) -> Speaker<'_> {
        self.member_on(Surface::Telegram, name, role).await
    }

    pub async fn member_on(&self, surface: Surface, name: &str, role: Role) -> Speaker<'_> {
        let person = self.person_on(surface, name);
        let mut tx = self.store.begin().await.unwrap();
        tx.add_operator(W, name, role, &person.identity())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        person
    }

    pub async fn say(&self, text: &str) -> String {
        self.owner().say(text).await
    }

    pub async fn press(&self, code: &str) -> String {
        self.owner().press(code).await
    }

    pub fn heard(&self) -> Vec<String> {
        self.owner().heard()
    }

    pub fn incoming(&self, text: &str) -> Incoming {
        self.owner().incoming(Said::Text { text: text.into() })
    }

    /// Writes a line to the inbox as if Lumen had been killed right after.
    pub async fn written_down_only(&self, text: &str) -> InboxId {
        let incoming = self.incoming(text);
        let mut tx = self.store.begin().await.unwrap();
        let room = tx.ensure_room(W, &incoming.room).await.unwrap().id;
        let sender = &incoming.sender.external_id;
        let id = tx
            .take_in_one(
                &Surface::Terminal,
                &incoming.external_id,
                room,
                sender,
                &json!(incoming),
            )
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id.unwrap()
    }

    /// Waits until the answer of a row is shown.
    pub async fn idle(&self, id: InboxId) {
        for _ in 0..4_000 {
            let row = self.store.inbox_row(id).await.unwrap().unwrap();
            if row.state == InboxState::Shown {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{id} was never answered");
    }

    /// Waits until something was shown to the owner.
    pub async fn answered(&self) -> Vec<String> {
        for _ in 0..4_000 {
            let heard = self.heard();
            if !heard.is_empty() {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nothing was shown");
    }

    pub async fn last_inbox(&self) -> InboxId {
        let mut last = InboxId(0);
        while self
            .store
            .inbox_row(InboxId(last.0 + 1))
            .await
            .unwrap()
            .is_some()
        {
            last = InboxId(last.0 + 1);
        }
        last
    }

    pub async fn local_room(&self) -> RoomId {
        self.store
            .room_at(&RoomAddress::terminal())
            .await
            .unwrap()
            .unwrap()
            .id
    }

    /// A waiting draft with this text.
    pub async fn draft(&self, text: &str) -> Draft {
        let base = revision();
        let new = NewRevision {
            content: crate::domain::content::Content {
                text: text.into(),
                ..base.content
            },
            findings: base.findings,
            leans_on: base.leans_on,
            examples: base.examples,
            persona_version: 1,
            guidance: None,
            writer: base.writer,
        };
        let origin = format!("test:{}", self.updates.fetch_add(1, Ordering::SeqCst));
        let expires_at = self.clock.now() + Duration::from_hours(336);
        let purpose = Purpose::Post {
            topic: "our Friday tasting is at six".into(),
        };
        let draft = NewDraft {
            number: None,
            purpose,
            task: None,
            origin,
            expires_at,
        };
        let mut tx = self.store.begin().await.unwrap();
        // What it leans on is there, so that nothing is said to be gone.
        let leans = new.leans_on.iter().map(leaned_on).collect::<Vec<_>>();
        tx.store_posts(W, &leans).await.unwrap();
        let draft = tx.new_draft(W, &draft, &new).await.unwrap();
        tx.commit().await.unwrap();
        draft
    }

    pub async fn numbered(&self, number: i64) -> Draft {
        self.store
            .draft_numbered(W, DraftNumber(number))
            .await
            .unwrap()
            .unwrap()
    }

    pub async fn id(&self, number: i64) -> DraftId {
        self.numbered(number).await.id
    }

    pub async fn draft_state(&self, number: i64) -> DraftState {
        self.numbered(number).await.state
    }

    pub async fn state(&self, number: i64) -> String {
        self.draft_state(number).await.word().to_owned()
    }

    pub async fn text(&self, number: i64) -> String {
        let draft = self.numbered(number).await;
        self.store
            .revision(draft.id, draft.revision)
            .await
            .unwrap()
            .unwrap()
            .content
            .text
    }

    /// What an approval of the draft as it is now would cover.
    pub async fn approval_hash(&self, number: i64) -> String {
        let draft = self.numbered(number).await;
        let revision = self.store.revision(draft.id, draft.revision).await;
        revision.unwrap().unwrap().content.hash().to_string()
    }

    /// The hashes of the draft's pictures.
    pub async fn pictures(&self, number: i64) -> Vec<String> {
        let draft = self.numbered(number).await;
        let revision = self.store.revision(draft.id, draft.revision).await;
        let media = revision.unwrap().unwrap().content.media;
        media.into_iter().map(|picture| picture.sha256).collect()
    }

    /// The message that was shown last in a chat.
    pub fn last_message(&self, surface: Surface, chat: &str) -> String {
        self.frontends[&surface].last.lock().unwrap()[chat].clone()
    }

    /// What describes the draft's pictures.
    pub async fn alts(&self, number: i64) -> Vec<String> {
        let draft = self.numbered(number).await;
        let revision = self.store.revision(draft.id, draft.revision).await;
        let media = revision.unwrap().unwrap().content.media;
        media.into_iter().map(|picture| picture.alt).collect()
    }

    pub async fn notice(&self, notice: &Notice) {
        let mut tx = self.store.begin().await.unwrap();
        let unique_key = format!("test:{}", self.updates.fetch_add(1, Ordering::SeqCst));
        let run_at = tx.now();
        let job = NewJob {
            kind: JobKind::Notice,
            unique_key,
            payload: json!(notice),
            cause: None,
            run_at,
        };
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Does what the worker would do with notices.
    pub async fn work_on_notices(&self) {
        let others: Vec<JobKind> = JobKind::ALL
            .into_iter()
            .filter(|kind| *kind != JobKind::Notice)
            .collect();
        let lease_for = Duration::from_mins(1);
        while let Some((job, lease)) = self
            .store
            .claim_job("test", self.clock.now(), lease_for, Skip::kinds(&others))
            .await
            .unwrap()
        {
            match self.room.notice(&job, &lease).await {
                JobOutcome::Settled => {}
                JobOutcome::Retry { why, .. } => {
                    let mut tx = self.store.begin().await.unwrap();
                    let later = self.clock.now() + Duration::from_secs(30);
                    tx.postpone_job(&lease, later, &why).await.unwrap();
                    tx.commit().await.unwrap();
                }
                JobOutcome::GiveUp { why } => panic!("{why}"),
            }
        }
    }

    /// The jobs that are ready, or will be within the hour.
    pub async fn jobs(&self) -> Vec<String> {
        let mut jobs = Vec::new();
        let later = self.clock.now() + Duration::from_hours(1);
        while let Some((job, _)) = self
            .store
            .claim_job("look", later, Duration::from_secs(1), Skip::default())
            .await
            .unwrap()
        {
            jobs.push(format!("{} {}", job.kind.name(), job.payload));
            if jobs.len() > 50 {
                break;
            }
        }
        self.store.free_leases().await.unwrap();
        jobs
    }

    /// No line is left unread, and no job over.
    pub async fn nothing_is_left(&self) {
        assert!(self.store.inbox_open().await.unwrap().is_empty());
        assert_eq!(self.store.jobs_ready(self.clock.now()).await.unwrap(), 0);
        for frontend in self.frontends.values() {
            assert_eq!(*frontend.shown.lock().unwrap(), Vec::new());
        }
    }
}

fn open(
    store: &Store,
    clock: &Arc<ManualClock>,
    finder: &Arc<FakeFinder>,
    small_writer: bool,
) -> (ControlRoom, HashMap<Surface, Arc<FakeFrontend>>) {
    let room = ControlRoom::new(House {
        store: store.clone(),
        clock: Arc::clone(clock) as SharedClock,
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        workspace: W,
        finder: Arc::clone(finder) as Arc<dyn Finder>,
        accounts: Arc::new(OneAccount),
        pictures: Arc::new(Album),
        fetchable: vec![Network::Sandbox],
        models: vec![(ModelRole::Text, "local, SmolLM2-135M-Instruct".into())],
        small_writer,
        budget: MicroUsd(5_000_000),
        unpriced: Vec::new(),
        advice: Arc::new(NoAdvice),
    });
    let mut frontends = HashMap::new();
    for surface in Surface::ALL {
        let frontend = FakeFrontend::new(surface);
        room.open(Arc::clone(&frontend) as Arc<dyn Frontend>);
        frontends.insert(surface, frontend);
    }
    (room, frontends)
}

/// Somebody who speaks in a chat.
#[derive(Clone)]
pub struct Speaker<'a> {
    world: &'a World,
    surface: Surface,
    id: String,
    name: String,
    chat: String,
    private: bool,
    groups: Vec<String>,
}

impl Speaker<'_> {
    pub fn in_group(&self, chat: &str) -> Self {
        Self {
            chat: chat.into(),
            private: false,
            ..self.clone()
        }
    }

    /// The same person as their network calls them.
    pub fn called(&self, name: &str) -> Self {
        Self {
            name: name.into(),
            ..self.clone()
        }
    }

    /// The same person with these groups of their network.
    pub fn with_groups(&self, groups: &[&str]) -> Self {
        Self {
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..self.clone()
        }
    }

    pub fn identity(&self) -> Identity {
        Identity {
            surface: self.surface,
            external_id: self.id.clone(),
        }
    }

    pub fn incoming(&self, body: Said) -> Incoming {
        Incoming {
            external_id: format!("u{}", self.world.updates.fetch_add(1, Ordering::SeqCst)),
            room: RoomAddress {
                surface: self.surface,
                chat: self.chat.clone(),
                thread: None,
            },
            sender: self.identity(),
            sender_name: self.name.clone(),
            private: self.private,
            groups: self.groups.clone(),
            ticket: None,
            body,
        }
    }

    pub async fn say(&self, text: &str) -> String {
        self.send(Said::Text { text: text.into() }).await
    }

    /// Answers a message.
    pub async fn reply(&self, to: &str, text: &str) -> String {
        self.send(Said::Reply {
            text: text.into(),
            to: to.into(),
            card: None,
        })
        .await
    }

    /// Sends a picture as an answer to a message.
    pub async fn picture(&self, to: Option<&str>, file: &str, caption: Option<&str>) -> String {
        self.send(Said::Picture {
            file: file.into(),
            caption: caption.map(Into::into),
            to: to.map(Into::into),
            card: None,
        })
        .await
    }

    /// Presses a button of the last message in the chat.
    pub async fn press(&self, code: &str) -> String {
        let message = self
            .world
            .frontend(self.surface)
            .last
            .lock()
            .unwrap()
            .get(&self.chat)
            .cloned();
        self.send(Said::Press {
            code: code.into(),
            message,
        })
        .await
    }

    pub async fn send(&self, body: Said) -> String {
        let id = self.world.room.take(self.incoming(body)).await.unwrap();
        self.world.idle(id).await;
        self.heard().join("\n--\n")
    }

    pub fn heard(&self) -> Vec<String> {
        self.world.frontend(self.surface).heard(&self.chat)
    }
}

fn leaned_on(lean: &Lean) -> FetchedPost {
    FetchedPost {
        network: Network::Sandbox,
        native_id: format!("s{}", lean.post.0),
        author: lean.author.clone(),
        text: lean.excerpt.clone(),
        created_at: instant(),
        edited_at: None,
        tags: Vec::new(),
        language: None,
        reply_to: None,
        quote_of: None,
        repost_of: None,
        url: None,
        counts: Counts::default(),
        media: Vec::new(),
        raw: None,
        own: false,
    }
}
