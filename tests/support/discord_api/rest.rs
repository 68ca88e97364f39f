//! What each call does.

use serde_json::{Value, json};

use super::{BOT, DEADLINE, GUILD, Message, World, user};

/// What was sent along, each under its number.
pub type Files = Vec<(u64, Vec<u8>)>;

/// Status, code and words.
pub struct Refusal(pub u16, pub i64, pub String);

type Done = Result<Value, Refusal>;

/// Seen by one person alone.
const HIDDEN: u64 = 64;

fn refuse<T>(status: u16, code: i64, why: &str) -> Result<T, Refusal> {
    Err(Refusal(status, code, why.to_owned()))
}

/// The name of a call here, and its path as the description spells it.
pub fn named(method: &str, path: &[&str]) -> Option<(&'static str, &'static str)> {
    Some(match (method, path) {
        ("GET", ["gateway"]) => ("gateway", "/gateway"),
        ("GET", ["gateway", "bot"]) => ("gatewayBot", "/gateway/bot"),
        ("GET", ["users", "@me"]) => ("me", "/users/@me"),
        ("GET", ["oauth2", "applications", "@me"]) => ("application", "/oauth2/applications/@me"),
        ("POST", ["channels", _, "messages", _, "threads"]) => (
            "openThread",
            "/channels/{channel_id}/messages/{message_id}/threads",
        ),
        ("GET", ["guilds", _, "roles"]) => ("roles", "/guilds/{guild_id}/roles"),
        ("GET", ["applications", _, "commands"]) => {
            ("commands", "/applications/{application_id}/commands")
        }
        ("PUT", ["applications", _, "commands"]) => {
            ("register", "/applications/{application_id}/commands")
        }
        ("GET", ["applications", _, "guilds", _, "commands"]) => (
            "commands",
            "/applications/{application_id}/guilds/{guild_id}/commands",
        ),
        ("PUT", ["applications", _, "guilds", _, "commands"]) => (
            "register",
            "/applications/{application_id}/guilds/{guild_id}/commands",
        ),
        ("POST", ["interactions", _, _, "callback"]) => (
            "callback",
            "/interactions/{interaction_id}/{interaction_token}/callback",
        ),
        ("PATCH", ["webhooks", _, _, "messages", "@original"]) => (
            "answer",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        ),
        ("DELETE", ["webhooks", _, _, "messages", "@original"]) => (
            "takeBack",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
        ),
        ("POST", ["webhooks", _, _]) => ("followUp", "/webhooks/{webhook_id}/{webhook_token}"),
        ("POST", ["channels", _, "messages"]) => ("send", "/channels/{channel_id}/messages"),
        ("GET", ["channels", _, "messages", _]) => {
            ("message", "/channels/{channel_id}/messages/{message_id}")
        }
        ("PATCH", ["channels", _, "messages", _]) => {
            ("change", "/channels/{channel_id}/messages/{message_id}")
        }
        ("DELETE", ["channels", _, "messages", _]) => {
            ("takeAway", "/channels/{channel_id}/messages/{message_id}")
        }
        ("POST", ["channels", _, "typing"]) => ("typing", "/channels/{channel_id}/typing"),
        _ => return None,
    })
}

