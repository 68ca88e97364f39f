use serde_json::{Value, json};

use super::*;
use crate::chat::incoming::Said;
use crate::domain::ids::DraftNumber;
use crate::frontends::discord::state::Bot;

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
