//! One line of an archive: `{id, author, text, created_at, tags?, reply_to?, likes?, reposts?, replies?, media?}`.
//!
//! Read by hand and not derived: it takes numbers where some write text, keeps fields it does not know as they
//! are, and says which field is wrong. Nothing is copied before it is known to be wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::network::Network;
use crate::domain::post::{
    Counts, FetchedPost, MOST_TAGS, MediaRef, hashtags, passes_on, tag_name,
};

use super::escapes::{whole_characters, without_entities};
use super::report::Reason;
use super::time;

/// No post has more pictures; the rest of a longer list is left out.
const MOST_PICTURES: usize = 32;

/// A line as it stands there; every field unread.
#[derive(Default)]
struct Raw<'a> {
    id: Option<&'a RawValue>,
    author: Option<&'a RawValue>,
    text: Option<&'a RawValue>,
    created_at: Option<&'a RawValue>,
    tags: Option<&'a RawValue>,
    reply_to: Option<&'a RawValue>,
    likes: Option<&'a RawValue>,
    reposts: Option<&'a RawValue>,
    replies: Option<&'a RawValue>,
    media: Option<&'a RawValue>,
    other: BTreeMap<String, &'a RawValue>,
}

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a post")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let value: &'de RawValue = map.next_value()?;
            let field = match key.0.as_ref() {
                "id" => &mut raw.id,
                "author" => &mut raw.author,
                "text" => &mut raw.text,
                "created_at" => &mut raw.created_at,
                "tags" => &mut raw.tags,
                "reply_to" => &mut raw.reply_to,
                "likes" => &mut raw.likes,
                "reposts" => &mut raw.reposts,
                "replies" => &mut raw.replies,
                "media" => &mut raw.media,
                _ => {
                    raw.other.insert(key.0.into_owned(), value);
                    continue;
                }
            };
            *field = Some(value).filter(|value| value.get() != "null");
        }
        Ok(raw)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Why a line is not taken, and more about it.
type Broken = (Reason, String);

/// What holds for every line of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Archive {
    /// The posts are the brand's own voice, but for what they pass on of others.
    pub own: bool,
    /// A post that is newer than this was not written yet.
    pub latest: Timestamp,
}

/// Reads a line.
pub fn read(bytes: &[u8], archive: Archive) -> Result<FetchedPost, (Reason, String)> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        (
            Reason::NotUtf8,
            format!("at byte {}", error.valid_up_to() + 1),
        )
    })?;
    match text.as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => {
            return Err((
                Reason::NoObject,
                "a list; each post stands on a line of its own".to_owned(),
            ));
        }
        _ => {
            let reason = if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
                Reason::NoObject
            } else {
                Reason::NotJson
            };
            return Err((reason, String::new()));
        }
    }
    let text = whole_characters(text);
    let raw: Raw<'_> =
        serde_json::from_str(&text).map_err(|error| (Reason::NotJson, json_error(&error)))?;
    post(&raw, archive)
}

fn post(raw: &Raw<'_>, archive: Archive) -> Result<FetchedPost, Broken> {
    let native_id = name(need(raw.id, "id")?, "id")?;
    let author = name(need(raw.author, "author")?, "author")?;
    let author = author.trim_start_matches('@').to_owned();
    let text = without_entities(words(need(raw.text, "text")?, "text")?);
    if text.trim().is_empty() {
        return Err((Reason::EmptyText, String::new()));
    }
    if author.is_empty() {
        return Err((Reason::Missing, "author is empty".to_owned()));
    }
    let written = need(raw.created_at, "created_at")?;
    let created_at = moment(written)?;
    if created_at > archive.latest {
        return Err((Reason::Future, written.get().to_owned()));
    }
    let tags = match raw.tags {
        Some(tags) => list(tags)?,
        None => hashtags(&text),
    };
    Ok(FetchedPost {
        network: Network::Archive,
        native_id,
        author,
        created_at,
        edited_at: None,
        tags,
        language: None,
        reply_to: raw
            .reply_to
            .map(|value| name(value, "reply_to"))
            .transpose()?,
        quote_of: None,
        repost_of: None,
        url: None,
        counts: Counts {
            likes: count(raw.likes, "likes")?,
            reposts: count(raw.reposts, "reposts")?,
            replies: count(raw.replies, "replies")?,
        },
        media: raw.media.map(pictures).transpose()?.unwrap_or_default(),
        raw: others(raw)?,
        own: archive.own && !passes_on(&text),
        text: text.into_owned(),
    })
}

