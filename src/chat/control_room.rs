//! The control room: takes in what people type and press, works on it in order within a room and on several rooms at
//! once, and shows the answers.
//!
//! ```text
//! take: inbox row `new`  ->  run: one transaction, row `settled` with its answer  ->  show, row `shown`
//! ```
//!
//! A row is written before anything happens, so that nothing that arrived is lost; it is settled in the transaction of
//! its changes, so that nothing is done twice. Rows that are not shown are taken up again at the next start.

mod cards;
mod people;
#[cfg(test)]
mod tests;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::catalogue::Names;
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::house::House;
use crate::chat::incoming::Incoming;
use crate::chat::progress::InRoom;
use crate::chat::view::View;
use crate::domain::ids::{InboxId, RoomId, WorkspaceId};
use crate::domain::operator::{Room, Surface};
use crate::domain::progress::{SharedProgress, Unwatched};
use crate::store::{InboxState, Store, StoreError};

/// How many rooms are worked for at once.
const AT_ONCE: usize = 8;
/// How many lines of one room may wait in memory; whoever hands in more waits. They are in the store already.
const WAITING_IN_ROOM: usize = 256;
/// How often [`ControlRoom::settled`] looks without having been woken, for jobs that end without a word to the chat.
const LOOK_ANYWAY: Duration = Duration::from_millis(500);

/// Why a message did not reach a room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    #[error("{0}")]
    Closed(String),
    #[error("{0}")]
    Later(String),
}

impl From<ShowError> for Undelivered {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::Closed(_) => Self::Closed(error.to_string()),
            ShowError::Later(_) => Self::Later(error.to_string()),
        }
    }
}

