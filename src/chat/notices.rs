//! What flows tell the people: every copy of a card follows its draft, answers reach the room they were asked in.

use serde_json::json;

use crate::chat::control_room::{ControlRoom, Undelivered};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::{DraftId, RoomId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::notice::Notice;
use crate::domain::operator::{Room, RoomAddress};
use crate::store::{R, Tx};

/// Writes a line for one room.
pub async fn tell_room(tx: &mut Tx, room: RoomId, text: &str) -> R<()> {
    let notice = Notice::Answer {
        room,
        text: text.to_owned(),
        cause: None,
        again: false,
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

impl ControlRoom {
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
        let outcome = match self.tell(&notice).await {
            Ok(()) => self.finish(lease).await,
            Err(Undelivered::Later(why)) => JobOutcome::Retry { why, wait: None },
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
        match finished.await {
            Ok(()) => JobOutcome::Settled,
            Err(error) => JobOutcome::Retry {
                why: error.to_string(),
                wait: None,
            },
        }
    }

    async fn tell(&self, notice: &Notice) -> Result<(), Undelivered> {
        match notice {
            Notice::Draft { draft, ask } => self.refresh_everywhere(*draft, *ask).await,
            Notice::Answer {
                room,
                text,
                cause,
                again,
            } => {
                let view = match cause {
                    Some(cause) if *again => {
                        View::text(text).with_buttons(vec![words::errors::try_again(*cause)])
                    }
                    _ => View::text(text),
                };
                match self.store().room(*room).await? {
                    Some(room) => self.show(&room, &view, None).await,
                    None => Ok(()),
                }
            }
            Notice::Everyone { text } => {
                let view = View::text(text);
                let rooms = self.store().standing_rooms(self.workspace()).await?;
                let rooms = self.or_the_terminal(rooms).await?;
                self.show_in_each(&rooms, &view).await
            }
        }
    }

    /// Every room that has the card, every standing room, and the room that asked.
    async fn refresh_everywhere(
        &self,
        draft: DraftId,
        ask: Option<RoomId>,
    ) -> Result<(), Undelivered> {
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
        let rooms = self.or_the_terminal(rooms).await?;
        let mut outcome = Ok(());
        for room in &rooms {
            outcome = both(outcome, self.refresh_card(room, draft, false).await);
        }
        outcome
    }

    /// What nobody asked for and no standing room hears of, such as the draft of a task, is shown at the terminal.
    async fn or_the_terminal(&self, mut rooms: Vec<Room>) -> R<Vec<Room>> {
        if rooms.is_empty() {
            rooms.extend(self.store().room_at(&RoomAddress::terminal()).await?);
        }
        Ok(rooms)
    }

    async fn show_in_each(&self, rooms: &[Room], view: &View) -> Result<(), Undelivered> {
        let mut outcome = Ok(());
        for room in rooms {
            outcome = both(outcome, self.show(room, view, None).await);
        }
        outcome
    }
}

/// What several rooms come to: one that fails does not keep the others from it. `Later` wins, so that the whole is tried
/// again; a room that shows the card already is left alone then.
fn both(so_far: Result<(), Undelivered>, next: Result<(), Undelivered>) -> Result<(), Undelivered> {
    match next {
        Ok(()) => so_far,
        Err(Undelivered::Later(why)) => Err(Undelivered::Later(why)),
        Err(Undelivered::Closed(why)) => {
            tracing::warn!(why, "a room did not take a message");
            so_far
        }
    }
}
