//! Rows that no worker has in hand: taken up once, asked about when they are old, answered when something breaks.

use std::time::Duration;

use insta::assert_snapshot;
use tokio::sync::mpsc;

use super::world::World;
use crate::chat::incoming::Said;
use crate::chat::press::Press;
use crate::domain::clock::Clock as _;
use crate::domain::operator::{Role, Surface};
use crate::store::{InboxState, Skip};

#[tokio::test]
async fn a_row_that_is_in_no_hand_is_taken_up_while_lumen_runs() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let busy = world.finder.busy().await;
    let search = world.incoming("/search slow");
    let search = world.room.take(search).await.unwrap();
    // The first is in hand and is not done twice; the other one was left behind.
    let left = world.written_down_only("/approve #1").await;
    assert_eq!(world.room.resume().await.unwrap(), 1);
    assert_eq!(world.room.resume().await.unwrap(), 0);
    drop(busy);
    world.idle(search).await;
    world.idle(left).await;
    assert_eq!(world.heard().len(), 2);
    assert_eq!(world.state(1).await, "approved");
}

#[tokio::test]
async fn what_waited_behind_a_worker_that_broke_off_is_done_without_a_restart() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let left = world.written_down_only("/reject #1 too long").await;
    let (broken, _) = mpsc::unbounded_channel();
    let room = world.local_room().await;
    world.room.0.workers.lock().unwrap().insert(room, broken);
    world.room.take(world.incoming("/status")).await.unwrap();
    world.idle(left).await;
    assert_eq!(world.state(1).await, "rejected");
}

#[tokio::test]
async fn a_row_that_is_old_when_its_turn_comes_asks_before_it_is_done() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let old = world.written_down_only("/approve #1").await;
    let world = world.restarted().await;
    world.clock.advance(Duration::from_secs(301));
    world.room.resume().await.unwrap();
    world.idle(old).await;
    assert_snapshot!(world.heard().join("\n"), @r"
    This came at 21:00 and was not done then: “/approve #1”. Do it now?
    [Do it now]
    ");
    assert_eq!(world.state(1).await, "waiting");
    world.press(&Press::Again(old).code()).await;
    assert_eq!(world.state(1).await, "approved");
    // A stop is never put off.
    let stop = world.written_down_only("/stop").await;
    world.clock.advance(Duration::from_secs(301));
    world.room.resume().await.unwrap();
    world.idle(stop).await;
    assert_snapshot!(world.heard().join("\n"), @"Stopped by @owner: nothing goes out until /go.");
}

#[tokio::test]
async fn an_answer_that_breaks_its_chat_is_answered_with_a_line_and_the_room_lives() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/show #1").await;
    let terminal = world.frontend(Surface::Terminal);
    terminal.panic_next(1);
    assert_snapshot!(world.say("/approve #1").await, @"What you asked for is done, but I could not show the answer. The log says why; /status and /queue show how things stand.");
    assert_eq!(world.state(1).await, "approved");
    // Where not even that can be shown, the row is over and the next one has its turn.
    terminal.panic_next(2);
    assert_eq!(world.say("/queue").await, "");
    assert!(!world.say("/queue").await.is_empty());
    assert_eq!(world.room.resume().await.unwrap(), 0);
}

#[tokio::test]
async fn an_answer_that_could_not_be_kept_is_shown_and_its_command_not_run_again() {
    let world = World::new().await;
    world.draft("Friday.").await;
    world.say("/queue").await;
    world
        .store
        .run_sql(
            "CREATE TRIGGER refuses BEFORE UPDATE ON inbox WHEN new.state = 'settled'
             BEGIN SELECT RAISE(FAIL, 'told to fail'); END",
        )
        .await;
    let id = world.room.take(world.incoming("/queue")).await.unwrap();
    let said = world.answered().await;
    assert!(said[0].contains("[Try again]"), "{said:?}");
    let row = world.store.inbox_row(id).await.unwrap().unwrap();
    assert_eq!(row.state, InboxState::New);
    while world.room.0.in_hand.holds(id) {
        tokio::task::yield_now().await;
    }
    // The store refuses still.
    assert!(world.room.resume().await.is_err());
    world.store.run_sql("DROP TRIGGER refuses").await;
    assert_eq!(world.room.resume().await.unwrap(), 0);
    let row = world.store.inbox_row(id).await.unwrap().unwrap();
    assert_eq!(row.state, InboxState::Shown);
    assert_eq!(world.heard(), Vec::<String>::new());
}

/// Who asks is not known when the store fails before: in private there is a line, in a group it is done in a minute.
#[tokio::test]
async fn what_fails_outside_a_command_is_answered_or_done_later() {
    let world = World::new().await;
    let olga = world.member("olga", Role::Owner).await;
    let group = olga.in_group("g");
    group.say("/status").await;
    let spoil = "ALTER TABLE identities RENAME TO mislaid";
    world.store.run_sql(spoil).await;
    assert_snapshot!(olga.say("/status").await, @r"
    Something went wrong on my side; it is in the log. Nothing was changed.
    [Try again]
    ");
    let text = "/status".to_owned();
    let said = group.incoming(Said::Text { text });
    let id = world.room.take(said).await.unwrap();
    while world.room.0.in_hand.holds(id) {
        tokio::task::yield_now().await;
    }
    let row = world.store.inbox_row(id).await.unwrap().unwrap();
    assert_eq!(row.state, InboxState::New);
    let mend = "ALTER TABLE mislaid RENAME TO identities";
    world.store.run_sql(mend).await;
    assert_eq!(world.room.resume().await.unwrap(), 1);
    world.idle(id).await;
    assert_eq!(group.heard().len(), 1);
}

#[tokio::test]
async fn who_waits_in_line_is_told_how_many_come_first() {
    let world = World::new().await;
    for topic in ["one", "two"] {
        let said = world.say(&format!("/draft {topic}")).await;
        assert!(!said.contains("before it"), "{said}");
    }
    let now = world.clock.now();
    for _ in 0..2 {
        let claimed = world
            .store
            .claim_job("w", now, Duration::from_mins(1), Skip::default())
            .await;
        assert!(claimed.unwrap().is_some());
    }
    let last = async |line: &str| {
        let said = world.say(line).await;
        said.lines().last().unwrap_or_default().to_owned()
    };
    let three = last("/draft three").await;
    assert_eq!(
        three,
        "2 others are before it; it follows when they are done."
    );
    let four = last("/draft four").await;
    assert_eq!(
        four,
        "3 others are before it; it follows when they are done."
    );
    // Another kind of work has a line of its own.
    let draft = world.draft("Friday.").await;
    world.say(&format!("/show {}", draft.number)).await;
    let image = last(&format!("/image {}", draft.number)).await;
    assert!(!image.contains("before it"), "{image}");
}

/// A command whose time went by while others had their turn is not begun.
#[tokio::test]
async fn a_command_is_waited_for_from_when_it_came() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let busy = world.finder.busy().await;
    let first = world.room.take(world.incoming("/search slow")).await;
    let late = world.room.take(world.incoming("/approve #1")).await;
    world.clock.advance(Duration::from_secs(85));
    drop(busy);
    world.idle(first.unwrap()).await;
    world.idle(late.unwrap()).await;
    assert_snapshot!(world.heard()[1], @r"
    What was asked here before took too long, so I did not begin this. Nothing was changed.
    [Try again]
    ");
    assert_eq!(world.state(1).await, "waiting");
}
