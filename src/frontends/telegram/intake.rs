//! From updates to the inbox: everything that is for Lumen is on the disk when this returns.

use std::sync::Arc;

use teloxide::payloads::AnswerCallbackQuerySetters as _;
use teloxide::prelude::Requester as _;
use teloxide::types::{CallbackQueryId, Update};

use super::updates::{Bot, Heard, hear};
use super::{Telegram, presses};
use crate::chat::control_room::ControlRoom;
use crate::chat::incoming::Incoming;

/// Takes a batch in, in its order.
///
/// # Errors
/// When it could not be kept: none of it was, and Telegram is to bring it again.
pub async fn take(
    telegram: &Arc<Telegram>,
    control: &ControlRoom,
    bot: &Bot,
    updates: &[Update],
) -> anyhow::Result<()> {
    let (mut taken, mut pressed) = (Vec::new(), Vec::new());
    for update in updates {
        match hear(update, bot) {
            Heard::Nothing => {}
            Heard::Stray(id) => pressed.push((None, id)),
            Heard::Moved { from, to } => follow(telegram, &from, &to).await,
            Heard::Said(incoming) => {
                if control.admits(&incoming).await {
                    taken.push(incoming);
                }
            }
            Heard::Chatter(incoming) => {
                if is_an_answer(control, &incoming, &taken).await {
                    taken.push(incoming);
                }
            }
            Heard::Pressed(incoming, id) => {
                if control.admits(&incoming).await {
                    pressed.push((Some(incoming.clone()), id));
                    taken.push(incoming);
                } else {
                    // A stranger's press does nothing, but their screen must not wait for it.
                    pressed.push((None, id));
                }
            }
        }
    }
    if !taken.is_empty() {
        control.take_all(&taken).await?;
    }
    for (incoming, id) in pressed {
        answer(telegram, incoming, id);
    }
    if taken.iter().any(presses::changes_people) {
        telegram.people_changed.notify_one();
    }
    for incoming in taken
        .iter()
        .filter(|incoming| presses::takes_long(incoming))
    {
        telegram.typing(&incoming.room);
    }
    Ok(())
}

/// Words in a group answer a question of Lumen's, or one that what came with them may bring up.
async fn is_an_answer(control: &ControlRoom, incoming: &Incoming, before: &[Incoming]) -> bool {
    let just_spoke = before
        .iter()
        .any(|earlier| earlier.room == incoming.room && earlier.sender == incoming.sender);
    (just_spoke || control.asks(&incoming.room, &incoming.sender).await)
        && control.admits(incoming).await
}

async fn follow(telegram: &Telegram, from: &str, to: &str) {
    if let (Ok(from), Ok(to)) = (from.parse(), to.parse()) {
        telegram.follow(from, to).await;
    }
}

/// Answers a press at once with what is going on; the work has its own answer.
fn answer(telegram: &Arc<Telegram>, incoming: Option<Incoming>, id: CallbackQueryId) {
    let telegram = Arc::clone(telegram);
    tokio::spawn(async move {
        let doing = incoming.as_ref().and_then(presses::doing);
        let chat = incoming
            .as_ref()
            .and_then(|incoming| telegram.chat(&incoming.room).ok())
            .unwrap_or_default();
        let call = || async {
            let mut request = telegram.calls.bot.answer_callback_query(id.clone());
            if let Some(doing) = &doing {
                request = request.text(doing);
            }
            telegram
                .calls
                .call("answerCallbackQuery", request)
                .await
                .map(|_| ())
        };
        if let Err(error) = telegram.queue.press(chat, call).await {
            tracing::debug!(error = %error, "a press was not answered");
        }
    });
}
