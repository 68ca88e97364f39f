//! From a topic, or a post to answer, to a draft: persona, own examples and relevant posts make the prompt; the answer is
//! checked before a person sees it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::domain::content::Content;
use crate::domain::draft::{Draft, Lean, Purpose, Revision, Writer};
use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{DraftId, InboxId, PostId, RoomId, TaskId, WorkspaceId};
use crate::domain::job::{Job, JobKind, JobOutcome, Lease, NewJob};
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::domain::notice::Notice;
use crate::domain::persona::{Persona, Voice};
use crate::domain::post::Post;
use crate::domain::progress::{Progress, Step};
use crate::flow::checks::{self, Allowance, Held};
use crate::flow::recall::{Recall, SearchQuery};
use crate::flow::review;
use crate::models::prompt::{Ask, DraftPrompt, Piece, Prompts};
use crate::models::{ModelError, TextAnswer, TextModel};
use crate::platforms::Outlet;
use crate::store::{NewDraft, NewRevision, Store, StoreError, Tx};

/// How long writing one draft may take in all. A command has its final answer within 90 seconds.
const WRITE_LIMIT: Duration = Duration::from_secs(75);

/// How many relevant posts a draft leans on at most.
const POSTS: usize = 6;

/// How many own posts show the voice.
const EXAMPLES: usize = 3;

/// A model whose prompts stay within this many tokens gets two posts and one example: it reads slowly, and with more it
/// wanders off.
const SMALL_PROMPT: usize = 600;

/// How many versions are written at most before the best one is shown.
const CANDIDATES: u64 = 3;

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
    },
    Redo {
        draft: DraftId,
        revision: i64,
        guidance: Option<String>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComposeJob {
    pub workspace: WorkspaceId,
    pub request: ComposeRequest,
    /// Who asked.
    pub by: String,
    pub task: Option<TaskId>,
    /// Where the card is shown.
    pub room: Option<RoomId>,
}

/// Has a draft written. `key` names the work: the same one is not done twice.
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
    let payload = json!(ComposeJob {
        workspace: w,
        request: request.clone(),
        by: by.to_owned(),
        task,
        room
    });
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Compose,
        unique_key: format!("compose:{key}"),
        payload,
        cause,
        run_at,
    })
    .await
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
    pub text: Arc<dyn TextModel>,
    pub prompts: Arc<Prompts>,
    pub outlets: Vec<Arc<dyn Outlet>>,
}

/// Everything a version is written from.
struct Material {
    purpose: Purpose,
    persona: Persona,
    network: Network,
    account: String,
    answered: Option<Post>,
    /// What stands now, when it is to be written anew.
    before: Option<(Draft, Revision)>,
    guidance: Option<String>,
    posts: Vec<(Post, f32)>,
    examples: Vec<Post>,
    allowance: Allowance,
}

/// A version with what was found in it.
struct Candidate {
    text: String,
    findings: Vec<Finding>,
    answer: TextAnswer,
    used: Vec<PostId>,
}

