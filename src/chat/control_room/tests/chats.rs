//! What chat networks bring: answers to cards, pictures, people who come in, rooms that close and move.

use std::sync::{Arc, Mutex};

use insta::assert_snapshot;

use super::card_press;
use super::world::World;
use crate::chat::incoming::Said;
use crate::chat::press::DraftVerb;
use crate::domain::ids::DraftNumber;
use crate::domain::notice::Notice;
use crate::domain::operator::{Role, Surface};

#[tokio::test]
async fn an_answer_to_a_card_is_guidance_and_a_command_needs_no_number() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    mira.say("/show #1").await;
    mira.say("/show #2").await;
    // The cards are m1 and m2.
    assert_snapshot!(mira.reply("m1", "warmer").await, @"");
    let jobs = world.jobs().await;
    assert!(
        jobs.iter()
            .any(|job| job.starts_with("compose") && job.contains("warmer")),
        "{jobs:?}"
    );
    assert_snapshot!(mira.reply("m2", "/edit Sunday.").await, @r"
    #2 · Sandbox · @roastery · version 2
    | Sunday.
    7 of 300 · leans on 3 posts · text by @mira
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    --
    (in place of m2) #2 is further down
    ");
    // The message that was the card a moment ago still names it.
    let moved = |card| Said::Reply {
        text: "shorter".into(),
        to: "m2".into(),
        card,
    };
    mira.send(moved(Some(DraftNumber(2)))).await;
    let jobs = world.jobs().await;
    assert!(jobs.iter().any(|job| job.contains("shorter")), "{jobs:?}");
    assert!(
        mira.send(moved(Some(DraftNumber(99))))
            .await
            .starts_with("I did not understand “shorter”.")
    );
    assert_snapshot!(mira.reply("m77", "who?").await, @"I did not understand “who?”. /draft TOPIC writes a post, /status says what is going on, /help lists the rest.");
}

#[tokio::test]
async fn an_answer_while_a_question_is_open_answers_the_question() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    mira.press(&card_press(DraftVerb::Edit, 1, 1)).await;
    mira.reply("m1", "Monday.").await;
    assert_eq!(world.text(1).await, "Monday.");
}

#[tokio::test]
async fn a_picture_as_an_answer_becomes_the_drafts_picture() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    assert_snapshot!(mira.picture(None, "picture-a", None).await, @"I do not know which draft this picture is for. Send it as an answer to the card, or write the number under it, such as #12. Waiting now: #1.");
    assert_snapshot!(mira.picture(Some("m1"), "no such thing", None).await, @"That is no picture. Send another one.");
    assert_snapshot!(mira.picture(Some("m1"), "picture-a", None).await, @r"
    The picture is on #1. What does it show, for people who cannot see it? A line.
    [Never mind]
    ");
    let before = world.approval_hash(1).await;
    assert_snapshot!(mira.say("Three cups on a table").await, @r"
    #1 · Sandbox · @roastery · version 3
    | Friday.
    [picture: Three cups on a table]
    7 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free · image: 1 of 1
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version] [Remove picture]
    --
    (in place of m1) #1 is further down
    ");
    assert_ne!(
        before,
        world.approval_hash(1).await,
        "what is approved covers the description"
    );
    mira.picture(None, "picture-b", Some("#1 A cup")).await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::NoPicture, 1, 3)).await, @r"
    This is version 3; version 4 is the current one: with the same words; its picture or its state changed.
    [Show version 4]
    ");
    mira.press(&card_press(DraftVerb::NoPicture, 1, 4)).await;
    assert_eq!(world.pictures(1).await, Vec::<String>::new());
    let vera = world.member("vera", Role::Viewer).await;
    assert_snapshot!(vera.picture(None, "picture-c", Some("#1")).await, @"A new picture needs a reviewer; you are a viewer. An owner can change that with /member role.");
}

#[tokio::test]
async fn words_to_a_card_are_a_wish_while_its_picture_is_asked_about() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    mira.picture(Some("m1"), "picture-a", None).await;
    world.work_on_notices().await;
    mira.heard();
    mira.reply("m1", "shorter, lower case").await;
    let jobs = world.jobs().await;
    assert!(
        jobs.iter()
            .any(|job| job.starts_with("compose") && job.contains("shorter, lower case")),
        "{jobs:?}"
    );
    assert_eq!(world.alts(1).await, [""]);
    // The question stays open. Another version that came meanwhile has the same picture.
    let question = world.last_message(Surface::Telegram, "mira");
    let owner = world.owner();
    owner.say("/edit #1 Monday.").await;
    mira.reply(&question, "Three cups").await;
    assert_eq!(world.alts(1).await, ["Three cups"]);
    assert_eq!(world.text(1).await, "Monday.");
    // Said right after the question, without an answer to anything, it is the description as well.
    mira.picture(None, "picture-b", Some("#1")).await;
    mira.say("A cake").await;
    assert_eq!(world.alts(1).await, ["A cake"]);
}

#[tokio::test]
async fn a_changed_command_is_not_done_again() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    let changed = |text: &str| Said::Changed { text: text.into() };
    assert_snapshot!(mira.send(changed("/draft x")).await, @"I took this message as you first sent it. Send the new words as a message of their own.");
    assert_eq!(mira.send(changed("good morning")).await, "");
}

