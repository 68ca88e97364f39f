//! Discord as a control room.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone)]
pub struct Discord {
    pub token: SecretString,
    pub api_url: Url,
    /// Where commands are registered. None: everywhere the bot is.
    pub guild: Option<u64>,
}

impl Discord {
    /// None where no token is set.
    pub fn from_env(env: &Environment) -> Result<Option<Self>, ConfigError> {
        let api_url = address(env)?;
        let guild = guild(env)?;
        let Some(token) = env.secret("DISCORD_TOKEN")? else {
            return Ok(None);
        };
        if !looks_like_a_token(token.expose_secret()) {
            return Err(ConfigError {
                variable: "DISCORD_TOKEN".to_owned(),
                holds: "holds something that is no bot token".to_owned(),
                expects:
                    "the token from the developer portal, page Bot: three parts with dots between"
                        .to_owned(),
            });
        }
        Ok(Some(Self {
            token,
            api_url,
            guild,
        }))
    }
}

fn address(env: &Environment) -> Result<Url, ConfigError> {
    const NAME: &str = "DISCORD_API_URL";
    let expects = "a web address such as https://discord.example";
    let url: Option<Url> = env.parsed(NAME, expects)?;
    match url {
        Some(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => {
            Err(ConfigError::new(NAME, url.as_str(), expects))
        }
        Some(url) => Ok(url),
        None => Url::parse("https://discord.com")
            .map_err(|error| ConfigError::new(NAME, &error.to_string(), expects)),
    }
}

fn guild(env: &Environment) -> Result<Option<u64>, ConfigError> {
    const NAME: &str = "DISCORD_GUILD_ID";
    let expects = "the server's id, digits only: Copy Server ID in Discord's developer mode";
    let guild: Option<u64> = env.parsed(NAME, expects)?;
    if guild == Some(0) {
        return Err(ConfigError::new(NAME, "0", expects));
    }
    Ok(guild)
}

fn looks_like_a_token(token: &str) -> bool {
    let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    let parts: Vec<&str> = token.split('.').collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gfake0.for-tests_0123456789abcdefghij";

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Discord>, ConfigError> {
        Discord::from_env(&pairs.iter().copied().collect())
    }

    #[test]
    fn a_token_is_enough() {
        assert!(read(&[]).unwrap().is_none());
        let discord = read(&[("DISCORD_TOKEN", TOKEN)]).unwrap().unwrap();
        assert_eq!(discord.api_url.as_str(), "https://discord.com/");
        assert_eq!(discord.guild, None);
        assert!(!format!("{discord:?}").contains(TOKEN));
    }

    #[test]
    fn what_is_wrong_is_named_without_the_secret() {
        let error = read(&[("DISCORD_TOKEN", "hunter2")]).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        for (name, value) in [
            ("DISCORD_API_URL", "discord"),
            ("DISCORD_API_URL", "ftp://x.example"),
            ("DISCORD_GUILD_ID", "my server"),
            ("DISCORD_GUILD_ID", "0"),
        ] {
            let error = read(&[("DISCORD_TOKEN", TOKEN), (name, value)]).unwrap_err();
            assert_eq!(error.variable, name, "{error}");
        }
    }
}
