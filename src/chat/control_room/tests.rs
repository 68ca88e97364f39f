//! Conversations: something is said, what the person sees is compared. At the end nothing may be left over.

mod world;

use insta::assert_snapshot;

use crate::chat::press::{DraftVerb, Press, Reason, TalkPress};
use crate::domain::draft::DraftState;
use crate::domain::ids::DraftNumber;
use crate::domain::notice::Notice;
use crate::domain::operator::{Role, Surface};
use world::World;

fn card_press(verb: DraftVerb, number: i64, revision: i64) -> String {
    Press::Draft { verb, number: DraftNumber(number), revision }.code()
}

#[tokio::test]
async fn what_is_not_understood_gets_one_helpful_line() {
    let world = World::new().await;
    assert_snapshot!(world.say("/drft x").await, @"");
    assert_snapshot!(world.say("hello there").await, @"");
    assert_snapshot!(world.say("/show #99").await, @"");
    assert_snapshot!(world.say("/draft   ").await, @"");
    assert_snapshot!(world.say("/approve").await, @"");
    assert_snapshot!(world.say(&format!("/draft {}", "x".repeat(102_400))).await, @"");
    assert_eq!(world.say("   ").await, "");
    assert_snapshot!(world.press("3.d.ok.1.1").await, @"");
    assert_snapshot!(world.press("what").await, @"");
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
async fn a_card_is_shown_decided_and_followed() {
    let world = World::new().await;
    world.draft("Friday, six o'clock: three on the table.").await;
    world.draft("Saturday is for cups.").await;
    assert_snapshot!(world.say("/queue").await, @"");
    assert_snapshot!(world.say("/show #99").await, @"");
    assert_snapshot!(world.say("/show 1").await, @"");
    assert_snapshot!(world.say("/why #1").await, @"");
    assert_snapshot!(world.say("/approve #1").await, @"");
    assert_snapshot!(world.say("/approve #1").await, @"");
    assert_snapshot!(world.say("/reject #2 too salesy").await, @"");
    assert_eq!(world.state(1).await, "approved");
    assert_eq!(world.state(2).await, "rejected");
    assert_snapshot!(world.say("/log").await, @"");
}

#[tokio::test]
async fn every_copy_of_a_card_follows_in_every_room() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    world.say("/room").await;
    world.say("/show #1").await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Approve, 1, 1)).await, @"");
    // The notice of the approval: the room that pressed shows it already, the other one follows.
    world.work_on_notices().await;
    assert_snapshot!(world.heard().join("\n--\n"), @"");
    assert_eq!(mira.heard(), Vec::<String>::new());
    // A second one with nothing new shows nothing.
    world.notice(&Notice::Draft { draft: world.id(1).await, ask: None }).await;
    world.work_on_notices().await;
    assert_eq!(world.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_press_on_an_older_version_says_what_changed() {
    let world = World::new().await;
    world.draft("Bring one that divides the house.").await;
    let mira = world.member("mira", Role::Reviewer).await;
    mira.say("/show #1").await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Edit, 1, 1)).await, @"");
    assert_snapshot!(mira.say("Bring one that divides us.").await, @"");
    assert_snapshot!(mira.press(&card_press(DraftVerb::Approve, 1, 1)).await, @"");
    assert_snapshot!(mira.press(&card_press(DraftVerb::Show, 1, 2)).await, @"");
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn rejecting_asks_why() {
    let world = World::new().await;
    world.draft("Buy now.").await;
    world.draft("Buy today.").await;
    let mira = world.member("mira", Role::Reviewer).await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Reject, 1, 1)).await, @"");
    let code = Press::Reject { reason: Reason::TooSalesy, number: DraftNumber(1), revision: 1 }.code();
    assert_snapshot!(mira.press(&code).await, @"");
    let code = Press::Reject { reason: Reason::Other, number: DraftNumber(2), revision: 1 }.code();
    assert_snapshot!(mira.press(&code).await, @"");
    mira.say("we never say today").await;
    let state = world.draft_state(2).await;
    assert!(matches!(state, DraftState::Rejected { reason: Some(reason), .. } if reason == "we never say today"));
}

#[tokio::test]
async fn a_time_that_is_not_understood_is_asked_back() {
    let world = World::new().await;
    world.draft("Friday.").await;
    assert_snapshot!(world.say("/schedule #1 tomorow 9").await, @"");
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Yes).code()).await, @"");
    assert_eq!(world.state(1).await, "scheduled");
    assert_snapshot!(world.say("/schedule").await, @"");
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Yes).code()).await, @"");
    assert_snapshot!(world.say("/schedule #1 every day at 9").await, @"");
    assert_snapshot!(world.press(&card_press(DraftVerb::TakeBack, 1, 1)).await, @"");
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn a_question_is_closed_after_an_hour() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/edit #1").await;
    world.clock.advance(std::time::Duration::from_secs(4_000));
    assert_snapshot!(world.say("New words.").await, @"");
    assert_snapshot!(world.say("New words.").await, @"");
    assert_eq!(world.text(1).await, "Friday.");
}

