//! Discord as the control room: the real binary against a gateway and an API that hold it to the official description,
//! to the limits, and to the three seconds.

use std::time::Duration;

use lumen::domain::operator::Surface;

use crate::support::binary::House;
use crate::support::bot_api::BotApi;
use crate::support::discord_api::{ALL_NEEDED, DiscordApi, Fault, TOKEN};
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
    mira.sub("source", "add", &[("network", "sandbox"), ("what", "all")]);
    api.until(TEAM, "is followed");
    let begun = [("name", "morning"), ("kind", "post"), ("topic", "news")];
    let task = [&begun[..], &[("when", "every day at 9")]].concat();
    mira.sub("task", "new", &task);
    api.until(TEAM, "morning");
    mira.sub("persona", "tune", &[("words", "shorter")]);
    api.until(TEAM, "Version 2");
    for (name, verb, option, so_far, offered) in [
        ("task", "run", "name", "mo", "morning"),
        ("source", "pause", "source", "sandbox a", "sandbox all"),
        ("persona", "undo", "version", "1", "v1"),
        ("member", "role", "member", "mi", "@mira"),
        ("member", "role", "member", "@roa", "discord-role:777"),
        ("schedule", "draft", "draft", "2", "#2"),
    ] {
        assert_eq!(
            mira.sub_suggestions(name, verb, option, so_far),
            [offered],
            "{name} {verb}"
        );
    }
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
    let reasons = api.until(TEAM, "Why reject #1?");
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
    // The old card follows, too, before the new one takes its place.
    let bare = card.id;
    let card = api.until_some(here, "the card with its picture", |message| {
        message.id != bare && message.files.len() == 1 && message.shown.contains("version 2")
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
        message.id != edited.id && message.shown.contains("version 5")
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
    // The card that came late is the one that stays.
    api.until_some(TEAM, "the published card", |message| {
        message.id == card.id && message.shown.starts_with("#1 published")
    });
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
    let reasons = telegram.until(mira.chat, "Why reject #2?");
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
    let shown = api.until(TEAM, "Working");
    assert!(lumen.stop().0);
    assert!(api.messages(TEAM).iter().any(|it| it.id == shown.id));
    let left = with_store(&house, |store| async move {
        store.inbox_open().await.expect("read").len()
    });
    assert_eq!(left, 0);
    api.nothing_was_wrong();
}

#[test]
fn a_discord_role_stands_for_a_role_here_while_somebody_has_it() {
    let (house, api) = (owned(&["Friday at six.", "Saturday."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let olga = api.person(OLGA, "olga", TEAM);
    let reviewer = olga.with_roles(&[776, 777]);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.command("status", &[]);
    api.until(TEAM, "Working");
    reviewer.command("show", &[("draft", "#1")]);
    assert_eq!(api.until(TEAM, "team's own assistant").only, Some(OLGA));
    let role = [("member", "<@&777>"), ("role", "reviewer")];
    mira.sub("member", "role", &role);
    let made = api.until(TEAM, "Whoever has discord-role:777 is a reviewer here");
    assert_eq!(made.only, Some(MIRA));
    reviewer.command("show", &[("draft", "#1")]);
    let card = api.until_some(TEAM, "the card", |message| {
        message
            .buttons
            .iter()
            .flatten()
            .any(|(label, _)| label == "Edit")
    });
    assert_eq!(reviewer.suggestions("approve", "draft", "2"), ["#2"]);
    // A form asks for the same right, and so does a press: at the moment of the press.
    let edit = olga.press(&card, "Edit");
    assert_eq!(olga.answered(&edit), 6);
    let edit = reviewer.press(&card, "Edit");
    assert_eq!(reviewer.answered(&edit), 9);
    let nothing = olga.press(&card, "Approve");
    assert_eq!(olga.answered(&nothing), 6);
    reviewer.press(&card, "Approve");
    let done = api.until(TEAM, "#1 published");
    assert!(done.shown.contains("@olga"), "{}", done.shown);
    reviewer.say("/show #2");
    api.settled(TEAM);
    reviewer.say("/reject #2");
    api.until(TEAM, "#2 rejected");
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn a_person_is_the_same_on_both_networks() {
    let house = house_of(&[(Surface::Telegram, MIRA)], &["Friday at six."]);
    let (telegram, discord) = (BotApi::start(), DiscordApi::start());
    let mira = telegram.person(MIRA, "mira");
    let there = discord.person(OLGA, "mira_on_discord", TEAM);
    let lumen = Lumen::on_both(&house, &telegram, &discord);
    discord.connected();
    mira.say("/member link");
    let said = telegram.until(mira.chat, "Use this once in your other chat");
    let code = said.shown.split("/member link ").nth(1).expect("a code");
    let code = code.split_whitespace().next().expect("a code");
    there.sub("member", "link", &[("code", code)]);
    let linked = discord.until(TEAM, "From now on you are @mira, an owner");
    assert_eq!(linked.only, Some(OLGA));
    there.command("show", &[("draft", "#1")]);
    let card = discord.until_some(TEAM, "the card", |message| !message.buttons.is_empty());
    there.press(&card, "Approve");
    let done = discord.until(TEAM, "#1 published");
    assert!(done.shown.contains("approved by @mira "), "{}", done.shown);
    there.sub("member", "unlink", &[]);
    discord.until(TEAM, "has no role any more");
    assert!(lumen.stop().0);
    discord.nothing_was_wrong();
    telegram.nothing_was_wrong();
}

#[test]
fn a_draft_is_talked_about_in_its_thread() {
    let (house, api) = (owned(&["Friday at six.", "Saturday."]), DiscordApi::start());
    api.lets_the_bot_read();
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.sub("room", "threads", &[]);
    api.until(TEAM, "Each draft gets a thread");
    // An answer that is lost does not make a second thread of it.
    api.plan("openThread", Fault::LostAnswer, 1);
    mira.command("show", &[("draft", "#1")]);
    let card = api.until_some(TEAM, "the card", |message| !message.buttons.is_empty());
    lumen.until_logged("a draft has a thread");
    assert_eq!(
        api.thread_name(card.id).as_deref(),
        Some("#1 Friday at six.")
    );
    let thread = mira.in_channel(card.id);
    mira.press(&card, "Why");
    api.until(card.id, "#1 is @mira's own text");
    // What people say to each other elsewhere is not for Lumen.
    mira.mutter("/edit #1 nobody asked for this");
    thread.mutter("/edit Sunday at six.");
    api.until(card.id, "version 2");
    let edited = api.until_some(TEAM, "the card as it is now", |message| {
        message.id == card.id && message.shown.contains("> Sunday at six.")
    });
    mira.press(&edited, "Reject");
    let reasons = api.until(card.id, "Why reject #1?");
    thread.press(&reasons, "Off topic");
    api.until_some(TEAM, "the rejected card", |message| {
        message.id == card.id && message.shown.starts_with("#1 rejected")
    });
    api.until_some(card.id, "the answered question", |message| {
        message.id == reasons.id && message.shown.starts_with("#1 rejected")
    });
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn threads_that_cannot_be_opened_or_read_are_named_once() {
    let (house, api) = (owned(&["Friday at six.", "Saturday."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    // All but the two permissions for threads.
    api.permit(117_760);
    mira.sub("room", "threads", &[]);
    api.until(TEAM, "Each draft gets a thread");
    for draft in ["#1", "#2"] {
        mira.command("show", &[("draft", draft)]);
        api.until_some(TEAM, draft, |message| message.shown.starts_with(draft));
    }
    api.until(
        TEAM,
        "I cannot open threads here: the bot may not create public threads or send messages in threads in #drafts",
    );
    api.permit(ALL_NEEDED);
    mira.sub("room", "threads", &[]);
    api.wait("it is tried again", |api| {
        let again = api.messages(TEAM).into_iter();
        again
            .filter(|it| it.shown.starts_with("Each draft"))
            .count()
            == 2
    });
    mira.command("edit", &[("draft", "#1"), ("text", "Sunday at six.")]);
    // The card that stood there, or the one below the command, whichever had the new text first: the one with the thread stays.
    let card = api.until_some(TEAM, "the card with a thread", |message| {
        api.thread_name(message.id).is_some() && message.shown.contains("> Sunday at six.")
    });
    lumen.until_logged("a draft has a thread");
    let thread = mira.in_channel(card.id);
    for _ in 0..2 {
        thread.mutter("warmer");
    }
    api.until(card.id, "Message Content Intent");
    api.settled(TEAM);
    thread.say("/approve");
    api.until_some(TEAM, "the published card", |message| {
        message.id == card.id && message.shown.starts_with("#1 published")
    });
    let said = api.messages(TEAM).into_iter();
    let named = said.filter(|message| message.shown.starts_with("I cannot open threads"));
    assert_eq!(named.count(), 1);
    let said = api.messages(card.id).into_iter();
    let unread = said.filter(|message| message.shown.contains("Message Content Intent"));
    assert_eq!(unread.count(), 1);
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

#[test]
fn a_card_in_a_thread_that_was_put_away_comes_again() {
    let (house, api) = (owned(&["Friday at six."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    mira.say("/show #1");
    let card = api.until_some(TEAM, "the card", |message| !message.buttons.is_empty());
    api.settled(TEAM);
    api.plan(
        "change",
        Fault::Refuse(400, 50_083, "Thread is archived"),
        1,
    );
    mira.say("/reject #1");
    api.until_some(TEAM, "the card as it is now", |message| {
        message.id > card.id && message.shown.starts_with("#1 rejected")
    });
    assert!(lumen.stop().0);
    api.nothing_was_wrong();
}

/// The files of a house that hold one of these words.
fn holding(folder: &std::path::Path, words: &[&str], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            holding(&path, words, found);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let holds = |word: &str| {
            bytes
                .windows(word.len())
                .any(|piece| piece == word.as_bytes())
        };
        if words.iter().any(|word| holds(word)) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn neither_the_token_nor_those_of_interactions_are_in_a_log_or_a_backup() {
    let (house, api) = (owned(&["Friday at six."]), DiscordApi::start());
    let mira = api.person(MIRA, "mira", TEAM);
    // Every kind of trouble, since errors are where tokens leak.
    api.plan("gatewayBot", Fault::Broken, 1);
    api.plan("callback", Fault::LostAnswer, 1);
    api.plan("answer", Fault::Refuse(500, 0, "Internal Server Error"), 1);
    api.plan("answer", Fault::LostAnswer, 1);
    let lumen = Lumen::on_discord_loudly(&house, &api);
    api.connected();
    mira.command("show", &[("draft", "#1")]);
    let card = api.until_some(TEAM, "the card", |message| !message.buttons.is_empty());
    mira.press(&card, "Why");
    api.until(TEAM, "#1 is @mira's own text");
    let backup = house.folder().join("lumen.tar");
    let made = house
        .command(&["backup", &backup.display().to_string()])
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{made:?}");
    assert!(lumen.stop().0);
    let secret = TOKEN.rsplit('.').next().expect("a token");
    // Interactions have tokens that begin so here.
    let mut found = Vec::new();
    holding(&house.folder(), &[secret, "token1200000"], &mut found);
    let store = house.data().display().to_string();
    found.retain(|path| !path.starts_with(&store));
    assert!(found.is_empty(), "a token is in {found:?}");
    assert!(backup.is_file());
    api.nothing_was_wrong();
}
