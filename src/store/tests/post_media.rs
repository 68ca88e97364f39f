use super::{House, W, post};
use crate::domain::post::{FetchedPost, MediaRef};
use crate::store::StoredMedia;

fn picture(url: &str) -> MediaRef {
    MediaRef {
        url: url.to_owned(),
        alt: Some("A cup".to_owned()),
        mime: None,
    }
}

fn with_pictures(urls: &[&str]) -> FetchedPost {
    let mut given = post("1", "Look");
    given.media = urls.iter().map(|url| picture(url)).collect();
    given
}

async fn keep(house: &House, post: FetchedPost) {
    let mut tx = house.tx().await;
    tx.store_posts(W, &[post]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn pictures_are_open_until_they_are_settled() {
    let house = House::new().await;
    keep(&house, with_pictures(&["a", "b", "c"])).await;
    let open = house.store.media_open(10).await.unwrap();
    let open: Vec<_> = open
        .iter()
        .map(|media| (media.position, media.url.as_str()))
        .collect();
    assert_eq!(open, [(0, "a"), (1, "b"), (2, "c")]);
    let id = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let mut tx = house.tx().await;
    tx.settle_media(id, 1, Ok(("00ff".to_owned(), "image/png".to_owned())))
        .await
        .unwrap();
    tx.settle_media(id, 2, Err("too large".to_owned()))
        .await
        .unwrap();
    assert_eq!(tx.delay_media(id, 0).await.unwrap(), 1);
    assert_eq!(tx.delay_media(id, 0).await.unwrap(), 2);
    assert!(tx.settle_media(id, 9, Err(String::new())).await.is_err());
    assert!(tx.delay_media(id, 9).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(house.store.media_open(10).await.unwrap().len(), 1);
    let files = house.store.post_media_files(id).await.unwrap();
    let expected = StoredMedia {
        sha256: "00ff".to_owned(),
        mime: "image/png".to_owned(),
        alt: Some("A cup".to_owned()),
    };
    assert_eq!(files, [expected]);
}

#[tokio::test]
async fn an_edited_post_keeps_the_files_whose_address_stayed() {
    let house = House::new().await;
    keep(&house, with_pictures(&["a", "b", "c"])).await;
    let id = house.store.find_post(W, "1").await.unwrap().unwrap().id;
    let mut tx = house.tx().await;
    for position in 0..3 {
        let kept = (format!("{position}"), "image/png".to_owned());
        tx.settle_media(id, position, Ok(kept)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let changed = with_pictures(&["a", "other"]);
    keep(&house, changed.clone()).await;
    let files = house.store.post_media_files(id).await.unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].sha256, "0");
    let open = house.store.media_open(10).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].position, open[0].url.as_str()), (1, "other"));
    let read = house.store.post(id).await.unwrap().unwrap().body.media;
    assert_eq!(
        read.iter()
            .map(|media| media.url.as_str())
            .collect::<Vec<_>>(),
        ["a", "other"]
    );
}

#[tokio::test]
async fn the_pictures_of_a_deleted_post_go_with_it() {
    let house = House::new().await;
    keep(&house, with_pictures(&["a"])).await;
    let mut tx = house.tx().await;
    tx.forget_author(W, "beans").await.unwrap();
    tx.commit().await.unwrap();
    assert!(house.store.media_open(10).await.unwrap().is_empty());
}
