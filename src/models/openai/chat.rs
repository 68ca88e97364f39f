//! Writing: one chat completion, its answer held to a form.

use std::time::{Duration, Instant};

use async_openai::types::chat::{
    ChatCompletionStreamOptions, CreateChatCompletionRequest, ReasoningEffort, ResponseFormat,
    ResponseFormatJsonSchema,
};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::wire::{self, Completion};
use super::{Dialect, Format, NAME, OpenAi, messages, tokens_in};
use crate::domain::ledger::MicroUsd;
use crate::models::pieces::Pieces;
use crate::models::service::{Answered, Asked, Failed, TEXT_CAP};
use crate::models::shape::{self, Shape};
use crate::models::thought::after_thought;
use crate::models::{Message, ModelError, TextAnswer, TextModel, TextRequest, Took, Written};
use crate::net::request::{Heard, Twice};

/// How many tokens a prompt should stay within: what a draft needs with eight posts and five examples.
const PROMPT_TOKENS: usize = 1_800;

/// How long an answer in words may take.
const LIMIT: Duration = Duration::from_mins(1);

/// How often a question is put differently before it is given up. A complaint costs nothing.
const WAYS: usize = 4;

/// What is asked, whatever the dialect.
pub(super) struct Talk<'a> {
    pub(super) messages: &'a [Message],
    /// A picture that goes with the last message, as a `data:` address.
    pub(super) picture: Option<String>,
    pub(super) shape: &'a Shape,
    pub(super) max_tokens: usize,
    pub(super) temperature: f64,
    pub(super) top_p: f64,
    pub(super) worst: Took,
    pub(super) key: &'a str,
    pub(super) limit: Duration,
    /// Hears the text while it is written.
    pub(super) written: Option<Written<'a>>,
}

/// What came back.
pub(super) struct Said {
    pub(super) fields: Map<String, Value>,
    pub(super) took: Took,
    pub(super) model: String,
    pub(super) cut_off: bool,
}

impl OpenAi {
    /// Asks, in the way the service understands.
    pub(super) async fn talk(
        &self,
        talk: &Talk<'_>,
        cancel: &CancellationToken,
    ) -> Result<Said, ModelError> {
        let field = talk.shape.fields.first().map_or("", |field| field.name);
        let pieces = talk
            .written
            .map(|written| Pieces::new(written, field, wire::piece_of));
        let heard = |answer: &[u8]| {
            if let Some(pieces) = &pieces {
                pieces.heard(answer);
            }
        };
        let begun = Instant::now();
        for _ in 0..WAYS {
            let dialect = self.dialect();
            let body = self.body(talk, dialect);
            let asked = Asked {
                path: "chat/completions",
                body: &body,
                model: ("OPENAI_MODEL", &self.model),
                worst: talk.worst,
                key: talk.key,
                limit: talk.limit.saturating_sub(begun.elapsed()),
                cap: TEXT_CAP,
                twice: Twice::AfterFault,
                heard: Some(Heard(&heard)),
            };
            match self.service.ask(&asked, cancel).await {
                Ok(answered) => return self.read(&answered, talk, &asked).await,
                Err(Failed::Other(error)) => return Err(error),
                Err(Failed::Said(status, complaint)) => match dialect.after(status, &complaint) {
                    Some(next) => self.learn(next),
                    None => return Err(self.service.in_words(status, &complaint, asked.model)),
                },
            }
        }
        Err(self
            .service
            .unusable("it understands none of the ways in which it was asked"))
    }

