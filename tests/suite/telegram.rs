//! Telegram as the control room: the real binary against a Bot API that holds it to the official description.

use std::time::Duration;

use crate::support::binary::House;
use crate::support::bot_api::{BotApi, Fault};
use crate::support::models;
use crate::support::telegram::{Lumen, house_with, png, with_store};

const MIRA: u64 = 4711;
const TEAM: i64 = -1_001_234;

/// A snapshot without times and without what a model wrote.
macro_rules! assert_seen {
    ($name:literal, $seen:expr) => {
        insta::with_settings!({filters => vec![
            (r"\b\d\d:\d\d\b", "[time]"),
            (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)( \d+ \w+)?,? \[time\]", "[day] [time]"),
            (r"\d[\d,]* \+ \d+ tokens", "[tokens]"),
            (r"\d+\.\d s\b", "[seconds]"),
            (r"/claim [a-z0-9-]+", "/claim [code]"),
            (r"\bi[0-9a-f]{32}\b", "[invitation]"),
            (r"\d+ of 300", "[length] of 300"),
            (r"leans on \d+ posts?", "leans on [some] posts"),
            (r"sandbox://post/s\d+", "sandbox://post/[id]"),
            (r"\d+ new", "[many] new"),
            (r"current one: “[^”]*” →", "current one: “[what the model wrote]” →"),
            (r"leans on  .*", "leans on  [posts]"),
        ]}, { insta::assert_snapshot!($name, $seen); });
    };
}

