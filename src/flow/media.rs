//! Fetching the pictures of stored posts: from outside through the guarded client, or from the network that invented
//! the address; looked at before they are kept; refused with a reason, tried again when that may help.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::domain::ids::{InboxId, PostId};
use crate::domain::job::{JobKind, JobOutcome, Lease, NewJob};
use crate::domain::progress::{Progress, Step};
use crate::media::{Caps, MediaFolder, preflight};
use crate::net::HttpClient;
use crate::platforms::{PlatformError, Source};
use crate::store::{OpenMedia, R, Store, StoreError, Tx};

/// A picture that cannot be had is asked for this often, then refused; the waits between are [`WAITS`].
const MOST_TRIES: i64 = 4;
/// How long after a try that failed for now the next one begins.
const WAITS: [Duration; 3] = [
    Duration::from_mins(1),
    Duration::from_mins(15),
    Duration::from_hours(3),
];
/// How long a network has to hand over a picture of its own; web addresses have the client's limits.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pictures fetched at the same time.
const AT_ONCE: usize = 4;
/// Rows read at once.
const PAGE: usize = 50;

/// The payload: the job takes whatever is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaJob {}

/// What fetching needs.
#[derive(Clone)]
pub struct MediaDeps {
    pub store: Store,
    pub http: HttpClient,
    pub folder: MediaFolder,
    pub caps: Caps,
    /// For addresses that only a network itself understands.
    pub sources: Vec<Arc<dyn Source>>,
}

/// Writes the job, in the transaction that stored the posts.
pub async fn request(tx: &mut Tx, cause: Option<InboxId>) -> R<bool> {
    let key = cause.map_or_else(|| "media".to_owned(), |cause| format!("media:{cause}"));
    let run_at = tx.now();
    enqueue(tx, key, cause, run_at).await
}

async fn enqueue(
    tx: &mut Tx,
    unique_key: String,
    cause: Option<InboxId>,
    run_at: jiff::Timestamp,
) -> R<bool> {
    tx.enqueue(&NewJob {
        kind: JobKind::Media,
        unique_key,
        payload: serde_json::json!(MediaJob {}),
        cause,
        run_at,
    })
    .await
}

/// Why a picture was not kept.
enum Failure {
    /// It never will be; the text is for people.
    Refused(String),
    /// Perhaps later.
    ForNow(String),
}

/// Does the job: every open picture is tried once. Those that failed for now get a job of their own later, so that
/// nobody waits for them.
pub async fn run(
    deps: &MediaDeps,
    lease: &Lease,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<JobOutcome, StoreError> {
    let mut seen = HashSet::new();
    let mut least_tries = None;
    loop {
        let open = untried(&deps.store, &seen).await?;
        if open.is_empty() {
            break;
        }
        let mut fetches = futures::stream::iter(open)
            .map(|media| fetched(deps, media))
            .buffer_unordered(AT_ONCE);
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(stopped()),
                next = fetches.next() => next,
            };
            let Some((media, bytes)) = next else { break };
            // One after the other: decoding takes memory.
            let kept = match bytes {
                Ok(bytes) => keep(deps, bytes).await,
                Err(failure) => Err(failure),
            };
            let tries = settle(&deps.store, &media, kept).await?;
            least_tries = [least_tries, tries].into_iter().flatten().min();
            seen.insert((media.post, media.position));
            progress.report(Step::Doing(format!("looked at {} pictures", seen.len())));
        }
    }
    let mut tx = deps.store.begin().await?;
    if !untried(&deps.store, &seen).await?.is_empty() {
        // Stored while this job was there, so without a job of their own.
        drop(tx);
        return Ok(stopped());
    }
    tx.finish_job(lease).await?;
    if let Some(tries) = least_tries {
        let wait = usize::try_from(tries - 1).ok().and_then(|at| WAITS.get(at));
        let at = tx.now() + *wait.unwrap_or(&WAITS[WAITS.len() - 1]);
        enqueue(&mut tx, "media:again".to_owned(), None, at).await?;
    }
    tx.commit().await?;
    Ok(JobOutcome::Settled)
}

/// Boxed, with its lifetime named: the compiler cannot see by itself that this may move between threads.
fn fetched(
    deps: &MediaDeps,
    media: OpenMedia,
) -> BoxFuture<'_, (OpenMedia, Result<Vec<u8>, Failure>)> {
    async move {
        let bytes = bytes_of(deps, &media).await;
        (media, bytes)
    }
    .boxed()
}

fn stopped() -> JobOutcome {
    JobOutcome::Retry {
        why: "there are more pictures to fetch".to_owned(),
        wait: Some(Duration::ZERO),
    }
}

