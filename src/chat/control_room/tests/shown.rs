//! Typed decisions mean the version that was shown where they are typed; what holds already is answered; no text and no
//! reason gets lost.

use insta::assert_snapshot;

use super::card_press;
use super::world::{Speaker, World};
use crate::chat::incoming::Said;
use crate::chat::press::{DraftVerb, Press, Reason, TalkPress};
use crate::domain::draft::{DraftState, Seen};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{DraftNumber, WorkspaceId};
use crate::domain::operator::{Role, Surface};
use crate::store::NewRevision;

/// Another version of draft `number`, which was not shown in the room of `who`.
async fn edited_elsewhere(world: &World, who: &Speaker<'_>, number: i64, text: &str) {
    let revision = world.numbered(number).await.revision;
    who.send(Said::Filled {
        code: card_press(DraftVerb::Edit, number, revision),
        text: text.to_owned(),
        message: None,
    })
    .await;
    assert_eq!(world.text(number).await, text);
}

async fn works(world: &World) -> usize {
    let jobs = world.jobs().await;
    let works = jobs.iter().filter(|job| !job.starts_with("notice"));
    works.count()
}

const TYPED: [&str; 9] = [
    "/approve #N",
    "/reject #N too long",
    "/schedule #N tomorrow 9am",
    "/schedule #N",
    "/redo #N shorter",
    "/image #N",
    "/image #N none",
    "/image #N 1",
    "/edit #N",
];

#[tokio::test]
async fn a_typed_decision_on_a_version_that_was_not_shown_here_shows_it_and_decides_nothing() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    for (number, typed) in (1_i64..).zip(TYPED) {
        world.draft("Bring one that divides the house.").await;
        let typed = typed.replace("#N", &format!("#{number}"));
        let said = world.say(&typed).await;
        let line = format!(
            "#{number} had not been shown here. Nothing was decided; look at it, then say it again."
        );
        assert_eq!(said.lines().nth(1), Some(line.as_str()), "{typed}");
        assert!(
            said.contains("| Bring one that divides the house."),
            "{typed}: {said}"
        );

        edited_elsewhere(&world, &mira, number, "Bring one that divides us.").await;
        let said = world.say(&typed).await;
        let line = "Version 2 is newer than what you had seen: \u{201c}\u{2026}one that divides the house.\u{201d} \
                    \u{2192} \u{201c}\u{2026}one that divides us.\u{201d}. Nothing was decided; look at it, then say it again.";
        assert_eq!(said.lines().nth(1), Some(line), "{typed}");
        assert!(
            said.contains("| Bring one that divides us."),
            "{typed}: {said}"
        );
        let draft = world.numbered(number).await;
        assert_eq!(
            (draft.state, draft.revision),
            (DraftState::Waiting, 2),
            "{typed}"
        );
        assert_eq!(works(&world).await, 0, "{typed}");
    }
    // It was shown now: said again it counts.
    world.say("/approve #1").await;
    world.say("/reject #2 too long").await;
    world.say("/schedule #3 tomorrow 9am").await;
    world.say("/redo #5 shorter").await;
    world.say("/image #6").await;
    let states = [
        world.state(1).await,
        world.state(2).await,
        world.state(3).await,
    ];
    assert_eq!(states, ["approved", "rejected", "scheduled"]);
    assert_eq!(works(&world).await, 3);
    // What ended is said to have ended, shown here or not.
    assert_snapshot!(mira.say("/approve #2").await, @"Already decided: @owner rejected #2 a moment ago.");
}