impl From<StoreError> for Undelivered {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

/// The control room of a workspace. Cheap to clone.
#[derive(Clone)]
pub struct ControlRoom(Arc<Inner>);

struct Inner {
    house: Arc<House>,
    frontends: RwLock<HashMap<Surface, Arc<dyn Frontend>>>,
    workers: Mutex<HashMap<RoomId, mpsc::Sender<InboxId>>>,
    /// One card of a room changes at a time, so that the last state is shown last.
    cards: Mutex<HashMap<RoomId, Arc<tokio::sync::Mutex<()>>>>,
    at_once: Semaphore,
    /// A row was shown or a job ended.
    moved: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl ControlRoom {
    #[must_use]
    pub fn new(house: House) -> Self {
        Self(Arc::new(Inner {
            house: Arc::new(house),
            frontends: RwLock::default(),
            workers: Mutex::default(),
            cards: Mutex::default(),
            at_once: Semaphore::new(AT_ONCE),
            moved: Notify::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// Opens a front end; what is said to its rooms from now on goes through it.
    pub fn open(&self, frontend: Arc<dyn Frontend>) {
        let mut frontends = self
            .0
            .frontends
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        frontends.insert(frontend.surface(), frontend);
    }

    /// Closes one: its rooms keep what they have, and hear the rest when it is open again.
    pub fn shut(&self, surface: Surface) {
        self.0
            .frontends
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&surface);
    }

    pub(super) fn frontend(&self, surface: Surface) -> Option<Arc<dyn Frontend>> {
        self.0
            .frontends
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&surface)
            .cloned()
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.house.store
    }

    pub(super) fn workspace(&self) -> WorkspaceId {
        self.0.house.workspace
    }

    /// Keeps what a person typed or pressed and has it worked on. When this returns it is on the disk, and the network
    /// may be told that it arrived. The same update handed over twice is one.
    ///
    /// # Errors
    /// When it could not be kept; the error is in words for the person.
    pub async fn take(&self, incoming: Incoming) -> anyhow::Result<InboxId> {
        let (room, id, new) = self.keep(&incoming).await.map_err(|error| {
            tracing::error!(error = %error, "what came in could not be kept");
            anyhow::Error::from(error.user())
        })?;
        if new {
            self.brake(&incoming, room, id).await;
            self.hand_over(room, id).await;
        }
        Ok(id)
    }

    async fn keep(&self, incoming: &Incoming) -> Result<(RoomId, InboxId, bool), StoreError> {
        let surface = incoming.room.surface;
        let mut tx = self.store().begin().await?;
        let room = tx.ensure_room(self.workspace(), &incoming.room).await?.id;
        let (external, sender) = (&incoming.external_id, &incoming.sender.external_id);
        let taken = tx
            .take_in(&surface, external, room, sender, &json!(incoming))
            .await?;
        let id = match taken {
            Some(id) => id,
            None => tx.inbox_known(surface, external).await?,
        };
        tx.commit().await?;
        Ok((room, id, taken.is_some()))
    }

    /// Takes up what was not shown before the last stop. To be called once, before anything is taken in.
    pub async fn resume(&self) -> anyhow::Result<usize> {
        let rows = self.store().inbox_open().await?;
        for row in &rows {
            self.hand_over(row.room, row.id).await;
        }
        Ok(rows.len())
    }

    async fn hand_over(&self, room: RoomId, id: InboxId) {
        let worker = {
            let mut workers = self
                .0
                .workers
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let worker = workers.entry(room).or_insert_with(|| self.hire());
            worker.clone()
        };
        // A worker is gone only after the stop; the row is taken up at the next start then.
        let _ = worker.send(id).await;
    }

    fn hire(&self) -> mpsc::Sender<InboxId> {
        let (sender, mut rows) = mpsc::channel(WAITING_IN_ROOM);
        let this = self.clone();
        self.0.tasks.spawn(async move {
            while let Some(Some(id)) = this.0.stop.run_until_cancelled(rows.recv()).await {
                let Ok(_permit) = this.0.at_once.acquire().await else {
                    return;
                };
                this.work_on(id).await;
                this.0.moved.notify_waiters();
            }
        });
        sender
    }

    /// Stops taking work up and waits for what is in hand.
    pub async fn close(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Whether the answer of a row is shown and all its work is done; waits for it up to `limit`.
    pub async fn settled(&self, id: InboxId, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            let moved = self.0.moved.notified();
            tokio::pin!(moved);
            // Registered before the look, so that nothing that moves in between is missed.
            moved.as_mut().enable();
            if self.is_settled(id).await {
                return true;
            }
            let now = Instant::now();
            if now >= deadline {
                return false;
            }
            let _ = tokio::time::timeout_at(deadline.min(now + LOOK_ANYWAY), moved).await;
        }
    }

    async fn is_settled(&self, id: InboxId) -> bool {
        let shown = async {
            let row = self.store().inbox_row(id).await?;
            let shown = row.is_none_or(|row| row.state == InboxState::Shown);
            Ok::<_, StoreError>(shown && self.store().jobs_open(id).await? == 0)
        };
        shown.await.unwrap_or(false)
    }

    /// To be called after a job has ended: whoever waits in [`ControlRoom::settled`] looks again.
    pub fn job_ended(&self) {
        self.0.moved.notify_waiters();
    }

    /// Where the work of a row shows signs of life: the room it was asked in.
    pub async fn progress_for(&self, cause: Option<InboxId>) -> SharedProgress {
        let found = async {
            let row = self.store().inbox_row(cause?).await.ok()??;
            let address = self.store().room(row.room).await.ok()??.address;
            let frontend = self.frontend(address.surface)?;
            Some(Arc::new(InRoom { frontend, address }) as SharedProgress)
        };
        found.await.unwrap_or_else(|| Arc::new(Unwatched))
    }

    /// What completion offers.
    pub async fn known_names(&self) -> Names {
        const MOST: u32 = 100;
        let (store, w) = (self.store(), self.workspace());
        let mut drafts = store
            .drafts_in(w, &["waiting", "scheduled", "failed"], MOST)
            .await
            .unwrap_or_default();
        drafts.sort_by_key(|draft| draft.number);
        Names {
            drafts: drafts
                .iter()
                .map(|draft| draft.number.to_string())
                .collect(),
            tasks: store
                .tasks(w)
                .await
                .unwrap_or_default()
                .into_iter()
                .map(|task| task.name)
                .collect(),
            sources: store
                .sources(w)
                .await
                .unwrap_or_default()
                .iter()
                .map(crate::domain::source::Source::name)
                .collect(),
        }
    }

    /// Shows a message in a room whose front end is open.
    pub(super) async fn show(
        &self,
        room: &Room,
        view: &View,
        replaces: Option<&str>,
    ) -> Result<(), Undelivered> {
        let Some(frontend) = self.frontend(room.address.surface) else {
            return Err(Undelivered::Closed(format!(
                "{} is not open",
                room.address.surface.name()
            )));
        };
        let replaces = replaces
            .filter(|_| frontend.edits_in_place())
            .map(|message| MessageRef(message.to_owned()));
        frontend
            .show(&room.address, view, replaces.as_ref())
            .await?;
        Ok(())
    }
}
