//! Publishing goes on after a stop, a start or a restore: what leaves is named, and what missed its time asks.

use std::time::Duration;

use insta::assert_snapshot;

use super::world::World;
use crate::chat::press::{DraftVerb, Press};
use crate::domain::draft::{DraftState, Seen};
use crate::domain::ids::{ApprovalId, DraftNumber, WorkspaceId};
use crate::domain::operator::Role;

const W: WorkspaceId = WorkspaceId::FIRST;

/// Drafts that are scheduled for tomorrow at nine, twelve and half past twelve.
async fn three_scheduled(world: &World) {
    for (number, at) in [(1, "9:00"), (2, "12:00"), (3, "12:30")] {
        world.draft("Friday.").await;
        world.say(&format!("/show #{number}")).await;
        world
            .say(&format!("/schedule #{number} tomorrow {at}"))
            .await;
    }
    world.work_on_notices().await;
}

/// Half past twelve of the next day and a bit.
const TO_NOON: Duration = Duration::from_mins(15 * 60 + 31);

fn press(verb: DraftVerb, number: i64) -> String {
    Press::Draft {
        verb,
        number: DraftNumber(number),
        seen: Seen::waiting(1),
    }
    .code()
}

#[tokio::test]
async fn what_missed_its_time_by_an_hour_asks_at_a_start() {
    let world = World::new().await;
    three_scheduled(&world).await;
    world.clock.advance(TO_NOON);
    world.room.go_on().await.unwrap();
    assert_eq!(world.state(1).await, "overdue");
    world.work_on_notices().await;
    let heard = world.heard().join("\n--\n");
    assert_snapshot!(heard, @r"
    Started again. #2 and #3 go out now. #1 missed its time and asks what now.
    --
    #1 missed its time, 09:00 · approved by @owner Sun 21:00 · what now?
    | Friday.
    7 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
    [Now] [Other time] [Drop]
    [Edit] [Why]
    ");
    let publishing = world
        .jobs()
        .await
        .into_iter()
        .filter(|job| job.starts_with("publish"));
    assert_eq!(publishing.count(), 2, "within the hour they go out");
    assert_snapshot!(world.say("/queue").await.lines().next().unwrap(), @"- #1 missed its time, 09:00: now, or another time? · Sandbox · “Friday.”");
    assert!(
        world
            .say("/status")
            .await
            .contains("#1 needs a look: /queue shows why.")
    );
    // A second start says nothing more of it, and it never goes out by itself.
    world.room.go_on().await.unwrap();
    assert_eq!(world.state(1).await, "overdue");
    let other = world.say("/schedule #1 tomorrow 9am").await;
    assert!(other.starts_with("#1 scheduled for Tue 24 Nov"), "{other}");
}

#[tokio::test]
async fn an_overdue_draft_goes_out_or_ends_by_a_press() {
    let world = World::new().await;
    three_scheduled(&world).await;
    world.clock.advance(Duration::from_hours(20));
    world.room.go_on().await.unwrap();
    world.heard();
    for number in 1..=3 {
        assert_eq!(world.state(number).await, "overdue");
    }
    let vera = world.member("vera", Role::Viewer).await;
    assert!(
        vera.press(&press(DraftVerb::Drop, 2))
            .await
            .contains("needs a reviewer")
    );
    world.press(&press(DraftVerb::Approve, 1)).await;
    assert_eq!(world.state(1).await, "approved");
    world.press(&press(DraftVerb::Drop, 2)).await;
    assert!(
        matches!(world.draft_state(2).await, DraftState::Rejected { reason: Some(reason), .. } if reason == "too late")
    );
    world.say("/edit #3 Saturday.").await;
    assert_eq!(world.state(3).await, "waiting");
}

#[tokio::test]
async fn go_names_what_leaves_and_asks_about_what_is_late() {
    let world = World::new().await;
    three_scheduled(&world).await;
    world.draft("Now.").await;
    world.say("/show #4").await;
    world.say("/stop").await;
    world.say("/approve #4").await;
    world.clock.advance(TO_NOON);
    assert_snapshot!(world.say("/go").await, @"Publishing again, says @owner. #2, #3 and #4 go out now. #1 missed its time and asks what now.");
    assert_eq!(world.state(1).await, "overdue");
}

#[tokio::test]
async fn go_after_a_restore_publishes_nothing_that_may_be_out_already() {
    let world = World::new().await;
    three_scheduled(&world).await;
    world.draft("Now.").await;
    let doubted = DraftState::Unknown {
        approval: ApprovalId(1),
        by: "owner".into(),
        since: "2026-11-22T20:00:00Z".parse().unwrap(),
        asked: true,
        restored: true,
        parts: None,
    };
    let id = world.id(4).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.set_state(id, &doubted).await.unwrap();
    tx.set_stopped(W, Some(crate::store::backup::RESTORE))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        world
            .say("/status")
            .await
            .starts_with("Stopped after the restore: nothing goes out until /go.")
    );
    let queue = world.say("/queue").await;
    assert!(
        queue.contains("#4 may be out already, is it published?"),
        "{queue}"
    );
    assert!(
        world
            .say("/show #4")
            .await
            .contains("[It is there] [Publish again]")
    );
    // What came due while it was stopped may be out as well.
    world.clock.advance(Duration::from_mins(12 * 60 + 1));
    assert_snapshot!(world.say("/go").await, @"Publishing again, says @owner. #1 may be out already and asks first.");
    let publishing = world
        .jobs()
        .await
        .into_iter()
        .filter(|job| job.starts_with("publish"));
    assert_eq!(publishing.count(), 0);
    world.press(&press(DraftVerb::ItIsThere, 1)).await;
    assert_eq!(world.state(1).await, "published");
    assert_eq!(world.state(2).await, "scheduled", "its time is to come");
}
