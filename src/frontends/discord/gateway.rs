//! The connection that events come through. The SDK keeps it up: heartbeats, resuming, identifying anew. Lumen looks that
//! this stays within what Discord allows: past a thousand sessions a day it takes the token away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serenity::Client;
use serenity::client::{ClientBuilder, Context, EventHandler, RawEventHandler};
use serenity::gateway::{ConnectionStage, ShardStageUpdateEvent};
use serenity::http::{HttpBuilder, Route};
use serenity::model::application::Interaction;
use serenity::model::channel::Message;
use serenity::model::event::Event;
use serenity::model::gateway::{GatewayIntents, Ready};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::calls::CallError;
use super::registration;
use super::state::{Bot, Connection, Waits};
use super::{Discord, events, state};

/// So much of what was heard waits to be taken in.
pub const QUEUE: usize = 2_000;
/// So many sessions are kept back for the rest of the day.
const KEPT_BACK: u64 = 20;
/// After so many sessions begun without one that held, Lumen waits before it begins another.
const MOST_IN_A_ROW: u32 = 4;
/// A session that lived this long held.
const HOLDS: Duration = Duration::from_mins(2);
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
const FIRST_CALL_LIMIT: Duration = Duration::from_secs(30);

/// Something that may be for Lumen.
pub enum Heard {
    Interaction(Box<Interaction>),
    Message(Box<Message>),
}

impl Heard {
    /// Grows with the time at which it happened.
    pub fn id(&self) -> u64 {
        match self {
            Self::Interaction(interaction) => interaction.id().get(),
            Self::Message(message) => message.id.get(),
        }
    }
}

/// Hears until `stop`.
pub async fn run(discord: &Arc<Discord>, heard: &mpsc::Sender<Heard>, stop: &CancellationToken) {
    let mut waits = Waits::default();
    while !stop.is_cancelled() {
        let ended = match budget(discord).await {
            Ok(()) => session(discord, heard, stop).await,
            Err(trouble) => Err(trouble),
        };
        let (words, wait) = match ended {
            Ok(()) if stop.is_cancelled() => return,
            Ok(()) => {
                waits = Waits::default();
                ("the connection broke off.".to_owned(), waits.longer())
            }
            Err(Trouble { words, wait }) => (words, wait.unwrap_or_else(|| waits.longer())),
        };
        if discord.state.set(Connection::Trouble(words.clone())) {
            tracing::warn!("Discord: {words}");
        }
        stop.run_until_cancelled(tokio::time::sleep(wait)).await;
    }
}

/// Why there is no session.
struct Trouble {
    words: String,
    /// None: a little longer than the last time.
    wait: Option<Duration>,
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self {
            words: state::in_words(&error),
            wait: None,
        }
    }
}

/// Whether another session may be begun today.
async fn budget(discord: &Discord) -> Result<(), Trouble> {
    let asked = discord.calls.get("gateway", Route::GatewayBot).await?;
    let limit = &asked["session_start_limit"];
    let left = limit["remaining"].as_u64().unwrap_or(u64::MAX);
    if left > KEPT_BACK {
        return Ok(());
    }
    let wait = Duration::from_millis(limit["reset_after"].as_u64().unwrap_or(60_000));
    Err(Trouble {
        words: format!(
            "its sessions of the day are nearly used up ({left} left). Lumen connects again in {} minutes.",
            wait.as_secs() / 60 + 1
        ),
        wait: Some(wait),
    })
}

/// Whether the bot may ask for words that do not name it: what is asked for without that ends the session.
async fn may_read(discord: &Discord) -> bool {
    /// `GATEWAY_MESSAGE_CONTENT` and `GATEWAY_MESSAGE_CONTENT_LIMITED`.
    const MESSAGE_CONTENT: u64 = (1 << 18) | (1 << 19);
    let about = discord
        .calls
        .get("application", Route::Oauth2ApplicationCurrent);
    // Not known is no: all but the words in threads works without.
    let flags = about.await.ok().and_then(|about| about["flags"].as_u64());
    flags.is_some_and(|flags| flags & MESSAGE_CONTENT != 0)
}

/// One life of the SDK's client: several sessions, as long as they hold.
async fn session(
    discord: &Arc<Discord>,
    heard: &mpsc::Sender<Heard>,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let ears = Ears(Arc::new(Inner {
        discord: Arc::clone(discord),
        heard: heard.clone(),
        begun: AtomicU32::new(0),
        too_many: Notify::new(),
    }));
    let http = HttpBuilder::new(&discord.token)
        .client(discord.calls.client())
        .proxy(discord.calls.api_url().as_str())
        // For two calls of the SDK's own; Lumen's go through `calls`, which keeps to the limits.
        .ratelimiter_disabled(true)
        .build();
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    let reads = may_read(discord).await;
    discord.reads.store(reads, Ordering::Relaxed);
    if reads {
        intents |= GatewayIntents::MESSAGE_CONTENT;
    }
    let built = ClientBuilder::new_with_http(http, intents)
        .event_handler(ears.clone())
        .raw_event_handler(ears.clone());
    let mut client = tokio::time::timeout(FIRST_CALL_LIMIT, built)
        .await
        .map_err(|_| CallError::Unclear("it did not answer in time".to_owned()))?
        .map_err(|_| CallError::Unclear("the connection cannot be opened".to_owned()))?;
    discord.state.set(Connection::Connecting);
    let shards = Arc::clone(&client.shard_manager);
    let ended = tokio::select! {
        ended = start(&mut client) => ended,
        () = ears.0.too_many.notified() => Err(Trouble {
            words: "it ends every session at once. Does another Lumen run with the same token?".to_owned(),
            wait: None,
        }),
        () = stop.cancelled() => Ok(()),
    };
    // A connection that hangs is not waited for.
    let _ = tokio::time::timeout(CLOSE_LIMIT, shards.shutdown_all()).await;
    ended
}