    fn body(&self, talk: &Talk<'_>, dialect: Dialect) -> Value {
        let most = u32::try_from(talk.max_tokens + self.thinking()).unwrap_or(u32::MAX);
        let streams = dialect.stream && talk.written.is_some();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "two digits after the point are enough"
        )]
        let request = CreateChatCompletionRequest {
            model: self.model.clone(),
            messages: messages::of(talk, dialect),
            response_format: match dialect.format {
                Format::Schema => Some(ResponseFormat::JsonSchema {
                    json_schema: ResponseFormatJsonSchema {
                        description: None,
                        name: talk.shape.name.to_owned(),
                        schema: talk.shape.schema(),
                        strict: Some(true),
                    },
                }),
                Format::Json => Some(ResponseFormat::JsonObject),
                Format::Words => None,
            },
            temperature: dialect.sampling.then_some(talk.temperature as f32),
            top_p: dialect.sampling.then_some(talk.top_p as f32),
            reasoning_effort: dialect.effort.then_some(ReasoningEffort::Low),
            max_completion_tokens: dialect.completion_tokens.then_some(most),
            stream: streams.then_some(true),
            stream_options: streams.then_some(ChatCompletionStreamOptions {
                include_usage: Some(true),
                include_obfuscation: None,
            }),
            ..CreateChatCompletionRequest::default()
        };
        let mut body = json!(request);
        if !dialect.completion_tokens {
            body["max_tokens"] = json!(most);
        }
        body
    }

    /// Reads an answer. What cannot be used is paid for all the same, and not kept for another time.
    async fn read(
        &self,
        answered: &Answered,
        talk: &Talk<'_>,
        asked: &Asked<'_>,
    ) -> Result<Said, ModelError> {
        match self.parse(&answered.body, talk, asked) {
            Ok(mut said) => {
                if answered.again {
                    said.took.micro_usd = 0;
                }
                Ok(said)
            }
            Err(error) => {
                self.service.forget(answered).await;
                Err(error)
            }
        }
    }

    /// The error carries what the answer cost.
    fn parse(&self, body: &[u8], talk: &Talk<'_>, asked: &Asked<'_>) -> Result<Said, ModelError> {
        let completion =
            Completion::read(body).map_err(|unread| self.service.no_text(&unread, asked))?;
        let took = completion
            .usage
            .map_or(talk.worst, |usage| usage.took(self.price.as_ref()));
        if !completion.refusal.is_empty() {
            return Err(took.and(self.service.refused(&completion.refusal)));
        }
        if completion.finish_reason == "content_filter" {
            let why = "its own filter stopped the answer";
            return Err(took.and(self.service.refused(why)));
        }
        let has_thought = completion.has_thought || after_thought(&completion.content).has_thought;
        let is_new_thinker = has_thought && self.leave_room_for_thoughts();
        let cut_off = completion.finish_reason == "length";
        let knows_forms = self.dialect().format != Format::Words;
        let fields = talk
            .shape
            .read_answer(&completion.content, cut_off, knows_forms)
            .map_err(|why| {
                let error = self.service.unavailable(why);
                // With room for its thoughts it may get to its answer; asked again unasked only where that is free.
                if is_new_thinker && self.service.endpoint.is_local() {
                    took.and_passing(error)
                } else {
                    took.and(error)
                }
            })?;
        Ok(Said {
            fields,
            took,
            model: if completion.model.is_empty() {
                self.model.clone()
            } else {
                completion.model
            },
            cut_off,
        })
    }
}

impl OpenAi {
    /// The most that a talk can take: its prompt, estimated from above, and every token of the answer.
    pub(super) fn worst_of(&self, prompt: usize, max_tokens: usize) -> Took {
        let whole = |tokens: usize| i64::try_from(tokens).unwrap_or(i64::MAX / 2);
        let (prompt, answer) = (whole(prompt), whole(max_tokens + self.thinking()));
        Took {
            tokens_in: prompt,
            tokens_out: answer,
            micro_usd: self
                .price
                .as_ref()
                .map_or(0, |price| price.tokens(prompt, 0, answer).0),
        }
    }

    fn worst_of_writing(&self, request: &TextRequest) -> Took {
        let prompt: usize = request
            .messages
            .iter()
            .map(|message| tokens_in(&message.text))
            .sum();
        // The schema is part of the prompt.
        self.worst_of(prompt + 80, request.max_tokens)
    }
}

#[async_trait]
impl TextModel for OpenAi {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn prompt_budget(&self) -> usize {
        PROMPT_TOKENS
    }

    fn count_tokens(&self, text: &str) -> usize {
        tokens_in(text)
    }

    fn worst_price(&self, request: &TextRequest) -> MicroUsd {
        MicroUsd(self.worst_of_writing(request).micro_usd)
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let begun = Instant::now();
        let talk = Talk {
            messages: &request.messages,
            picture: None,
            shape: &shape::TEXT,
            max_tokens: request.max_tokens,
            temperature: request.temperature,
            top_p: request.top_p,
            worst: self.worst_of_writing(request),
            key: &request.key,
            limit: request.patience.unwrap_or(LIMIT),
            written: Some(written),
        };
        let said = self.talk(&talk, cancel).await?;
        let text = said.fields["text"].as_str().unwrap_or_default().to_owned();
        written(&text);
        Ok(TextAnswer {
            text,
            tokens_in: said.took.tokens_in,
            tokens_out: said.took.tokens_out,
            micro_usd: said.took.micro_usd,
            millis: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            provider: NAME.to_owned(),
            model: said.model,
            cut_off: said.cut_off,
        })
    }
}
