//! The text model of a house that has turned text off.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::models::{ModelError, TextAnswer, TextModel, TextRequest, Written};

/// Writes nothing and says how to get a model.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoText;

#[async_trait]
impl TextModel for NoText {
    fn name(&self) -> (String, String) {
        ("off".to_owned(), "none".to_owned())
    }

    fn prompt_budget(&self) -> usize {
        0
    }

    fn count_tokens(&self, _text: &str) -> usize {
        0
    }

    async fn prepare(&self) -> Result<(), ModelError> {
        Err(missing())
    }

    async fn write(
        &self,
        _: &TextRequest,
        _: Written<'_>,
        _: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        Err(missing())
    }
}

fn missing() -> ModelError {
    ModelError::Missing(
        "LUMEN_TEXT is off, so nothing can be written. Three ways to a model: LUMEN_TEXT=local with the models that \
         `make setup` fetches; OPENAI_API_KEY; OLLAMA_HOST with OLLAMA_TEXT_MODEL (the last two are not built yet)."
            .to_owned(),
    )
}