pub fn run(world: &mut World, name: &str, path: &[&str], body: &Value, files: Files) -> Done {
    let number = |at: usize| path.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
    match name {
        "gateway" => Ok(json!({"url": gateway_url(world)})),
        "gatewayBot" => Ok(
            json!({"url": gateway_url(world), "shards": 1, "session_start_limit": {
            "total": 1000, "remaining": world.sessions_left, "reset_after": 3_000, "max_concurrency": 1}}),
        ),
        "me" => Ok(user(BOT, "lumen_test_bot", true)),
        "application" => {
            // GATEWAY_MESSAGE_CONTENT_LIMITED
            let flags = u64::from(world.may_read) << 19;
            Ok(json!({"id": BOT.to_string(), "name": "lumen", "flags": flags}))
        }
        "roles" => Ok(json!([
            {"id": GUILD.to_string(), "name": "@everyone", "managed": false},
            {"id": "776", "name": "lumen", "managed": true},
            {"id": "777", "name": "Roasters", "managed": false},
        ])),
        "openThread" => open_thread(world, number(1), number(3), body),
        "commands" => Ok(world.commands.clone()),
        "register" => {
            world.commands = body.clone();
            Ok(body.clone())
        }
        "callback" => callback(world, path[2], body),
        "answer" => original(world, path[2], |world, channel, id| {
            put(world, channel, Some(id), body, files, None)
        }),
        "takeBack" => original(world, path[2], |world, channel, id| {
            if let Some(message) = world.message(channel, id) {
                message.deleted = true;
            }
            Ok(Value::Null)
        }),
        "followUp" => follow_up(world, path[2], body, files),
        "send" => send(world, number(1), body, files),
        "change" => {
            let (channel, id) = (number(1), number(3));
            match world.message(channel, id) {
                Some(message) if message.only.is_none() && message.from.is_none() => {
                    put(world, channel, Some(id), body, files, None)
                }
                _ => refuse(404, 10_008, "Unknown Message"),
            }
        }
        "takeAway" => match world.message(number(1), number(3)) {
            Some(message) => {
                message.deleted = true;
                Ok(Value::Null)
            }
            None => refuse(404, 10_008, "Unknown Message"),
        },
        "message" => match world.message(number(1), number(3)).cloned() {
            Some(message) => Ok(as_json(world, number(1), &message)),
            None => refuse(404, 10_008, "Unknown Message"),
        },
        _ => Ok(Value::Null),
    }
}

/// A thread has the number of its message, and each message has one at most.
fn open_thread(world: &mut World, channel: u64, under: u64, body: &Value) -> Done {
    if world.threads.contains_key(&channel) {
        return refuse(400, 50_024, "Cannot execute action on this channel type");
    }
    if world.threads.contains_key(&under) {
        return refuse(
            400,
            160_004,
            "A thread has already been created for this message",
        );
    }
    let stands = world.message(channel, under);
    if stands.is_none_or(|message| message.only.is_some()) {
        return refuse(404, 10_008, "Unknown Message");
    }
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    world.threads.insert(under, name.clone());
    Ok(json!({"id": under.to_string(), "type": 11, "name": name, "parent_id": channel.to_string()}))
}

fn gateway_url(world: &World) -> String {
    format!("ws://{}", world.gateway.expect("bound"))
}

/// The first answer: in time, and once.
fn callback(world: &mut World, token: &str, body: &Value) -> Done {
    let Some(mut it) = world.interactions.get(token).cloned() else {
        return refuse(404, 10_062, "Unknown interaction");
    };
    if it.answered.is_some() {
        return refuse(400, 40_060, "Interaction has already been acknowledged.");
    }
    if it.since.elapsed() > DEADLINE || it.over {
        world
            .wrong
            .push(format!("an answer came after {:?}", it.since.elapsed()));
        return refuse(404, 10_062, "Unknown interaction");
    }
    let kind = body["type"].as_u64().unwrap_or_default();
    let pressed = it.original.is_some();
    if kind == 6 && !pressed {
        return refuse(400, 50_035, "Invalid Form Body");
    }
    (it.answered, it.within) = (Some(kind), Some(it.since.elapsed()));
    it.data = body["data"].clone();
    if matches!(kind, 4 | 5) {
        let id = world.id();
        let hidden = body["data"]["flags"].as_u64().unwrap_or_default() & HIDDEN > 0;
        let message = Message {
            id,
            from: None,
            shown: String::new(),
            buttons: Vec::new(),
            choices: Vec::new(),
            files: Vec::new(),
            only: hidden.then_some(it.user),
            thinking: kind == 5,
            deleted: false,
        };
        world.channels.entry(it.channel).or_default().push(message);
        it.original = Some(id);
        if kind == 4 {
            put(world, it.channel, Some(id), &body["data"], Vec::new(), None)?;
        }
    }
    world.interactions.insert(token.to_owned(), it);
    Ok(Value::Null)
}

