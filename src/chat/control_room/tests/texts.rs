//! Texts of one's own, earlier versions, work that is stopped, and what a line offers.

use insta::assert_snapshot;

use super::card_press;
use super::world::World;
use crate::chat::press::{DraftVerb, Press, TalkPress};
use crate::domain::draft::Seen;
use crate::domain::ids::DraftNumber;
use crate::domain::notice::{Notice, Offer};
use crate::domain::operator::Role;

fn restore(number: i64, version: i64, seen: i64) -> String {
    let (number, seen) = (DraftNumber(number), Seen::waiting(seen));
    let press = Press::Restore {
        number,
        version,
        seen,
    };
    press.code()
}

#[tokio::test]
async fn a_text_of_ones_own_comes_straight_to_a_card() {
    let world = World::with_small_writer().await;
    assert_snapshot!(world.say("/post Closed on Monday.\nBack on Tuesday at eight.").await, @"");
    assert_snapshot!(world.say("/why #1").await, @"");
    assert_snapshot!(world.say("/redo #1 shorter").await, @"");
    assert!(world.jobs().await[0].starts_with("compose"));
    assert_snapshot!(world.say("/approve #1").await, @"");
    assert_snapshot!(world.say("/post see evil.example").await, @"");
    assert_snapshot!(world.say(&format!("/post {}", "x".repeat(10_001))).await, @"");
}

#[tokio::test]
async fn without_a_text_it_is_asked_for() {
    let world = World::new().await;
    assert_snapshot!(world.say("/post").await, @"");
    assert_snapshot!(world.say("Tea at four.\n\nCome by.").await, @"");
    world.say("/post").await;
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Cancel).code()).await, @"");
    let vera = world.member("vera", Role::Reviewer).await;
    assert_snapshot!(vera.say("/post Tea at five.").await, @"");
}

#[tokio::test]
async fn earlier_versions_are_seen_and_brought_back() {
    let world = World::new().await;
    world.draft("Friday at six.").await;
    world.say("/edit #1 Friday, six o'clock.").await;
    world.say("/edit #1 Six on Friday.").await;
    assert_snapshot!(world.say("/show #1 1").await, @"");
    assert_snapshot!(world.press(&card_press(DraftVerb::EarlierVersion, 1, 3)).await, @"");
    assert_snapshot!(world.press(&restore(1, 1, 3)).await, @"");
    assert_eq!(
        (
            world.numbered(1).await.revision,
            world.text(1).await.as_str()
        ),
        (4, "Friday at six.")
    );
    assert_snapshot!(world.press(&restore(1, 1, 4)).await, @"");
    assert_snapshot!(world.press(&restore(1, 2, 3)).await, @"");
    assert_snapshot!(world.say("/show #1 9").await, @"");
    assert_snapshot!(world.say("/show #1 the first").await, @"");
    assert_eq!(world.say("/show #1 v4").await, world.say("/show #1").await);
    world.say("/reject #1").await;
    assert_snapshot!(world.say("/show #1 version 2").await, @"");
    assert_snapshot!(world.press(&restore(1, 2, 4)).await, @"");
    let log = world.say("/log").await;
    assert!(
        log.contains("brought back version 1 of #1, now version 4"),
        "{log}"
    );
}

#[tokio::test]
async fn a_text_that_is_being_written_has_its_number_and_can_be_stopped() {
    let world = World::new().await;
    world.draft("Friday at six.").await;
    assert_eq!(world.say("/draft plum cake on friday").await, "");
    assert_snapshot!(world.say("/queue").await, @"");
    for command in [
        "/show",
        "/why",
        "/approve",
        "/edit",
        "/redo",
        "/image",
        "/schedule",
    ] {
        let said = world.say(&format!("{command} #2")).await;
        assert_eq!(
            said, "#2 is being written; its card comes when it is done.\n[Stop]",
            "{command}"
        );
    }
    assert_snapshot!(world.say("/reject #2").await, @"");
    assert_eq!(world.jobs().await, Vec::<String>::new());
    assert_snapshot!(world.say("/show #2").await, @"");
    // The number is gone with it.
    world.say("/draft tea").await;
    world.say("/draft cups").await;
    assert_snapshot!(world.say("stop").await, @"");
    assert_eq!(
        world.say("Stop.").await,
        world.say("hello there").await,
        "nothing is left to stop"
    );
    world.say("/draft spoons").await;
    assert_snapshot!(world.press(&Press::Stop(DraftNumber(5)).code()).await, @"");
    assert_snapshot!(world.press(&Press::Stop(DraftNumber(5)).code()).await, @"");
    world.say("/redo #1 shorter").await;
    world.say("/image #1").await;
    assert_snapshot!(world.say("/queue").await, @"");
    assert_snapshot!(world.say("/cancel").await, @"");
    assert_eq!(world.state(1).await, "waiting");
    world.nothing_is_left().await;
}

