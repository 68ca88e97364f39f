//! A Discord that behaves: channels with people in them, interactions with their deadlines, every call held against the
//! official description and the hard limits, a gateway that can be torn, and trouble on demand.
//!
//! | file | what it does |
//! | --- | --- |
//! | `spec` | whether a call is right |
//! | `rest` | what each call does |
//! | `server` | the HTTP side |
//! | `gateway` | the websocket side |
//! | `people` | what people do, and what they see |

mod gateway;
mod people;
mod rest;
mod server;
mod spec;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A token as Discord gives them. Nobody's.
pub const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gfake0.for-tests_0123456789abcdefghij";
/// The bot's own id, and its application's.
pub const BOT: u64 = 123_456_789_012_345_678;
pub const GUILD: u64 = 888;

/// View channels, send messages, also in threads, create public threads, embed links, attach files, read the history: what the
/// invite link in `src/frontends/discord/README.md` asks for.
pub const ALL_NEEDED: u64 = 309_237_763_072;

/// Discord takes the first answer of an interaction within this.
const DEADLINE: Duration = Duration::from_secs(3);

/// Trouble that is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 429 with so many seconds to wait.
    Flood(f64),
    /// A refusal with its status and code.
    Refuse(u16, i64, &'static str),
    /// The call is done, and its answer is lost.
    LostAnswer,
    /// The connection breaks before anything is done.
    Broken,
}

#[derive(Debug, Clone)]
struct Planned {
    call: &'static str,
    fault: Fault,
    times: u32,
}

/// A message in a channel.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: u64,
    /// Of a person; none is the bot.
    pub from: Option<&'static str>,
    /// As a person reads it.
    pub shown: String,
    pub buttons: Vec<Vec<(String, String)>>,
    /// What can be chosen from a list.
    pub choices: Vec<(String, String)>,
    pub files: Vec<(u64, String)>,
    /// The one person who sees it.
    pub only: Option<u64>,
    /// Nothing but that something is to come.
    pub thinking: bool,
    pub deleted: bool,
}

/// What became of an interaction.
#[derive(Debug, Clone)]
struct Interaction {
    channel: u64,
    user: u64,
    since: Instant,
    /// The kind of its first answer.
    answered: Option<u64>,
    within: Option<Duration>,
    /// The first answer, or the message that was pressed.
    original: Option<u64>,
    /// What was suggested, or the form that was put up.
    data: Value,
    /// Its token is not taken any more.
    over: bool,
    /// Nobody was connected that could have heard it.
    unheard: bool,
}

