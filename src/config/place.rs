//! Where things lie, and in which time zone the workspace lives.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone)]
pub struct Place {
    pub data_dir: PathBuf,
    /// `sqlite://…`
    pub database_url: String,
    pub index_uri: String,
    pub models_dir: PathBuf,
    pub timezone: TimeZone,
}

/// The zone of a name. `Factory` and `Etc/Unknown` are names that stand for none.
fn named(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    is_one(&zone).then_some(zone)
}

fn system() -> Option<TimeZone> {
    TimeZone::try_system().ok().filter(is_one)
}

fn is_one(zone: &TimeZone) -> bool {
    !zone.is_unknown() && zone.iana_name() != Some("Factory")
}

impl Place {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let data_dir = PathBuf::from(env.get("LUMEN_DATA_DIR").unwrap_or("./data"));
        let below = |name: &str| data_dir.join(name).to_string_lossy().into_owned();
        let database_url = env
            .get("DATABASE_URL")
            .map_or_else(|| format!("sqlite://{}", below("lumen.db")), str::to_owned);
        if !database_url.starts_with("sqlite:") {
            let shown = database_url.split('@').next_back().unwrap_or_default();
            let scheme = database_url.split("://").next().unwrap_or_default();
            let shown = if shown == database_url {
                database_url.clone()
            } else {
                format!("{scheme}://\u{2026}@{shown}")
            };
            return Err(ConfigError::new(
                "DATABASE_URL",
                &shown,
                "sqlite://PATH; other databases are not built yet",
            ));
        }
        let index_uri = env
            .get("LANCEDB_URI")
            .map_or_else(|| below("index"), str::to_owned);
        let models_dir = PathBuf::from(
            env.get("LUMEN_MODELS_DIR")
                .map_or_else(|| below("models"), str::to_owned),
        );
        let timezone = match env.get("LUMEN_TIMEZONE") {
            Some(name) => named(name).ok_or_else(|| {
                ConfigError::new("LUMEN_TIMEZONE", name, "an IANA name such as Europe/Berlin")
            })?,
            // A system without a zone of its own runs on UTC.
            None => system().unwrap_or(TimeZone::UTC),
        };
        Ok(Self {
            data_dir,
            database_url,
            index_uri,
            models_dir,
            timezone,
        })
    }

    /// What is worth a line at start: the system's own zone names nothing.
    #[must_use]
    pub fn remark(env: &Environment) -> Option<String> {
        if env.get("LUMEN_TIMEZONE").is_some() || system().is_some() {
            return None;
        }
        let zone = env.get("TZ")?;
        let shown = crate::domain::error::shortened(zone, 40);
        Some(format!(
            "TZ is \u{201c}{shown}\u{201d}, which names no time zone: times count in UTC. Set LUMEN_TIMEZONE to another."
        ))
    }

    #[must_use]
    pub fn sandbox(&self) -> PathBuf {
        self.data_dir.join("sandbox.db")
    }

    #[must_use]
    pub fn media(&self) -> PathBuf {
        self.data_dir.join("media")
    }

    /// Templates in this folder take the place of the ones built in.
    #[must_use]
    pub fn prompts(&self) -> PathBuf {
        self.data_dir.join("prompts")
    }

    /// The tokens of a login on Lens. A backup leaves it out.
    #[must_use]
    pub fn lens_session(&self) -> PathBuf {
        self.data_dir.join("lens-session.json")
    }

    /// Entries in this file go before those of the built-in price table.
    #[must_use]
    pub fn prices(&self) -> PathBuf {
        self.data_dir.join("prices.json")
    }

    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.data_dir.join("history")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_names_nothing_is_refused_by_name() {
        for name in [
            "Europe/Berln",
            "Factory",
            "Etc/Unknown",
            "MEZ",
            "/etc/passwd",
            "../UTC",
        ] {
            let env: Environment = [("LUMEN_TIMEZONE", name)].into_iter().collect();
            let error = Place::from_env(&env).expect_err(name).to_string();
            assert!(
                error.contains("LUMEN_TIMEZONE") && error.contains(name),
                "{error}"
            );
        }
        for name in ["Europe/Berlin", "UTC", "america/new_york"] {
            let env: Environment = [("LUMEN_TIMEZONE", name)].into_iter().collect();
            assert!(Place::from_env(&env).is_ok(), "{name}");
        }
    }
}
