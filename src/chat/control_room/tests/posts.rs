//! The card of a fetched post, and what can be done with it.

use insta::assert_snapshot;

use super::world::World;
use crate::chat::press::Press;
use crate::domain::action::Action;
use crate::domain::ids::PostId;
use crate::domain::operator::Role;

fn press(action: Action, post: i64, sure: bool) -> String {
    let post = PostId(post);
    Press::Act { action, post, sure }.code()
}

#[tokio::test]
async fn a_post_is_shown_and_a_press_asks_once_more() {
    let world = World::new().await;
    world.draft("Friday.").await;
    // What the draft leans on is stored: posts s1, s2 and s3.
    let mira = world.member("mira", Role::Reviewer).await;
    assert_snapshot!(mira.say("/show s1").await, @r"
    @bean · Sandbox · 21:00
    | cupping at six
    0 likes · 0 reposts · 0 replies · s1
    [Like] [Repost] [Bookmark] [Follow]
    ");
    assert_snapshot!(mira.press(&press(Action::Repost, 1, false)).await, @r"
    Repost @bean: “cupping at six”, as @roastery?
    [Repost it]
    ");
    assert!(world.jobs().await.is_empty(), "a question does nothing");
    assert_snapshot!(mira.press(&press(Action::Repost, 1, true)).await, @"");
    let jobs = world.jobs().await;
    assert!(
        jobs.len() == 1 && jobs[0].starts_with("act ") && jobs[0].contains("\"action\":\"repost\""),
        "{jobs:?}"
    );
    let log = mira.say("/log").await;
    assert!(log.contains("approved a repost of"), "{log}");
}

#[tokio::test]
async fn who_may_not_approve_may_not_act_either() {
    let world = World::new().await;
    world.draft("Friday.").await;
    let eve = world.member("eve", Role::Viewer).await;
    eve.say("/show s1").await;
    for sure in [false, true] {
        let said = eve.press(&press(Action::Like, 1, sure)).await;
        assert!(said.contains("reviewer"), "{said}");
    }
    assert!(world.jobs().await.is_empty());
}

#[tokio::test]
async fn a_post_that_was_deleted_is_left_alone() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    assert_snapshot!(mira.press(&press(Action::Follow, 77, true)).await, @"The post was deleted. Nothing was done.");
    assert!(world.jobs().await.is_empty());
}
