//! What people do in Discord, and what they see there.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BOT, DiscordApi, GUILD, Interaction, Message, World, rest, user};

/// How long a test waits for something that must happen.
const LIMIT: Duration = Duration::from_mins(3);
/// After this nothing more is coming.
const QUIET: Duration = Duration::from_millis(1_500);

/// Somebody, in one channel.
#[derive(Clone)]
pub struct Person {
    api: DiscordApi,
    pub id: u64,
    pub name: &'static str,
    pub channel: u64,
    private: bool,
    /// Their roles on the server.
    roles: Vec<u64>,
}

/// An interaction that somebody began.
#[derive(Debug, Clone)]
pub struct Begun(String);

impl DiscordApi {
    /// Somebody in a channel of the server.
    pub fn person(&self, id: u64, name: &'static str, channel: u64) -> Person {
        Person {
            api: self.clone(),
            id,
            name,
            channel,
            private: false,
            roles: Vec::new(),
        }
    }

    /// The messages that stand in a channel.
    pub fn messages(&self, channel: u64) -> Vec<Message> {
        let world = self.world();
        let all = world.channels.get(&channel).into_iter().flatten();
        all.filter(|message| !message.deleted).cloned().collect()
    }

    /// Waits until a message of the bot's that shows `words` stands in the channel.
    pub fn until(&self, channel: u64, words: &str) -> Message {
        self.until_some(channel, words, |message| message.shown.contains(words))
    }

