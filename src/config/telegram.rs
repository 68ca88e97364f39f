//! Telegram as a control room.

use std::net::SocketAddr;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::ConfigError;
use super::env::Environment;

#[derive(Debug, Clone)]
pub struct Telegram {
    pub token: SecretString,
    pub api_url: Url,
    /// None: Lumen asks for updates itself.
    pub webhook: Option<Webhook>,
}

/// Telegram brings the updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What Telegram calls: a proxy with a certificate, in front of `address`.
    pub url: Url,
    pub address: SocketAddr,
}

impl Telegram {
    /// None where no token is set.
    pub fn from_env(env: &Environment) -> Result<Option<Self>, ConfigError> {
        let webhook = webhook(env)?;
        let api_url = address(env, "TELEGRAM_API_URL")?;
        let Some(token) = env.secret("TELEGRAM_BOT_TOKEN")? else {
            return match webhook {
                Some(_) => Err(ConfigError {
                    variable: "TELEGRAM_WEBHOOK_URL".to_owned(),
                    holds: "is set without TELEGRAM_BOT_TOKEN".to_owned(),
                    expects: "the token too, as BotFather gave it".to_owned(),
                }),
                None => Ok(None),
            };
        };
        if !looks_like_a_token(token.expose_secret()) {
            return Err(ConfigError {
                variable: "TELEGRAM_BOT_TOKEN".to_owned(),
                holds: "holds something that is no bot token".to_owned(),
                expects:
                    "the token as BotFather gave it: digits, a colon, 35 letters, digits, - or _"
                        .to_owned(),
            });
        }
        let api_url = match api_url {
            Some(url) => url,
            None => Url::parse("https://api.telegram.org").map_err(|error| {
                ConfigError::new("TELEGRAM_API_URL", &error.to_string(), "a web address")
            })?,
        };
        Ok(Some(Self {
            token,
            api_url,
            webhook,
        }))
    }
}

fn webhook(env: &Environment) -> Result<Option<Webhook>, ConfigError> {
    let name = "TELEGRAM_WEBHOOK_ADDR";
    let expects = "an address with a port for the proxy to reach, such as 127.0.0.1:8443";
    let address: Option<SocketAddr> = env.parsed(name, expects)?;
    let Some(url) = self::address(env, "TELEGRAM_WEBHOOK_URL")? else {
        return Ok(None);
    };
    if url.scheme() != "https" {
        return Err(ConfigError::new(
            "TELEGRAM_WEBHOOK_URL",
            url.as_str(),
            "an address that begins with https: Telegram calls no other",
        ));
    }
    let address = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8443)));
    Ok(Some(Webhook { url, address }))
}

fn address(env: &Environment, name: &str) -> Result<Option<Url>, ConfigError> {
    let expects = "a web address such as https://bot-api.example";
    let url: Option<Url> = env.parsed(name, expects)?;
    match url {
        Some(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => {
            Err(ConfigError::new(name, url.as_str(), expects))
        }
        url => Ok(url),
    }
}

fn looks_like_a_token(token: &str) -> bool {
    let secret = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    token.split_once(':').is_some_and(|(id, rest)| {
        !id.is_empty()
            && id.bytes().all(|c| c.is_ascii_digit())
            && rest.len() >= 30
            && rest.bytes().all(secret)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "4200000001:AAfake-token_for-tests-0123456789abc";

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Telegram>, ConfigError> {
        Telegram::from_env(&pairs.iter().copied().collect())
    }

    #[test]
    fn a_token_is_enough() {
        assert!(read(&[]).unwrap().is_none());
        let telegram = read(&[("TELEGRAM_BOT_TOKEN", TOKEN)]).unwrap().unwrap();
        assert_eq!(telegram.api_url.as_str(), "https://api.telegram.org/");
        assert!(telegram.webhook.is_none());
        assert!(!format!("{telegram:?}").contains(TOKEN));
    }

    #[test]
    fn a_webhook_has_an_address_behind_its_proxy() {
        let url = ("TELEGRAM_WEBHOOK_URL", "https://lumen.example/telegram");
        let telegram = read(&[("TELEGRAM_BOT_TOKEN", TOKEN), url])
            .unwrap()
            .unwrap();
        assert_eq!(
            telegram.webhook.unwrap().address.to_string(),
            "127.0.0.1:8443"
        );
        assert_eq!(read(&[url]).unwrap_err().variable, "TELEGRAM_WEBHOOK_URL");
    }

    #[test]
    fn what_is_wrong_is_named_without_the_secret() {
        let error = read(&[("TELEGRAM_BOT_TOKEN", "hunter2")]).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        for (name, value) in [
            ("TELEGRAM_API_URL", "telegram"),
            ("TELEGRAM_API_URL", "ftp://x.example"),
            ("TELEGRAM_WEBHOOK_URL", "http://lumen.example"),
            ("TELEGRAM_WEBHOOK_ADDR", "8443"),
        ] {
            let error = read(&[("TELEGRAM_BOT_TOKEN", TOKEN), (name, value)]).unwrap_err();
            assert_eq!(error.variable, name, "{error}");
        }
    }
}