#[derive(Default)]
struct Session {
    /// Every event of it, with its number.
    log: Vec<(u64, &'static str, Value)>,
    id: u64,
    connected: bool,
    /// Words that do not name the bot are told.
    reads: bool,
}

pub(super) struct World {
    next: u64,
    channels: HashMap<u64, Vec<Message>>,
    looked: HashMap<(u64, u64), String>,
    interactions: HashMap<String, Interaction>,
    nonces: HashMap<String, u64>,
    files: HashMap<u64, (String, Vec<u8>)>,
    commands: Value,
    planned: Vec<Planned>,
    calls: Vec<String>,
    wrong: Vec<String>,
    session: Session,
    identifies: u32,
    resumes: u32,
    /// Torn connections, counted up.
    torn: u64,
    sessions_left: u64,
    /// The application may ask for words that do not name it.
    may_read: bool,
    /// What the bot is let do, as interactions say it.
    permissions: u64,
    /// Threads by their number, which is that of their message: the name.
    threads: HashMap<u64, String>,
    gateway: Option<SocketAddr>,
    address: Option<SocketAddr>,
}

/// The server and the people of it. Gone when it is dropped.
#[derive(Clone)]
pub struct DiscordApi {
    world: Arc<Mutex<World>>,
    address: SocketAddr,
    _running: Arc<server::Running>,
}

impl DiscordApi {
    pub fn start() -> Self {
        let world = Arc::new(Mutex::new(World {
            next: 1_200_000_000_000_000_000,
            channels: HashMap::new(),
            looked: HashMap::new(),
            interactions: HashMap::new(),
            nonces: HashMap::new(),
            files: HashMap::new(),
            commands: json!([]),
            planned: Vec::new(),
            calls: Vec::new(),
            wrong: Vec::new(),
            session: Session::default(),
            identifies: 0,
            resumes: 0,
            torn: 0,
            sessions_left: 1_000,
            may_read: false,
            permissions: ALL_NEEDED,
            threads: HashMap::new(),
            gateway: None,
            address: None,
        }));
        let (address, gateway, running) = server::start(&world);
        {
            let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
            world.gateway = Some(gateway);
            world.address = Some(address);
        }
        Self {
            world,
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

    /// The next `times` calls of this name go wrong.
    pub fn plan(&self, call: &'static str, fault: Fault, times: u32) {
        self.world().planned.push(Planned { call, fault, times });
    }

    /// How often a call was made.
    pub fn count(&self, call: &str) -> usize {
        let world = self.world();
        world.calls.iter().filter(|made| *made == call).count()
    }

    pub fn commands(&self) -> Value {
        self.world().commands.clone()
    }

    /// Sessions begun, and gone on with.
    pub fn sessions(&self) -> (u32, u32) {
        let world = self.world();
        (world.identifies, world.resumes)
    }

    /// The connection breaks off; the session can be gone on with.
    pub fn tear(&self) {
        self.world().torn += 1;
    }

    /// Message Content Intent is switched on in the developer portal.
    pub fn lets_the_bot_read(&self) {
        self.world().may_read = true;
    }

    /// What the bot is let do.
    pub fn permit(&self, permissions: u64) {
        self.world().permissions = permissions;
    }

    /// The name of the thread under a message.
    pub fn thread_name(&self, message: u64) -> Option<String> {
        self.world().threads.get(&message).cloned()
    }

    /// How many sessions may be begun today.
    pub fn allow_sessions(&self, left: u64) {
        self.world().sessions_left = left;
    }

    /// Time passes for all interactions there are: their tokens are not taken any more.
    pub fn a_quarter_of_an_hour_passes(&self) {
        let mut world = self.world();
        for interaction in world.interactions.values_mut() {
            interaction.over = true;
        }
        // Discord itself says then that nothing came.
        for message in world.channels.values_mut().flatten() {
            message.deleted |= message.thinking;
        }
    }

    /// What was planned does not happen any more.
    pub fn works_again(&self) {
        self.world().planned.clear();
    }

    /// Nothing says any more that something is to come.
    pub fn nothing_hangs(&self) {
        self.wait("nothing is thinking", |api| {
            let world = api.world();
            let mut all = world.channels.values().flatten();
            all.all(|message| message.deleted || !message.thinking)
        });
    }

    /// How long each interaction waited for its first answer.
    #[allow(dead_code, reason = "the bench looks at it")]
    pub fn waited(&self) -> Vec<Duration> {
        let world = self.world();
        let answered = world.interactions.values();
        answered.filter_map(|it| it.within).collect()
    }

    /// Everything that was sent was right, every interaction that was heard had its first answer in time, and none says
    /// that something is to come.
    pub fn nothing_was_wrong(&self) {
        let world = self.world();
        let mut wrong = world.wrong.clone();
        for interaction in world.interactions.values() {
            if interaction.answered.is_none() && !interaction.unheard {
                wrong.push(format!("{interaction:?} was never answered"));
            }
        }
        for message in world.channels.values().flatten() {
            if message.thinking && !message.deleted {
                wrong.push(format!("{message:?} hangs"));
            }
        }
        assert!(
            wrong.is_empty(),
            "what Discord would not take:\n{}",
            wrong.join("\n")
        );
    }
}

impl World {
    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn message(&mut self, channel: u64, id: u64) -> Option<&mut Message> {
        let messages = self.channels.get_mut(&channel)?;
        messages
            .iter_mut()
            .find(|message| message.id == id && !message.deleted)
    }

    /// Sends an event to whoever is connected.
    fn push(&mut self, name: &'static str, data: Value) {
        let number = self.session.log.last().map_or(1, |(number, ..)| *number) + 1;
        self.session.log.push((number, name, data));
    }

    fn fault(&mut self, call: &str) -> Option<Fault> {
        let planned = self
            .planned
            .iter_mut()
            .find(|planned| planned.times > 0 && planned.call == call)?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }
}

/// A user as Discord shows one.
fn user(id: u64, name: &str, bot: bool) -> Value {
    json!({"id": id.to_string(), "username": name, "discriminator": "0", "global_name": null, "avatar": null, "bot": bot})
}
