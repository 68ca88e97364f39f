//! Has versions written and checked, and takes the best.

use std::sync::Arc;

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::domain::change::Change;
use crate::domain::draft::Tried;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::job::Job;
use crate::domain::language;
use crate::domain::limits::Limits;
use crate::domain::notice::Offer;
use crate::domain::progress::{Progress, Step};
use crate::flow::checks::{self, Held};
use crate::models::in_order::Fallen;
use crate::models::moderate::Moderator;
use crate::models::prompt::{self, DraftPrompt, Piece};
use crate::models::{ModelError, TextAnswer, TextModel};

use super::material::Material;
use super::small::Outcome;
use super::{ComposeJob, Composer, NotWritten};

/// How many versions are written at most: another one only where the first cannot be approved, or misses what was asked.
const CANDIDATES: u64 = 2;

/// How many words that nothing given holds are named on the card.
const NAMED: usize = 6;

/// A version with what was found in it.
pub(super) struct Candidate {
    pub text: String,
    pub findings: Vec<Finding>,
    pub answer: TextAnswer,
    pub used: Vec<PostId>,
    /// Own posts that showed the voice.
    pub examples: Vec<PostId>,
    /// The second sentences that a small model tried.
    pub tries: Vec<Tried>,
}

/// What the versions of one draft have in common.
pub(super) struct Desk<'a> {
    pub workspace: WorkspaceId,
    pub material: &'a Material,
    pub job: &'a Job,
    pub progress: &'a dyn Progress,
    pub cancel: &'a CancellationToken,
}

impl Composer {
    pub(super) async fn write(
        &self,
        work: &ComposeJob,
        job: &Job,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> anyhow::Result<Result<(Material, Candidate), NotWritten>> {
        let material = match self.gather(work, cancel).await? {
            Ok(material) => material,
            Err(not) => return Ok(Err(not)),
        };
        let desk = Desk {
            workspace: work.workspace,
            material: &material,
            job,
            progress,
            cancel,
        };
        let written = self
            .text
            .ask(no_text, |model| self.versions(model, &desk).boxed())
            .await;
        let mut best = match written {
            Ok(Fallen {
                answer: Err(not), ..
            }) => return Ok(Err(not)),
            Ok(Fallen {
                answer: Ok(mut best),
                instead_of,
            }) => {
                let other = other_model(&best, &instead_of);
                best.findings.extend(other);
                best
            }
            Err(error) => return Ok(Err(not_written(error))),
        };
        if best.text.trim().is_empty() {
            return Ok(Err(NotWritten {
                why: "The model wrote nothing.".to_owned(),
                offers: Offer::again(true),
            }));
        }
        let judged = judged(self.moderator.as_deref(), &best.text, None).await;
        best.findings.extend(judged);
        Ok(Ok((material, best)))
    }

    /// Has one model write until a version can be approved and does what was asked, and takes the best.
    async fn versions(
        &self,
        model: Arc<dyn TextModel>,
        desk: &Desk<'_>,
    ) -> Result<Outcome, ModelError> {
        if model.continues() {
            return self.plainly(model, desk).await;
        }
        model.prepare().await?;
        let mut best: Option<(f32, Candidate)> = None;
        for turn in 0..CANDIDATES {
            let candidate = match self.candidate(model.as_ref(), desk, turn).await {
                Ok(candidate) => candidate,
                Err(error) if best.is_none() => return Err(error),
                Err(_) => break,
            };
            let rank = Self::rank(desk.material, &candidate);
            let good = candidate
                .findings
                .iter()
                .all(|finding| !finding.blocks && finding.kind != FindingKind::NotMet);
            if best.as_ref().is_none_or(|(best, _)| rank > *best) {
                best = Some((rank, candidate));
            }
            if good {
                break;
            }
        }
        best.map(|(_, candidate)| Ok(candidate))
            .ok_or(ModelError::Cancelled)
    }

    /// How good a version is: nothing that blocks comes first, then what the topic names, then no soft findings.
    fn rank(material: &Material, candidate: &Candidate) -> f32 {
        let blocks = candidate
            .findings
            .iter()
            .filter(|finding| finding.blocks)
            .count();
        let soft = candidate.findings.len() - blocks;
        let topic = material.topic();
        let fit = prompt::fit(&candidate.text, &topic);
        #[expect(clippy::cast_precision_loss, reason = "a handful of findings")]
        let (blocks, soft) = (blocks as f32, soft as f32);
        fit - 10.0 * blocks - 0.3 * soft
    }

    async fn candidate(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
        turn: u64,
    ) -> Result<Candidate, ModelError> {
        let material = desk.material;
        let prompt = DraftPrompt {
            voice: &material.persona.voice,
            ask: material.ask(),
            guidance: material.guidance.as_deref(),
            habits: material.habits.rules(),
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
                    text: material.told(post),
                })
                .collect(),
            limit: Limits::of(material.network).usual,
        };
        let purpose = if material.before.is_some() {
            "redo"
        } else {
            "draft"
        };
        let mut filled = self
            .prompts
            .draft(&prompt, model, purpose, seed(desk.job, turn))?;
        filled.request.key = format!("{}:{turn}", desk.job.unique_key);
        filled.request.patience = Some(self.text.patience());
        let written = |text: &str| {
            desk.progress
                .report(Step::Writing(prompt::tidy(text, &prompt)));
        };
        let answer = model.write(&filled.request, &written, desk.cancel).await?;
        let text = prompt::tidied(&answer, &prompt);
        let text = material.habits.kept_to(&text, &material.words());
        let others = material.others();
        let held = Held {
            network: material.network,
            allowance: &material.allowance,
            instructions: &filled.instructions,
            others: &others,
        };
        let mut findings = material.obeyed(&text);
        findings.extend(checks::by_model(&text, &held));
        findings.extend(unlike_asked(material, &text));
        Ok(Candidate {
            findings,
            text,
            answer,
            used: filled.posts,
            examples: material.examples.iter().map(|post| post.id).collect(),
            tries: Vec::new(),
        })
    }
}

