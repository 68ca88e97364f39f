//! What an answer looks like when it is more than running text: a JSON object with a few named fields.

use serde_json::{Map, Value, json};

use crate::models::thought::after_thought;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Yes or no.
    Flag,
}

/// A field, with what the model is told about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub what: &'static str,
}

/// An object with exactly these fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// At most 64 letters, digits, `_` and `-`.
    pub name: &'static str,
    pub fields: &'static [Field],
}

/// A text and nothing beside it.
pub const TEXT: Shape = Shape {
    name: "post",
    fields: &[Field {
        name: "text",
        kind: Kind::Text,
        what: "The text of the post as it will be published, and nothing else.",
    }],
};

impl Shape {
    /// As a JSON schema in the strict form: every field required, nothing else allowed.
    #[must_use]
    pub fn schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .fields
            .iter()
            .map(|field| {
                let kind = match field.kind {
                    Kind::Text => "string",
                    Kind::Flag => "boolean",
                };
                (
                    field.name.to_owned(),
                    json!({"type": kind, "description": field.what}),
                )
            })
            .collect();
        let required: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }

    /// Reads what a model wrote. Thoughts, and what stands around the object (a fence, a word before it), are left
    /// aside. Where the shape is one text, that text will do: as much of it as an answer that was cut off holds, and
    /// running text from a service that knows no forms.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read_answer(
        &self,
        content: &str,
        cut_off: bool,
        knows_forms: bool,
    ) -> Result<Map<String, Value>, String> {
        let answer = after_thought(content).text.trim_end();
        if answer.is_empty() {
            return Err(if cut_off {
                "it used up its tokens before it wrote a word".to_owned()
            } else {
                "its answer is empty".to_owned()
            });
        }
        let read = self.read(answer);
        let ([only], Err(_)) = (self.fields, &read) else {
            return read;
        };
        let is_running_text = !knows_forms && !answer.starts_with(['{', '`']);
        let text = if is_running_text {
            Some(answer.to_owned())
        } else if cut_off {
            cut_off_text(answer, only.name)
        } else {
            None
        };
        match text {
            Some(text) => Ok(Map::from_iter([(only.name.to_owned(), json!(text))])),
            None => read,
        }
    }

    /// Reads an answer of this shape. What stands around the object (a fence, a word before it) is left aside.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    fn read(&self, text: &str) -> Result<Map<String, Value>, String> {
        let object = text
            .find('{')
            .zip(text.rfind('}'))
            .and_then(|(start, end)| text.get(start..=end))
            .and_then(|object| serde_json::from_str::<Map<String, Value>>(object).ok())
            .ok_or_else(|| "its answer is not the JSON that was asked for".to_owned())?;
        for field in self.fields {
            let right = match (field.kind, object.get(field.name)) {
                (Kind::Text, Some(value)) => value.is_string(),
                (Kind::Flag, Some(value)) => value.is_boolean(),
                (_, None) => false,
            };
            if !right {
                return Err(format!(
                    "its answer has no good \u{201c}{}\u{201d}",
                    field.name
                ));
            }
        }
        Ok(object)
    }
}

/// What is written so far of the field `name`, of an object that was cut off.
#[must_use]
pub fn cut_off_text(answer: &str, name: &str) -> Option<String> {
    let after = answer.split_once(&format!("\"{name}\""))?.1;
    let mut inside = after.trim_start().strip_prefix(':')?.trim_start();
    inside = inside.strip_prefix('"')?;
    // The end is cut back until it reads as a string: an escape may be broken in the middle.
    (0..=inside.len().min(12)).find_map(|less| {
        let end = inside.len() - less;
        let piece = inside.get(..end)?;
        serde_json::from_str::<String>(&format!("\"{piece}\"")).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Shape = Shape {
        name: "two",
        fields: &[
            Field {
                name: "text",
                kind: Kind::Text,
                what: "words",
            },
            Field {
                name: "fits",
                kind: Kind::Flag,
                what: "yes or no",
            },
        ],
    };

    #[test]
    fn the_schema_is_strict() {
        let schema = TWO.schema();
        assert_eq!(schema["required"], json!(["text", "fits"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["properties"]["fits"]["type"], "boolean");
    }

    #[test]
    fn an_answer_is_read_with_what_stands_around_it_and_a_wrong_one_says_why() {
        let good = "```json\n{\"text\": \"a {cup}\", \"fits\": true}\n```";
        assert_eq!(TWO.read(good).unwrap()["text"], "a {cup}");
        for (wrong, why) in [
            ("<html>", "not the JSON"),
            (
                "{\"text\": 4, \"fits\": true}",
                "no good \u{201c}text\u{201d}",
            ),
            ("{\"text\": \"a\"}", "no good \u{201c}fits\u{201d}"),
            ("", "not the JSON"),
        ] {
            assert!(TWO.read(wrong).unwrap_err().contains(why), "{wrong}");
        }
    }

    #[test]
    fn a_thought_is_no_answer_and_one_without_an_end_has_used_up_the_tokens() {
        let read = |content: &str, cut_off| TEXT.read_answer(content, cut_off, true);
        let thought = "<think>\nA shape like {\"text\": \"no\"}? {maybe}\n</think>\n\n";
        let whole = format!("{thought}{{\"text\": \"Friday at six.\"}}");
        assert_eq!(read(&whole, false).unwrap()["text"], "Friday at six.");
        let cut_off = format!("{thought}{{\"text\": \"Friday at");
        assert_eq!(read(&cut_off, true).unwrap()["text"], "Friday at");
        for (content, cut_off, why) in [
            (
                "<think>\nThe person {\"text\": \"no\"}",
                true,
                "used up its tokens",
            ),
            ("", true, "used up its tokens"),
            ("<think>Well.</think>", false, "is empty"),
            ("Friday at six.", false, "not the JSON"),
            ("Friday at six.", true, "not the JSON"),
        ] {
            let error = read(content, cut_off).unwrap_err();
            assert!(error.contains(why), "{content}: {error}");
        }
    }

    #[test]
    fn running_text_will_do_where_no_form_is_known() {
        let read = |content: &str, cut_off| TEXT.read_answer(content, cut_off, false);
        for (content, cut_off, text) in [
            ("Friday at six.", false, "Friday at six."),
            ("Friday at", true, "Friday at"),
            (
                "Be brief.\n</think>\n\nFriday at six.",
                false,
                "Friday at six.",
            ),
            (
                "```json\n{\"text\": \"Friday at six.\"}\n```",
                false,
                "Friday at six.",
            ),
        ] {
            assert_eq!(read(content, cut_off).unwrap()["text"], text, "{content}");
        }
        assert!(read("{\"poem\": 4}", false).is_err());
        assert!(TWO.read_answer("words", false, false).is_err());
    }

    #[test]
    fn of_a_cut_off_object_the_text_so_far_is_kept() {
        assert_eq!(
            cut_off_text("{\"text\": \"Friday at six. Bring \\u00e9", "text").unwrap(),
            "Friday at six. Bring \u{e9}"
        );
        assert_eq!(
            cut_off_text("{\"text\":\"Friday at six. Bring \\u00", "text").unwrap(),
            "Friday at six. Bring "
        );
        assert_eq!(cut_off_text("{\"te", "text"), None);
    }
}
