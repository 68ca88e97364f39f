//! What each method does, with the limits that Telegram holds to.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::form::Call;
use super::{Message, World, bot_user, html, spec};

pub enum Refusal {
    /// As Telegram describes it, without `Bad Request: `.
    Bad(String),
    Flood(u64),
}

pub type Done = Result<Value, Refusal>;

fn bad<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Bad(why.into()))
}

/// Those that Telegram's patience counts.
const COUNTED: [&str; 8] = [
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "sendMediaGroup",
    "editMessageText",
    "editMessageCaption",
    "editMessageMedia",
    "editMessageReplyMarkup",
];

pub fn run(world: &mut World, method: &str, call: &Call) -> Done {
    let params = &call.params;
    let chat = params.get("chat_id").and_then(Value::as_i64);
    world.calls.push(method.to_owned());
    if let (Some(chat), true, false) = (chat, COUNTED.contains(&method), world.patient)
        && let Some(wait) = world.patience.one_more(chat, Instant::now())
    {
        world.floods += 1;
        return Err(Refusal::Flood(wait));
    }
    let done = known(world, method, call);
    // What is no trouble of the moment is a mistake of the caller.
    if let Err(Refusal::Bad(why)) = &done
        && !["not modified", "not found", "too old", "no text in"]
            .iter()
            .any(|word| why.contains(word))
    {
        world.wrong.push(format!("{method}: {why}"));
    }
    done
}

fn known(world: &mut World, method: &str, call: &Call) -> Done {
    let params = &call.params;
    match method {
        "getMe" => Ok(me(world)),
        "sendMessage" => {
            let (text, buttons) = (text(params, "text", 4_096)?, buttons(params)?);
            if text.text.is_empty() {
                return bad("message text is empty");
            }
            let html = params["text"].as_str().unwrap_or_default();
            send(world, params, text.shown, html, None, buttons)
        }
        "sendPhoto" => {
            let caption = text(params, "caption", 1_024)?;
            let (photo, buttons) = (upload(params, call, "photo")?, buttons(params)?);
            let html = words(params, "caption").to_owned();
            send(world, params, caption.shown, &html, Some(photo), buttons)
        }
        "sendDocument" => {
            let file = upload(params, call, "document")?;
            let caption = text(params, "caption", 1_024)?;
            let buttons = buttons(params)?;
            let shown = format!("(a file) {}", caption.shown);
            send(world, params, shown, "", Some(file), buttons)
        }
        "sendMediaGroup" => album(world, params, call),
        "editMessageText" => {
            let (text, buttons) = (text(params, "text", 4_096)?, buttons(params)?);
            if text.text.is_empty() {
                return bad("message text is empty");
            }
            let html = words(params, "text").to_owned();
            if target(world, params)?.photo.is_some() {
                return bad("there is no text in the message to edit");
            }
            change(world, params, &text.shown, &html, None, buttons)
        }
        "editMessageCaption" => {
            let (caption, buttons) = (text(params, "caption", 1_024)?, buttons(params)?);
            let html = words(params, "caption").to_owned();
            if target(world, params)?.photo.is_none() {
                return bad("there is no caption in the message to edit");
            }
            change(world, params, &caption.shown, &html, None, buttons)
        }
        "editMessageMedia" => {
            let media = params["media"].as_object().cloned().unwrap_or_default();
            let caption = text(&media, "caption", 1_024)?;
            let (photo, buttons) = (upload(&media, call, "media")?, buttons(params)?);
            let html = words(&media, "caption").to_owned();
            change(world, params, &caption.shown, &html, Some(photo), buttons)
        }
        "deleteMessages" => delete(world, params),
        "answerCallbackQuery" => toast(world, params),
        "sendChatAction" => Ok(true.into()),
        "getMyCommands" => Ok(world
            .menus
            .get(&scope(params))
            .cloned()
            .unwrap_or(json!([]))),
        "setMyCommands" => menu(world, params),
        "getFile" => file(world, params),
        "setWebhook" => {
            let (url, secret) = (words(params, "url"), words(params, "secret_token"));
            let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !url.starts_with("https://") || !secret.chars().all(valid) || secret.len() > 256 {
                return bad("bad webhook");
            }
            world.webhook = Some((url.to_owned(), secret.to_owned()));
            Ok(true.into())
        }
        "deleteWebhook" => {
            world.webhook = None;
            Ok(true.into())
        }
        other => bad(format!("{other} is not played here")),
    }
}

