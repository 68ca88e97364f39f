//! Looking: a chat completion with a picture in the question.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio_util::sync::CancellationToken;

use super::chat::Talk;
use super::{NAME, OpenAi, tokens_in};
use crate::domain::ledger::MicroUsd;
use crate::models::see::{Sight, SightRequest, VisionModel};
use crate::models::{Message, ModelError, Speaker, Took};

/// What a picture of at most 1,024 pixels a side takes in a prompt, at most: 85 tokens and 170 for each square of 512.
const PICTURE_TOKENS: usize = 85 + 4 * 170;

/// The most tokens of a description.
const MOST_TOKENS: usize = 500;

impl OpenAi {
    fn worst_of_looking(&self, request: &SightRequest) -> Took {
        self.worst_of(
            tokens_in(&request.question) + PICTURE_TOKENS + 200,
            MOST_TOKENS,
        )
    }
}

#[async_trait]
impl VisionModel for OpenAi {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn worst_price(&self, request: &SightRequest) -> MicroUsd {
        MicroUsd(self.worst_of_looking(request).micro_usd)
    }

    async fn look(
        &self,
        request: &SightRequest,
        cancel: &CancellationToken,
    ) -> Result<Sight, ModelError> {
        let question = Message {
            speaker: Speaker::User,
            text: request.question.clone(),
        };
        let talk = Talk {
            messages: &[question],
            picture: Some(format!(
                "data:{};base64,{}",
                request.mime,
                BASE64.encode(&request.picture)
            )),
            shape: request.shape,
            max_tokens: MOST_TOKENS,
            temperature: 0.2,
            top_p: 1.0,
            worst: self.worst_of_looking(request),
            key: "",
            limit: request.patience,
            written: None,
        };
        let said = self.talk(&talk, cancel).await?;
        Ok(Sight {
            fields: said.fields,
            took: said.took,
            provider: NAME.to_owned(),
            model: said.model,
        })
    }
}
