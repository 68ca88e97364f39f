//! The control room: takes in what people type and press, works on it in order within a room and on several rooms at
//! once, and shows the answers.
//!
//! ```text
//! take: inbox row `new`  ->  run: one transaction, row `settled` with its answer  ->  show, row `shown`
//! ```
//!
//! A row is written before anything happens, so that nothing that arrived is lost; it is settled in the transaction of
//! its changes, so that nothing is done twice. Rows that are not shown and in no hand are taken up again, at the next start
//! and every minute; one that is old by then asks first.

mod cards;
mod claims;
mod doors;
mod forms;
mod in_hand;
mod locks;
mod people;
mod places;
mod rests;
mod showing;
mod shown;
mod strangers;
#[cfg(test)]
mod tests;
mod threads;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::answer::Answer;
use crate::chat::catalogue::Names;
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::house::House;
use crate::chat::incoming::{Asked, Incoming};
use crate::chat::progress::InRoom;
use crate::chat::view::View;
use crate::domain::ids::{InboxId, RoomId, WorkspaceId};
use crate::domain::operator::{Room, RoomAddress, Surface};
use crate::domain::progress::{SharedProgress, Unwatched};
use crate::store::{Arrived, InboxState, Store, StoreError};

pub(in crate::chat) use cards::Spot;
pub use claims::Announce;
pub use forms::Form;

/// How many rooms are worked for at once.
const AT_ONCE: usize = 8;
/// Nobody keeps waiting in a room where nothing is said for this long.
const ROOM_IDLE: Duration = Duration::from_mins(10);
/// How many answers of a room may wait to be shown before the room's work waits, too.
const ANSWERS_WAITING: usize = 256;
/// How often [`ControlRoom::settled`] looks without having been woken, for jobs that end without a word to the chat.
const LOOK_ANYWAY: Duration = Duration::from_millis(500);

/// What a worker is handed.
type Row = (InboxId, in_hand::Held);

/// Why a message did not reach a room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    #[error("{0}")]
    Closed(String),
    #[error("{0}")]
    Later(String),
    /// The network has asked for this much patience.
    #[error("the network asks to wait")]
    Busy(Duration),
}

impl From<ShowError> for Undelivered {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::Closed(_) | ShowError::Refused(_) => Self::Closed(error.to_string()),
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
    /// What waits in a room waits here by its id only; the rest is in the store. So a room that is slow holds up nobody
    /// who takes in for several.
    workers: Mutex<HashMap<RoomId, mpsc::UnboundedSender<Row>>>,
    /// One card of a room changes at a time, so that the last state is shown last.
    cards: locks::Locks,
    at_once: Semaphore,
    claims: claims::Claims,
    strangers: strangers::Strangers,
    shown: shown::Shown,
    in_hand: in_hand::InHand,
    rests: rests::Rests,
    /// Answers that the store did not take, to be kept as soon as it does: what failed is not done again by itself.
    unkept: Mutex<HashMap<InboxId, Answer>>,
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
            cards: locks::Locks::default(),
            at_once: Semaphore::new(AT_ONCE),
            claims: claims::Claims::default(),
            strangers: strangers::Strangers::default(),
            shown: shown::Shown::default(),
            in_hand: in_hand::InHand::default(),
            rests: rests::Rests::default(),
            unkept: Mutex::default(),
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

    pub(super) fn rests(&self) -> &rests::Rests {
        &self.0.rests
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.0.house.clock.now()
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
        let taken = self.take_all(std::slice::from_ref(&incoming)).await?;
        taken
            .first()
            .copied()
            .ok_or_else(|| anyhow::anyhow!("one was handed in and none came out"))
    }

    /// [`ControlRoom::take`] for several at once: all are on the disk when this returns, or none is.
    pub async fn take_all(&self, incoming: &[Incoming]) -> anyhow::Result<Vec<InboxId>> {
        let kept = self.keep(incoming).await.map_err(|error| {
            if !self.store().log_if_full(&error) {
                tracing::error!(error = %error, "what came in could not be kept");
            }
            anyhow::Error::from(error.user(self.store().folder()))
        })?;
        for ((room, id, new), incoming) in kept.iter().zip(incoming) {
            if *new {
                self.brake(incoming, *room, *id).await;
                self.hand_over(*room, *id);
            }
        }
        Ok(kept.into_iter().map(|(_, id, _)| id).collect())
    }

    async fn keep(
        &self,
        incoming: &[Incoming],
    ) -> Result<Vec<(RoomId, InboxId, bool)>, StoreError> {
        let mut tx = self.store().begin().await?;
        let mut rooms: HashMap<&RoomAddress, RoomId> = HashMap::new();
        let mut arrived = Vec::with_capacity(incoming.len());
        let mut bodies = Vec::with_capacity(incoming.len());
        for incoming in incoming {
            bodies.push(self.body_of(&mut tx, incoming).await?);
        }
        for (incoming, body) in incoming.iter().zip(&bodies) {
            let room = if let Some(room) = rooms.get(&incoming.room) {
                *room
            } else {
                let room = tx.ensure_room(self.workspace(), &incoming.room).await?.id;
                tx.wake_room(room).await?;
                rooms.insert(&incoming.room, room);
                room
            };
            arrived.push(Arrived {
                surface: incoming.room.surface,
                external_id: &incoming.external_id,
                room,
                sender: &incoming.sender.external_id,
                body,
            });
        }
        let taken = tx.take_in(&arrived).await?;
        let mut kept = Vec::with_capacity(incoming.len());
        for (arrived, taken) in arrived.iter().zip(taken) {
            let id = match taken {
                Some(id) => id,
                None => tx.inbox_known(arrived.surface, arrived.external_id).await?,
            };
            kept.push((arrived.room, id, taken.is_some()));
        }
        tx.commit().await?;
        Ok(kept)
    }

