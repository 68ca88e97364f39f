//! What flows tell the people: every copy of a card follows its draft, answers reach the room they were asked in.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use crate::chat::control_room::{ControlRoom, Spot, Undelivered};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::{DraftId, InboxId, RoomId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::notice::Notice;
use crate::domain::operator::{Room, RoomAddress, Surface};
use crate::flow::review;
use crate::store::{R, Store, Tx};

/// How long one room may take to be shown a notice before its chat program is left in peace for a while.
const PATIENCE: Duration = Duration::from_secs(10);

/// The waits before a notice that did not get through is tried again; the last one is repeated.
const AGAIN: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

/// A notice that did not get through after so many tries, more than a day of them, is out of date.
const MOST_TRIES: usize = 400;

/// Writes a line for one room.
pub async fn tell_room(tx: &mut Tx, room: RoomId, text: &str) -> R<()> {
    let notice = Notice::Answer {
        room,
        text: text.to_owned(),
        cause: None,
        offers: Vec::new(),
    };
    let run_at = tx.now();
    let unique_key = format!("notice:{}", uuid::Uuid::new_v4());
    tx.enqueue(&NewJob {
        kind: JobKind::Notice,
        unique_key,
        payload: json!(notice),
        cause: None,
        run_at,
    })
    .await?;
    Ok(())
}

/// The rooms that hear what concerns everybody, where their chat is open: standing rooms, and the private chats of owners.
pub async fn everybody(store: &Store, w: WorkspaceId, open: &[Surface]) -> R<Vec<Room>> {
    let mut rooms = store.standing_rooms(w).await?;
    for room in store.owners_rooms(w).await? {
        if !rooms.iter().any(|known| known.id == room.id) {
            rooms.push(room);
        }
    }
    rooms.retain(|room| room.standing || open.contains(&room.address.surface));
    Ok(rooms)
}

impl ControlRoom {
    /// At a start: sends what is due, asks about what missed its time meanwhile, and says by number what that is.
    pub async fn go_on(&self) -> R<()> {
        let w = self.workspace();
        let mut tx = self.store().begin().await?;
        if tx.workspace(w).await?.stopped.is_some() {
            return Ok(());
        }
        let leaving = review::leaving(&mut tx, w, false, None).await?;
        if leaving.is_empty() {
            return Ok(());
        }
        let line = words::leaving::started(&leaving);
        let frontends = self.frontends();
        let open: Vec<Surface> = frontends
            .iter()
            .map(|frontend| frontend.surface())
            .collect();
        let rooms = everybody(self.store(), w, &open).await?;
        for room in self.or_the_terminal(rooms).await? {
            tell_room(&mut tx, room.id, &line).await?;
        }
        tx.commit().await
    }

