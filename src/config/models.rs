//! Which provider plays which role, and what models may cost.

use super::ConfigError;
use super::env::Environment;
use crate::domain::ledger::MicroUsd;

/// Who plays a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The first provider that is configured.
    First,
    /// The model inside the process, and no other.
    Local,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Models {
    pub text: Choice,
    pub embedder: Choice,
    /// Spending per day and workspace.
    pub daily_budget: MicroUsd,
}

impl Models {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        // Vision and pictures have no provider yet, and setting them is remarked on; a word that is wrong is wrong all
        // the same.
        later(env, "LUMEN_VISION", &["ollama", "openai", "off"])?;
        later(env, "LUMEN_IMAGE", &["xai", "quote", "off"])?;
        Ok(Self {
            text: choice(env, "LUMEN_TEXT", &["openai", "ollama", "local"])?,
            embedder: choice(env, "LUMEN_EMBEDDER", &["local", "openai", "ollama"])?,
            daily_budget: budget(env)?,
        })
    }
}

fn choice(env: &Environment, name: &str, providers: &[&str]) -> Result<Choice, ConfigError> {
    match env.get(name) {
        None => Ok(Choice::First),
        Some("off") => Ok(Choice::Off),
        Some("local") if providers.contains(&"local") => Ok(Choice::Local),
        Some(word) if providers.contains(&word) => Err(ConfigError::new(
            name,
            word,
            format!("local or off; {word} is not built yet"),
        )),
        Some(word) => Err(ConfigError::new(name, word, "local or off")),
    }
}

fn later(env: &Environment, name: &str, words: &[&str]) -> Result<(), ConfigError> {
    match env.get(name) {
        Some(word) if !words.contains(&word) => Err(ConfigError::new(name, word, words.join(", "))),
        _ => Ok(()),
    }
}

fn budget(env: &Environment) -> Result<MicroUsd, ConfigError> {
    let name = "LUMEN_DAILY_BUDGET_USD";
    let expects = "dollars a day, from 0 to 100000, such as 5 or 2.50";
    let dollars: f64 = env.parsed(name, expects)?.unwrap_or(5.0);
    if !(0.0..=100_000.0).contains(&dollars) {
        let typed = env.get(name).unwrap_or_default();
        return Err(ConfigError::new(name, typed, expects));
    }
    #[expect(clippy::cast_possible_truncation, reason = "within 100,000 dollars")]
    let micros = (dollars * 1e6).round() as i64;
    Ok(MicroUsd(micros))
}
