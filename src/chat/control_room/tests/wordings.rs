//! Answers that were unclear: each says what is, and what to do now.

use insta::assert_snapshot;

use super::world::World;
use crate::chat::press::Press;
use crate::domain::ids::{InboxId, TaskId, WorkspaceId};
use crate::domain::ledger::{CallOutcome, Ledger as _, MicroUsd, ModelCall, ModelRole};
use crate::domain::network::Network;
use crate::domain::operator::Role;
use crate::domain::post::{Counts, FetchedPost};

#[tokio::test]
async fn words_without_a_slash_are_understood_or_named() {
    let world = World::new().await;
    assert!(world.say("help").await.contains("/start | "));
    assert!(world.say("Help me!").await.contains("/start | "));
    assert_snapshot!(world.say("queue").await, @"Nothing waits. /draft TOPIC makes a post.");
    assert_snapshot!(world.say("yes").await, @"Nothing waits now; /draft TOPIC makes one.");
    assert_snapshot!(world.say("cancel").await, @"There is nothing to cancel.");
    assert_snapshot!(world.say("stop").await, @"I did not understand “stop”. Did you mean /stop (nothing goes out until /go)?");
    assert_snapshot!(world.say("approve it now").await, @"I did not understand “approve it now”. Did you mean /approve (publish a draft now)?");
    assert_snapshot!(world.say("write a post about cake").await, @"I did not understand “write a post about cake”. /draft TOPIC writes a post, /status says what is going on, /help lists the rest.");
    world.draft("Friday.").await;
    for typed in ["#1", "1", "s", "yes", "approve", "show #1"] {
        let said = world.say(typed).await;
        assert!(said.starts_with("#1 · Sandbox"), "{typed}: {said}");
    }
    assert_eq!(world.state(1).await, "waiting", "nothing is decided by it");
    world.draft("Saturday.").await;
    assert_snapshot!(world.say("yes").await, @"#1 and #2 wait. /show #1 brings up its card.");
    assert_snapshot!(world.say("#8").await, @"There is no #8. Waiting now: #1, #2.");
    assert_eq!(world.say("draft our Friday tasting").await, "");
    assert!(
        world
            .jobs()
            .await
            .iter()
            .any(|job| job.starts_with("compose"))
    );
}

