//! Discord as the control room: the real binary against a gateway and an API that hold it to the official description,
//! to the limits, and to the three seconds.

use std::time::Duration;

use lumen::domain::operator::Surface;

use crate::support::binary::House;
use crate::support::bot_api::BotApi;
use crate::support::discord_api::{DiscordApi, Fault};
use crate::support::models;
use crate::support::telegram::{Lumen, house_of, png, with_store};

const MIRA: u64 = 4711;
const OLGA: u64 = 99;
const TEAM: u64 = 5_005;

/// A snapshot without times and without what a model wrote.
macro_rules! assert_seen {
    ($name:literal, $seen:expr) => {
        insta::with_settings!({filters => vec![
            (r"\b\d\d:\d\d\b", "[time]"),
            (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)( \d+ \w+)?,? \[time\]", "[day] [time]"),
            (r"\d[\d,]* \+ \d+ tokens", "[tokens]"),
            (r"\d+\.\d s\b", "[seconds]"),
            (r"\d+ of 300", "[length] of 300"),
            (r"leans on \d+ posts?", "leans on [some] posts"),
            (r"sandbox://post/s\d+", "sandbox://post/[id]"),
            (r"\d+ new", "[many] new"),
            (r"current one: “[^”]*” →", "current one: “[what the model wrote]” →"),
            (r"leans on  .*", "leans on  [posts]"),
        ]}, { insta::assert_snapshot!($name, $seen); });
    };
}

fn owned(drafts: &[&str]) -> House {
    house_of(&[(Surface::Discord, MIRA)], drafts)
}

