//! What people are called, what they hear of each other, and who is left when they change each other's roles.

use futures::future::join_all;
use insta::assert_snapshot;

use super::card_press;
use super::world::World;
use crate::chat::incoming::Said;
use crate::chat::press::DraftVerb;
use crate::domain::ids::WorkspaceId;
use crate::domain::operator::{Identity, Role, Surface};

const W: WorkspaceId = WorkspaceId::FIRST;

/// An owner as `LUMEN_OWNERS` names one, who decided something before their name was known.
async fn nameless_owner(world: &World) {
    let identity = Identity {
        surface: Surface::Telegram,
        external_id: "1001".into(),
    };
    let name = identity.to_string();
    let mut tx = world.store.begin().await.unwrap();
    tx.add_operator(W, &name, Role::Owner, &identity)
        .await
        .unwrap();
    tx.log(W, &name, "approved #7 version 1").await.unwrap();
    tx.set_stopped(W, Some(&name)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_called_by_an_id_gets_the_name_that_their_network_gives() {
    let world = World::new().await;
    nameless_owner(&world).await;
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    telegram:1001 | owner | telegram:1001
    @owner | owner | terminal:local
    ");
    assert_snapshot!(world.say("/log").await, @"- 21:00 telegram:1001 approved #7 version 1");
    let mira = world.person("1001").called("mira_r");
    mira.say("/status").await;
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    @mira_r | owner | telegram:1001
    @owner | owner | terminal:local
    ");
    assert_snapshot!(world.say("/log").await, @"- 21:00 @mira_r approved #7 version 1");
    assert!(
        world
            .say("/status")
            .await
            .starts_with("Stopped by @mira_r:")
    );
    world.draft("Friday.").await;
    mira.say("/show #1").await;
    assert!(
        mira.say("/approve #1")
            .await
            .contains("#1 approved · @mira_r")
    );
    // A name that was given stays.
    world.say("/member add telegram:2002 editor vera").await;
    world.person("2002").called("another").say("/queue").await;
    world.say("/member add telegram:3003 editor").await;
    world.person("3003").called("nina").say("/queue").await;
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    @mira_r | owner | telegram:1001
    @owner | owner | terminal:local
    @vera | editor | telegram:2002
    @nina | editor | telegram:3003
    ");
}

#[tokio::test]
async fn owners_hear_in_private_that_publishing_stops_and_goes_on() {
    let world = World::new().await;
    let boss = world.member("boss", Role::Owner).await;
    boss.say("/status").await;
    let vera = world.member("vera", Role::Viewer).await;
    vera.say("/status").await;
    world.heard();
    let mira = world.member("mira", Role::Editor).await;
    assert_snapshot!(mira.say("/stop").await, @"Stopped by @mira: nothing goes out until /go.");
    world.work_on_notices().await;
    assert_eq!(
        boss.heard(),
        ["Stopped by @mira: nothing goes out until /go."]
    );
    assert_eq!(vera.heard(), Vec::<String>::new());
    world.say("/go").await;
    world.work_on_notices().await;
    assert_eq!(boss.heard(), ["Publishing again, says @owner."]);
    // Who says it is not told what they said.
    boss.in_group("g").say("/stop").await;
    world.work_on_notices().await;
    assert_eq!(boss.heard(), Vec::<String>::new());
    assert_eq!(
        world.heard(),
        ["Stopped by @boss: nothing goes out until /go."]
    );
}

#[tokio::test]
async fn a_decision_of_another_is_said_where_the_card_stands() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    let olga = world
        .member_on(Surface::Discord, "olga", Role::Reviewer)
        .await;
    for text in ["One.", "Two.", "Three."] {
        world.draft(text).await;
    }
    for number in 1..=3 {
        mira.say(&format!("/show #{number}")).await;
        olga.say(&format!("/show #{number}")).await;
    }
    let lines = |heard: Vec<String>| {
        let lines: Vec<String> = heard
            .into_iter()
            .filter(|line| !line.starts_with("(in place of"))
            .collect();
        lines.join("\n")
    };
    olga.press(&card_press(DraftVerb::Approve, 1, 1)).await;
    olga.say("/schedule #2 tomorrow 9am").await;
    olga.say("/reject #3 too salesy").await;
    world.work_on_notices().await;
    assert_snapshot!(lines(mira.heard()), @r"
    @olga approved #1.
    @olga scheduled #2 for Mon 23 Nov, 09:00 Berlin.
    @olga rejected #3: too salesy
    ");
    assert_eq!(lines(olga.heard()), "", "who decided is not told");
    olga.press(&card_press(DraftVerb::TakeBack, 2, 1)).await;
    olga.say("/edit #2 Two and a half.").await;
    world.work_on_notices().await;
    assert_snapshot!(lines(mira.heard()), @r"
    @olga took #2 back; it waits again.
    @olga changed #2: version 3 waits.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_who_demote_each_other_leave_one() {
    const ROUNDS: usize = 60;
    let world = World::new().await;
    for round in 0..ROUNDS {
        let names = [format!("a{round}"), format!("b{round}")];
        let [one, other] = [&names[0], &names[1]];
        let first = world.member(one, Role::Owner).await;
        let second = world.member_on(Surface::Discord, other, Role::Owner).await;
        let demote = |name: &str| Said::Text {
            text: format!("/member role @{name} viewer"),
        };
        let said = [first.incoming(demote(other)), second.incoming(demote(one))];
        let taken = said.into_iter().map(|said| world.room.take(said));
        for id in join_all(taken).await {
            world.idle(id.unwrap()).await;
        }
        let members = world.store.operators(W).await.unwrap();
        let owners: Vec<_> = members
            .iter()
            .filter(|(member, _)| member.role == Role::Owner)
            .collect();
        assert_eq!(owners.len(), 1, "{members:?}");
        let mut tx = world.store.begin().await.unwrap();
        for (member, _) in members {
            tx.remove_operator(member.id).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
