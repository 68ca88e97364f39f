//! Telegram's update to what the control room takes in. Pure.

use teloxide::types::{
    CallbackQuery, CallbackQueryId, Chat, MaybeInaccessibleMessage, Message, Update, UpdateKind,
    User,
};

use super::lenient;
use crate::chat::incoming::{Incoming, Said};
use crate::domain::error::shortened;
use crate::domain::ids::DraftNumber;
use crate::domain::operator::{Identity, RoomAddress, Surface};

/// Who the bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    pub id: u64,
    /// Lower case, without `@`.
    pub name: String,
    /// Sees everything in groups; otherwise only commands, and answers to its own messages.
    pub reads_groups: bool,
}

/// What an update is for Lumen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Said(Incoming),
    Pressed(Incoming, CallbackQueryId),
    /// A press that hangs on no message: it is only acknowledged.
    Stray(CallbackQueryId),
    /// Words in a group that are meant for Lumen only if it asked something.
    Chatter(Incoming),
    /// A group became a supergroup.
    Moved {
        from: String,
        to: String,
    },
    Nothing,
}

/// Reads an update.
#[must_use]
pub fn hear(update: &Update, bot: &Bot) -> Heard {
    let external_id = format!("{}:{}", bot.id, update.id.0);
    match &update.kind {
        UpdateKind::Message(message) => said(message, external_id, bot),
        UpdateKind::EditedMessage(message) => changed(message, external_id, bot),
        UpdateKind::CallbackQuery(query) => pressed(query, external_id),
        UpdateKind::Error(value) => {
            tracing::debug!(
                telegram.update = update.id.0,
                "an update of a kind that the SDK does not know"
            );
            lenient::read(value).map_or(Heard::Nothing, |message| {
                said_plainly(message, external_id, bot)
            })
        }
        _ => Heard::Nothing,
    }
}

fn pressed(query: &CallbackQuery, external_id: String) -> Heard {
    let (Some(message), Some(code)) = (&query.message, &query.data) else {
        return Heard::Stray(query.id.clone());
    };
    let thread = match message {
        MaybeInaccessibleMessage::Regular(message) => thread(message),
        MaybeInaccessibleMessage::Inaccessible(_) => None,
    };
    let body = Said::Press {
        code: code.clone(),
        message: Some(message.id().0.to_string()),
    };
    let incoming = incoming(external_id, message.chat(), thread, &query.from, body);
    Heard::Pressed(incoming, query.id.clone())
}

fn said(message: &Message, external_id: String, bot: &Bot) -> Heard {
    let chat = &message.chat;
    if let Some(to) = message.migrate_to_chat_id() {
        return moved(&chat.id.0.to_string(), &to.0.to_string());
    }
    if let Some(from) = message.migrate_from_chat_id() {
        return moved(&from.0.to_string(), &chat.id.0.to_string());
    }
    let Some(from) = speaker(message) else {
        return Heard::Nothing;
    };
    let answers = answered(message, bot);
    let incoming = |body| incoming(external_id, chat, thread(message), from, body);
    if let Some(file) = picture(message) {
        let caption = message.caption().map(str::to_owned);
        let meant = answers.is_some()
            || chat.is_private()
            || caption
                .as_deref()
                .is_some_and(|caption| caption.starts_with('#'));
        return if meant {
            let card = answers.as_ref().and_then(|answered| answered.card);
            Heard::Said(incoming(Said::Picture {
                file,
                caption,
                to: answers.map(|answered| answered.message),
                card,
            }))
        } else {
            Heard::Nothing
        };
    }
    let Some(text) = message.text() else {
        return Heard::Nothing;
    };
    worded(text, answers, chat.is_private(), bot, incoming)
}

/// Words, and whether they are for Lumen.
fn worded(
    text: &str,
    answers: Option<Answered>,
    private: bool,
    bot: &Bot,
    incoming: impl FnOnce(Said) -> Incoming,
) -> Heard {
    match addressed(text, bot) {
        Addressed::Other => Heard::Nothing,
        Addressed::Lumen(text) => match answers {
            Some(answered) => Heard::Said(incoming(answered.by(text))),
            None => Heard::Said(incoming(Said::Text { text })),
        },
        Addressed::Nobody => {
            let text = text.to_owned();
            match answers {
                Some(answered) => Heard::Said(incoming(answered.by(text))),
                None if private => Heard::Said(incoming(Said::Text { text })),
                None => Heard::Chatter(incoming(Said::Text { text })),
            }
        }
    }
}