/// Does something with the message that an interaction is about.
fn original(
    world: &mut World,
    token: &str,
    work: impl FnOnce(&mut World, u64, u64) -> Done,
) -> Done {
    let Some(it) = world.interactions.get(token).cloned() else {
        return refuse(404, 10_015, "Unknown Webhook");
    };
    let (Some(_), Some(id)) = (it.answered, it.original) else {
        return refuse(404, 10_015, "Unknown Webhook");
    };
    if it.over {
        return refuse(401, 50_027, "Invalid Webhook Token");
    }
    if world.message(it.channel, id).is_none() {
        return refuse(404, 10_008, "Unknown Message");
    }
    work(world, it.channel, id)
}

fn follow_up(world: &mut World, token: &str, body: &Value, files: Files) -> Done {
    let Some(it) = world.interactions.get(token).cloned() else {
        return refuse(404, 10_015, "Unknown Webhook");
    };
    if it.answered.is_none() {
        return refuse(404, 10_015, "Unknown Webhook");
    }
    if it.over {
        return refuse(401, 50_027, "Invalid Webhook Token");
    }
    let hidden = body["flags"].as_u64().unwrap_or_default() & HIDDEN > 0;
    // The first one fills what says that something is to come, and is seen by whoever sees that.
    let open = it.original.filter(|id| {
        world
            .message(it.channel, *id)
            .is_some_and(|message| message.thinking)
    });
    put(
        world,
        it.channel,
        open,
        body,
        files,
        hidden.then_some(it.user),
    )
}

fn send(world: &mut World, channel: u64, body: &Value, files: Files) -> Done {
    let nonce = body["nonce"].as_str().unwrap_or_default().to_owned();
    if let Some(id) = world.nonces.get(&nonce).copied()
        && let Some(message) = world.message(channel, id).cloned()
    {
        return Ok(as_json(world, channel, &message));
    }
    let sent = put(world, channel, None, body, files, None)?;
    if let Some(id) = sent["id"].as_str().and_then(|id| id.parse().ok())
        && !nonce.is_empty()
    {
        world.nonces.insert(nonce, id);
    }
    Ok(sent)
}

/// Writes a message, or makes what stands there into it.
fn put(
    world: &mut World,
    channel: u64,
    id: Option<u64>,
    body: &Value,
    files: Files,
    only: Option<u64>,
) -> Done {
    let old = id.and_then(|id| world.message(channel, id).cloned());
    let stay = old
        .as_ref()
        .map(|old| old.files.clone())
        .unwrap_or_default();
    let files = attached(world, body, stay, files)?;
    if let Some(why) = over_the_limits(body, &files) {
        world.wrong.push(why.clone());
        return refuse(400, 50_035, &why);
    }
    let (buttons, choices) = components(body);
    let message = Message {
        id: id.unwrap_or_else(|| world.id()),
        from: None,
        shown: text(body),
        buttons,
        choices,
        files,
        only: old.map_or(only, |old| old.only),
        thinking: false,
        deleted: false,
    };
    match world.message(channel, message.id) {
        Some(stands) => *stands = message.clone(),
        None => world
            .channels
            .entry(channel)
            .or_default()
            .push(message.clone()),
    }
    Ok(as_json(world, channel, &message))
}

/// The files of a message: new ones by their number, those that stay by their id.
fn attached(
    world: &mut World,
    body: &Value,
    stay: Vec<(u64, String)>,
    mut files: Files,
) -> Result<Vec<(u64, String)>, Refusal> {
    let Some(wanted) = body["attachments"].as_array() else {
        return Ok(stay);
    };
    let mut all = Vec::new();
    for one in wanted {
        let number = one["id"].as_str().and_then(|id| id.parse::<u64>().ok());
        let number = number.unwrap_or_default();
        // New files are counted from 0; what stays has an id.
        if number > 100 {
            let kept = number;
            match stay.iter().find(|(id, _)| *id == kept) {
                Some(file) => all.push(file.clone()),
                None => return refuse(400, 50_035, "an attachment is not there"),
            }
            continue;
        }
        let Some(at) = files.iter().position(|(known, _)| *known == number) else {
            return refuse(400, 50_035, "a file is missing");
        };
        let (id, name) = (world.id(), one["filename"].as_str().unwrap_or("file"));
        let (_, bytes) = files.remove(at);
        world.files.insert(id, (name.to_owned(), bytes));
        all.push((id, name.to_owned()));
    }
    Ok(all)
}

