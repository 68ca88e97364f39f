//! `.env.example` is the one list of settings: the same names as the code, in the same order, with the code's defaults.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lumen::config::Config;
use lumen::config::env::Environment;
use lumen::config::variables::ALL;

/// One setting of the example file.
struct Setting {
    name: String,
    value: String,
    /// The value is only an example: the comment above names another default.
    is_example: bool,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_name(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && text.contains('_')
}

/// The settings of `.env.example`. A comment holds for all settings below it, up to the next comment or empty line.
fn example() -> Vec<Setting> {
    let text = std::fs::read_to_string(root().join(".env.example")).expect(".env.example is there");
    let mut settings = Vec::new();
    let (mut comment, mut comment_ended) = (String::new(), false);
    for line in text.lines() {
        assert!(
            line.is_empty() || line.starts_with('#'),
            "copied as it is, .env.example changes nothing, but for: {line}"
        );
        let setting = line
            .strip_prefix('#')
            .and_then(|rest| rest.split_once('='))
            .filter(|(name, _)| is_name(name));
        if let Some((name, value)) = setting {
            settings.push(Setting {
                name: name.to_owned(),
                value: value.to_owned(),
                is_example: comment.contains("Default:"),
            });
            comment_ended = true;
            continue;
        }
        if comment_ended || line.is_empty() {
            comment.clear();
            comment_ended = false;
        }
        comment.push_str(line);
    }
    settings
}

/// The code of `src/config` without comments and tests, but for the list of settings itself.
fn code() -> String {
    let folder = root().join("src/config");
    let mut code = String::new();
    for entry in std::fs::read_dir(folder).expect("src/config is readable") {
        let path = entry.expect("src/config is readable").path();
        if path.extension().is_none_or(|ending| ending != "rs") || is_list(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("source is UTF-8");
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in program.lines() {
            if !line.trim_start().starts_with("//") {
                code.push_str(line.trim());
            }
        }
    }
    code
}

/// Files of `src/config` that name settings without reading them: the list, and what libraries are told.
fn is_list(path: &Path) -> bool {
    path.ends_with("variables.rs") || path.ends_with("libraries.rs")
}

/// Everything between quotes that looks like a setting's name.
fn names_in(code: &str) -> BTreeSet<&str> {
    code.split('"').filter(|text| is_name(text)).collect()
}

/// Keys and tokens, so that the settings beside them count.
const SERVICES: [(&str, &str); 6] = [
    ("OPENAI_API_KEY", "k"),
    ("XAI_API_KEY", "k"),
    ("OLLAMA_HOST", "http://127.0.0.1:11434"),
    (
        "TELEGRAM_BOT_TOKEN",
        "4200000001:AAfake-token_for-tests-0123456789abc",
    ),
    ("TELEGRAM_WEBHOOK_URL", "https://lumen.example/telegram"),
    (
        "DISCORD_TOKEN",
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gfake0.for-tests_0123456789abcdefghij",
    ),
];

/// Everything that the settings come to, for comparing.
fn outcome(settings: &[(&str, &str)]) -> String {
    let env: Environment = SERVICES.iter().chain(settings).copied().collect();
    let config = Config::from_env(&env).expect("the settings are right");
    format!(
        "{:#?}",
        (
            config.place,
            config.people,
            config.http,
            config.models,
            config.telegram,
            config.discord,
            config.lens,
            config.log,
        )
    )
}

#[test]
fn the_example_file_names_every_setting_in_order() {
    let in_example: Vec<String> = example().into_iter().map(|setting| setting.name).collect();
    let listed: Vec<&str> = ALL.iter().map(|variable| variable.name).collect();
    assert_eq!(in_example, listed);
}

#[test]
fn the_code_reads_every_setting_and_no_other() {
    let code = code();
    let listed: BTreeSet<&str> = ALL.iter().map(|variable| variable.name).collect();
    assert_eq!(names_in(&code), listed);

    let read_as_secrets: BTreeSet<&str> = code
        .split(".secret(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let secrets: BTreeSet<&str> = ALL
        .iter()
        .filter(|variable| variable.secret)
        .map(|variable| variable.name)
        .collect();
    assert_eq!(read_as_secrets, secrets);
}

#[test]
fn the_example_values_are_accepted() {
    let settings = example();
    let env: Environment = settings
        .iter()
        .map(|setting| (setting.name.as_str(), setting.value.as_str()))
        .chain(SERVICES)
        .collect();
    let config = Config::from_env(&env).expect("every example is a right value");
    assert_eq!(config.remarks, Vec::<String>::new());
}

#[test]
fn the_example_file_shows_the_defaults() {
    let untouched = outcome(&[]);
    let shown: Vec<Setting> = example()
        .into_iter()
        .filter(|setting| !setting.is_example && !setting.value.is_empty())
        .collect();
    assert!(shown.len() > 10, "too few defaults were found");
    for setting in shown {
        assert_eq!(
            outcome(&[(setting.name.as_str(), setting.value.as_str())]),
            untouched,
            "{}={} is not the default",
            setting.name,
            setting.value
        );
    }
}
