//! Writing and looking: one chat answer, held to a form.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ollama_rs::generation::chat::ChatMessage;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::images::Image;
use ollama_rs::generation::parameters::FormatType;
use ollama_rs::models::ModelOptions;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::wire::{self, Chat};
use super::{NAME, Ollama, ask};
use crate::models::pieces::Pieces;
use crate::models::see::{Sight, SightRequest, VisionModel};
use crate::models::service::{Asked, TEXT_CAP};
use crate::models::shape::{self, Shape, cut_off_text};
use crate::models::{
    Message, ModelError, Speaker, TextAnswer, TextModel, TextRequest, Took, Written,
};
use crate::net::endpoint::Heard;

/// How many tokens a prompt should stay within: models at home read slowly.
const PROMPT_TOKENS: usize = 1_200;

/// Room for the prompt, a picture and the answer.
const CONTEXT: u64 = 4_096;

/// How long an answer in words may take: the model may have to be loaded first.
const LIMIT: Duration = Duration::from_mins(1);

/// The most tokens of a description.
const MOST_TOKENS: i32 = 400;

struct Said {
    fields: Map<String, Value>,
    took: Took,
    cut_off: bool,
}

impl Ollama {
    async fn talk(
        &self,
        messages: Vec<ChatMessage>,
        options: ModelOptions,
        shape: &Shape,
        limit: Duration,
        written: Option<Written<'_>>,
        cancel: &CancellationToken,
    ) -> Result<Said, ModelError> {
        let mut request = ChatMessageRequest::new(self.model.clone(), messages).options(options);
        // A schema that the crate cannot take is no reason to ask for less than JSON.
        let format = serde_json::from_value(shape.schema());
        request = request.format(format.unwrap_or(FormatType::Json));
        let mut body = without_empty(json!(request));
        body["stream"] = json!(written.is_some());
        let field = shape.fields.first().map_or("", |field| field.name);
        let pieces = written.map(|written| Pieces::new(written, field, wire::piece_of));
        let heard = |answer: &[u8]| {
            if let Some(pieces) = &pieces {
                pieces.heard(answer);
            }
        };
        let asked = Asked {
            path: "api/chat",
            body: &body,
            model: (self.setting, &self.model),
            worst: Took::default(),
            key: "",
            limit,
            cap: TEXT_CAP,
            heard: Some(Heard(&heard)),
        };
        let body = ask(&self.service, &asked, cancel).await?;
        let answer = Chat::read(&body)
            .ok_or_else(|| self.service.unavailable("its answer is unreadable"))?;
        let took = Took {
            tokens_in: answer.prompt_eval_count,
            tokens_out: answer.eval_count,
            micro_usd: 0,
        };
        let content = answer.message.content;
        let cut_off = answer.done_reason.as_deref() == Some("length");
        let fields = match (shape.read(&content), shape.fields) {
            (Err(_), [only]) if cut_off => cut_off_text(&content, only.name)
                .map(|text| Map::from_iter([(only.name.to_owned(), json!(text))]))
                .ok_or_else(|| "its answer was cut off".to_owned()),
            (read, _) => read,
        };
        let fields = fields.map_err(|why| took.and(self.service.unavailable(why)))?;
        Ok(Said {
            fields,
            took,
            cut_off,
        })
    }
}

/// Fields that say nothing are left out: the crate writes some that the service does not describe.
fn without_empty(mut body: Value) -> Value {
    for message in body["messages"].as_array_mut().into_iter().flatten() {
        if let Some(fields) = message.as_object_mut() {
            fields.retain(|_, value| !value.is_null() && *value != json!([]));
        }
    }
    body
}

fn message(message: &Message) -> ChatMessage {
    let text = message.text.clone();
    match message.speaker {
        Speaker::System => ChatMessage::system(text),
        Speaker::User => ChatMessage::user(text),
        Speaker::Assistant => ChatMessage::assistant(text),
    }
}

#[async_trait]
impl TextModel for Ollama {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn prompt_budget(&self) -> usize {
        PROMPT_TOKENS
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.len().div_ceil(3) + 4
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let begun = Instant::now();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "two digits after the point are enough"
        )]
        let options = ModelOptions::default()
            .temperature(request.temperature as f32)
            .top_p(request.top_p as f32)
            .seed(i32::try_from(request.seed % 1_000_000).unwrap_or(0))
            .num_predict(i32::try_from(request.max_tokens).unwrap_or(i32::MAX))
            .num_ctx(CONTEXT);
        let said = self
            .talk(
                request.messages.iter().map(message).collect(),
                options,
                &shape::TEXT,
                request.patience.unwrap_or(LIMIT),
                Some(written),
                cancel,
            )
            .await?;
        let text = said.fields["text"].as_str().unwrap_or_default().to_owned();
        written(&text);
        Ok(TextAnswer {
            text,
            tokens_in: said.took.tokens_in,
            tokens_out: said.took.tokens_out,
            micro_usd: 0,
            millis: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            provider: NAME.to_owned(),
            model: self.model.clone(),
            cut_off: said.cut_off,
        })
    }
}

#[async_trait]
impl VisionModel for Ollama {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    async fn look(
        &self,
        request: &SightRequest,
        cancel: &CancellationToken,
    ) -> Result<Sight, ModelError> {
        self.can_see(cancel).await?;
        let picture = Image::from_base64(BASE64.encode(&request.picture));
        let question = ChatMessage::user(request.question.clone()).add_image(picture);
        let options = ModelOptions::default()
            .temperature(0.2)
            .num_predict(MOST_TOKENS)
            .num_ctx(CONTEXT);
        let said = self
            .talk(
                vec![question],
                options,
                request.shape,
                request.patience,
                None,
                cancel,
            )
            .await?;
        Ok(Sight {
            fields: said.fields,
            took: said.took,
            provider: NAME.to_owned(),
            model: self.model.clone(),
        })
    }
}