#[test]
fn the_first_owner_claims_unseen_and_strangers_are_told_alone() {
    let (house, api) = (House::new(), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    let code = lumen.code();
    mira.command("claim", &[("code", "nonsense")]);
    assert_eq!(api.until(TEAM, "That is not the code").only, Some(MIRA));
    mira.command("claim", &[("code", &code)]);
    let owner = api.until(TEAM, "You own this Lumen now");
    assert_eq!(owner.only, Some(MIRA));

    let olga = api.person(OLGA, "olga", TEAM);
    olga.command("status", &[]);
    assert_eq!(api.until(TEAM, "team's own assistant").only, Some(OLGA));
    mira.command("status", &[]);
    let status = api.until(TEAM, "Working");
    assert_eq!(status.only, None);
    // A stranger's press is acknowledged and does nothing.
    let before = api.messages(TEAM).len();
    let pressed = olga.press_code(&status, "1.d.ok.1.1");
    assert_eq!(olga.answered(&pressed), 6);
    // What they write in the channel is not heard.
    olga.say("/status");
    mira.sub(
        "member",
        "add",
        &[
            ("identity", &format!("discord:{OLGA}")),
            ("role", "reviewer"),
            ("name", "olga"),
        ],
    );
    assert_eq!(api.until(TEAM, "@olga").only, Some(MIRA));
    assert_eq!(api.messages(TEAM).len(), before + 2);
    olga.command("log", &[]);
    assert_eq!(api.until(TEAM, "became an owner").only, Some(OLGA));
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn commands_are_registered_once_and_completed() {
    let (house, api) = (owned(&["Friday at six.", "Saturday."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.wait("they are registered", |api| api.count("register") == 1);
    let names: Vec<String> = api
        .commands()
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        ["draft", "approve", "task", "claim"]
            .iter()
            .all(|name| names.iter().any(|it| it == name))
    );
    assert_eq!(mira.suggestions("approve", "draft", ""), ["#1", "#2"]);
    assert_eq!(mira.suggestions("help", "command", "sch"), ["schedule"]);
    let olga = api.person(OLGA, "olga", TEAM);
    assert!(olga.suggestions("approve", "draft", "").is_empty());
    assert!(lumen.stop().0);
    let lumen = Lumen::on_discord(&house, &api);
    api.wait("they are looked at", |api| api.count("commands") == 2);
    mira.command("status", &[]);
    api.until(TEAM, "Working");
    assert_eq!(api.count("register"), 1);
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn forms_pictures_and_decisions_in_a_channel() {
    let house = owned(&[
        "Friday at six: three on the table.",
        "Saturday is for cups.",
    ]);
    let api = DiscordApi::start();
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.sub("room", "on", &[]);
    api.until(TEAM, "Every card comes here");
    mira.command("show", &[("draft", "#1")]);
    let card = api.until(TEAM, "#1");
    let form = mira.press(&card, "Edit");
    let before = mira.fill(&card, &form, "Friday at seven: three on the table.");
    assert_eq!(before, "Friday at six: three on the table.");
    let card = api.until_some(TEAM, "version 2", |message| {
        message.shown.contains("version 2") && !message.buttons.is_empty()
    });
    mira.photo(&card, &png(), "");
    let question = api.until(TEAM, "What does it show");
    assert!(question.shown.contains("Answer this very message"));
    mira.reply(&question, "Three cups on a table.");
    let card = api.until_some(TEAM, "version 4 with its picture", |message| {
        message.shown.contains("version 4") && message.files.len() == 1
    });
    let uploads = api
        .messages(TEAM)
        .iter()
        .map(|it| it.files.len())
        .sum::<usize>();
    assert!(uploads > 0);
    mira.press(&card, "Reject");
    let reasons = api.until(TEAM, "Why is #1 rejected?");
    assert_eq!(reasons.choices.len(), 5);
    mira.press(&reasons, "Wrong tone");
    api.until_some(TEAM, "the rejected card", |message| {
        message.shown.starts_with("#1 rejected") && message.files.len() == 1
    });
    api.until_some(TEAM, "the answered question", |message| {
        message.id == reasons.id && message.shown.starts_with("#1 rejected")
    });
    // A press on a card as it was before says so to whoever pressed.
    mira.command("show", &[("draft", "#2")]);
    let other = api.until(TEAM, "Saturday");
    mira.command("edit", &[("draft", "#2"), ("text", "Sunday is for cups.")]);
    api.until(TEAM, "Sunday is for cups");
    let old = mira.press_code(&other, "1.d.ok.2.1");
    assert_eq!(mira.answered(&old), 6);
    assert_eq!(api.until(TEAM, "This is version 1").only, Some(MIRA));
    // Errors are for whoever made them.
    mira.command("show", &[("draft", "#99")]);
    assert_eq!(api.until(TEAM, "There is no #99").only, Some(MIRA));
    assert_seen!("discord_forms_and_decisions", api.settled(TEAM));
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn a_whole_day_on_discord() {
    if models().is_none() {
        return;
    }
    let (house, api) = (House::new(), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM).in_private();
    let here = mira.channel;
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    let mut day = Vec::new();
    mira.command("claim", &[("code", &lumen.code())]);
    api.until(here, "You own this Lumen now");
    day.push(api.settled(here));
    mira.sub("source", "add", &[("network", "sandbox"), ("what", "all")]);
    api.until(here, "is followed");
    mira.sub("source", "fetch", &[]);
    api.until(here, "new");
    day.push(api.settled(here));
    mira.command("draft", &[("topic", "our Friday tasting is at six")]);
    api.until(here, "Working on it");
    let card = api.until_some(here, "the card", |message| message.shown.starts_with("#1"));
    assert!(
        card.shown.contains("> "),
        "no text to decide on:\n{}",
        card.shown
    );
    day.push(api.settled(here));
    mira.photo(&card, &png(), "A table with three cups");
    let card = api.until_some(here, "the card with its picture", |message| {
        message.files.len() == 1 && message.shown.contains("version 2")
    });
    day.push(api.settled(here));
    let form = mira.press(&card, "Edit");
    mira.fill(&card, &form, "Friday, six o'clock: three on the table.");
    let edited = api.until_some(here, "the edited card", |message| {
        message.shown.contains("version 3") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    let form = mira.press(&edited, "Redo");
    mira.fill(&edited, &form, "warmer");
    api.until_some(here, "the rewritten card", |message| {
        message.shown.contains("version 4") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    mira.command(
        "edit",
        &[
            ("draft", "#1"),
            ("text", "Friday, six o'clock: three on the table, and cake."),
        ],
    );
    let card = api.until_some(here, "version 5", |message| {
        message.shown.contains("version 5") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    let form = mira.press(&card, "Schedule");
    mira.fill(&card, &form, "tomorrow 9am");
    let scheduled = api.until_some(here, "the scheduled card", |message| {
        message.shown.contains("scheduled for") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    mira.press(&scheduled, "Take back");
    let waiting = api.until_some(here, "version 6", |message| {
        message.shown.contains("version 6") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    mira.press(&waiting, "Approve");
    let published = api.until_some(here, "the published card", |message| {
        message.shown.contains("published") && !message.buttons.is_empty()
    });
    day.push(api.settled(here));
    mira.press(&published, "Why");
    api.until(here, "made by");
    day.push(api.settled(here));
    assert!(lumen.stop().0);
    assert_seen!(
        "a_whole_day_on_discord",
        without_models_words(&day.join("\n"))
    );
    let out = house.published();
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(out[0].contains("and cake"), "{out:?}");
    api.nothing_was_wrong();
}

/// What stands behind the mark of a quote was typed by somebody here, or a model wrote it.
fn without_models_words(seen: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // What the checks found in a model's words is another thing each time.
    for line in seen.lines().filter(|line| !line.starts_with("! ")) {
        if !line.starts_with('>') || line.contains("three on the table") {
            lines.push(line.to_owned());
        } else if lines
            .last()
            .is_none_or(|last| last != "> [what the model wrote]")
        {
            lines.push("> [what the model wrote]".to_owned());
        }
    }
    lines.join("\n")
}

#[test]
fn what_was_acknowledged_before_a_crash_is_answered_after_it() {
    let (house, api) = (owned(&["Friday at six."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    api.plan("answer", Fault::Broken, 1_000);
    let asked = mira.command("show", &[("draft", "#1")]);
    assert_eq!(mira.answered(&asked), 5);
    api.wait("an answer was tried", |api| api.count("answer") > 0);
    lumen.kill();
    api.works_again();
    // Pressed while nobody listens: Discord itself says so, and the button works afterwards.
    let lumen = Lumen::on_discord(&house, &api);
    let card = api.until(TEAM, "#1");
    api.nothing_hangs();
    api.connected();
    mira.press(&card, "Approve");
    api.until(TEAM, "#1 published");
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
    api.nothing_was_wrong();
}

#[test]
fn an_answer_that_comes_after_a_quarter_of_an_hour_is_a_message() {
    let (house, api) = (owned(&["Friday at six."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    api.plan("answer", Fault::Broken, 3);
    let asked = mira.command("show", &[("draft", "#1")]);
    mira.answered(&asked);
    api.wait("an answer was tried", |api| api.count("answer") > 0);
    api.a_quarter_of_an_hour_passes();
    let card = api.until(TEAM, "#1");
    assert_eq!(api.count("send"), 1);
    // What stands as a message is changed as one, by a press with a life of its own.
    mira.press(&card, "Approve");
    api.until(TEAM, "#1 published");
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn trouble_on_the_way_loses_nothing() {
    let (house, api) = (owned(&["Friday at six."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    api.plan("gatewayBot", Fault::Broken, 1);
    api.plan("register", Fault::Flood(0.3), 1);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    api.plan("callback", Fault::Flood(0.2), 1);
    api.plan("answer", Fault::LostAnswer, 1);
    mira.command("show", &[("draft", "#1")]);
    let card = api.until(TEAM, "#1");
    api.plan("change", Fault::Flood(0.5), 1);
    api.plan("answer", Fault::Broken, 1);
    api.plan("send", Fault::LostAnswer, 1);
    mira.press(&card, "Approve");
    api.until(TEAM, "#1 published");
    mira.say("/status");
    api.until(TEAM, "Working");
    let said = api
        .messages(TEAM)
        .into_iter()
        .filter(|it| it.shown.contains("Working"));
    assert_eq!(said.count(), 1, "a message was sent twice");
    // The connection breaks off, and what happens meanwhile is heard when the session goes on.
    api.tear();
    mira.command("queue", &[]);
    api.wait("the session goes on", |api| api.sessions().1 > 0);
    api.until(TEAM, "Nothing waits");
    assert_eq!(api.sessions().0, 1);
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
    api.nothing_was_wrong();
}

#[test]
fn sessions_are_not_used_up() {
    let (house, api) = (owned(&[]), DiscordApi::start());
    api.allow_sessions(3);
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    lumen.until_logged("nearly used up");
    assert_eq!(api.sessions().0, 0);
    api.allow_sessions(1_000);
    api.connected();
    mira.command("status", &[]);
    api.until(TEAM, "Working");
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn one_decision_counts_in_every_room() {
    let owners = [(Surface::Telegram, MIRA), (Surface::Discord, OLGA)];
    let house = house_of(&owners, &["Friday at six.", "Saturday."]);
    let (telegram, discord) = (BotApi::start(), DiscordApi::start());
    let mira = telegram.person(MIRA, "mira");
    let olga = discord.person(OLGA, "olga", TEAM);
    let lumen = Lumen::on_both(&house, &telegram, &discord);
    discord.connected();
    mira.say("/show #1");
    let there = telegram.until(mira.chat, "#1");
    olga.command("show", &[("draft", "#1")]);
    let here = discord.until(TEAM, "#1");
    mira.press(&there, "Approve");
    telegram.until(mira.chat, "#1 published");
    let published = discord.until_some(TEAM, "the card here", |message| {
        message.id == here.id && message.shown.contains("#1 published")
    });
    assert!(published.shown.contains("@mira"), "{}", published.shown);
    // Who was slower is told who was faster.
    olga.press_code(&here, "1.d.no.1.1");
    let late = discord.until(TEAM, "Already decided");
    assert!(late.shown.contains("@mira"), "{}", late.shown);
    assert_eq!(late.only, Some(OLGA));
    // One network is away: the other goes on, and the cards catch up.
    olga.command("show", &[("draft", "#2")]);
    let here = discord.until(TEAM, "#2");
    mira.say("/show #2");
    let there = telegram.until(mira.chat, "#2");
    discord.plan("change", Fault::Broken, 6);
    mira.press(&there, "Reject");
    let reasons = telegram.until(mira.chat, "Why is #2 rejected?");
    mira.press(&reasons, "Off topic");
    telegram.until(mira.chat, "#2 rejected");
    discord.until_some(TEAM, "the card catches up", |message| {
        message.id == here.id && message.shown.starts_with("#2 rejected")
    });
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
    discord.nothing_was_wrong();
    telegram.nothing_was_wrong();
}

#[test]
fn a_channel_that_is_closed_to_the_bot_is_named_and_left_alone() {
    let (house, api) = (owned(&[]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.command("status", &[]);
    let before = api.until(TEAM, "Working");
    api.plan("send", Fault::Refuse(403, 50_013, "Missing Permissions"), 1);
    mira.say("/queue");
    api.wait("the message was tried", |api| api.count("send") == 1);
    // A command needs no permission to be answered, and somebody who speaks there wakes the room.
    api.wait("it is noted", |api| {
        let asked = mira.command("log", &[]);
        mira.answered(&asked);
        api.settled(TEAM)
            .contains("the bot may not do that in #drafts")
    });
    mira.say("/status");
    api.until_some(TEAM, "it is written to again", |message| {
        message.id > before.id && message.only.is_none() && message.shown.contains("Working")
    });
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn long_texts_come_in_parts_and_are_edited_as_messages() {
    let text = "All about cups, and then some more about cups. ".repeat(150);
    let (house, api) = (owned(&[text.trim()]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.command("show", &[("draft", "#1")]);
    let last = api.until_some(TEAM, "the last part", |message| !message.buttons.is_empty());
    assert!(api.messages(TEAM).len() > 1);
    // Too long for a form: it is asked for as a message.
    let pressed = mira.press(&last, "Edit");
    assert_eq!(mira.answered(&pressed), 6);
    let question = api.until(TEAM, "Send the whole new text");
    mira.reply(&question, "All about cups.");
    api.until_some(TEAM, "the new text", |message| {
        message.shown.contains("> All about cups.") && !message.buttons.is_empty()
    });
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn it_stops_in_time_while_discord_asks_to_wait() {
    let (house, api) = (owned(&[]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    api.plan("answer", Fault::Flood(600.0), 1);
    mira.command("status", &[]);
    lumen.until_logged("asks to wait");
    let (well, took) = lumen.stop();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    // What was not shown is shown at the next start.
    let lumen = Lumen::on_discord(&house, &api);
    api.until(TEAM, "Working");
    assert!(lumen.stop().0);
    let left = with_store(&house, |store| async move {
        store.inbox_open().await.expect("read").len()
    });
    assert_eq!(left, 0);
    api.nothing_was_wrong();
}
