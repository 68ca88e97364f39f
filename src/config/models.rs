//! Which provider plays which role, where it lies, and what models may cost.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::ConfigError;
use super::env::Environment;
use crate::domain::ledger::{MicroUsd, TASKS, TaskBudgets};

/// Who can play a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    OpenAi,
    Ollama,
    Xai,
    /// The models inside the process.
    Local,
    /// A card drawn inside the process.
    Quote,
}

impl Provider {
    const ALL: [Self; 5] = [
        Self::OpenAi,
        Self::Ollama,
        Self::Xai,
        Self::Local,
        Self::Quote,
    ];

    /// The word in a setting.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Ollama => "ollama",
            Self::Xai => "xai",
            Self::Local => "local",
            Self::Quote => "quote",
        }
    }
}

/// `OpenAI`, or a service that speaks like it.
#[derive(Debug, Clone)]
pub struct OpenAi {
    /// Services at home often want none.
    pub key: Option<SecretString>,
    pub base: Url,
    pub model: String,
    pub embedding_model: String,
}

#[derive(Debug, Clone)]
pub struct Ollama {
    pub host: Url,
    pub vision_model: String,
    pub text_model: Option<String>,
    pub embedding_model: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Xai {
    pub key: SecretString,
    pub base: Url,
    pub image_model: String,
}

/// Who plays which role, in the order in which they are asked. An empty list is off.
#[derive(Debug, Clone)]
pub struct Models {
    pub text: Vec<Provider>,
    pub vision: Vec<Provider>,
    pub image: Vec<Provider>,
    /// Vectors of two models do not mix, so there is no second choice.
    pub embedder: Option<Provider>,
    pub openai: Option<OpenAi>,
    pub ollama: Option<Ollama>,
    pub xai: Option<Xai>,
    /// A GGUF file of one's own for the local text model.
    pub text_file: Option<PathBuf>,
    /// Spending per day and workspace.
    pub daily_budget: MicroUsd,
    /// Spending per day and workspace on one task, of [`TASKS`].
    pub task_budgets: TaskBudgets,
}

impl Models {
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        use Provider as P;
        let (openai, ollama, xai) = (openai(env)?, ollama(env)?, xai(env)?);
        let at_home = |model: fn(&Ollama) -> bool| ollama.as_ref().is_some_and(model);
        let openai_there = (P::OpenAi, openai.is_some(), "OPENAI_API_KEY");
        let writes = at_home(|ollama| ollama.text_model.is_some());
        let embeds = at_home(|ollama| ollama.embedding_model.is_some());
        Ok(Self {
            text: order(
                env,
                "LUMEN_TEXT",
                &[
                    openai_there,
                    (P::Ollama, writes, "OLLAMA_HOST and OLLAMA_TEXT_MODEL"),
                    (P::Local, true, ""),
                ],
            )?,
            vision: order(
                env,
                "LUMEN_VISION",
                &[(P::Ollama, ollama.is_some(), "OLLAMA_HOST"), openai_there],
            )?,
            image: order(
                env,
                "LUMEN_IMAGE",
                &[(P::Xai, xai.is_some(), "XAI_API_KEY"), (P::Quote, true, "")],
            )?,
            embedder: order(
                env,
                "LUMEN_EMBEDDER",
                &[
                    (P::Local, true, ""),
                    openai_there,
                    (P::Ollama, embeds, "OLLAMA_HOST and OLLAMA_EMBEDDING_MODEL"),
                ],
            )?
            .first()
            .copied(),
            openai,
            ollama,
            xai,
            text_file: env.get("LUMEN_TEXT_FILE").map(PathBuf::from),
            daily_budget: budget(env)?,
            task_budgets: task_budgets(env)?,
        })
    }
}

/// The providers that are configured, in their order; of a forced one only that.
fn order(
    env: &Environment,
    name: &str,
    all: &[(Provider, bool, &str)],
) -> Result<Vec<Provider>, ConfigError> {
    let Some(word) = env.get(name) else {
        let there = all.iter().filter(|(_, configured, _)| *configured);
        return Ok(there.map(|(provider, ..)| *provider).collect());
    };
    if word == "off" {
        return Ok(Vec::new());
    }
    let words: Vec<&str> = all.iter().map(|(provider, ..)| provider.name()).collect();
    let expects = format!("{} or off", words.join(", "));
    let chosen = Provider::ALL
        .into_iter()
        .find(|provider| provider.name() == word)
        .and_then(|provider| all.iter().find(|(known, ..)| *known == provider));
    match chosen {
        None => Err(ConfigError::new(name, word, expects)),
        Some((_, false, needs)) => Err(ConfigError::new(
            name,
            word,
            format!("{needs} to be set, too, for {word}"),
        )),
        Some((provider, true, _)) => Ok(vec![*provider]),
    }
}

