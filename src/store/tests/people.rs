use serde_json::json;

use super::{House, W, later};
use crate::domain::ids::{OperatorId, RoomId, WorkspaceId};
use crate::domain::operator::{Group, Identity, Role, RoomAddress, Surface, Threads};
use crate::domain::persona::Voice;

fn identity(surface: Surface, id: &str) -> Identity {
    Identity {
        surface,
        external_id: id.to_owned(),
    }
}

fn group(id: &str) -> Group {
    Group {
        surface: Surface::Discord,
        external_id: id.to_owned(),
    }
}

#[tokio::test]
async fn people_are_known_by_their_names_in_chats() {
    let house = House::new().await;
    let me = identity(Surface::Terminal, "local");
    let you = identity(Surface::Telegram, "123");
    let mut tx = house.tx().await;
    let first = tx.add_operator(W, "@me", Role::Viewer, &me).await.unwrap();
    let second = tx
        .add_operator(W, "@you", Role::Editor, &you)
        .await
        .unwrap();
    let again = tx
        .add_operator(W, "@myself", Role::Owner, &me)
        .await
        .unwrap();
    assert_eq!(again.id, first.id);
    tx.set_role(second.id, Role::Reviewer).await.unwrap();
    assert!(tx.set_role(OperatorId(99), Role::Owner).await.is_err());
    assert_eq!(
        tx.operator_of(&you).await.unwrap().unwrap().role,
        Role::Reviewer
    );
    tx.commit().await.unwrap();
    let found = house.store.operator_of(&me).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.role), ("@myself", Role::Owner));
    assert!(
        house
            .store
            .operator_of(&identity(Surface::Discord, "123"))
            .await
            .unwrap()
            .is_none()
    );
    let all = house.store.operators(W).await.unwrap();
    let all: Vec<_> = all
        .iter()
        .map(|(who, names)| (who.id, names.clone()))
        .collect();
    assert_eq!(all, [(first.id, vec![me]), (second.id, vec![you])]);
}

#[tokio::test]
async fn whoever_is_removed_has_no_names_and_no_talks_but_what_they_decided_stays() {
    let house = House::new().await;
    let draft = house.draft("a").await;
    let me = identity(Surface::Terminal, "local");
    let mut tx = house.tx().await;
    let who = tx
        .add_operator(W, "@me", Role::Owner, &me)
        .await
        .unwrap()
        .id;
    let room = tx
        .ensure_room(W, &RoomAddress::terminal())
        .await
        .unwrap()
        .id;
    tx.set_dialogue(room, who, Some(&json!(1))).await.unwrap();
    let hash = super::revision("Friday at six.").content.hash();
    let approval = tx
        .add_approval(draft.id, 1, &hash, Some(who), "@me", None)
        .await
        .unwrap();
    tx.remove_operator(who).await.unwrap();
    assert!(tx.remove_operator(who).await.is_err());
    tx.commit().await.unwrap();
    assert!(house.store.operator_of(&me).await.unwrap().is_none());
    assert_eq!(house.store.dialogue(room, who).await.unwrap(), None);
    assert_eq!(
        house.store.approval(approval.id).await.unwrap().unwrap().by,
        "@me"
    );
}

