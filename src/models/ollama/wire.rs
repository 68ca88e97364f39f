//! What Ollama answers, as far as it is read.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) message: Message,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    pub(super) done_reason: Option<String>,
    #[serde(default)]
    pub(super) prompt_eval_count: i64,
    #[serde(default)]
    pub(super) eval_count: i64,
}

impl Chat {
    /// Reads an answer that came as one, or a line for each piece. None: it is unreadable, or not there to its end.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut content = String::new();
        let mut last = None;
        for piece in serde_json::Deserializer::from_slice(body).into_iter::<Self>() {
            let piece = piece.ok()?;
            content.push_str(&piece.message.content);
            last = Some(piece);
        }
        let mut whole = last.filter(|last| last.done)?;
        whole.message.content = content;
        Some(whole)
    }
}

/// The text in a line of an answer that comes in pieces.
pub(super) fn piece_of(line: &str) -> Option<String> {
    let piece: Chat = serde_json::from_str(line).ok()?;
    Some(piece.message.content)
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Embeddings {
    pub(super) embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    pub(super) prompt_eval_count: i64,
}
