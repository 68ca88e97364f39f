//! Fetches one source: page after page until what is there is known.
//!
//! Each page and the place after it are stored in one transaction, so a fetch that is killed goes on where it was and
//! takes nothing in twice. A fetch that goes on first finishes the way down it was on, then looks at the top again.
//!
//! **When it stops.** A page on which everything is known and unchanged ends the fetch, if it also reaches back to the time
//! of the last complete one: what other sources have brought must not hide a gap. A source that was never fetched
//! completely, and the brand's own history, are read to the end; what was read on the way down is not read again.
//!
//! **Who hears of it.** The room that asked gets one answer, also when the network hangs: within [`Timing::patience`] and
//! one page's time. What takes longer goes on in the background. A fetch on a schedule answers nobody; what went wrong
//! stands at the source.

mod ending;
#[cfg(test)]
mod tests;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::{InboxId, RoomId, SourceId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::post::{FetchedPost, StoreCounts, passes_on};
use crate::domain::progress::{Progress, Step};
use crate::domain::source;
use crate::flow::{edited, gone};
use crate::platforms::{Page, Source};
use crate::store::{R, Store, Tx};

use trouble::{Trouble, grouped};

/// The payload of a [`JobKind::Fetch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchJob {
    pub source: SourceId,
    /// The room that asked; a scheduled fetch has none.
    pub room: Option<RoomId>,
}

/// Has `source` fetched as soon as a worker is free. False when the same fetch is waiting or running already.
pub async fn request(
    tx: &mut Tx,
    source: SourceId,
    room: Option<RoomId>,
    cause: Option<InboxId>,
) -> R<bool> {
    // Whoever asks gets an answer also while another fetch of the source runs; two at once do no harm.
    let unique_key = match (cause, room) {
        (Some(cause), _) => format!("fetch:{source}:cause:{cause}"),
        (None, Some(room)) => format!("fetch:{source}:room:{room}"),
        (None, None) => format!("fetch:{source}"),
    };
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Fetch,
        unique_key,
        payload: json!(FetchJob { source, room }),
        cause,
        run_at,
    })
    .await
}

/// How long a fetch waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For one page.
    pub page: Duration,
    /// How long after the start a page that failed is still asked for again.
    pub patience: Duration,
    /// After this long a fetch makes room for others and goes on in a new job.
    pub longest: Duration,
    /// Between the tries of one page.
    pub waits: [Duration; 3],
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            page: Duration::from_secs(20),
            patience: Duration::from_secs(25),
            longest: Duration::from_secs(45),
            waits: [1, 3, 8].map(Duration::from_secs),
        }
    }
}

/// The most pages that one job reads.
const MOST_PAGES: usize = 400;

/// How often a scheduled fetch is tried before it waits for its next time.
const SCHEDULED_TRIES: usize = 5;

/// What collecting needs.
#[derive(Clone)]
pub struct Collector {
    pub store: Store,
    pub networks: Vec<Arc<dyn Source>>,
    pub timing: Timing,
}

/// How a walk down the pages ended.
enum End {
    /// At what is known, or at the end.
    Complete,
    /// There is more; it has run for long enough.
    Later,
    Stopped,
    /// The source was removed meanwhile.
    Unfollowed,
    Failed(Trouble),
}

/// One fetch under way.
struct Fetch<'a> {
    work: FetchJob,
    job: &'a Job,
    workspace: WorkspaceId,
    network: &'a dyn Source,
    progress: &'a dyn Progress,
    stop: &'a CancellationToken,
    counts: StoreCounts,
    pages: usize,
    began: Instant,
    /// The rest of an earlier walk was read to its end just now.
    rest_read: bool,
}

/// The place of an unfinished walk as the source keeps it: when it began at the top, and the network's own cursor.
struct Place {
    top_at: Timestamp,
    cursor: Option<String>,
}

impl Place {
    fn read(kept: &str) -> Option<Self> {
        let (millis, cursor) = kept.split_once(' ')?;
        Some(Self {
            top_at: Timestamp::from_millisecond(millis.parse().ok()?).ok()?,
            cursor: Some(cursor.to_owned()),
        })
    }

    fn kept(&self) -> Option<String> {
        let cursor = self.cursor.as_ref()?;
        Some(format!("{} {cursor}", self.top_at.as_millisecond()))
    }
}