#[tokio::test]
async fn only_the_room_that_asked_is_stopped_by_a_word() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    let vera = world.member("vera", Role::Viewer).await;
    world.say("/draft plum cake").await;
    mira.say("/draft tea").await;
    assert_snapshot!(vera.say("stop").await, @"");
    assert_snapshot!(vera.press(&Press::Stop(DraftNumber(1)).code()).await, @"");
    assert_snapshot!(mira.say("cancel").await, @"");
    assert_eq!(world.jobs().await.len(), 1);
    // An open question comes first.
    world.draft("Friday.").await;
    world.say("/edit #3").await;
    assert_snapshot!(world.say("cancel").await, @"");
    assert_snapshot!(world.say("cancel").await, @"");
}

#[tokio::test]
async fn a_line_offers_what_can_be_done_instead() {
    let world = World::new().await;
    world.say("/draft a joke about mondays").await;
    let row = world.last_inbox().await;
    world.say("stop").await;
    let notice = Notice::Answer {
        room: world.local_room().await,
        text: "The small model writes no jokes.".into(),
        cause: Some(row),
        offers: vec![Offer::TryAgain, Offer::WriteMyself, Offer::BetterModel],
    };
    world.notice(&notice).await;
    world.work_on_notices().await;
    assert_snapshot!(world.heard().join("\n--\n"), @"");
    assert_snapshot!(world.press(&Press::BetterModel.code()).await, @"");
    assert_snapshot!(world.press(&Press::WriteMyself(row).code()).await, @"");
    assert_snapshot!(world.say("Monday again. Coffee helps.").await, @"");
    assert_eq!(world.press(&Press::Again(row).code()).await, "");
    assert!(
        world
            .jobs()
            .await
            .iter()
            .any(|job| job.contains("a joke about mondays"))
    );
}

#[tokio::test]
async fn a_reply_is_written_despite_its_post_or_by_the_person() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/reply s1 thank them").await;
    let row = world.last_inbox().await;
    world.say("stop").await;
    assert_eq!(world.press(&Press::WriteDespite(row).code()).await, "");
    let jobs = world.jobs().await;
    assert!(
        jobs[0].contains(r#""despite":true"#) && jobs[0].contains("thank them"),
        "{jobs:?}"
    );
    // Pressed again on the line about that one, it is still despite the post.
    let press = world.last_inbox().await;
    world.say("stop").await;
    world.press(&Press::Again(press).code()).await;
    assert!(world.jobs().await[0].contains(r#""despite":true"#));
    world.say("stop").await;
    assert_snapshot!(world.press(&Press::WriteMyself(press).code()).await, @"");
    assert_snapshot!(world.say("We will look into it.").await, @"");
    assert_snapshot!(world.say("/why #4").await, @"");
}

#[tokio::test]
async fn a_redo_asked_for_in_words_can_be_asked_for_again() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    world.press(&card_press(DraftVerb::Redo, 1, 1)).await;
    world.say("shorter").await;
    let row = world.last_inbox().await;
    world.say("stop").await;
    assert_eq!(world.press(&Press::Again(row).code()).await, "");
    assert!(world.jobs().await[0].contains("shorter"));
    world.say("stop").await;
    assert_snapshot!(world.press(&Press::WriteMyself(row).code()).await, @"");
}

#[tokio::test]
async fn which_model_writes_is_said_once() {
    let world = World::with_small_writer().await;
    assert_snapshot!(world.say("/start").await, @"");
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    assert_snapshot!(world.say("/show #1").await, @"");
    assert!(!world.say("/show #2").await.contains("small model"));
    assert_snapshot!(world.say("/status").await, @"");
    assert_eq!(
        world.say("/help models").await,
        world.press(&Press::BetterModel.code()).await
    );
}

#[tokio::test]
async fn the_prompt_greets() {
    use crate::chat::testing::plain;
    let world = World::new().await;
    assert_snapshot!(plain(&world.room.greeting().await.unwrap()), @"");
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    world.say("/schedule #2 tomorrow 9am").await;
    world.say("/task new noon post lunch every day at 12").await;
    let world = world.restarted().await;
    assert_snapshot!(plain(&world.room.greeting().await.unwrap()), @"");
}