#[tokio::test]
async fn the_version_is_the_one_that_was_shown_when_the_line_came_in() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    world.say("/show #1").await;
    world.say("/show #2").await;
    let early = world.written_down_only("/approve #1").await;
    let same = world.written_down_only("/approve #2").await;
    edited_elsewhere(&world, &mira, 1, "Monday.").await;
    // The room is shown the newer version before the line has its turn.
    world.work_on_notices().await;
    assert!(world.heard().join("\n").contains("| Monday."));
    let world = world.restarted().await;
    world.room.resume().await.unwrap();
    world.idle(early).await;
    world.idle(same).await;
    let said = world.heard().join("\n");
    assert!(
        said.contains("Version 2 is newer than what you had seen."),
        "{said}"
    );
    assert_eq!(
        (world.state(1).await, world.state(2).await),
        ("waiting".into(), "approved".into())
    );
    // Done again by its button, the line still means what was shown when it was written.
    world.press(&Press::Again(early).code()).await;
    assert_eq!(world.state(1).await, "waiting");
    world.say("/approve #1").await;
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn the_answer_to_when_means_the_version_of_the_question() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Bring one that divides the house.").await;
    world.say("/show #1").await;
    world.say("/schedule #1").await;
    edited_elsewhere(&world, &mira, 1, "Bring one that divides us.").await;
    world.work_on_notices().await;
    world.heard();
    assert_snapshot!(world.say("tomorrow 9am").await, @r"
    #1 · Sandbox · @roastery · version 2
    Version 2 is newer than what you had seen: “…one that divides the house.” → “…one that divides us.”. Nothing was decided; look at it, then say it again.
    | Bring one that divides us.
    26 of 300 · leans on 3 posts · text by @mira
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    ");
    world.say("/schedule #1 tomorow 9").await;
    edited_elsewhere(&world, &mira, 1, "Monday.").await;
    world.press(&Press::Talk(TalkPress::Yes).code()).await;
    assert_eq!(world.state(1).await, "waiting");
}

#[tokio::test]
async fn words_to_a_card_and_in_its_thread_mean_the_version_that_it_showed() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    let boss = world.member_on(Surface::Discord, "boss", Role::Owner).await;
    let boss = boss.in_group("c");
    world.draft("Friday.").await;
    boss.say("/room threads on").await;
    boss.say("/show #1").await;
    mira.say("/show #1").await;
    let card = world.frontend(Surface::Discord).threads.lock().unwrap()[0]
        .0
        .clone();
    let thread = boss.in_group(&format!("t{card}"));
    edited_elsewhere(&world, &world.owner(), 1, "Monday.").await;
    for words in ["/approve", "warmer", "/edit"] {
        edited_elsewhere(&world, &world.owner(), 1, &format!("Before {words}.")).await;
        let card = world.last_message(Surface::Telegram, "mira");
        let said = mira.reply(&card, words).await;
        assert!(
            said.contains("is newer than what you had seen"),
            "{words}: {said}"
        );
        let said = thread.say(words).await;
        assert!(
            said.contains("is newer than what you had seen"),
            "{words}: {said}"
        );
        assert_eq!(
            (world.state(1).await, works(&world).await),
            ("waiting".into(), 0)
        );
    }
    thread.say("/approve").await;
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn an_edit_typed_over_an_unseen_version_says_so() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    edited_elsewhere(&world, &mira, 1, "Saturday.").await;
    assert_snapshot!(world.say("/edit #1 Monday.").await, @r"
    #1 · Sandbox · @roastery · version 3
    Your text took the place of version 2, which had not been shown here: “Saturday.”.
    | Monday.
    7 of 300 · leans on 3 posts · text by @owner
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    ");
    assert!(
        !world
            .say("/edit #1 Tuesday.")
            .await
            .contains("took the place")
    );
}

