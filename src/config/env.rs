//! The environment as a map: the process's own, with `.env` behind it.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use secrecy::SecretString;

use super::ConfigError;

/// Names and values. Empty values count as not set.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    /// Names only: a value may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl Environment {
    /// The process's environment, and `.env` in the working directory for what it does not name.
    pub fn of_process() -> Result<Self, ConfigError> {
        let mut all = Self::from_file(Path::new(".env"))?.0;
        all.extend(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
        Ok(Self(all))
    }

    fn from_file(path: &Path) -> Result<Self, ConfigError> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let unreadable = |why: String| ConfigError {
            variable: ".env".to_owned(),
            holds: format!("cannot be read: {why}"),
            expects: "lines of the form NAME=value".to_owned(),
        };
        // The parser's own error repeats the line, which may hold a secret: only its kind is passed on.
        let lines =
            dotenvy::from_path_iter(path).map_err(|error| unreadable(kind(&error).to_owned()))?;
        lines
            .map(|line| line.map_err(|error| unreadable(kind(&error).to_owned())))
            .collect::<Result<Self, _>>()
    }

    /// The value of `name`, unless it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A value of a type that can be read from text.
    pub fn parsed<T: FromStr>(&self, name: &str, expects: &str) -> Result<Option<T>, ConfigError> {
        self.get(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|_| ConfigError::new(name, value, expects))
            })
            .transpose()
    }

    /// A secret: `NAME`, or the first line of the file that `NAME_FILE` names.
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, ConfigError> {
        if let Some(value) = self.get(name) {
            return Ok(Some(SecretString::from(value.to_owned())));
        }
        let file = format!("{name}_FILE");
        let Some(path) = self.get(&file) else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
            variable: file,
            holds: format!(
                "names \u{201c}{path}\u{201d}, which cannot be read: {}",
                error.kind()
            ),
            expects: "the path of a file with the secret in it".to_owned(),
        })?;
        Ok(Some(SecretString::from(text.trim().to_owned())))
    }
}

const fn kind(error: &dotenvy::Error) -> &'static str {
    match error {
        dotenvy::Error::LineParse(..) => "a line is not of the form NAME=value",
        dotenvy::Error::Io(_) => "the file cannot be opened",
        _ => "it is malformed",
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn empty_is_not_set_and_debug_shows_no_value() {
        let env: Environment = [("A", " "), ("TOKEN", "hunter2")].into_iter().collect();
        assert_eq!(env.get("A"), None);
        assert!(!format!("{env:?}").contains("hunter2"));
    }

    #[test]
    fn a_secret_may_lie_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "hunter2\n").unwrap();
        let env: Environment = [("TOKEN_FILE", path.to_str().unwrap())]
            .into_iter()
            .collect();
        assert_eq!(
            env.secret("TOKEN").unwrap().unwrap().expose_secret(),
            "hunter2"
        );
        let env: Environment = [("TOKEN_FILE", "/nowhere")].into_iter().collect();
        assert!(
            env.secret("TOKEN")
                .unwrap_err()
                .to_string()
                .starts_with("TOKEN_FILE names")
        );
    }

    #[test]
    fn a_broken_env_file_is_named_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "TOKEN='hunter2").unwrap();
        let error = Environment::from_file(&path).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
