//! Settings from the environment, one small file for each section. The environment is read nowhere else.
//!
//! To add a setting: a line in [`variables::ALL`], a field in its section, and a line in `.env.example`, in the same order.
//! `tests/suite/settings.rs` holds the three together.

pub mod discord;
pub mod env;
pub mod http;
pub mod lens;
pub mod libraries;
pub mod log;
pub mod models;
pub mod people;
pub mod place;
pub mod telegram;
pub mod variables;

use crate::domain::error::UserError;
use env::Environment;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    pub place: place::Place,
    pub people: people::People,
    pub http: http::Http,
    pub models: models::Models,
    pub telegram: Option<telegram::Telegram>,
    pub discord: Option<discord::Discord>,
    pub lens: lens::Lens,
    pub log: log::Log,
    /// How the person at the terminal is called: their login name.
    pub person: String,
    /// The environment as it is, for what a terminal says of itself (`TERM`, `LANG`, `NO_COLOR`).
    pub surroundings: Environment,
    /// What is worth a line at start: names that look mistyped.
    pub remarks: Vec<String>,
}

impl Config {
    /// Reads the process's environment and `.env` in the working directory. The environment wins.
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::from_env(&Environment::of_process()?)
    }

    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            place: place::Place::from_env(env)?,
            people: people::People::from_env(env)?,
            http: http::Http::from_env(env)?,
            models: models::Models::from_env(env)?,
            telegram: telegram::Telegram::from_env(env)?,
            discord: discord::Discord::from_env(env)?,
            lens: lens::Lens::from_env(env)?,
            log: log::Log::from_env(env)?,
            person: ["USER", "LOGNAME"]
                .into_iter()
                .find_map(|name| env.get(name))
                .unwrap_or("owner")
                .to_owned(),
            surroundings: env.clone(),
            remarks: variables::remarks(env)
                .into_iter()
                .chain(place::Place::remark(env))
                .collect(),
        })
    }
}

/// A setting that is wrong: the variable, what it holds (never a secret) and what it expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} {holds}. It expects {expects}.")]
pub struct ConfigError {
    pub variable: String,
    /// `is “12 o'clock”`, `cannot be read: …`.
    pub holds: String,
    pub expects: String,
}

impl ConfigError {
    pub fn new(variable: &str, value: &str, expects: impl Into<String>) -> Self {
        let shown = crate::domain::error::shortened(value, 80);
        Self {
            variable: variable.to_owned(),
            holds: format!("is \u{201c}{shown}\u{201d}"),
            expects: expects.into(),
        }
    }

    #[must_use]
    pub fn user(&self) -> UserError {
        UserError::new(
            format!("{} {}.", self.variable, self.holds),
            format!("It expects {}.", self.expects),
        )
    }
}