#[tokio::test]
async fn forgetting_asks_first_and_a_deleted_task_comes_back() {
    let world = World::new().await;
    world.draft("Friday.").await;
    assert_snapshot!(world.say("/forget @bean").await, @r"
    Delete 1 post by @bean from the store and from search? That cannot be undone.
    [Forget them]
    ");
    let asked = world.last_inbox().await;
    assert_snapshot!(world.say("/forget @cups").await, @r"
    Delete 1 post by @cups from the store and from search? That cannot be undone.
    [Forget them]
    ");
    let mira = world.member("mira", Role::Editor).await;
    assert!(
        mira.press(&Press::Confirm(asked).code())
            .await
            .contains("no longer have"),
        "only where it was asked"
    );
    // Each question means its own author, in whatever order they are answered.
    assert_snapshot!(world.press(&Press::Confirm(asked).code()).await, @"1 post by @bean gone from the store and from search.");
    assert_snapshot!(world.press(&Press::Confirm(asked).code()).await, @"I have no posts by @bean. /search shows how authors are spelled.");
    assert_snapshot!(world.press(&Press::Confirm(InboxId(999)).code()).await, @"I no longer have what this button repeats. Type it again, please.");
    world
        .say("/task new lunch post soup of the day every weekday at 11")
        .await;
    assert_snapshot!(world.say("/task delete lunch").await, @r"
    Task lunch is gone. Its drafts stay.
    [Undo]
    ");
    assert!(
        world
            .say("/task show lunch")
            .await
            .starts_with("There is no task")
    );
    world.say("/task new lunch post salad every day at 9").await;
    let undo = Press::UndeleteTask(TaskId(1)).code();
    assert_snapshot!(world.press(&undo).await, @"There is another task lunch now. /task delete lunch first, then press Undo again.");
    world.say("/task delete lunch").await;
    assert_snapshot!(world.press(&undo).await, @"Task lunch is back. Next: Mon 23 Nov, 11:00 Berlin.");
    assert_snapshot!(world.say("/task show lunch").await, @r"
    lunch · post
    soup of the day
    every weekday at 11:00, Berlin
    - Mon 23 Nov, 11:00 Berlin
    - Tue 24 Nov, 11:00 Berlin
    - Wed 25 Nov, 11:00 Berlin
    - Thu 26 Nov, 11:00 Berlin
    - Fri 27 Nov, 11:00 Berlin
    ");
}

#[tokio::test]
async fn the_voice_goes_back_to_what_held_before() {
    let world = World::new().await;
    world.say("/persona tune shorter").await;
    world.say("/persona tune no emojis").await;
    assert!(
        world
            .say("/persona undo 1")
            .await
            .starts_with("Version 4: the voice of version 1 again.")
    );
    assert!(
        world
            .say("/persona undo")
            .await
            .starts_with("Version 5: the voice of version 3 again.")
    );
    assert!(
        world
            .say("/persona undo")
            .await
            .starts_with("Version 6: the voice of version 2 again.")
    );
}

#[tokio::test]
async fn settings_claim_room_and_why_say_what_they_are_about() {
    let world = World::new().await;
    assert_snapshot!(world.say("/settings timezone Europe/London").await, @"The time zone is set at the start (LUMEN_TIMEZONE). Change it in .env and start again.");
    assert_snapshot!(world.say("/settings moon").await, @"I have no setting “moon”. /settings lists what there is, and what sets it.");
    assert_snapshot!(world.say("/claim abcd").await, @"You are an owner already. /member add lets others in.");
    assert_snapshot!(world.say("/room").await, @"Cards come to the terminal anyway; now they do so too when another chat is a control room.");
    assert_snapshot!(world.say("/why").await, @"Which draft? /why #N [all]; all adds every post it leans on. Nothing waits now; /draft TOPIC makes one.");
    assert_snapshot!(world.say("/quit now").await, @"/quit takes nothing after it, and works in the terminal only. /stop holds all publishing, /help lists the rest.");
    assert_snapshot!(world.say("/task add lunch post soup every day at 9").await, @"I do not know /task add. Did you mean /task new?");
    assert_snapshot!(world.say("/budget").await, @"Today 0.00 of 5.00 USD.");
    world.draft("Friday.").await;
    world.say("/show #1").await;
    assert_snapshot!(world.say("/schedule #1 yesterday 18:00").await, @r"
    Yesterday is over. Did you mean tomorrow 18:00 (Mon 23 Nov, Berlin)?
    [Yes] [Other time]
    ");
    world.say("/cancel").await;
    world.say("/schedule #1 tomorrow 9am").await;
    let log = world.say("/log 1").await;
    assert_snapshot!(log, @"- 21:00 @owner scheduled #1 version 1 for Mon 23 Nov, 9:00");
}

#[tokio::test]
async fn an_answer_that_has_nowhere_to_go_says_where_its_post_came_from() {
    let world = World::new().await;
    let post = |network, id: &str| FetchedPost {
        network,
        native_id: id.into(),
        author: "noor".into(),
        text: "How late are you open?".into(),
        created_at: "2026-11-20T09:00:00Z".parse().unwrap(),
        edited_at: None,
        tags: Vec::new(),
        language: None,
        reply_to: None,
        quote_of: None,
        repost_of: None,
        url: None,
        counts: Counts::default(),
        media: Vec::new(),
        raw: None,
        own: false,
    };
    let mut tx = world.store.begin().await.unwrap();
    let posts = [post(Network::Archive, "o6"), post(Network::Lens, "l7")];
    tx.store_posts(WorkspaceId::FIRST, &posts).await.unwrap();
    tx.commit().await.unwrap();
    assert_snapshot!(world.say("/reply o6 until ten").await, @"o6 came from a file, so an answer has nowhere to go. To answer it, follow its author with /source add.");
    assert_snapshot!(world.say("/reply l7 until ten").await, @"l7 is on Lens, where I have no account to answer from. /account lists those I have; /draft TOPIC writes a post of your own.");
}

fn call(role: ModelRole, purpose: &str, error: Option<&str>) -> ModelCall {
    ModelCall {
        role,
        provider: "openai".into(),
        model: "gpt-4o".into(),
        purpose: purpose.into(),
        prompt_hash: "00".into(),
        tokens_in: 10,
        tokens_out: 5,
        cost: MicroUsd(1_000),
        millis: 900,
        outcome: if error.is_some() {
            CallOutcome::Failed
        } else {
            CallOutcome::Ok
        },
        error: error.map(str::to_owned),
        at: crate::chat::testing::instant(),
    }
}

#[tokio::test]
async fn money_is_said_for_people_and_a_model_that_cannot_be_used_to_owners() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let refused = "openai cannot be used: OPENAI_API_KEY is refused";
    for call in [
        call(ModelRole::Text, "draft", None),
        call(ModelRole::Text, "draft", None),
        call(ModelRole::Vision, "describe", Some(refused)),
    ] {
        world.store.record(WorkspaceId::FIRST, &call).await.unwrap();
    }
    assert_snapshot!(world.say("/budget").await, @r"
    Today 0.00 of 5.00 USD.
    - Writing: 1 text in 2 calls, 0.0020 USD.
    - Looking at pictures: 1 call, 0.0010 USD.
    /budget all names each model and what it was asked for.
    ");
    assert_snapshot!(world.say("/budget all").await, @r"
    Today 0.00 of 5.00 USD.
    role | for | model | calls | cost
    text | draft | gpt-4o | 2 | 0.0020 USD
    vision | describe | gpt-4o | 1 | 0.0010 USD
    ");
    let line = "Pictures of fetched posts are not looked at: openai cannot be used: OPENAI_API_KEY is refused.";
    assert!(world.say("/status").await.contains(line));
    let mira = world.member("mira", Role::Editor).await;
    assert!(!mira.say("/status").await.contains("OPENAI_API_KEY"));
}
