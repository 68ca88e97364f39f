//! The HTTP port.

use std::net::SocketAddr;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// None: no port at all.
    pub address: Option<SocketAddr>,
}

impl Http {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let value = env.get("LUMEN_HTTP_ADDR").unwrap_or("127.0.0.1:9464");
        if value == "off" {
            return Ok(Self { address: None });
        }
        let address = value.parse().map_err(|_| {
            ConfigError::new(
                "LUMEN_HTTP_ADDR",
                value,
                "an address with a port such as 127.0.0.1:9464, or off",
            )
        })?;
        Ok(Self {
            address: Some(address),
        })
    }
}
