//! Discord as a control room.
//!
//! | file | what it does |
//! | --- | --- |
//! | `gateway` | the connection that events come through, and the budget of its sessions |
//! | `events` | an interaction or a message to `Incoming`: pure |
//! | `intake` | events come in, are on the disk, and are acknowledged within Discord's three seconds; forms, suggestions |
//! | `ticket`, `open` | how an interaction is answered, and which are being answered |
//! | `markdown`, `layout` | a [`View`] to messages: pure |
//! | `standing` | what stands in a channel, as the core remembers it |
//! | `show` | answers, messages sent, changed, replaced |
//! | `calls` | every call, with its limits and outcomes |
//! | `registration` | the catalogue to commands |
//! | `threads` | threads under messages |
//! | `places` | what the bot may do where |
//! | `state` | how the connection stands, in words |
//!
//! The SDK's types stop at this folder. To show a new kind of [`Block`](crate::chat::view::Block), add its arm in
//! [`crate::frontends::text`].

mod calls;
mod events;
mod gateway;
mod intake;
mod layout;
mod markdown;
mod open;
mod places;
mod registration;
mod show;
mod standing;
mod state;
mod threads;
mod ticket;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ChannelId, MessageId};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::calls::{CallError, Calls};
use self::state::{Connection, State};
use crate::chat::control_room::ControlRoom;
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::incoming::Asked;
use crate::chat::view::View;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Step;

/// Discord shows typing for ten seconds.
const TYPING_AGAIN: Duration = Duration::from_secs(8);
/// How many channels' last typing is remembered.
const TYPING_REMEMBERED: usize = 1_000;

/// What the front end needs to know.
pub struct Options {
    pub token: String,
    pub api_url: Url,
    /// Where commands are registered. None: everywhere the bot is.
    pub guild: Option<u64>,
}

/// The bot and its channels.
pub struct Discord {
    token: String,
    guild: Option<u64>,
    calls: Calls,
    state: State,
    open: open::Open,
    places: places::Places,
    typing: Mutex<HashMap<u64, Instant>>,
    /// Discord lets the bot read words that do not name it.
    reads: AtomicBool,
    /// Where it was said that it does not.
    told_unread: Mutex<HashSet<u64>>,
}

impl Discord {
    pub fn new(options: Options) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            calls: Calls::new(&options.token, options.api_url)?,
            token: options.token,
            guild: options.guild,
            state: State::default(),
            open: open::Open::default(),
            places: places::Places::default(),
            typing: Mutex::default(),
            reads: AtomicBool::new(false),
            told_unread: Mutex::default(),
        }))
    }

    /// Takes events in until `stop` is called.
    pub async fn run(self: Arc<Self>, control: ControlRoom, stop: CancellationToken) {
        let (heard, mut events) = mpsc::channel(gateway::QUEUE);
        let hearing = gateway::run(&self, &heard, &stop);
        let taking = stop.run_until_cancelled(intake::run(&self, &control, &mut events));
        tokio::join!(hearing, taking);
        self.calls.close();
    }

    /// One real call: who the bot is.
    pub async fn check(&self) -> Result<String, String> {
        match self.calls.get("me", Route::UserMe).await {
            Ok(me) => Ok(format!(
                "the bot is {}",
                me["username"].as_str().unwrap_or("nameless")
            )),
            Err(error) => Err(state::in_words(&error)),
        }
    }

    /// How the connection stands, for `/readyz`.
    pub fn connection(&self) -> String {
        self.state.get().to_string()
    }

    /// Shows that Lumen is at work there, not more often than Discord's own sign lasts.
    fn typing(&self, room: &RoomAddress) {
        let Ok(channel) = channel(room) else { return };
        // A first answer that says so stands there already.
        if self.open.waits_in(channel) || self.calls.busy(channel).is_some() {
            return;
        }
        {
            let mut typing = self.typing.lock();
            let now = Instant::now();
            let recent = |last: &Instant| now - *last < TYPING_AGAIN;
            if typing.get(&channel).is_some_and(recent) {
                return;
            }
            if typing.len() >= TYPING_REMEMBERED {
                typing.clear();
            }
            typing.insert(channel, now);
        }
        let calls = self.calls.clone();
        tokio::spawn(async move {
            let route = Route::ChannelTyping {
                channel_id: ChannelId::new(channel),
            };
            // A sign of life that is lost is no loss.
            let _ = calls
                .call("typing", Request::new(route, LightMethod::Post))
                .await;
        });
    }

    /// Whether the bot reads every word in this channel.
    fn reads_all(&self, channel: u64) -> bool {
        self.places.is_private(channel)
            || (self.reads.load(Ordering::Relaxed) && self.places.is_thread(channel))
    }

    /// The newest address of a picture that somebody sent.
    async fn address(&self, file: &str) -> Result<Url, CallError> {
        let unfit = || CallError::Refused("that is no picture of Discord's".to_owned());
        let ids: Vec<u64> = file
            .split('/')
            .filter_map(|id| id.parse().ok())
            .filter(|id| *id > 0)
            .collect();
        let &[channel, message, attachment] = ids.as_slice() else {
            return Err(unfit());
        };
        let route = Route::ChannelMessage {
            channel_id: ChannelId::new(channel),
            message_id: MessageId::new(message),
        };
        let message = self.calls.get("message", route).await?;
        let attachment = attachment.to_string();
        message["attachments"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["id"] == attachment.as_str())
            .and_then(|one| one["url"].as_str()?.parse().ok())
            .ok_or(CallError::Gone)
    }
}

/// The channel of a room.
fn channel(room: &RoomAddress) -> Result<u64, ShowError> {
    room.chat
        .parse()
        .ok()
        .filter(|id| *id > 0)
        .ok_or_else(|| ShowError::Closed(format!("{} is no channel", room.chat)))
}

#[async_trait]
impl Frontend for Discord {
    fn surface(&self) -> Surface {
        Surface::Discord
    }

    async fn show(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        self.show_view(room, view, replaces).await
    }

    async fn answer(
        &self,
        asked: &Asked,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        self.answer_view(asked, room, view, replaces).await
    }

    async fn answered(&self, asked: &Asked, room: &RoomAddress, goes_on: bool) {
        self.end(asked, room, goes_on).await;
    }

    fn busy(&self, room: &RoomAddress) -> Option<Duration> {
        self.calls.busy(channel(room).ok()?)
    }

    fn has_threads(&self, room: &RoomAddress) -> bool {
        channel(room).is_ok_and(|channel| !self.places.is_private(channel))
    }

    async fn open_thread(
        &self,
        room: &RoomAddress,
        message: &MessageRef,
        name: &str,
    ) -> Result<RoomAddress, ShowError> {
        self.thread_under(room, message, name).await
    }

    fn trouble(&self) -> Option<String> {
        if let Connection::Trouble(words) = self.state.get() {
            return Some(words);
        }
        let seconds = self.calls.patience()?.as_secs() + 1;
        Some(format!("it asks to wait {seconds} seconds."))
    }

    async fn picture(&self, file: &str, most: u64) -> Result<Vec<u8>, ShowError> {
        let fetched = async {
            let address = self.address(file).await?;
            self.calls.file(&address, most).await
        };
        fetched.await.map_err(|error| match error {
            CallError::Refused(why) | CallError::Closed(why) => ShowError::Closed(why),
            CallError::Gone => ShowError::Closed("Discord has it no longer".to_owned()),
            other => ShowError::Later(state::in_words(&other)),
        })
    }

    fn progress(&self, room: &RoomAddress, _: &Step) {
        self.typing(room);
    }
}
