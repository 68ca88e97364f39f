//! Who owns this Lumen from the start.

use super::ConfigError;
use super::env::Environment;
use crate::domain::operator::{Identity, Surface};

#[derive(Debug, Clone, Default)]
pub struct People {
    pub owners: Vec<Identity>,
}

impl People {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let Some(value) = env.get("LUMEN_OWNERS") else {
            return Ok(Self::default());
        };
        let owner = |part: &str| {
            let (surface, id) = part.trim().split_once(':')?;
            let surface =
                Surface::from_name(surface).filter(|surface| *surface != Surface::Terminal)?;
            let valid = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            valid.then(|| Identity {
                surface,
                external_id: id.to_owned(),
            })
        };
        let owners = value
            .split(',')
            .filter(|part| !part.trim().is_empty())
            .map(|part| {
                owner(part).ok_or_else(|| {
                    ConfigError::new(
                        "LUMEN_OWNERS",
                        value,
                        "a list such as telegram:123,discord:456",
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { owners })
    }
}
