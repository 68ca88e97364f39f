//! Writing and looking: one chat answer, held to a form.

use std::sync::atomic::Ordering;
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
use crate::models::shape::{self, Shape};
use crate::models::thought::after_thought;
use crate::models::{
    Message, ModelError, Speaker, TextAnswer, TextModel, TextRequest, Took, Written,
};
use crate::net::request::{Heard, Twice};

/// How many tokens a prompt should stay within: models at home read slowly.
const PROMPT_TOKENS: usize = 1_200;

/// Room for the prompt, a picture and the answer.
const CONTEXT: u64 = 4_096;

/// How long an answer in words may take: the model may have to be loaded first.
const LIMIT: Duration = Duration::from_mins(1);

/// The most tokens of a description.
const MOST_TOKENS: i32 = 400;

/// What a model that thinks although it should not may think in tokens, beyond its answer.
const THINKING: i32 = 2_000;

/// What is asked.
struct Talk<'a> {
    messages: Vec<ChatMessage>,
    /// How it is sampled.
    options: ModelOptions,
    max_tokens: i32,
    shape: &'a Shape,
    limit: Duration,
    /// Hears the text while it is written.
    written: Option<Written<'a>>,
}

struct Said {
    fields: Map<String, Value>,
    took: Took,
    cut_off: bool,
}

impl Ollama {
    async fn talk(&self, talk: Talk<'_>, cancel: &CancellationToken) -> Result<Said, ModelError> {
        let body = self.body(&talk);
        let field = talk.shape.fields.first().map_or("", |field| field.name);
        let pieces = talk
            .written
            .map(|written| Pieces::new(written, field, wire::piece_of));
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
            limit: talk.limit,
            cap: TEXT_CAP,
            twice: Twice::AfterFault,
            heard: Some(Heard(&heard)),
        };
        let body = ask(&self.service, &asked, cancel).await?;
        let answer = Chat::read(&body).map_err(|unread| self.service.no_text(&unread, &asked))?;
        let took = Took {
            tokens_in: answer.prompt_eval_count,
            tokens_out: answer.eval_count,
            micro_usd: 0,
        };
        let has_thought = answer.has_thought || after_thought(&answer.content).has_thought;
        let is_new_thinker = has_thought && !self.thinks.swap(true, Ordering::Relaxed);
        let cut_off = answer.done_reason == "length";
        let fields = talk
            .shape
            .read_answer(&answer.content, cut_off, true)
            .map_err(|why| {
                let error = self.service.unavailable(why);
                // With room for its thoughts it may get to its answer.
                if is_new_thinker {
                    took.and_passing(error)
                } else {
                    took.and(error)
                }
            })?;
        Ok(Said {
            fields,
            took,
            cut_off,
        })
    }

    fn body(&self, talk: &Talk<'_>) -> Value {
        let most = if self.thinks.load(Ordering::Relaxed) {
            talk.max_tokens.saturating_add(THINKING)
        } else {
            talk.max_tokens
        };
        let options = talk.options.clone().num_predict(most).num_ctx(CONTEXT);
        let mut request =
            ChatMessageRequest::new(self.model.clone(), talk.messages.clone()).options(options);
        // A schema that the crate cannot take is no reason to ask for less than JSON.
        let format = serde_json::from_value(talk.shape.schema());
        request = request.format(format.unwrap_or(FormatType::Json));
        let mut body = without_empty(json!(request));
        body["stream"] = json!(talk.written.is_some());
        // A post is short, and thoughts are written out of the same time and tokens.
        body["think"] = json!(false);
        body
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
            .seed(i32::try_from(request.seed % 1_000_000).unwrap_or(0));
        let talk = Talk {
            messages: request.messages.iter().map(message).collect(),
            options,
            max_tokens: i32::try_from(request.max_tokens).unwrap_or(i32::MAX),
            shape: &shape::TEXT,
            limit: request.patience.unwrap_or(LIMIT),
            written: Some(written),
        };
        let said = self.talk(talk, cancel).await?;
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
        let talk = Talk {
            messages: vec![question],
            options: ModelOptions::default().temperature(0.2),
            max_tokens: MOST_TOKENS,
            shape: request.shape,
            limit: request.patience,
            written: None,
        };
        let said = self.talk(talk, cancel).await?;
        Ok(Sight {
            fields: said.fields,
            took: said.took,
            provider: NAME.to_owned(),
            model: self.model.clone(),
        })
    }
}
