//! Has versions written and checked, and takes the best.

use tokio_util::sync::CancellationToken;

use crate::domain::finding::Finding;
use crate::domain::ids::PostId;
use crate::domain::job::Job;
use crate::domain::limits::Limits;
use crate::domain::progress::{Progress, Step};
use crate::flow::checks::{self, Held};
use crate::models::prompt::{self, DraftPrompt, Piece};
use crate::models::{ModelError, TextAnswer};

use super::material::Material;
use super::{ComposeJob, Composer, NotWritten};

/// How many versions are written at most before the best one is shown.
const CANDIDATES: u64 = 3;

/// A version at or above this is shown at once; below it another one is tried.
const GOOD_ENOUGH: f32 = 0.75;

/// A version with what was found in it.
pub(super) struct Candidate {
    pub text: String,
    pub findings: Vec<Finding>,
    pub answer: TextAnswer,
    pub used: Vec<PostId>,
}

impl Composer {
    pub(super) async fn write(
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
        let topic = material.topic();
        let fit = prompt::fit(&candidate.text, &topic);
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
        let ask = material.ask();
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
            limit: Limits::of(material.network).usual,
        };
        let purpose = if material.before.is_some() {
            "redo"
        } else {
            "draft"
        };
        let filled = self
            .prompts
            .draft(&prompt, self.text.as_ref(), purpose, seed)?;
        let written = |text: &str| progress.report(Step::Writing(prompt::tidy(text, &prompt)));
        let answer = self.text.write(&filled.request, &written, cancel).await?;
        let text = prompt::tidied(&answer, &prompt);
        let others = material.others();
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
        ModelError::OverBudget(why) => NotWritten {
            why: format!("Nothing was asked: {why}."),
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
