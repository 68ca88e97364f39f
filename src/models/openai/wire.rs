//! What the service answers, as far as it is read.

use serde::Deserialize;

use crate::models::Took;
use crate::models::prices::Price;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Completion {
    #[serde(default)]
    pub(super) choices: Vec<Choice>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
    #[serde(default)]
    pub(super) model: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    pub(super) message: Message,
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
}

impl Completion {
    /// Reads an answer that came as one, or in pieces. None: it is unreadable, or not there to its end.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok()?;
        if body.trim_start().starts_with('{') {
            return serde_json::from_str(body).ok();
        }
        let mut whole = Self::default();
        let mut choice = Choice::default();
        for line in body.lines() {
            let Some(data) = data_of(line) else { continue };
            let piece: Piece = serde_json::from_str(data).ok()?;
            whole.usage = piece.usage.or(whole.usage);
            if !piece.model.is_empty() {
                whole.model = piece.model;
            }
            for next in piece.choices.into_iter().filter(|next| next.index == 0) {
                choice.finish_reason = next.finish_reason.or(choice.finish_reason);
                append(&mut choice.message.content, next.delta.content);
                append(&mut choice.message.refusal, next.delta.refusal);
            }
        }
        choice.finish_reason.as_ref()?;
        whole.choices.push(choice);
        Some(whole)
    }
}

/// A piece of a completion: <https://platform.openai.com/docs/api-reference/chat-streaming>.
#[derive(Debug, Deserialize)]
struct Piece {
    choices: Vec<PieceOfChoice>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    model: String,
}

#[derive(Debug, Deserialize)]
struct PieceOfChoice {
    #[serde(default)]
    index: u32,
    #[serde(default)]
    delta: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

/// The text in a line of an answer that comes in pieces.
pub(super) fn piece_of(line: &str) -> Option<String> {
    let piece: Piece = serde_json::from_str(data_of(line)?).ok()?;
    let first = piece.choices.into_iter().find(|choice| choice.index == 0)?;
    first.delta.content
}

/// What a line of a stream of events carries: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
fn data_of(line: &str) -> Option<&str> {
    let data = line.strip_prefix("data:")?.trim();
    (!data.is_empty() && data != "[DONE]").then_some(data)
}

fn append(whole: &mut Option<String>, piece: Option<String>) {
    if let Some(piece) = piece {
        whole.get_or_insert_default().push_str(&piece);
    }
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    pub(super) prompt_tokens: i64,
    #[serde(default)]
    pub(super) completion_tokens: i64,
    #[serde(default)]
    pub(super) prompt_tokens_details: Option<Details>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Details {
    #[serde(default)]
    pub(super) cached_tokens: Option<i64>,
}

impl Usage {
    pub(super) fn took(self, price: Option<&Price>) -> Took {
        let cached = self
            .prompt_tokens_details
            .and_then(|details| details.cached_tokens)
            .unwrap_or(0);
        let cost = price.map_or(0, |price| {
            price
                .tokens(self.prompt_tokens, cached, self.completion_tokens)
                .0
        });
        Took {
            tokens_in: self.prompt_tokens,
            tokens_out: self.completion_tokens,
            micro_usd: cost,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) data: Vec<Embedding>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
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
        assert_eq!(whole.choices[0].message.content.as_deref(), Some("Friday"));
        assert_eq!(whole.choices[0].finish_reason.as_deref(), Some("stop"));
        assert_eq!(
            (whole.usage.unwrap().prompt_tokens, whole.model.as_str()),
            (7, "m")
        );
        let told: String = PIECES.lines().filter_map(piece_of).collect();
        assert_eq!(told, "Friday");
        let half = &PIECES[..PIECES.find("day").unwrap()];
        assert!(Completion::read(half.as_bytes()).is_none());
        assert!(Completion::read(&half.as_bytes()[..half.rfind("data").unwrap()]).is_none());
        assert!(Completion::read(b"data: {\"error\":{\"message\":\"overloaded\"}}\n").is_none());
        assert!(Completion::read(b"<html>").is_none());
    }
}
