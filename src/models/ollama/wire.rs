//! What Ollama answers, as far as it is read.

use serde::Deserialize;
use serde_json::Value;

use crate::models::complaint::Complaint;
use crate::models::service::Unread;

/// An answer, put together from its lines. A field that is not what it should be counts as absent.
#[derive(Debug, Default)]
pub(super) struct Chat {
    pub(super) content: String,
    /// Thoughts came in a field of their own.
    pub(super) has_thought: bool,
    pub(super) done_reason: String,
    pub(super) prompt_eval_count: i64,
    pub(super) eval_count: i64,
}

impl Chat {
    /// Reads an answer that came as one, or a line for each piece. A line without a message says nothing about the text.
    pub(super) fn read(body: &[u8]) -> Result<Self, Unread> {
        let mut whole = Self::default();
        let mut is_done = false;
        for piece in serde_json::Deserializer::from_slice(body).into_iter::<Value>() {
            let piece = piece.map_err(|_| Unread::Garbled)?;
            if let Some(complaint) = Complaint::in_answer(&piece) {
                return Err(Unread::Failed(complaint));
            }
            let message = &piece["message"];
            whole
                .content
                .push_str(message["content"].as_str().unwrap_or_default());
            whole.has_thought |= message["thinking"]
                .as_str()
                .is_some_and(|text| !text.is_empty());
            if piece["done"] == true {
                is_done = true;
                let reason = piece["done_reason"].as_str().unwrap_or_default();
                reason.clone_into(&mut whole.done_reason);
                whole.prompt_eval_count = piece["prompt_eval_count"].as_i64().unwrap_or(0);
                whole.eval_count = piece["eval_count"].as_i64().unwrap_or(0);
            }
        }
        if is_done {
            Ok(whole)
        } else {
            Err(Unread::Garbled)
        }
    }
}

/// The text in a line of an answer that comes in pieces.
pub(super) fn piece_of(line: &str) -> Option<String> {
    let piece: Value = serde_json::from_str(line).ok()?;
    Some(piece["message"]["content"].as_str()?.to_owned())
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    pub(super) prompt_eval_count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: &str = "{\"message\":{\"content\":\"Friday\"},\"done\":false}\n";
    const END: &str = "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":2}\n";

    #[test]
    fn a_line_without_a_message_says_nothing_about_the_text() {
        for stray in [
            "{\"status\":\"loading\"}",
            "{\"message\":null,\"eval_count\":\"2\"}",
            "{\"message\":{\"content\":7},\"done\":false}",
            "",
        ] {
            let body = format!("{stray}\n{PIECE}{stray}\n{END}");
            let whole = Chat::read(body.as_bytes()).unwrap();
            assert_eq!(
                (whole.content.as_str(), whole.eval_count),
                ("Friday", 2),
                "{stray}"
            );
        }
        assert_eq!(Chat::read(PIECE.as_bytes()).unwrap_err(), Unread::Garbled);
        assert_eq!(Chat::read(b"<html>").unwrap_err(), Unread::Garbled);
    }

    #[test]
    fn a_failure_in_the_middle_keeps_the_services_words() {
        let body = format!("{PIECE}{{\"error\":\"too busy just now\"}}\n");
        let Unread::Failed(complaint) = Chat::read(body.as_bytes()).unwrap_err() else {
            panic!("it is told");
        };
        assert_eq!(complaint.message, "too busy just now");
    }
}
