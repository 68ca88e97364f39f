//! One script, played through the terminal, Telegram and Discord: the core hears the same and does the same.

use serde_json::Value;

use lumen::domain::ids::{InboxId, WorkspaceId};
use lumen::domain::operator::Surface;

use crate::support::binary::House;
use crate::support::bot_api::BotApi;
use crate::support::discord_api::DiscordApi;
use crate::support::telegram::{Lumen, house_of, with_store};

const MIRA: u64 = 4711;
const DRAFTS: [&str; 3] = ["Friday at six.", "Saturday.", "Sunday."];

/// What is typed; and on Discord the command, its verb and its options.
type Step = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static [(&'static str, &'static str)],
);

const SCRIPT: [Step; 10] = [
    (
        "/source add sandbox #cups every hour",
        "source",
        Some("add"),
        &[
            ("network", "sandbox"),
            ("what", "#cups"),
            ("when", "every hour"),
        ],
    ),
    (
        "/task new morning post \u{201c}what is new\u{201d} every day at 9",
        "task",
        Some("new"),
        &[
            ("name", "morning"),
            ("kind", "post"),
            ("topic", "what is new"),
            ("when", "every day at 9"),
        ],
    ),
    ("/show #1", "show", None, &[("draft", "#1")]),
    (
        "/reject #1 off topic",
        "reject",
        None,
        &[("draft", "#1"), ("reason", "off topic")],
    ),
    ("/show #2", "show", None, &[("draft", "#2")]),
    (
        "/edit #2 Saturday, with cake.",
        "edit",
        None,
        &[("draft", "#2"), ("text", "Saturday, with cake.")],
    ),
    (
        "/schedule draft #2 tomorrow 9am",
        "schedule",
        Some("draft"),
        &[("draft", "#2"), ("when", "tomorrow 9am")],
    ),
    ("/show #3", "show", None, &[("draft", "#3")]),
    ("/approve #3", "approve", None, &[("draft", "#3")]),
    ("/queue", "queue", None, &[]),
];

/// Whether the next line decides about what this one shows: a person would look at it first.
fn shows_a_card(name: &str) -> bool {
    matches!(name, "show" | "edit")
}

/// What the core was asked, in order, and what it has noted since.
fn heard(house: &House) -> (Vec<Value>, Vec<String>) {
    with_store(house, |store| async move {
        let mut asked = Vec::new();
        for id in 1.. {
            let Some(row) = store.inbox_row(InboxId(id)).await.unwrap() else {
                break;
            };
            asked.push(row.body["body"].clone());
        }
        let log = store.activity(WorkspaceId::FIRST, u32::MAX).await.unwrap();
        let mut log: Vec<String> = log.into_iter().map(|entry| entry.text).collect();
        log.sort();
        (asked, log)
    })
}

fn through_the_terminal() -> (Vec<Value>, Vec<String>) {
    let house = house_of(&[(Surface::Telegram, MIRA)], &DRAFTS);
    let lines: Vec<&str> = SCRIPT.iter().map(|(line, ..)| *line).collect();
    let ended = house.session(&lines);
    assert!(ended.status.success(), "{ended:?}");
    heard(&house)
}

fn through_telegram() -> (Vec<Value>, Vec<String>) {
    let (house, api) = (
        house_of(&[(Surface::Telegram, MIRA)], &DRAFTS),
        BotApi::start(),
    );
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    for (line, name, ..) in SCRIPT {
        mira.say(line);
        if shows_a_card(name) {
            api.settled(mira.chat);
        }
    }
    api.until(mira.chat, "#2 scheduled");
    api.until(mira.chat, "#3 published");
    api.settled(mira.chat);
    assert!(lumen.stop().0);
    heard(&house)
}

fn through_discord() -> (Vec<Value>, Vec<String>) {
    let (house, api) = (
        house_of(&[(Surface::Discord, MIRA)], &DRAFTS),
        DiscordApi::start(),
    );
    let mira = api.person(MIRA, "mira", 5_005);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    for (_, name, verb, options) in SCRIPT {
        let begun = match verb {
            Some(verb) => mira.sub(name, verb, options),
            None => mira.command(name, options),
        };
        mira.answered(&begun);
        if shows_a_card(name) {
            api.settled(mira.channel);
        }
    }
    api.until(mira.channel, "#2 scheduled");
    api.until(mira.channel, "#3 published");
    api.settled(mira.channel);
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
    heard(&house)
}

#[test]
fn one_script_through_three_front_ends_asks_the_same_of_the_core() {
    let (asked, log) = through_the_terminal();
    assert_eq!(asked.len(), SCRIPT.len());
    let looks = |name: &str| matches!(name, "show" | "queue");
    let changes = SCRIPT.iter().filter(|(_, name, ..)| !looks(name));
    assert!(log.len() >= changes.count(), "{log:?}");
    for (front, (also_asked, also_log)) in [
        ("telegram", through_telegram()),
        ("discord", through_discord()),
    ] {
        assert_eq!(also_asked, asked, "{front}");
        assert_eq!(also_log, log, "{front}");
    }
}
