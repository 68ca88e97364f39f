use std::collections::HashMap;
use std::io::Cursor;

use async_trait::async_trait;

use super::*;
use crate::domain::clock::{Clock, ManualClock};
use crate::domain::ids::WorkspaceId;
use crate::domain::network::Network;
use crate::domain::post::MediaRef;
use crate::domain::progress::Unwatched;
use crate::domain::source::Selector;
use crate::flow::recall::tests::{fetched, store};
use crate::net::{NetOptions, Origin};
use crate::platforms::Page;
use crate::store::Skip;

/// A network with three pictures: a good one, a broken one, and one that cannot be had.
struct Pictures(HashMap<&'static str, Vec<u8>>);

#[async_trait]
impl Source for Pictures {
    fn network(&self) -> Network {
        Network::Sandbox
    }

    async fn page(&self, _: &Selector, _: Option<&str>) -> Result<Page, PlatformError> {
        Ok(Page::default())
    }

    async fn picture(&self, address: &str, _most: u64) -> Result<Vec<u8>, PlatformError> {
        self.0
            .get(address)
            .cloned()
            .ok_or_else(|| PlatformError::Unreachable {
                network: Network::Sandbox,
                why: "it is down".to_owned(),
            })
    }
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(8, 4)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn pictures_are_kept_refused_with_a_reason_or_tried_again_and_then_refused() {
    let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
    let (folder, store) = store(clock.clone()).await;
    let deps = MediaDeps {
        store: store.clone(),
        http: HttpClient::new(NetOptions::default()).unwrap(),
        folder: MediaFolder::at(folder.path().join("media")),
        caps: Caps::default(),
        sources: vec![Arc::new(Pictures(HashMap::from([
            ("sandbox:good.png", png()),
            ("sandbox:broken.png", b"<html>".to_vec()),
        ])))],
    };
    let mut post = fetched("p1", "with pictures");
    post.media = [
        "sandbox:good.png",
        "sandbox:broken.png",
        "sandbox:down.png",
        "http://127.0.0.1:1/inside.png",
        "file:///etc/passwd",
    ]
    .map(|url| MediaRef {
        url: url.to_owned(),
        alt: None,
        mime: None,
    })
    .to_vec();
    let mut tx = store.begin().await.unwrap();
    tx.store_posts(WorkspaceId::FIRST, &[post]).await.unwrap();
    request(&mut tx, None).await.unwrap();
    tx.commit().await.unwrap();

    let mut runs = 0;
    let skip = [JobKind::Index, JobKind::Notice];
    loop {
        let now = clock.now();
        let lease_for = Duration::from_mins(1);
        let Some((job, lease)) = store
            .claim_job("w", now, lease_for, Skip::kinds(&skip))
            .await
            .unwrap()
        else {
            break;
        };
        runs += 1;
        let outcome = run(&deps, &job, &lease, &Unwatched, &CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(outcome, JobOutcome::Settled);
        let open = store.media_open(10).await.unwrap();
        assert!(
            open.iter().all(|media| media.url == "sandbox:down.png"),
            "{open:?}"
        );
        clock.advance(Duration::from_hours(4));
    }
    assert_eq!(runs, MOST_TRIES);
    assert_eq!(store.media_open(10).await.unwrap(), []);
    let post = store
        .find_post(WorkspaceId::FIRST, "p1")
        .await
        .unwrap()
        .unwrap();
    let kept = store.post_media_files(post.id).await.unwrap();
    assert_eq!(kept.len(), 1);
    let bytes = deps
        .folder
        .read(&kept[0].sha256, &kept[0].mime)
        .await
        .unwrap();
    assert_eq!(bytes, png());
}

/// The configured services of Lumen stand behind addresses that anybody may write into a post.
#[tokio::test]
async fn a_post_cannot_make_lumen_ask_a_service_that_the_configuration_trusts() {
    let service = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    service.set_nonblocking(true).unwrap();
    let url = format!("http://{}/api/delete", service.local_addr().unwrap());
    let trusted = Origin::of(&url.parse().unwrap()).unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
    let (folder, store) = store(clock.clone()).await;
    let deps = MediaDeps {
        store: store.clone(),
        http: HttpClient::new(NetOptions {
            trusted: vec![trusted],
            ..NetOptions::default()
        })
        .unwrap(),
        folder: MediaFolder::at(folder.path().join("media")),
        caps: Caps::default(),
        sources: vec![Arc::new(Pictures(HashMap::new()))],
    };
    let mut post = fetched("p1", "look");
    post.media = vec![MediaRef {
        url,
        alt: None,
        mime: None,
    }];
    let mut tx = store.begin().await.unwrap();
    tx.store_posts(WorkspaceId::FIRST, &[post]).await.unwrap();
    request(&mut tx, None).await.unwrap();
    tx.commit().await.unwrap();
    work(&deps, &clock).await;
    assert_eq!(store.media_open(10).await.unwrap(), [], "it is refused");
    assert!(service.accept().is_err(), "nobody came");
}

#[tokio::test]
async fn pictures_of_forgotten_authors_go_and_the_sweep_finds_what_else_is_nobodys() {
    let clock = Arc::new(ManualClock::at("2026-11-22T12:00:00Z".parse().unwrap()));
    let (folder, store) = store(clock.clone()).await;
    let media = MediaFolder::at(folder.path().join("media"));
    let deps = MediaDeps {
        store: store.clone(),
        http: HttpClient::new(NetOptions::default()).unwrap(),
        folder: media.clone(),
        caps: Caps::default(),
        sources: vec![Arc::new(Pictures(HashMap::from([(
            "sandbox:good.png",
            png(),
        )])))],
    };
    let with_picture = |id: &str, author: &str| {
        let mut post = fetched(id, "with a picture");
        post.author = author.to_owned();
        post.media = vec![MediaRef {
            url: "sandbox:good.png".to_owned(),
            alt: None,
            mime: None,
        }];
        post
    };
    let posts = [with_picture("p1", "one"), with_picture("p2", "two")];
    let mut tx = store.begin().await.unwrap();
    tx.store_posts(WorkspaceId::FIRST, &posts).await.unwrap();
    request(&mut tx, None).await.unwrap();
    tx.commit().await.unwrap();
    work(&deps, &clock).await;
    let there = async || media.files(Duration::ZERO).await.unwrap().len();
    assert_eq!(there().await, 1, "one picture, twice used");

    for (author, left) in [("one", 1), ("two", 0)] {
        let mut tx = store.begin().await.unwrap();
        crate::flow::forget::author(&mut tx, WorkspaceId::FIRST, author, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        work(&deps, &clock).await;
        assert_eq!(there().await, left, "after {author}");
    }

    let stray = media.keep("abcdef", "image/png", png()).await.unwrap();
    let sweep = async || {
        let mut tx = store.begin().await.unwrap();
        let now = tx.now();
        request_sweep(&mut tx, now).await.unwrap();
        tx.commit().await.unwrap();
        work(&deps, &clock).await;
        clock.advance(Duration::from_hours(24));
    };
    sweep().await;
    assert_eq!(there().await, 1, "it may be about to be used");
    let file = std::fs::File::options().write(true).open(&stray).unwrap();
    let yesterday = std::time::SystemTime::now() - Duration::from_hours(24);
    file.set_modified(yesterday).unwrap();
    sweep().await;
    assert_eq!(there().await, 0);
}

/// Does all that is due now.
async fn work(deps: &MediaDeps, clock: &ManualClock) {
    let skip = [JobKind::Index, JobKind::Notice];
    let lease_for = Duration::from_mins(1);
    while let Some((job, lease)) = deps
        .store
        .claim_job("w", clock.now(), lease_for, Skip::kinds(&skip))
        .await
        .unwrap()
    {
        let stop = CancellationToken::new();
        let outcome = run(deps, &job, &lease, &Unwatched, &stop).await.unwrap();
        assert_eq!(outcome, JobOutcome::Settled);
    }
}
