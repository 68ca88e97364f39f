//! From events to the inbox: what is for Lumen is on the disk before Discord is told that it arrived, and Discord is told
//! within its three seconds.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::http::{LightMethod, Request, Route};
use serenity::model::application::Interaction;
use serenity::model::id::{GuildId, InteractionId};
use tokio::sync::mpsc;

use super::Discord;
use super::events::{self, Heard as Meant, Typing, Unread};
use super::gateway::Heard;
use super::layout;
use super::places::Place;
use super::ticket::{self, Ticket};
use crate::chat::catalogue::{Kind, offers};
use crate::chat::control_room::{ControlRoom, Form};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::error::shortened;
use crate::domain::names;
use crate::domain::operator::{Group, Surface};

/// So much is taken in at once.
const BATCH: usize = 100;
/// A store that takes longer than this holds up nobody's acknowledgement.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Discord takes no acknowledgement after this.
const ACKNOWLEDGE: Duration = Duration::from_secs(3);
/// The waits between tries to keep what came in.
const KEEP_AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(600)];
/// Discord shows no more suggestions, and takes no longer ones.
const SUGGESTIONS: usize = 25;
const SUGGESTION: usize = 100;
/// A form takes no longer text; what is longer is asked for as a message.
const LONGEST_TEXT: usize = 4_000;
const TITLE: usize = 45;

const MESSAGE: u8 = 4;
const DEFERRED_MESSAGE: u8 = 5;
const DEFERRED_UPDATE: u8 = 6;
const SUGGEST: u8 = 8;
const MODAL: u8 = 9;
/// Seen by one person alone.
pub const HIDDEN: u64 = 64;

/// Takes in what is heard, in its order, until nobody speaks any more.
pub async fn run(discord: &Arc<Discord>, control: &ControlRoom, heard: &mut mpsc::Receiver<Heard>) {
    loop {
        let mut batch = Vec::new();
        if heard.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        batch.sort_by_key(Heard::id);
        take(discord, control, &batch).await;
    }
}

async fn take(discord: &Arc<Discord>, control: &ControlRoom, batch: &[Heard]) {
    let (mut taken, mut asked) = (Vec::new(), Vec::new());
    for heard in batch {
        match meant(discord, control, heard).await {
            Meant::Nothing => {}
            Meant::Unread(unread) => cannot_read(discord, control, unread),
            Meant::Said(incoming) => {
                if control.admits(&incoming).await {
                    taken.push(incoming);
                }
            }
            Meant::Typing(typing) => suggest(discord, control, typing),
            Meant::Asked(incoming, ticket) => {
                if !control.admits(&incoming).await {
                    turn_away(discord, &incoming, ticket);
                } else if let Some(form) = form(control, &incoming).await {
                    put_up(discord, &incoming, &form, ticket);
                } else {
                    discord.open.begin(&incoming.external_id);
                    asked.push((incoming.external_id.clone(), ticket));
                    taken.push(incoming);
                }
            }
        }
    }
    if !taken.is_empty() {
        keep(discord, control, &taken, asked).await;
    }
}

async fn meant(discord: &Discord, control: &ControlRoom, heard: &Heard) -> Meant {
    match heard {
        Heard::Interaction(interaction) => {
            note_place(discord, interaction);
            events::asked(interaction)
        }
        Heard::Message(message) => {
            let Some(bot) = discord.state.bot() else {
                return Meant::Nothing;
            };
            let channel = message.channel_id.get();
            if message.guild_id.is_none() {
                let place = Place {
                    private: true,
                    ..Place::default()
                };
                discord.places.note(channel, place);
            }
            // Only what does not name the bot is looked up: that may be all the talk of a server.
            let all = !events::is_addressed(message, bot)
                && control.hears_all(&events::room(channel)).await;
            if all {
                discord.places.note_thread(channel);
            }
            events::said(message, bot, all)
        }
    }
}

fn note_place(discord: &Discord, interaction: &Interaction) {
    let (channel, place, guild, may) = match interaction {
        Interaction::Command(it) => (it.channel_id, &it.channel, it.guild_id, it.app_permissions),
        Interaction::Component(it) => (it.channel_id, &it.channel, it.guild_id, it.app_permissions),
        Interaction::Modal(it) => (it.channel_id, &it.channel, it.guild_id, it.app_permissions),
        _ => return,
    };
    let place = Place {
        name: place.as_ref().and_then(|place| place.name.clone()),
        may,
        private: guild.is_none(),
        thread: false,
    };
    discord.places.note(channel.get(), place);
}

