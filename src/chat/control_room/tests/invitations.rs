//! Words that let people in: they end with their giver, where others read them, and lie nowhere.

use insta::assert_snapshot;

use super::world::{Speaker, World};
use crate::chat::incoming::Said;
use crate::domain::ids::InboxId;
use crate::domain::operator::{Role, Surface};
use crate::store::backup::{BackupSources, backup};

/// The word of the invitation or code that a command gives.
async fn word_of(person: &Speaker<'_>, command: &str) -> String {
    let said = person.say(command).await;
    let (_, behind) = said.split_once("chat.example/").expect("an address");
    behind.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn an_invitation_ends_with_the_role_of_its_giver() {
    let world = World::new().await;
    world.say("/status").await;
    let over = "This invitation is used or over. Ask an owner for another one.";
    let boss = world.member("boss", Role::Owner).await;
    let token = word_of(&boss, "/member add owner vera").await;
    world.say("/member remove @boss").await;
    assert_eq!(boss.say(&format!("/start {token}")).await, over);
    let olga = world.member("olga", Role::Owner).await;
    let token = word_of(&olga, "/member add owner olga2").await;
    world.say("/member role @olga editor").await;
    assert_eq!(
        world.person("8").say(&format!("/start {token}")).await,
        over
    );
    // A right that is given back brings nothing back with it.
    let token = word_of(&olga_as_owner(&world).await, "/member add editor x").await;
    world.say("/member role @olga editor").await;
    world.say("/member role @olga owner").await;
    assert_eq!(
        world.person("9").say(&format!("/start {token}")).await,
        over
    );
}

async fn olga_as_owner(world: &World) -> Speaker<'_> {
    world.say("/member role @olga owner").await;
    world.person("olga")
}

#[tokio::test]
async fn invitations_are_listed_and_revoked() {
    let world = World::new().await;
    let owner = world.owner();
    let vera = word_of(&owner, "/member add reviewer vera").await;
    let somebody = word_of(&owner, "/member add viewer").await;
    assert_snapshot!(world.say("/member").await, @r"
    member | role | known as
    @owner | owner | terminal:local
    @vera | reviewer | invitation 1 by @owner, until Sun 29 Nov, 21:00 Berlin; /member revoke 1 ends it
    somebody | viewer | invitation 2 by @owner, until Sun 29 Nov, 21:00 Berlin; /member revoke 2 ends it
    ");
    assert_snapshot!(world.say("/member revoke 7").await, @"“7” is no single invitation. There are 1 for @vera and 2 for somebody.");
    assert_snapshot!(world.say("/member revoke @vera").await, @"The invitation for @vera holds no longer.");
    assert_snapshot!(world.say("/member revoke 2").await, @"The invitation for somebody holds no longer.");
    assert_snapshot!(world.say("/member revoke 2").await, @"No invitation is open. /member add ROLE NAME makes one.");
    for token in [vera, somebody] {
        let said = world.person("7").say(&format!("/start {token}")).await;
        assert!(said.contains("used or over"), "{said}");
    }
    let mira = world.member("mira", Role::Editor).await;
    assert!(
        mira.say("/member revoke 1")
            .await
            .contains("needs an owner")
    );
}

#[tokio::test]
async fn a_word_that_others_read_is_over_and_said_to_be() {
    let world = World::new().await;
    let boss = world.member("boss", Role::Owner).await;
    boss.in_group("g").say("/status").await;
    let stranger = world.person("77").in_group("g");
    let typed = [
        "/start WORD",
        "/member link WORD",
        "come in: https://chat.example/WORD",
    ];
    for (text, who) in typed
        .iter()
        .zip([&stranger, &boss.in_group("g"), &stranger])
    {
        let token = word_of(&boss, "/member add editor").await;
        let said = Said::Text {
            text: text.replace("WORD", &token),
        };
        assert!(world.room.admits(&who.incoming(said.clone())).await);
        assert_eq!(
            who.send(said.clone()).await,
            "Others can read this, so that invitation is over. Ask an owner for another one, and open it in a private chat with me."
        );
        assert!(!world.room.admits(&stranger.incoming(said)).await);
        let late = world.person("78").say(&format!("/start {token}")).await;
        assert!(late.is_empty() || late.contains("used or over"), "{late}");
        assert!(!world.say("/member").await.contains("telegram:78"));
    }
    assert!(
        world
            .say("/log 3")
            .await
            .contains("lumen noticed that an invitation by @boss is over")
    );
}

#[tokio::test]
async fn no_word_lies_in_the_store_nor_in_a_backup() {
    let world = World::new().await;
    let owner = world.owner();
    let mira = world.member("mira", Role::Editor).await;
    let given = word_of(&owner, "/member add reviewer vera").await;
    let code = word_of(&mira, "/member link").await;
    let used = word_of(&owner, "/member add reviewer nina").await;
    world.person("9").say(&format!("/start {used}")).await;
    // Typed by a person who is here already, it still holds for another.
    assert!(
        mira.say(&format!("/start {given}"))
            .await
            .contains("still holds")
    );
    let mut id = InboxId(1);
    while let Some(row) = world.store.inbox_row(id).await.unwrap() {
        let kept = format!("{} {:?}", row.body, row.answer);
        for word in [&given, &code, &used] {
            assert!(!kept.contains(word.as_str()), "{kept}");
        }
        id.0 += 1;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lumen.tar");
    backup(&world.store, &BackupSources::default(), &file)
        .await
        .unwrap();
    let bytes = std::fs::read(&file).unwrap();
    for word in [&given, &code, &used] {
        let found = bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes());
        assert!(!found, "a word lies in the backup");
    }
    // What was taken out of the text is known by its hash, also when the row is taken up later.
    let vera = world.person_on(Surface::Discord, "10");
    assert!(
        vera.say(&format!("/start {given}"))
            .await
            .starts_with("Welcome, @vera")
    );
}