impl Collector {
    /// Does one [`JobKind::Fetch`].
    pub async fn run(
        &self,
        job: &Job,
        lease: &Lease,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> JobOutcome {
        let work: FetchJob = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable fetch job: {error}"),
                };
            }
        };
        match self.fetch(work, job, lease, progress, stop).await {
            Ok(outcome) => outcome,
            Err(error) => JobOutcome::Retry {
                why: format!("{error:#}"),
                wait: None,
            },
        }
    }

    async fn fetch(
        &self,
        work: FetchJob,
        job: &Job,
        lease: &Lease,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> R<JobOutcome> {
        let source = self.store.source(work.source).await?;
        let workspace = self.store.source_workspace(work.source).await?;
        let (Some(source), Some(workspace)) = (source, workspace) else {
            return self
                .leave(work, job, lease, "The source is not followed any more.")
                .await;
        };
        if source.paused && work.room.is_none() {
            return self.leave(work, job, lease, "").await;
        }
        let network = self
            .networks
            .iter()
            .find(|network| network.network() == source.network);
        let Some(network) = network else {
            let line = format!("Nothing can be fetched from {}.", source.network);
            return self.leave(work, job, lease, &line).await;
        };
        let mut fetch = Fetch {
            work,
            job,
            workspace,
            network: network.as_ref(),
            progress,
            stop,
            counts: StoreCounts::default(),
            pages: 0,
            began: Instant::now(),
            rest_read: false,
        };
        let end = self.walks(&mut fetch, &source).await?;
        self.settle(&fetch, lease, &source.name(), end).await
    }

    /// The rest of the way down that an earlier fetch left, if it did; then from the top.
    async fn walks(&self, fetch: &mut Fetch<'_>, source: &source::Source) -> R<End> {
        let mut known_since = source.last_fetched_at;
        if let Some(mut place) = source.cursor.as_deref().and_then(Place::read) {
            match self.walk(fetch, &mut place, known_since).await? {
                End::Complete => {
                    known_since = Some(place.top_at);
                    fetch.rest_read = true;
                }
                end => return Ok(end),
            }
        }
        let mut place = Place {
            top_at: self.store.begin().await?.now(),
            cursor: None,
        };
        self.walk(fetch, &mut place, known_since).await
    }

    async fn walk(
        &self,
        fetch: &mut Fetch<'_>,
        place: &mut Place,
        known_since: Option<Timestamp>,
    ) -> R<End> {
        loop {
            if fetch.stop.is_cancelled() {
                return Ok(End::Stopped);
            }
            if fetch.pages >= MOST_PAGES || fetch.began.elapsed() >= self.timing.longest {
                return Ok(End::Later);
            }
            let Some(source) = self.store.source(fetch.work.source).await? else {
                return Ok(End::Unfollowed);
            };
            let page = tokio::select! {
                () = fetch.stop.cancelled() => return Ok(End::Stopped),
                page = self.page(fetch, &source, place.cursor.as_deref()) => page,
            };
            let page = match page {
                Ok(page) if page.next.is_some() && page.next == place.cursor => {
                    return Ok(End::Failed(Trouble::goes_in_circles(source.network)));
                }
                Ok(page) => page,
                Err(trouble) => return Ok(End::Failed(trouble)),
            };
            match self.keep(fetch, page, place, known_since).await? {
                Some(true) => return Ok(End::Complete),
                Some(false) => {}
                None => return Ok(End::Unfollowed),
            }
        }
    }

    /// One page, asked for again while there is patience.
    async fn page(
        &self,
        fetch: &Fetch<'_>,
        source: &source::Source,
        cursor: Option<&str>,
    ) -> Result<Page, Trouble> {
        let mut waits = self.timing.waits.into_iter();
        loop {
            let asked = fetch.network.page(&source.selector, cursor);
            let trouble = match tokio::time::timeout(self.timing.page, asked).await {
                Ok(Ok(page)) => return Ok(page),
                Ok(Err(error)) => Trouble::of(error),
                Err(_) => Trouble::silent(source.network, self.timing.page),
            };
            let Some(wait) = waits.next().filter(|_| trouble.passes) else {
                return Err(trouble);
            };
            let wait = trouble.wait.unwrap_or(wait);
            if fetch.began.elapsed() + wait > self.timing.patience {
                return Err(trouble);
            }
            tracing::info!(source = %source.name(), error = %trouble.why, "a page did not come; asking again");
            tokio::time::sleep(wait).await;
        }
    }

    /// Stores a page and the place after it at once. Says whether the walk is complete; none when the source is gone.
    async fn keep(
        &self,
        fetch: &mut Fetch<'_>,
        mut page: Page,
        place: &mut Place,
        known_since: Option<Timestamp>,
    ) -> R<Option<bool>> {
        let mut tx = self.store.begin().await?;
        // Read again: somebody may have paused or removed it while the page came.
        let Some(mut source) = tx.source(fetch.work.source).await? else {
            return Ok(None);
        };
        for post in &mut page.posts {
            // What was passed on is somebody else's voice.
            post.own |= source.own && post.repost_of.is_none() && !passes_on(&post.text);
        }
        let mut counts = tx.store_posts(fetch.workspace, &page.posts).await?;
        let removed = tx
            .remove_posts(fetch.workspace, source.network, &page.removed)
            .await?;
        counts.removed = removed.len() as u64;
        gone::tell_drafts(&mut tx, &removed, None).await?;
        if counts.changed > 0 {
            edited::hold_drafts(&mut tx, fetch.workspace, None).await?;
        }

        let complete = page.next.is_none()
            || ((!source.own || fetch.rest_read)
                && !page.unordered
                && all_known(counts)
                && reaches(&page.posts, known_since));
        place.cursor = page.next.filter(|_| !complete);
        source.cursor = place.kept();
        if complete {
            source.last_fetched_at = Some(place.top_at);
            source.last_error = None;
        }
        tx.update_source(&source).await?;
        tx.commit().await?;

        fetch.counts += counts;
        fetch.pages += 1;
        fetch.report(&source.name(), page.about);
        Ok(Some(complete))
    }
}

impl Fetch<'_> {
    fn report(&self, name: &str, about: Option<u64>) {
        let seen = self.counts.new + self.counts.changed + self.counts.known;
        let of = match about.filter(|about| *about >= seen) {
            Some(about) => format!(" of about {}", grouped(about)),
            None => String::new(),
        };
        let line = format!("{name}: fetched {}{of}", grouped(seen));
        self.progress.report(Step::Doing(line));
    }
}

const fn all_known(counts: StoreCounts) -> bool {
    counts.new == 0 && counts.changed == 0 && counts.removed == 0
}

/// Whether the page goes back to the last complete fetch. A page of deletions alone says nothing about that.
fn reaches(posts: &[FetchedPost], known_since: Option<Timestamp>) -> bool {
    let touched = |post: &FetchedPost| {
        post.edited_at
            .map_or(post.created_at, |at| at.max(post.created_at))
    };
    match (known_since, posts.iter().map(touched).min()) {
        (Some(since), Some(oldest)) => oldest <= since,
        _ => false,
    }
}
