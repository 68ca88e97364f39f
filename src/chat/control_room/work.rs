//! What happens to one row of the inbox: done and settled. [`super::showing`] shows its answer.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::json;

use super::ControlRoom;
use super::in_hand::Held;
use super::people::Who;
use crate::chat::answer::Answer;
use crate::chat::commands::{self, ChatError, Ctx};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::words;
use crate::domain::ids::{InboxId, RoomId};
use crate::domain::operator::{Operator, Room, Surface};
use crate::store::{InboxRow, InboxState, R, StoreError};

/// A command has its final answer within 90 seconds; what is over after this leaves time to say so.
const LONGEST_COMMAND: Duration = Duration::from_secs(80);
/// A row that is older than this when its turn comes is not done unasked: who typed it may have thought better of it, or
/// have done it elsewhere.
const ASKS_AFTER: Duration = Duration::from_mins(5);
/// The waits between tries to write down that a command failed.
const SETTLE_AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A row whose work is done, and what is to be shown for it.
pub(super) struct Answered {
    pub row: InboxRow,
    pub room: Room,
    pub answer: Answer,
    pub held: Held,
}

/// Code that panicked.
#[derive(Debug, thiserror::Error)]
#[error("a mistake broke it off: {0}")]
pub(super) struct BrokeOff(String);

impl ControlRoom {
    /// Does what a row asks for. Its answer, unless it has been shown already.
    pub(super) async fn work_on(&self, id: InboxId, held: Held) -> Option<Answered> {
        let found = match self.store().inbox_row_in_room(id).await {
            Ok(found) => found,
            Err(error) => {
                left(id, &error.into());
                return None;
            }
        };
        let (row, room) = found?;
        let answer = match (&row.state, &row.answer) {
            (InboxState::Shown, _) => return None,
            // An answer that this version cannot read is from another one, and long ago.
            (_, Some(answer)) => serde_json::from_value(answer.clone()).unwrap_or(Answer::Silent),
            (_, None) => {
                // Held for the work alone: a room that is slow to be shown something holds up no other.
                let _one_of_several = self.0.at_once.acquire().await.ok()?;
                let worked = caught(self.answer(&row, &room, held.since)).await;
                metrics::histogram!("lumen_answer_seconds", "surface" => row.surface.name())
                    .record(between(row.received_at, self.0.house.clock.now()).as_secs_f64());
                let settled = match worked {
                    Ok(answer) => Ok(answer),
                    Err(error) => self.after_a_break(&row, error).await,
                };
                match settled {
                    Ok(answer) => answer,
                    Err(error) => {
                        left(id, &error);
                        return None;
                    }
                }
            }
        };
        let mut answered = Answered {
            row,
            room,
            answer,
            held,
        };
        answered.held.answered();
        Some(answered)
    }

    /// Answers what broke off outside its command, before it was known who asks. Where others read along it is left, and
    /// done in a minute.
    async fn after_a_break(&self, row: &InboxRow, error: anyhow::Error) -> anyhow::Result<Answer> {
        let incoming: Incoming = serde_json::from_value(row.body.clone())?;
        if !incoming.unseen() && row.surface != Surface::Terminal {
            return Err(error);
        }
        tracing::error!(inbox = %row.id, error = format!("{error:#}"), "a row broke off");
        let line = words::errors::failed(&words::errors::inside(), Some(row.id));
        self.settle(row.id, None, Answer::line(line)).await
    }

    /// `/stop` holds at once, whatever the room is busy with; its line is answered in its turn.
    pub(super) async fn brake(&self, incoming: &Incoming, room: RoomId, id: InboxId) {
        let Said::Text { text } = &incoming.body else {
            return;
        };
        if !commands::stops(text) || !self.admits_at_once(incoming).await {
            return;
        }
        let braked = async {
            let Some(room) = self.store().room(room).await? else {
                return Ok(());
            };
            match self.who(incoming, &room).await? {
                Who::Operator(operator) => {
                    commands::brake(&self.ctx(room, operator, id, incoming)).await
                }
                Who::Stranger(_) => Ok(()),
            }
        };
        // Its turn comes all the same, and says what is wrong.
        if let Err(error) = braked.await {
            tracing::info!(inbox = %id, error = %error, "a stop has to wait for its turn");
        }
    }

    fn ctx(&self, room: Room, operator: Operator, inbox: InboxId, incoming: &Incoming) -> Ctx {
        let pressed = match &incoming.body {
            Said::Press { message, .. } | Said::Filled { message, .. } => message.clone(),
            Said::Text { .. }
            | Said::Reply { .. }
            | Said::Picture { .. }
            | Said::Changed { .. } => None,
        };
        Ctx {
            house: Arc::clone(&self.0.house),
            unseen: incoming.unseen() || room.address.surface == Surface::Terminal,
            room,
            operator,
            sender: incoming.sender.clone(),
            inbox,
            written: inbox,
            now: self.0.house.now(),
            pressed,
            about: None,
            frontends: self.frontends(),
            ends_talk: false,
        }
    }

