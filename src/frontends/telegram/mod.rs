//! Telegram as a control room.
//!
//! | file | what it does |
//! | --- | --- |
//! | `updates`, `lenient` | Telegram's update to `Incoming`: pure |
//! | `html`, `layout` | a [`View`] to messages: pure |
//! | `standing` | what stands in a chat, as the core remembers it |
//! | `show` | messages sent, changed, replaced |
//! | `queue`, `pace` | a queue for each chat, at Telegram's pace |
//! | `calls` | every call, with its limits and outcomes |
//! | `intake`, `poll`, `webhook` | updates come in, and are on the disk before Telegram is told |
//! | `presses` | what is said at once |
//! | `menu` | the catalogue to the bot's menu |
//! | `state` | how the connection stands, in words |
//!
//! The SDK's types stop at this folder. To show a new kind of [`Block`](crate::chat::view::Block), add its arm in
//! [`crate::frontends::text`].

mod calls;
mod html;
mod intake;
mod layout;
mod lenient;
mod menu;
mod pace;
mod poll;
mod presses;
mod queue;
mod show;
mod standing;
mod state;
mod updates;
mod webhook;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use teloxide::payloads::SendChatActionSetters as _;
use teloxide::prelude::Requester as _;
use teloxide::types::{ChatAction, ChatId, MessageId, ThreadId};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::calls::{CallError, Calls};
pub use self::pace::Limits;
use self::queue::Queue;
use self::state::{Connection, State};
use self::updates::Bot;
use crate::chat::control_room::ControlRoom;
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::view::View;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Step;

/// Telegram shows typing for five seconds.
const TYPING_AGAIN: Duration = Duration::from_secs(4);
/// How many chats' last typing is remembered.
const TYPING_REMEMBERED: usize = 1_000;

/// What the front end needs to know.
pub struct Options {
    pub token: String,
    pub api_url: Url,
    /// None: Lumen asks for updates itself.
    pub webhook: Option<Webhook>,
    pub limits: Limits,
}

/// Telegram brings the updates.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub url: Url,
    pub address: SocketAddr,
}

/// The bot and its chats.
pub struct Telegram {
    calls: Calls,
    queue: Queue,
    webhook: Option<Webhook>,
    state: State,
    /// Chats that have another id now, until the core knows.
    moved: Mutex<HashMap<i64, i64>>,
    shown: show::Shown,
    typing: Mutex<HashMap<RoomAddress, Instant>>,
    /// Somebody may have come in or got another role.
    people_changed: Notify,
    /// Set when it runs: where a chat that moved is told.
    control: Mutex<Option<ControlRoom>>,
}

