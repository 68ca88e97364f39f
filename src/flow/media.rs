//! Fetching the pictures of stored posts: from outside through the guarded client, or from the network that invented
//! the address; looked at before they are kept; refused with a reason, tried again when that may help.

#[cfg(test)]
mod tests;
mod unused;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::{InboxId, PostId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::progress::{Progress, Step};
use crate::media::{Caps, MediaFolder, preflight};
use crate::net::HttpClient;
use crate::platforms::{PlatformError, Source};
use crate::store::{OpenMedia, R, Store, StoreError, Tx};

pub use unused::{drop_unused, request_sweep};

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

/// How long a run goes on before others get their turn. What is left then is fetched by a run that nobody waits for.
const TURN: Duration = Duration::from_secs(15);

/// What a job does beside fetching whatever is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaJob {
    /// Take also what was tried before and could not be had then.
    #[serde(default)]
    pub again: bool,
    /// Hash and type of pictures that may be nobody's by now.
    #[serde(default)]
    pub drop: Vec<(String, String)>,
    /// Look through the whole folder for such pictures, and again in a day.
    #[serde(default)]
    pub sweep: bool,
}

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
    let now = tx.now();
    tx.enqueue(&NewJob::upkeep(JobKind::Media, cause, now))
        .await
}

/// Why a picture was not kept.
enum Failure {
    /// It never will be; the text is for people.
    Refused(String),
    /// Perhaps later.
    ForNow(String),
}

/// How a run over the open pictures ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    AllTried,
    TurnOver,
    Stopped,
}

/// What a run has tried.
#[derive(Default)]
struct Tried {
    /// What was tried before has its own time.
    only_new: bool,
    seen: HashSet<(PostId, i64)>,
    /// The fewest tries of a picture that is to be tried again.
    least: Option<i64>,
}

/// Does the job: every open picture is tried once. Those that failed for now get a job of their own later, so that
/// nobody waits for them.
pub async fn run(
    deps: &MediaDeps,
    job: &Job,
    lease: &Lease,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<JobOutcome, StoreError> {
    // A payload of another version has nothing more to say than that pictures are open.
    let work: MediaJob = serde_json::from_value(job.payload.clone()).unwrap_or_default();
    unused::drop_named(deps, &work.drop).await?;
    if work.sweep {
        unused::sweep(deps).await?;
    }
    let mut tried = Tried {
        // What a crash cut off may have been tried without its next job being written.
        only_new: !work.again && job.attempts == 1,
        ..Tried::default()
    };
    let ended = fetch_open(deps, job.cause.is_some(), &mut tried, progress, stop).await?;
    if ended == Ended::Stopped {
        return Ok(JobOutcome::Retry {
            why: "it was stopped".to_owned(),
            wait: Some(Duration::ZERO),
        });
    }
    let mut tx = deps.store.begin().await?;
    tx.finish_job(lease).await?;
    // Also what was stored while this job was there, and so without a job of its own.
    if ended == Ended::TurnOver || !untried(&deps.store, &tried).await?.is_empty() {
        request(&mut tx, None).await?;
    }
    if let Some(failures) = tried.least {
        let wait = usize::try_from(failures - 1)
            .ok()
            .and_then(|at| WAITS.get(at));
        let at = tx.now() + *wait.unwrap_or(&WAITS[WAITS.len() - 1]);
        let payload = MediaJob {
            again: true,
            ..MediaJob::default()
        };
        tx.enqueue(&NewJob {
            unique_key: "media:again".to_owned(),
            payload: serde_json::json!(payload),
            ..NewJob::upkeep(JobKind::Media, None, at)
        })
        .await?;
    }
    if work.sweep {
        let at = tx.now() + unused::EVERY;
        unused::request_sweep(&mut tx, at).await?;
    }
    tx.commit().await?;
    Ok(JobOutcome::Settled)
}

async fn fetch_open(
    deps: &MediaDeps,
    waited_for: bool,
    tried: &mut Tried,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> R<Ended> {
    let until = Instant::now() + TURN;
    loop {
        let open = untried(&deps.store, tried).await?;
        if open.is_empty() {
            return Ok(Ended::AllTried);
        }
        if Instant::now() >= until {
            return Ok(Ended::TurnOver);
        }
        let mut fetches = futures::stream::iter(open)
            .map(|media| fetched(deps, media))
            .buffer_unordered(AT_ONCE);
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(Ended::Stopped),
                // Nobody waits for a picture that hangs; without anybody waiting it may have its time.
                () = tokio::time::sleep_until(until), if waited_for => return Ok(Ended::TurnOver),
                next = fetches.next() => next,
            };
            let Some((media, bytes)) = next else { break };
            // One after the other: decoding takes memory.
            let kept = match bytes {
                Ok(bytes) => keep(deps, bytes).await,
                Err(failure) => Err(failure),
            };
            let failures = settle(&deps.store, &media, kept).await?;
            tried.least = [tried.least, failures].into_iter().flatten().min();
            tried.seen.insert((media.post, media.position));
            let looked_at = tried.seen.len();
            progress.report(Step::Doing(format!("looked at {looked_at} pictures")));
        }
    }
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

/// Open pictures that this run has not tried. Those tried failed for now and are still open, so the list is asked for
/// that much longer.
async fn untried(store: &Store, tried: &Tried) -> R<Vec<OpenMedia>> {
    let most = u32::try_from(tried.seen.len() + PAGE).unwrap_or(u32::MAX);
    let mut open = store.media_open(most).await?;
    open.retain(|media| {
        (media.tries == 0 || !tried.only_new) && !tried.seen.contains(&(media.post, media.position))
    });
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
        // Who wrote the post wrote the address: what the configuration trusts for other work is not open to it.
        let own = source_of(deps, media).map(|source| source.own_origins());
        let fetched = deps
            .http
            .trusting(own.unwrap_or_default())
            .fetch_bytes(&media.url, deps.caps.bytes, "image/*")
            .await;
        return match fetched {
            Ok(fetched) => Ok(fetched.body),
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
            | PlatformError::Partly { .. }
            | PlatformError::Unclear { .. }),
        ) => Err(Failure::ForNow(error.to_string())),
        Err(error @ (PlatformError::Refused { .. } | PlatformError::Garbled { .. })) => {
            Err(Failure::Refused(error.to_string()))
        }
    }
}
