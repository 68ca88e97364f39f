//! What the service answers, as far as it is read.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::models::Took;
use crate::models::complaint::Complaint;
use crate::models::prices::Price;
use crate::models::service::Unread;

/// An answer, put together from whatever form it came in. A field that is not what it should be counts as absent.
#[derive(Debug, Default)]
pub(super) struct Completion {
    /// The text of the first choice.
    pub(super) content: String,
    pub(super) refusal: String,
    pub(super) finish_reason: String,
    /// Thoughts came in a field of their own.
    pub(super) has_thought: bool,
    pub(super) usage: Option<Usage>,
    pub(super) model: String,
}

impl Completion {
    /// Reads an answer that came as one, or in pieces. Of pieces, a line without a choice says nothing about the text.
    pub(super) fn read(body: &[u8]) -> Result<Self, Unread> {
        let body = std::str::from_utf8(body).map_err(|_| Unread::Garbled)?;
        let mut whole = Self::default();
        if body.trim_start().starts_with('{') {
            whole.add(body, "message")?;
            return Ok(whole);
        }
        let mut has_ended = false;
        for line in body.lines() {
            if let Some(error) = line.strip_prefix(ERROR) {
                return Err(Unread::Failed(Complaint::read(error.as_bytes())));
            }
            match data_of(line) {
                Some(END) => has_ended = true,
                Some(data) if data.starts_with('{') => whole.add(data, "delta")?,
                _ => {}
            }
        }
        if has_ended || !whole.finish_reason.is_empty() {
            Ok(whole)
        } else {
            Err(Unread::Garbled)
        }
    }

    /// Adds an object of an answer; the text stands in its first choice's `field`.
    fn add(&mut self, data: &str, field: &str) -> Result<(), Unread> {
        let value: Value = serde_json::from_str(data).map_err(|_| Unread::Garbled)?;
        if let Some(complaint) = Complaint::in_answer(&value) {
            return Err(Unread::Failed(complaint));
        }
        self.usage = Usage::of(&value["usage"]).or(self.usage);
        if let Some(model) = value["model"].as_str().filter(|model| !model.is_empty()) {
            model.clone_into(&mut self.model);
        }
        let Some(choice) = first_choice(&value) else {
            return Ok(());
        };
        if let Some(reason) = choice["finish_reason"].as_str() {
            reason.clone_into(&mut self.finish_reason);
        }
        let message = &choice[field];
        self.content.push_str(&text_of(&message["content"]));
        self.refusal.push_str(&text_of(&message["refusal"]));
        let thoughts = ["reasoning_content", "reasoning"];
        self.has_thought |= thoughts
            .iter()
            .any(|field| !text_of(&message[*field]).is_empty());
        Ok(())
    }
}

/// What the last line of a stream carries.
const END: &str = "[DONE]";

/// Some servers tell of a failure in a line that begins so.
const ERROR: &str = "error:";

fn first_choice(value: &Value) -> Option<&Value> {
    let choices = value["choices"].as_array()?;
    choices
        .iter()
        .find(|choice| choice["index"].as_u64().unwrap_or(0) == 0)
}

/// A text, or the texts of a list of parts.
fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part["text"].as_str());
            Cow::Owned(texts.collect())
        }
        _ => Cow::Borrowed(""),
    }
}

/// The text in a line of an answer that comes in pieces:
/// <https://platform.openai.com/docs/api-reference/chat-streaming>.
pub(super) fn piece_of(line: &str) -> Option<String> {
    let piece: Value = serde_json::from_str(data_of(line)?).ok()?;
    let text = text_of(&first_choice(&piece)?["delta"]["content"]).into_owned();
    (!text.is_empty()).then_some(text)
}

/// What a line of a stream of events carries: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
fn data_of(line: &str) -> Option<&str> {
    let data = line.strip_prefix("data:")?.trim();
    (!data.is_empty()).then_some(data)
}

/// Tokens that a call took.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Usage {
    pub(super) prompt: i64,
    pub(super) completion: i64,
    /// Of the prompt, what the service had read before.
    cached: i64,
}

