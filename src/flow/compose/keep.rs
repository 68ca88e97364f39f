//! Puts what was written, or why nothing was, into the store: the draft, its notice and the job's end together.

use crate::domain::content::Content;
use crate::domain::draft::{Lean, Purpose, Writer};
use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::job::{Job, JobOutcome, Lease};
use crate::domain::notice::{Notice, Offer};
use crate::flow::{gone, review};
use crate::models::prompt;
use crate::store::{NewDraft, NewRevision, StoreError};

use super::material::Material;
use super::write::Candidate;
use super::{ComposeJob, ComposeRequest, Composer, NotWritten};

impl Composer {
    /// Writes the draft (or its new revision), the notice and the job's end in one transaction.
    pub(super) async fn keep(
        &self,
        work: &ComposeJob,
        material: Material,
        candidate: Candidate,
        job: &Job,
        lease: &Lease,
    ) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let mut revision = new_revision(&material, candidate);
        if let (ComposeRequest::Redo { seen, .. }, Some((before, _))) =
            (&work.request, &material.before)
        {
            let now_there = tx.draft(before.id).await?;
            match now_there {
                Some(draft) if seen.may_change(&draft) && same_words(&material, &revision) => {
                    let text = format!(
                        "I found no other words for {number}; /edit {number} TEXT is quicker.",
                        number = draft.number
                    );
                    let offers = vec![Offer::TryAgain, Offer::WriteMyself];
                    let notice = Notice::answering(job, work.room, text, offers, tx.now());
                    tx.enqueue(&notice).await?;
                }
                Some(draft) if seen.may_change(&draft) => {
                    review::revise(
                        &mut tx,
                        work.workspace,
                        &draft,
                        revision,
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
                    let notice = Notice::answering(job, work.room, text, Vec::new(), tx.now());
                    tx.enqueue(&notice).await?;
                }
            }
        } else {
            let new = NewDraft {
                number: work.number,
                purpose: material.purpose.clone(),
                task: work.task,
                origin: job.unique_key.clone(),
                expires_at: tx.now() + review::FRESH_FOR,
            };
            // A post may have been deleted while it was written about.
            let gone = gone::findings(&mut tx, &material.purpose, &revision.leans_on).await?;
            revision.findings.extend(gone);
            let draft = tx.new_draft(work.workspace, &new, &revision).await?;
            tx.log(
                work.workspace,
                &work.by,
                &format!(
                    "drafted {}: {}",
                    draft.number,
                    shortened(&material.topic(), 60)
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
    pub(super) async fn finish(
        &self,
        lease: &Lease,
        job: &Job,
        work: &ComposeJob,
        not: Option<NotWritten>,
    ) -> JobOutcome {
        let ended = async {
            let mut tx = self.store.begin().await?;
            if let Some(not) = not {
                let notice = Notice::answering(job, work.room, not.why, not.offers, tx.now());
                tx.enqueue(&notice).await?;
                if let Some(number) = work.number {
                    tx.return_number(work.workspace, number).await?;
                }
            }
            tx.finish_job(lease).await?;
            tx.commit().await
        };
        match ended.await {
            Ok(()) | Err(StoreError::LeaseLost) => JobOutcome::Settled,
            Err(error) => JobOutcome::Retry {
                why: error.to_string(),
                wait: None,
            },
        }
    }
}

/// Whether a version that was written anew says the same as the one before: then it is no new version.
fn same_words(material: &Material, revision: &NewRevision) -> bool {
    let before = material.before.as_ref();
    before.is_some_and(|(_, old)| old.content.text.trim() == revision.content.text.trim())
}

fn new_revision(material: &Material, candidate: Candidate) -> NewRevision {
    let mut findings = candidate.findings;
    findings.extend(uncovered(material, &candidate.text));
    findings.extend(material.remarks.iter().cloned());
    // The picture stays, and what was found in it.
    let before = material.before.iter().flat_map(|(_, old)| &old.findings);
    findings.extend(before.filter(|one| one.kind.of_picture()).cloned());
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
        examples: candidate.examples,
        persona_version: material.persona.version,
        guidance: material.guidance.clone(),
        writer: Writer::Model {
            provider: candidate.answer.provider,
            model: candidate.answer.model,
            tokens_in: candidate.answer.tokens_in,
            tokens_out: candidate.answer.tokens_out,
            micro_usd: candidate.answer.micro_usd,
            millis: candidate.answer.millis,
            tries: candidate.tries,
        },
    }
}

/// What the topic names and the text leaves out: a person should see that before they approve.
fn uncovered(material: &Material, text: &str) -> Option<Finding> {
    let Purpose::Post { topic } = &material.purpose else {
        return None;
    };
    // What a person asked to be left out, or shortened, is not missing.
    if material.guidance.is_some() {
        return None;
    }
    let missing = prompt::missing_facts(text, topic);
    (!missing.is_empty()).then(|| Finding {
        kind: FindingKind::Style,
        blocks: false,
        detail: format!("leaves out: {}", missing.join(", ")),
    })
}
