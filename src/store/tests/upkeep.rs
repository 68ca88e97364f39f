//! What goes with time, and what is still needed.

use serde_json::json;

use super::{House, W, new_draft, post, revision};
use crate::domain::call_notes::CallNotes as _;
use crate::domain::content::Attachment;
use crate::domain::ids::{InboxId, OperatorId};
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::post::MediaRef;

const DAY: u64 = 24 * 3_600;

#[tokio::test]
async fn old_rows_go_and_no_line_gets_the_number_of_an_older_one() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let room = tx
        .ensure_room(W, &RoomAddress::terminal())
        .await
        .unwrap()
        .id;
    let mut lines = Vec::new();
    for external in ["1", "2", "3"] {
        let line = tx
            .take_in_one(
                &Surface::Terminal,
                external,
                room,
                "local",
                &json!("/status"),
            )
            .await
            .unwrap()
            .unwrap();
        lines.push(line);
    }
    // The first was shown, the second not yet; the last one is shown too.
    for line in [lines[0], lines[2]] {
        tx.settle_inbox(line, &json!({})).await.unwrap();
        tx.mark_shown(&[line]).await.unwrap();
    }
    tx.log(W, "lumen", "long ago").await.unwrap();
    tx.commit().await.unwrap();

    let there = async |id: InboxId| house.store.inbox_row(id).await.unwrap().is_some();
    assert_eq!(house.store.drop_old(house.wait(29 * DAY)).await.unwrap(), 0);
    assert_eq!(house.store.drop_old(house.wait(2 * DAY)).await.unwrap(), 1);
    assert!(!there(lines[0]).await && there(lines[1]).await && there(lines[2]).await);
    let mut tx = house.tx().await;
    let next = tx
        .take_in_one(&Surface::Terminal, "4", room, "local", &json!("/status"))
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    assert!(next > lines[2]);
    assert_eq!(house.store.activity(W, 9).await.unwrap().len(), 1);
    house.store.drop_old(house.wait(180 * DAY)).await.unwrap();
    assert_eq!(house.store.activity(W, 9).await.unwrap(), []);
    assert!(there(lines[1]).await, "what was never shown stays");
}

#[tokio::test]
async fn a_talk_that_nobody_ended_goes_after_a_week() {
    let house = House::new().await;
    let mut tx = house.tx().await;
    let room = tx
        .ensure_room(W, &RoomAddress::terminal())
        .await
        .unwrap()
        .id;
    let identity = crate::domain::operator::Identity {
        surface: Surface::Terminal,
        external_id: "local".to_owned(),
    };
    let role = crate::domain::operator::Role::Owner;
    let owner: OperatorId = tx
        .add_operator(W, "@owner", role, &identity)
        .await
        .unwrap()
        .id;
    tx.set_dialogue(room, owner, Some(&json!({"asks": 1})))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    house.store.drop_old(house.wait(6 * DAY)).await.unwrap();
    assert!(house.store.dialogue(room, owner).await.unwrap().is_some());
    house.store.drop_old(house.wait(2 * DAY)).await.unwrap();
    assert!(house.store.dialogue(room, owner).await.unwrap().is_none());
}

#[tokio::test]
async fn a_note_of_a_call_goes_once_no_network_would_find_it_any_more() {
    let house = House::new().await;
    let lease = house.claim("w").await;
    house.store.note("k", "begun", &lease).await.unwrap();
    house.store.note("k", "sent", &lease).await.unwrap();
    house.store.drop_old(house.wait(390 * DAY)).await.unwrap();
    let noted = house.store.noted("k").await.unwrap();
    assert_eq!(noted.as_deref(), Some("sent"), "the newest counts");
    assert_eq!(house.store.noted("other").await.unwrap(), None);
    house.store.drop_old(house.wait(20 * DAY)).await.unwrap();
    assert_eq!(house.store.noted("k").await.unwrap(), None);
}

#[tokio::test]
async fn a_picture_is_used_by_posts_and_by_every_version_of_a_draft() {
    let house = House::new().await;
    let mut with_picture = post("1", "words");
    with_picture.media = vec![MediaRef {
        url: "sandbox:a.png".to_owned(),
        alt: None,
        mime: None,
    }];
    let mut first = revision("Friday.");
    first.content.media = vec![Attachment {
        sha256: "bb".to_owned(),
        mime: "image/png".to_owned(),
        alt: String::new(),
        quote_card: None,
    }];
    let mut tx = house.tx().await;
    tx.store_posts(W, &[with_picture]).await.unwrap();
    let draft = tx.new_draft(W, &new_draft("a"), &first).await.unwrap();
    tx.add_revision(draft.id, &revision("Saturday."))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let id = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let mut tx = house.tx().await;
    let kept = ("aa".to_owned(), "image/png".to_owned());
    tx.settle_media(id, 0, Ok(kept.clone())).await.unwrap();
    tx.commit().await.unwrap();
    let asked = ["aa", "bb", "cc"].map(str::to_owned);
    let mut used: Vec<String> = house
        .store
        .pictures_used(&asked)
        .await
        .unwrap()
        .into_iter()
        .collect();
    used.sort();
    assert_eq!(used, ["aa", "bb"]);
    let mut tx = house.tx().await;
    let gone = tx.forget_author(W, "beans").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(gone.pictures, [kept]);
    assert_eq!(house.store.pictures_used(&asked).await.unwrap().len(), 1);
}