#[tokio::test]
async fn the_first_owner_claims_and_invites() {
    let world = World::new().await;
    let printed: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&printed);
    let announce = Arc::new(move |code: &str| kept.lock().unwrap().push(code.to_owned()));
    world
        .room
        .offer_claim(Surface::Telegram, announce)
        .await
        .unwrap();
    let code = printed.lock().unwrap()[0].clone();
    let mira = world.person("7");
    assert_snapshot!(mira.say("/claim nonsense").await, @"That is not the code. It stands where Lumen was started, on stderr.");
    assert_eq!(mira.in_group("g").say("/claim nonsense").await, "");
    // Where others read it, the code is over, and another one is printed.
    let shown = mira.in_group("g");
    let typed = Said::Text {
        text: format!("/claim {code}"),
    };
    assert!(world.room.admits(&shown.incoming(typed.clone())).await);
    assert_snapshot!(shown.send(typed.clone()).await, @"Others can read this, so that code is over. A new one stands where Lumen was started, on stderr; type it in a private chat with me.");
    assert!(!world.room.admits(&shown.incoming(typed)).await);
    assert_snapshot!(mira.say(&format!("/claim {code}")).await, @"That is not the code. It stands where Lumen was started, on stderr.");
    let code = printed.lock().unwrap()[1].clone();
    assert_snapshot!(mira.say(&format!("/claim {code}")).await, @"You own this Lumen now. /help lists what it does; /member add lets others in; /room makes a group a control room.");
    assert_snapshot!(world.person("8").say(&format!("/claim {code}")).await, @"There is no code to claim with now. An owner lets people in with /member add.");

    let said = mira.say("/member add reviewer vera").await;
    let token = said
        .lines()
        .nth(1)
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_snapshot!(said.replace(&token, "WORD"), @r"
    Whoever opens this first, until Sun 29 Nov, 21:00 Berlin, comes in as a reviewer. It is meant for @vera:
    - https://chat.example/WORD
    - or in a private chat with me: /start WORD
    ");
    let vera = world.person("9");
    assert_snapshot!(vera.say(&format!("/start {token}")).await, @"Welcome, @vera: you are a reviewer now. /help lists what you can do.");
    assert_snapshot!(vera.say(&format!("/start {token}")).await, @"This is used or over. You are a reviewer here already.");
    assert_snapshot!(world.person("10").say(&format!("/start {token}")).await, @"This invitation is used or over. Ask an owner for another one.");
    assert_snapshot!(vera.say("/claim").await, @"There is no code to claim with now. An owner lets people in with /member add.");
    // Nobody needs a code where somebody owns it.
    let kept = Arc::clone(&printed);
    let announce = Arc::new(move |code: &str| kept.lock().unwrap().push(code.to_owned()));
    world
        .room
        .offer_claim(Surface::Telegram, announce)
        .await
        .unwrap();
    assert_eq!(printed.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_link_opens_a_card() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Viewer).await;
    world.draft("Friday.").await;
    assert!(mira.say("/start d1").await.starts_with("#1"));
    assert_snapshot!(mira.say("/start d9").await, @"There is no #9. Waiting now: #1.");
}

#[tokio::test]
async fn a_room_that_closes_is_paused_and_wakes_when_somebody_speaks_there() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    world.draft("Friday.").await;
    world.say("/room").await;
    mira.say("/room").await;
    world
        .frontend(Surface::Telegram)
        .closed
        .lock()
        .unwrap()
        .push("mira".into());
    let everyone = |text: &str| Notice::Everyone { text: text.into() };
    world.notice(&everyone("Fetched.")).await;
    world.work_on_notices().await;
    assert_snapshot!(world.heard().join("\n--\n"), @r"
    Fetched.
    --
    The Telegram chat mira cannot be written to (the bot was blocked). Nothing is sent there until somebody writes there again.
    ");
    assert!(
        world
            .say("/status")
            .await
            .contains("The Telegram chat mira cannot be written to")
    );
    // A second time it is not said, nor tried.
    world.notice(&everyone("Fetched again.")).await;
    world.work_on_notices().await;
    assert_eq!(world.heard(), ["Fetched again."]);
    world
        .frontend(Surface::Telegram)
        .closed
        .lock()
        .unwrap()
        .clear();
    mira.say("/queue").await;
    world.notice(&everyone("Here again.")).await;
    world.work_on_notices().await;
    assert_eq!(mira.heard(), ["Here again."]);
    assert_eq!(world.heard(), ["Here again."]);
}

#[tokio::test]
async fn a_room_that_moves_keeps_its_place() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    mira.in_group("-5").say("/room").await;
    world
        .room
        .moved(Surface::Telegram, "-5", "-1005")
        .await
        .unwrap();
    let everyone = Notice::Everyone {
        text: "Fetched.".into(),
    };
    world.notice(&everyone).await;
    world.work_on_notices().await;
    assert_eq!(mira.in_group("-1005").heard(), ["Fetched."]);
    assert_ne!(mira.in_group("-1005").say("/status").await, "");
}

#[tokio::test]
async fn strangers_are_told_once_and_taken_in_within_limits() {
    let world = World::new().await;
    let eve = world.person("666");
    assert_ne!(eve.say("hello").await, "");
    assert_eq!(eve.say("hello?").await, "");
    let incoming = eve.incoming(Said::Text { text: "x".into() });
    let mut admitted = 0;
    for _ in 0..20 {
        admitted += usize::from(world.room.admits(&incoming).await);
    }
    assert_eq!(admitted, 8);
    let group = eve.in_group("g").incoming(Said::Text { text: "x".into() });
    assert!(!world.room.admits(&group).await);
    let mira = world.member("mira", Role::Viewer).await;
    let mira = mira.in_group("g").incoming(Said::Text { text: "x".into() });
    for _ in 0..50 {
        assert!(world.room.admits(&mira).await);
    }
}