#[test]
fn the_first_owner_claims_with_the_code_and_lets_others_in() {
    let (house, api) = (House::new(), BotApi::start());
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    let first = lumen.code();
    for _ in 0..5 {
        mira.say("/claim nonsense");
    }
    api.until(mira.chat, "That code is over");
    api.wait("five tries are answered", |api| {
        api.messages(mira.chat)
            .iter()
            .filter(|message| message.from.is_none())
            .count()
            == 5
    });
    let code = lumen.code();
    assert_ne!(first, code);
    mira.say(&format!("/claim {code}"));
    api.until(mira.chat, "You own this Lumen now");
    assert_seen!("the_owner_comes_in", api.transcript(mira.chat));
    let menu = |scope: &str| {
        api.menus()
            .get(scope)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    api.wait("the menu is the owner's", |_| {
        menu(&format!("chat {MIRA}")).contains("\"approve\"")
    });
    assert!(menu("default").contains("\"start\"") && !menu("default").contains("approve"));

    mira.say("/member add editor olga");
    let invitation = api.until(mira.chat, "https://t.me/");
    let link = invitation.shown.split("?start=").nth(1).expect("a link");
    let word = link.split_whitespace().next().expect("a word").to_owned();
    let olga = api.person(99, "olga");
    olga.say("/status");
    api.until(olga.chat, "team's own assistant");
    olga.say(&format!("/start {word}"));
    api.until(olga.chat, "Welcome, @olga");
    let eve = api.person(666, "eve");
    eve.say(&format!("/start {word}"));
    api.until(eve.chat, "used or over");
    assert_seen!("an_invited_editor", api.transcript(olga.chat));

    // A stranger who writes on gets no second line, and is not stored without end.
    for _ in 0..30 {
        eve.say("let me in");
    }
    api.wait("all of it is confirmed", |api| api.unconfirmed() == 0);
    api.wait("the menu is the editor's", |_| {
        menu("chat 99").contains("\"draft\"")
    });
    let set = api.count("setMyCommands");
    mira.say("/status");
    api.until(mira.chat, "Working");
    assert!(lumen.stop().0);
    // A menu that stands is left alone.
    let lumen = Lumen::start(&house, &api);
    api.wait("the menus are looked at", |api| {
        api.count("getMyCommands") > 4
    });
    assert_eq!(api.count("setMyCommands"), set);
    assert!(lumen.stop().0);
    let stored = with_store(&house, |store| async move {
        store.inbox_open().await.expect("read").len()
    });
    assert_eq!(stored, 0);
    assert_eq!(api.transcript(eve.chat).matches("team's own").count(), 1);
    api.nothing_was_wrong();
    assert_eq!(api.floods(), 0);
}

#[test]
fn a_picture_edits_and_decisions_in_a_topic_of_a_group() {
    let house = house_with(
        MIRA,
        &[
            "Friday at six: three on the table.",
            "Saturday is for cups.",
        ],
    );
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira").in_group(TEAM).in_topic(17);
    let lumen = Lumen::start(&house, &api);
    mira.say("/room@lumen_test_bot");
    let room = api.until(TEAM, "Every card comes here");
    assert_eq!(room.thread, Some(17));
    // Chatter and other bots' commands are nobody's business.
    mira.say("lunch?");
    mira.say("/status@other_bot");
    mira.say("/show #1");
    let card = api.until(TEAM, "#1");
    mira.press(&card, "Edit");
    let question = api.until(TEAM, "Send the whole new text");
    assert!(
        question.shown.contains("Answer this very message"),
        "{}",
        question.shown
    );
    mira.reply(&question, "Friday at seven: three on the table.");
    // The old card follows, too, before the new one takes its place.
    let card = api.until_some(TEAM, "version 2", |message| {
        message.id != card.id && message.shown.contains("version 2")
    });
    mira.photo(&card, &png(), None);
    let question = api.until(TEAM, "What does it show");
    mira.reply(&question, "Three cups on a table.");
    let card = api.until_some(TEAM, "version 4 with its picture", |message| {
        message.shown.contains("version 4") && message.photo.is_some()
    });
    mira.press(&card, "Reject");
    let reasons = api.until(TEAM, "Why reject #1?");
    mira.press(&reasons, "Wrong tone");
    api.until_some(TEAM, "the rejected card", |message| {
        message.shown.starts_with("#1 rejected") && message.photo.is_some()
    });
    api.until_some(TEAM, "the answered question", |message| {
        message.id == reasons.id && message.shown.starts_with("#1 rejected")
    });
    api.wait("the presses are answered", |_| mira.presses_open() == 0);
    assert_seen!("a_topic_of_a_group", api.settled(TEAM));
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn a_whole_day() {
    if models().is_none() {
        return;
    }
    let (house, api) = (House::new(), BotApi::start());
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    let mut day = Vec::new();
    mira.say("/start");
    api.until(mira.chat, "team's own assistant");
    mira.say(&format!("/claim {}", lumen.code()));
    api.until(mira.chat, "You own this Lumen now");
    day.push(api.settled(mira.chat));
    mira.say("/source add sandbox all");
    api.until(mira.chat, "is followed");
    mira.say("/source fetch");
    api.until(mira.chat, "new");
    day.push(api.settled(mira.chat));
    mira.say("/draft our Friday tasting is at six");
    let card = api.until_some(mira.chat, "the card", |message| {
        message.shown.starts_with("#1")
    });
    assert!(
        card.shown.contains("| "),
        "no text to decide on:\n{}",
        card.shown
    );
    assert!(api.count("sendChatAction") > 0, "nobody was seen typing");

    day.push(api.settled(mira.chat));
    // A photo as an answer becomes the draft's picture.
    mira.photo(&card, &png(), Some("A table with three cups"));
    let card = api.until_some(mira.chat, "the card with its picture", |message| {
        message.photo.is_some() && message.shown.contains("version 2")
    });
    day.push(api.settled(mira.chat));
    mira.press(&card, "Edit");
    api.until(mira.chat, "Send the whole new text");
    mira.say("Friday, six o'clock: three on the table.");
    let edited = api.until_some(mira.chat, "the edited card", |message| {
        message.shown.contains("version 3") && !message.buttons.is_empty()
    });
    day.push(api.settled(mira.chat));
    // A press on the card as it was before says what has changed.
    mira.press_code(&edited, "1.d.ok.1.2");
    api.until(mira.chat, "This is version 2");
    day.push(api.settled(mira.chat));
    mira.reply(&edited, "warmer");
    let rewritten = api.until_some(mira.chat, "the rewritten card", |message| {
        message.shown.contains("version 4") && !message.buttons.is_empty()
    });
    day.push(api.settled(mira.chat));
    mira.say("/edit #1 Friday, six o'clock: three on the table, and cake.");
    let card = api.until_some(mira.chat, "version 5", |message| {
        message.id > rewritten.id && message.shown.contains("version 5")
    });
    day.push(api.settled(mira.chat));
    mira.press(&card, "Schedule");
    api.until(mira.chat, "When should #1 go out?");
    mira.say("tomorrow 9am");
    let scheduled = api.until_some(mira.chat, "the scheduled card", |message| {
        message.shown.contains("scheduled for") && !message.buttons.is_empty()
    });
    day.push(api.settled(mira.chat));
    mira.press(&scheduled, "Take back");
    let waiting = api.until_some(mira.chat, "version 6", |message| {
        message.shown.contains("version 6") && !message.buttons.is_empty()
    });
    day.push(api.settled(mira.chat));
    mira.press(&waiting, "Approve");
    let published = api.until_some(mira.chat, "the published card", |message| {
        message.shown.contains("published") && !message.buttons.is_empty()
    });
    day.push(api.settled(mira.chat));
    mira.press(&published, "Why");
    api.until(mira.chat, "made by");
    day.push(api.settled(mira.chat));
    mira.say("/start d1");
    api.until_some(mira.chat, "the card once more", |message| {
        message.id > published.id
            && message.shown.contains("published")
            && !message.buttons.is_empty()
    });
    api.wait("the presses are answered", |_| mira.presses_open() == 0);
    api.until_some(mira.chat, "the card above gives way", |message| {
        message.id == published.id && message.shown.contains("is further down")
    });
    assert!(lumen.stop().0);
    day.push(api.transcript(mira.chat));
    // Whether a card that gives way showed the new picture for a moment before is a matter of luck.
    let seen = without_models_words(&day.join("\n"))
        .replace("[picture]\n#1 is further down", "#1 is further down");
    assert_seen!("a_whole_day", seen);
    let out = house.published();
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(out[0].contains("and cake"), "{out:?}");
    api.nothing_was_wrong();
    assert_eq!(api.floods(), 0);
}

/// What stands behind a bar was typed by somebody here, or a model wrote it.
fn without_models_words(seen: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // What the checks found in a model's words is another thing each time.
    for line in seen.lines().filter(|line| !line.starts_with("! ")) {
        if !line.starts_with("| ") || line.contains("three on the table") {
            lines.push(line.to_owned());
        } else if lines
            .last()
            .is_none_or(|last| last != "| [what the model wrote]")
        {
            lines.push("| [what the model wrote]".to_owned());
        }
    }
    lines.join("\n")
}

#[test]
fn a_flooded_chat_waits_alone_and_nothing_is_dropped() {
    let house = house_with(MIRA, &[]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let team = mira.in_group(TEAM);
    api.plan("sendMessage", Some(mira.chat), Fault::Flood(3), 2);
    let lumen = Lumen::start(&house, &api);
    for word in ["one", "two", "three"] {
        mira.say(&format!("/help {word}"));
    }
    team.say("/help four");
    let other = api.until(TEAM, "I do not know /four");
    assert!(
        !api.messages(mira.chat)
            .iter()
            .any(|message| message.from.is_none()),
        "the flooded chat was written to: {other:?}"
    );
    api.until(mira.chat, "/three");
    let answers: Vec<String> = api
        .messages(mira.chat)
        .into_iter()
        .filter(|message| message.from.is_none())
        .map(|message| message.shown)
        .collect();
    assert_eq!(answers.len(), 3, "{answers:?}");
    for (answer, word) in answers.iter().zip(["one", "two", "three"]) {
        assert!(answer.contains(word), "{answers:?}");
    }
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn trouble_on_the_way_loses_nothing() {
    let house = house_with(MIRA, &["Friday at six."]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    api.plan("getUpdates", None, Fault::Broken, 1);
    api.plan("sendMessage", None, Fault::Broken, 1);
    api.plan("answerCallbackQuery", None, Fault::Flood(1), 1);
    let lumen = Lumen::start(&house, &api);
    mira.say("/show #1");
    let card = api.until(mira.chat, "#1");
    api.plan("editMessageText", None, Fault::Flood(1), 1);
    api.plan("editMessageText", None, Fault::Broken, 1);
    mira.press(&card, "Approve");
    api.until(mira.chat, "#1 published");
    api.wait("the press is answered", |_| mira.presses_open() == 0);
    // An update of a kind that nobody knows yet does not stop the others.
    api.push("something_new", &serde_json::json!({"x": 1}));
    mira.say("/status");
    api.until(mira.chat, "Working");
    api.wait("everything is confirmed", |api| api.unconfirmed() == 0);
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
    api.nothing_was_wrong();
}

#[test]
fn a_group_that_moves_is_followed_and_a_closed_one_is_paused() {
    let house = house_with(MIRA, &["Friday at six.", "Saturday."]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let old = mira.in_group(-55);
    api.reads_groups();
    let lumen = Lumen::start(&house, &api);
    old.say("lunch?");
    old.say("/room");
    api.until(-55, "Every card comes here");
    mira.say("/room");
    api.until(mira.chat, "Every card comes here");
    mira.say("/show #1");
    let card = api.until(mira.chat, "#1");
    api.plan("sendMessage", Some(-55), Fault::Migrated(-1_000_055), 1);
    mira.press(&card, "Approve");
    api.until(mira.chat, "#1 published");
    api.until(-1_000_055, "#1");
    // The bot is thrown out there: the other room hears of it, once.
    api.plan(
        "sendMessage",
        Some(-1_000_055),
        Fault::Refuse(403, "Forbidden: bot was kicked from the supergroup chat"),
        100,
    );
    mira.say("/show #2");
    let card = api.until(mira.chat, "#2");
    mira.press(&card, "Reject");
    let reasons = api.until(mira.chat, "Why reject #2?");
    mira.press(&reasons, "Off topic");
    api.until(mira.chat, "cannot be written to");
    mira.say("/status");
    let status = api.until(mira.chat, "Working");
    assert!(status.shown.contains("-1000055"), "{}", status.shown);
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn a_second_program_on_the_same_bot_is_said_once() {
    let house = house_with(MIRA, &[]);
    let api = BotApi::start();
    let why = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    api.plan("getUpdates", None, Fault::Refuse(409, why), 3);
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    lumen.until_logged("another program asks");
    mira.say("/status");
    api.until(mira.chat, "Working");
    assert_eq!(lumen.logged().matches("another program asks").count(), 1);
    assert!(lumen.stop().0);
}

#[test]
fn a_changed_message_is_not_done_twice() {
    let house = house_with(MIRA, &["Friday at six."]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    mira.say("/show #1");
    api.until(mira.chat, "Friday at six.");
    api.settled(mira.chat);
    mira.say("/approve #1");
    api.until(mira.chat, "#1 published");
    mira.change("/approve #1 please");
    api.until(mira.chat, "as you first sent it");
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
}

#[test]
fn long_texts_come_in_parts_and_buttons_stand_on_the_last() {
    let text = "All about cups, and then some more about cups. ".repeat(190);
    let house = house_with(MIRA, &[text.trim()]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    mira.say("/show #1");
    let last = api.until_some(mira.chat, "the last part", |message| {
        !message.buttons.is_empty()
    });
    let parts: Vec<_> = api
        .messages(mira.chat)
        .into_iter()
        .filter(|message| message.from.is_none())
        .collect();
    assert!(parts.len() > 1, "{}", parts.len());
    assert_eq!(parts.last().expect("some").id, last.id);
    mira.press(&last, "Reject");
    let reasons = api.until(mira.chat, "Why reject #1?");
    mira.press(&reasons, "Off topic");
    api.until_some(mira.chat, "the first part says it", |message| {
        message.shown.starts_with("#1 rejected")
    });
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn it_stops_in_time_while_a_chat_has_to_wait() {
    let house = house_with(MIRA, &[]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    api.plan("sendMessage", None, Fault::Flood(600), 1);
    let lumen = Lumen::start(&house, &api);
    mira.say("/status");
    api.wait("the answer was tried", |api| {
        api.count("sendMessage") > 0 || api.unconfirmed() == 0
    });
    lumen.until_logged("asks to wait");
    let (well, took) = lumen.stop();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    // What was not shown is shown at the next start.
    let lumen = Lumen::start(&house, &api);
    api.until(mira.chat, "Working");
    assert!(lumen.stop().0);
}
