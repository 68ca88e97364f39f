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
    assert_snapshot!(world.say("/post Closed on Monday.\nBack on Tuesday at eight.").await, @r"
    #1 · Sandbox · @roastery
    | Closed on Monday.
    | Back on Tuesday at eight.
    43 of 300 · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    assert_snapshot!(world.say("/why #1").await, @r"
    #1 is @owner's own text, 21:00
    leans on  nothing that was fetched
    voice     persona v1 · no own posts as examples yet
    made by   @owner · checked: length, links, mentions
    ");
    assert_snapshot!(world.say("/redo #1 shorter").await, @"");
    let jobs = world.jobs().await;
    assert!(
        jobs.iter()
            .any(|job| job.starts_with("compose") && job.contains("shorter"))
    );
    assert_snapshot!(world.say("/approve #1").await, @"#1 approved · @owner 21:00 · goes out now");
    assert_snapshot!(world.say("/post see evil.example").await, @r"
    #2 · Sandbox · @roastery
    | see evil.example
    16 of 300 · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    assert_snapshot!(world.say(&format!("/post {}", "x".repeat(10_001))).await, @"That text has 10,001 characters; 10,000 is the most. No network takes that much in one post.");
}

#[tokio::test]
async fn without_a_text_it_is_asked_for() {
    let world = World::new().await;
    assert_snapshot!(world.say("/post").await, @r"
    Send the text of the post, as it is to go out.
    [Never mind]
    ");
    assert_snapshot!(world.say("Tea at four.\n\nCome by.").await, @r"
    #1 · Sandbox · @roastery
    | Tea at four.
    | 
    | Come by.
    22 of 300 · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    world.say("/post").await;
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Cancel).code()).await, @"Nothing was written.");
    let vera = world.member("vera", Role::Reviewer).await;
    assert_snapshot!(vera.say("/post Tea at five.").await, @"/post needs an editor; you are a reviewer. An owner can change that with /member role.");
}

#[tokio::test]
async fn earlier_versions_are_seen_and_brought_back() {
    let world = World::new().await;
    world.draft("Friday at six.").await;
    world.say("/edit #1 Friday, six o'clock.").await;
    world.say("/edit #1 Six on Friday.").await;
    assert_snapshot!(world.say("/show #1 1").await, @r"
    #1 · Sandbox · @roastery · version 1 of 3
    | Friday at six.
    14 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    [Use this version]
    ");
    assert_snapshot!(world.press(&card_press(DraftVerb::EarlierVersion, 1, 3)).await, @r"
    #1 · Sandbox · @roastery · version 2 of 3
    | Friday, six o'clock.
    20 of 300 · leans on 3 posts · text by @owner
    [Use this version] [Earlier version]
    ");
    assert_snapshot!(world.press(&restore(1, 1, 3)).await, @r"
    #1 · Sandbox · @roastery · version 4
    | Friday at six.
    14 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    ");
    assert_eq!(
        (
            world.numbered(1).await.revision,
            world.text(1).await.as_str()
        ),
        (4, "Friday at six.")
    );
    assert_snapshot!(world.press(&restore(1, 1, 4)).await, @"Version 1 says what #1 says now. Nothing has changed.");
    assert_snapshot!(world.press(&restore(1, 2, 3)).await, @r"
    This is version 3; version 4 is the current one: “Six on Friday.” → “Friday at six.”.
    [Show version 4]
    ");
    assert_snapshot!(world.say("/show #1 9").await, @"#1 has no version 9. There are versions 1 to 4.");
    assert_snapshot!(world.say("/show #1 the first").await, @"“the first” is no version. There are versions 1 to 4.");
    assert_eq!(world.say("/show #1 v4").await, world.say("/show #1").await);
    world.say("/reject #1").await;
    assert_snapshot!(world.say("/show #1 version 2").await, @r"
    #1 · Sandbox · @roastery · version 2 of 4
    | Friday, six o'clock.
    20 of 300 · leans on 3 posts · text by @owner
    [Earlier version]
    ");
    assert_snapshot!(world.press(&restore(1, 2, 4)).await, @"Already decided: @owner rejected #1 a moment ago.");
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
    assert_snapshot!(world.say("/queue").await, @r"
    - #1 waiting · Sandbox · “Friday at six.”
    - #2 is being written · “plum cake on friday”
    ");
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
    assert_snapshot!(world.say("/reject #2").await, @"Stopped; #2 was not written.");
    assert_eq!(world.jobs().await, Vec::<String>::new());
    assert_snapshot!(world.say("/show #2").await, @"There is no #2. Waiting now: #1.");
    // The number is gone with it.
    world.say("/draft tea").await;
    world.say("/draft cups").await;
    assert_snapshot!(world.say("stop").await, @"Stopped; #3 and #4 were not written.");
    assert!(
        world
            .say("Stop.")
            .await
            .starts_with("I did not understand “Stop.”."),
        "nothing is left to stop"
    );
    world.say("/draft spoons").await;
    assert_snapshot!(world.press(&Press::Stop(DraftNumber(5)).code()).await, @"Stopped; #5 was not written.");
    assert_snapshot!(world.press(&Press::Stop(DraftNumber(5)).code()).await, @"Nothing is being made for #5 any more. /queue shows what there is.");
    world.say("/show #1").await;
    world.say("/redo #1 shorter").await;
    world.say("/image #1").await;
    assert_snapshot!(world.say("/queue").await, @"- #1 waiting · Sandbox · “Friday at six.” · being written anew");
    assert_snapshot!(world.say("/cancel").await, @"Stopped; #1 stays as it is.");
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
    assert_snapshot!(vera.say("stop").await, @"I did not understand “stop”. Did you mean /stop (nothing goes out until /go)?");
    assert_snapshot!(vera.press(&Press::Stop(DraftNumber(1)).code()).await, @"/reject needs a reviewer; you are a viewer. An owner can change that with /member role.");
    assert_snapshot!(mira.say("cancel").await, @"Stopped; #2 was not written.");
    assert_eq!(world.jobs().await.len(), 1);
    // An open question comes first.
    world.draft("Friday.").await;
    world.say("/show #3").await;
    world.say("/edit #3").await;
    assert_snapshot!(world.say("cancel").await, @"Left #3 as it is.");
    assert_snapshot!(world.say("cancel").await, @"Stopped; #1 was not written.");
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
    assert_snapshot!(world.heard().join("\n--\n"), @r"
    The small model writes no jokes.
    [Try again] [Write it myself] [Get a better model]
    ");
    assert_snapshot!(world.press(&Press::BetterModel.code()).await, @r"
    Three ways to a better model. Each is a line or two in .env and holds from the next start on:
    - OPENAI_API_KEY: a hosted model
    - OLLAMA_HOST and OLLAMA_TEXT_MODEL: a model that runs in Ollama
    - LUMEN_TEXT_FILE: the path of a GGUF file on this machine
    `lumen models` lists good ones with their size, memory and speed here.
    ");
    assert_snapshot!(world.press(&Press::WriteMyself(row).code()).await, @r"
    Send the text of the post, as it is to go out.
    [Never mind]
    ");
    assert_snapshot!(world.say("Monday again. Coffee helps.").await, @r"
    #2 · Sandbox · @roastery
    | Monday again. Coffee helps.
    27 of 300 · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
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
    assert_snapshot!(world.press(&Press::WriteMyself(press).code()).await, @r"
    Send the text of the answer, as it is to go out.
    [Never mind]
    ");
    assert_snapshot!(world.say("We will look into it.").await, @r"
    #5 · Sandbox · @roastery
    answers @bean “cupping at six”
    | We will look into it.
    21 of 300 · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    assert_snapshot!(world.say("/why #5").await, @r"
    #5 is @owner's own text for an answer to @bean, 21:00
    leans on  nothing that was fetched
    voice     persona v1 · no own posts as examples yet
    made by   @owner · checked: length, links, mentions
    ");
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
    assert_snapshot!(world.press(&Press::WriteMyself(row).code()).await, @r"
    Send the whole new text of #1, or cancel.
    [Never mind]
    ");
}

#[tokio::test]
async fn which_model_writes_is_said_once() {
    let world = World::with_small_writer().await;
    assert_snapshot!(world.say("/start").await, @r"
    I fetch posts, draft new ones in your voice, and publish what you approve. Nothing goes out without you.
    - /source add sandbox all, then /source fetch: something to read
    - /search WORDS: what was said about it
    - /draft TOPIC: a post to approve, edit or reject; /post TEXT takes your own
    Texts are by the small model inside; /help models says how to get a better one.
    /help lists everything else.
    ");
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    assert_snapshot!(world.say("/show #1").await, @r"
    #1 · Sandbox · @roastery
    | Friday.
    7 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    Written by the small model inside, which keeps to plain sentences. /help models says how to get a better one.
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    assert!(!world.say("/show #2").await.contains("small model"));
    assert_snapshot!(world.say("/status").await, @r"
    Working. 2 drafts wait.
    3 posts stored.
    Texts are by the small model inside; /help models says how to get a better one.
    Today 0.00 of 5.00 USD.
    [Get a better model]
    ");
    assert_eq!(
        world.say("/help models").await,
        world.press(&Press::BetterModel.code()).await
    );
}

#[tokio::test]
async fn the_prompt_greets() {
    use crate::chat::testing::plain;
    let world = World::new().await;
    assert_snapshot!(plain(&world.room.greeting().await.unwrap()), @r"
    I fetch posts, draft new ones in your voice, and publish what you approve. Nothing goes out without you.
    - /source add sandbox all, then /source fetch: something to read
    - /search WORDS: what was said about it
    - /draft TOPIC: a post to approve, edit or reject; /post TEXT takes your own
    Texts are by SmolLM2-135M-Instruct, on this machine.
    /help lists everything else.
    ");
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    world.say("/show #2").await;
    world.say("/schedule #2 tomorrow 9am").await;
    world.say("/task new noon post lunch every day at 12").await;
    let world = world.restarted().await;
    assert_snapshot!(plain(&world.room.greeting().await.unwrap()), @r"
    Working. 1 draft waits, 1 post scheduled, next: #2 goes out Mon 23 Nov, 09:00 Berlin.
    /queue shows the drafts, /help the commands.
    ");
}