impl Telegram {
    pub fn new(options: Options) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            calls: Calls::new(&options.token, options.api_url)?,
            queue: Queue::new(options.limits),
            webhook: options.webhook,
            state: State::default(),
            moved: Mutex::default(),
            shown: show::Shown::default(),
            typing: Mutex::default(),
            people_changed: Notify::new(),
            control: Mutex::default(),
        }))
    }

    /// Takes updates in until `stop` is called.
    pub async fn run(self: Arc<Self>, control: ControlRoom, stop: CancellationToken) {
        *self.control.lock() = Some(control.clone());
        let running = async {
            let bot = self.introduced().await;
            let menu = menu::keep_up(&self, &control);
            match &self.webhook {
                Some(webhook) => {
                    tokio::join!(webhook::serve(&self, &control, &bot, webhook), menu);
                }
                None => {
                    tokio::join!(poll::run(&self, &control, &bot), menu);
                }
            }
        };
        stop.run_until_cancelled(running).await;
        self.queue.close();
    }

    /// One real call: who the bot is.
    pub async fn check(&self) -> Result<String, String> {
        match self.calls.me().await {
            Ok(me) => Ok(format!("the bot is @{}", me.username())),
            Err(error) => Err(state::in_words(&error)),
        }
    }

    /// How the connection stands, for `/readyz`.
    pub fn connection(&self) -> String {
        self.state.get().to_string()
    }

    /// Asks who the bot is, until Telegram says it.
    async fn introduced(&self) -> Bot {
        let mut waits = state::Waits::default();
        loop {
            match self.calls.me().await {
                Ok(me) => {
                    let bot = Bot {
                        id: me.id.0,
                        name: me.username().to_lowercase(),
                        reads_groups: me.can_read_all_group_messages,
                    };
                    self.state.introduce(&bot);
                    return bot;
                }
                Err(error) => self.trouble(&error, &mut waits).await,
            }
        }
    }

    /// Says once what is wrong, and waits a little longer each time.
    async fn trouble(&self, error: &CallError, waits: &mut state::Waits) {
        let words = state::in_words(error);
        if self.state.set(Connection::Trouble(words.clone())) {
            tracing::warn!("Telegram: {words}");
        }
        let wait = match error {
            CallError::Flood(wait) => *wait,
            _ => waits.longer(),
        };
        tokio::time::sleep(wait).await;
    }

    /// The chat of a room, under its newest id.
    fn chat(&self, room: &RoomAddress) -> Result<i64, ShowError> {
        let id: i64 = room
            .chat
            .parse()
            .map_err(|_| ShowError::Closed(format!("{} is no chat", room.chat)))?;
        let moved = self.moved.lock();
        Ok(moved.get(&id).copied().unwrap_or(id))
    }

    /// A chat has another id now.
    async fn follow(&self, from: i64, to: i64) {
        tracing::info!(
            telegram.chat = from,
            telegram.to = to,
            "a group became a supergroup"
        );
        self.moved.lock().insert(from, to);
        let control = self.control.lock().clone();
        if let Some(control) = control {
            let (from, to) = (from.to_string(), to.to_string());
            if let Err(error) = control.moved(Surface::Telegram, &from, &to).await {
                tracing::error!(
                    error = format!("{error:#}"),
                    "that a chat moved could not be kept"
                );
            }
        }
    }

    /// Shows that Lumen is at work there, not more often than Telegram's own sign lasts.
    fn typing(&self, room: &RoomAddress) {
        let Ok(chat) = self.chat(room) else { return };
        {
            let mut typing = self.typing.lock();
            let now = Instant::now();
            if typing
                .get(room)
                .is_some_and(|last| now - *last < TYPING_AGAIN)
            {
                return;
            }
            if typing.len() >= TYPING_REMEMBERED {
                typing.clear();
            }
            typing.insert(room.clone(), now);
        }
        if self.queue.busy(chat).is_some() {
            return;
        }
        let (calls, queue, thread) = (self.calls.clone(), self.queue.clone(), thread(room));
        tokio::spawn(async move {
            let mut request = calls.bot.send_chat_action(ChatId(chat), ChatAction::Typing);
            if let Some(thread) = thread {
                request = request.message_thread_id(thread);
            }
            // A sign of life that is lost is no loss.
            if let Err(CallError::Flood(wait)) = calls.call("sendChatAction", request).await {
                queue.asked_to_wait(chat, wait);
            }
        });
    }
}

fn thread(room: &RoomAddress) -> Option<ThreadId> {
    let id = room.thread.as_deref()?.parse().ok()?;
    Some(ThreadId(MessageId(id)))
}

#[async_trait]
impl Frontend for Telegram {
    fn surface(&self) -> Surface {
        Surface::Telegram
    }

    async fn show(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        self.show_view(room, view, replaces).await
    }

    fn busy(&self, room: &RoomAddress) -> Option<Duration> {
        self.queue.busy(self.chat(room).ok()?)
    }

    fn trouble(&self) -> Option<String> {
        match self.state.get() {
            Connection::Trouble(words) => Some(words),
            _ => None,
        }
    }

    fn start_link(&self, word: &str) -> Option<String> {
        let bot = self.state.bot()?;
        Some(format!("https://t.me/{}?start={word}", bot.name))
    }

    async fn picture(&self, file: &str, most: u64) -> Result<Vec<u8>, ShowError> {
        self.calls
            .file(file, most)
            .await
            .map_err(|error| match error {
                CallError::Refused(why) => ShowError::Closed(why),
                CallError::Gone | CallError::Closed(_) => {
                    ShowError::Closed("Telegram has it no longer".to_owned())
                }
                other => ShowError::Later(state::in_words(&other)),
            })
    }

    fn progress(&self, room: &RoomAddress, _: &Step) {
        self.typing(room);
    }
}
