//! The parameters of a call: JSON, or a form with files.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::spec::FILE;

/// What was sent.
#[derive(Debug, Default)]
pub struct Call {
    pub params: Map<String, Value>,
    /// Files by the name of their part.
    pub files: HashMap<String, Vec<u8>>,
}

pub fn read(content_type: &str, body: &[u8]) -> Result<Call, String> {
    if let Some(boundary) = content_type.split("boundary=").nth(1) {
        return multipart(boundary.trim_matches('"'), body);
    }
    if body.is_empty() {
        return Ok(Call::default());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(params)) => Ok(Call {
            params,
            files: HashMap::new(),
        }),
        _ => Err("the body is no JSON object".to_owned()),
    }
}

fn multipart(boundary: &str, body: &[u8]) -> Result<Call, String> {
    let mut call = Call::default();
    for part in split(body, format!("--{boundary}").as_bytes()) {
        let Some(head_end) = find(part, b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&part[..head_end]);
        let content = &part[head_end + 4..];
        let content = content.strip_suffix(b"\r\n").unwrap_or(content);
        let name = attribute(&head, "name=").ok_or("a part has no name")?;
        if attribute(&head, "filename=").is_some() {
            call.files.insert(name.clone(), content.to_vec());
            // A file that stands in its own field; others are named by `attach://`.
            if !name.contains('-') && name.len() < 20 {
                call.params
                    .insert(name.clone(), format!("{FILE}{name}").into());
            }
            continue;
        }
        let text = String::from_utf8(content.to_vec()).map_err(|_| "a field is no text")?;
        // Numbers, lists and objects come as their JSON; a text that looks like a number is one of the few fields below.
        let value = match name.as_str() {
            "caption" | "text" | "parse_mode" => Value::String(text),
            _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        call.params.insert(name, value);
    }
    Ok(call)
}

fn attribute(head: &str, name: &str) -> Option<String> {
    // `filename="x"` holds `name="x"`, too.
    let at = head
        .match_indices(name)
        .find(|(at, _)| !head[..*at].ends_with("file"))?
        .0;
    let rest = head[at + name.len()..].strip_prefix('"')?;
    Some(rest[..rest.find('"')?].to_owned())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn split<'a>(mut body: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(body, mark) {
        parts.push(&body[..at]);
        body = &body[at + mark.len()..];
    }
    parts.push(body);
    parts
}
