//! Posts that are gone, deleted at their network or forgotten here: the drafts that lean on them or answer them say so.

use std::collections::BTreeSet;

use crate::domain::draft::{Lean, Purpose};
use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{InboxId, PostId};
use crate::flow::review;
use crate::store::{R, Tx};

/// Puts a finding on every draft that may still go out and stands on one of the posts, and has its cards shown anew.
pub async fn tell_drafts(tx: &mut Tx, gone: &[PostId], cause: Option<InboxId>) -> R<()> {
    let mut drafts = BTreeSet::new();
    for post in gone {
        drafts.extend(tx.drafts_leaning_on(*post).await?);
    }
    for id in drafts {
        let Some(draft) = tx.draft(id).await? else {
            continue;
        };
        let Some(revision) = tx.revision(id, draft.revision).await? else {
            continue;
        };
        let mut findings = revision.findings;
        findings.retain(|finding| finding.kind != FindingKind::SourceGone);
        findings.extend(self::findings(tx, &draft.purpose, &revision.leans_on).await?);
        tx.set_findings(id, revision.number, &findings).await?;
        review::tell(tx, &draft, None, cause).await?;
    }
    Ok(())
}

/// What is to be said of the posts behind a draft that are not there any more.
pub async fn findings(tx: &mut Tx, purpose: &Purpose, leans: &[Lean]) -> R<Vec<Finding>> {
    let mut findings = Vec::new();
    if let Purpose::Reply { post, .. } = purpose
        && tx.post(*post).await?.is_none()
    {
        // The network would refuse it, and nobody could see what it answers.
        findings.push(Finding {
            kind: FindingKind::SourceGone,
            blocks: true,
            detail: "the post it answers is gone, so it cannot go out".to_owned(),
        });
    }
    for lean in leans {
        if tx.post(lean.post).await?.is_none() {
            findings.push(of(lean));
        }
    }
    Ok(findings)
}

fn of(lean: &Lean) -> Finding {
    // What was forgotten left no words behind.
    let detail = if lean.excerpt.is_empty() {
        "leans on a post that was forgotten since".to_owned()
    } else {
        format!(
            "leans on a post of @{} that was deleted since: \u{201c}{}\u{201d}",
            lean.author,
            shortened(&lean.excerpt, 60)
        )
    };
    Finding {
        kind: FindingKind::SourceGone,
        blocks: false,
        detail,
    }
}
