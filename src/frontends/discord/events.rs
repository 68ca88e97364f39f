//! Discord's events to what the control room takes in. Pure.

use serenity::model::application::{
    ActionRowComponent, CommandDataOption, CommandDataOptionValue, CommandInteraction,
    ComponentInteraction, ComponentInteractionDataKind, Interaction, ModalInteraction,
};
use serenity::model::channel::{Message, MessageFlags, MessageType};
use serenity::model::guild::Member;
use serenity::model::id::{GuildId, RoleId};
use serenity::model::user::User;

use super::state::Bot;
use super::ticket::{Kind, Ticket};
use crate::chat::catalogue::{self, Command, Opt, Verb};
use crate::chat::incoming::{Incoming, Said};
use crate::domain::error::shortened;
use crate::domain::ids::DraftNumber;
use crate::domain::operator::{Identity, RoomAddress, Surface};

/// What an event is for Lumen.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Something to be answered, with how.
    Asked(Incoming, Ticket),
    /// Words without an interaction.
    Said(Incoming),
    /// Somebody types an option of a command, and wants to be shown what it could be.
    Typing(Typing),
    /// Words that were meant, and that Discord does not show.
    Unread(Unread),
    Nothing,
}

/// An option while it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typing {
    pub command: Command,
    pub option: &'static Opt,
    /// What stands in it so far.
    pub typed: String,
    pub sender: Identity,
    pub groups: Vec<String>,
    /// The server it is typed in.
    pub guild: Option<u64>,
    /// How the suggestions are handed over.
    pub ticket: Ticket,
}

/// Who wrote something that cannot be read, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    pub channel: u64,
    pub sender: Identity,
    pub groups: Vec<String>,
}

/// Reads an interaction.
#[must_use]
pub fn asked(interaction: &Interaction) -> Heard {
    match interaction {
        Interaction::Command(command) => typed(command),
        Interaction::Autocomplete(command) => typing(command),
        Interaction::Component(press) => pressed(press),
        Interaction::Modal(form) => filled(form),
        _ => Heard::Nothing,
    }
}

fn typed(command: &CommandInteraction) -> Heard {
    let Some((line, hidden)) = line(command) else {
        return Heard::Nothing;
    };
    let ticket = Ticket {
        kind: Kind::Command,
        hidden,
        application: command.application_id.get(),
        id: command.id.get(),
        token: command.token.clone(),
        message: None,
    };
    let place = Place {
        channel: command.channel_id.get(),
        private: command.guild_id.is_none(),
        groups: groups(command.member.as_deref()),
    };
    let incoming = place.incoming(&ticket, &command.user, Said::Text { text: line });
    Heard::Asked(incoming, ticket)
}

/// The line that a filled-in command would be, and whether only the person sees its answer.
fn line(command: &CommandInteraction) -> Option<(String, bool)> {
    let found = Command::named(&command.data.name)?;
    let (verb, options) = verb(found, &command.data.options);
    let values: Vec<(&str, String)> = options
        .iter()
        .filter_map(|option| Some((option.name.as_str(), value(&option.value)?)))
        .collect();
    let line = catalogue::written(found, verb, &values);
    Some((line, found.is_private()))
}

fn verb(
    command: Command,
    options: &[CommandDataOption],
) -> (Option<&'static Verb>, &[CommandDataOption]) {
    if let [only] = options
        && let CommandDataOptionValue::SubCommand(inside) = &only.value
    {
        let verbs = command.spec().verbs;
        return (verbs.iter().find(|verb| verb.name == only.name), inside);
    }
    (None, options)
}

/// None for a flag that is not set.
fn value(value: &CommandDataOptionValue) -> Option<String> {
    match value {
        CommandDataOptionValue::String(text)
        | CommandDataOptionValue::Autocomplete { value: text, .. } => Some(text.clone()),
        CommandDataOptionValue::Integer(number) => Some(number.to_string()),
        CommandDataOptionValue::Boolean(true) => Some(String::new()),
        _ => None,
    }
}

