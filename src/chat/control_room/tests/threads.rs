//! Threads of drafts: what is said about a draft is said there.

use insta::assert_snapshot;

use super::card_press;
use super::world::World;
use crate::chat::press::DraftVerb;
use crate::domain::notice::Notice;
use crate::domain::operator::{Role, Surface};

#[tokio::test]
async fn a_draft_is_talked_about_in_its_thread() {
    let world = World::new().await;
    let boss = world.member_on(Surface::Discord, "boss", Role::Owner).await;
    let boss = boss.in_group("c");
    world
        .draft("Friday, six o'clock: three on the table.")
        .await;
    assert_snapshot!(boss.say("/room threads").await, @"Each draft gets a thread under its card here. What is said about it goes there, and what you write there is about it. /room threads off ends that.");
    boss.say("/show #1").await;
    let discord = world.frontend(Surface::Discord);
    let opened = discord.threads.lock().unwrap().clone();
    let [(card, name)] = &opened[..] else {
        panic!("{opened:?}")
    };
    assert_eq!(name, "#1 Friday, six o'clock: three on the table.");
    let thread = boss.in_group(&format!("t{card}"));
    let address = thread.incoming(said("x")).room;
    assert!(world.room.hears_all(&address).await);
    assert!(!world.room.hears_all(&boss.incoming(said("x")).room).await);
    // What a button of the card asks and says stands in the thread.
    assert_eq!(boss.press(&card_press(DraftVerb::Why, 1, 1)).await, "");
    assert!(thread.heard()[0].starts_with("#1 came from"));
    assert_eq!(boss.press(&card_press(DraftVerb::Edit, 1, 1)).await, "");
    assert!(thread.heard()[0].starts_with("Send the whole new text"));
    assert_snapshot!(thread.say("Monday.").await, @"#1 · Sandbox · @roastery · version 2");
    assert_eq!(world.text(1).await, "Monday.");
    assert!(boss.heard()[0].starts_with(&format!("(in place of {card}) #1")));
    // All words there mean the draft, and of a command its number can be left out.
    assert_eq!(thread.say("warmer").await, "");
    let jobs = world.jobs().await;
    let asked = jobs
        .iter()
        .any(|job| job.starts_with("compose") && job.contains("warmer"));
    assert!(asked, "{jobs:?}");
    let vera = world
        .member_on(Surface::Discord, "vera", Role::Viewer)
        .await;
    let vera = vera.in_group(&format!("t{card}"));
    assert_eq!(vera.say("I like it").await, "");
    assert_snapshot!(thread.say("/reject").await, @"#1 rejected · @boss 21:00");
    assert_eq!(world.state(1).await, "rejected");
    assert!(boss.heard()[0].starts_with(&format!("(in place of {card}) #1 rejected")));
    // After it people talk among themselves.
    assert_eq!(thread.say("good").await, "");
    assert_eq!(discord.threads.lock().unwrap().len(), 1);
    assert_snapshot!(thread.say("/room threads off").await, @"This is the thread of a draft. Type it in the channel above it.");
}

#[tokio::test]
async fn a_thread_that_is_gone_is_not_missed() {
    let world = World::new().await;
    let boss = world.member_on(Surface::Discord, "boss", Role::Owner).await;
    let boss = boss.in_group("c");
    world.draft("Friday.").await;
    boss.say("/room threads on").await;
    boss.say("/show #1").await;
    let discord = world.frontend(Surface::Discord);
    let card = discord.threads.lock().unwrap()[0].0.clone();
    discord.closed.lock().unwrap().push(format!("t{card}"));
    assert!(
        boss.press(&card_press(DraftVerb::Why, 1, 1))
            .await
            .starts_with("#1 came from")
    );
    boss.say("/edit #1 Monday.").await;
    assert_eq!(discord.threads.lock().unwrap().len(), 1);
    world.work_on_notices().await;
    boss.heard();
    assert!(!world.say("/status").await.contains("cannot be written to"));
}

#[tokio::test]
async fn cards_do_without_threads_where_none_can_be_opened_and_that_is_said_once() {
    let world = World::new().await;
    let boss = world.member_on(Surface::Discord, "boss", Role::Owner).await;
    let boss = boss.in_group("c");
    for text in ["Friday.", "Saturday."] {
        world.draft(text).await;
    }
    let discord = world.frontend(Surface::Discord);
    let why = "the bot may not create public threads in #drafts";
    *discord.no_threads.lock().unwrap() = Some(why.to_owned());
    boss.say("/room threads on").await;
    for number in ["#1", "#2"] {
        let shown = boss.say(&format!("/show {number}")).await;
        assert!(shown.starts_with(number), "{shown}");
    }
    world.work_on_notices().await;
    assert_snapshot!(boss.heard().join("\n--\n"), @"I cannot open threads here: the bot may not create public threads in #drafts. Cards go on without; once that has changed, /room threads tries again.");
    *discord.no_threads.lock().unwrap() = None;
    boss.say("/room threads").await;
    // The next change of a card brings its thread.
    let draft = world.id(1).await;
    world
        .notice(&Notice::Draft {
            draft,
            ask: None,
            anew: false,
        })
        .await;
    world.work_on_notices().await;
    assert_eq!(discord.threads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn other_networks_say_that_they_have_no_threads() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    assert_snapshot!(mira.say("/room threads").await, @"Telegram has no threads under messages; Discord has. Answer a card, and I know which draft you mean.");
    assert_snapshot!(world.say("/room threads on").await, @"The terminal has no threads under messages; Discord has. Answer a card, and I know which draft you mean.");
    assert_snapshot!(world.say("/room threads maybe").await, @"Threads are on or off, not “maybe”. Such as: /room threads on.");
}

fn said(text: &str) -> crate::chat::incoming::Said {
    crate::chat::incoming::Said::Text { text: text.into() }
}