    pub fn until_some(&self, channel: u64, what: &str, fits: impl Fn(&Message) -> bool) -> Message {
        let end = Instant::now() + LIMIT;
        loop {
            let found = self
                .messages(channel)
                .into_iter()
                .rev()
                .find(|message| message.from.is_none() && fits(message));
            if let Some(message) = found {
                return message;
            }
            assert!(
                Instant::now() < end,
                "no \u{201c}{what}\u{201d} in channel {channel}:\n{}\nwrong: {:?}",
                self.transcript(channel),
                self.world().wrong
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

    /// Waits until the bot is there.
    pub fn connected(&self) {
        self.wait("the bot is connected", |api| {
            let world = api.world();
            world.session.connected
        });
    }

    /// What is new in a channel since it was last looked at, as a person sees it now.
    pub fn transcript(&self, channel: u64) -> String {
        let mut world = self.world();
        let messages = world.channels.get(&channel).cloned().unwrap_or_default();
        let mut seen = String::new();
        for message in messages {
            let now = if message.deleted {
                String::new()
            } else {
                message.seen()
            };
            let before = world.looked.insert((channel, message.id), now.clone());
            if before.as_ref() != Some(&now) && !(before.is_none() && now.is_empty()) {
                let mark = if before.is_some() { "~ " } else { "" };
                let now = if now.is_empty() { "(gone)" } else { &now };
                let _ = writeln!(seen, "{mark}{now}");
            }
        }
        seen
    }

    /// [`DiscordApi::transcript`], once nothing has moved in the channel for a moment.
    pub fn settled(&self, channel: u64) -> String {
        let mut before = String::new();
        let mut since = Instant::now();
        while since.elapsed() < QUIET {
            let now: Vec<String> = self.messages(channel).iter().map(Message::seen).collect();
            let now = now.join("\n");
            if now != before {
                (before, since) = (now, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        self.transcript(channel)
    }

    fn interaction(&self, begun: &Begun) -> Interaction {
        self.world().interactions[&begun.0].clone()
    }
}

impl Message {
    fn seen(&self) -> String {
        if let Some(name) = self.from {
            return format!("{name}: {}", self.shown);
        }
        let mut seen = String::new();
        if self.only.is_some() {
            seen.push_str("(only one sees this) ");
        }
        if self.thinking {
            seen.push_str("(is thinking)");
        }
        for (_, name) in &self.files {
            let kind = if name.contains("txt") {
                "file"
            } else {
                "picture"
            };
            let _ = writeln!(seen, "[{kind}]");
        }
        seen.push_str(&self.shown);
        for row in &self.buttons {
            let row: Vec<String> = row.iter().map(|(label, _)| format!("[{label}]")).collect();
            let _ = write!(seen, "\n{}", row.join(" "));
        }
        if !self.choices.is_empty() {
            let all: Vec<&str> = self
                .choices
                .iter()
                .map(|(label, _)| label.as_str())
                .collect();
            let _ = write!(seen, "\n( {} )", all.join(" | "));
        }
        seen
    }
}

impl World {
    fn begin(&mut self, person: &Person, kind: u8, data: &Value, on: Option<&Message>) -> Begun {
        let id = self.id();
        let token = format!("token{id}");
        let mut event = json!({
            "id": id.to_string(), "application_id": BOT.to_string(), "type": kind, "data": data, "token": token,
            "version": 1, "channel_id": person.channel.to_string(), "locale": "en-GB", "entitlements": [],
            "authorizing_integration_owners": {}, "attachment_size_limit": 10_485_760, "app_permissions": self.permissions.to_string(),
            "channel": {"id": person.channel.to_string(), "name": "drafts", "type": 0},
        });
        let who = user(person.id, person.name, false);
        if person.private {
            event["user"] = who;
        } else {
            event["guild_id"] = json!(GUILD.to_string());
            event["member"] = json!({"user": who, "roles": person.roles(), "joined_at": "2026-01-01T00:00:00Z", "deaf": false,
                "mute": false, "flags": 0, "permissions": "0", "nick": null, "avatar": null, "pending": false,
                "premium_since": null, "communication_disabled_until": null});
        }
        if let Some(message) = on {
            event["message"] = rest::as_json(self, person.channel, message);
        }
        let interaction = Interaction {
            channel: person.channel,
            user: person.id,
            since: Instant::now(),
            answered: None,
            within: None,
            original: on.map(|message| message.id),
            data: Value::Null,
            over: false,
            unheard: !self.session.connected,
        };
        self.interactions.insert(token.clone(), interaction);
        self.push("INTERACTION_CREATE", event);
        Begun(token)
    }
}

impl Person {
    /// The same person in their private chat with the bot.
    pub fn in_private(&self) -> Self {
        Self {
            channel: self.id + 1_000_000,
            private: true,
            ..self.clone()
        }
    }

    /// The same person in another channel or thread.
    pub fn in_channel(&self, channel: u64) -> Self {
        Self {
            channel,
            private: false,
            ..self.clone()
        }
    }

    /// The same person with these roles on the server.
    pub fn with_roles(&self, roles: &[u64]) -> Self {
        Self {
            roles: roles.to_vec(),
            ..self.clone()
        }
    }

    fn roles(&self) -> Vec<String> {
        self.roles.iter().map(u64::to_string).collect()
    }

    /// A slash command with its options.
    pub fn command(&self, name: &str, options: &[(&str, &str)]) -> Begun {
        let data = json!({"id": "1", "name": name, "type": 1, "options": typed(options)});
        self.api.world().begin(self, 2, &data, None)
    }

    /// The same with a subcommand.
    pub fn sub(&self, name: &str, verb: &str, options: &[(&str, &str)]) -> Begun {
        let verb = json!({"name": verb, "type": 1, "options": typed(options)});
        let data = json!({"id": "1", "name": name, "type": 1, "options": [verb]});
        self.api.world().begin(self, 2, &data, None)
    }

    /// What is suggested while an option is typed.
    pub fn suggestions(&self, name: &str, option: &str, so_far: &str) -> Vec<String> {
        let option = json!({"name": option, "type": 3, "value": so_far, "focused": true});
        self.suggested(name, &option)
    }

    /// The same in a subcommand.
    pub fn sub_suggestions(
        &self,
        name: &str,
        verb: &str,
        option: &str,
        so_far: &str,
    ) -> Vec<String> {
        let option = json!({"name": option, "type": 3, "value": so_far, "focused": true});
        self.suggested(name, &json!({"name": verb, "type": 1, "options": [option]}))
    }

    fn suggested(&self, name: &str, inside: &Value) -> Vec<String> {
        let data = json!({"id": "1", "name": name, "type": 1, "options": [inside]});
        let begun = self.api.world().begin(self, 4, &data, None);
        self.answered(&begun);
        let choices = self.api.interaction(&begun).data["choices"].clone();
        let word = |choice: &Value| choice["value"].as_str().unwrap_or_default().to_owned();
        choices.as_array().into_iter().flatten().map(word).collect()
    }

    /// Waits until an interaction has its first answer, and says its kind.
    pub fn answered(&self, begun: &Begun) -> u64 {
        self.api.wait("the interaction is answered", |api| {
            api.interaction(begun).answered.is_some()
        });
        self.api.interaction(begun).answered.unwrap_or_default()
    }

    /// Presses a button, or chooses from a list, by its words.
    pub fn press(&self, message: &Message, label: &str) -> Begun {
        let button = message.buttons.iter().flatten().find(|(it, _)| it == label);
        if let Some((_, code)) = button {
            return self.press_code(message, code);
        }
        let Some((_, code)) = message.choices.iter().find(|(it, _)| it == label) else {
            panic!("no {label} on {}", message.seen())
        };
        let data = json!({"custom_id": "choose", "component_type": 3, "values": [code]});
        self.api.world().begin(self, 3, &data, Some(message))
    }

    /// A button's code, whatever stands on the message now.
    pub fn press_code(&self, message: &Message, code: &str) -> Begun {
        let data = json!({"custom_id": code, "component_type": 2});
        self.api.world().begin(self, 3, &data, Some(message))
    }

    /// Fills in the form that a press brought up; what stood in it before.
    pub fn fill(&self, message: &Message, begun: &Begun, text: &str) -> String {
        assert_eq!(self.answered(begun), 9, "no form came up");
        let form = self.api.interaction(begun).data;
        let input = &form["components"][0]["components"][0];
        let before = input["value"].as_str().unwrap_or_default().to_owned();
        let filled = json!({"type": 4, "custom_id": input["custom_id"], "value": text});
        let rows = json!([{"type": 1, "components": [filled]}]);
        let data = json!({"custom_id": form["custom_id"], "components": rows});
        self.api.world().begin(self, 5, &data, Some(message));
        before
    }

    /// Writes something: in private as it is, elsewhere to the bot by its name.
    pub fn say(&self, text: &str) -> u64 {
        let (text, mentions) = if self.private {
            (text.to_owned(), json!([]))
        } else {
            let bot = json!([user(BOT, "lumen_test_bot", true)]);
            (format!("<@{BOT}> {text}"), bot)
        };
        self.write(&text, &json!({"mentions": mentions}), None)
    }

    /// Writes something to nobody in particular. What it says is told to a bot only that may read it.
    pub fn mutter(&self, text: &str) -> u64 {
        self.write(text, &json!({}), None)
    }

    /// Answers a message of the bot's.
    pub fn reply(&self, to: &Message, text: &str) -> u64 {
        let answered = rest::as_json(&self.api.world(), self.channel, to);
        self.write(
            text,
            &json!({"type": 19, "referenced_message": answered}),
            None,
        )
    }

    /// Answers a message with a picture.
    pub fn photo(&self, to: &Message, bytes: &[u8], caption: &str) -> u64 {
        let answered = rest::as_json(&self.api.world(), self.channel, to);
        let change = json!({"type": 19, "referenced_message": answered});
        self.write(caption, &change, Some(bytes))
    }

    fn write(&self, text: &str, change: &Value, picture: Option<&[u8]>) -> u64 {
        let mut world = self.api.world();
        let (id, file) = (world.id(), world.id());
        let files = picture.map(|bytes| {
            let name = "cup.png".to_owned();
            world.files.insert(file, (name.clone(), bytes.to_vec()));
            (file, name)
        });
        let message = Message {
            id,
            from: Some(self.name),
            shown: text.to_owned(),
            buttons: Vec::new(),
            choices: Vec::new(),
            files: files.into_iter().collect(),
            only: None,
            thinking: false,
            deleted: false,
        };
        let mut event = rest::as_json(&world, self.channel, &message);
        event["author"] = user(self.id, self.name, false);
        event["content"] = json!(text);
        if !self.private {
            event["guild_id"] = json!(GUILD.to_string());
            event["member"] = json!({"roles": self.roles(), "joined_at": "2026-01-01T00:00:00Z", "deaf": false, "mute": false});
        }
        let named = change.get("mentions").is_some() || change.get("referenced_message").is_some();
        if !self.private && !named && !world.session.reads {
            event["content"] = json!("");
            event["attachments"] = json!([]);
        }
        for (name, value) in change.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        world
            .channels
            .entry(self.channel)
            .or_default()
            .push(message);
        world.push("MESSAGE_CREATE", event);
        id
    }
}

fn typed(options: &[(&str, &str)]) -> Vec<Value> {
    options
        .iter()
        .map(|(name, value)| match *value {
            "true" => json!({"name": name, "type": 5, "value": true}),
            value => json!({"name": name, "type": 3, "value": value}),
        })
        .collect()
}
