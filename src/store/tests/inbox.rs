use serde_json::json;

use super::{House, W};
use crate::domain::draft::Seen;
use crate::domain::ids::{InboxId, OperatorId};
use crate::domain::operator::{Identity, Role, RoomAddress, Surface};
use crate::store::{Arrived, InboxState, StoreError, Tx};

#[tokio::test]
async fn an_update_is_taken_in_once_settled_once_and_shown() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let room = tx.ensure_room(W, &RoomAddress::terminal()).await.unwrap();
    let body = json!({"said": "text", "text": "/status"});
    let id = tx
        .take_in_one(&Surface::Terminal, "u1", room.id, "local", &body)
        .await
        .unwrap()
        .unwrap();
    assert!(
        tx.take_in_one(&Surface::Terminal, "u1", room.id, "local", &json!(1))
            .await
            .unwrap()
            .is_none()
    );
    let other = tx
        .take_in_one(&Surface::Telegram, "u1", room.id, "local", &body)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = house.tx().await;
    assert!(
        tx.take_in_one(&Surface::Terminal, "u1", room.id, "local", &body)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(tx.inbox_known(Surface::Terminal, "u1").await.unwrap(), id);
    assert!(tx.inbox_known(Surface::Discord, "u1").await.is_err());
    assert_eq!(
        tx.mark_shown(&[id]).await.unwrap(),
        [id],
        "nothing to show yet"
    );
    drop(tx);

    let open = house.store.inbox_open().await.unwrap();
    assert_eq!(
        open.iter().map(|row| row.id).collect::<Vec<_>>(),
        [id, other]
    );
    assert_eq!(
        (open[0].state, &open[0].body, open[0].room),
        (InboxState::New, &body, room.id)
    );
    assert_eq!(
        (open[0].surface, open[0].sender.as_str()),
        (Surface::Terminal, "local")
    );

    let mut tx = house.tx().await;
    tx.settle_inbox(id, &json!({"blocks": []})).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = house.tx().await;
    assert!(matches!(
        tx.settle_inbox(id, &json!({})).await,
        Err(StoreError::AlreadySettled)
    ));
    assert!(matches!(
        tx.settle_inbox(InboxId(99), &json!({})).await,
        Err(StoreError::AlreadySettled)
    ));
    drop(tx);
    let row = house.store.inbox_row(id).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.answer),
        (InboxState::Settled, Some(json!({"blocks": []})))
    );

    // One that is not settled does not keep the others from being noted.
    let mut tx = house.tx().await;
    assert_eq!(tx.mark_shown(&[other, id]).await.unwrap(), [other]);
    assert_eq!(tx.mark_shown(&[id]).await.unwrap(), []);
    tx.commit().await.unwrap();
    let open = house.store.inbox_open().await.unwrap();
    assert_eq!(open.iter().map(|row| row.id).collect::<Vec<_>>(), [other]);
    let unshown = house.store.inbox_unshown().await.unwrap();
    assert_eq!(unshown, [(room.id, other)]);
    assert!(house.store.inbox_row(InboxId(99)).await.unwrap().is_none());
}

#[tokio::test]
async fn what_comes_in_together_keeps_its_order_and_what_came_twice_is_one() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let topic = RoomAddress {
        surface: Surface::Telegram,
        chat: "-100".to_owned(),
        thread: Some("17".to_owned()),
    };
    let room = tx.ensure_room(W, &topic).await.unwrap();
    let body = json!({"said": "text", "text": "it's \"so\"\n\u{1f600}"});
    let arrived = |external_id| Arrived {
        surface: Surface::Telegram,
        external_id,
        room: room.id,
        sender: "7",
        body: &body,
    };
    let first = tx.take_in(&[arrived("9")]).await.unwrap()[0].unwrap();
    let names = ["12", "9", "10", "12", "11"];
    let ids = tx.take_in(&names.map(arrived)).await.unwrap();
    tx.commit().await.unwrap();
    let [Some(twelve), None, Some(ten), None, Some(eleven)] = ids[..] else {
        panic!("{ids:?}");
    };
    assert!(first < twelve && twelve < ten && ten < eleven, "{ids:?}");
    let open = house.store.inbox_open().await.unwrap();
    let seen: Vec<_> = open.iter().map(|row| row.external_id.as_str()).collect();
    assert_eq!(seen, ["9", "12", "10", "11"]);
    let (row, there) = house.store.inbox_row_in_room(ten).await.unwrap().unwrap();
    assert_eq!(
        (&row.body, &row.sender, there),
        (&body, &"7".to_owned(), room)
    );
    assert_eq!(Some(row), house.store.inbox_row(ten).await.unwrap());
    let unknown = house.store.inbox_row_in_room(InboxId(99)).await.unwrap();
    assert!(unknown.is_none());
}

#[tokio::test]
async fn talks_and_cards_are_kept_by_room() {
    let house = House::new().await;
    let draft = house.draft("a").await;
    let mut tx = house.tx().await;
    let room = tx
        .ensure_room(W, &RoomAddress::terminal())
        .await
        .unwrap()
        .id;
    let me = Identity {
        surface: Surface::Terminal,
        external_id: "local".into(),
    };
    let me = tx
        .add_operator(W, "@me", Role::Owner, &me)
        .await
        .unwrap()
        .id;
    tx.set_dialogue(room, me, Some(&json!({"step": 1})))
        .await
        .unwrap();
    tx.set_dialogue(room, me, Some(&json!({"step": 2})))
        .await
        .unwrap();
    let row = async |tx: &mut Tx, id: &str| {
        let body = json!({});
        let taken = tx.take_in_one(&Surface::Terminal, id, room, "me", &body);
        taken.await.unwrap().unwrap()
    };
    let first = row(&mut tx, "1").await;
    let seen = Seen::waiting(1);
    tx.record_delivery(room, draft.id, "m1", "h1", seen)
        .await
        .unwrap();
    let second = row(&mut tx, "2").await;
    tx.record_delivery(room, draft.id, "m2", "h2", seen)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        house.store.dialogue(room, me).await.unwrap(),
        Some(json!({"step": 2}))
    );
    assert_eq!(
        house.store.dialogue(room, OperatorId(99)).await.unwrap(),
        None
    );
    let card = house.store.delivery(room, draft.id).await.unwrap().unwrap();
    assert_eq!(
        (card.room, card.message.as_str(), card.view_hash.as_str()),
        (room, "m2", "h2")
    );
    // Shown again, a version was shown when it was shown first.
    assert_eq!((card.seen, card.after), (Some(seen), first));
    assert_eq!(house.store.deliveries(draft.id).await.unwrap(), [card]);
    let mut tx = house.tx().await;
    for seen in [
        Seen {
            decided: true,
            ..seen
        },
        Seen::waiting(2),
    ] {
        tx.record_delivery(room, draft.id, "m2", "h3", seen)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let card = house.store.delivery(room, draft.id).await.unwrap().unwrap();
    assert_eq!((card.seen, card.after), (Some(Seen::waiting(2)), second));
    let mut tx = house.tx().await;
    tx.set_dialogue(room, me, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.dialogue(room, me).await.unwrap(), None);
}
