//! A Bot API that behaves: chats with people in them, updates that wait until they are confirmed, every call held
//! against the official description and the hard limits, and trouble on demand.
//!
//! | file | what it does |
//! | --- | --- |
//! | `spec`, `form`, `html` | what a call is made of, and whether it is right |
//! | `flood` | Telegram's patience |
//! | `methods` | what each method does |
//! | `people` | what people do, and what they see |
//! | `server` | the HTTP side |

mod flood;
pub mod form;
mod html;
mod methods;
mod people;
mod server;
mod spec;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::Notify;

/// A token as Telegram gives them. Nobody's.
pub const TOKEN: &str = "4200000001:AAfake-token_for-tests-0123456789abc";
/// The bot's own id.
pub const BOT: u64 = 4_200_000_001;
pub const BOT_NAME: &str = "lumen_test_bot";

/// Trouble that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 with so many seconds to wait.
    Flood(u64),
    /// A refusal with its code and description.
    Refuse(u16, &'static str),
    /// The call is done, and its answer is lost.
    LostAnswer,
    /// The connection breaks before anything is done.
    Broken,
    /// The group became this supergroup.
    Migrated(i64),
}

/// A fault for the next so many calls of a method, in one chat or in all.
#[derive(Debug, Clone)]
struct Planned {
    method: &'static str,
    chat: Option<i64>,
    fault: Fault,
    times: u32,
}

/// A message in a chat.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: i64,
    pub thread: Option<i64>,
    /// Of a person; none is the bot.
    pub from: Option<Value>,
    /// As a person sees it.
    pub shown: String,
    /// As it was sent: to tell whether a change changes anything.
    html: String,
    pub photo: Option<String>,
    pub buttons: Vec<Vec<(String, String)>>,
    pub deleted: bool,
}

#[derive(Default)]
struct Chat {
    messages: Vec<Message>,
    /// Lines that presses brought up, until they were looked at.
    toasts: Vec<String>,
    /// What each message showed when it was last looked at.
    looked: HashMap<i64, String>,
}

pub(super) struct World {
    next_update: u32,
    next_message: i64,
    next_query: u64,
    updates: VecDeque<(u32, Value)>,
    chats: HashMap<i64, Chat>,
    /// Presses that wait for their answer: the chat each is in.
    presses: HashMap<String, i64>,
    files: HashMap<String, Vec<u8>>,
    menus: HashMap<String, Value>,
    planned: Vec<Planned>,
    /// The methods that were called, in order.
    calls: Vec<String>,
    wrong: Vec<String>,
    floods: u32,
    patience: flood::Patience,
    patient: bool,
    pollers: u32,
    webhook: Option<(String, String)>,
    reads_groups: bool,
}

/// The server and the people of it. Gone when it is dropped.
#[derive(Clone)]
pub struct BotApi {
    world: Arc<Mutex<World>>,
    /// Something happened.
    moved: Arc<Notify>,
    address: SocketAddr,
    _running: Arc<server::Running>,
}

impl BotApi {
    pub fn start() -> Self {
        let world = Arc::new(Mutex::new(World {
            next_update: 700_000_001,
            next_message: 1,
            next_query: 1,
            updates: VecDeque::new(),
            chats: HashMap::new(),
            presses: HashMap::new(),
            files: HashMap::new(),
            menus: HashMap::new(),
            planned: Vec::new(),
            calls: Vec::new(),
            wrong: Vec::new(),
            floods: 0,
            patience: flood::Patience::default(),
            patient: false,
            pollers: 0,
            webhook: None,
            reads_groups: false,
        }));
        let moved = Arc::new(Notify::new());
        let (address, running) = server::start(Arc::clone(&world), Arc::clone(&moved));
        Self {
            world,
            moved,
            address,
            _running: Arc::new(running),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next `times` calls of `method` (in `chat`) go wrong.
    pub fn plan(&self, method: &'static str, chat: Option<i64>, fault: Fault, times: u32) {
        self.world().planned.push(Planned {
            method,
            chat,
            fault,
            times,
        });
    }

    /// Nobody is flooded, however much is sent.
    pub fn is_patient(&self) {
        self.world().patient = true;
    }

    /// The bot sees everything in groups.
    pub fn reads_groups(&self) {
        self.world().reads_groups = true;
    }

    /// How often a method was called.
    pub fn count(&self, method: &str) -> usize {
        let world = self.world();
        world.calls.iter().filter(|call| *call == method).count()
    }

    /// The menus that were set, by scope.
    pub fn menus(&self) -> HashMap<String, Value> {
        self.world().menus.clone()
    }

    /// Where updates are brought, and the secret to show there.
    pub fn webhook(&self) -> Option<(String, String)> {
        self.world().webhook.clone()
    }

    /// The updates that were made and are not confirmed yet.
    pub fn unconfirmed(&self) -> usize {
        self.world().updates.len()
    }

    /// How often it had to ask for patience of its own accord.
    pub fn floods(&self) -> u32 {
        self.world().floods
    }

    /// Everything that was sent was right.
    pub fn nothing_was_wrong(&self) {
        let wrong = self.world().wrong.clone();
        assert!(
            wrong.is_empty(),
            "calls that Telegram would not take:\n{}",
            wrong.join("\n")
        );
    }
}

/// The bot as Telegram shows it.
fn bot_user() -> Value {
    json!({"id": BOT, "is_bot": true, "first_name": "Lumen", "username": BOT_NAME})
}
