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
use crate::chat::incoming::{Incoming, Said};
use crate::chat::words;
use crate::domain::ids::{InboxId, RoomId};
use crate::domain::operator::{Operator, Room};
use crate::store::{InboxRow, InboxState, StoreError};

/// A command has its final answer within 90 seconds; what is over after this leaves time to say so.
const LONGEST_COMMAND: Duration = Duration::from_secs(80);
/// The waits between tries to show an answer.
const SHOW_AGAIN: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
];
/// The waits between tries to write down that a command failed.
const SETTLE_AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

impl ControlRoom {
    pub(super) async fn work_on(&self, id: InboxId) {
        match self.try_work_on(id).await {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(inbox = %id, error = format!("{error:#}"), "left for the next start");
            }
        }
    }

    async fn try_work_on(&self, id: InboxId) -> anyhow::Result<()> {
        let Some(row) = self.store().inbox_row(id).await? else {
            return Ok(());
        };
        let Some(room) = self.store().room(row.room).await? else {
            return Ok(());
        };
        let answer = match (&row.state, &row.answer) {
            (InboxState::Shown, _) => return Ok(()),
            // An answer that this version cannot read is from another one, and long ago.
            (_, Some(answer)) => serde_json::from_value(answer.clone()).unwrap_or(Answer::Silent),
            (_, None) => self.answer(&row, &room).await?,
        };
        if self.frontend(row.surface).is_none() {
            // What was asked is done; the answer is shown once its chat is open again.
            return Ok(());
        }
        self.show_answer(&row, &room, &answer).await?;
        // A power cut right now shows it again: waiting for the disk after each answer would hold up the next.
        let mut tx = self.store().begin_lightly().await?;
        tx.mark_shown(id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// `/stop` holds at once, whatever the room is busy with; its line is answered in its turn.
    pub(super) async fn brake(&self, incoming: &Incoming, room: RoomId, id: InboxId) {
        let Said::Text { text } = &incoming.body else {
            return;
        };
        if !commands::stops(text) {
            return;
        }
        let braked = async {
            let Some(room) = self.store().room(room).await? else {
                return Ok(());
            };
            match self.who(incoming, &room).await? {
                Who::Operator(operator) => {
                    commands::brake(&self.ctx(room, operator, id, None)).await
                }
                Who::Stranger(_) => Ok(()),
            }
        };
        // Its turn comes all the same, and says what is wrong.
        if let Err(error) = braked.await {
            tracing::info!(inbox = %id, error = %error, "a stop has to wait for its turn");
        }
    }

    fn ctx(&self, room: Room, operator: Operator, inbox: InboxId, pressed: Option<String>) -> Ctx {
        Ctx {
            house: Arc::clone(&self.0.house),
            room,
            operator,
            inbox,
            now: self.0.house.now(),
            pressed,
            ends_talk: false,
        }
    }

    /// Does what the row asks for and settles it, whatever happens on the way.
    async fn answer(&self, row: &InboxRow, room: &Room) -> anyhow::Result<Answer> {
        let Ok(incoming) = serde_json::from_value::<Incoming>(row.body.clone()) else {
            return self.settle(row.id, None, Answer::Silent).await;
        };
        let operator = match self.who(&incoming, room).await? {
            Who::Operator(operator) => operator,
            Who::Stranger(answer) => return self.settle(row.id, None, answer).await,
        };
        let pressed = match &incoming.body {
            Said::Press { message, .. } => message.clone(),
            Said::Text { .. } => None,
        };
        let ctx = self.ctx(room.clone(), operator, row.id, pressed);
        let work = AssertUnwindSafe(commands::handle(&ctx, &incoming)).catch_unwind();
        let error = match tokio::time::timeout(LONGEST_COMMAND, work).await {
            Ok(Ok(Ok(answer))) => return Ok(answer),
            Ok(Ok(Err(error))) => error,
            Ok(Err(panic)) => anyhow::anyhow!("a command broke off: {}", said_in(&panic)).into(),
            Err(_) => ChatError::Later(words::errors::too_slow()),
        };
        if error.is_for_the_log() {
            tracing::error!(inbox = %row.id, error = format!("{error:#}"), "a command failed");
        }
        let answer = Answer::line(error.view(row.id, &ctx.now));
        // A question whose answer came too late for its draft is closed; one that was answered badly stays open.
        let closes = matches!(error, ChatError::Review(_)).then_some(&ctx);
        self.settle(row.id, closes, answer).await
    }

    /// Settles a row that changed nothing.
    async fn settle(
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
    ) -> anyhow::Result<()> {
        let mut waits = SHOW_AGAIN.into_iter();
        loop {
            let shown = match answer {
                Answer::Silent => Ok(()),
                Answer::Line { view, replaces } => self.show(room, view, replaces.as_deref()).await,
                Answer::Card {
                    draft,
                    fresh,
                    asked,
                } => {
                    let typed = asked.is_none();
                    self.answer_with_card(room, *draft, *fresh, typed, asked.as_deref())
                        .await
                }
            };
            match (shown, waits.next()) {
                (Ok(()), _) => return Ok(()),
                (Err(Undelivered::Closed(why)), _) => {
                    tracing::warn!(inbox = %row.id, why, "the answer has no room any more");
                    return Ok(());
                }
                (Err(Undelivered::Later(_)), Some(wait)) => tokio::time::sleep(wait).await,
                (Err(error), None) => return Err(error.into()),
            }
        }
    }
}

/// What a panic said.
fn said_in(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}
