//! Which model writes, and how to get a better one.

use crate::chat::press::Press;
use crate::chat::view::{Block, Button, View};

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
    View::text("Any one of these, set in .env, is used from the next start on:")
        .with(Block::List(vec![
            "OPENAI_API_KEY: a hosted model".to_owned(),
            "OLLAMA_HOST and OLLAMA_TEXT_MODEL: a model that runs in Ollama".to_owned(),
            "LUMEN_TEXT_FILE: the path of a GGUF file on this machine".to_owned(),
        ]))
        .with(Block::Note(
            "`lumen models` lists good ones with their size, memory and speed here.".to_owned(),
        ))
}