fn me(world: &World) -> Value {
    let mut me = bot_user();
    me["can_join_groups"] = true.into();
    me["can_read_all_group_messages"] = world.reads_groups.into();
    me["supports_inline_queries"] = false.into();
    me["can_connect_to_business"] = false.into();
    me["has_main_web_app"] = false.into();
    me
}

fn words<'a>(params: &'a Map<String, Value>, name: &str) -> &'a str {
    params.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A text within its limit, counted as Telegram counts.
fn text(params: &Map<String, Value>, name: &str, most: usize) -> Result<html::Seen, Refusal> {
    let given = words(params, name);
    let seen = if words(params, "parse_mode") == "HTML" {
        html::seen(given).map_err(|why| Refusal::Bad(format!("can't parse entities: {why}")))?
    } else {
        html::Seen {
            text: given.to_owned(),
            shown: given.to_owned(),
        }
    };
    let length = html::units(&seen.text);
    if length > most {
        return bad(format!("{name} is too long: {length} of {most}"));
    }
    Ok(seen)
}

type Buttons = Vec<Vec<(String, String)>>;

fn buttons(params: &Map<String, Value>) -> Result<Buttons, Refusal> {
    let Some(markup) = params.get("reply_markup") else {
        return Ok(Vec::new());
    };
    let none = Vec::new();
    let mut rows = Buttons::new();
    for row in markup["inline_keyboard"].as_array().unwrap_or(&none) {
        let mut shown = Vec::new();
        for button in row.as_array().unwrap_or(&none) {
            let label = button["text"].as_str().unwrap_or_default();
            let code = button["callback_data"].as_str().unwrap_or_default();
            if code.is_empty() || code.len() > 64 {
                return bad(format!("BUTTON_DATA_INVALID: {} bytes", code.len()));
            }
            if label.is_empty() {
                return bad("BUTTON_TEXT_INVALID");
            }
            shown.push((label.to_owned(), code.to_owned()));
        }
        rows.push(shown);
    }
    let all: usize = rows.iter().map(Vec::len).sum();
    if all > 100 || rows.iter().any(|row| row.len() > 8) {
        return bad("REPLY_MARKUP_TOO_LONG");
    }
    Ok(rows)
}

/// The bytes behind a field, as a name to compare by.
fn upload(params: &Map<String, Value>, call: &Call, field: &str) -> Result<String, Refusal> {
    let named = words(params, field);
    let part = named
        .strip_prefix("attach://")
        .or_else(|| named.strip_prefix(spec::FILE));
    let Some(bytes) = part.and_then(|part| call.files.get(part)) else {
        return bad(format!("{field}: {named:?} is no file that was sent"));
    };
    if bytes.is_empty() || bytes.len() > 10_000_000 {
        return bad(format!("{field} has {} bytes", bytes.len()));
    }
    let sum = bytes.iter().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    });
    Ok(format!("{sum:016x}"))
}

fn chat_of(params: &Map<String, Value>) -> Result<i64, Refusal> {
    match params.get("chat_id").and_then(Value::as_i64) {
        Some(chat) => Ok(chat),
        None => bad("chat_id is empty"),
    }
}

fn send(
    world: &mut World,
    params: &Map<String, Value>,
    shown: String,
    html: &str,
    photo: Option<String>,
    buttons: Buttons,
) -> Done {
    let chat = chat_of(params)?;
    let message = Message {
        id: world.next_message,
        thread: params.get("message_thread_id").and_then(Value::as_i64),
        from: None,
        shown,
        html: html.to_owned(),
        photo,
        buttons,
        deleted: false,
    };
    Ok(world.add(chat, message))
}

