//! Likes, reposts, bookmarks and follows: what a person pressed on a fetched post's card and confirmed.
//!
//! The press is the approval: it names the action, the post and the account, and the log names who pressed. The network is
//! asked what is done already before anything is done, under a key that is the press's own, so a crash or a lost answer
//! does nothing twice. What stays unclear is said, with the place to look.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::action::Action;
use crate::domain::ids::{InboxId, RoomId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::network::Network;
use crate::domain::notice::{Notice, Offer};
use crate::platforms::{Outlet, PlatformError};
use crate::store::{R, Store, Tx};

/// For one try: an action that is a transaction is followed a while.
const LIMIT: Duration = Duration::from_secs(50);

/// The waits between tries; after the last one the person is told how it stands.
const WAITS: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// The payload of a [`JobKind::Act`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActJob {
    pub workspace: WorkspaceId,
    pub network: Network,
    pub action: Action,
    /// Native id of the post.
    pub post: String,
    /// How people see it: `@bean's post`.
    pub shown: String,
    pub url: Option<String>,
    pub room: RoomId,
}

/// Has it done as soon as a worker is free. A press does it once.
pub async fn request(tx: &mut Tx, work: &ActJob, cause: InboxId) -> R<bool> {
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Act,
        unique_key: format!("act:{cause}"),
        payload: json!(work),
        cause: Some(cause),
        run_at,
    })
    .await
}

/// What acting needs.
#[derive(Clone)]
pub struct Actor {
    pub store: Store,
    pub outlets: Vec<Arc<dyn Outlet>>,
}

impl Actor {
    /// Handles one [`JobKind::Act`].
    pub async fn run(&self, job: &Job, lease: &Lease) -> JobOutcome {
        let work: ActJob = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable job: {error}"),
                };
            }
        };
        match self.act(&work, job, lease).await {
            Ok(outcome) => outcome,
            Err(error) => JobOutcome::Retry {
                why: error.to_string(),
                wait: None,
            },
        }
    }

    async fn act(&self, work: &ActJob, job: &Job, lease: &Lease) -> R<JobOutcome> {
        let name = work.action.name();
        let stopped = self.store.workspace(work.workspace).await?.stopped;
        if stopped.is_some() {
            let line = format!("Nothing goes out until /go, so no {name}.");
            return self.tell(work, job, lease, line, true).await;
        }
        let mut outlets = self.outlets.iter();
        let outlet = outlets.find(|outlet| outlet.network() == work.network);
        let Some(outlet) = outlet else {
            let line = format!("There is no account on {} to do it with.", work.network);
            return self.tell(work, job, lease, line, false).await;
        };
        let asked = outlet.act(work.action, &work.post, &job.unique_key, lease);
        let answer = tokio::time::timeout(LIMIT, asked)
            .await
            .unwrap_or_else(|_| {
                Err(PlatformError::Unclear {
                    network: work.network,
                    why: format!("no answer in {} seconds", LIMIT.as_secs()),
                })
            });
        let error = match answer {
            Ok(()) => {
                let line = done(work);
                return self.tell(work, job, lease, line, false).await;
            }
            Err(error) => error,
        };
        if matches!(error, PlatformError::Refused { .. }) {
            let line = format!("No {name}: {error}.");
            return self.tell(work, job, lease, line, false).await;
        }
        let tries = usize::try_from(job.attempts - 1).unwrap_or(0);
        if let Some(wait) = WAITS.get(tries) {
            let asked = match &error {
                PlatformError::SlowDown { wait, .. } => *wait,
                _ => None,
            };
            return Ok(JobOutcome::Retry {
                why: error.to_string(),
                wait: Some(asked.unwrap_or(*wait).max(*wait).min(LIMIT)),
            });
        }
        let unclear = matches!(
            error,
            PlatformError::Unclear { .. } | PlatformError::Garbled { .. }
        );
        let line = if unclear {
            let place = work.url.as_deref().unwrap_or(&work.post);
            format!(
                "Whether the {name} went through is not known: {error}. Please look there: {place}"
            )
        } else {
            format!("No {name}: {error}. Nothing was done.")
        };
        self.tell(work, job, lease, line, !unclear).await
    }

    async fn tell(
        &self,
        work: &ActJob,
        job: &Job,
        lease: &Lease,
        text: String,
        again: bool,
    ) -> R<JobOutcome> {
        let mut tx = self.store.begin().await?;
        tx.log(work.workspace, "lumen", &text).await?;
        let notice = Notice::Answer {
            room: work.room,
            text,
            cause: job.cause,
            offers: Offer::again(again),
        };
        let run_at = tx.now();
        tx.enqueue(&NewJob {
            kind: JobKind::Notice,
            unique_key: format!("notice:act:{}", job.id),
            payload: json!(notice),
            cause: job.cause,
            run_at,
        })
        .await?;
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(JobOutcome::Settled)
    }
}

fn done(work: &ActJob) -> String {
    let shown = &work.shown;
    match work.action {
        Action::Like => format!("{shown} is liked."),
        Action::Repost => format!("{shown} is reposted."),
        Action::Bookmark => format!("{shown} is bookmarked."),
        Action::Follow => format!("The author of {shown} is followed."),
    }
}
