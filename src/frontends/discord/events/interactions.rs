//! Commands, what is typed into them, presses and forms.

use serenity::model::application::{
    ActionRowComponent, CommandDataOption, CommandDataOptionValue, CommandInteraction,
    ComponentInteraction, ComponentInteractionDataKind, Interaction, ModalInteraction,
};
use serenity::model::channel::{Message, MessageFlags};
use serenity::model::guild::Member;
use serenity::model::id::{GuildId, RoleId};
use serenity::model::user::User;

use super::{Heard, Typing, identity, name, room};
use crate::chat::catalogue::{self, Command, Verb};
use crate::chat::incoming::{Incoming, Said};
use crate::frontends::discord::ticket::{Kind, Ticket};

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
