//! The catalogue to Discord's commands, set only where they are not so already.

use serde_json::{Value, json};
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, GuildId};

use super::calls::{CallError, Calls};
use crate::chat::catalogue::{Command, Kind, Opt, Verb, completes};
use crate::domain::error::shortened;

/// Discord takes no longer description, and no more choices.
const DESCRIPTION: usize = 100;
const CHOICES: usize = 25;

const SUB_COMMAND: u8 = 1;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;

/// All commands, as Discord takes them.
#[must_use]
pub fn commands() -> Vec<Value> {
    Command::ALL.iter().map(|command| entry(*command)).collect()
}

fn entry(command: Command) -> Value {
    let spec = command.spec();
    let options: Vec<Value> = if spec.verbs.is_empty() {
        spec.options
            .iter()
            .map(|option| typed(command, option))
            .collect()
    } else {
        spec.verbs.iter().map(|verb| sub(command, verb)).collect()
    };
    json!({
        "type": 1,
        "name": spec.name,
        "description": shortened(spec.help, DESCRIPTION),
        "options": options,
    })
}

fn sub(command: Command, verb: &Verb) -> Value {
    let options: Vec<Value> = verb
        .options
        .iter()
        .map(|option| typed(command, option))
        .collect();
    json!({
        "type": SUB_COMMAND,
        "name": verb.name,
        "description": shortened(verb.help, DESCRIPTION),
        "options": options,
    })
}

fn typed(command: Command, option: &Opt) -> Value {
    let kind = match option.kind {
        Kind::Number => INTEGER,
        Kind::Flag => BOOLEAN,
        _ => STRING,
    };
    let mut value = json!({
        "type": kind,
        "name": option.name,
        "description": shortened(option.help, DESCRIPTION),
        "required": option.required,
    });
    if let Kind::Choice(words) = option.kind {
        let choices = words.iter().take(CHOICES);
        value["choices"] = choices
            .map(|word| json!({"name": word, "value": word}))
            .collect();
    }
    if completes(command, option) {
        value["autocomplete"] = json!(true);
    }
    value
}

/// What a command is, without what Discord adds to it and what it leaves out where it is the default.
fn plain(value: &Value) -> Value {
    let list = |name: &str| -> Vec<Value> {
        let inside = value[name].as_array();
        inside.into_iter().flatten().map(plain).collect()
    };
    json!({
        "type": value["type"].as_u64().unwrap_or(1),
        "name": value["name"],
        "value": value["value"],
        "description": value["description"].as_str().unwrap_or_default(),
        "required": value["required"].as_bool().unwrap_or_default(),
        "autocomplete": value["autocomplete"].as_bool().unwrap_or_default(),
        "options": list("options"),
        "choices": list("choices"),
    })
}

fn same(there: &Value, wanted: &[Value]) -> bool {
    let sorted = |all: &[Value]| {
        let mut all: Vec<Value> = all.iter().map(plain).collect();
        all.sort_by_key(|command| command["name"].to_string());
        all
    };
    there
        .as_array()
        .is_some_and(|there| sorted(there) == sorted(wanted))
}

/// Looks what is registered, and registers what is wanted where that is something else.
///
/// # Errors
/// When Discord did not answer, or did not take them.
pub async fn keep(calls: &Calls, application: u64, guild: Option<u64>) -> Result<bool, CallError> {
    let application_id = ApplicationId::new(application);
    let route = match guild {
        Some(guild) => Route::GuildCommands {
            application_id,
            guild_id: GuildId::new(guild),
        },
        None => Route::Commands { application_id },
    };
    let wanted = commands();
    let there = calls.get("commands", route).await?;
    if same(&there, &wanted) {
        return Ok(false);
    }
    let body = json!(wanted).to_string().into_bytes();
    let request = Request::new(route, LightMethod::Put).body(Some(body));
    calls.call("registerCommands", request).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_length(value: &Value) -> usize {
        match value {
            Value::Array(all) => all.iter().map(text_length).sum(),
            Value::Object(all) => {
                let own = ["name", "description", "value"];
                let own: usize = own
                    .iter()
                    .filter_map(|name| all.get(*name)?.as_str())
                    .map(str::len)
                    .sum();
                own + all.get("options").map_or(0, text_length)
                    + all.get("choices").map_or(0, text_length)
            }
            _ => 0,
        }
    }

    fn check_options(options: &Value) {
        let options = options.as_array().unwrap();
        assert!(options.len() <= 25);
        let required = |option: &Value| option["required"].as_bool().unwrap_or_default();
        assert!(options.is_sorted_by_key(|option| !required(option)));
        for option in options {
            let description = option["description"]
                .as_str()
                .unwrap()
                .encode_utf16()
                .count();
            assert!((1..=100).contains(&description), "{option}");
            assert!(
                option["choices"].is_null() || option["autocomplete"].is_null(),
                "{option}"
            );
            if option["type"] == SUB_COMMAND {
                check_options(&option["options"]);
            }
        }
    }

    #[test]
    fn commands_are_what_discord_takes() {
        let all = commands();
        assert!((1..=100).contains(&all.len()));
        for command in &all {
            let name = command["name"].as_str().unwrap();
            assert!((1..=32).contains(&name.len()) && name.chars().all(|c| c.is_ascii_lowercase()));
            assert!(text_length(command) <= 8_000, "{name}");
            check_options(&command["options"]);
        }
    }

    #[test]
    fn what_discord_adds_makes_no_difference_and_a_new_word_does() {
        let mut there = commands();
        for command in &mut there {
            command["id"] = json!("1");
            command["nsfw"] = json!(false);
            command["description_localizations"] = Value::Null;
        }
        there.reverse();
        assert!(same(&json!(there), &commands()));
        there[3]["description"] = json!("something else");
        assert!(!same(&json!(there), &commands()));
        assert!(!same(&json!([]), &commands()));
    }
}
