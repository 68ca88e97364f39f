//! Which model writes, and how to get a better one.

use crate::chat::press::Press;
use crate::chat::view::{Block, Button, View};
use crate::domain::ledger::ModelRole;

/// Said under the first card that the small model wrote.
pub const FIRST_CARD: &str = "Written by the small model inside, which keeps to plain sentences. /help models says how to get a better one.";

/// Which model writes, in a line. `small`: it is one that continues a text rather than follows instructions.
#[must_use]
pub fn writer(models: &[(ModelRole, String)], small: bool) -> String {
    if small {
        return "Texts are by the small model inside; /help models says how to get a better one."
            .to_owned();
    }
    let text = models.iter().find(|(role, _)| *role == ModelRole::Text);
    // The first choice stands before those behind it.
    let first = text.and_then(|(_, names)| names.split(';').next());
    match first.map(|first| first.split_once(", ").unwrap_or(("", first))) {
        Some((_, "off")) | None => "No model writes; /help models says how to get one.".to_owned(),
        Some(("local", model)) => format!("Texts are by {model}, on this machine."),
        Some((_, model)) => format!("Texts are by {model}."),
    }
}

/// `Get a better model`
#[must_use]
pub fn better_button() -> Button {
    Button {
        label: "Get a better model".to_owned(),
        press: Press::BetterModel.code(),
    }
}

/// The ways to a better model.
#[must_use]
pub fn better() -> View {
    View::text("Three ways to a better model. Each is a line or two in .env and holds from the next start on:")
        .with(Block::List(vec![
            "OPENAI_API_KEY: a hosted model".to_owned(),
            "OLLAMA_HOST and OLLAMA_TEXT_MODEL: a model that runs in Ollama".to_owned(),
            "LUMEN_TEXT_FILE: the path of a GGUF file on this machine".to_owned(),
        ]))
        .with(Block::Note(
            "`lumen models` lists good ones with their size, memory and speed here.".to_owned(),
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_which_model_writes() {
        let said = |text: &str, small| writer(&[(ModelRole::Text, text.to_owned())], small);
        assert_eq!(
            said("local, SmolLM2-135M-Instruct", true),
            "Texts are by the small model inside; /help models says how to get a better one."
        );
        let hosted = "openai, gpt-4o; behind it local, SmolLM2-135M-Instruct";
        assert_eq!(said(hosted, false), "Texts are by gpt-4o.");
        assert_eq!(
            said("local, Qwen3-1.7B", false),
            "Texts are by Qwen3-1.7B, on this machine."
        );
        let none = "No model writes; /help models says how to get one.";
        assert_eq!(said("off", false), none);
        assert_eq!(writer(&[], false), none);
    }
}