async fn start(client: &mut Client) -> Result<(), Trouble> {
    use serenity::Error;
    use serenity::gateway::GatewayError;
    let ended = client.start().await;
    let words = match ended {
        Ok(()) => return Ok(()),
        Err(Error::Gateway(GatewayError::InvalidAuthentication)) => {
            return Err(CallError::Token.into());
        }
        Err(Error::Gateway(
            GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents,
        )) => "it does not let the bot hear messages.".to_owned(),
        Err(_) => "the connection broke off.".to_owned(),
    };
    Err(Trouble { words, wait: None })
}

/// What the SDK tells.
#[derive(Clone)]
struct Ears(Arc<Inner>);

struct Inner {
    discord: Arc<Discord>,
    heard: mpsc::Sender<Heard>,
    /// Sessions begun since one held.
    begun: AtomicU32,
    too_many: Notify,
}

impl Inner {
    fn begins(&self) {
        metrics::counter!("lumen_discord_identifies_total").increment(1);
        if self.begun.fetch_add(1, Ordering::SeqCst) >= MOST_IN_A_ROW {
            self.too_many.notify_one();
        }
    }
}

#[async_trait]
impl EventHandler for Ears {
    async fn ready(&self, _: Context, ready: Ready) {
        let bot = Bot {
            id: ready.user.id.get(),
            application: ready.application.id.get(),
        };
        let discord = &self.0.discord;
        discord.state.introduce(bot);
        if discord.state.set(Connection::Open) {
            tracing::info!("Discord: {} listens", ready.user.name);
        }
        let begun = self.0.begun.load(Ordering::SeqCst);
        register(discord, bot).await;
        tokio::time::sleep(HOLDS).await;
        // It held, unless another was begun since.
        let _ = self
            .0
            .begun
            .compare_exchange(begun, 0, Ordering::SeqCst, Ordering::SeqCst);
    }

    async fn shard_stage_update(&self, _: Context, update: ShardStageUpdateEvent) {
        match update.new {
            ConnectionStage::Identifying => self.0.begins(),
            ConnectionStage::Connected => {
                self.0.discord.state.set(Connection::Open);
            }
            _ => {
                self.0.discord.state.set(Connection::Connecting);
            }
        }
    }
}

#[async_trait]
impl RawEventHandler for Ears {
    async fn raw_event(&self, _: Context, event: Event) {
        let heard = match event {
            Event::InteractionCreate(event) => Heard::Interaction(Box::new(event.interaction)),
            Event::MessageCreate(event) => Heard::Message(Box::new(event.message)),
            _ => return,
        };
        offer(&self.0.heard, heard, self.0.discord.state.bot());
    }
}

/// Puts something into the queue. Once it is half full, what is not for the bot by its looks is left out, which may be all
/// the talk of a server; the other half is kept for people who ask something.
fn offer(queue: &mpsc::Sender<Heard>, heard: Heard, bot: Option<Bot>) {
    let half = queue.max_capacity() / 2;
    let wanted = match &heard {
        Heard::Interaction(_) => true,
        Heard::Message(message) => bot.is_some_and(|bot| events::is_addressed(message, bot)),
    };
    let taken = (wanted || queue.capacity() > half).then(|| queue.try_send(heard));
    match taken {
        // Nobody listens any more only when Lumen stops.
        Some(Ok(()) | Err(TrySendError::Closed(_))) => {}
        Some(Err(TrySendError::Full(_))) => {
            metrics::counter!("lumen_discord_left_out_total", "kind" => "asked").increment(1);
            tracing::error!("Discord brings more than can be taken in; something was left out");
        }
        None => {
            metrics::counter!("lumen_discord_left_out_total", "kind" => "talk").increment(1);
        }
    }
}

/// Commands are registered where they are not so already; where that fails, the ones that stand go on working.
async fn register(discord: &Discord, bot: Bot) {
    match registration::keep(&discord.calls, bot.application, discord.guild).await {
        Ok(true) => tracing::info!("Discord: the commands are registered"),
        Ok(false) => {}
        Err(error) => tracing::warn!(
            "Discord: the commands could not be registered: {}",
            state::in_words(&error)
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const BOT: Bot = Bot {
        id: 42,
        application: 43,
    };

    fn message(change: &Value) -> Heard {
        let user = |id: &str| json!({"id": id, "username": "mira", "discriminator": "0", "avatar": null, "global_name": null});
        let mut message = json!({
            "id": "5", "channel_id": "9", "author": user("7"), "content": "", "timestamp": "2026-11-22T09:14:00Z",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": false, "type": 0,
        });
        let all = message.as_object_mut().unwrap();
        all.extend(change.as_object().unwrap().clone());
        Heard::Message(Box::new(serde_json::from_value(message).unwrap()))
    }

    #[test]
    fn the_talk_of_a_server_leaves_room_for_who_asks_something() {
        let talk = || message(&json!({"guild_id": "8", "content": "lunch?"}));
        let asked = || message(&json!({"content": "/queue"}));
        let (queue, mut heard) = mpsc::channel(10);
        for _ in 0..100 {
            offer(&queue, talk(), Some(BOT));
        }
        assert_eq!(queue.capacity(), 5);
        for _ in 0..100 {
            offer(&queue, asked(), Some(BOT));
        }
        assert_eq!(queue.capacity(), 0);
        heard.try_recv().unwrap();
        offer(&queue, talk(), Some(BOT));
        assert_eq!(queue.capacity(), 1);
        drop(heard);
        offer(&queue, asked(), Some(BOT));
    }
}
