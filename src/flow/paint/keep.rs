//! What becomes of a picture that was made, or was not: a new version, a finding, or a line for the person who asked.

use super::make::Made;
use super::{PaintJob, Painter, other_words};
use crate::domain::content::Attachment;
use crate::domain::draft::{Draft, Revision};
use crate::domain::finding::FindingKind;
use crate::domain::job::{Job, Lease};
use crate::domain::notice::{Notice, Offer};
use crate::flow::review;
use crate::store::NewRevision;

impl Painter {
    /// The picture goes into the folder, then the new version, its notice and the job's end into the store together.
    pub(super) async fn keep(
        &self,
        work: &PaintJob,
        draft: &Draft,
        revision: Revision,
        made: Made,
        job: &Job,
        lease: &Lease,
    ) -> anyhow::Result<()> {
        let picture = &made.fitted.picture;
        let (sha256, mime) = (picture.sha256.clone(), picture.mime);
        self.folder.keep(&sha256, mime, made.fitted.bytes).await?;
        let mut next = NewRevision::from(revision);
        next.findings.retain(|finding| !finding.kind.of_picture());
        next.findings.extend(made.findings);
        next.content.media = vec![Attachment {
            sha256,
            mime: mime.to_owned(),
            alt: made.alt,
            quote_card: made.card,
        }];
        let mut tx = self.store.begin().await?;
        let now_there = tx.draft(draft.id).await?;
        match now_there {
            Some(there) if work.seen.may_change(&there) => {
                let (verb, by) = if work.redraw {
                    ("redrew the card of", "lumen")
                } else {
                    ("illustrated", work.by.as_str())
                };
                let w = work.workspace;
                review::revise(&mut tx, w, &there, next, verb, by, job.cause).await?;
            }
            _ if work.redraw => {}
            _ => {
                let notice = Notice::answering(job, work.room, changed(), Vec::new(), tx.now());
                tx.enqueue(&notice).await?;
            }
        }
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Leaves a draft blocked whose card could not be drawn anew: its own card says why. Without a reason, or where the draft
    /// is another version by now, nothing is to be said.
    pub(super) async fn keep_blocked(
        &self,
        work: &PaintJob,
        job: &Job,
        lease: &Lease,
        why: Option<&str>,
    ) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let draft = tx.draft(work.draft).await?;
        if let (Some(draft), Some(why)) = (draft.filter(|draft| work.seen.may_change(draft)), why)
            && let Some(revision) = tx.revision(draft.id, draft.revision).await?
        {
            let mut findings = revision.findings;
            findings.retain(|finding| finding.kind != FindingKind::OtherWords);
            findings.push(other_words(Some(why.trim_end_matches('.'))));
            tx.set_findings(draft.id, draft.revision, &findings).await?;
            review::tell(&mut tx, &draft, None, job.cause).await?;
        }
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tells in the room that asked why there is no picture; `again`: trying again may help.
    pub(super) async fn say(
        &self,
        work: &PaintJob,
        job: &Job,
        lease: &Lease,
        why: String,
        again: bool,
    ) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let notice = Notice::answering(job, work.room, why, Offer::again(again), tx.now());
        tx.enqueue(&notice).await?;
        tx.finish_job(lease).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub(super) fn changed() -> String {
    "The draft was changed or decided meanwhile. I left it as it is.".to_owned()
}