fn typing(command: &CommandInteraction) -> Heard {
    let Some(found) = Command::named(&command.data.name) else {
        return Heard::Nothing;
    };
    let (verb, filled) = verb(found, &command.data.options);
    let typed = filled.iter().find_map(|option| match &option.value {
        CommandDataOptionValue::Autocomplete { value, .. } => Some((&option.name, value)),
        _ => None,
    });
    let Some((name, typed)) = typed else {
        return Heard::Nothing;
    };
    let mut options = verb
        .map_or(found.spec().options, |verb| verb.options)
        .iter();
    let Some(option) = options.find(|option| option.name == name) else {
        return Heard::Nothing;
    };
    Heard::Typing(Typing {
        command: found,
        option,
        typed: typed.clone(),
        sender: identity(command.user.id.get()),
        groups: groups(command.member.as_deref()),
        guild: command.guild_id.map(GuildId::get),
        ticket: Ticket {
            kind: Kind::Command,
            hidden: true,
            application: command.application_id.get(),
            id: command.id.get(),
            token: command.token.clone(),
            message: None,
        },
    })
}

/// The roles of a member, by their ids; none in a private chat.
fn groups(member: Option<&Member>) -> Vec<String> {
    let roles = member.map(|member| member.roles.iter());
    roles.into_iter().flatten().map(RoleId::to_string).collect()
}

fn pressed(press: &ComponentInteraction) -> Heard {
    let code = match &press.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().cloned(),
        _ => Some(press.data.custom_id.clone()),
    };
    let ticket = Ticket {
        kind: Kind::Press,
        hidden: is_hidden(&press.message),
        application: press.application_id.get(),
        id: press.id.get(),
        token: press.token.clone(),
        message: Some(press.message.id.get()),
    };
    let place = Place {
        channel: press.channel_id.get(),
        private: press.guild_id.is_none(),
        groups: groups(press.member.as_ref()),
    };
    let body = Said::Press {
        code: code.unwrap_or_default(),
        message: Some(press.message.id.to_string()),
    };
    let incoming = place.incoming(&ticket, &press.user, body);
    Heard::Asked(incoming, ticket)
}

fn filled(form: &ModalInteraction) -> Heard {
    let mut inputs = form.data.components.iter().flat_map(|row| &row.components);
    let text = inputs
        .find_map(|component| match component {
            ActionRowComponent::InputText(input) => input.value.clone(),
            _ => None,
        })
        .unwrap_or_default();
    let message = form.message.as_deref();
    let ticket = Ticket {
        kind: Kind::Press,
        hidden: message.is_some_and(is_hidden),
        application: form.application_id.get(),
        id: form.id.get(),
        token: form.token.clone(),
        message: message.map(|message| message.id.get()),
    };
    let place = Place {
        channel: form.channel_id.get(),
        private: form.guild_id.is_none(),
        groups: groups(form.member.as_ref()),
    };
    let body = Said::Filled {
        code: form.data.custom_id.clone(),
        text,
        message: message.map(|message| message.id.to_string()),
    };
    let incoming = place.incoming(&ticket, &form.user, body);
    Heard::Asked(incoming, ticket)
}

fn is_hidden(message: &Message) -> bool {
    message
        .flags
        .is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL))
}

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

struct Place {
    channel: u64,
    private: bool,
    groups: Vec<String>,
}

impl Place {
    fn incoming(self, ticket: &Ticket, user: &User, body: Said) -> Incoming {
        Incoming {
            external_id: format!("i{}", ticket.id),
            room: room(self.channel),
            sender: identity(user.id.get()),
            sender_name: name(&user.name),
            private: self.private,
            groups: self.groups,
            ticket: Some(ticket.written()),
            body,
        }
    }
}

/// A thread is a channel of its own on Discord.
pub fn room(channel: u64) -> RoomAddress {
    RoomAddress {
        surface: Surface::Discord,
        chat: channel.to_string(),
        thread: None,
    }
}

fn identity(id: u64) -> Identity {
    Identity {
        surface: Surface::Discord,
        external_id: id.to_string(),
    }
}