    /// Does what the row asks for and settles it, whatever happens on the way. It is waited for since `since`.
    async fn answer(
        &self,
        row: &InboxRow,
        room: &Room,
        since: Timestamp,
    ) -> anyhow::Result<Answer> {
        let Ok(incoming) = serde_json::from_value::<Incoming>(row.body.clone()) else {
            return self.settle(row.id, None, Answer::Silent).await;
        };
        if let Some(answer) = self.at_the_door(row, &incoming).await? {
            return Ok(answer);
        }
        let operator = match self.who(&incoming, room).await? {
            Who::Operator(operator) => operator,
            Who::Stranger(answer) => return self.settle(row.id, None, answer).await,
        };
        let room = self.talk_room(&incoming, room).await?;
        let about = self.draft_of_thread(&room).await?;
        let ctx = Ctx {
            about,
            ..self.ctx(room, operator, row.id, &incoming)
        };
        let stops = matches!(&incoming.body, Said::Text { text } if commands::stops(text));
        if !stops && between(row.received_at, ctx.now.at) > ASKS_AFTER {
            let line = words::house::do_it_now(&incoming.body, row.received_at, row.id, &ctx.now);
            return self.settle(row.id, None, Answer::line(line)).await;
        }
        let left = match LONGEST_COMMAND.checked_sub(between(since, ctx.now.at)) {
            // What it asks for holds already; only its line is wanting.
            _ if stops => LONGEST_COMMAND,
            left => left.unwrap_or_default(),
        };
        let work = AssertUnwindSafe(commands::handle(&ctx, &incoming)).catch_unwind();
        let error = match tokio::time::timeout(left, work).await {
            Ok(Ok(Ok(answer))) => return Ok(answer),
            Ok(Ok(Err(error))) => error,
            Ok(Err(panic)) => anyhow::anyhow!("a command broke off: {}", said_in(&*panic)).into(),
            Err(_) if left.is_zero() => ChatError::Later(words::errors::not_begun()),
            Err(_) => ChatError::Later(words::errors::too_slow()),
        };
        if error.is_for_the_log(self.store()) {
            tracing::error!(inbox = %row.id, error = format!("{error:#}"), "a command failed");
        }
        let answer = Answer::line(error.view(row.id, &ctx.house));
        // A question whose answer came too late for its draft is closed; one that was answered badly stays open.
        let closes = matches!(error, ChatError::Review(_)).then_some(&ctx);
        self.settle(row.id, closes, answer).await
    }

    /// Settles a row that changed nothing.
    pub(super) async fn settle(
        &self,
        id: InboxId,
        closes: Option<&Ctx>,
        answer: Answer,
    ) -> anyhow::Result<Answer> {
        let mut waits = SETTLE_AGAIN.into_iter();
        loop {
            let settled = async {
                let mut tx = self.store().begin().await?;
                if let Some(ctx) = closes {
                    tx.set_dialogue(ctx.room.id, ctx.operator.id, None).await?;
                }
                tx.settle_inbox(id, &json!(answer)).await?;
                tx.commit().await
            };
            match (settled.await, waits.next()) {
                (Ok(()), _) => return Ok(answer),
                // The change had gone through after all: its own answer stands.
                (Err(StoreError::AlreadySettled), _) => {
                    let row = self.store().inbox_row(id).await?;
                    let stored = row
                        .and_then(|row| row.answer)
                        .and_then(|answer| serde_json::from_value(answer).ok());
                    return Ok(stored.unwrap_or(answer));
                }
                (Err(_), Some(wait)) => tokio::time::sleep(wait).await,
                (Err(error), None) => {
                    // The person should know at least.
                    tracing::error!(inbox = %id, error = %error, "an answer could not be kept");
                    self.unkept().insert(id, answer.clone());
                    return Ok(answer);
                }
            }
        }
    }

    pub(super) fn unkept(&self) -> MutexGuard<'_, HashMap<InboxId, Answer>> {
        let unkept = self.0.unkept.lock();
        unkept.unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the answers that the store did not take before and that are shown by now.
    pub(super) async fn keep_unkept(&self) -> R<()> {
        let unkept: Vec<(InboxId, Answer)> = self.unkept().clone().into_iter().collect();
        for (id, answer) in unkept {
            if self.0.in_hand.holds(id) {
                continue;
            }
            let mut tx = self.store().begin().await?;
            match tx.settle_inbox(id, &json!(answer)).await {
                Ok(()) | Err(StoreError::AlreadySettled) => {}
                Err(error) => return Err(error),
            }
            tx.mark_shown(&[id]).await?;
            tx.commit().await?;
            self.unkept().remove(&id);
        }
        Ok(())
    }
}

pub(super) fn left(id: InboxId, error: &anyhow::Error) {
    tracing::error!(inbox = %id, error = format!("{error:#}"), "left to be taken up again");
}

/// What the work comes to; a panic is an error like others.
pub(super) async fn caught<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| Err(BrokeOff(said_in(&*panic).to_owned()).into()))
}

/// Nothing where the clock was set back in between.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// What a panic said.
fn said_in(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}
