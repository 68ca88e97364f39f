//! What people do in Telegram, and what they see there.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BotApi, Chat, Message, World, bot_user};

/// How long a test waits for something that must happen.
const LIMIT: Duration = Duration::from_mins(3);

/// Lumen writes about once a second in a chat; after this nothing more is coming.
const QUIET: Duration = Duration::from_millis(2_500);

/// Somebody, in one chat.
#[derive(Clone)]
pub struct Person {
    api: BotApi,
    pub id: u64,
    pub name: &'static str,
    pub chat: i64,
    pub thread: Option<i64>,
}

impl BotApi {
    /// Somebody in their private chat with the bot.
    pub fn person(&self, id: u64, name: &'static str) -> Person {
        Person {
            api: self.clone(),
            id,
            name,
            chat: i64::try_from(id).expect("small"),
            thread: None,
        }
    }

    /// What is new in a chat since it was last looked at, as a person sees it now.
    pub fn transcript(&self, chat: i64) -> String {
        let mut world = self.world();
        world.chats.entry(chat).or_default().look()
    }

    /// [`BotApi::transcript`], once nothing has moved in the chat for a moment.
    pub fn settled(&self, chat: i64) -> String {
        let mut before = String::new();
        let mut since = Instant::now();
        while since.elapsed() < QUIET {
            let now: Vec<String> = self.messages(chat).iter().map(Message::seen).collect();
            let now = now.join("\n");
            if now != before {
                (before, since) = (now, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.transcript(chat)
    }

    /// The messages that stand in a chat.
    pub fn messages(&self, chat: i64) -> Vec<Message> {
        let world = self.world();
        let stand = |chat: &Chat| {
            chat.messages
                .iter()
                .filter(|message| !message.deleted)
                .cloned()
                .collect()
        };
        world.chats.get(&chat).map(stand).unwrap_or_default()
    }

    /// Waits until a message of the bot's that shows `words` stands in the chat.
    pub fn until(&self, chat: i64, words: &str) -> Message {
        self.until_some(chat, words, |message| message.shown.contains(words))
    }

    pub fn until_some(&self, chat: i64, what: &str, fits: impl Fn(&Message) -> bool) -> Message {
        let end = Instant::now() + LIMIT;
        loop {
            let found = self
                .messages(chat)
                .into_iter()
                .rev()
                .find(|message| message.from.is_none() && fits(message));
            if let Some(message) = found {
                return message;
            }
            assert!(
                Instant::now() < end,
                "no \u{201c}{what}\u{201d} in chat {chat}:\n{}",
                self.transcript(chat)
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until `holds`.
    pub fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LIMIT;
        while !holds(self) {
            assert!(Instant::now() < end, "never: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// An update of any kind.
    pub fn push(&self, kind: &str, body: &Value) -> u32 {
        let id = self.world().push(kind, body);
        self.moved.notify_one();
        id
    }
}

impl Person {
    /// The same person in a group.
    pub fn in_group(&self, chat: i64) -> Self {
        Self {
            chat,
            thread: None,
            ..self.clone()
        }
    }

    pub fn in_topic(&self, thread: i64) -> Self {
        Self {
            thread: Some(thread),
            ..self.clone()
        }
    }

    fn user(&self) -> Value {
        json!({"id": self.id, "is_bot": false, "first_name": self.name, "username": self.name})
    }

    /// Writes something.
    pub fn say(&self, text: &str) -> u32 {
        self.write(text, &json!({"text": text}))
    }

    /// Answers a message.
    pub fn reply(&self, to: &Message, text: &str) -> u32 {
        self.write(
            text,
            &json!({"text": text, "reply_to_message": to.json(self.chat)}),
        )
    }

    /// Answers a message with a photo.
    pub fn photo(&self, to: &Message, bytes: &[u8], caption: Option<&str>) -> u32 {
        let file = {
            let mut world = self.api.world();
            let file = format!("photo{}", world.files.len());
            world.files.insert(file.clone(), bytes.to_vec());
            file
        };
        let size = |side: u32, id: &str| json!({"file_id": id, "file_unique_id": id, "width": side, "height": side, "file_size": bytes.len()});
        let mut body = json!({
            "photo": [size(90, "thumbnail"), size(800, &file)],
            "reply_to_message": to.json(self.chat),
        });
        if let Some(caption) = caption {
            body["caption"] = caption.into();
        }
        self.write(&format!("(a photo) {}", caption.unwrap_or_default()), &body)
    }

    /// Changes what they wrote.
    pub fn change(&self, text: &str) -> u32 {
        let mut body = self.message(0, &json!({"text": text}));
        body["edit_date"] = 1_700_000_100.into();
        self.api.push("edited_message", &body)
    }

    fn message(&self, id: i64, body: &Value) -> Value {
        let mut message = json!({
            "message_id": id, "date": 1_700_000_000, "from": self.user(), "chat": chat_json(self.chat),
        });
        if let Some(thread) = self.thread {
            message["message_thread_id"] = thread.into();
            message["is_topic_message"] = true.into();
        }
        if let (Some(message), Some(body)) = (message.as_object_mut(), body.as_object()) {
            message.extend(body.clone());
        }
        message
    }

    fn write(&self, shown: &str, body: &Value) -> u32 {
        let update = {
            let mut world = self.api.world();
            let message = self.message(world.next_message, body);
            world.next_message += 1;
            let kept = Message {
                id: message["message_id"].as_i64().unwrap_or_default(),
                thread: self.thread,
                from: Some(self.user()),
                shown: shown.to_owned(),
                html: String::new(),
                photo: None,
                buttons: Vec::new(),
                deleted: false,
            };
            let chat = world.chats.entry(self.chat).or_default();
            chat.messages.push(kept);
            world.push("message", &message)
        };
        self.api.moved.notify_one();
        update
    }

    /// Presses a button of a message.
    pub fn press(&self, message: &Message, label: &str) -> u32 {
        let code = message
            .buttons
            .iter()
            .flatten()
            .find(|(known, _)| known == label)
            .map_or_else(
                || panic!("no [{label}] under:\n{}", message.seen()),
                |(_, code)| code.clone(),
            );
        self.press_code(message, &code)
    }

    pub fn press_code(&self, message: &Message, code: &str) -> u32 {
        let update = {
            let mut world = self.api.world();
            let query = format!("query{}", world.next_query);
            world.next_query += 1;
            world.presses.insert(query.clone(), self.chat);
            let mut hangs_on = message.json(self.chat);
            if let Some(thread) = self.thread {
                hangs_on["message_thread_id"] = thread.into();
                hangs_on["is_topic_message"] = true.into();
            }
            let body = json!({
                "id": query, "from": self.user(), "chat_instance": "1", "data": code, "message": hangs_on,
            });
            world.push("callback_query", &body)
        };
        self.api.moved.notify_one();
        update
    }

    /// Presses that wait for an answer.
    pub fn presses_open(&self) -> usize {
        self.api.world().presses.len()
    }
}

impl World {
    fn push(&mut self, kind: &str, body: &Value) -> u32 {
        let id = self.next_update;
        self.next_update += 1;
        self.updates
            .push_back((id, json!({"update_id": id, kind: body})));
        id
    }

    /// A message of the bot's; as JSON.
    pub(super) fn add(&mut self, chat: i64, message: Message) -> Value {
        self.next_message += 1;
        let json = message.json(chat);
        let chat = self.chats.entry(chat).or_default();
        chat.messages.push(message);
        json
    }
}

impl Chat {
    fn look(&mut self) -> String {
        let mut lines: Vec<String> = self
            .toasts
            .drain(..)
            .map(|toast| format!("({toast})"))
            .collect();
        for message in &self.messages {
            let before = self.looked.get(&message.id).cloned();
            if message.deleted {
                if let Some(before) = before {
                    self.looked.remove(&message.id);
                    let first = before.lines().next().unwrap_or_default();
                    lines.push(format!("(gone: {first})"));
                }
                continue;
            }
            let now = message.seen();
            if before.as_ref() != Some(&now) {
                let mark = if before.is_some() { "(changed)\n" } else { "" };
                lines.push(format!("{mark}{now}"));
                self.looked.insert(message.id, now);
            }
        }
        lines.join("\n")
    }
}

impl Message {
    /// Text and buttons.
    pub fn seen(&self) -> String {
        if let Some(from) = &self.from {
            let name = from["username"].as_str().unwrap_or_default();
            return format!("\n> {name}: {}", self.shown);
        }
        let mut seen = String::new();
        if self.photo.is_some() {
            seen.push_str("[picture]\n");
        }
        seen.push_str(&self.shown);
        for row in &self.buttons {
            let labels: Vec<String> = row.iter().map(|(label, _)| format!("[{label}]")).collect();
            let _ = write!(seen, "\n{}", labels.join(" "));
        }
        seen.trim().to_owned()
    }

    pub(super) fn json(&self, chat: i64) -> Value {
        let from = self.from.clone().unwrap_or_else(bot_user);
        let mut json = json!({
            "message_id": self.id, "date": 1_700_000_000, "from": from, "chat": chat_json(chat),
        });
        if let Some(photo) = &self.photo {
            json["photo"] = json!([
                {"file_id": photo, "file_unique_id": photo, "width": 800, "height": 600, "file_size": 1000},
            ]);
            json["caption"] = self.shown.clone().into();
        } else {
            json["text"] = self.shown.clone().into();
        }
        json
    }
}

fn chat_json(chat: i64) -> Value {
    if chat > 0 {
        json!({"id": chat, "type": "private", "first_name": "Somebody"})
    } else {
        json!({"id": chat, "type": "supergroup", "title": "Team", "is_forum": true})
    }
}
