//! Updates that the SDK cannot read: its types are older than Telegram's, and one odd field must neither stop the poll
//! nor lose what an operator wrote.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::payloads::GetUpdates;
use teloxide::requests::Payload;
use teloxide::types::{MessageKind, Update, UpdateId, UpdateKind};

/// The words of a message, without anything that may be new.
#[derive(Debug, Deserialize)]
pub struct Plain {
    pub chat: Chat,
    pub from: Person,
    pub text: String,
    pub message_thread_id: Option<i64>,
    #[serde(default)]
    pub is_topic_message: bool,
    pub reply_to_message: Option<Answered>,
}

#[derive(Debug, Deserialize)]
pub struct Chat {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Debug, Deserialize)]
pub struct Person {
    pub id: u64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub first_name: String,
    pub username: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Answered {
    pub message_id: i64,
    pub from: Option<Person>,
    pub text: Option<String>,
    pub caption: Option<String>,
}

/// The message in an update that the SDK could not read; none where it is another kind of update.
#[must_use]
pub fn read(update: &Value) -> Option<Plain> {
    Plain::deserialize(update.get("message")?).ok()
}

/// Asks for updates as plain JSON, so that each can be read by itself.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct RawUpdates(pub GetUpdates);

impl Payload for RawUpdates {
    type Output = Vec<Value>;

    const NAME: &'static str = "GetUpdates";
}

/// An update from its JSON; what cannot be read is kept as it is. None without an id.
#[must_use]
pub fn update(value: &Value) -> Option<Update> {
    let id = u32::try_from(value.get("update_id")?.as_u64()?).ok()?;
    // The SDK's types borrow from the text.
    let kind = match serde_json::from_str::<Update>(&value.to_string()) {
        Ok(update) if !is_lost(&update.kind, value) => update.kind,
        _ => UpdateKind::Error(value.clone()),
    };
    Some(Update {
        id: UpdateId(id),
        kind,
    })
}

/// The SDK takes a message that it cannot read for one without content.
fn is_lost(kind: &UpdateKind, value: &Value) -> bool {
    let empty = matches!(kind, UpdateKind::Message(message) if matches!(message.kind, MessageKind::Empty {}));
    matches!(kind, UpdateKind::Error(_)) || (empty && value["message"]["text"].is_string())
}
