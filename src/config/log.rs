//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A tracing filter, known to be valid.
    pub filter: String,
    pub json: bool,
    /// The filter was set, and is not the default.
    pub set: bool,
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
            filter: discreet(&quieter(filter)),
            json,
            set: env.get("LUMEN_LOG").is_some(),
        })
    }

    /// What is logged where logs stand among the talk: without a wish of the person's only what they should know of.
    #[must_use]
    pub fn among_the_talk(&self) -> Self {
        let mut log = self.clone();
        if !log.set {
            "warn".clone_into(&mut log.filter);
        }
        log
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

/// Parts that, asked for everything, write down what they send and receive, with the tokens that stand in it.
const TALKATIVE: [&str; 7] = [
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "serenity",
    "tokio_tungstenite",
    "tungstenite",
];

/// Whoever asks for more than `info` gets it of everything else.
fn discreet(filter: &str) -> String {
    let lower = filter.to_lowercase();
    // Levels can be written as numbers, too.
    let more = ["debug", "trace", "4", "5"];
    if !more.iter().any(|level| lower.contains(level)) {
        return filter.to_owned();
    }
    let kept = TALKATIVE.map(|part| format!("{part}=warn"));
    format!("{filter},{}", kept.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn among_the_talk_only_what_was_asked_for_or_matters_is_logged() {
        let log = |pairs: &[(&str, &str)]| {
            let env: Environment = pairs.iter().copied().collect();
            Log::from_env(&env).unwrap()
        };
        assert_eq!(log(&[]).filter, "warn,lumen=info");
        assert_eq!(log(&[]).among_the_talk().filter, "warn");
        assert_eq!(log(&[("LUMEN_LOG", "error")]).filter, "error");
        let asked = log(&[("LUMEN_LOG", "debug")]);
        assert!(
            asked.filter.starts_with("debug,h2=warn,"),
            "{}",
            asked.filter
        );
        assert_eq!(asked.among_the_talk(), asked);
    }
}
