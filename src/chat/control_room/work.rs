//! What happens to one row of the inbox: done, settled, shown.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;

use super::people::Who;
use super::{ControlRoom, Undelivered};
use crate::chat::answer::Answer;
use crate::chat::commands::{self, ChatError, Ctx};
use crate::chat::incoming::{Asked, Incoming, Said, Ticket};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::{InboxId, RoomId};
use crate::domain::operator::{Operator, Room, Surface};
use crate::store::{InboxRow, InboxState, StoreError};

/// A command has its final answer within 90 seconds; what is over after this leaves time to say so.
const LONGEST_COMMAND: Duration = Duration::from_secs(80);
/// The waits between tries to show an answer; the last one is repeated until the network is back.
const SHOW_AGAIN: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
    Duration::from_secs(30),
];
/// The waits between tries to write down that a command failed.
const SETTLE_AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A row whose work is done, and what is to be shown for it.
pub(super) struct Answered {
    row: InboxRow,
    room: Room,
    answer: Answer,
}

impl ControlRoom {
    /// Does what a row asks for. Its answer, unless it has been shown already.
    pub(super) async fn work_on(&self, id: InboxId) -> Option<Answered> {
        match self.try_work_on(id).await {
            Ok(answered) => answered,
            Err(error) => {
                left(id, &error);
                None
            }
        }
    }

    async fn try_work_on(&self, id: InboxId) -> anyhow::Result<Option<Answered>> {
        let Some((row, room)) = self.store().inbox_row_in_room(id).await? else {
            return Ok(None);
        };
        let answer = match (&row.state, &row.answer) {
            (InboxState::Shown, _) => return Ok(None),
            // An answer that this version cannot read is from another one, and long ago.
            (_, Some(answer)) => serde_json::from_value(answer.clone()).unwrap_or(Answer::Silent),
            (_, None) => {
                // Held for the work alone: a room that is slow to be shown something holds up no other.
                let _one_of_several = self.0.at_once.acquire().await?;
                let answer = self.answer(&row, &room).await?;
                metrics::histogram!("lumen_answer_seconds", "surface" => row.surface.name())
                    .record(waited(&row, self.0.house.clock.now()));
                answer
            }
        };
        Ok(Some(Answered { row, room, answer }))
    }

    /// Shows an answer, and notes that it was shown.
    pub(super) async fn deliver(&self, answered: Answered) {
        let id = answered.row.id;
        if let Err(error) = self.try_deliver(answered).await {
            left(id, &error);
        }
    }

    async fn try_deliver(&self, answered: Answered) -> anyhow::Result<()> {
        let Answered { row, room, answer } = answered;
        if self.frontend(row.surface).is_none() {
            // What was asked is done; the answer is shown once its chat is open again.
            return Ok(());
        }
        let asked = asked(&row);
        self.show_answer(&row, &room, &answer, &asked).await?;
        if let Some(frontend) = self.frontend(row.surface) {
            let goes_on = self.store().jobs_open(row.id).await? > 0;
            frontend.answered(&asked, &room.address, goes_on).await;
        }
        Ok(self.0.shown.note(self.store(), row.id).await?)
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
            now: self.0.house.now(),
            pressed,
            about: None,
            frontends: self.frontends(),
            ends_talk: false,
        }
    }

    /// Does what the row asks for and settles it, whatever happens on the way.
    async fn answer(&self, row: &InboxRow, room: &Room) -> anyhow::Result<Answer> {
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
        let work = AssertUnwindSafe(commands::handle(&ctx, &incoming)).catch_unwind();
        let error = match tokio::time::timeout(LONGEST_COMMAND, work).await {
            Ok(Ok(Ok(answer))) => return Ok(answer),
            Ok(Ok(Err(error))) => error,
            Ok(Err(panic)) => anyhow::anyhow!("a command broke off: {}", said_in(&panic)).into(),
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
                    // The person should know at least; the row itself is taken up at the next start.
                    tracing::error!(inbox = %id, error = %error, "an answer could not be kept");
                    return Ok(answer);
                }
            }
        }
    }

    async fn show_answer(
        &self,
        row: &InboxRow,
        room: &Room,
        answer: &Answer,
        asked: &Asked,
    ) -> anyhow::Result<()> {
        let last = SHOW_AGAIN[SHOW_AGAIN.len() - 1];
        let mut waits = SHOW_AGAIN.into_iter().chain(std::iter::repeat(last));
        loop {
            let shown = match answer {
                Answer::Silent | Answer::Writing { .. } => Ok(()),
                Answer::Line { view, replaces } => {
                    self.say(row, room, view, replaces.as_deref(), asked).await
                }
                Answer::Card {
                    draft,
                    fresh,
                    asked: pressed,
                } => {
                    let typed = pressed.is_none();
                    self.answer_with_card(room, *draft, *fresh, typed, pressed.as_deref(), asked)
                        .await
                }
            };
            let wait = match shown {
                Ok(()) => return Ok(()),
                Err(Undelivered::Closed(why)) => {
                    tracing::warn!(inbox = %row.id, why, "the answer has no room any more");
                    return Ok(());
                }
                Err(Undelivered::Busy(wait)) => wait,
                Err(Undelivered::Later(why)) => {
                    tracing::debug!(inbox = %row.id, why, "an answer is shown again later");
                    waits.next().unwrap_or(last)
                }
            };
            // Stopped in between, the answer is shown at the next start.
            let waited = self.0.stop.run_until_cancelled(tokio::time::sleep(wait));
            if waited.await.is_none() {
                anyhow::bail!("stopped before the answer could be shown");
            }
        }
    }

    /// Shows a line where the row is talked about. What changes a message, and what one person alone sees, stays where that
    /// person is.
    async fn say(
        &self,
        row: &InboxRow,
        room: &Room,
        view: &View,
        replaces: Option<&str>,
        asked: &Asked,
    ) -> Result<(), Undelivered> {
        let stays = replaces.is_some() || view.private;
        match self.elsewhere(row, room).await? {
            Some(thread) if !stays => self.show(&thread, view, None, None).await,
            _ => self.show(room, view, replaces, Some(asked)).await,
        }
    }
}

fn left(id: InboxId, error: &anyhow::Error) {
    tracing::error!(inbox = %id, error = format!("{error:#}"), "left for the next start");
}

/// What the row's front end knows it by.
fn asked(row: &InboxRow) -> Asked {
    Asked {
        external_id: row.external_id.clone(),
        ticket: row.body["ticket"]
            .as_str()
            .map(|ticket| Ticket(ticket.to_owned())),
        at: row.received_at,
    }
}

/// From the moment a row was written down until now, in seconds.
fn waited(row: &InboxRow, now: jiff::Timestamp) -> f64 {
    now.duration_since(row.received_at).as_secs_f64().max(0.0)
}

/// What a panic said.
fn said_in(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}
