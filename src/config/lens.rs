//! Lens: where its API and its storage are, and who Lumen is there.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::ConfigError;
use super::env::Environment;

/// The app that Lens gives everybody for trying things out, on the main network and on the test network.
const OPEN_APP: &str = "0x8A5Cc31180c37078e1EbA2A23c861Acf351a97cE";
const OPEN_TEST_APP: &str = "0xC75A89145d765c396fd75CbD16380Eb184Bd2ca7";

#[derive(Debug, Clone)]
pub struct Lens {
    pub api: Url,
    pub storage: Url,
    /// Whose posts are the brand's own; with a key also who publishes. An address.
    pub account: Option<String>,
    /// Key of one of the account's managers. None: read only.
    pub key: Option<SecretString>,
    pub app: String,
    pub app_key: Option<SecretString>,
    /// The web address of the app.
    pub origin: String,
    /// Somebody wants to be there: then it has to work.
    pub chosen: bool,
}

impl Lens {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let api = address(env, "LENS_API_URL", "https://api.lens.xyz/graphql")?;
        let storage = address(env, "LENS_STORAGE_URL", "https://api.grove.storage")?;
        let origin = address(env, "LENS_ORIGIN", "http://localhost")?;
        let account = evm_address(env, "LENS_ACCOUNT")?;
        let key = env.secret("LENS_PRIVATE_KEY")?;
        if let Some(key) = &key {
            if !is_hex(key.expose_secret(), 64) {
                return Err(secret_error(
                    "LENS_PRIVATE_KEY",
                    "is not a key",
                    "64 hexadecimal digits, with or without 0x before them",
                ));
            }
            if account.is_none() {
                return Err(secret_error(
                    "LENS_PRIVATE_KEY",
                    "is set, but LENS_ACCOUNT is not",
                    "the address of the account it manages in LENS_ACCOUNT",
                ));
            }
        }
        let on_test_network = api.host_str().is_some_and(|host| host.contains("testnet"));
        let open_app = if on_test_network {
            OPEN_TEST_APP
        } else {
            OPEN_APP
        };
        let app = evm_address(env, "LENS_APP")?.unwrap_or_else(|| open_app.to_owned());
        let chosen = account.is_some() || env.get("LENS_APP").is_some();
        Ok(Self {
            api,
            storage,
            account,
            key,
            app,
            app_key: env.secret("LENS_APP_KEY")?,
            origin: origin.origin().ascii_serialization(),
            chosen,
        })
    }
}

fn address(env: &Environment, name: &str, default: &str) -> Result<Url, ConfigError> {
    let value = env.get(name).unwrap_or(default);
    value
        .parse()
        .ok()
        .filter(|url: &Url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .ok_or_else(|| ConfigError::new(name, value, format!("a web address such as {default}")))
}

fn evm_address(env: &Environment, name: &str) -> Result<Option<String>, ConfigError> {
    let Some(value) = env.get(name) else {
        return Ok(None);
    };
    if value.starts_with("0x") && is_hex(value, 40) {
        return Ok(Some(value.to_owned()));
    }
    Err(ConfigError::new(
        name,
        value,
        "an address, 0x and 40 hexadecimal digits; a Lens app shows it in the account's settings",
    ))
}

fn is_hex(text: &str, digits: usize) -> bool {
    let text = text.strip_prefix("0x").unwrap_or(text);
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A secret's value is never repeated.
fn secret_error(variable: &str, holds: &str, expects: &str) -> ConfigError {
    ConfigError {
        variable: variable.to_owned(),
        holds: holds.to_owned(),
        expects: expects.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "0x1111111111111111111111111111111111111111";
    const KEY: &str = "0x4646464646464646464646464646464646464646464646464646464646464646";

    fn read(pairs: &[(&str, &str)]) -> Result<Lens, ConfigError> {
        Lens::from_env(&pairs.iter().copied().collect())
    }

    #[test]
    fn nothing_set_is_the_public_network_to_read() {
        let lens = read(&[]).unwrap();
        assert_eq!(lens.api.as_str(), "https://api.lens.xyz/graphql");
        assert!(lens.account.is_none() && lens.key.is_none() && !lens.chosen);
        assert_eq!(lens.app, OPEN_APP);
        let test = read(&[("LENS_API_URL", "https://api.testnet.lens.xyz/graphql")]).unwrap();
        assert_eq!(test.app, OPEN_TEST_APP);
        assert!(!test.chosen);
        assert!(read(&[("LENS_ACCOUNT", ACCOUNT)]).unwrap().chosen);
    }

    #[test]
    fn wrong_values_are_named_and_a_key_is_never_repeated() {
        for (pairs, variable) in [
            (&[("LENS_API_URL", "api.lens.xyz")][..], "LENS_API_URL"),
            (&[("LENS_ACCOUNT", "@roastery")], "LENS_ACCOUNT"),
            (&[("LENS_APP", "0x12")], "LENS_APP"),
            (&[("LENS_PRIVATE_KEY", KEY)], "LENS_PRIVATE_KEY"),
            (
                &[("LENS_ACCOUNT", ACCOUNT), ("LENS_PRIVATE_KEY", "hunter2")],
                "LENS_PRIVATE_KEY",
            ),
        ] {
            let error = read(pairs).unwrap_err();
            assert_eq!(error.variable, variable);
            let said = error.to_string();
            assert!(
                !said.contains("hunter2") && !said.contains(&KEY[2..]),
                "{said}"
            );
        }
        let whole = read(&[("LENS_ACCOUNT", ACCOUNT), ("LENS_PRIVATE_KEY", KEY)]).unwrap();
        assert!(whole.key.is_some() && !format!("{whole:?}").contains(&KEY[2..]));
    }
}