/// Open pictures that this run has not tried. Those tried failed for now and are still open, so the list is asked for
/// that much longer.
async fn untried(store: &Store, seen: &HashSet<(PostId, i64)>) -> R<Vec<OpenMedia>> {
    let most = u32::try_from(seen.len() + PAGE).unwrap_or(u32::MAX);
    let mut open = store.media_open(most).await?;
    open.retain(|media| !seen.contains(&(media.post, media.position)));
    open.truncate(PAGE);
    Ok(open)
}

/// Writes down what became of one picture. Says how often it was tried when it is to be tried again.
async fn settle(
    store: &Store,
    media: &OpenMedia,
    result: Result<(String, &'static str), Failure>,
) -> R<Option<i64>> {
    let mut tx = store.begin().await?;
    let kept = match result {
        Ok((sha256, mime)) => Ok((sha256, mime.to_owned())),
        Err(Failure::Refused(why)) => Err(why),
        Err(Failure::ForNow(why)) => {
            let tries = match tx.delay_media(media.post, media.position).await {
                Ok(tries) => tries,
                Err(StoreError::Impossible { .. }) => return Ok(None),
                Err(error) => return Err(error),
            };
            if tries < MOST_TRIES {
                tx.commit().await?;
                tracing::debug!(post.id = media.post.0, media.tries = tries, media.error = %why, "a picture is tried again later");
                return Ok(Some(tries));
            }
            Err(format!("{why} (tried {tries} times)"))
        }
    };
    if let Err(why) = &kept {
        tracing::info!(post.id = media.post.0, media.position, media.refused = %why, "a picture is not kept");
    }
    match tx.settle_media(media.post, media.position, kept).await {
        Ok(()) => tx.commit().await?,
        // The post was deleted while its picture was on the way.
        Err(StoreError::Impossible { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(None)
}

/// Looks at a picture and keeps it: its hash and its type.
async fn keep(deps: &MediaDeps, bytes: Vec<u8>) -> Result<(String, &'static str), Failure> {
    let caps = deps.caps;
    let looked = tokio::task::spawn_blocking(move || (preflight(&bytes, &caps), bytes)).await;
    let (picture, bytes) =
        looked.map_err(|_| Failure::Refused("The picture broke the decoder.".to_owned()))?;
    let picture = picture.map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    deps.folder
        .keep(&picture.sha256, picture.mime, bytes)
        .await
        .map_err(|error| Failure::ForNow(format!("it could not be written: {error}")))?;
    Ok((picture.sha256, picture.mime))
}

fn source_of(deps: &MediaDeps, media: &OpenMedia) -> Option<Arc<dyn Source>> {
    deps.sources
        .iter()
        .find(|source| source.network() == media.network)
        .cloned()
}

async fn bytes_of(deps: &MediaDeps, media: &OpenMedia) -> Result<Vec<u8>, Failure> {
    if media.url.starts_with("http://") || media.url.starts_with("https://") {
        let fetched = deps
            .http
            .fetch_bytes(&media.url, deps.caps.bytes, "image/*")
            .await;
        return match fetched {
            Ok(fetched) => Ok(fetched.bytes),
            Err(error) if error.is_transient() => Err(Failure::ForNow(error.to_string())),
            Err(error) => Err(Failure::Refused(error.to_string())),
        };
    }
    // A network invents addresses of its own kind only; anything else (`file:`, `data:`) is nobody's.
    let invented = media
        .url
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme == media.network.name());
    let Some(source) = source_of(deps, media).filter(|_| invented) else {
        return Err(Failure::Refused("this is not a web address".to_owned()));
    };
    let asked = source.picture(&media.url, deps.caps.bytes);
    let Ok(answer) = tokio::time::timeout(PATIENCE, asked).await else {
        return Err(Failure::ForNow(format!("{} did not answer", media.network)));
    };
    match answer {
        Ok(bytes) => Ok(bytes),
        Err(
            error @ (PlatformError::Unreachable { .. }
            | PlatformError::SlowDown { .. }
            | PlatformError::Unclear { .. }),
        ) => Err(Failure::ForNow(error.to_string())),
        Err(error @ (PlatformError::Refused { .. } | PlatformError::Garbled { .. })) => {
            Err(Failure::Refused(error.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
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
    use crate::net::NetOptions;
    use crate::platforms::Page;

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
            let Some((_, lease)) = store.claim_job("w", now, lease_for, &skip).await.unwrap()
            else {
                break;
            };
            runs += 1;
            let outcome = run(&deps, &lease, &Unwatched, &CancellationToken::new())
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
}
