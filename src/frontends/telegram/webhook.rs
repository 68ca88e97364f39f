//! Updates that Telegram brings, for those behind a proxy. Each is on the disk before Telegram gets its 200; with any
//! other answer it comes again. One connection at a time keeps their order.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use teloxide::payloads::SetWebhookSetters as _;
use teloxide::prelude::Requester as _;

use super::poll::KINDS;
use super::state::{Connection, Waits};
use super::updates::Bot;
use super::{Telegram, Webhook, intake, lenient};
use crate::chat::control_room::ControlRoom;
use crate::domain::content::hex;

/// An update is a few kilobytes.
const LARGEST: usize = 1 << 20;
/// The header in which Telegram shows that it is Telegram.
const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

struct Door {
    telegram: Arc<Telegram>,
    control: ControlRoom,
    bot: Bot,
    /// Of the secret that Telegram was told at this start.
    digest: [u8; 32],
}

/// Serves for as long as it is polled.
pub async fn serve(telegram: &Arc<Telegram>, control: &ControlRoom, bot: &Bot, webhook: &Webhook) {
    let mut waits = Waits::default();
    let secret = secret();
    let listener = loop {
        match tokio::net::TcpListener::bind(webhook.address).await {
            Ok(listener) => break listener,
            Err(error) => {
                let words = format!(
                    "TELEGRAM_WEBHOOK_ADDR {} cannot be opened: {error}.",
                    webhook.address
                );
                if telegram.state.set(Connection::Trouble(words.clone())) {
                    tracing::error!("Telegram: {words}");
                }
                tokio::time::sleep(waits.longer()).await;
            }
        }
    };
    let door = Arc::new(Door {
        telegram: Arc::clone(telegram),
        control: control.clone(),
        bot: bot.clone(),
        digest: Sha256::digest(secret.as_bytes()).into(),
    });
    let router = Router::new()
        .route(webhook.url.path(), post(knock))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(door);
    let told = tell(telegram, bot, webhook, &secret);
    let served = async {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the port for Telegram is closed");
        }
    };
    tokio::join!(told, served);
}

/// Tells Telegram where to bring updates, until it has heard.
async fn tell(telegram: &Telegram, bot: &Bot, webhook: &Webhook, secret: &str) {
    let mut waits = Waits::default();
    loop {
        let request = telegram
            .calls
            .bot
            .set_webhook(webhook.url.clone())
            .secret_token(secret)
            .max_connections(1)
            .allowed_updates(KINDS);
        match telegram.calls.call("setWebhook", request).await {
            Ok(_) => {
                telegram.state.set(Connection::Webhook);
                tracing::info!("Telegram: @{} is brought its updates", bot.name);
                return;
            }
            Err(error) => telegram.trouble(&error, &mut waits).await,
        }
    }
}

/// New at every start, so that nobody has to keep it.
fn secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

async fn knock(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let shown = headers
        .get(SECRET)
        .map(|shown| Sha256::digest(shown.as_bytes()));
    // Compared by their hashes, so that the time it takes says nothing about the secret.
    if shown.is_none_or(|shown| <[u8; 32]>::from(shown) != door.digest) {
        return StatusCode::UNAUTHORIZED;
    }
    let update = serde_json::from_slice(&body)
        .ok()
        .and_then(|value: serde_json::Value| lenient::update(&value));
    let Some(update) = update else {
        // It would come again and again.
        tracing::warn!("Telegram brought something that is no update");
        return StatusCode::OK;
    };
    let taken = intake::take(
        &door.telegram,
        &door.control,
        &door.bot,
        std::slice::from_ref(&update),
    );
    match taken.await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "an update could not be taken in; Telegram brings it again"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
