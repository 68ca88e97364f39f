//! Long polling with an offset of our own: Telegram is told that an update arrived by asking for the ones after it, and
//! that is asked only when it is on the disk. After a crash the same updates come again; the inbox knows them.

use std::sync::Arc;
use std::time::Duration;

use teloxide::payloads::GetUpdates;
use teloxide::prelude::Requester as _;
use teloxide::requests::JsonRequest;
use teloxide::types::{AllowedUpdate, Update};

use super::calls::{CallError, POLL};
use super::lenient::{self, RawUpdates};
use super::state::{Connection, Waits};
use super::updates::Bot;
use super::{Telegram, intake};
use crate::chat::control_room::ControlRoom;

/// The most that Telegram is asked for at once. It would bring a hundred; half of them are answered while the next come.
const BATCH: u8 = 50;
/// How long slow rooms may keep Telegram from being asked for more.
const CATCH_UP: Duration = Duration::from_millis(50);
/// How long to wait after the store did not take a batch.
const STORE_AGAIN: Duration = Duration::from_secs(1);

/// What Lumen wants to hear of.
pub const KINDS: [AllowedUpdate; 3] = [
    AllowedUpdate::Message,
    AllowedUpdate::EditedMessage,
    AllowedUpdate::CallbackQuery,
];

/// Polls for as long as it is polled.
pub async fn run(telegram: &Arc<Telegram>, control: &ControlRoom, bot: &Bot) {
    let (mut offset, mut waits) = (None, Waits::default());
    loop {
        match ask(telegram, offset).await {
            Ok(values) => {
                waits = Waits::default();
                if telegram.state.set(Connection::Polling) {
                    tracing::info!("Telegram: @{} listens", bot.name);
                }
                offset = next(telegram, control, bot, &values).await.or(offset);
                control.caught_up(CATCH_UP).await;
            }
            Err(CallError::Webhook) => {
                telegram.trouble(&CallError::Webhook, &mut waits).await;
                take_back(telegram).await;
            }
            Err(error) => telegram.trouble(&error, &mut waits).await,
        }
    }
}

async fn ask(
    telegram: &Telegram,
    offset: Option<i32>,
) -> Result<Vec<serde_json::Value>, CallError> {
    let request = GetUpdates {
        offset,
        limit: Some(BATCH),
        timeout: Some(u32::try_from(POLL.as_secs()).unwrap_or(30)),
        allowed_updates: Some(KINDS.to_vec()),
    };
    let request = JsonRequest::new(telegram.calls.bot.clone(), RawUpdates(request));
    telegram.calls.poll(request).await
}

/// Takes a batch in. The offset after it; none where nothing may be confirmed yet.
async fn next(
    telegram: &Arc<Telegram>,
    control: &ControlRoom,
    bot: &Bot,
    values: &[serde_json::Value],
) -> Option<i32> {
    let updates: Vec<Update> = values.iter().filter_map(lenient::update).collect();
    let last = updates.iter().map(|update| update.id).max()?;
    match intake::take(telegram, control, bot, &updates).await {
        Ok(()) => Some(last.as_offset()),
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "updates could not be taken in; Telegram keeps them"
            );
            tokio::time::sleep(STORE_AGAIN).await;
            None
        }
    }
}

/// An address that the updates were brought to is taken away; what waits there comes by polling.
async fn take_back(telegram: &Telegram) {
    let request = telegram.calls.bot.delete_webhook();
    if let Err(error) = telegram.calls.call("deleteWebhook", request).await {
        tracing::warn!(error = %error, "the address that updates are brought to could not be taken away");
    }
}