/// Why nothing was written: for people, with or without a way to try again.
struct NotWritten {
    why: String,
    again: bool,
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
        let limit = stop.child_token();
        let written =
            tokio::time::timeout(WRITE_LIMIT, self.write(&work, job, progress, &limit)).await;
        limit.cancel();
        match written {
            Ok(Ok(Ok((material, candidate)))) => {
                match self.keep(&work, material, candidate, job, lease).await {
                    Ok(()) => JobOutcome::Settled,
                    Err(error) => JobOutcome::Retry {
                        why: format!("{error:#}"),
                        wait: None,
                    },
                }
            }
            Ok(Ok(Err(_))) if stop.is_cancelled() => JobOutcome::Retry {
                why: "Lumen is stopping".to_owned(),
                wait: Some(Duration::ZERO),
            },
            Ok(Ok(Err(not))) => self.finish(lease, job, &work, Some(not)).await,
            Ok(Err(error)) => {
                tracing::error!(job = job.id.0, error = %format!("{error:#}"), "a draft could not be written");
                let why =
                    "Something went wrong while writing; the details are in the log.".to_owned();
                self.finish(lease, job, &work, Some(NotWritten { why, again: true }))
                    .await
            }
            Err(_) => {
                let why = format!(
                    "The model did not finish in {} seconds. Nothing was kept.",
                    WRITE_LIMIT.as_secs()
                );
                self.finish(lease, job, &work, Some(NotWritten { why, again: true }))
                    .await
            }
        }
    }

    async fn write(
        &self,
        work: &ComposeJob,
        job: &Job,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> anyhow::Result<Result<(Material, Candidate), NotWritten>> {
        let material = match self.gather(work).await? {
            Ok(material) => material,
            Err(not) => return Ok(Err(not)),
        };
        if let Err(error) = self.text.prepare().await {
            return Ok(Err(not_written(error)));
        }
        let mut best: Option<Candidate> = None;
        for turn in 0..CANDIDATES {
            let candidate = match self
                .candidate(&material, seed(job, turn), progress, cancel)
                .await
            {
                Ok(candidate) => candidate,
                Err(error) if best.is_none() => return Ok(Err(not_written(error))),
                Err(_) => break,
            };
            let good = Self::rank(&material, &candidate) >= GOOD_ENOUGH;
            if best
                .as_ref()
                .is_none_or(|best| Self::rank(&material, &candidate) > Self::rank(&material, best))
            {
                best = Some(candidate);
            }
            if good {
                break;
            }
        }
        let best = best.ok_or_else(|| anyhow::anyhow!("no version was written"))?;
        if best.text.trim().is_empty() {
            return Ok(Err(NotWritten {
                why: "The model wrote nothing.".to_owned(),
                again: true,
            }));
        }
        Ok(Ok((material, best)))
    }

    /// How good a version is: nothing that blocks comes first, then what the topic names, then no soft findings.
    fn rank(material: &Material, candidate: &Candidate) -> f32 {
        let blocks = candidate
            .findings
            .iter()
            .filter(|finding| finding.blocks)
            .count();
        let soft = candidate.findings.len() - blocks;
        let topic = topic_of(material);
        let fit = crate::models::prompt::fit(&candidate.text, &topic);
        #[expect(clippy::cast_precision_loss, reason = "a handful of findings")]
        let (blocks, soft) = (blocks as f32, soft as f32);
        fit - 10.0 * blocks - 0.3 * soft
    }

    async fn candidate(
        &self,
        material: &Material,
        seed: u64,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Candidate, ModelError> {
        let ask = ask(material);
        let prompt = DraftPrompt {
            voice: &material.persona.voice,
            ask,
            guidance: material.guidance.as_deref(),
            examples: material
                .examples
                .iter()
                .map(|post| post.body.text.clone())
                .collect(),
            posts: material
                .posts
                .iter()
                .map(|(post, _)| Piece {
                    id: post.id,
                    author: post.body.author.clone(),
                    text: post.body.text.clone(),
                })
                .collect(),
            limit: Limits::of(material.network).text[0].most,
        };
        let purpose = if material.before.is_some() {
            "redo"
        } else {
            "draft"
        };
        let filled = self
            .prompts
            .draft(&prompt, self.text.as_ref(), purpose, seed)?;
        let written =
            |text: &str| progress.report(Step::Writing(crate::models::prompt::tidy(text, &prompt)));
        let answer = self.text.write(&filled.request, &written, cancel).await?;
        let text = crate::models::prompt::tidied(&answer, &prompt);
        let others = others(material);
        let held = Held {
            network: material.network,
            allowance: &material.allowance,
            instructions: &filled.instructions,
            others: &others,
        };
        Ok(Candidate {
            findings: checks::by_model(&text, &held),
            text,
            answer,
            used: filled.posts,
        })
    }

    /// Collects what the version is written from, or says why it cannot be written.
    async fn gather(&self, work: &ComposeJob) -> anyhow::Result<Result<Material, NotWritten>> {
        let persona = self.store.persona(work.workspace).await?;
        let (purpose, before, guidance) = match &work.request {
            ComposeRequest::Post { topic } => (
                Purpose::Post {
                    topic: topic.clone(),
                },
                None,
                None,
            ),
            ComposeRequest::Reply { post, guidance } => (
                Purpose::Reply {
                    post: *post,
                    guidance: guidance.clone(),
                },
                None,
                guidance.clone(),
            ),
            ComposeRequest::Redo {
                draft,
                revision,
                guidance,
            } => {
                let Some(found) = self.store.draft(*draft).await? else {
                    return Ok(Err(NotWritten {
                        why: "That draft is gone.".to_owned(),
                        again: false,
                    }));
                };
                let Some(old) = self.store.revision(*draft, *revision).await? else {
                    anyhow::bail!("{} has no revision {revision}", found.number);
                };
                (found.purpose.clone(), Some((found, old)), guidance.clone())
            }
        };
        let answered = match &purpose {
            Purpose::Reply { post, .. } => self.store.post(*post).await?,
            Purpose::Post { .. } => None,
        };
        if answered.is_none() && matches!(purpose, Purpose::Reply { .. }) {
            let why =
                "The post to answer was deleted at its network. Nothing was written.".to_owned();
            return Ok(Err(NotWritten { why, again: false }));
        }
        let Some((network, account)) = self
            .destination(work.workspace, before.as_ref(), answered.as_ref())
            .await?
        else {
            let why = "There is no account on that network to answer from.".to_owned();
            return Ok(Err(NotWritten { why, again: false }));
        };
        let mut tx = self.store.begin().await?;
        let mut allowance = allowance(&mut tx, &persona.voice, &purpose).await?;
        drop(tx);
        if let Some(guidance) = &guidance {
            allowance = allowance.and_named_in(guidance);
        }
        let words = match (&purpose, &answered) {
            (Purpose::Post { topic }, _) => topic.clone(),
            (_, Some(post)) => post.body.text.clone(),
            _ => String::new(),
        };
        let posts = self
            .relevant(work.workspace, &words, answered.as_ref())
            .await?;
        let mut examples = self.examples(work.workspace, &words).await?;
        let mut posts = posts;
        if self.text.prompt_budget() <= SMALL_PROMPT {
            posts.truncate(2);
            examples.truncate(1);
        }
        Ok(Ok(Material {
            purpose,
            persona,
            network,
            account,
            answered,
            before,
            guidance,
            posts,
            examples,
            allowance,
        }))
    }

    /// Where the draft goes: a reply to the network of what it answers, else the default account, else the only one.
    async fn destination(
        &self,
        w: WorkspaceId,
        before: Option<&(Draft, Revision)>,
        answered: Option<&Post>,
    ) -> anyhow::Result<Option<(Network, String)>> {
        if let Some((_, revision)) = before {
            return Ok(Some((
                revision.content.network,
                revision.content.account.clone(),
            )));
        }
        let mut all = self.outlets.iter().flat_map(|outlet| {
            let network = outlet.network();
            outlet
                .accounts()
                .into_iter()
                .map(move |account| (network, account))
        });
        if let Some(post) = answered {
            return Ok(all.find(|(network, _)| *network == post.body.network));
        }
        let wanted = self.store.workspace(w).await?.default_account;
        let all: Vec<_> = all.collect();
        let chosen = wanted.and_then(|wanted| {
            all.iter()
                .find(|(network, account)| format!("{network}:{account}") == wanted)
        });
        Ok(chosen.or_else(|| all.first()).cloned())
    }

    async fn relevant(
        &self,
        w: WorkspaceId,
        words: &str,
        answered: Option<&Post>,
    ) -> anyhow::Result<Vec<(Post, f32)>> {
        let query = SearchQuery {
            own: Some(false),
            limit: POSTS + 1,
            spread: true,
            ..SearchQuery::new(w, words)
        };
        let hits = self.recall.search(&query).await?;
        let itself = answered.map(|post| post.id);
        Ok(hits
            .into_iter()
            .filter(|hit| Some(hit.post.id) != itself)
            .take(POSTS)
            .map(|hit| (hit.post, hit.score))
            .collect())
    }

    /// Own posts near to the topic show the voice best.
    async fn examples(&self, w: WorkspaceId, words: &str) -> anyhow::Result<Vec<Post>> {
        let query = SearchQuery {
            own: Some(true),
            limit: EXAMPLES,
            spread: true,
            ..SearchQuery::new(w, words)
        };
        let near = self.recall.search(&query).await?;
        if near.len() == EXAMPLES {
            return Ok(near.into_iter().map(|hit| hit.post).collect());
        }
        Ok(self.store.own_posts(w, u32::try_from(EXAMPLES)?).await?)
    }

    /// Writes the draft (or its new revision), the notice and the job's end in one transaction.
    async fn keep(
        &self,
        work: &ComposeJob,
        material: Material,
        candidate: Candidate,
        job: &Job,
        lease: &Lease,
    ) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let revision = new_revision(&material, candidate);
        if let Some((before, _)) = &material.before {
            let now_there = tx.draft(before.id).await?;
            match now_there {
                Some(draft) if draft.revision == before.revision && draft.revise().is_ok() => {
                    review::revise(
                        &mut tx,
                        work.workspace,
                        &draft,
                        &revision,
                        "rewrote",
                        &work.by,
                        job.cause,
                    )
                    .await?;
                }
                _ => {
                    let text = format!(
                        "{} was changed or decided while I wrote. I left it as it is.",
                        before.number
                    );
                    answer(&mut tx, work, job, text, false).await?;
                }
            }
        } else {
            let new = NewDraft {
                purpose: material.purpose.clone(),
                task: work.task,
                origin: job.unique_key.clone(),
                expires_at: tx.now() + review::FRESH_FOR,
            };
            let draft = tx.new_draft(work.workspace, &new, &revision).await?;
            tx.log(
                work.workspace,
                &work.by,
                &format!(
                    "drafted {}: {}",
                    draft.number,
                    shortened(&topic_of(&material), 60)
                ),
            )
            .await?;
            review::tell(&mut tx, &draft, work.room, job.cause).await?;
        }
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the job without a draft; with a reason, the person hears it.
    async fn finish(
        &self,
        lease: &Lease,
        job: &Job,
        work: &ComposeJob,
        not: Option<NotWritten>,
    ) -> JobOutcome {
        let ended = async {
            let mut tx = self.store.begin().await?;
            if let Some(not) = not {
                answer(&mut tx, work, job, not.why, not.again).await?;
            }
            tx.finish_job(lease).await?;
            tx.commit().await
        };
        match ended.await {
            Ok(()) => JobOutcome::Settled,
            Err(error) => JobOutcome::Retry {
                why: error.to_string(),
                wait: None,
            },
        }
    }
}

/// A version at or above this is shown at once; below it another one is tried.
const GOOD_ENOUGH: f32 = 0.75;

async fn answer(
    tx: &mut Tx,
    work: &ComposeJob,
    job: &Job,
    text: String,
    again: bool,
) -> Result<(), StoreError> {
    let notice = match work.room {
        Some(room) => Notice::Answer {
            room,
            text,
            cause: job.cause,
            again,
        },
        None => Notice::Everyone { text },
    };
    let run_at = tx.now();
    let unique_key = format!("notice:{}", job.unique_key);
    tx.enqueue(&NewJob {
        kind: JobKind::Notice,
        unique_key,
        payload: json!(notice),
        cause: job.cause,
        run_at,
    })
    .await?;
    Ok(())
}

fn new_revision(material: &Material, candidate: Candidate) -> NewRevision {
    let mut findings = candidate.findings;
    findings.extend(uncovered(material, &candidate.text));
    let leans_on = material
        .posts
        .iter()
        .filter(|(post, _)| candidate.used.contains(&post.id))
        .map(|(post, score)| Lean {
            post: post.id,
            author: post.body.author.clone(),
            excerpt: shortened(&post.body.text, 60),
            score: *score,
        })
        .collect();
    NewRevision {
        content: Content {
            network: material.network,
            account: material.account.clone(),
            text: candidate.text,
            media: material
                .before
                .as_ref()
                .map(|(_, old)| old.content.media.clone())
                .unwrap_or_default(),
            reply_to: material
                .answered
                .as_ref()
                .map(|post| post.body.native_id.clone()),
            quote_of: None,
        },
        findings,
        leans_on,
        examples: material.examples.iter().map(|post| post.id).collect(),
        persona_version: material.persona.version,
        guidance: material.guidance.clone(),
        writer: Writer::Model {
            provider: candidate.answer.provider,
            model: candidate.answer.model,
            tokens_in: candidate.answer.tokens_in,
            tokens_out: candidate.answer.tokens_out,
            micro_usd: candidate.answer.micro_usd,
            millis: candidate.answer.millis,
        },
    }
}

/// What the topic names and the text leaves out: a person should see that before they approve.
fn uncovered(material: &Material, text: &str) -> Option<Finding> {
    let Purpose::Post { topic } = &material.purpose else {
        return None;
    };
    let missing = crate::models::prompt::missing_facts(text, topic);
    (!missing.is_empty()).then(|| Finding {
        kind: FindingKind::Style,
        blocks: false,
        detail: format!("leaves out: {}", missing.join(", ")),
    })
}

fn topic_of(material: &Material) -> String {
    match (&material.purpose, &material.answered) {
        (Purpose::Post { topic }, _) => topic.clone(),
        (_, Some(post)) => format!("answer to @{}: {}", post.body.author, post.body.text),
        _ => String::new(),
    }
}

fn ask(material: &Material) -> Ask<'_> {
    match (&material.before, &material.purpose, &material.answered) {
        (Some((_, old)), Purpose::Post { topic }, _) => Ask::Again {
            topic,
            before: &old.content.text,
        },
        (Some((_, old)), _, Some(post)) => Ask::AnswerAgain {
            author: &post.body.author,
            text: &post.body.text,
            before: &old.content.text,
        },
        (None, Purpose::Post { topic }, _) => Ask::Post { topic },
        (_, _, Some(post)) => Ask::Answer {
            author: &post.body.author,
            text: &post.body.text,
        },
        (Some((_, old)), _, None) => Ask::Again {
            topic: "",
            before: &old.content.text,
        },
        (None, Purpose::Reply { .. }, None) => Ask::Post { topic: "" },
    }
}

