//! How the connection to Discord stands, in words for people.

use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;
use rand::Rng as _;

use super::calls::CallError;

/// The waits between tries, each with a little jitter; the last one is repeated. Each try may cost one of a thousand
/// sessions a day.
const WAITS: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
];

/// Who the bot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bot {
    pub id: u64,
    pub application: u64,
}

/// What the connection is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Connecting,
    Open,
    Trouble(String),
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Open => f.write_str("open"),
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

    pub fn introduce(&self, bot: Bot) {
        let mut state = self.0.lock();
        state.1 = Some(bot);
    }

    pub fn bot(&self) -> Option<Bot> {
        let state = self.0.lock();
        state.1
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

/// What is wrong and what to do about it.
pub fn in_words(error: &CallError) -> String {
    match error {
        CallError::Token => {
            "it refuses the bot's token. The developer portal, page Bot, gives a new one for DISCORD_TOKEN.".to_owned()
        }
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
        assert!(state.set(Connection::Open));
    }

    #[test]
    fn waits_grow_up_to_two_minutes() {
        let mut waits = Waits::default();
        let all: Vec<f64> = (0..12).map(|_| waits.longer().as_secs_f64()).collect();
        assert!(all[0] < 1.3 && all[11] > 90.0 && all[11] < 145.0, "{all:?}");
    }
}
