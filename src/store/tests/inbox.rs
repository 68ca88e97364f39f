use serde_json::json;

use super::{House, W};
use crate::domain::ids::{InboxId, OperatorId};
use crate::domain::operator::{Identity, Role, RoomAddress, Surface};
use crate::store::{InboxState, StoreError};

#[tokio::test]
async fn an_update_is_taken_in_once_settled_once_and_shown() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let room = tx.ensure_room(W, &RoomAddress::terminal()).await.unwrap();
    let body = json!({"said": "text", "text": "/status"});
    let id = tx
        .take_in(&Surface::Terminal, "u1", room.id, "local", &body)
        .await
        .unwrap()
        .unwrap();
    assert!(
        tx.take_in(&Surface::Terminal, "u1", room.id, "local", &json!(1))
            .await
            .unwrap()
            .is_none()
    );
    let other = tx
        .take_in(&Surface::Telegram, "u1", room.id, "local", &body)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = house.tx().await;
    assert!(
        tx.take_in(&Surface::Terminal, "u1", room.id, "local", &body)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(tx.inbox_known(Surface::Terminal, "u1").await.unwrap(), id);
    assert!(tx.inbox_known(Surface::Discord, "u1").await.is_err());
    assert!(tx.mark_shown(&[id]).await.is_err(), "nothing to show yet");
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

    let mut tx = house.tx().await;
    tx.mark_shown(&[id]).await.unwrap();
    tx.mark_shown(&[id]).await.unwrap();
    tx.commit().await.unwrap();
    let open = house.store.inbox_open().await.unwrap();
    assert_eq!(open.iter().map(|row| row.id).collect::<Vec<_>>(), [other]);
    assert!(house.store.inbox_row(InboxId(99)).await.unwrap().is_none());
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
    tx.record_delivery(room, draft.id, "m1", "h1")
        .await
        .unwrap();
    tx.record_delivery(room, draft.id, "m2", "h2")
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
    assert_eq!(house.store.deliveries(draft.id).await.unwrap(), [card]);
    let mut tx = house.tx().await;
    tx.set_dialogue(room, me, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.dialogue(room, me).await.unwrap(), None);
}
