//! Decisions that leave the words as they are.

use jiff::Timestamp;

use super::{ReviewError, Reviewed, allowed, current, nothing_blocks, settled, too_late};
use crate::domain::draft::{Draft, DraftState, Move, Seen};
use crate::domain::ids::{ApprovalId, DraftNumber, InboxId, WorkspaceId};
use crate::domain::operator::Operator;
use crate::flow::publish;
use crate::store::{IntentState, Tx};

/// Approves the current revision for publishing now.
pub async fn approve(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, seen, Move::Approve).await?;
    // The move is tried before the approval row exists, with a number that is thrown away.
    allowed(&draft, draft.approve(ApprovalId(0), &by.name, tx.now()))?;
    nothing_blocks(&draft, &revision)?;
    let approval = tx
        .add_approval(
            draft.id,
            revision.number,
            &revision.content.hash(),
            Some(by.id),
            &by.name,
            None,
        )
        .await?;
    let state = allowed(&draft, draft.approve(approval.id, &by.name, tx.now()))?;
    let log = format!("approved {number} version {}", revision.number);
    let draft = settled(tx, w, draft, state, &log, &by.name, cause).await?;
    publish::request(tx, w, draft.id, cause).await?;
    Ok(draft)
}

/// Approves the current revision for `due`: the same right and the same record as [`approve`], checked again when due.
pub async fn schedule(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    due: Timestamp,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, seen, Move::Schedule).await?;
    allowed(&draft, draft.schedule(ApprovalId(0), &by.name, due))?;
    if matches!(draft.state, DraftState::Scheduled { due: on, .. } if on == due) {
        return Err(ReviewError::AlreadyScheduled { number, due });
    }
    if due <= tx.now() {
        return Err(ReviewError::Past { number, due });
    }
    nothing_blocks(&draft, &revision)?;
    let approval = tx
        .add_approval(
            draft.id,
            revision.number,
            &revision.content.hash(),
            Some(by.id),
            &by.name,
            Some(due),
        )
        .await?;
    let state = allowed(&draft, draft.schedule(approval.id, &by.name, due))?;
    let log = format!(
        // `/log` says the instant in the zone people live in.
        "scheduled {number} version {} for {due:.0}",
        revision.number,
    );
    settled(tx, w, draft, state, &log, &by.name, cause).await
}

/// Ends a draft without publishing it.
pub async fn reject(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    reason: Option<String>,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, _) = current(tx, w, number, seen, Move::Reject).await?;
    let state = allowed(&draft, draft.reject(&by.name, tx.now(), reason.clone()))?;
    let log = reason.map_or_else(
        || format!("rejected {number}"),
        |reason| format!("rejected {number}: {reason}"),
    );
    settled(tx, w, draft, state, &log, &by.name, cause).await
}

/// A person settles what the network could not: the post is there, or it is to be published again. Before that the network
/// is asked once more, since the post may have come late.
pub async fn settle_by_hand(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    by: &Operator,
    there: bool,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, _) = current(tx, w, number, None, Move::Settle).await?;
    let now = tx.now();
    if !matches!(draft.state, DraftState::Unknown { asked: true, .. }) {
        return Err(too_late(draft, Move::Settle));
    }
    let intent = tx.open_intent(draft.id).await?;
    if there {
        let state = allowed(&draft, draft.publish(now, "", None))?;
        if let Some(intent) = intent {
            tx.mark_intent(intent.id, IntentState::Done, None).await?;
            tx.add_receipt(intent.id, "", None, &by.name, now).await?;
        }
        let log = format!("said that {number} is there");
        return settled(tx, w, draft, state, &log, &by.name, cause).await;
    }
    let log = format!("had {number} published again");
    let Some(intent) = intent else {
        let state = allowed(&draft, draft.settle_as_absent(now))?;
        let draft = settled(tx, w, draft, state, &log, &by.name, cause).await?;
        publish::request(tx, w, draft.id, cause).await?;
        return Ok(draft);
    };
    let state = allowed(&draft, draft.look_again())?;
    publish::request_again(tx, w, &intent, cause).await?;
    settled(tx, w, draft, state, &log, &by.name, cause).await
}

/// A waiting draft has gone stale.
pub async fn expire(tx: &mut Tx, w: WorkspaceId, draft: Draft) -> Reviewed {
    let state = allowed(&draft, draft.expire(tx.now()))?;
    let log = format!("{} expired", draft.number);
    settled(tx, w, draft, state, &log, "lumen", None).await
}
