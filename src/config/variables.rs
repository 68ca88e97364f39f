//! Every variable Lumen knows, in the order of `.env.example`.

use super::env::Environment;

/// One variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    /// Can be given as `NAME_FILE`, a path.
    pub secret: bool,
}

const fn plain(name: &'static str) -> Variable {
    Variable {
        name,
        secret: false,
    }
}

const fn secret(name: &'static str) -> Variable {
    Variable { name, secret: true }
}

pub const ALL: &[Variable] = &[
    plain("LUMEN_DATA_DIR"),
    plain("DATABASE_URL"),
    plain("LANCEDB_URI"),
    plain("LUMEN_MODELS_DIR"),
    plain("LUMEN_TIMEZONE"),
    plain("LUMEN_OWNERS"),
    plain("LUMEN_HTTP_ADDR"),
    plain("LUMEN_LOG"),
    plain("LUMEN_LOG_FORMAT"),
    plain("LUMEN_TEXT"),
    plain("LUMEN_TEXT_FILE"),
    plain("LUMEN_VISION"),
    plain("LUMEN_IMAGE"),
    plain("LUMEN_EMBEDDER"),
    plain("LUMEN_DAILY_BUDGET_USD"),
    plain("LUMEN_TASK_BUDGETS_USD"),
    secret("OPENAI_API_KEY"),
    plain("OPENAI_BASE_URL"),
    plain("OPENAI_MODEL"),
    plain("OPENAI_EMBEDDING_MODEL"),
    plain("OLLAMA_HOST"),
    plain("OLLAMA_VISION_MODEL"),
    plain("OLLAMA_TEXT_MODEL"),
    plain("OLLAMA_EMBEDDING_MODEL"),
    secret("XAI_API_KEY"),
    plain("XAI_BASE_URL"),
    plain("XAI_IMAGE_MODEL"),
    secret("TELEGRAM_BOT_TOKEN"),
    plain("TELEGRAM_API_URL"),
    plain("TELEGRAM_WEBHOOK_URL"),
    plain("TELEGRAM_WEBHOOK_ADDR"),
    secret("DISCORD_TOKEN"),
    plain("DISCORD_API_URL"),
    plain("DISCORD_GUILD_ID"),
    plain("LENS_API_URL"),
    plain("LENS_STORAGE_URL"),
    plain("LENS_ACCOUNT"),
    secret("LENS_PRIVATE_KEY"),
    plain("LENS_APP"),
    secret("LENS_APP_KEY"),
    plain("LENS_ORIGIN"),
];

/// What is worth a line at start.
pub(super) fn remarks(env: &Environment) -> Vec<String> {
    env.names()
        .filter(|name| name.starts_with("LUMEN_") && !known(name))
        .map(|name| {
            let near = ALL.iter().map(|variable| variable.name).max_by(|a, b| {
                strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b))
            });
            format!(
                "{name} is no setting of Lumen's. Did you mean {}?",
                near.unwrap_or("LUMEN_LOG")
            )
        })
        .collect()
}

/// Whether it is a setting of Lumen's.
pub(super) fn known(name: &str) -> bool {
    // Set for the tests and the build, not settings of the program.
    if name.starts_with("LUMEN_TEST_") {
        return true;
    }
    ALL.iter().any(|variable| {
        variable.name == name
            || (variable.secret && name.strip_suffix("_FILE") == Some(variable.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn what_is_mistyped_is_remarked() {
        let env: Environment = [("LUMEN_TIMEZNE", "UTC"), ("LUMEN_TIMEZONE", "UTC")]
            .into_iter()
            .collect();
        let remarks = Config::from_env(&env).unwrap().remarks;
        assert_eq!(
            remarks,
            ["LUMEN_TIMEZNE is no setting of Lumen's. Did you mean LUMEN_TIMEZONE?",]
        );
    }

    #[test]
    fn wrong_values_name_the_variable_the_value_and_what_is_expected() {
        for (name, value) in [
            ("LUMEN_TIMEZONE", "Mars/Olympus"),
            ("LUMEN_HTTP_ADDR", "9464"),
            ("LUMEN_DAILY_BUDGET_USD", "-1"),
            ("LUMEN_DAILY_BUDGET_USD", "NaN"),
            ("LUMEN_TASK_BUDGETS_USD", "poem=1"),
            ("LUMEN_TEXT", "parrot"),
            ("LUMEN_TEXT", "openai"),
            ("LUMEN_IMAGE", "local"),
            ("LUMEN_VISION", "eyes"),
            ("LUMEN_OWNERS", "telegram:me"),
            ("LUMEN_LOG", "lumen=loud"),
            ("LUMEN_LOG", "loud"),
            ("LUMEN_DAILY_BUDGET_USD", "1e999"),
            ("LUMEN_LOG_FORMAT", "xml"),
            ("DATABASE_URL", "postgres://db/lumen"),
        ] {
            let env: Environment = [(name, value)].into_iter().collect();
            let error = Config::from_env(&env).unwrap_err();
            assert!(
                error.variable == name && error.holds.contains(value) && !error.expects.is_empty(),
                "{name}: {error}"
            );
        }
        let env: Environment = [("DATABASE_URL", "postgres://me:hunter2@db/lumen")]
            .into_iter()
            .collect();
        assert!(
            !Config::from_env(&env)
                .unwrap_err()
                .to_string()
                .contains("hunter2")
        );
    }
}