/// What a person is called: their own choice, so it must not pass for Lumen or for a rule.
fn name(name: &str) -> String {
    let name = shortened(name.trim_start_matches('@'), 40);
    match name.to_lowercase() {
        lower if lower.is_empty() => "somebody".to_owned(),
        lower if lower == "lumen" || lower.starts_with("rule ") => format!("user {name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const BOT: Bot = Bot {
        id: 42,
        application: 43,
    };

    fn user(id: u64, name: &str) -> Value {
        json!({"id": id.to_string(), "username": name, "discriminator": "0", "avatar": null, "global_name": null})
    }

    fn message(change: &Value) -> Value {
        let mut message = json!({
            "id": "5", "channel_id": "9", "author": user(7, "mira"), "content": "", "timestamp": "2026-11-22T09:14:00Z",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": false, "type": 0,
        });
        message
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        message
    }

    fn heard(change: &Value) -> Heard {
        said(
            &serde_json::from_value(message(change)).unwrap(),
            BOT,
            false,
        )
    }

    fn body(heard: Heard) -> Said {
        match heard {
            Heard::Said(incoming) | Heard::Asked(incoming, _) => incoming.body,
            other => panic!("{other:?}"),
        }
    }

    fn text(text: &str) -> Said {
        Said::Text { text: text.into() }
    }

    fn interaction(kind: u8, data: &Value, change: &Value) -> Heard {
        let mut value = json!({
            "id": "100", "application_id": "43", "type": kind, "data": data, "token": "tok", "version": 1,
            "channel_id": "9", "user": user(7, "mira"), "locale": "en-GB", "entitlements": [],
            "authorizing_integration_owners": {}, "attachment_size_limit": 10_485_760,
        });
        value
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        asked(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn words_in_private_or_to_the_bot_are_for_lumen() {
        assert_eq!(body(heard(&json!({"content": "hello"}))), text("hello"));
        let group = |change: Value| {
            let mut change = change;
            change["guild_id"] = json!("8");
            heard(&change)
        };
        assert_eq!(group(json!({"content": "lunch?"})), Heard::Nothing);
        let named = json!({"content": "<@42>, /queue", "mentions": [user(42, "lumen")]});
        assert_eq!(body(group(named)), text("/queue"));
        let embed = json!({"type": "rich", "title": "#12 \u{b7} Sandbox"});
        let answered = message(&json!({"id": "3", "author": user(42, "lumen"), "embeds": [embed]}));
        assert_eq!(
            body(group(
                json!({"content": "shorter", "referenced_message": answered, "type": 19})
            )),
            Said::Reply {
                text: "shorter".into(),
                to: "3".into(),
                card: Some(DraftNumber(12)),
            }
        );
        let mut bot = user(8, "other");
        bot["bot"] = json!(true);
        assert_eq!(
            heard(&json!({"content": "/status", "author": bot})),
            Heard::Nothing
        );
    }

    #[test]
    fn in_the_thread_of_a_draft_words_are_for_lumen_but_those_for_somebody_else() {
        let there = |mut change: Value| {
            change["guild_id"] = json!("8");
            said(
                &serde_json::from_value(message(&change)).unwrap(),
                BOT,
                true,
            )
        };
        assert_eq!(body(there(json!({"content": "warmer"}))), text("warmer"));
        let olga = user(9, "olga");
        let named = json!({"content": "<@9> look", "mentions": [olga]});
        assert_eq!(there(named), Heard::Nothing);
        let answered = message(&json!({"id": "3", "author": olga}));
        let answer = json!({"content": "yes", "referenced_message": answered, "type": 19});
        assert_eq!(there(answer), Heard::Nothing);
        assert!(matches!(there(json!({"content": ""})), Heard::Unread(_)));
    }

    #[test]
    fn a_picture_is_found_again_by_its_ids() {
        let attachment = json!({"id": "6", "filename": "cup.png", "size": 9, "url": "https://x.example", "proxy_url": "https://x.example", "content_type": "image/png", "height": 1, "width": 1});
        assert_eq!(
            body(heard(
                &json!({"content": "a cup", "attachments": [attachment]})
            )),
            Said::Picture {
                file: "9/5/6".into(),
                caption: Some("a cup".into()),
                to: None,
                card: None,
            }
        );
    }

    #[test]
    fn a_filled_in_command_is_the_line_that_would_be_typed() {
        let data = json!({"id": "1", "name": "task", "type": 1, "options": [{"name": "new", "type": 1, "options": [
            {"name": "when", "type": 3, "value": "every day at 9"},
            {"name": "name", "type": 3, "value": "morning"},
            {"name": "kind", "type": 3, "value": "post"},
            {"name": "topic", "type": 3, "value": "on the roaster"},
        ]}]});
        let Heard::Asked(incoming, ticket) = interaction(2, &data, &json!({})) else {
            panic!("not asked")
        };
        assert_eq!(
            incoming.body,
            text("/task new morning post \u{201c}on the roaster\u{201d} every day at 9")
        );
        assert_eq!(
            (incoming.external_id.as_str(), incoming.private),
            ("i100", true)
        );
        assert_eq!(Ticket::read(&incoming.ticket.unwrap()), Some(ticket));
        let own = json!({"id": "1", "name": "source", "type": 1, "options": [{"name": "add", "type": 1, "options": [
            {"name": "network", "type": 3, "value": "sandbox"},
            {"name": "what", "type": 3, "value": "all"},
            {"name": "own", "type": 5, "value": true},
        ]}]});
        assert_eq!(
            body(interaction(2, &own, &json!({}))),
            text("/source add sandbox all --own")
        );
    }

    #[test]
    fn a_press_a_choice_and_a_form_name_their_message() {
        let on = json!({"message": message(&json!({"author": user(42, "lumen"), "flags": 64}))});
        let press = |data: Value| interaction(3, &data, &on);
        assert_eq!(
            body(press(
                json!({"custom_id": "1.d.ok.12.4", "component_type": 2})
            )),
            Said::Press {
                code: "1.d.ok.12.4".into(),
                message: Some("5".into())
            }
        );
        let chosen =
            press(json!({"custom_id": "choose", "component_type": 3, "values": ["1.r.off.12.4"]}));
        assert!(
            matches!(&chosen, Heard::Asked(_, ticket) if ticket.hidden),
            "{chosen:?}"
        );
        assert!(matches!(body(chosen), Said::Press { code, .. } if code == "1.r.off.12.4"));
        let form = json!({"custom_id": "1.d.edit.12.4", "components": [{"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "new words"}]}]});
        assert_eq!(
            body(interaction(5, &form, &on)),
            Said::Filled {
                code: "1.d.edit.12.4".into(),
                text: "new words".into(),
                message: Some("5".into())
            }
        );
    }

    #[test]
    fn what_is_being_typed_is_an_option_of_a_command() {
        let data = json!({"id": "1", "name": "source", "type": 1, "options": [{"name": "pause", "type": 1, "options": [
            {"name": "source", "type": 3, "value": "sandbox a", "focused": true},
        ]}]});
        let Heard::Typing(typing) = interaction(4, &data, &json!({})) else {
            panic!("nothing is typed")
        };
        assert_eq!(
            (typing.command, typing.option.name, typing.typed.as_str()),
            (Command::Source, "source", "sandbox a")
        );
    }

    #[test]
    fn the_roles_of_a_member_come_with_what_they_say_and_press() {
        let member = json!({"user": user(7, "mira"), "roles": ["777", "778"], "joined_at": null, "deaf": false, "mute": false, "flags": 0});
        let of = |heard: Heard| match heard {
            Heard::Said(incoming) | Heard::Asked(incoming, _) => incoming.groups,
            other => panic!("{other:?}"),
        };
        let data = json!({"id": "1", "name": "status", "type": 1});
        let there = json!({"member": member, "guild_id": "8"});
        assert_eq!(of(interaction(2, &data, &there)), ["777", "778"]);
        assert!(of(interaction(2, &data, &json!({}))).is_empty());
        let words = json!({"content": "<@42> hello", "guild_id": "8", "mentions": [user(42, "lumen")], "member": {"roles": ["777"]}});
        assert_eq!(of(heard(&words)), ["777"]);
    }

    #[test]
    fn nobody_is_called_like_lumen_itself() {
        assert_eq!(name("mira"), "mira");
        assert_eq!(name("Lumen"), "user Lumen");
        assert_eq!(name(" "), "somebody");
    }
}
