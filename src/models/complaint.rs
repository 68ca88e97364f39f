//! What providers say of a failure.

use serde_json::Value;

use crate::domain::error::shortened;

/// The longest piece of a provider's own words that people are shown.
pub(super) const WORDS: usize = 160;

/// What a provider says of a failure, in whichever of its forms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Complaint {
    pub message: String,
    pub code: String,
    pub param: String,
}

impl Complaint {
    /// Reads `{"error": {"message", "type", "param", "code"}}`, the same fields without `error` around them,
    /// `{"code", "error": "text"}` and `{"error": "text"}`.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        Self::of(&serde_json::from_slice(body).unwrap_or_default())
    }

    /// A failure that is told in the middle of an answer whose status was good.
    #[must_use]
    pub fn in_answer(value: &Value) -> Option<Self> {
        let is_one = match &value["error"] {
            Value::String(error) => !error.is_empty(),
            Value::Object(error) => !error.is_empty(),
            _ => value["object"] == "error",
        };
        is_one.then(|| Self::of(value))
    }

    fn of(value: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let (error, message) = match &value["error"] {
            error @ Value::Object(_) => (error, text(&error["message"])),
            error @ Value::String(_) => (value, text(error)),
            _ => (value, text(&value["message"])),
        };
        let code = text(&error["code"]);
        Self {
            message,
            code: if code.is_empty() {
                text(&error["type"])
            } else {
                code
            },
            param: text(&error["param"]),
        }
    }

    /// Whether one of the words stands in what it says.
    #[must_use]
    pub fn names(&self, words: &[&str]) -> bool {
        let all = format!("{} {} {}", self.message, self.code, self.param).to_lowercase();
        words.iter().any(|word| all.contains(word))
    }

    /// The provider's own words, cut, for people.
    pub(super) fn words(&self) -> String {
        let line = self
            .message
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        shortened(line.trim_end_matches('.'), WORDS)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_complaint_is_read() {
        let openai =
            br#"{"error":{"message":"No.","type":"insufficient_quota","param":null,"code":null}}"#;
        assert_eq!(Complaint::read(openai).code, "insufficient_quota");
        let xai = br#"{"code":"Client specified an invalid argument","error":"Argument not supported: size"}"#;
        assert_eq!(Complaint::read(xai).message, "Argument not supported: size");
        let ollama = br#"{"error":"model 'x' not found"}"#;
        assert_eq!(Complaint::read(ollama).message, "model 'x' not found");
        let plain = br#"{"object":"error","message":"Slow down.","type":"busy","code":529}"#;
        assert_eq!(Complaint::read(plain).message, "Slow down.");
        assert_eq!(Complaint::read(plain).code, "529");
        assert_eq!(Complaint::read(b"<html>"), Complaint::default());
        assert_eq!(
            Complaint::in_answer(&json!({"error": null, "choices": []})),
            None
        );
        assert_eq!(Complaint::in_answer(&json!({"error": {}})), None);
    }
}