fn openai(env: &Environment) -> Result<Option<OpenAi>, ConfigError> {
    let key = env.secret("OPENAI_API_KEY")?;
    let base = address(env, "OPENAI_BASE_URL")?;
    if key.is_none() && base.is_none() {
        return Ok(None);
    }
    Ok(Some(OpenAi {
        key,
        base: or_default(base, "OPENAI_BASE_URL", "https://api.openai.com/v1")?,
        model: word(env, "OPENAI_MODEL", "gpt-4o"),
        embedding_model: word(env, "OPENAI_EMBEDDING_MODEL", "text-embedding-3-small"),
    }))
}

fn ollama(env: &Environment) -> Result<Option<Ollama>, ConfigError> {
    let Some(host) = env.get("OLLAMA_HOST") else {
        return Ok(None);
    };
    let some = |name: &str| env.get(name).map(str::to_owned);
    Ok(Some(Ollama {
        host: ollama_host(host)?,
        vision_model: word(env, "OLLAMA_VISION_MODEL", "llama3.2-vision"),
        text_model: some("OLLAMA_TEXT_MODEL"),
        embedding_model: some("OLLAMA_EMBEDDING_MODEL"),
    }))
}

/// As Ollama itself takes it: with or without a scheme and a port.
fn ollama_host(host: &str) -> Result<Url, ConfigError> {
    let whole = if host.contains("://") {
        host.to_owned()
    } else {
        format!("http://{host}")
    };
    let mut url = web(&whole).ok_or_else(|| {
        let expects = "an address such as http://127.0.0.1:11434";
        ConfigError::new("OLLAMA_HOST", host, expects)
    })?;
    // Everywhere is where it listens, not where it is asked.
    if url.host_str() == Some("0.0.0.0") {
        let _ = url.set_host(Some("127.0.0.1"));
    }
    let bare = !host
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if bare && url.scheme() == "http" {
        let _ = url.set_port(Some(11_434));
    }
    Ok(url)
}

fn xai(env: &Environment) -> Result<Option<Xai>, ConfigError> {
    let Some(key) = env.secret("XAI_API_KEY")? else {
        return Ok(None);
    };
    let base = address(env, "XAI_BASE_URL")?;
    Ok(Some(Xai {
        key,
        base: or_default(base, "XAI_BASE_URL", "https://api.x.ai/v1")?,
        image_model: word(env, "XAI_IMAGE_MODEL", "grok-imagine-image"),
    }))
}

fn word(env: &Environment, name: &str, default: &str) -> String {
    env.get(name).unwrap_or(default).to_owned()
}

fn address(env: &Environment, name: &str) -> Result<Option<Url>, ConfigError> {
    env.get(name)
        .map(|value| web(value).ok_or_else(|| wrong_address(name, value)))
        .transpose()
}

fn or_default(set: Option<Url>, name: &str, default: &str) -> Result<Url, ConfigError> {
    set.or_else(|| web(default))
        .ok_or_else(|| wrong_address(name, default))
}

fn wrong_address(name: &str, value: &str) -> ConfigError {
    ConfigError::new(
        name,
        value,
        "a web address such as https://api.openai.com/v1",
    )
}

