//! Everything but the decisions: lists, people, crashes.

use insta::assert_snapshot;
use tokio::sync::mpsc;

use super::card_press;
use super::world::World;
use crate::chat::press::{DraftVerb, Press};
use crate::domain::notice::Notice;
use crate::domain::operator::{Role, Surface};

#[tokio::test]
async fn what_is_not_understood_gets_one_helpful_line() {
    let world = World::new().await;
    assert_snapshot!(world.say("/drft x").await, @"I do not know /drft. Did you mean /draft?");
    assert_snapshot!(world.say("hello there").await, @"I did not understand “hello there”. /draft TOPIC writes a post, /status says what is going on, /help lists the rest.");
    assert_snapshot!(world.say("/show #99").await, @"There is no #99. Nothing waits now; /draft TOPIC makes one.");
    assert_snapshot!(world.say("/draft   ").await, @"Say what the post is about, such as: /draft our Friday tasting is at six. /post TEXT takes a text of your own.");
    assert_snapshot!(world.say("/approve").await, @"Which draft? /approve #N. Nothing waits now; /draft TOPIC makes one.");
    assert_snapshot!(world.say(&format!("/draft {}", "x".repeat(102_400))).await, @"That topic has 102,400 characters; 2,000 is the most. Send the gist; /edit takes a whole text.");
    assert_eq!(world.say("   ").await, "");
    let long = "x".repeat(102_400);
    for command in [
        "/show",
        "/reply",
        "/help",
        "/forget",
        "/task show",
        "/source pause",
        "/account default",
        "/member role",
        "/schedule",
        "/log",
        "/source add",
        "/persona tune",
        "/search",
        "/nonsense",
    ] {
        let said = world.say(&format!("{command} {long}")).await;
        assert!(said.len() < 400, "{command}: {} bytes", said.len());
        assert!(said.contains(['.', '?']), "{command}: {said}");
    }
    assert_snapshot!(world.say("/help task new").await.lines().next().unwrap(), @"/task: what is written again and again");
    assert_snapshot!(world.say("/member add telegram:@mira editor").await, @"“telegram:@mira” is not an identity. Write the chat, telegram or discord, and the person's number there: /member add telegram:12345 editor mira.");
    assert_snapshot!(world.say("/member add telegram:77").await, @"Say which role. There are viewer, reviewer, editor and owner.");
    assert_snapshot!(world.say("/forget Jane Doe").await, @"I have no posts by @Jane Doe. /search shows how authors are spelled.");
    assert_snapshot!(world.say("/forget @jane @joe").await, @"Name one author whose posts go. Such as: /forget @someone.");
    assert_snapshot!(world.press("3.d.ok.1.1").await, @"This button is from another version of Lumen. /queue shows the cards as they are now.");
    assert_snapshot!(world.press("what").await, @"I cannot read this button. /queue shows the cards as they are now.");
    world.nothing_is_left().await;
}

#[tokio::test]
async fn a_draft_is_asked_for_once_however_often_the_update_arrives() {
    let world = World::new().await;
    let incoming = world.incoming("/draft our Friday tasting is at six");
    let first = world.room.take(incoming.clone()).await.unwrap();
    assert_eq!(world.room.take(incoming).await.unwrap(), first);
    world.idle(first).await;
    let jobs = world.jobs().await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(jobs[0].contains("our Friday tasting is at six"));
}