/// What a person should look at before they approve: words that nothing given holds, another language than that of the
/// topic or the post, and changes that were asked for and not made.
fn unlike_asked(material: &Material, text: &str) -> Vec<Finding> {
    let found = |kind, detail| Finding {
        kind,
        blocks: false,
        detail,
    };
    let mut findings = Vec::new();
    let given = material.given();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let mut added = checks::unsupported(text, &given, &material.common);
    if !added.is_empty() {
        let more = added.len().saturating_sub(NAMED);
        added.truncate(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let words = added.join(", ");
        findings.push(found(
            FindingKind::Unsupported,
            format!("not from you: {words}{more}"),
        ));
    }
    let changes = material.guidance.as_deref().map(Change::read);
    let changes = changes.unwrap_or_default();
    let source = material
        .answered
        .as_ref()
        .map_or_else(|| material.words(), |post| post.body.text.clone());
    let told = material.persona.voice.language.is_empty()
        && !changes
            .iter()
            .any(|change| matches!(change, Change::Language(_)));
    if let (true, Some(asked), Some(written)) =
        (told, language::of_topic(&source), language::of_topic(text))
        && asked != written
    {
        let (asked, written) = (language::name(asked), language::name(written));
        findings.push(found(
            FindingKind::NotMet,
            format!("written in {written}, asked for in {asked}"),
        ));
    }
    if let Some((_, old)) = &material.before {
        let missed: Vec<String> = changes
            .iter()
            .filter(|change| !change.is_met(&old.content.text, text))
            .map(Change::words)
            .collect();
        if !missed.is_empty() {
            findings.push(found(
                FindingKind::NotMet,
                format!("not done: {}", missed.join(", ")),
            ));
        }
    }
    findings
}

fn no_text() -> ModelError {
    ModelError::Missing(
        "LUMEN_TEXT is off, so nothing can be written. Three ways to a model: LUMEN_TEXT=local with the models that \
         `make setup` fetches; OPENAI_API_KEY; OLLAMA_HOST with OLLAMA_TEXT_MODEL."
            .to_owned(),
    )
}

/// Says on the card that another model than the first choice wrote it, and why.
fn other_model(candidate: &Candidate, instead_of: &[String]) -> Option<Finding> {
    let why = instead_of.first()?;
    Some(Finding {
        kind: FindingKind::OtherModel,
        blocks: false,
        detail: format!("written by {}: {why}", candidate.answer.model),
    })
}

/// What moderation says, where there is one. What it could not look at is said, too.
pub(in crate::flow) async fn judged(
    moderator: Option<&dyn Moderator>,
    text: &str,
    picture: Option<(&[u8], &str)>,
) -> Option<Finding> {
    let what = if picture.is_some() {
        "the picture"
    } else {
        "the text"
    };
    let found = |blocks, detail| {
        Some(Finding {
            kind: FindingKind::Moderation,
            blocks,
            detail,
        })
    };
    match moderator?.judge(text, picture).await {
        Ok(categories) if categories.is_empty() => None,
        Ok(categories) => found(
            true,
            format!("moderation says of {what}: {}", categories.join(", ")),
        ),
        // A service without moderation is no news on every card.
        Err(ModelError::Missing(_)) => None,
        Err(error) => found(false, format!("{what} was not moderated: {error}")),
    }
}

fn not_written(error: ModelError) -> NotWritten {
    match error {
        ModelError::Missing(how) => NotWritten {
            why: how,
            offers: Offer::again(true),
        },
        ModelError::Unavailable { provider, why } => NotWritten {
            why: format!("The {provider} model did not answer: {why}. Nothing is lost."),
            offers: Offer::again(true),
        },
        ModelError::Unusable { provider, why } => NotWritten {
            why: format!("The {provider} model cannot be used: {why}."),
            offers: Offer::again(true),
        },
        ModelError::Refused { provider, why } => NotWritten {
            why: format!("The {provider} model refused: {why}. Other words may help."),
            offers: Offer::again(true),
        },
        ModelError::OverBudget(why) => NotWritten {
            why: format!("Nothing was asked: {why}."),
            offers: Offer::again(true),
        },
        ModelError::Cancelled => NotWritten {
            why: "Stopped.".to_owned(),
            offers: Offer::again(true),
        },
        ModelError::Paid { error, .. } => not_written(*error),
    }
}

/// A number for the sampling that is the job's own, so that a job run again after a crash writes the same.
pub(super) fn seed(job: &Job, turn: u64) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (&job.unique_key, turn).hash(&mut hasher);
    hasher.finish()
}
