//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A tracing filter, known to be valid.
    pub filter: String,
    pub json: bool,
}

impl Log {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let filter = env.get("LUMEN_LOG").unwrap_or("info");
        if !is_level_or_more(filter) || EnvFilter::try_new(filter).is_err() {
            return Err(ConfigError::new(
                "LUMEN_LOG",
                filter,
                "a level (error, warn, info, debug, trace or off) or a filter such as lumen=debug,warn",
            ));
        }
        let json = match env.get("LUMEN_LOG_FORMAT") {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => return Err(ConfigError::new("LUMEN_LOG_FORMAT", other, "text or json")),
        };
        Ok(Self {
            filter: quieter(filter),
            json,
        })
    }
}

/// A single word is a level. The filter itself would take any other for the name of a part, and log nothing else.
fn is_level_or_more(filter: &str) -> bool {
    filter.contains(['=', ',', '['])
        || filter
            .parse::<tracing_subscriber::filter::LevelFilter>()
            .is_ok()
}

/// Some libraries say at `info` what nobody needs; a filter that names no target of its own keeps them at `warn`.
fn quieter(filter: &str) -> String {
    let plain = !filter.contains(['=', ',', '[']);
    if plain && filter.eq_ignore_ascii_case("info") {
        "warn,lumen=info".to_owned()
    } else {
        filter.to_owned()
    }
}