#[tokio::test]
async fn tasks_and_sources_are_made_in_one_line() {
    let world = World::new().await;
    assert_snapshot!(world.say("/source").await, @"Nothing is fetched yet. /source add sandbox all begins.");
    assert_snapshot!(world.say("/source add sandbox all every hour").await, @r"
    sandbox all is followed. /source fetch fetches it now; then:
    - Sun 22 Nov, 22:00 Berlin
    - Sun 22 Nov, 23:00 Berlin
    - Mon 23 Nov, 00:00 Berlin
    - Mon 23 Nov, 01:00 Berlin
    - Mon 23 Nov, 02:00 Berlin
    ");
    assert_snapshot!(world.say("/source add sandbox all").await, @"sandbox all is followed already. /source fetch fetches it now; /source remove and add again change it.");
    assert_snapshot!(world.say("/source add Sandbox All").await, @"sandbox all is followed already. /source fetch fetches it now; /source remove and add again change it.");
    assert_snapshot!(world.say("/source add sandbox @bean \u{2014}own").await, @"sandbox @bean is followed as our own voice. /source fetch fetches it now.");
    assert_snapshot!(world.say("/source add moon all").await, @"Nothing can be fetched from “moon”. I fetch from sandbox.");
    assert_snapshot!(world.say("/source pause @bean").await, @"sandbox @bean is paused. /source resume sandbox @bean fetches it again.");
    assert_snapshot!(world.say("/source list").await, @r"
    source | fetched | next
    sandbox all | never | 22:00
    sandbox @bean | never | paused, our own voice
    ");
    assert_snapshot!(world.say("/task new").await, @"A task needs a name, what it makes, a topic and a time. /task new NAME post TOPIC WHEN, such as: /task new morning post what is on the roaster today every weekday at 9");
    assert_snapshot!(world.say("/task new morning post what is on the roaster today every weekday at 9").await, @r"
    Task morning writes about “what is on the roaster today”. Next:
    - Mon 23 Nov, 09:00 Berlin
    - Tue 24 Nov, 09:00 Berlin
    - Wed 25 Nov, 09:00 Berlin
    - Thu 26 Nov, 09:00 Berlin
    - Fri 27 Nov, 09:00 Berlin
    ");
    assert_snapshot!(world.say("/task new noon post \u{201c}lunch at six\u{201d} tomorrow 12:00").await, @r"
    Task noon writes about “lunch at six”. Next:
    - Mon 23 Nov, 12:00 Berlin
    ");
    assert_snapshot!(world.say("/task new noon post again every day at 9").await, @"There is a task noon already. /task edit noon TOPIC and /schedule noon WHEN change it.");
    assert_snapshot!(world.say("/schedule morning every day at 8").await, @r"
    Task morning runs:
    - Mon 23 Nov, 08:00 Berlin
    - Tue 24 Nov, 08:00 Berlin
    - Wed 25 Nov, 08:00 Berlin
    - Thu 26 Nov, 08:00 Berlin
    - Fri 27 Nov, 08:00 Berlin
    ");
    assert_snapshot!(world.say("/schedule morning").await, @"
    When should task morning run? Such as every weekday at 9.
    [Never mind]
    ");
    assert_snapshot!(world.say("every day at 7").await.lines().nth(1).unwrap(), @"- Mon 23 Nov, 07:00 Berlin");
    assert_snapshot!(world.say("/task new eve reply greet them every day at 9").await, @"A task of the kind reply cannot be made yet. One that posts can: /task new NAME post TOPIC WHEN, such as: /task new morning post what is on the roaster today every weekday at 9");
    assert_snapshot!(world.say("/task show mornin").await, @"There is no task “mornin”. Did you mean morning?");
    assert_snapshot!(world.say("/task pause morning").await, @"Task morning is paused. /task resume morning lets it run again.");
    assert_snapshot!(world.say("/task list").await, @r"
    task | next | topic
    morning | paused | what is on the roaster today
    noon | Mon 23 Nov, 12:00 Berlin | lunch at six
    ");
    assert_snapshot!(world.say("/schedule").await, @r"
    - 22:00 sandbox all is fetched
    - Mon 23 Nov, 12:00 Berlin task noon writes
    ");
    assert_snapshot!(world.say("/task delete noon").await, @r"
    Task noon is gone. Its drafts stay.
    [Undo]
    ");
    assert_eq!(world.room.known_names().await.tasks, ["morning"]);
    world.nothing_is_left().await;
}

#[tokio::test]
async fn a_time_alone_changes_the_times_of_a_task_and_words_in_quotes_its_topic() {
    let world = World::new().await;
    world
        .say("/task new lunch post soup of the day every weekday at 11")
        .await;
    assert_snapshot!(world.say("/task edit LUNCH every weekday at 10:30").await.lines().take(2).collect::<Vec<_>>().join(" "), @"Task lunch runs: - Mon 23 Nov, 10:30 Berlin");
    assert_snapshot!(world.say("/task edit lunch 0 9 * * 1\u{2013}5").await.lines().nth(1).unwrap(), @"- Mon 23 Nov, 09:00 Berlin");
    assert_snapshot!(world.say("/task edit lunch every other friday at 9").await, @"I cannot do every other week. Did you mean every Friday at 9:00 (next Fri 27 Nov, Berlin)?");
    assert_snapshot!(world.say("/task edit lunch 10:30").await, @"“10:30” is a time, but not on which days. /task edit lunch every weekday at 9 changes the times; a topic goes into quotes.");
    assert_snapshot!(world.say("/task list").await, @r"
    task | next | topic
    lunch | Mon 23 Nov, 09:00 Berlin | soup of the day
    ");
    assert_snapshot!(world.say("/task edit lunch \u{201c}every weekday at 10:30\u{201d}").await, @"Task lunch writes about “every weekday at 10:30” now.");
    assert_snapshot!(world.say("/task new other post bread every other friday at 9").await, @"I cannot do every other week. Did you mean every Friday at 9:00 (next Fri 27 Nov, Berlin)?");
    assert_snapshot!(world.say("/task new six post bread 0 0 9 * * 5").await, @"“0 0 9 * * 5” has 6 fields; a cron line here has five, from the minute on. Did you mean every Friday at 9:00 (next Fri 27 Nov, Berlin)?");
    assert_snapshot!(world.say("/task new zoned post coffee of the day every day at 9 UTC").await, @"Zones such as “UTC” are not read here: times count in Berlin. Say it in the time of Berlin, or as ISO 8601 with its offset: 2026-12-01T17:45:00-05:00.");
    assert_eq!(world.room.known_names().await.tasks, ["lunch"]);
}

#[tokio::test]
async fn an_author_who_is_not_there_is_not_followed() {
    let world = World::new().await;
    assert_snapshot!(world.say("/source add sandbox @nobody_here").await, @"Nobody on sandbox is called @nobody_here. Look at the name again; /source add sandbox all follows everybody.");
    world.say("/source add sandbox @bean").await;
    assert_snapshot!(world.say("/source add sandbox @BEAN").await, @"sandbox @bean is followed already. /source fetch fetches it now; /source remove and add again change it.");
}

#[tokio::test]
async fn the_voice_is_tuned_and_taken_back() {
    let world = World::new().await;
    assert_snapshot!(world.say("/persona tune shorter, no emojis").await, @r"
    Version 2, from the next draft on:
    - tone: + short: two sentences at most
    - never: + emojis
    /persona undo goes back.
    ");
    assert_snapshot!(world.say("/persona undo").await, @r"
    Version 3: the voice of version 1 again.

    who | a small team that knows its craft
    tone | warm, plain and exact; short sentences
    never | slogans; exclamation marks; hashtags
    links | none
    mentions | only whom we answer
    language | that of the topic
    pictures | calm photographs
    colours | any
    ");
    assert_snapshot!(world.say("/persona undo").await, @"Nothing is older than version 1. /persona undo 2 goes to that one, or name any other; /persona history lists them.");
    assert_snapshot!(world.say("/persona history").await, @r"
    - v3 21:00 @owner: back to version 1
    - v2 21:00 @owner: shorter, no emojis
    - v1 21:00 lumen: the voice Lumen starts with
    ");
}

#[tokio::test]
async fn roles_are_kept_typed_and_pressed() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let vera = world.member("vera", Role::Viewer).await;
    assert_snapshot!(vera.say("/approve #1").await, @"/approve needs a reviewer; you are a viewer. An owner can change that with /member role.");
    assert_snapshot!(vera.press(&card_press(DraftVerb::Approve, 1, 1)).await, @"/approve needs a reviewer; you are a viewer. An owner can change that with /member role.");
    assert_snapshot!(vera.say("/task pause x").await, @"/task pause needs an editor; you are a viewer. An owner can change that with /member role.");
    assert_eq!(world.state(1).await, "waiting");
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    @vera | viewer | telegram:vera
    @owner | owner | terminal:local
    ");
    assert_snapshot!(world.say("/member role @vera editor").await, @"@vera is an editor now.");
    assert_snapshot!(world.say("/member remove telegram:vera").await, @"@vera has no role any more.");
    assert_snapshot!(vera.say("/status").await, @r"
    This is a team's own assistant. If you belong to the team, send an owner this line:
    /member add telegram:vera reviewer
    ");
    assert_snapshot!(world.say("/member role owner viewer").await, @"@owner is the only owner. Make somebody else an owner first.");
}

#[tokio::test]
async fn strangers_get_one_line_in_private_and_nothing_in_a_group() {
    let world = World::new().await;
    let stranger = world.person("77");
    assert_snapshot!(stranger.say("/draft x").await, @r"
    This is a team's own assistant. If you belong to the team, send an owner this line:
    /member add telegram:77 reviewer
    ");
    let mira = world.member("mira", Role::Editor).await;
    assert_eq!(stranger.in_group("g").say("/status").await, "");
    assert_eq!(
        mira.in_group("g").say("/status").await,
        "",
        "no owner has spoken there"
    );
    let olga = world.member("olga", Role::Owner).await;
    assert_ne!(olga.in_group("g").say("/status").await, "");
    assert_ne!(mira.in_group("g").say("/status").await, "");
    assert_eq!(stranger.in_group("g").say("/status").await, "");
}

#[tokio::test]
async fn a_command_that_breaks_off_says_so_and_the_room_lives() {
    let world = World::new().await;
    world.finder.panic_next();
    let said = world.say("/search anything").await;
    assert_snapshot!(said, @r"
    Something went wrong on my side; it is in the log. Nothing was changed.
    [Try again]
    ");
    assert_snapshot!(world.say("/search anything").await, @"There are no posts yet. /source add sandbox all, then /source fetch brings some.");
    let row = world.last_inbox().await;
    world.finder.give("Slow pour, slow morning.");
    assert_snapshot!(world.press(&Press::Again(row).code()).await, @"- @bean 21:00 “Slow pour, slow morning.” · p42");
    assert_snapshot!(world.press(&Press::Again(crate::domain::ids::InboxId(9_999)).code()).await, @"I no longer have what this button repeats. Type it again, please.");
}

#[tokio::test]
async fn a_room_whose_worker_broke_off_gets_another() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let (broken, _) = mpsc::unbounded_channel();
    let room = world.local_room().await;
    world.room.0.workers.lock().unwrap().insert(room, broken);
    world.say("/approve #1").await;
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn what_was_left_open_is_taken_up_at_the_next_start() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let id = world.written_down_only("/approve #1").await;
    assert_eq!(world.state(1).await, "waiting");
    let world = world.restarted().await;
    assert_eq!(world.room.resume().await.unwrap(), 1);
    world.idle(id).await;
    assert_eq!(world.state(1).await, "approved");
    assert_eq!(world.heard().len(), 1);
}

#[tokio::test]
async fn a_room_is_worked_for_in_order() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let mut last = None;
    for text in [
        "/edit #1 one",
        "/edit #1 two",
        "/edit #1 three",
        "/approve #1",
    ] {
        last = Some(world.room.take(world.incoming(text)).await.unwrap());
    }
    world.idle(last.unwrap()).await;
    assert_eq!(
        (world.text(1).await.as_str(), world.state(1).await.as_str()),
        ("three", "waiting")
    );
    // What the approval would have meant had not been shown when it was typed.
    assert!(
        world
            .heard()
            .last()
            .is_some_and(|said| said.contains("Nothing was decided"))
    );
    world.say("/approve #1").await;
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn an_unreachable_room_is_tried_again() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    world.say("/reject #1").await;
    world.draft("Saturday.").await;
    let room = world.local_room().await;
    world
        .notice(&Notice::Answer {
            room,
            text: "Fetched 41 posts.".into(),
            cause: None,
            offers: Vec::new(),
        })
        .await;
    world.frontend(Surface::Terminal).fail_next(1);
    world.work_on_notices().await;
    assert!(world.heard().is_empty());
    assert!(!world.jobs().await.is_empty(), "the notice is kept");
    world.clock.advance(std::time::Duration::from_mins(1));
    world.work_on_notices().await;
    assert_eq!(world.heard(), ["Fetched 41 posts."]);
}
