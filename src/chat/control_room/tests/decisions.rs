//! What is decided about drafts, typed and pressed.

use insta::assert_snapshot;

use super::card_press;
use super::world::World;
use crate::chat::press::{DraftVerb, Press, Reason, TalkPress};
use crate::domain::draft::{DraftState, Seen};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{DraftNumber, WorkspaceId};
use crate::domain::notice::Notice;
use crate::domain::operator::Role;
use crate::store::InboxState;

#[tokio::test]
async fn a_card_is_shown_decided_and_followed() {
    let world = World::new().await;
    world
        .draft("Friday, six o'clock: three on the table.")
        .await;
    world.draft("Saturday is for cups.").await;
    assert_snapshot!(world.say("/queue").await, @r"
    - #1 waiting · Sandbox · “Friday, six o'clock: three on the table.”
    - #2 waiting · Sandbox · “Saturday is for cups.”
    ");
    assert_snapshot!(world.say("/show #99").await, @"There is no #99. Waiting now: #1, #2.");
    assert_snapshot!(world.say("/show 1").await, @r"
    #1 · Sandbox · @roastery
    | Friday, six o'clock: three on the table.
    40 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    ");
    assert_snapshot!(world.say("/why #1").await, @r"
    #1 came from the topic “our Friday tasting is at six”, 21:00
    leans on  @bean “cupping at six” 0.81 · @cups “mornings” 0.77 · 1 more
    voice     persona v1 · examples from 2 own posts
    made by   SmolLM2-135M-Instruct, 1,412 + 61 tokens, free, 2.1 s · checked: length, links, mentions, prompt, near-copies
    ");
    assert_snapshot!(world.say("/approve #1").await, @"#1 approved · @owner 21:00 · goes out now");
    assert_snapshot!(world.say("/approve #1").await, @"Already decided: @owner approved #1 a moment ago.");
    world.say("/show #2").await;
    assert_snapshot!(world.say("/reject #2 too salesy").await, @"#2 rejected · @owner 21:00 · too salesy");
    assert_eq!(world.state(1).await, "approved");
    assert_eq!(world.state(2).await, "rejected");
    assert_snapshot!(world.say("/log").await, @r"
    - 21:00 @owner rejected #2: too salesy
    - 21:00 @owner approved #1 version 1
    ");
}

#[tokio::test]
async fn every_copy_of_a_card_follows_in_every_room() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    world.say("/room").await;
    world.say("/show #1").await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Approve, 1, 1)).await, @r"
    (in place of m1) #1 approved · @mira 21:00 · goes out now
    | Friday.
    [Take back] [Why]
    ");
    // The notice of the approval: the room that pressed shows it already, the other one follows.
    world.work_on_notices().await;
    assert_snapshot!(world.heard().join("\n--\n"), @"#1 approved · @mira 21:00 · goes out now");
    assert_eq!(mira.heard(), Vec::<String>::new());
    // A second one with nothing new shows nothing.
    world
        .notice(&Notice::Draft {
            draft: world.id(1).await,
            ask: None,
            anew: false,
        })
        .await;
    world.work_on_notices().await;
    assert_eq!(world.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn what_nobody_asked_for_is_shown_at_the_terminal_or_in_the_standing_rooms() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    mira.say("/status").await;
    world.say("/status").await;
    let draft = world.draft("Friday.").await;
    let notice = Notice::Draft {
        draft: draft.id,
        ask: None,
        anew: false,
    };
    world.notice(&notice).await;
    world.work_on_notices().await;
    assert_eq!(world.heard().len(), 1);
    assert_eq!(mira.heard(), Vec::<String>::new());
    // Once a room is standing, the terminal is a room like any other.
    world.member("olga", Role::Owner).await.say("/room").await;
    let draft = world.draft("Saturday.").await;
    let notice = Notice::Draft {
        draft: draft.id,
        ask: None,
        anew: false,
    };
    world.notice(&notice).await;
    world.work_on_notices().await;
    assert_eq!(world.heard(), Vec::<String>::new());
    assert_eq!(world.person("olga").heard().len(), 1);
}

#[tokio::test]
async fn a_press_on_an_older_version_says_what_changed() {
    let world = World::new().await;
    world.draft("Bring one that divides the house.").await;
    let mira = world.member("mira", Role::Reviewer).await;
    mira.say("/show #1").await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Edit, 1, 1)).await, @r"
    Send the whole new text of #1, or cancel.
    [Never mind]
    ");
    assert_snapshot!(mira.say("Bring one that divides us.").await, @r"
    #1 · Sandbox · @roastery · version 2
    | Bring one that divides us.
    26 of 300 · leans on 3 posts · text by @mira
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    --
    (in place of m1) #1 is further down
    ");
    assert_snapshot!(mira.press(&card_press(DraftVerb::Approve, 1, 1)).await, @r"
    This is version 1; version 2 is the current one: “…one that divides the house.” → “…one that divides us.”.
    [Show version 2]
    ");
    assert_snapshot!(mira.press(&card_press(DraftVerb::Show, 1, 2)).await, @r"
    #1 · Sandbox · @roastery · version 2
    | Bring one that divides us.
    26 of 300 · leans on 3 posts · text by @mira
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    --
    (in place of m3) #1 is further down
    ");
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn rejecting_asks_why() {
    let world = World::new().await;
    world.draft("Buy now.").await;
    world.draft("Buy today.").await;
    let mira = world.member("mira", Role::Reviewer).await;
    assert_snapshot!(mira.press(&card_press(DraftVerb::Reject, 1, 1)).await, @r"
    Why reject #1? Press a reason, or say it in your own words.
    [Off topic] [Wrong tone] [Not true]
    [Too salesy] [Other]
    ");
    let code = Press::Reject {
        reason: Reason::TooSalesy,
        number: DraftNumber(1),
        seen: Seen::waiting(1),
    }
    .code();
    assert_snapshot!(mira.press(&code).await, @r"
    #1 rejected · @mira 21:00 · too salesy
    | Buy now.
    [Why]
    --
    (in place of m1) #1 rejected · @mira 21:00 · too salesy
    ");
    let code = Press::Reject {
        reason: Reason::Other,
        number: DraftNumber(2),
        seen: Seen::waiting(1),
    }
    .code();
    assert_snapshot!(mira.press(&code).await, @r"
    Why reject #2? A few words.
    [Never mind]
    ");
    mira.say("we never say today").await;
    let state = world.draft_state(2).await;
    assert!(
        matches!(state, DraftState::Rejected { reason: Some(reason), .. } if reason == "we never say today")
    );
}

#[tokio::test]
async fn a_time_that_is_not_understood_is_asked_back() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    assert_snapshot!(world.say("/schedule #1 tomorow 9").await, @r"
    I do not know “tomorow 9”. Did you mean tomorrow 9:00 (Mon 23 Nov, Berlin)?
    [Yes] [Other time]
    ");
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Yes).code()).await, @"#1 scheduled for Mon 23 Nov, 09:00 Berlin · @owner");
    assert_eq!(world.state(1).await, "scheduled");
    assert_snapshot!(world.say("/schedule").await, @"- Mon 23 Nov, 09:00 Berlin #1 goes out, approved by @owner");
    assert_snapshot!(world.press(&Press::Talk(TalkPress::Yes).code()).await, @"That question is closed already. Nothing has changed.");
    assert_snapshot!(world.say("/schedule #1 every day at 9").await, @"#1 can go out only once; “every day at 9” repeats. Name one time, such as tomorrow 9am. /task new NAME post TOPIC WHEN writes a new post each time.");
    assert_snapshot!(world.press(&card_press(DraftVerb::TakeBack, 1, 1)).await, @r"
    #1 · Sandbox · @roastery · version 2
    | Friday.
    7 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    ");
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn a_question_is_closed_after_an_hour() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    world.say("/edit #1").await;
    world.clock.advance(std::time::Duration::from_secs(4_000));
    assert_snapshot!(world.say("New words.").await, @"The question about #1 was closed after an hour, so I did not take this as its answer. Nothing has changed; ask again when you are ready.");
    assert_snapshot!(world.say("New words.").await, @"I did not understand “New words.”. /draft TOPIC writes a post, /status says what is going on, /help lists the rest.");
    assert_eq!(world.text(1).await, "Friday.");
}

#[tokio::test]
async fn a_number_is_read_however_it_is_typed_and_nothing_behind_it_is_guessed() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    for typed in ["1", "# 1", "#1.", "\u{ff03}\u{ff11}", "#01"] {
        let said = world.say(&format!("/show {typed}")).await;
        assert!(said.starts_with("#1 "), "{typed}: {said}");
    }
    assert_snapshot!(world.say("/show first").await, @"“first” is not a draft number. Waiting now: #1, #2.");
    assert_snapshot!(world.say("/approve #0").await, @"There is no #0. Waiting now: #1, #2.");
    assert_snapshot!(world.say("/approve 99999999999999999999999").await, @"There is no #9999999999999999999…. Waiting now: #1, #2.");
    assert_snapshot!(world.say("/approve #1 tomorrow 9am").await, @"/approve takes one number and publishes at once; “tomorrow 9am” was not expected. /approve #1 publishes now, /schedule #1 WHEN at a time.");
    assert_snapshot!(world.say("/approve #1 #2").await, @"/approve takes one number and publishes at once; “#2” was not expected. /approve #1 publishes now, /schedule #1 WHEN at a time.");
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn what_blocks_holds_typed_and_pressed_until_a_person_takes_it_on() {
    let world = World::new().await;
    let draft = world.draft("See evil.example for more.").await;
    let finding = Finding {
        kind: FindingKind::ForeignLink,
        blocks: true,
        detail: "a link that nobody allowed: evil.example".into(),
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.set_findings(draft.id, 1, &[finding]).await.unwrap();
    tx.commit().await.unwrap();
    world.say("/show #1").await;
    let refused =
        "#1 cannot go out as it is: a link that nobody allowed: evil.example. Edit or redo it.";
    for typed in ["/approve #1", "/schedule #1", "/schedule #1 tomorrow 9am"] {
        assert_eq!(world.say(typed).await, refused, "{typed}");
    }
    for verb in [DraftVerb::Approve, DraftVerb::Schedule] {
        assert_eq!(world.press(&card_press(verb, 1, 1)).await, refused);
    }
    assert_snapshot!(world.say("/edit #1 See evil.example, I say.").await, @r"
    #1 · Sandbox · @roastery · version 2
    | See evil.example, I say.
    24 of 300 · leans on 3 posts · text by @owner
    ! the link evil.example is not on your list; an editor allows it with /persona tune allow link evil.example
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    ");
    assert_snapshot!(world.say("/approve #1").await, @"#1 approved · @owner 21:00 · goes out now");
}

#[tokio::test]
async fn nobody_is_asked_for_words_that_could_not_count() {
    let world = World::new().await;
    world.draft("Friday.").await;
    assert_snapshot!(world.press(&card_press(DraftVerb::Edit, 1, 7)).await, @"
    This is version 7; version 1 is the current one: “” → “Friday.”.
    [Show version 1]
    ");
    world.say("/show #1").await;
    world.say("/reject #1").await;
    let refused = "Already decided: @owner rejected #1 a moment ago.";
    for typed in ["/edit #1", "/schedule #1"] {
        assert_eq!(world.say(typed).await, refused, "{typed}");
    }
    for verb in [
        DraftVerb::Edit,
        DraftVerb::Redo,
        DraftVerb::Reject,
        DraftVerb::Schedule,
    ] {
        assert_eq!(world.press(&card_press(verb, 1, 1)).await, refused);
    }
}

#[tokio::test]
async fn a_version_is_written_anew_once_at_a_time() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    assert_eq!(world.say("/redo #1 shorter").await, "");
    assert_snapshot!(world.say("/redo #1 longer").await, @r"
    #1 is being written anew already, so “longer” was not begun; its card comes when it is done.
    [Stop]
    ");
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_what_a_room_is_busy_with() {
    let world = World::new().await;
    world.say("/status").await;
    let busy = world.finder.busy().await;
    let search = world
        .room
        .take(world.incoming("/search slow"))
        .await
        .unwrap();
    let stop = world.room.take(world.incoming("/stop")).await.unwrap();
    let workspace = world.store.workspace(WorkspaceId::FIRST).await.unwrap();
    assert_eq!(workspace.stopped.as_deref(), Some("owner"));
    let row = world.store.inbox_row(search).await.unwrap().unwrap();
    assert_eq!(row.state, InboxState::New, "the search is still in hand");
    drop(busy);
    world.idle(stop).await;
    assert_eq!(
        world.heard().last().map(String::as_str),
        Some("Stopped by @owner: nothing goes out until /go.")
    );
    let vera = world.member("vera", Role::Viewer).await;
    world.say("/go").await;
    assert_snapshot!(vera.say("/stop").await, @"/stop needs a reviewer; you are a viewer. An owner can change that with /member role.");
    let workspace = world.store.workspace(WorkspaceId::FIRST).await.unwrap();
    assert_eq!(workspace.stopped, None);
}

#[tokio::test]
async fn stop_holds_back_and_go_lets_go() {
    let world = World::new().await;
    world.draft("Friday.").await;
    assert_snapshot!(world.say("/stop").await, @"Stopped by @owner: nothing goes out until /go.");
    world.say("/show #1").await;
    assert_snapshot!(world.say("/approve #1").await, @"#1 approved · @owner 21:00 · held until /go");
    assert_snapshot!(world.say("/status").await, @r"
    Stopped by @owner: nothing goes out until /go. No draft waits, 1 post approved.
    3 posts stored.
    Texts are by SmolLM2-135M-Instruct, on this machine.
    Today 0.00 of 5.00 USD.
    ");
    assert_snapshot!(world.say("/go").await, @"Publishing again, says @owner. #1 goes out now.");
    assert_snapshot!(world.say("/go").await, @"Nothing was stopped.");
    assert!(
        world
            .jobs()
            .await
            .iter()
            .any(|job| job.starts_with("publish"))
    );
}
