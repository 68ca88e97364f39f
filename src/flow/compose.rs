//! From a topic, or a post to answer, to a draft: persona, own examples and relevant posts make the prompt; the answer is
//! checked before a person sees it.
//!
//! [`material`] gathers what a version is written from, [`write`] has versions written and takes the best, [`keep`] puts
//! it into the store. [`own`] does that with a person's own text.

mod keep;
mod material;
mod own;
mod small;
#[cfg(test)]
mod tests;
pub(in crate::flow) mod write;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::domain::draft::{Purpose, Seen};
use crate::domain::error::shortened;
use crate::domain::ids::{DraftId, DraftNumber, InboxId, PostId, RoomId, TaskId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::notice::Offer;
use crate::domain::persona::Voice;
use crate::domain::post::Post;
use crate::domain::post_kind::PostWarning;
use crate::domain::progress::{Progress, Step};
use crate::flow::bounded::{Broken, bounded, lease_lost};
use crate::flow::checks::Allowance;
use crate::flow::recall::Recall;
use crate::flow::see::Eyes;
use crate::models::TextModel;
use crate::models::in_order::InOrder;
use crate::models::moderate::Moderator;
use crate::models::prompt::Prompts;
use crate::platforms::Outlet;
use crate::store::{Store, StoreError, Tx};

pub use own::{Place, own};

/// How long writing one draft may take in all. A command has its final answer within 90 seconds.
const WRITE_LIMIT: Duration = Duration::from_secs(75);

/// What waited for fewer seconds than this was not held up by others.
const IN_LINE: u64 = 5;

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "lowercase")]
pub enum ComposeRequest {
    Post {
        topic: String,
    },
    Reply {
        post: PostId,
        guidance: Option<String>,
        /// The person was told what the post is (orders, selling, an insult) and wants an answer all the same.
        #[serde(default)]
        despite: bool,
    },
    Redo {
        draft: DraftId,
        #[serde(flatten)]
        seen: Seen,
        guidance: Option<String>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComposeJob {
    pub workspace: WorkspaceId,
    pub request: ComposeRequest,
    /// The number reserved for a draft that is yet to come; none in jobs of earlier versions.
    #[serde(default)]
    pub number: Option<DraftNumber>,
    /// Who asked.
    pub by: String,
    pub task: Option<TaskId>,
    /// Where the card is shown.
    pub room: Option<RoomId>,
}

/// Has a draft written, or another version of one. A draft that is yet to come gets its number now. `key` names the
/// work: while it is not done, the same one is not begun again, and the answer is false.
#[expect(
    clippy::too_many_arguments,
    reason = "one row with its columns; a struct would only repeat `ComposeJob`"
)]
pub async fn request(
    tx: &mut Tx,
    w: WorkspaceId,
    request: &ComposeRequest,
    by: &str,
    task: Option<TaskId>,
    room: Option<RoomId>,
    cause: Option<InboxId>,
    key: &str,
) -> Result<bool, StoreError> {
    let number = match request {
        ComposeRequest::Post { .. } | ComposeRequest::Reply { .. } => {
            Some(tx.reserve_number(w).await?)
        }
        ComposeRequest::Redo { .. } => None,
    };
    let payload = json!(ComposeJob {
        workspace: w,
        request: request.clone(),
        number,
        by: by.to_owned(),
        task,
        room
    });
    let run_at = tx.now();
    let job = NewJob {
        kind: JobKind::Compose,
        unique_key: format!("compose:{key}"),
        payload,
        cause,
        run_at,
    };
    let begun = tx.enqueue(&job).await?;
    if let (false, Some(number)) = (begun, number) {
        tx.return_number(w, number).await?;
    }
    Ok(begun)
}

/// What a draft with this purpose may point to.
pub async fn allowance(
    tx: &mut Tx,
    voice: &Voice,
    purpose: &Purpose,
) -> Result<Allowance, StoreError> {
    let allowance = Allowance::of(voice);
    Ok(match purpose {
        Purpose::Post { topic } => allowance.and_named_in(topic),
        Purpose::Reply { post, guidance } => {
            let allowance = allowance.and_named_in(guidance.as_deref().unwrap_or_default());
            match tx.post(*post).await? {
                Some(post) => allowance.and_author(&post.body.author),
                None => allowance,
            }
        }
    })
}

/// What composing needs.
#[derive(Clone)]
pub struct Composer {
    pub store: Store,
    pub recall: Recall,
    pub text: InOrder<dyn TextModel>,
    pub moderator: Option<Arc<dyn Moderator>>,
    pub eyes: Eyes,
    pub prompts: Arc<Prompts>,
    pub outlets: Vec<Arc<dyn Outlet>>,
}

/// Why nothing was written: for people, with what they can press.
struct NotWritten {
    why: String,
    offers: Vec<Offer>,
}

