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
/// The highest id that Telegram can be told to go on after.
const LAST_ID: u32 = i32::MAX.unsigned_abs() - 1;
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
                if telegram.state.set(Connection::Polling) {
                    tracing::info!("Telegram: @{} listens", bot.name);
                }
                match next(telegram, control, bot, &values).await {
                    Next::After(id) => offset = Some(id),
                    // The same ones come at once.
                    Next::Again => {
                        tokio::time::sleep(waits.longer()).await;
                        continue;
                    }
                    Next::Nothing => {}
                }
                waits = Waits::default();
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

/// What is asked for after a batch.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The updates from this offset on.
    After(i32),
    /// The batch once more, after a while: nothing of it can be confirmed.
    Again,
    Nothing,
}

/// Takes a batch in.
async fn next(
    telegram: &Arc<Telegram>,
    control: &ControlRoom,
    bot: &Bot,
    values: &[serde_json::Value],
) -> Next {
    let (updates, after) = read(values);
    let Next::After(_) = after else {
        if after == Next::Again {
            tracing::warn!(
                updates = values.len(),
                "Telegram brings updates without an id"
            );
        }
        return after;
    };
    match intake::take(telegram, control, bot, &updates).await {
        Ok(()) => after,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "updates could not be taken in; Telegram keeps them"
            );
            tokio::time::sleep(STORE_AGAIN).await;
            Next::Nothing
        }
    }
}

/// The updates of a batch that have an id, and what is asked for once they are taken in.
fn read(values: &[serde_json::Value]) -> (Vec<Update>, Next) {
    let updates: Vec<Update> = values
        .iter()
        .filter_map(lenient::update)
        .filter(|update| update.id.0 <= LAST_ID)
        .collect();
    let next = match updates.iter().map(|update| update.id).max() {
        Some(last) => Next::After(last.as_offset()),
        None if values.is_empty() => Next::Nothing,
        None => Next::Again,
    };
    (updates, next)
}

/// An address that the updates were brought to is taken away; what waits there comes by polling.
async fn take_back(telegram: &Telegram) {
    let request = telegram.calls.bot.delete_webhook();
    if let Err(error) = telegram.calls.call("deleteWebhook", request).await {
        tracing::warn!(error = %error, "the address that updates are brought to could not be taken away");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_batch_of_which_nothing_can_be_confirmed_is_not_asked_for_at_once() {
        let after = |values: &[serde_json::Value]| read(values).1;
        assert_eq!(after(&[]), Next::Nothing);
        for odd in [
            json!({}),
            json!({"update_id": "7"}),
            json!({"update_id": -1}),
            json!({"update_id": null}),
            json!({"update_id": 4_294_967_295_u32}),
            json!({"update_id": 1_u64 << 40}),
            json!(7),
        ] {
            assert_eq!(after(std::slice::from_ref(&odd)), Next::Again, "{odd}");
            // One that has an id takes the others along.
            let batch = [json!({"update_id": 8}), odd, json!({"update_id": 7})];
            let (updates, next) = read(&batch);
            assert_eq!((updates.len(), next), (2, Next::After(9)));
        }
        let last = [json!({"update_id": LAST_ID})];
        assert_eq!(after(&last), Next::After(i32::MAX));
    }
}
