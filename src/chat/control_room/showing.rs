//! Shows the answers of rows, and notes that they were shown.

use std::time::Duration;

use super::cards::CardShown;
use super::work::{Answered, BrokeOff, caught, left};
use super::{ControlRoom, Undelivered};
use crate::chat::answer::Answer;
use crate::chat::incoming::{Asked, Ticket};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::operator::Room;
use crate::store::InboxRow;

/// The waits between tries to show an answer; the last one is repeated until the network is back.
const SHOW_AGAIN: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
    Duration::from_secs(30),
];

impl ControlRoom {
    /// Shows an answer, and notes that it was shown.
    pub(super) async fn deliver(&self, answered: Answered) {
        let Answered {
            row,
            room,
            answer,
            held,
        } = answered;
        let shown = match caught(self.try_deliver(&row, &room, &answer)).await {
            Err(error) if error.is::<BrokeOff>() => {
                tracing::error!(inbox = %row.id, error = format!("{error:#}"), "an answer could not be shown");
                // What cannot be shown today cannot be shown in a minute.
                let line = Answer::line(words::errors::failed(&words::errors::unshown(), None));
                match caught(self.try_deliver(&row, &room, &line)).await {
                    Err(error) if error.is::<BrokeOff>() => {
                        let noted = self.0.shown.note(self.store(), row.id).await;
                        noted.map_err(Into::into)
                    }
                    shown => shown,
                }
            }
            shown => shown,
        };
        if let Err(error) = shown {
            left(row.id, &error);
        }
        drop(held);
    }

    async fn try_deliver(
        &self,
        row: &InboxRow,
        room: &Room,
        answer: &Answer,
    ) -> anyhow::Result<()> {
        if self.frontend(row.surface).is_none() {
            // What was asked is done; the answer is shown once its chat is open again.
            return Ok(());
        }
        let asked = asked(row);
        self.show_answer(row, room, answer, &asked).await?;
        if let Some(frontend) = self.frontend(row.surface) {
            let goes_on = self.store().jobs_open(row.id).await? > 0;
            frontend.answered(&asked, &room.address, goes_on).await;
        }
        self.say_what_comes_first(row, room, &asked).await?;
        Ok(self.0.shown.note(self.store(), row.id).await?)
    }

    /// Tells who asked for work that waits in line how many others come first.
    async fn say_what_comes_first(
        &self,
        row: &InboxRow,
        room: &Room,
        asked: &Asked,
    ) -> anyhow::Result<()> {
        let line = self.store().line_before(row.id, self.now()).await?;
        let Some((kind, before)) = line else {
            return Ok(());
        };
        if usize::try_from(before).is_ok_and(|before| before >= kind.slots()) {
            let view = View::text(words::house::comes_first(before));
            if let Err(error) = self.say(row, room, &view, None, asked).await {
                tracing::debug!(inbox = %row.id, %error, "what comes first was not said");
            }
        }
        Ok(())
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
                Answer::KeptText { view, .. } => self.say(row, room, view, None, asked).await,
                Answer::Card {
                    draft,
                    fresh,
                    asked: pressed,
                    line,
                } => {
                    let shown = CardShown {
                        draft: *draft,
                        fresh: *fresh,
                        pressed: pressed.as_deref(),
                        line: line.as_deref(),
                    };
                    self.answer_with_card(room, &shown, asked).await
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
