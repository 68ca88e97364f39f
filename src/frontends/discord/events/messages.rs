//! What people write.

use serenity::model::channel::{Message, MessageType};
use serenity::model::id::RoleId;

use super::{Heard, Unread, identity, name, room};
use crate::chat::incoming::{Incoming, Said};
use crate::domain::ids::DraftNumber;
use crate::frontends::discord::state::Bot;

/// Whether a message is for the bot wherever it stands: in private, by its name, as an answer to it.
#[must_use]
pub fn is_addressed(message: &Message, bot: Bot) -> bool {
    message.guild_id.is_none() || names(message, bot) || answered(message, bot).is_some()
}

fn names(message: &Message, bot: Bot) -> bool {
    message.mentions.iter().any(|user| user.id.get() == bot.id)
}

/// The message of the bot's that this one answers.
fn answered(message: &Message, bot: Bot) -> Option<&Message> {
    let answered = message.referenced_message.as_deref();
    answered.filter(|answered| answered.author.id.get() == bot.id)
}

/// Whether people talk to each other: it answers or names somebody else.
fn is_between_people(message: &Message) -> bool {
    message.referenced_message.is_some() || !message.mentions.is_empty()
}

/// Reads a message: in private all of a person's words are for Lumen, elsewhere those that name it or answer it, and where
/// it `hears_all`, those that are for nobody else.
#[must_use]
pub fn said(message: &Message, bot: Bot, hears_all: bool) -> Heard {
    let people = matches!(
        message.kind,
        MessageType::Regular | MessageType::InlineReply
    );
    if message.author.bot || message.webhook_id.is_some() || !people {
        return Heard::Nothing;
    }
    let addressed = is_addressed(message, bot);
    if !addressed && (!hears_all || is_between_people(message)) {
        return Heard::Nothing;
    }
    let answered = answered(message, bot);
    let card = answered.and_then(card);
    let to = answered.map(|answered| answered.id.to_string());
    let sender = identity(message.author.id.get());
    let member = message.member.as_deref();
    let roles = member.into_iter().flat_map(|member| &member.roles);
    let groups = roles.map(RoleId::to_string).collect();
    let text = without_name(&message.content, bot);
    let body = match (picture(message), to) {
        (Some(file), to) => Said::Picture {
            file,
            caption: (!text.is_empty()).then_some(text),
            to,
            card,
        },
        (None, _) if text.is_empty() && addressed => return Heard::Nothing,
        (None, _) if text.is_empty() => {
            return Heard::Unread(Unread {
                channel: message.channel_id.get(),
                sender,
                groups,
            });
        }
        (None, Some(to)) => Said::Reply { text, to, card },
        (None, None) => Said::Text { text },
    };
    Heard::Said(Incoming {
        external_id: format!("m{}", message.id),
        room: room(message.channel_id.get()),
        sender,
        sender_name: name(&message.author.name),
        private: message.guild_id.is_none(),
        groups,
        ticket: None,
        body,
    })
}

/// The draft that a message of the bot's names at its head.
fn card(message: &Message) -> Option<DraftNumber> {
    let title = message.embeds.first()?.title.as_deref()?;
    let word = title.split_whitespace().next()?;
    word.starts_with('#').then(|| word.parse().ok()).flatten()
}

/// The words without the bot's name at their head.
fn without_name(text: &str, bot: Bot) -> String {
    let text = text.trim();
    [format!("<@{}>", bot.id), format!("<@!{}>", bot.id)]
        .iter()
        .find_map(|name| text.strip_prefix(name.as_str()))
        .map_or(text, |rest| rest.trim_start_matches([',', ':', ' ']))
        .trim()
        .to_owned()
}

/// Where a picture of a message is found again: its address is good for a day only.
fn picture(message: &Message) -> Option<String> {
    let attachment = message.attachments.iter().find(|attachment| {
        attachment
            .content_type
            .as_deref()
            .is_some_and(|kind| kind.starts_with("image/"))
    })?;
    Some(format!(
        "{}/{}/{}",
        message.channel_id, message.id, attachment.id
    ))
}