fn album(world: &mut World, params: &Map<String, Value>, call: &Call) -> Done {
    let none = Vec::new();
    let media = params["media"].as_array().unwrap_or(&none);
    if !(2..=10).contains(&media.len()) {
        return bad(format!("{} pictures are no album", media.len()));
    }
    let mut sent = Vec::new();
    for item in media {
        let item = item.as_object().cloned().unwrap_or_default();
        let photo = upload(&item, call, "media")?;
        let caption = text(&item, "caption", 1_024)?;
        sent.push(send(
            world,
            params,
            caption.shown,
            "",
            Some(photo),
            Vec::new(),
        )?);
    }
    Ok(sent.into())
}

fn target<'a>(
    world: &'a mut World,
    params: &Map<String, Value>,
) -> Result<&'a mut Message, Refusal> {
    let (chat, id) = (
        chat_of(params)?,
        params.get("message_id").and_then(Value::as_i64),
    );
    let found = world
        .chats
        .entry(chat)
        .or_default()
        .messages
        .iter_mut()
        .find(|message| Some(message.id) == id && !message.deleted && message.from.is_none());
    found.ok_or_else(|| Refusal::Bad("message to edit not found".to_owned()))
}

fn change(
    world: &mut World,
    params: &Map<String, Value>,
    shown: &str,
    html: &str,
    photo: Option<String>,
    buttons: Buttons,
) -> Done {
    let chat = chat_of(params)?;
    let message = target(world, params)?;
    let same_photo = photo.is_none() || photo == message.photo;
    if message.html == html && message.buttons == buttons && same_photo {
        return bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
        );
    }
    shown.clone_into(&mut message.shown);
    html.clone_into(&mut message.html);
    message.buttons = buttons;
    if photo.is_some() {
        message.photo = photo;
    }
    Ok(message.json(chat))
}

fn delete(world: &mut World, params: &Map<String, Value>) -> Done {
    let chat = chat_of(params)?;
    let none = Vec::new();
    let ids = params["message_ids"].as_array().unwrap_or(&none);
    let chat = world.chats.entry(chat).or_default();
    for id in ids.iter().filter_map(Value::as_i64) {
        if let Some(message) = chat.messages.iter_mut().find(|message| message.id == id) {
            message.deleted = true;
        }
    }
    Ok(true.into())
}

fn toast(world: &mut World, params: &Map<String, Value>) -> Done {
    let text = words(params, "text");
    if html::units(text) > 200 {
        return bad("MESSAGE_TOO_LONG");
    }
    let Some(chat) = world.presses.remove(words(params, "callback_query_id")) else {
        return bad("query is too old and response timeout expired or query ID is invalid");
    };
    if !text.is_empty() {
        let chat = world.chats.entry(chat).or_default();
        chat.toasts.push(text.to_owned());
    }
    Ok(true.into())
}

fn scope(params: &Map<String, Value>) -> String {
    let scope = params
        .get("scope")
        .cloned()
        .unwrap_or(json!({"type": "default"}));
    let chat = scope["chat_id"].as_i64();
    let kind = scope["type"].as_str().unwrap_or_default();
    chat.map_or_else(|| kind.to_owned(), |chat| format!("{kind} {chat}"))
}

fn menu(world: &mut World, params: &Map<String, Value>) -> Done {
    let none = Vec::new();
    let commands = params["commands"].as_array().unwrap_or(&none);
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    for command in commands {
        let name = command["command"].as_str().unwrap_or_default();
        let help = command["description"].as_str().unwrap_or_default();
        let fits = (1..=32).contains(&name.len()) && name.chars().all(valid);
        if !fits || !(1..=256).contains(&html::units(help)) {
            return bad(format!("BOT_COMMAND_INVALID: {command}"));
        }
    }
    if commands.len() > 100 {
        return bad("BOT_COMMANDS_TOO_MUCH");
    }
    let scope = scope(params);
    world.menus.insert(scope, params["commands"].clone());
    Ok(true.into())
}

fn file(world: &mut World, params: &Map<String, Value>) -> Done {
    let id = words(params, "file_id");
    match world.files.get(id) {
        Some(bytes) => Ok(json!({
            "file_id": id, "file_unique_id": id, "file_size": bytes.len(), "file_path": id,
        })),
        None => bad("file not found"),
    }
}