#[tokio::test]
async fn an_edit_that_came_second_can_still_be_used() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    mira.press(&card_press(DraftVerb::Edit, 1, 1)).await;
    world.say("/show #1").await;
    world.say("/schedule #1 tomorrow 9am").await;
    assert_snapshot!(mira.say("Monday, six o'clock.").await, @r"
    Already decided: @owner scheduled #1 for Mon 23 Nov, 09:00 Berlin.
    [Take back and use your text]
    ");
    assert_eq!(world.state(1).await, "scheduled");
    let seen = Seen {
        revision: 1,
        decided: true,
    };
    let inbox = world.last_inbox().await;
    let press = Press::UseText { inbox, seen }.code();
    let vera = world.member("vera", Role::Viewer).await;
    assert_snapshot!(vera.press(&press).await, @"/edit needs a reviewer; you are a viewer. An owner can change that with /member role.");
    mira.press(&press).await;
    assert_eq!(
        (world.state(1).await, world.text(1).await),
        ("waiting".into(), "Monday, six o'clock.".into())
    );
    assert_snapshot!(mira.press(&press).await, @"#1 says that already. Nothing has changed.");
    // Typed over a decision that was not shown here it is the same.
    world.say("/show #1").await;
    world.say("/approve #1").await;
    let said = mira.say("/edit #1 Tuesday.").await;
    assert!(said.contains("[Take back and use your text]"), "{said}");
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn the_second_of_two_edits_can_still_be_used() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    edited_elsewhere(&world, &world.owner(), 1, "Saturday.").await;
    let late = Said::Filled {
        code: card_press(DraftVerb::Edit, 1, 1),
        text: "Monday.".into(),
        message: None,
    };
    assert_snapshot!(mira.send(late).await, @r"
    This is version 1; version 2 is the current one: “Friday.” → “Saturday.”.
    [Show version 2]
    [Use your text]
    ");
    let (inbox, seen) = (world.last_inbox().await, Seen::waiting(2));
    // Another room cannot press it.
    let press = Press::UseText { inbox, seen }.code();
    assert_snapshot!(world.press(&press).await, @"I no longer have the text that this button uses. /edit #N TEXT takes it once more.");
    mira.press(&press).await;
    assert_eq!(world.text(1).await, "Monday.");
}

#[tokio::test]
async fn what_holds_already_is_answered() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    for (at, who) in [world.owner(), mira].into_iter().enumerate() {
        let number = at + 1;
        world.draft("Friday.").await;
        let both = [
            format!("/show #{number}"),
            format!("/schedule #{number} tomorrow 9am"),
            format!("/approve #{number}"),
            format!("/image #{number} none"),
            format!("/reject #{number}"),
            "/stop".to_owned(),
            "/go".to_owned(),
            "/room".to_owned(),
            "/source add sandbox all".to_owned(),
            "/source pause sandbox all".to_owned(),
            "/source resume sandbox all".to_owned(),
            "/source remove sandbox all".to_owned(),
            "/task new noon post lunch every day at 12".to_owned(),
            "/schedule noon every day at 12".to_owned(),
            "/task edit noon lunch".to_owned(),
            "/task pause noon".to_owned(),
            "/task resume noon".to_owned(),
            "/task delete noon".to_owned(),
            "/member add telegram:77 reviewer vera".to_owned(),
            "/member role vera reviewer".to_owned(),
            "/member remove vera".to_owned(),
            "/account default sandbox:roastery".to_owned(),
            "/persona tune no hashtags".to_owned(),
            "/forget @nobody".to_owned(),
        ];
        for line in both {
            for _ in 0..2 {
                assert_ne!(who.say(&line).await, "", "{line}");
            }
        }
    }
    world.draft("Friday.").await;
    world.say("/show #3").await;
    world.say("/schedule #3 tomorrow 9am").await;
    assert_snapshot!(world.say("/schedule #3 tomorrow 9am").await, @"#3 is scheduled for Mon 23 Nov, 09:00 Berlin already.");
    let log = world
        .store
        .activity(WorkspaceId::FIRST, u32::MAX)
        .await
        .unwrap();
    let scheduled = log
        .iter()
        .filter(|entry| entry.text.starts_with("scheduled #3"));
    assert_eq!(scheduled.count(), 1);
    // Another time is another time.
    assert_snapshot!(world.say("/schedule #3 tomorrow 10am").await, @"#3 scheduled for Mon 23 Nov, 10:00 Berlin · @owner");
}

