//! How the connection to Telegram stands, in words for people.

use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;
use rand::Rng as _;

use super::calls::CallError;
use super::updates::Bot;

/// The waits between tries, each with a little jitter; the last one is repeated.
const WAITS: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
];

/// What the connection is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Connecting,
    Polling,
    Webhook,
    Trouble(String),
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Polling => f.write_str("open, asks for updates"),
            Self::Webhook => f.write_str("open, updates are brought"),
            Self::Trouble(words) => write!(f, "in trouble: {words}"),
        }
    }
}

#[derive(Default)]
pub struct State(Mutex<(Connection, Option<Bot>)>);

impl State {
    /// Whether that is new.
    pub fn set(&self, connection: Connection) -> bool {
        let mut state = self.0.lock();
        let new = state.0 != connection;
        state.0 = connection;
        new
    }

    pub fn get(&self) -> Connection {
        let state = self.0.lock();
        state.0.clone()
    }

    pub fn introduce(&self, bot: &Bot) {
        let mut state = self.0.lock();
        state.1 = Some(bot.clone());
    }

    pub fn bot(&self) -> Option<Bot> {
        let state = self.0.lock();
        state.1.clone()
    }
}

/// The next wait, and the one after it.
#[derive(Debug, Default)]
pub struct Waits(usize);

impl Waits {
    pub fn longer(&mut self) -> Duration {
        let wait = WAITS[self.0.min(WAITS.len() - 1)];
        self.0 += 1;
        wait.mul_f64(rand::rng().random_range(0.8..1.2))
    }
}

/// What is wrong and what to do about it. Never an address: the token is in it.
pub fn in_words(error: &CallError) -> String {
    match error {
        CallError::Token => {
            "it refuses the bot's token. BotFather gives a new one for TELEGRAM_BOT_TOKEN.".to_owned()
        }
        CallError::Rival => {
            "another program asks for the updates of the same bot. Stop it, or give this Lumen a bot of its own; until then messages may go there."
                .to_owned()
        }
        CallError::Webhook => {
            "the bot's updates are brought to another address. Lumen takes them back.".to_owned()
        }
        CallError::Flood(wait) => format!("it asks to wait {} s.", wait.as_secs()),
        CallError::Unclear(why) => format!("{why}."),
        other => format!("it answered: {other}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_said_once() {
        let state = State::default();
        assert!(state.set(Connection::Trouble("away".into())));
        assert!(!state.set(Connection::Trouble("away".into())));
        assert!(state.set(Connection::Polling));
        assert_eq!(state.get().to_string(), "open, asks for updates");
    }

    #[test]
    fn waits_grow_up_to_half_a_minute() {
        let mut waits = Waits::default();
        let all: Vec<f64> = (0..12).map(|_| waits.longer().as_secs_f64()).collect();
        assert!(all[0] < 1.3 && all[11] > 20.0 && all[11] < 37.0, "{all:?}");
    }
}