#[tokio::test]
async fn tasks_and_sources_are_made_in_one_line() {
    let world = World::new().await;
    assert_snapshot!(world.say("/source").await, @"");
    assert_snapshot!(world.say("/source add sandbox all every hour").await, @"");
    assert_snapshot!(world.say("/source add sandbox all").await, @"");
    assert_snapshot!(world.say("/source add sandbox @bean \u{2014}own").await, @"");
    assert_snapshot!(world.say("/source add moon all").await, @"");
    assert_snapshot!(world.say("/source pause @bean").await, @"");
    assert_snapshot!(world.say("/source list").await, @"");
    assert_snapshot!(world.say("/task new").await, @"");
    assert_snapshot!(world.say("/task new morning post what is on the roaster today every weekday at 9").await, @"");
    assert_snapshot!(world.say("/task new noon post \u{201c}lunch at six\u{201d} tomorrow 12:00").await, @"");
    assert_snapshot!(world.say("/task new noon post again every day at 9").await, @"");
    assert_snapshot!(world.say("/schedule morning every day at 8").await, @"");
    assert_snapshot!(world.say("/task show mornin").await, @"");
    assert_snapshot!(world.say("/task pause morning").await, @"");
    assert_snapshot!(world.say("/task list").await, @"");
    assert_snapshot!(world.say("/schedule").await, @"");
    assert_snapshot!(world.say("/task delete noon").await, @"");
    assert_eq!(world.room.known_names().await.tasks, ["morning"]);
    world.nothing_is_left().await;
}

#[tokio::test]
async fn the_voice_is_tuned_and_taken_back() {
    let world = World::new().await;
    assert_snapshot!(world.say("/persona tune shorter, no emojis").await, @"");
    assert_snapshot!(world.say("/persona undo").await, @"");
    assert_snapshot!(world.say("/persona undo").await, @"");
    assert_snapshot!(world.say("/persona history").await, @"");
}

#[tokio::test]
async fn stop_holds_back_and_go_lets_go() {
    let world = World::new().await;
    world.draft("Friday.").await;
    assert_snapshot!(world.say("/stop").await, @"");
    assert_snapshot!(world.say("/approve #1").await, @"");
    assert_snapshot!(world.say("/status").await, @"");
    assert_snapshot!(world.say("/go").await, @"");
    assert_snapshot!(world.say("/go").await, @"");
    assert!(world.jobs().await.iter().any(|job| job.starts_with("publish")));
}

#[tokio::test]
async fn roles_are_kept_typed_and_pressed() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let vera = world.member("vera", Role::Viewer).await;
    assert_snapshot!(vera.say("/approve #1").await, @"");
    assert_snapshot!(vera.press(&card_press(DraftVerb::Approve, 1, 1)).await, @"");
    assert_snapshot!(vera.say("/task pause x").await, @"");
    assert_eq!(world.state(1).await, "waiting");
    assert_snapshot!(world.say("/member").await, @"");
    assert_snapshot!(world.say("/member role @vera editor").await, @"");
    assert_snapshot!(world.say("/member remove telegram:vera").await, @"");
    assert_snapshot!(vera.say("/status").await, @"");
    assert_snapshot!(world.say("/member role owner viewer").await, @"");
}

#[tokio::test]
async fn strangers_get_one_line_in_private_and_nothing_in_a_group() {
    let world = World::new().await;
    let stranger = world.person("77");
    assert_snapshot!(stranger.say("/draft x").await, @"");
    let mira = world.member("mira", Role::Editor).await;
    assert_eq!(stranger.in_group("g").say("/status").await, "");
    assert_eq!(mira.in_group("g").say("/status").await, "", "no owner has spoken there");
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
    assert_snapshot!(said, @"");
    assert_snapshot!(world.say("/search anything").await, @"");
    let row = world.last_inbox().await;
    world.finder.give("Slow pour, slow morning.");
    assert_snapshot!(world.press(&Press::Again(row).code()).await, @"");
    assert_snapshot!(world.press(&Press::Again(crate::domain::ids::InboxId(9_999)).code()).await, @"");
}

#[tokio::test]
async fn what_was_left_open_is_taken_up_at_the_next_start() {
    let world = World::new().await;
    world.draft("Friday.").await;
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
    for text in ["/edit #1 one", "/edit #1 two", "/edit #1 three", "/approve #1"] {
        last = Some(world.room.take(world.incoming(text)).await.unwrap());
    }
    world.idle(last.unwrap()).await;
    assert_eq!((world.text(1).await.as_str(), world.state(1).await.as_str()), ("three", "approved"));
}

#[tokio::test]
async fn an_unreachable_room_is_tried_again() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    world.say("/reject #1").await;
    world.draft("Saturday.").await;
    let room = world.local_room().await;
    world.notice(&Notice::Answer { room, text: "Fetched 41 posts.".into(), cause: None, again: false }).await;
    world.frontend(Surface::Terminal).fail_next(1);
    world.work_on_notices().await;
    assert!(world.heard().is_empty());
    assert!(!world.jobs().await.is_empty(), "the notice is kept");
    world.clock.advance(std::time::Duration::from_secs(60));
    world.work_on_notices().await;
    assert_eq!(world.heard(), ["Fetched 41 posts."]);
}