#[tokio::test]
async fn a_room_is_made_once_for_its_address() {
    let house = House::new().await;
    let topic = RoomAddress {
        surface: Surface::Telegram,
        chat: "-1".into(),
        thread: Some("7".into()),
    };
    let chat = RoomAddress {
        thread: None,
        ..topic.clone()
    };
    let mut tx = house.tx().await;
    let first = tx.ensure_room(W, &topic).await.unwrap();
    let second = tx.ensure_room(W, &chat).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(tx.ensure_room(W, &topic).await.unwrap(), first);
    tx.set_standing(second.id, true).await.unwrap();
    assert!(tx.set_standing(RoomId(99), true).await.is_err());
    tx.commit().await.unwrap();
    let store = &house.store;
    assert_eq!(store.room(first.id).await.unwrap().unwrap().address, topic);
    assert_eq!(store.room_workspace(first.id).await.unwrap(), Some(W));
    let there = store.room_at(&chat).await.unwrap().unwrap();
    assert!(there.standing);
    assert_eq!(store.standing_rooms(W).await.unwrap(), [there]);
    assert!(
        store
            .room_at(&RoomAddress::terminal())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_first_workspace_and_its_voice_are_there_from_the_start() {
    let house = House::new().await;
    let workspace = house.store.workspace(W).await.unwrap();
    assert_eq!(
        (
            workspace.stopped,
            workspace.default_account,
            workspace.settings
        ),
        (None, None, json!({}))
    );
    let persona = house.store.persona(W).await.unwrap();
    assert_eq!((persona.version, persona.voice), (1, Voice::default()));
    assert!(house.store.workspace(WorkspaceId(2)).await.is_err());
    assert!(house.store.persona(WorkspaceId(2)).await.is_err());
}

#[tokio::test]
async fn the_voice_grows_in_versions() {
    let house = House::new().await;
    house.wait(60);
    let voice = Voice {
        identity: "a roastery".to_owned(),
        ..Voice::default()
    };
    let mut tx = house.tx().await;
    assert_eq!(
        tx.add_persona(W, &voice, "be a roastery", "@owner")
            .await
            .unwrap(),
        2
    );
    assert_eq!(tx.persona(W).await.unwrap().version, 2);
    tx.commit().await.unwrap();
    let history = house.store.persona_history(W, 9).await.unwrap();
    assert_eq!(
        history.iter().map(|one| one.version).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(
        (history[0].voice.clone(), history[0].made_at),
        (voice, later(60))
    );
    assert_eq!(
        (history[0].note.as_str(), history[0].made_by.as_str()),
        ("be a roastery", "@owner")
    );
}

#[tokio::test]
async fn a_brand_is_stopped_and_set_up() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    tx.set_stopped(W, Some("@owner")).await.unwrap();
    tx.set_default_account(W, "sandbox:roastery").await.unwrap();
    tx.set_settings(W, &json!({"budget": 5})).await.unwrap();
    assert_eq!(
        tx.workspace(W).await.unwrap().stopped.as_deref(),
        Some("@owner")
    );
    let nobody = WorkspaceId(9);
    assert!(tx.set_stopped(nobody, None).await.is_err());
    assert!(tx.set_default_account(nobody, "x").await.is_err());
    assert!(tx.set_settings(nobody, &json!({})).await.is_err());
    tx.commit().await.unwrap();
    let workspace = house.store.workspace(W).await.unwrap();
    assert_eq!(
        workspace.default_account.as_deref(),
        Some("sandbox:roastery")
    );
    assert_eq!(workspace.settings, json!({"budget": 5}));
    let mut tx = house.tx().await;
    tx.set_stopped(W, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.workspace(W).await.unwrap().stopped, None);
}

#[tokio::test]
async fn a_name_moves_to_another_person_and_whoever_has_none_left_goes() {
    let house = House::new().await;
    let (here, there) = (
        identity(Surface::Telegram, "1"),
        identity(Surface::Discord, "2"),
    );
    let new = identity(Surface::Terminal, "local");
    let mut tx = house.tx().await;
    let mira = tx.add_operator(W, "mira", Role::Editor, &here).await;
    let mira = mira.unwrap().id;
    let other = tx.add_operator(W, "other", Role::Viewer, &there).await;
    let other = other.unwrap().id;
    for name in [&there, &new, &here] {
        tx.link(name, mira).await.unwrap();
    }
    let (person, names) = tx.operator(mira).await.unwrap().unwrap();
    assert_eq!((person.name.as_str(), person.role), ("mira", Role::Editor));
    assert_eq!(names, [there.clone(), here.clone(), new]);
    assert!(tx.operator(other).await.unwrap().is_none());
    tx.unlink(&there).await.unwrap();
    tx.commit().await.unwrap();
    assert!(house.store.operator_of(&there).await.unwrap().is_none());
    assert!(house.store.operator_of(&here).await.unwrap().is_some());
}

#[tokio::test]
async fn whoever_is_here_by_a_group_has_no_role_without_it() {
    let house = House::new().await;
    let (roasters, guests) = (group("777"), group("778"));
    let mut tx = house.tx().await;
    tx.set_group_role(W, &roasters, Some(Role::Viewer))
        .await
        .unwrap();
    tx.set_group_role(W, &guests, Some(Role::Viewer))
        .await
        .unwrap();
    tx.set_group_role(W, &roasters, Some(Role::Editor))
        .await
        .unwrap();
    let olga = identity(Surface::Discord, "9");
    let guest = tx.enter_guest(W, "olga", Role::Editor, &olga).await;
    let guest = guest.unwrap().id;
    tx.commit().await.unwrap();
    let store = &house.store;
    let role = async |surface: Surface, groups: &[&str]| {
        let groups: Vec<String> = groups.iter().map(|id| (*id).to_owned()).collect();
        store.role_of_groups(W, surface, &groups).await.unwrap()
    };
    assert_eq!(
        role(Surface::Discord, &["1", "778", "777"]).await,
        Some(Role::Editor)
    );
    assert_eq!(role(Surface::Discord, &["778"]).await, Some(Role::Viewer));
    assert_eq!(role(Surface::Telegram, &["777"]).await, None);
    assert_eq!(role(Surface::Discord, &[]).await, None);
    assert!(store.operator_of(&olga).await.unwrap().is_none());
    assert_eq!(store.guest_of(&olga).await.unwrap().unwrap().id, guest);
    assert!(store.operators(W).await.unwrap().is_empty());
    // An entry of one's own takes the place of that, and keeps what was said.
    let mut tx = house.tx().await;
    let own = tx.add_operator(W, "olga", Role::Viewer, &olga).await;
    assert_eq!(own.unwrap().id, guest);
    assert!(tx.set_group_role(W, &roasters, None).await.unwrap());
    assert!(!tx.set_group_role(W, &roasters, None).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(role(Surface::Discord, &["777"]).await, None);
    assert!(store.operator_of(&olga).await.unwrap().is_some());
}

#[tokio::test]
async fn a_draft_has_one_thread_in_a_room_and_none_after_it_is_gone() {
    let house = House::new().await;
    let draft = house.draft("a").await;
    let (draft, number) = (draft.id, draft.number);
    let address = |chat: &str| RoomAddress {
        surface: Surface::Discord,
        chat: chat.to_owned(),
        thread: None,
    };
    let mut tx = house.tx().await;
    let room = tx.ensure_room(W, &address("5")).await.unwrap();
    let thread = tx.ensure_room(W, &address("6")).await.unwrap();
    tx.set_room_threads(room.id, Threads::On).await.unwrap();
    tx.set_draft_thread(room.id, draft, thread.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let store = &house.store;
    assert_eq!(store.room_threads(room.id).await.unwrap(), Threads::On);
    assert_eq!(store.room_threads(thread.id).await.unwrap(), Threads::Off);
    let found = store.thread_for(W, room.id, number).await.unwrap();
    assert_eq!(found.unwrap().id, thread.id);
    let (of, above) = store.thread_of(thread.id).await.unwrap().unwrap();
    assert_eq!((of, above.id), (draft, room.id));
    let mut tx = house.tx().await;
    tx.drop_thread(thread.id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.thread_of(thread.id).await.unwrap().is_none());
    assert!(
        store
            .thread_for(W, room.id, number)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.had_thread(room.id, draft).await.unwrap());
}

#[tokio::test]
async fn a_persons_number_is_not_given_to_another_after_a_removal() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let first = identity(Surface::Telegram, "1");
    let gone = tx.add_operator(W, "@a", Role::Owner, &first).await.unwrap();
    tx.remove_operator(gone.id).await.unwrap();
    let second = identity(Surface::Telegram, "2");
    let next = tx
        .add_operator(W, "@b", Role::Owner, &second)
        .await
        .unwrap();
    assert_ne!(next.id, gone.id);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_guest_by_a_role_of_the_network_does_not_overwrite_a_member() {
    let house = House::new().await;
    let who = identity(Surface::Discord, "9");
    let mut tx = house.tx().await;
    let member = tx
        .add_operator(W, "@nina", Role::Editor, &who)
        .await
        .unwrap();
    let entered = tx
        .enter_guest(W, "nina9", Role::Viewer, &who)
        .await
        .unwrap();
    assert_eq!(entered, member);
    tx.commit().await.unwrap();
    assert_eq!(house.store.operator_of(&who).await.unwrap(), Some(member));
    assert_eq!(house.store.guest_of(&who).await.unwrap(), None);
}
