//! Who somebody is: one person in several chats, and people who are here by a role of their network.

use std::time::Duration;

use insta::assert_snapshot;

use super::card_press;
use super::world::{Speaker, World};
use crate::chat::press::DraftVerb;
use crate::domain::operator::{Role, Surface};

/// The code that `/member link` gives, and what it says with `CODE` in its place.
async fn code_of(person: &Speaker<'_>) -> (String, String) {
    let said = person.say("/member link").await;
    let (_, behind) = said.split_once("/member link ").expect("a code");
    let code = behind.split_whitespace().next().unwrap().to_owned();
    let seen = said.replace(&code, "CODE");
    (code, seen)
}

#[tokio::test]
async fn one_person_is_known_in_two_chats() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Editor).await;
    let there = world.person_on(Surface::Discord, "4711");
    let (code, seen) = code_of(&mira).await;
    assert_snapshot!(seen, @r"
    Use this once in your other chat, until Sun 22 Nov, 21:15 Berlin, and you are the same person there. It is for nobody else:
    - https://chat.example/CODE
    - or in a private chat with me: /start CODE
    There, and at the terminal, this works too: /member link CODE
    ");
    assert_snapshot!(mira.say(&format!("/member link {code}")).await, @"I know you as @mira here already. Use the code in your other chat.");
    let link = format!("/member link {code}");
    assert_snapshot!(there.say(&link).await, @"From now on you are @mira, an editor, in this chat too. /member unlink undoes it.");
    assert_snapshot!(there.say("/member").await, @r"
    member | role | known as
    @mira | editor | discord:4711, telegram:mira
    ");
    assert_snapshot!(world.person("8").say(&link).await, @"This invitation is used or over. Ask an owner for another one.");
    assert!(
        world
            .say("/log")
            .await
            .contains("@mira is discord:4711 too")
    );
    assert_snapshot!(there.say("/member unlink telegram").await, @"telegram:mira has no role any more; you are @mira as discord:4711.");
    assert_snapshot!(there.say("/member unlink").await, @"I know you by this name only. /member link makes you known in another chat.");
    assert!(mira.say("/queue").await.contains("team's own assistant"));
    assert_snapshot!(there.say("/member link nonsense").await, @"“nonsense” is no code. /member link, typed in your other chat, makes one.");
}

#[tokio::test]
async fn a_code_is_for_a_quarter_of_an_hour_and_for_no_other_eyes() {
    let world = World::new().await;
    let boss = world.member("boss", Role::Owner).await;
    let mira = world.member("mira", Role::Editor).await;
    let there = world.person_on(Surface::Discord, "4711");
    boss.in_group("g").say("/status").await;
    assert_snapshot!(mira.in_group("g").say("/member link").await, @"I give out a code in a private chat with me only. Whoever has it becomes you.");
    let (first, _) = code_of(&mira).await;
    let (second, _) = code_of(&mira).await;
    assert!(
        there
            .say(&format!("/start {first}"))
            .await
            .contains("used or over")
    );
    let shown = format!("/member link {second}");
    assert_snapshot!(boss.in_group("g").say(&shown).await, @"Others can read this, so that code is over. Make a new one, and type it in a private chat with me.");
    assert!(there.say(&shown).await.contains("used or over"));
    let (late, _) = code_of(&mira).await;
    world.clock.advance(Duration::from_mins(16));
    assert!(
        there
            .say(&format!("/start {late}"))
            .await
            .contains("used or over")
    );
}

#[tokio::test]
async fn somebody_known_becomes_the_one_who_made_the_code_but_an_owner_stays_one() {
    let world = World::new().await;
    world.say("/status").await;
    let mira = world.member("mira", Role::Editor).await;
    let olga = world
        .member_on(Surface::Discord, "olga", Role::Viewer)
        .await;
    let (code, _) = code_of(&mira).await;
    assert_snapshot!(olga.say(&format!("/start {code}")).await, @"From now on you are @mira, an editor, in this chat too. Until now you were @olga, a viewer. /member unlink undoes the link.");
    let (code, _) = code_of(&mira).await;
    assert_snapshot!(world.say(&format!("/member link {code}")).await, @"You are an owner here, and the code is @mira's, an editor: you would own this no longer. Type /member link here, and use that code there.");
    let (code, _) = code_of(&world.owner()).await;
    assert_snapshot!(mira.say(&format!("/start {code}")).await, @"From now on you are @owner, an owner, in this chat too. Until now you were @mira, an editor. /member unlink undoes the link.");
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    @owner | owner | telegram:mira, terminal:local
    @mira | editor | discord:olga
    ");
}

#[tokio::test]
async fn a_role_of_the_network_is_a_role_here_while_somebody_has_it() {
    let world = World::new().await;
    let boss = world.member_on(Surface::Discord, "boss", Role::Owner).await;
    boss.in_group("c").say("/status").await;
    world.draft("Friday.").await;
    world.draft("Saturday.").await;
    let nina = world.person_on(Surface::Discord, "9").in_group("c");
    let roaster = nina.with_groups(&["5", "777"]);
    assert_eq!(roaster.say("/queue").await, "");
    assert_snapshot!(boss.say("/member role <@&777> owner").await, @"A Discord role can stand for editor, reviewer or viewer. Whoever gives out roles there could make themselves an owner. Owners are added by name.");
    assert_snapshot!(boss.say("/member role <@&777> reviewer").await, @"Whoever has discord-role:777 is a reviewer here, for as long as they have it. /member remove discord-role:777 ends that.");
    assert_snapshot!(boss.say("/member").await, @r"
    member | role | known as
    @boss | owner | discord:boss
    discord-role:777 | reviewer | everybody with this Discord role
    ");
    roaster.press(&card_press(DraftVerb::Approve, 1, 1)).await;
    assert_eq!(world.state(1).await, "approved");
    assert_snapshot!(roaster.say("/persona tune shorter").await, @"/persona tune needs an editor; you are a reviewer. An owner can change that with /member role.");
    assert_snapshot!(roaster.say("/member unlink").await, @"You are here by a role of your chat, which holds there only. An owner makes you known by name: /member add discord:9 reviewer.");
    // Without the role at the moment of the press it is nobody.
    assert_eq!(nina.press(&card_press(DraftVerb::Approve, 2, 1)).await, "");
    assert_eq!(world.state(2).await, "waiting");
    assert!(!world.room.admits(&nina.incoming(said("/queue"))).await);
    assert!(world.room.admits(&roaster.incoming(said("/queue"))).await);
    // An entry of one's own wins.
    boss.say("/member add discord:9 viewer nina").await;
    assert_snapshot!(roaster.say("/approve #2").await, @"/approve needs a reviewer; you are a viewer. An owner can change that with /member role.");
    boss.say("/member remove @nina").await;
    assert_ne!(roaster.say("/queue").await, "");
    assert_snapshot!(boss.say("/member remove discord-role:777").await, @"discord-role:777 stands for no role any more.");
    assert_eq!(roaster.say("/queue").await, "");
    assert_snapshot!(boss.say("/member remove <@&777>").await, @"discord-role:777 stands for no role here. /member lists those that do.");
}

fn said(text: &str) -> crate::chat::incoming::Said {
    crate::chat::incoming::Said::Text { text: text.into() }
}
