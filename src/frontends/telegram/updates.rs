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
mod tests;