/// A message of a kind that the SDK cannot read yet, but whose words can be read.
fn said_plainly(message: lenient::Plain, external_id: String, bot: &Bot) -> Heard {
    if message.from.is_bot {
        return Heard::Nothing;
    }
    let private = message.chat.kind == "private";
    let to = message
        .reply_to_message
        .filter(|reply| reply.from.as_ref().is_some_and(|from| from.id == bot.id))
        .map(|reply| Answered {
            message: reply.message_id.to_string(),
            card: reply
                .text
                .or(reply.caption)
                .as_deref()
                .and_then(named_at_head),
        });
    let room = RoomAddress {
        surface: Surface::Telegram,
        chat: message.chat.id.to_string(),
        thread: message
            .message_thread_id
            .filter(|_| message.is_topic_message)
            .map(|thread| thread.to_string()),
    };
    let sender_name = name(message.from.username.as_deref(), &message.from.first_name);
    let sender = identity(message.from.id);
    worded(&message.text, to, private, bot, |body| Incoming {
        external_id,
        room,
        sender,
        sender_name,
        private,
        groups: Vec::new(),
        ticket: None,
        body,
    })
}

fn changed(message: &Message, external_id: String, bot: &Bot) -> Heard {
    let (Some(from), Some(text)) = (speaker(message), message.text()) else {
        return Heard::Nothing;
    };
    // In a group only a command was certainly meant for Lumen.
    let meant = match addressed(text, bot) {
        Addressed::Other => false,
        Addressed::Lumen(_) => true,
        Addressed::Nobody => message.chat.is_private(),
    };
    if !meant {
        return Heard::Nothing;
    }
    let body = Said::Changed {
        text: text.to_owned(),
    };
    Heard::Said(incoming(
        external_id,
        &message.chat,
        thread(message),
        from,
        body,
    ))
}

