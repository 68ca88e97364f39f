//! What is said when a job is given up.

use async_trait::async_trait;
use serde_json::json;

use crate::domain::error::shortened;
use crate::domain::ids::RoomId;
use crate::domain::job::{Job, JobKind, NewJob};
use crate::domain::notice::{Notice, Offer};
use crate::store::{R, Tx};

/// Told of every job that is given up, in the transaction that ends it.
#[async_trait]
pub trait GiveUp: Send + Sync {
    async fn gave_up(&self, tx: &mut Tx, job: &Job, why: &str) -> R<()>;
}

/// Tells the room that the job's payload names under `room`; work that nobody asked for is only in the log.
#[derive(Debug, Clone, Copy, Default)]
pub struct TellRoom;

#[async_trait]
impl GiveUp for TellRoom {
    async fn gave_up(&self, tx: &mut Tx, job: &Job, why: &str) -> R<()> {
        let room = job
            .payload
            .get("room")
            .and_then(serde_json::Value::as_i64)
            .map(RoomId);
        // A notice that could not be shown is not followed by a notice about that.
        let (Some(room), false) = (room, job.kind == JobKind::Notice) else {
            return Ok(());
        };
        let notice = Notice::Answer {
            room,
            text: format!(
                "{} {}.",
                what(job.kind),
                shortened(why, 200).trim_end_matches('.')
            ),
            cause: job.cause,
            offers: Offer::again(job.cause.is_some()),
        };
        let run_at = tx.now();
        tx.enqueue(&NewJob {
            kind: JobKind::Notice,
            unique_key: format!("notice:gave-up:{}", job.id),
            payload: json!(notice),
            cause: job.cause,
            run_at,
        })
        .await?;
        Ok(())
    }
}

const fn what(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Fetch => "The fetch did not work:",
        JobKind::Index => "The search index could not be brought up to date:",
        JobKind::Media => "Pictures could not be fetched:",
        JobKind::Compose => "The draft was not written:",
        JobKind::Paint => "The picture was not made:",
        JobKind::Publish => "The post could not be published:",
        JobKind::Act => "It was not done:",
        JobKind::Notice => "A message could not be shown:",
    }
}
