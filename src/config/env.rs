//! The environment as a map: the process's own, with `.env` behind it.

use std::collections::BTreeMap;
use std::ffi::OsString;
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
        let mut all = Self::from_file(Path::new(".env"))?;
        all.extend_with(std::env::vars_os())?;
        Ok(all)
    }

    /// Adds what the process was given. Names and values that are no text are other programs' business, unless the name
    /// is one of Lumen's: then its default would be taken without a word.
    fn extend_with(
        &mut self,
        given: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), ConfigError> {
        for (name, value) in given {
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => {
                    self.0.insert(name, value);
                }
                Err(_) if super::variables::known(&name) => {
                    return Err(ConfigError {
                        variable: name,
                        holds: "is not UTF-8".to_owned(),
                        expects: "text in UTF-8".to_owned(),
                    });
                }
                Err(_) => {}
            }
        }
        Ok(())
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
        let text =
            std::fs::read_to_string(path).map_err(|error| unreadable(error.kind().to_string()))?;
        let set = |name: &str| std::env::var_os(name).is_some();
        dotenvy::from_read_iter(plain_dollars(&text, set).as_bytes())
            .map(|line| line.map_err(|error| unreadable(trouble(path, &error))))
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
        let wrong = |why: String| ConfigError {
            variable: file.clone(),
            holds: format!("names \u{201c}{path}\u{201d}, {why}"),
            expects: "the path of a file with the secret in its first line".to_owned(),
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| wrong(format!("which cannot be read: {}", error.kind())))?;
        match text.trim().lines().next() {
            Some(secret) => Ok(Some(SecretString::from(secret.trim().to_owned()))),
            None => Err(wrong("which is empty".to_owned())),
        }
    }
}

/// Keeps a `$` that stands for no variable, as in most passwords that hold one: the parser would leave out the word behind it.
/// A variable is what `set` knows or an earlier line sets; single quotes and a backslash keep a `$` anyway.
fn plain_dollars(text: &str, set: impl Fn(&str) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut named: Vec<&str> = Vec::new();
    let (mut quote, mut escaped, mut comment) = (None, false, false);
    let mut line_begins = true;
    for (at, letter) in text.char_indices() {
        if quote.is_none() && line_begins {
            comment = text[at..].trim_start_matches([' ', '\t']).starts_with('#');
            named.extend(name_of(&text[at..]));
        }
        line_begins = letter == '\n';
        let kept = escaped || comment || quote == Some('\'');
        if letter == '$' && !kept {
            let rest = &text[at + 1..];
            let name = substituted(rest);
            if name.is_empty() || !(set(name) || named.contains(&name)) {
                plain.push('\\');
            }
        }
        match (letter, quote) {
            _ if escaped || comment => {}
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            // Behind a value begins a comment.
            ('#', None) => comment = text[..at].ends_with([' ', '\t']),
            _ => {}
        }
        escaped = letter == '\\' && !kept;
        plain.push(letter);
    }
    plain
}

/// The name that a line sets.
fn name_of(line: &str) -> Option<&str> {
    let line = line.lines().next()?.trim_start();
    let name = line.strip_prefix("export ").unwrap_or(line);
    Some(name.split_once('=')?.0.trim())
}

/// The name that the parser takes behind a `$`.
fn substituted(rest: &str) -> &str {
    if let Some(block) = rest.strip_prefix('{') {
        return block.split_once('}').map_or("", |(name, _)| name);
    }
    let end = rest.find(|letter: char| !letter.is_alphanumeric());
    &rest[..end.unwrap_or(rest.len())]
}

/// What is wrong with the file. The parser's own error repeats the line, which may hold a secret: only where it stands is
/// passed on.
fn trouble(path: &Path, error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(line, _) => {
            let broken = line.lines().next().unwrap_or_default().trim().to_owned();
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let at = text.lines().position(|line| line.trim() == broken);
            match at {
                Some(at) => format!("line {} is not of the form NAME=value", at + 1),
                None => "a line is not of the form NAME=value".to_owned(),
            }
        }
        dotenvy::Error::Io(error) => error.kind().to_string(),
        _ => "it is malformed".to_owned(),
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
        std::fs::write(&path, "hunter2\nand a remark\n").unwrap();
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
        std::fs::write(&path, "\n").unwrap();
        let env: Environment = [("TOKEN_FILE", path.to_str().unwrap())]
            .into_iter()
            .collect();
        assert!(env.secret("TOKEN").is_err(), "an empty file is no secret");
    }

    #[test]
    fn a_dollar_that_names_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let home = std::env::var("HOME").unwrap_or_default();
        for (line, value) in [
            ("K=sk-a$bc-d", "sk-a$bc-d"),
            ("K=\"sk-a$bc-d\"", "sk-a$bc-d"),
            ("K='sk-a$bc-d'", "sk-a$bc-d"),
            ("K=sk-a\\$bc-d", "sk-a$bc-d"),
            ("K=a${no_such}b", "a${no_such}b"),
            ("K=$", "$"),
            ("K=a$$b$1", "a$$b$1"),
            ("K=a$bc-d # it's a $comment", "a$bc-d"),
            ("# don't\nK=a$bc-d", "a$bc-d"),
            ("A=x\nK=$A-${A}y", "x-xy"),
            ("K=a#b$bc", "a#b$bc"),
            ("K=$HOME", home.as_str()),
        ] {
            std::fs::write(&path, line).unwrap();
            let env = Environment::from_file(&path).unwrap();
            assert_eq!(env.get("K").unwrap_or_default(), value, "{line}");
        }
    }

    #[test]
    fn a_broken_env_file_is_named_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        for (text, line) in [
            ("TOKEN='hunter2", "line 1"),
            ("# mine\nLUMEN_LOG=info\nhunter2 is the word\n", "line 3"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Environment::from_file(&path).unwrap_err().to_string();
            assert!(
                error.contains(line) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_value_that_is_no_text_is_named_where_it_is_ours() {
        use std::os::unix::ffi::OsStringExt as _;
        let given = |name: &str| (OsString::from(name), OsString::from_vec(vec![b'/', 0xff]));
        let mut env = Environment::default();
        env.extend_with([given("SOMEBODYS_OWN")]).unwrap();
        let error = env.extend_with([given("LUMEN_DATA_DIR")]).unwrap_err();
        assert!(
            error.to_string().starts_with("LUMEN_DATA_DIR is not UTF-8"),
            "{error}"
        );
    }
}