fn moved(from: &str, to: &str) -> Heard {
    Heard::Moved {
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

/// A person; not a bot, nor a channel or group that speaks as itself.
fn speaker(message: &Message) -> Option<&User> {
    let chat = &message.chat;
    if chat.is_channel() || message.sender_chat.is_some() {
        return None;
    }
    message.from.as_ref().filter(|from| !from.is_bot)
}

/// Whom words are for.
enum Addressed {
    /// A command, or words that begin with the bot's name; without the name.
    Lumen(String),
    /// A command for another bot.
    Other,
    Nobody,
}

fn addressed(text: &str, bot: &Bot) -> Addressed {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if let Some(command) = first.strip_prefix('/') {
        return match command.split_once('@') {
            Some((_, name)) if name.to_lowercase() != bot.name => Addressed::Other,
            _ => Addressed::Lumen(text.to_owned()),
        };
    }
    match first.strip_prefix('@') {
        Some(name) if name.trim_end_matches([',', ':']).to_lowercase() == bot.name => {
            Addressed::Lumen(rest.trim().to_owned())
        }
        _ => Addressed::Nobody,
    }
}

/// The message of the bot's that this one answers.
fn answered(message: &Message, bot: &Bot) -> Option<Answered> {
    let to = message.reply_to_message()?;
    let ours = to.from.as_ref().is_some_and(|from| from.id.0 == bot.id);
    ours.then(|| Answered {
        message: to.id.0.to_string(),
        card: to.text().or_else(|| to.caption()).and_then(named_at_head),
    })
}

/// A message of ours that somebody answers.
struct Answered {
    message: String,
    card: Option<DraftNumber>,
}

impl Answered {
    fn by(self, text: String) -> Said {
        Said::Reply {
            text,
            to: self.message,
            card: self.card,
        }
    }
}

/// A card begins with its draft's number.
fn named_at_head(text: &str) -> Option<DraftNumber> {
    let head = text.split_whitespace().next()?;
    let digits = head.strip_prefix('#')?;
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok().map(DraftNumber))?
}

/// The file of a picture: the largest size of a photo, or a file that is one.
fn picture(message: &Message) -> Option<String> {
    if let Some(sizes) = message.photo() {
        let largest = sizes.iter().max_by_key(|size| size.width * size.height)?;
        return Some(largest.file.id.0.clone());
    }
    let document = message.document()?;
    let is_image = document
        .mime_type
        .as_ref()
        .is_some_and(|mime| mime.type_().as_str() == "image");
    is_image.then(|| document.file.id.0.clone())
}

fn thread(message: &Message) -> Option<String> {
    // Outside of forums a thread is only a chain of answers.
    message
        .thread_id
        .filter(|_| message.is_topic_message)
        .map(|thread| thread.0.0.to_string())
}

fn incoming(
    external_id: String,
    chat: &Chat,
    thread: Option<String>,
    from: &User,
    body: Said,
) -> Incoming {
    Incoming {
        external_id,
        room: RoomAddress {
            surface: Surface::Telegram,
            chat: chat.id.0.to_string(),
            thread,
        },
        sender: identity(from.id.0),
        sender_name: name(from.username.as_deref(), &from.full_name()),
        private: chat.is_private(),
        groups: Vec::new(),
        ticket: None,
        body,
    }
}

fn identity(id: u64) -> Identity {
    Identity {
        surface: Surface::Telegram,
        external_id: id.to_string(),
    }
}

/// What a person is called: their own choice, so it must not pass for Lumen or for a rule.
fn name(username: Option<&str>, full: &str) -> String {
    if let Some(username) = username {
        return username.to_owned();
    }
    let full = shortened(full.trim_start_matches('@'), 40);
    match full.to_lowercase() {
        lower if lower.is_empty() => "somebody".to_owned(),
        lower if lower == "lumen" || lower.starts_with("rule ") => format!("user {full}"),
        _ => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn bot() -> Bot {
        Bot {
            id: 42,
            name: "lumen_bot".into(),
            reads_groups: false,
        }
    }

    fn heard(kind: &str, body: &Value) -> Heard {
        let update = json!({"update_id": 9, kind: body});
        hear(&super::super::lenient::update(&update).unwrap(), &bot())
    }

    fn message(chat: i64, change: &Value) -> Value {
        let kind = if chat > 0 { "private" } else { "supergroup" };
        let mut message = json!({
            "message_id": 5, "date": 1_700_000_000,
            "chat": {"id": chat, "type": kind, "title": "Team", "first_name": "Mira"},
            "from": {"id": 7, "is_bot": false, "first_name": "Mira", "username": "mira"},
        });
        message
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        message
    }

    fn body(heard: Heard) -> Said {
        match heard {
            Heard::Said(incoming) | Heard::Pressed(incoming, _) => incoming.body,
            other => panic!("{other:?}"),
        }
    }

    fn text(text: &str) -> Said {
        Said::Text { text: text.into() }
    }

    #[test]
    fn words_in_private_are_for_lumen() {
        let heard = heard("message", &message(7, &json!({"text": "hello"})));
        let Heard::Said(incoming) = heard else {
            panic!("{heard:?}")
        };
        assert_eq!(incoming.external_id, "42:9");
        assert_eq!((incoming.room.chat.as_str(), incoming.private), ("7", true));
        assert_eq!(incoming.sender.external_id, "7");
        assert_eq!(
            (incoming.sender_name.as_str(), &incoming.body),
            ("mira", &text("hello"))
        );
    }

    #[test]
    fn in_a_group_only_what_is_meant_for_lumen_is() {
        let group = |change: &Value| heard("message", &message(-100, change));
        assert_eq!(body(group(&json!({"text": "/status"}))), text("/status"));
        assert_eq!(
            body(group(&json!({"text": "/status@Lumen_Bot now"}))),
            text("/status@Lumen_Bot now")
        );
        assert_eq!(
            body(group(&json!({"text": "@lumen_bot, /queue"}))),
            text("/queue")
        );
        assert_eq!(group(&json!({"text": "/status@other_bot"})), Heard::Nothing);
        assert!(matches!(
            group(&json!({"text": "lunch?"})),
            Heard::Chatter(_)
        ));
        let reply = |from: u64| {
            let mut to = message(-100, &json!({"text": "#12", "message_id": 3}));
            to["from"] = json!({"id": from, "is_bot": from == 42, "first_name": "Lumen"});
            json!({"text": "shorter", "reply_to_message": to})
        };
        assert_eq!(
            body(group(&reply(42))),
            Said::Reply {
                text: "shorter".into(),
                to: "3".into(),
                card: Some(DraftNumber(12)),
            }
        );
        assert!(matches!(group(&reply(8)), Heard::Chatter(_)));
    }

    #[test]
    fn a_topic_is_a_room_of_its_own_and_a_chain_of_answers_is_not() {
        let room = |change: &Value| match heard("message", &message(-100, change)) {
            Heard::Said(incoming) => incoming.room.thread,
            other => panic!("{other:?}"),
        };
        let topic = json!({"text": "/room", "message_thread_id": 17, "is_topic_message": true});
        assert_eq!(room(&topic), Some("17".into()));
        assert_eq!(
            room(&json!({"text": "/room", "message_thread_id": 17})),
            None
        );
    }

    #[test]
    fn a_press_names_its_message() {
        let query = json!({
            "id": "q1", "chat_instance": "c", "data": "1.d.ok.12.4",
            "from": {"id": 7, "is_bot": false, "first_name": "Mira"},
            "message": message(-100, &json!({"text": "#12", "message_thread_id": 17, "is_topic_message": true})),
        });
        let Heard::Pressed(incoming, id) = heard("callback_query", &query) else {
            panic!("no press")
        };
        assert_eq!(id.0, "q1");
        assert_eq!(incoming.room.thread, Some("17".into()));
        assert_eq!(
            incoming.body,
            Said::Press {
                code: "1.d.ok.12.4".into(),
                message: Some("5".into())
            }
        );
        let mut stray = query;
        stray.as_object_mut().unwrap().remove("message");
        assert!(matches!(heard("callback_query", &stray), Heard::Stray(_)));
    }

    #[test]
    fn a_photo_is_taken_in_its_largest_size() {
        let size = |id: &str, side: u32| json!({"file_id": id, "file_unique_id": id, "width": side, "height": side, "file_size": 9});
        let photo = json!({"photo": [size("small", 90), size("large", 1280)], "caption": "a cup"});
        assert_eq!(
            body(heard("message", &message(7, &photo))),
            Said::Picture {
                file: "large".into(),
                caption: Some("a cup".into()),
                to: None,
                card: None,
            }
        );
        assert_eq!(heard("message", &message(-100, &photo)), Heard::Nothing);
    }

    #[test]
    fn what_moves_is_followed_and_bots_are_not_heard() {
        let moved = heard(
            "message",
            &message(-5, &json!({"migrate_to_chat_id": -1005})),
        );
        assert_eq!(
            moved,
            Heard::Moved {
                from: "-5".into(),
                to: "-1005".into()
            }
        );
        let bot =
            json!({"text": "/status", "from": {"id": 8, "is_bot": true, "first_name": "Other"}});
        assert_eq!(heard("message", &message(-100, &bot)), Heard::Nothing);
    }

    #[test]
    fn a_changed_message_says_that_it_was_changed() {
        let change = json!({"text": "/draft better", "edit_date": 1_700_000_001});
        assert_eq!(
            body(heard("edited_message", &message(7, &change))),
            Said::Changed {
                text: "/draft better".into()
            }
        );
        let chatter = json!({"text": "lunch", "edit_date": 1_700_000_001});
        assert_eq!(
            heard("edited_message", &message(-100, &chatter)),
            Heard::Nothing
        );
    }

    #[test]
    fn what_the_sdk_cannot_read_is_read_plainly_or_left_aside() {
        let odd = message(7, &json!({"text": "/status", "entities": "not a list"}));
        assert_eq!(body(heard("message", &odd)), text("/status"));
        assert_eq!(heard("something_new", &json!({"x": 1})), Heard::Nothing);
    }

    #[test]
    fn nobody_is_called_like_lumen_itself() {
        assert_eq!(name(Some("mira"), "x"), "mira");
        assert_eq!(name(None, "Lumen"), "user Lumen");
        assert_eq!(name(None, "rule noon"), "user rule noon");
        assert_eq!(name(None, "  "), "somebody");
    }
}