fn others(material: &Material) -> Vec<(String, String)> {
    let fetched = material
        .posts
        .iter()
        .map(|(post, _)| (format!("@{}", post.body.author), post.body.text.clone()));
    let own = material
        .examples
        .iter()
        .map(|post| ("an own post".to_owned(), post.body.text.clone()));
    let answered = material
        .answered
        .iter()
        .map(|post| ("the post it answers".to_owned(), post.body.text.clone()));
    fetched.chain(own).chain(answered).collect()
}

fn not_written(error: ModelError) -> NotWritten {
    match error {
        ModelError::Missing(how) => NotWritten {
            why: how,
            again: true,
        },
        ModelError::Unavailable { provider, why } => NotWritten {
            why: format!("The {provider} model did not answer: {why}. Nothing is lost."),
            again: true,
        },
        ModelError::Refused { provider, why } => NotWritten {
            why: format!("The {provider} model refused: {why}. Other words may help."),
            again: false,
        },
        ModelError::Cancelled => NotWritten {
            why: "Stopped.".to_owned(),
            again: true,
        },
    }
}

/// A number for the sampling that is the job's own, so that a job run again after a crash writes the same.
fn seed(job: &Job, turn: u64) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (&job.unique_key, turn).hash(&mut hasher);
    hasher.finish()
}
