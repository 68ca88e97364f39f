//! The document that a post on Lens points to: its words, its tags, its pictures. Valid against Lens's own schemas, which
//! a test holds it to.

use serde_json::{Map, Value, json};

use crate::domain::language;
use crate::domain::post::hashtags;

/// Longer than this, in characters, a post is an article: apps fold it and give it a page of its own.
const ARTICLE: usize = 2_000;
/// A first line of at most this many characters is an article's title.
const TITLE: usize = 120;
/// What the schema takes.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 50;

/// A picture that lies in the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub uri: String,
    pub mime: String,
    pub alt: String,
}

/// The document for `text` with its pictures. `id` is how the post is found again when nobody knows whether it arrived.
///
/// # Errors
/// When there is nothing to say, or a picture is of a kind that Lens does not know; the text is for people.
pub fn document(id: &str, text: &str, pictures: &[Stored]) -> Result<Value, String> {
    let mut media = Vec::with_capacity(pictures.len());
    for picture in pictures {
        media.push(medium(picture)?);
    }
    let long = text.chars().count() > ARTICLE;
    let mut lens = Map::new();
    let mut put = |name: &str, value: Value| lens.insert(name.to_owned(), value);
    put("id", json!(id));
    put("locale", json!(language::detect(text).unwrap_or("en")));
    let kind = match (long, media.is_empty(), text.is_empty()) {
        (_, true, true) => return Err("the post is empty".to_owned()),
        (true, ..) => {
            if let Some(title) = title(text) {
                put("title", json!(title));
            }
            if !media.is_empty() {
                put("attachments", json!(media));
            }
            ("article", "ARTICLE")
        }
        (false, true, _) => ("text-only", "TEXT_ONLY"),
        (false, false, _) => {
            let rest = media.split_off(1);
            put("image", media.remove(0));
            if !rest.is_empty() {
                put("attachments", json!(rest));
            }
            ("image", "IMAGE")
        }
    };
    put("mainContentFocus", json!(kind.1));
    if !text.is_empty() {
        put("content", json!(text));
    }
    let tags = tags(text);
    if !tags.is_empty() {
        put("tags", json!(tags));
    }
    Ok(json!({
        "$schema": format!("https://json-schemas.lens.dev/posts/{}/3.0.0.json", kind.0),
        "lens": lens,
    }))
}

fn medium(picture: &Stored) -> Result<Value, String> {
    if !KINDS.contains(&picture.mime.as_str()) {
        return Err(format!(
            "Lens takes no pictures of the kind {}",
            picture.mime
        ));
    }
    let mut medium = json!({"item": picture.uri, "type": picture.mime});
    if !picture.alt.is_empty() {
        medium["altTag"] = json!(picture.alt);
    }
    Ok(medium)
}

const KINDS: [&str; 10] = [
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/tiff",
    "image/webp",
    "image/x-ms-bmp",
];

/// The first line of a long text, where it stands alone and is short enough to be one.
fn title(text: &str) -> Option<&str> {
    let (first, _) = text.split_once('\n')?;
    let first = first.trim_start_matches('#').trim();
    (!first.is_empty() && first.chars().count() <= TITLE).then_some(first)
}

fn tags(text: &str) -> Vec<String> {
    let mut tags = hashtags(text);
    tags.retain(|tag| tag.chars().count() <= LONGEST_TAG);
    tags.truncate(MOST_TAGS);
    tags
}