#[tokio::test]
async fn a_second_picture_while_one_is_made_is_answered_as_a_second_text_is() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    assert_eq!(world.say("/image #1 cats").await, "");
    assert_snapshot!(world.say("/image #1 dogs").await, @r"
    A picture for #1 is being made already, so “dogs” was not begun; its card comes when it is done.
    [Stop]
    ");
    assert_snapshot!(world.press(&card_press(DraftVerb::Image, 1, 1)).await, @r"
    A picture for #1 is being made already; its card comes when it is done.
    [Stop]
    ");
    assert_eq!(world.jobs().await.len(), 1);
    world.say("/redo #1 shorter").await;
    assert_snapshot!(world.say("/redo #1 longer").await, @r"
    #1 is being written anew already, so “longer” was not begun; its card comes when it is done.
    [Stop]
    ");
    // Stopped, the other wish is begun.
    world.say("stop").await;
    assert_eq!(world.say("/image #1 dogs").await, "");
    let jobs = world.jobs().await;
    assert!(jobs.len() == 1 && jobs[0].contains("dogs"), "{jobs:?}");
}

#[tokio::test]
async fn any_words_after_reject_are_the_reason() {
    let world = World::new().await;
    for text in ["Friday.", "Saturday.", "Sunday."] {
        world.draft(text).await;
    }
    world.press(&card_press(DraftVerb::Reject, 1, 1)).await;
    assert_snapshot!(world.say("a").await, @r"
    Why reject #1? A few words.
    [Never mind]
    ");
    world.say("it thanks a scammer").await;
    let state = world.draft_state(1).await;
    assert!(
        matches!(state, DraftState::Rejected { reason: Some(reason), .. } if reason == "it thanks a scammer")
    );
    world.press(&card_press(DraftVerb::Reject, 2, 1)).await;
    assert_snapshot!(world.say("cancel").await, @"Left #2 as it is.");
    // A pressed reason ends the question.
    world.press(&card_press(DraftVerb::Reject, 3, 1)).await;
    let (number, seen) = (DraftNumber(3), Seen::waiting(1));
    let reason = Reason::WrongTone;
    let press = Press::Reject {
        reason,
        number,
        seen,
    };
    world.press(&press.code()).await;
    assert!(
        world
            .say("it is too dry")
            .await
            .starts_with("I did not understand")
    );
    assert_eq!(world.state(2).await, "waiting");
}

#[tokio::test]
async fn a_word_of_a_button_brings_up_the_card_that_it_could_mean() {
    let world = World::new().await;
    assert!(world.say("yes").await.starts_with("Nothing waits now"));
    world.draft("Friday.").await;
    for word in ["s", "yes", "Approve", "ok."] {
        let said = world.say(word).await;
        assert!(said.starts_with("#1 · Sandbox · @roastery\nThis is the draft that waits. Nothing was decided yet.\n| Friday."), "{word}: {said}");
        assert_eq!(world.state(1).await, "waiting", "{word}");
    }
    assert!(
        world
            .say("hello there")
            .await
            .starts_with("I did not understand")
    );
    world.draft("Saturday.").await;
    assert_snapshot!(world.say("yes").await, @"#1 and #2 wait. /show #1 brings up its card.");
}

#[tokio::test]
async fn what_was_decided_and_comes_back_by_itself_asks_further_down() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    mira.say("/schedule #1 tomorrow 9am").await;
    let mut tx = world.store.begin().await.unwrap();
    let draft = tx
        .draft_numbered(WorkspaceId::FIRST, DraftNumber(1))
        .await
        .unwrap()
        .unwrap();
    let mut next = NewRevision::from(tx.revision(draft.id, 1).await.unwrap().unwrap());
    next.findings.push(Finding {
        kind: FindingKind::SourceEdited,
        blocks: false,
        detail: "the post it answers was edited since".into(),
    });
    let revised = crate::flow::review::revise(
        &mut tx,
        WorkspaceId::FIRST,
        &draft,
        next,
        "held back",
        "lumen",
        None,
    );
    revised.await.unwrap();
    tx.commit().await.unwrap();
    world.work_on_notices().await;
    assert_snapshot!(mira.heard().join("\n--\n"), @r"
    #1 · Sandbox · @roastery · version 2
    | Friday.
    7 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    ! the post it answers was edited since
    [Approve] [Schedule] [Edit]
    [Redo] [Image] [Why] [Reject]
    [Earlier version]
    --
    (in place of m1) #1 is further down
    ");
}