    /// Handles one [`JobKind::Notice`].
    pub async fn notice(&self, job: &Job, lease: &Lease) -> JobOutcome {
        let notice: Notice = match serde_json::from_value(job.payload.clone()) {
            Ok(notice) => notice,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable notice: {error}"),
                };
            }
        };
        if job.tries() > MOST_TRIES {
            let why = "nobody could be reached for too long".to_owned();
            return JobOutcome::GiveUp { why };
        }
        let spread = match &notice {
            Notice::Everyone { text } => Some(self.spread(text, lease).await),
            Notice::Draft { draft, ask, anew } => Some(
                self.spread_cards((*draft, *anew), *ask, job.cause, lease)
                    .await,
            ),
            Notice::Cards { .. } | Notice::Answer { .. } => None,
        };
        if let Some(spread) = spread {
            self.job_ended();
            return settled(spread);
        }
        let again = AGAIN.get(job.tries()).unwrap_or(&AGAIN[AGAIN.len() - 1]);
        let outcome = match self.tell(&notice, job.tries() == 0).await {
            Ok(()) => self.finish(lease).await,
            Err(Undelivered::Later(why)) => JobOutcome::Retry {
                why,
                wait: Some(*again),
            },
            Err(error @ Undelivered::Busy(wait)) => JobOutcome::Retry {
                why: error.to_string(),
                wait: Some(wait),
            },
            // Whoever is meant cannot be reached there any more; the draft itself is safe.
            Err(Undelivered::Closed(why)) => {
                tracing::warn!(why, "a room did not take a message");
                self.finish(lease).await
            }
        };
        self.job_ended();
        outcome
    }

    async fn finish(&self, lease: &Lease) -> JobOutcome {
        let finished = async {
            let mut tx = self.store().begin().await?;
            tx.finish_job(lease).await?;
            tx.commit().await
        };
        settled(finished.await)
    }

    /// One line for each standing room, so that one that hears it late does not have the others hear it twice.
    async fn spread(&self, text: &str, lease: &Lease) -> R<()> {
        let mut tx = self.store().begin().await?;
        let rooms = self.store().standing_rooms(self.workspace()).await?;
        for room in self.or_the_terminal(rooms).await? {
            tell_room(&mut tx, room.id, text).await?;
        }
        tx.finish_job(lease).await?;
        tx.commit().await
    }

    /// One notice for each chat program in which a card of the draft stands or is wanted, so that one that hangs keeps
    /// none from the others.
    async fn spread_cards(
        &self,
        (draft, anew): (DraftId, bool),
        ask: Option<RoomId>,
        cause: Option<InboxId>,
        lease: &Lease,
    ) -> R<()> {
        let rooms = self.rooms_of(draft, ask).await?;
        let mut surfaces: Vec<Surface> = rooms.iter().map(|room| room.address.surface).collect();
        surfaces.sort_unstable();
        surfaces.dedup();
        let mut tx = self.store().begin().await?;
        for surface in surfaces {
            let notice = Notice::Cards {
                draft,
                ask,
                surface,
                anew,
            };
            let run_at = tx.now();
            tx.enqueue(&NewJob {
                kind: JobKind::Notice,
                unique_key: format!("notice:{}", uuid::Uuid::new_v4()),
                payload: json!(notice),
                cause,
                run_at,
            })
            .await?;
        }
        tx.finish_job(lease).await?;
        tx.commit().await
    }

    /// `first`: it was not tried before. A card that is shown anew is not shown twice where another room failed.
    async fn tell(&self, notice: &Notice, first: bool) -> Result<(), Undelivered> {
        match notice {
            Notice::Cards {
                draft,
                ask,
                surface,
                anew,
            } => {
                let spot = match (*anew, first) {
                    (false, _) => Spot::There,
                    (true, true) => Spot::Below,
                    (true, false) => Spot::BelowOnce,
                };
                self.refresh_cards(*draft, *ask, *surface, spot).await
            }
            Notice::Answer {
                room,
                text,
                cause,
                offers,
            } => {
                let view = words::offers::under(View::text(text), offers, *cause);
                match self.store().room(*room).await? {
                    Some(room) => {
                        self.patiently(&room, self.show(&room, &view, None, None))
                            .await
                    }
                    None => Ok(()),
                }
            }
            // Spread over their rooms and chat programs.
            Notice::Everyone { .. } | Notice::Draft { .. } => Ok(()),
        }
    }

    /// Every room that has the card, every standing room, and the room that asked.
    async fn rooms_of(&self, draft: DraftId, ask: Option<RoomId>) -> R<Vec<Room>> {
        let mut rooms = self.store().standing_rooms(self.workspace()).await?;
        let deliveries = self.store().deliveries(draft).await?;
        for id in deliveries
            .into_iter()
            .map(|delivery| delivery.room)
            .chain(ask)
        {
            if !rooms.iter().any(|room| room.id == id) {
                rooms.extend(self.store().room(id).await?);
            }
        }
        self.or_the_terminal(rooms).await
    }

    async fn refresh_cards(
        &self,
        draft: DraftId,
        ask: Option<RoomId>,
        surface: Surface,
        spot: Spot,
    ) -> Result<(), Undelivered> {
        let mut rooms = self.rooms_of(draft, ask).await?;
        rooms.retain(|room| room.address.surface == surface);
        let shown = rooms.iter().map(|room| {
            let refreshed = self.refresh_card(room, draft, spot);
            self.patiently(room, refreshed)
        });
        join_all(shown).await.into_iter().fold(Ok(()), both)
    }

    /// What nobody asked for and no standing room hears of, such as the draft of a task, is shown at the terminal.
    async fn or_the_terminal(&self, mut rooms: Vec<Room>) -> R<Vec<Room>> {
        if rooms.is_empty() {
            rooms.extend(self.store().room_at(&RoomAddress::terminal()).await?);
        }
        Ok(rooms)
    }

    /// One room that is slow or out of reach does not hold up what the others are told: it hears the notice later. A chat
    /// program that let a room wait in vain is left in peace for a while.
    async fn patiently(
        &self,
        room: &Room,
        showing: impl Future<Output = Result<(), Undelivered>>,
    ) -> Result<(), Undelivered> {
        if let Some(why) = self.store().room_paused(room.id).await? {
            return Err(Undelivered::Closed(why));
        }
        let surface = room.address.surface;
        if let Some(wait) = self.rests().left(surface, self.now()) {
            return Err(Undelivered::Busy(wait));
        }
        let busy = self
            .frontend(surface)
            .and_then(|frontend| frontend.busy(&room.address));
        if let Some(wait) = busy {
            return Err(Undelivered::Busy(wait));
        }
        if let Ok(shown) = tokio::time::timeout(PATIENCE, showing).await {
            self.rests().end(surface);
            return shown;
        }
        let wait = self.rests().begin(surface, self.now());
        tracing::warn!(
            surface = surface.name(),
            wait.seconds = wait.as_secs(),
            "a chat program hangs"
        );
        Err(Undelivered::Busy(wait))
    }
}

fn settled(done: R<()>) -> JobOutcome {
    match done {
        Ok(()) => JobOutcome::Settled,
        Err(error) => JobOutcome::Retry {
            why: error.to_string(),
            wait: None,
        },
    }
}

/// What several rooms come to: one that fails does not keep the others from it. `Later` wins, so that the whole is tried
/// again; a room that shows the card already is left alone then.
fn both(so_far: Result<(), Undelivered>, next: Result<(), Undelivered>) -> Result<(), Undelivered> {
    match next {
        Ok(()) => so_far,
        Err(error @ (Undelivered::Later(_) | Undelivered::Busy(_))) => Err(error),
        Err(Undelivered::Closed(why)) => {
            tracing::warn!(why, "a room did not take a message");
            so_far
        }
    }
}