impl NotWritten {
    /// The post to answer gives orders, sells or insults: a person says first that an answer is wanted.
    fn hostile(post: &Post, warning: PostWarning) -> Self {
        Self {
            why: format!(
                "The post of @{} {}: \u{201c}{}\u{201d} No answer was written.",
                post.body.author,
                warning.words(),
                shortened(&post.body.text, 120)
            ),
            offers: vec![Offer::WriteDespite, Offer::WriteMyself],
        }
    }
}

impl Composer {
    /// Handles one [`JobKind::Compose`].
    pub async fn run(
        &self,
        job: &Job,
        lease: &Lease,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> JobOutcome {
        let work: ComposeJob = match serde_json::from_value(job.payload.clone()) {
            Ok(work) => work,
            Err(error) => {
                return JobOutcome::GiveUp {
                    why: format!("unreadable compose job: {error}"),
                };
            }
        };
        // A draft that this job made before a crash is not written again.
        match self.store.draft_by_origin(&job.unique_key).await {
            Ok(Some(_)) => return self.finish(lease, job, &work, None).await,
            Ok(None) => {}
            Err(error) => {
                return JobOutcome::Retry {
                    why: error.to_string(),
                    wait: None,
                };
            }
        }
        let version = match work.request {
            ComposeRequest::Redo { draft, seen, .. } => Some((draft, seen)),
            ComposeRequest::Post { .. } | ComposeRequest::Reply { .. } => None,
        };
        let limit = WRITE_LIMIT.saturating_sub(job.waited);
        if limit.is_zero() {
            return self.finish(lease, job, &work, Some(too_long(job))).await;
        }
        let cancel = stop.child_token();
        let progress = &self.numbered(&work, progress).await;
        let writing = Box::pin(self.write(&work, job, progress, &cancel));
        let not = match bounded(&self.store, job.id, version, limit, &cancel, writing).await {
            Ok(Ok(Ok((material, candidate)))) => {
                return match self.keep(&work, material, candidate, job, lease).await {
                    Ok(()) => JobOutcome::Settled,
                    Err(error) if lease_lost(&error) => JobOutcome::Settled,
                    Err(error) => JobOutcome::Retry {
                        why: format!("{error:#}"),
                        wait: None,
                    },
                };
            }
            Ok(Ok(Err(_))) if stop.is_cancelled() => {
                return JobOutcome::Retry {
                    why: "Lumen is stopping".to_owned(),
                    wait: Some(Duration::ZERO),
                };
            }
            // The person who stopped it was told.
            Err(Broken::Stopped) => return JobOutcome::Settled,
            Ok(Ok(Err(not))) => not,
            Ok(Err(error)) => {
                tracing::error!(job = job.id.0, error = %format!("{error:#}"), "a draft could not be written");
                NotWritten {
                    why: "Something went wrong while writing; the details are in the log."
                        .to_owned(),
                    offers: Offer::again(true),
                }
            }
            Err(Broken::Overtaken) => NotWritten {
                why: "The draft was changed or decided while I wrote, so I stopped.".to_owned(),
                offers: Vec::new(),
            },
            Err(Broken::TooLong) => too_long(job),
        };
        self.finish(lease, job, &work, Some(not)).await
    }

    /// Tells people which draft is being written, with every step.
    async fn numbered<'a>(&self, work: &ComposeJob, progress: &'a dyn Progress) -> Numbered<'a> {
        let number = match work.request {
            ComposeRequest::Redo { draft, .. } => {
                let draft = self.store.draft(draft).await.ok().flatten();
                draft.map(|draft| draft.number)
            }
            ComposeRequest::Post { .. } | ComposeRequest::Reply { .. } => work.number,
        };
        let line = number.map_or_else(
            || "writing".to_owned(),
            |number| format!("{number} is being written (stop ends it)"),
        );
        progress.report(Step::Doing(line.clone()));
        Numbered { progress, line }
    }
}

/// The signs of life of one draft: each line begins with which it is.
struct Numbered<'a> {
    progress: &'a dyn Progress,
    line: String,
}

impl Progress for Numbered<'_> {
    fn report(&self, step: Step) {
        self.progress.report(match step {
            Step::Doing(what) => Step::Doing(format!("{}: {what}", self.line)),
            Step::Writing(text) => Step::Writing(text),
        });
    }
}

/// Its time is over: the model's fault, or that of others before it.
fn too_long(job: &Job) -> NotWritten {
    let limit = WRITE_LIMIT.as_secs();
    let why = match job.waited.as_secs() {
        0..IN_LINE => format!("The model did not finish in {limit} seconds. Nothing was kept."),
        waited if waited >= limit => {
            format!("This waited {waited} seconds for others before it, so nothing was written.")
        }
        waited => format!(
            "This waited {waited} seconds for others before it, and the model did not finish in the {} that were left. Nothing was kept.",
            limit - waited
        ),
    };
    NotWritten {
        why,
        offers: Offer::again(true),
    }
}