fn need<'a>(value: Option<&'a RawValue>, field: &str) -> Result<&'a RawValue, Broken> {
    value.ok_or_else(|| (Reason::Missing, field.to_owned()))
}

fn wrong(field: &str, expected: &str) -> Broken {
    (Reason::WrongField, format!("{field} should be {expected}"))
}

fn words<'a>(value: &'a RawValue, field: &str) -> Result<Cow<'a, str>, Broken> {
    serde_json::from_str::<Key<'a>>(value.get())
        .map(|text| text.0)
        .map_err(|_| wrong(field, "text"))
}

/// An id or a name: text, or a whole number as some archives write it.
fn name(value: &RawValue, field: &str) -> Result<String, Broken> {
    let text = value.get();
    let name = if text.starts_with('"') {
        words(value, field)?.trim().to_owned()
    } else {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(field, "text or a whole number"));
        }
        text.to_owned()
    };
    if name.is_empty() {
        return Err((Reason::Missing, format!("{field} is empty")));
    }
    Ok(name)
}

fn moment(value: &RawValue) -> Result<Timestamp, Broken> {
    let found = if value.get().starts_with('"') {
        time::read(&words(value, "created_at")?)
    } else {
        time::from_number(value.get())
    };
    // The very last moment that text can name is none that milliseconds can: kept, it could not be read back.
    found
        .filter(|at| Timestamp::from_millisecond(at.as_millisecond()).is_ok())
        .ok_or_else(|| (Reason::BadTime, value.get().to_owned()))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a count written as 3.0 is 3; `as` keeps inside the bounds of i64"
)]
fn count(value: Option<&RawValue>, field: &str) -> Result<i64, Broken> {
    let Some(value) = value else { return Ok(0) };
    let text = if value.get().starts_with('"') {
        words(value, field)?
    } else {
        Cow::Borrowed(value.get())
    };
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Ok(number.max(0));
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((number as i64).max(0)),
        _ => Err(wrong(field, "a number")),
    }
}

fn list(value: &RawValue) -> Result<Vec<String>, Broken> {
    let found: Vec<Cow<'_, str>> =
        serde_json::from_str(value.get()).map_err(|_| wrong("tags", "a list of words"))?;
    let mut tags: Vec<String> = Vec::with_capacity(found.len());
    for tag in found {
        let tag = tag_name(&tag);
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
        if tags.len() == MOST_TAGS {
            break;
        }
    }
    Ok(tags)
}

/// A picture: an address, or an address with what is known of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Picture {
    Address(String),
    Known(MediaRef),
}

fn pictures(value: &RawValue) -> Result<Vec<MediaRef>, Broken> {
    let found: Vec<Picture> = serde_json::from_str(value.get())
        .map_err(|_| wrong("media", "a list of addresses or of {url, alt, mime}"))?;
    Ok(found
        .into_iter()
        .take(MOST_PICTURES)
        .map(|picture| match picture {
            Picture::Address(url) => MediaRef {
                url,
                alt: None,
                mime: None,
            },
            Picture::Known(picture) => picture,
        })
        .collect())
}

/// The fields that Lumen does not know, kept so that a later version can.
fn others(raw: &Raw<'_>) -> Result<Option<String>, Broken> {
    if raw.other.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&raw.other)
        .map(Some)
        .map_err(|error| (Reason::NotJson, json_error(&error)))
}

/// Where and why, without the line that is always 1.
fn json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    match error.column() {
        0 => what.to_owned(),
        column => format!("{what} at column {column}"),
    }
}