/// Writes everything down, and tells Discord: after it, or when that takes too long, before it.
async fn keep(
    discord: &Arc<Discord>,
    control: &ControlRoom,
    taken: &[Incoming],
    asked: Vec<(String, Ticket)>,
) {
    let keeping = kept(control, taken);
    tokio::pin!(keeping);
    match tokio::time::timeout(PATIENCE, &mut keeping).await {
        Ok(Ok(())) => acknowledge(discord, asked),
        Ok(Err(error)) => {
            for (external_id, ticket) in asked {
                discord.open.end(&external_id);
                tell(discord, ticket, not_kept(&error));
            }
        }
        Err(_) => {
            acknowledge(discord, asked.clone());
            if let Err(error) = keeping.await {
                for (external_id, ticket) in asked {
                    tell_late(discord, external_id, ticket, not_kept(&error));
                }
            }
        }
    }
}

/// [`ControlRoom::take_all`], a few times: Discord does not bring it again.
async fn kept(control: &ControlRoom, taken: &[Incoming]) -> anyhow::Result<()> {
    let mut waits = KEEP_AGAIN.into_iter();
    loop {
        match (control.take_all(taken).await, waits.next()) {
            (Ok(_), _) => return Ok(()),
            (Err(_), Some(wait)) => tokio::time::sleep(wait).await,
            (Err(error), None) => return Err(error),
        }
    }
}

fn not_kept(error: &anyhow::Error) -> View {
    View {
        private: true,
        ..View::text(error.to_string())
    }
}

/// Tells Discord that it arrived.
fn acknowledge(discord: &Arc<Discord>, asked: Vec<(String, Ticket)>) {
    for (external_id, ticket) in asked {
        let discord = Arc::clone(discord);
        tokio::spawn(async move {
            let body = match ticket.kind {
                ticket::Kind::Command => {
                    let flags = if ticket.hidden { HIDDEN } else { 0 };
                    json!({"type": DEFERRED_MESSAGE, "data": {"flags": flags}})
                }
                ticket::Kind::Press => json!({"type": DEFERRED_UPDATE}),
            };
            respond(&discord, "acknowledge", &ticket, &body).await;
            discord.open.note_acknowledged(&external_id);
        });
    }
}

/// The first answer of an interaction.
async fn respond(discord: &Discord, name: &'static str, ticket: &Ticket, body: &Value) {
    let route = Route::InteractionResponse {
        interaction_id: InteractionId::new(ticket.id),
        token: &ticket.token,
    };
    let request = Request::new(route, LightMethod::Post).body(Some(body.to_string().into_bytes()));
    let called = tokio::time::timeout(ACKNOWLEDGE, discord.calls.call(name, request)).await;
    match called {
        Ok(Ok(_) | Err(super::calls::CallError::Acknowledged)) => {}
        Ok(Err(error)) => {
            tracing::warn!(call = name, error = %error, "an interaction was not answered in time");
        }
        Err(_) => tracing::warn!(call = name, "an interaction was not answered in time"),
    }
}

/// A line as the whole answer.
fn tell(discord: &Arc<Discord>, ticket: Ticket, view: View) {
    let discord = Arc::clone(discord);
    tokio::spawn(async move {
        let mut data = layout::messages(&view, None)
            .first()
            .map(super::show::plain_body)
            .unwrap_or_default();
        data["flags"] = json!(HIDDEN);
        respond(
            &discord,
            "tell",
            &ticket,
            &json!({"type": MESSAGE, "data": data}),
        )
        .await;
    });
}

/// The same, where Discord was told already that something would come.
fn tell_late(discord: &Arc<Discord>, external_id: String, ticket: Ticket, view: View) {
    let discord = Arc::clone(discord);
    tokio::spawn(async move {
        discord.open.acknowledged(&external_id).await;
        discord.open.end(&external_id);
        if let Err(error) = discord.say_by(&ticket, &view).await {
            tracing::warn!(error = %error, "that something was not kept could not be said");
        }
    });
}

/// Somebody without a role whose words are not taken in: they are told, or their press does nothing.
fn turn_away(discord: &Arc<Discord>, incoming: &Incoming, ticket: Ticket) {
    if ticket.kind == ticket::Kind::Command {
        let sender = &incoming.sender;
        let view = words::errors::stranger(sender.surface.name(), &sender.external_id);
        tell(discord, ticket, view);
    } else {
        let discord = Arc::clone(discord);
        tokio::spawn(async move {
            let nothing = json!({"type": DEFERRED_UPDATE});
            respond(&discord, "acknowledge", &ticket, &nothing).await;
        });
    }
}

