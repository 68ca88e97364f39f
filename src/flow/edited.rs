//! Posts that were edited after a draft answered or quoted them: the draft waits again as a new version that says so, and
//! what was approved or put on a time before is void.

use crate::domain::difference::difference;
use crate::domain::draft::Draft;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{InboxId, WorkspaceId};
use crate::flow::review::{self, ReviewError};
use crate::store::{NewRevision, R, StoreError, Tx};

/// Holds back every draft that may still go out and answers or quotes a post of other words by now.
pub async fn hold_drafts(tx: &mut Tx, w: WorkspaceId, cause: Option<InboxId>) -> R<()> {
    for id in tx.drafts_on_edited_posts(w).await? {
        if let Some(draft) = tx.draft(id).await? {
            hold(tx, w, &draft, cause).await?;
        }
    }
    Ok(())
}

/// Has a draft wait again, with the same words as a new version: its card asks.
pub async fn hold(tx: &mut Tx, w: WorkspaceId, draft: &Draft, cause: Option<InboxId>) -> R<()> {
    let Some(revision) = tx.revision(draft.id, draft.revision).await? else {
        return Ok(());
    };
    let same = NewRevision::from(revision);
    match review::revise(tx, w, draft, same, "held back", "lumen", cause).await {
        Ok(_) => Ok(()),
        Err(ReviewError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Impossible {
            table: "drafts",
            id: draft.id.to_string(),
            why: other.to_string(),
        }),
    }
}

/// Whether the draft's current version answers or quotes a post of other words by now.
pub async fn is_outdated(tx: &mut Tx, draft: &Draft) -> R<bool> {
    Ok(!tx
        .edited_targets(draft.id, draft.revision)
        .await?
        .is_empty())
}

/// What is to be said of the posts that the draft's current version answers or quotes and that were edited since.
pub(super) async fn findings(tx: &mut Tx, draft: &Draft) -> R<Vec<Finding>> {
    let edited = tx.edited_targets(draft.id, draft.revision).await?;
    Ok(edited
        .iter()
        .map(|post| {
            let (before, after) = difference(&post.before, &post.after);
            Finding {
                kind: FindingKind::SourceEdited,
                blocks: false,
                detail: format!(
                    "the post it answers was edited since: \u{201c}{before}\u{201d} \u{2192} \u{201c}{after}\u{201d}. Does it still fit?"
                ),
            }
        })
        .collect())
}