impl Usage {
    /// What a service says that a call took; none where it does not say.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(Self {
            prompt: value["prompt_tokens"].as_i64()?,
            completion: value["completion_tokens"].as_i64().unwrap_or(0),
            cached: value["prompt_tokens_details"]["cached_tokens"]
                .as_i64()
                .unwrap_or(0),
        })
    }

    pub(super) fn took(self, price: Option<&Price>) -> Took {
        let cost = price.map_or(0, |price| {
            price.tokens(self.prompt, self.cached, self.completion).0
        });
        Took {
            tokens_in: self.prompt,
            tokens_out: self.completion,
            micro_usd: cost,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) data: Vec<Embedding>,
    #[serde(default)]
    pub(super) usage: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Embedding {
    pub(super) index: usize,
    pub(super) embedding: Vec<f32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Moderations {
    pub(super) results: Vec<Moderation>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Moderation {
    pub(super) flagged: bool,
    #[serde(default)]
    pub(super) categories: std::collections::BTreeMap<String, Option<bool>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: &str = "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n\
        : a remark\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Fri\"},\"finish_reason\":null}]}\r\n\r\n\
        data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"},\"finish_reason\":null}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"day\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n\
        data: [DONE]\n\n";

    #[test]
    fn pieces_become_one_answer_and_half_of_them_none() {
        let whole = Completion::read(PIECES.as_bytes()).unwrap();
        assert_eq!(whole.content, "Friday");
        assert_eq!(whole.finish_reason, "stop");
        assert_eq!(
            (whole.usage.unwrap().prompt, whole.model.as_str()),
            (7, "m")
        );
        let told: String = PIECES.lines().filter_map(piece_of).collect();
        assert_eq!(told, "Friday");
        let half = &PIECES[..PIECES.find("day").unwrap()];
        let garbled = |body: &[u8]| matches!(Completion::read(body), Err(Unread::Garbled));
        assert!(garbled(half.as_bytes()));
        assert!(garbled(&half.as_bytes()[..half.rfind("data").unwrap()]));
        assert!(garbled(b"<html>"));
    }

    #[test]
    fn a_line_that_carries_no_text_says_nothing_about_it() {
        let piece = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Friday\"},\"finish_reason\":null}]}\n\n";
        let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        for stray in [
            "data: {\"warning\":\"usage is not known\"}",
            "data: {\"choices\":null,\"usage\":null,\"model\":7}",
            "data: {\"choices\":\"none\",\"usage\":{\"prompt_tokens\":\"9\"},\"error\":null}",
            "data: {\"choices\":[{\"index\":\"0\",\"delta\":{\"content\":7,\"refusal\":false},\"finish_reason\":{}}]}",
            "data: {\"choices\":[{\"index\":0}]}",
            "data: [1]",
            "data: ping",
            "event: ping",
        ] {
            let body = format!("{stray}\n\n{piece}{stray}\n\n{end}{stray}\n\ndata: [DONE]\n\n");
            let whole = Completion::read(body.as_bytes()).unwrap();
            assert_eq!(whole.content, "Friday", "{stray}");
            assert!(whole.usage.is_none() && whole.refusal.is_empty(), "{stray}");
            let told: String = body.lines().filter_map(piece_of).collect();
            assert_eq!(told, "Friday", "{stray}");
        }
        // The end of the stream is an end, too.
        let body = format!("{piece}data: [DONE]\n\n");
        assert_eq!(Completion::read(body.as_bytes()).unwrap().content, "Friday");
        let parts = r#"{"choices":[{"message":{"content":[{"type":"text","text":"Fri"},{"text":"day"}]}}]}"#;
        assert_eq!(
            Completion::read(parts.as_bytes()).unwrap().content,
            "Friday"
        );
    }

    #[test]
    fn a_failure_that_is_told_in_the_answer_keeps_the_services_words() {
        let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Fri\"}}]}\n\n";
        for (error, code) in [
            (
                "data: {\"error\":{\"message\":\"too busy just now\",\"code\":529}}",
                "529",
            ),
            ("data: {\"error\":\"too busy just now\"}", ""),
            (
                "data: {\"object\":\"error\",\"message\":\"too busy just now\",\"code\":500}",
                "500",
            ),
            (
                "error: {\"code\":503,\"message\":\"too busy just now\"}",
                "503",
            ),
            (
                "{\"error\":{\"message\":\"too busy just now\",\"code\":529}}",
                "529",
            ),
        ] {
            let body = if error.starts_with('{') {
                error.to_owned()
            } else {
                format!("{piece}{error}\n\ndata: [DONE]\n\n")
            };
            let Err(Unread::Failed(complaint)) = Completion::read(body.as_bytes()) else {
                panic!("{body}");
            };
            assert_eq!(
                (complaint.message.as_str(), complaint.code.as_str()),
                ("too busy just now", code)
            );
        }
    }
}