fn over_the_limits(body: &Value, files: &[(u64, String)]) -> Option<String> {
    let embeds = body["embeds"].as_array().map_or(&[][..], Vec::as_slice);
    let length = |value: &Value| value.as_str().map_or(0, |text| text.encode_utf16().count());
    let all: usize = embeds
        .iter()
        .map(|embed| length(&embed["title"]) + length(&embed["description"]))
        .sum();
    if all > 6_000 {
        return Some(format!("embeds of {all} characters"));
    }
    if length(&body["content"]) == 0 && embeds.is_empty() && files.is_empty() {
        return Some("an empty message".to_owned());
    }
    for embed in embeds {
        if embed.as_object().is_none_or(serde_json::Map::is_empty) {
            return Some("an empty embed".to_owned());
        }
        let picture = embed["image"]["url"].as_str();
        let named = picture.and_then(|url| url.strip_prefix("attachment://"));
        if let Some(name) = named
            && !files.iter().any(|(_, known)| known == name)
        {
            return Some(format!("there is no picture {name}"));
        }
    }
    let rows = body["components"].as_array().map_or(&[][..], Vec::as_slice);
    let ids: Vec<&str> = rows
        .iter()
        .flat_map(|row| row["components"].as_array().into_iter().flatten())
        .filter_map(|component| component["custom_id"].as_str())
        .collect();
    let different: std::collections::HashSet<&str> = ids.iter().copied().collect();
    if rows.len() > 5 || different.len() != ids.len() {
        return Some(format!("rows of components that are not taken: {ids:?}"));
    }
    None
}

type Buttons = Vec<Vec<(String, String)>>;

fn components(body: &Value) -> (Buttons, Vec<(String, String)>) {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (mut buttons, mut choices) = (Vec::new(), Vec::new());
    for row in body["components"].as_array().into_iter().flatten() {
        let mut here = Vec::new();
        for component in row["components"].as_array().into_iter().flatten() {
            if component["type"] == 3 {
                let options = component["options"].as_array().into_iter().flatten();
                choices.extend(options.map(|it| (word(&it["label"]), word(&it["value"]))));
            } else {
                here.push((word(&component["label"]), word(&component["custom_id"])));
            }
        }
        if !here.is_empty() {
            buttons.push(here);
        }
    }
    (buttons, choices)
}

/// As a person reads it: without markup.
fn text(body: &Value) -> String {
    let mut lines = Vec::new();
    let embeds = body["embeds"].as_array().into_iter().flatten();
    for value in embeds.flat_map(|embed| [&embed["title"], &embed["description"]]) {
        lines.extend(value.as_str().map(plain));
    }
    lines.join("\n")
}

fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut letters = markdown.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => out.extend(letters.next()),
            '*' => {}
            c => out.push(c),
        }
    }
    out
}

/// A message as Discord shows it.
pub fn as_json(world: &World, channel: u64, message: &Message) -> Value {
    let address = world.address.expect("bound");
    let files: Vec<Value> = message
        .files
        .iter()
        .map(|(id, name)| {
            json!({"id": id.to_string(), "filename": name, "size": 1, "url": format!("http://{address}/files/{id}"),
                "proxy_url": format!("http://{address}/files/{id}"), "content_type": "image/png", "width": 64, "height": 48})
        })
        .collect();
    let title = message.shown.lines().next().unwrap_or_default();
    let embeds = if message.from.is_none() && !title.is_empty() {
        json!([{"type": "rich", "title": title}])
    } else {
        json!([])
    };
    json!({
        "id": message.id.to_string(), "channel_id": channel.to_string(), "author": user(BOT, "lumen_test_bot", true),
        "content": "", "timestamp": "2026-11-22T09:14:00Z", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": files, "embeds": embeds,
        "pinned": false, "type": 0, "flags": if message.only.is_some() { HIDDEN } else { 0 },
    })
}
