use super::*;
use serde_json::{Value, json};

fn bot() -> Bot {
    Bot {
        id: 42,
        name: "lumen_bot".into(),
        reads_groups: false,
    }
}

fn heard(kind: &str, body: &Value) -> Heard {
    let update = json!({"update_id": 9, kind: body});
    hear(&super::super::lenient::update(&update).unwrap(), &bot())
}

fn message(chat: i64, change: &Value) -> Value {
    let kind = if chat > 0 { "private" } else { "supergroup" };
    let mut message = json!({
        "message_id": 5, "date": 1_700_000_000,
        "chat": {"id": chat, "type": kind, "title": "Team", "first_name": "Mira"},
        "from": {"id": 7, "is_bot": false, "first_name": "Mira", "username": "mira"},
    });
    message
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    message
}

fn body(heard: Heard) -> Said {
    match heard {
        Heard::Said(incoming) | Heard::Pressed(incoming, _) => incoming.body,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Said {
    Said::Text { text: text.into() }
}

#[test]
fn words_in_private_are_for_lumen() {
    let heard = heard("message", &message(7, &json!({"text": "hello"})));
    let Heard::Said(incoming) = heard else {
        panic!("{heard:?}")
    };
    assert_eq!(incoming.external_id, "42:9");
    assert_eq!((incoming.room.chat.as_str(), incoming.private), ("7", true));
    assert_eq!(incoming.sender.external_id, "7");
    assert_eq!(
        (incoming.sender_name.as_str(), &incoming.body),
        ("mira", &text("hello"))
    );
}

#[test]
fn in_a_group_only_what_is_meant_for_lumen_is() {
    let group = |change: &Value| heard("message", &message(-100, change));
    assert_eq!(body(group(&json!({"text": "/status"}))), text("/status"));
    assert_eq!(
        body(group(&json!({"text": "/status@Lumen_Bot now"}))),
        text("/status@Lumen_Bot now")
    );
    assert_eq!(
        body(group(&json!({"text": "@lumen_bot, /queue"}))),
        text("/queue")
    );
    assert_eq!(group(&json!({"text": "/status@other_bot"})), Heard::Nothing);
    assert!(matches!(
        group(&json!({"text": "lunch?"})),
        Heard::Chatter(_)
    ));
    let reply = |from: u64| {
        let mut to = message(-100, &json!({"text": "#12", "message_id": 3}));
        to["from"] = json!({"id": from, "is_bot": from == 42, "first_name": "Lumen"});
        json!({"text": "shorter", "reply_to_message": to})
    };
    assert_eq!(
        body(group(&reply(42))),
        Said::Reply {
            text: "shorter".into(),
            to: "3".into(),
            card: Some(DraftNumber(12)),
        }
    );
    assert!(matches!(group(&reply(8)), Heard::Chatter(_)));
}

#[test]
fn a_topic_is_a_room_of_its_own_and_a_chain_of_answers_is_not() {
    let room = |change: &Value| match heard("message", &message(-100, change)) {
        Heard::Said(incoming) => incoming.room.thread,
        other => panic!("{other:?}"),
    };
    let topic = json!({"text": "/room", "message_thread_id": 17, "is_topic_message": true});
    assert_eq!(room(&topic), Some("17".into()));
    assert_eq!(
        room(&json!({"text": "/room", "message_thread_id": 17})),
        None
    );
}

#[test]
fn a_press_names_its_message() {
    let query = json!({
        "id": "q1", "chat_instance": "c", "data": "1.d.ok.12.4",
        "from": {"id": 7, "is_bot": false, "first_name": "Mira"},
        "message": message(-100, &json!({"text": "#12", "message_thread_id": 17, "is_topic_message": true})),
    });
    let Heard::Pressed(incoming, id) = heard("callback_query", &query) else {
        panic!("no press")
    };
    assert_eq!(id.0, "q1");
    assert_eq!(incoming.room.thread, Some("17".into()));
    assert_eq!(
        incoming.body,
        Said::Press {
            code: "1.d.ok.12.4".into(),
            message: Some("5".into())
        }
    );
    let mut stray = query;
    stray.as_object_mut().unwrap().remove("message");
    assert!(matches!(heard("callback_query", &stray), Heard::Stray(_)));
}

#[test]
fn a_photo_is_taken_in_its_largest_size() {
    let size = |id: &str, side: u32| json!({"file_id": id, "file_unique_id": id, "width": side, "height": side, "file_size": 9});
    let photo = json!({"photo": [size("small", 90), size("large", 1280)], "caption": "a cup"});
    assert_eq!(
        body(heard("message", &message(7, &photo))),
        Said::Picture {
            file: "large".into(),
            caption: Some("a cup".into()),
            to: None,
            card: None,
        }
    );
    assert_eq!(heard("message", &message(-100, &photo)), Heard::Nothing);
}

#[test]
fn what_moves_is_followed_and_bots_are_not_heard() {
    let moved = heard(
        "message",
        &message(-5, &json!({"migrate_to_chat_id": -1005})),
    );
    assert_eq!(
        moved,
        Heard::Moved {
            from: "-5".into(),
            to: "-1005".into()
        }
    );
    let bot = json!({"text": "/status", "from": {"id": 8, "is_bot": true, "first_name": "Other"}});
    assert_eq!(heard("message", &message(-100, &bot)), Heard::Nothing);
}

#[test]
fn a_changed_message_says_that_it_was_changed() {
    let change = json!({"text": "/draft better", "edit_date": 1_700_000_001});
    assert_eq!(
        body(heard("edited_message", &message(7, &change))),
        Said::Changed {
            text: "/draft better".into()
        }
    );
    let chatter = json!({"text": "lunch", "edit_date": 1_700_000_001});
    assert_eq!(
        heard("edited_message", &message(-100, &chatter)),
        Heard::Nothing
    );
}

#[test]
fn what_the_sdk_cannot_read_is_read_plainly_or_left_aside() {
    let odd = message(7, &json!({"text": "/status", "entities": "not a list"}));
    assert_eq!(body(heard("message", &odd)), text("/status"));
    assert_eq!(heard("something_new", &json!({"x": 1})), Heard::Nothing);
}

#[test]
fn nobody_is_called_like_lumen_itself() {
    assert_eq!(name(Some("mira"), "x"), "mira");
    assert_eq!(name(None, "Lumen"), "user Lumen");
    assert_eq!(name(None, "rule noon"), "user rule noon");
    assert_eq!(name(None, "  "), "somebody");
}