fn web(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn budget(env: &Environment) -> Result<MicroUsd, ConfigError> {
    let name = "LUMEN_DAILY_BUDGET_USD";
    let expects = "dollars a day, from 0 to 100000, such as 5 or 2.50";
    let dollars: f64 = env.parsed(name, expects)?.unwrap_or(5.0);
    micros(dollars).ok_or_else(|| {
        let typed = env.get(name).unwrap_or_default();
        ConfigError::new(name, typed, expects)
    })
}

fn micros(dollars: f64) -> Option<MicroUsd> {
    #[expect(clippy::cast_possible_truncation, reason = "within 100,000 dollars")]
    let micros = (dollars * 1e6).round() as i64;
    (0.0..=100_000.0)
        .contains(&dollars)
        .then_some(MicroUsd(micros))
}

/// `image=1, draft=0.50`
fn task_budgets(env: &Environment) -> Result<TaskBudgets, ConfigError> {
    let name = "LUMEN_TASK_BUDGETS_USD";
    let typed = env.get(name).unwrap_or_default();
    let expects = format!(
        "tasks and dollars a day, such as image=1, draft=0.50; tasks are {}",
        TASKS.join(", ")
    );
    let one = |pair: &str| {
        let (task, dollars) = pair.split_once('=')?;
        let task = TASKS.into_iter().find(|known| *known == task.trim())?;
        Some((task, micros(dollars.trim().parse().ok()?)?))
    };
    typed
        .split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| one(pair).ok_or_else(|| ConfigError::new(name, typed, &expects)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Provider as P;
    use super::*;

    fn models(pairs: &[(&str, &str)]) -> Result<Models, ConfigError> {
        Models::from_env(&pairs.iter().copied().collect())
    }

    #[test]
    fn a_task_may_have_money_of_its_own() {
        let set = models(&[("LUMEN_TASK_BUDGETS_USD", " image=1, look over = 0.5,")]).unwrap();
        let expected = [
            ("image", MicroUsd(1_000_000)),
            ("look over", MicroUsd(500_000)),
        ];
        assert_eq!(set.task_budgets, TaskBudgets::from(expected));
        for wrong in ["image", "poem=1", "image=-1", "image=much"] {
            assert!(
                models(&[("LUMEN_TASK_BUDGETS_USD", wrong)]).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_first_that_is_configured_plays_and_the_others_stand_behind_it() {
        let none = models(&[]).unwrap();
        assert_eq!(none.text, [P::Local]);
        assert_eq!(none.vision, []);
        assert_eq!(none.image, [P::Quote]);
        assert_eq!(none.embedder, Some(P::Local));
        let all = models(&[
            ("OPENAI_API_KEY", "k"),
            ("OLLAMA_HOST", "localhost"),
            ("OLLAMA_TEXT_MODEL", "gemma4"),
            ("XAI_API_KEY", "x"),
        ])
        .unwrap();
        assert_eq!(all.text, [P::OpenAi, P::Ollama, P::Local]);
        assert_eq!(all.vision, [P::Ollama, P::OpenAi]);
        assert_eq!(all.image, [P::Xai, P::Quote]);
        assert_eq!(all.embedder, Some(P::Local));
        assert_eq!(all.openai.unwrap().model, "gpt-4o");
        let forced = models(&[("OPENAI_API_KEY", "k"), ("LUMEN_TEXT", "openai")]).unwrap();
        assert_eq!(forced.text, [P::OpenAi]);
        let off = models(&[("LUMEN_TEXT", "off"), ("LUMEN_EMBEDDER", "off")]).unwrap();
        assert_eq!((off.text, off.embedder), (vec![], None));
    }

    #[test]
    fn a_forced_provider_needs_what_it_needs() {
        for (name, word, needs) in [
            ("LUMEN_TEXT", "openai", "OPENAI_API_KEY"),
            ("LUMEN_TEXT", "ollama", "OLLAMA_TEXT_MODEL"),
            ("LUMEN_VISION", "ollama", "OLLAMA_HOST"),
            ("LUMEN_IMAGE", "xai", "XAI_API_KEY"),
            ("LUMEN_EMBEDDER", "ollama", "OLLAMA_EMBEDDING_MODEL"),
            ("LUMEN_VISION", "local", "ollama, openai or off"),
        ] {
            let error = models(&[(name, word)]).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains(needs), "{error}");
        }
    }

    #[test]
    fn ollama_lies_where_ollama_would_look() {
        for (host, address) in [
            ("127.0.0.1", "http://127.0.0.1:11434/"),
            ("0.0.0.0:8000", "http://127.0.0.1:8000/"),
            ("http://gpu:11434", "http://gpu:11434/"),
            ("http://gpu", "http://gpu:11434/"),
            ("https://gpu.example", "https://gpu.example/"),
        ] {
            assert_eq!(ollama_host(host).unwrap().as_str(), address, "{host}");
        }
        assert!(ollama_host("ftp://gpu").is_err());
    }

    #[test]
    fn a_key_is_never_shown() {
        let models = models(&[("OPENAI_API_KEY", "hunter2"), ("XAI_API_KEY", "hunter3")]).unwrap();
        assert!(!format!("{models:?}").contains("hunter"));
    }
}
