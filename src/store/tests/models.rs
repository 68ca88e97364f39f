//! What models saw, and what was paid for.

use std::time::Duration;

use super::*;
use crate::domain::ledger::Answers as _;
use crate::domain::picture::PictureNote;
use crate::domain::post::MediaRef;

fn note(sha256: &str) -> PictureNote {
    PictureNote {
        sha256: sha256.to_owned(),
        description: "A red cup on a table.".to_owned(),
        words: "OPEN".to_owned(),
        alt: "A red cup".to_owned(),
        provider: "ollama".to_owned(),
        model: "gemma4".to_owned(),
    }
}

async fn with_picture(house: &House, sha256: &str) -> crate::domain::ids::PostId {
    let mut given = post("1", "Look");
    given.media.push(MediaRef {
        url: "a".to_owned(),
        alt: None,
        mime: None,
    });
    let mut tx = house.tx().await;
    tx.store_posts(W, &[given]).await.unwrap();
    tx.commit().await.unwrap();
    let id = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let mut tx = house.tx().await;
    let kept = (sha256.to_owned(), "image/png".to_owned());
    tx.settle_media(id, 0, Ok(kept)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn what_was_seen_is_kept_by_the_hash_and_its_posts_count_as_changed() {
    let house = House::new().await;
    let id = with_picture(&house, "ab").await;
    let unseen = house.store.unseen_pictures(id).await.unwrap();
    assert_eq!(unseen.len(), 1);
    let before = house.store.last_change().await.unwrap();
    let mut tx = house.tx().await;
    tx.keep_picture_note(&note("ab")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.unseen_pictures(id).await.unwrap(), []);
    let changed = house.store.posts_changed_since(before, 9).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].1.id, id);
    let notes = house.store.notes_of_posts(&[id]).await.unwrap();
    assert_eq!(notes[&id], [note("ab")]);
    assert_eq!(notes[&id][0].line(), "A red cup on a table. It says: OPEN");
    assert_eq!(house.store.picture_note("cd").await.unwrap(), None);
    let mut tx = house.tx().await;
    tx.drop_picture_notes().await.unwrap();
    tx.commit().await.unwrap();
    assert!(house.store.picture_note("ab").await.unwrap().is_some());
    let mut tx = house.tx().await;
    tx.forget_author(W, "beans").await.unwrap();
    tx.drop_picture_notes().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.store.picture_note("ab").await.unwrap(), None);
}

#[tokio::test]
async fn a_paid_answer_is_there_until_it_is_used_or_a_day_old() {
    let house = House::new().await;
    house.store.keep("k", b"{}").await.unwrap();
    assert_eq!(house.store.kept("k").await.unwrap(), Some(b"{}".to_vec()));
    house.store.forget("k").await.unwrap();
    assert_eq!(house.store.kept("k").await.unwrap(), None);
    house.store.keep("old", b"1").await.unwrap();
    house.clock.advance(Duration::from_hours(25));
    house.store.keep("new", b"2").await.unwrap();
    assert_eq!(house.store.kept("old").await.unwrap(), None);
    assert!(house.store.kept("new").await.unwrap().is_some());
}