async fn form(control: &ControlRoom, incoming: &Incoming) -> Option<Form> {
    let form = control.form(incoming).await?;
    let length = form.text.encode_utf16().count();
    (length <= LONGEST_TEXT).then_some(form)
}

/// Puts a form up: nothing is asked yet, so nothing is taken in.
fn put_up(discord: &Arc<Discord>, incoming: &Incoming, form: &Form, ticket: Ticket) {
    let Said::Press { code, .. } = &incoming.body else {
        return;
    };
    let mut input = json!({
        "type": 4,
        "custom_id": "text",
        "style": 2,
        "label": shortened(form.label, TITLE),
        "max_length": LONGEST_TEXT,
        "required": !form.optional,
    });
    if !form.text.is_empty() {
        input["value"] = json!(form.text);
    }
    let body = json!({"type": MODAL, "data": {
        "custom_id": code,
        "title": shortened(&form.title, TITLE),
        "components": [{"type": 1, "components": [input]}],
    }});
    let discord = Arc::clone(discord);
    tokio::spawn(async move { respond(&discord, "form", &ticket, &body).await });
}

/// Somebody writes in the thread of a draft, and Discord keeps the words from the bot: that is said there once.
fn cannot_read(discord: &Arc<Discord>, control: &ControlRoom, unread: Unread) {
    /// So many threads are remembered.
    const REMEMBERED: usize = 1_000;
    if discord.reads.load(Ordering::Relaxed) {
        // Then there were none: a sticker, a file.
        return;
    }
    let (discord, control) = (Arc::clone(discord), control.clone());
    tokio::spawn(async move {
        if !control.knows(&unread.sender, &unread.groups).await {
            return;
        }
        let new = {
            let mut told = discord.told_unread.lock();
            if told.len() >= REMEMBERED {
                told.clear();
            }
            told.insert(unread.channel)
        };
        let line = View::text(words::press::cannot_read());
        if new
            && let Err(error) = discord
                .show_view(&events::room(unread.channel), &line, None)
                .await
        {
            tracing::debug!(%error, "that words are not read could not be said");
        }
    });
}

/// What the option that is being typed could become.
fn suggest(discord: &Arc<Discord>, control: &ControlRoom, typing: Typing) {
    let (discord, control) = (Arc::clone(discord), control.clone());
    tokio::spawn(async move {
        let mut choices = Vec::new();
        if control.knows(&typing.sender, &typing.groups).await {
            let names = control.known_names().await;
            let offered = offers(typing.command, typing.option, &typing.typed, &names);
            choices.extend(offered.into_iter().map(|word| (word.clone(), word)));
            if let (Kind::Member, Some(guild)) = (typing.option.kind, typing.guild) {
                choices.extend(roles_like(&discord, guild, &typing.typed).await);
            }
        }
        let choices: Vec<Value> = choices
            .iter()
            .filter(|(name, value)| {
                [name, value]
                    .iter()
                    .all(|it| it.chars().count() <= SUGGESTION)
            })
            .take(SUGGESTIONS)
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let body = json!({"type": SUGGEST, "data": {"choices": choices}});
        respond(&discord, "suggest", &typing.ticket, &body).await;
    });
}

/// The roles of a server that are called so, as they are shown and as they are typed. Those of bots are left out, and so is
/// that of everybody, which members are not said to have.
async fn roles_like(discord: &Discord, guild: u64, typed: &str) -> Vec<(String, String)> {
    /// Suggestions do not wait longer for their names.
    const PATIENCE: Duration = Duration::from_secs(1);
    let typed = names::folded(typed);
    let route = Route::GuildRoles {
        guild_id: GuildId::new(guild),
    };
    let asked = tokio::time::timeout(PATIENCE, discord.calls.get("roles", route)).await;
    let Ok(Ok(roles)) = asked else {
        return Vec::new();
    };
    let everybody = guild.to_string();
    let roles = roles.as_array().into_iter().flatten();
    roles
        .filter(|role| role["managed"] != true && role["id"] != everybody.as_str())
        .filter_map(|role| Some((role["name"].as_str()?, role["id"].as_str()?)))
        .filter(|(name, _)| names::folded(name).starts_with(&typed))
        .map(|(name, id)| {
            let group = Group {
                surface: Surface::Discord,
                external_id: id.to_owned(),
            };
            (format!("Discord role {name}"), words::people::group(&group))
        })
        .collect()
}