    /// Waits until little of what was taken in is left to do, but for no longer than `limit`. A network that keeps what it
    /// has not brought yet is asked for more after this: what waits there takes no memory, and what arrives is answered soon.
    pub async fn caught_up(&self, limit: Duration) {
        self.0.in_hand.are_few(limit).await;
    }

    /// Takes up what is not shown and in no hand: what was left at the last stop, and what a worker that broke off or a
    /// store that failed left since. Says how many rows that is.
    pub async fn resume(&self) -> anyhow::Result<usize> {
        self.0.shown.write(self.store()).await?;
        self.keep_unkept().await?;
        let mut rows = 0;
        for (room, id) in self.store().inbox_unshown().await? {
            rows += usize::from(self.hand_over(room, id));
        }
        Ok(rows)
    }

    /// Hands a row to the worker of its room, unless it is in hand or answered. Says whether it did.
    fn hand_over(&self, room: RoomId, id: InboxId) -> bool {
        if self.unkept().contains_key(&id) {
            return false;
        }
        let Some(held) = self.0.in_hand.take(id, self.0.house.clock.now()) else {
            return false;
        };
        let mut workers = self
            .0
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let worker = workers.entry(room).or_insert_with(|| self.hire(room));
        let Err(unsent) = worker.send((id, held)) else {
            return true;
        };
        // After the stop the row is taken up at the next start.
        if !self.0.stop.is_cancelled() {
            tracing::error!(%room, "the worker of a room broke off; another takes its place");
            *worker = self.hire(room);
            let _ = worker.send(unsent.0);
            let this = self.clone();
            self.0.tasks.spawn(async move {
                // What waited behind the row that broke it off.
                if let Err(error) = this.resume().await {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the rest of a room is left for a minute"
                    );
                }
            });
        }
        true
    }

    /// Two work for a room, each in order: one does what was asked, the other shows the answers. So what is asked is done
    /// while the answers before it still wait for their network.
    fn hire(&self, room: RoomId) -> mpsc::UnboundedSender<Row> {
        let (sender, mut rows) = mpsc::unbounded_channel();
        let (done, mut answered) = mpsc::channel(ANSWERS_WAITING);
        let this = self.clone();
        self.0.tasks.spawn(async move {
            while let Some((id, held)) = this.next_row(room, &mut rows).await {
                let Some(answered) = this.work_on(id, held).await else {
                    continue;
                };
                let handed_over = this.0.stop.run_until_cancelled(done.send(answered));
                if !matches!(handed_over.await, Some(Ok(()))) {
                    return;
                }
            }
        });
        let this = self.clone();
        self.0.tasks.spawn(async move {
            while let Some(Some(next)) = this.0.stop.run_until_cancelled(answered.recv()).await {
                this.deliver(next).await;
                this.0.moved.notify_waiters();
            }
        });
        sender
    }

    /// The next row of a room; none after the stop, and when nothing was said there for a while.
    async fn next_row(&self, room: RoomId, rows: &mut mpsc::UnboundedReceiver<Row>) -> Option<Row> {
        let next = tokio::time::timeout(ROOM_IDLE, rows.recv());
        if let Ok(row) = self.0.stop.run_until_cancelled(next).await? {
            return row;
        }
        let mut workers = self
            .0
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Whoever hands in holds the same lock, so nothing comes in between.
        let last = rows.try_recv().ok();
        if last.is_none() {
            workers.remove(&room);
        }
        last
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
            let room = self.store().room(row.room).await.ok()??;
            let elsewhere = self.elsewhere(&row, &room).await.ok()?;
            let address = elsewhere.unwrap_or(room).address;
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
            .drafts_in(w, &["waiting", "scheduled", "overdue", "failed"], MOST)
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
            members: self.known_members().await.unwrap_or_default(),
            versions: store
                .persona_history(w, MOST)
                .await
                .unwrap_or_default()
                .iter()
                .map(|persona| format!("v{}", persona.version))
                .collect(),
        }
    }

    /// Shows a message in a room whose front end is open: as the answer to what was `asked`, where it is one.
    pub(super) async fn show(
        &self,
        room: &Room,
        view: &View,
        replaces: Option<&str>,
        asked: Option<&Asked>,
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
        let shown = place(&*frontend, room, view, replaces.as_ref(), asked).await;
        if matches!(shown, Err(ShowError::Closed(_)))
            && let Some(above) = self.thread_gone(room).await?
        {
            return Box::pin(self.show(&above, view, None, None)).await;
        }
        self.outcome(room, shown).await?;
        Ok(())
    }
}

/// Has a front end show something.
async fn place(
    frontend: &dyn Frontend,
    room: &Room,
    view: &View,
    replaces: Option<&MessageRef>,
    asked: Option<&Asked>,
) -> Result<MessageRef, ShowError> {
    match asked {
        Some(asked) => frontend.answer(asked, &room.address, view, replaces).await,
        None => frontend.show(&room.address, view, replaces).await,
    }
}
