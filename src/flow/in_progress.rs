//! Texts and pictures that are being made: for which drafts, and how they are stopped.
//!
//! They are jobs, so what is in progress is the same after a restart. Stopping takes the job off: who makes it looks
//! whether it is still there (see [`bounded`](super::bounded)) and cannot finish it any more.

use crate::domain::draft::Purpose;
use crate::domain::ids::{DraftNumber, JobId, RoomId, WorkspaceId};
use crate::domain::job::{Job, JobKind};
use crate::flow::compose::{ComposeJob, ComposeRequest};
use crate::flow::paint;
use crate::store::{StoreError, Tx};

/// More are not looked at: nobody has so many made at once.
const MOST: u32 = 200;

/// Work on a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InProgress {
    job: JobId,
    /// The draft, which is not there yet while its first version is being written.
    pub number: DraftNumber,
    pub making: Making,
    /// Where it was asked for.
    pub room: Option<RoomId>,
}

/// What is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Making {
    /// The first version of a draft.
    Draft(Purpose),
    /// Another version in place of this one.
    Version {
        of: i64,
    },
    Picture,
}

/// Everything that is being made, in the order in which it was asked for.
pub async fn all(tx: &mut Tx, w: WorkspaceId) -> Result<Vec<InProgress>, StoreError> {
    let jobs = tx
        .jobs_of(&[JobKind::Compose, JobKind::Paint], MOST)
        .await?;
    let mut all = Vec::with_capacity(jobs.len());
    for job in &jobs {
        all.extend(read(tx, w, job).await?);
    }
    Ok(all)
}

/// The draft with this number whose first version is being written.
pub async fn unwritten(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
) -> Result<Option<InProgress>, StoreError> {
    let is_first = |work: &InProgress| matches!(work.making, Making::Draft(_));
    let mut all = all(tx, w).await?.into_iter();
    Ok(all.find(|work| work.number == number && is_first(work)))
}

/// Stops it: nothing of it is kept. False where it has just come to its end.
pub async fn stop(
    tx: &mut Tx,
    w: WorkspaceId,
    work: &InProgress,
    by: &str,
) -> Result<bool, StoreError> {
    let stopped = tx.drop_job(work.job).await?;
    if stopped {
        let what = match work.making {
            Making::Draft(_) => "the writing of",
            Making::Version { .. } => "another version of",
            Making::Picture => "a picture for",
        };
        tx.log(w, by, &format!("stopped {what} {}", work.number))
            .await?;
    }
    Ok(stopped)
}

async fn read(tx: &mut Tx, w: WorkspaceId, job: &Job) -> Result<Option<InProgress>, StoreError> {
    let found = match job.kind {
        JobKind::Compose => composing(tx, w, job).await?,
        _ => painting(tx, w, job).await?,
    };
    Ok(found.map(|(number, making, room)| InProgress {
        job: job.id,
        number,
        making,
        room,
    }))
}

type Found = Option<(DraftNumber, Making, Option<RoomId>)>;

async fn composing(tx: &mut Tx, w: WorkspaceId, job: &Job) -> Result<Found, StoreError> {
    // What cannot be read is given up by the worker, which says so.
    let Ok(work) = serde_json::from_value::<ComposeJob>(job.payload.clone()) else {
        return Ok(None);
    };
    if work.workspace != w {
        return Ok(None);
    }
    let (number, making) = match work.request {
        ComposeRequest::Redo { draft, seen, .. } => {
            let draft = tx.draft(draft).await?;
            let of = seen.revision;
            (draft.map(|draft| draft.number), Making::Version { of })
        }
        ComposeRequest::Post { topic } => (work.number, Making::Draft(Purpose::Post { topic })),
        ComposeRequest::Reply { post, guidance, .. } => {
            let purpose = Purpose::Reply { post, guidance };
            (work.number, Making::Draft(purpose))
        }
    };
    Ok(number.map(|number| (number, making, work.room)))
}

async fn painting(tx: &mut Tx, w: WorkspaceId, job: &Job) -> Result<Found, StoreError> {
    let Some((draft, room)) = paint::asked_for(w, job) else {
        return Ok(None);
    };
    let draft = tx.draft(draft).await?;
    Ok(draft.map(|draft| (draft.number, Making::Picture, room)))
}
