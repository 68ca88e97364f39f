//! A post that was deleted at its network: the drafts that lean on it say so.

use serde_json::json;

use crate::domain::draft::{Draft, Lean, Revision};
use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::PostId;
use crate::domain::job::{JobKind, NewJob};
use crate::domain::notice::Notice;
use crate::store::{R, Tx};

/// Puts a finding on every open draft that leans on one of the posts, and has its cards shown anew.
pub(super) async fn tell_drafts(tx: &mut Tx, gone: &[PostId]) -> R<()> {
    for post in gone {
        for id in tx.drafts_leaning_on(*post).await? {
            let Some(draft) = tx.draft(id).await? else {
                continue;
            };
            if let Some(revision) = tx.revision(id, draft.revision).await? {
                note(tx, &draft, revision, *post).await?;
            }
        }
    }
    Ok(())
}

async fn note(tx: &mut Tx, draft: &Draft, revision: Revision, post: PostId) -> R<()> {
    let Some(lean) = revision.leans_on.iter().find(|lean| lean.post == post) else {
        return Ok(());
    };
    let finding = finding(lean);
    let mut findings = revision.findings;
    findings.push(finding);
    tx.set_findings(draft.id, revision.number, &findings)
        .await?;
    let notice = Notice::Draft {
        draft: draft.id,
        ask: None,
    };
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Notice,
        // A post is deleted once, so this one is never taken for another.
        unique_key: format!("notice:gone:{}:{post}", draft.id),
        payload: json!(notice),
        cause: None,
        run_at,
    })
    .await?;
    Ok(())
}

fn finding(lean: &Lean) -> Finding {
    Finding {
        kind: FindingKind::SourceGone,
        blocks: false,
        detail: format!(
            "leans on a post of @{} that was deleted since: \u{201c}{}\u{201d}",
            lean.author,
            shortened(&lean.excerpt, 60)
        ),
    }
}
