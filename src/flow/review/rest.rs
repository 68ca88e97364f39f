//! What is decided about a thread of which a part is public.

use super::{Reviewed, allowed, current, settled};
use crate::domain::draft::{Move, Seen};
use crate::domain::ids::{DraftNumber, InboxId, WorkspaceId};
use crate::domain::operator::Operator;
use crate::flow::publish;
use crate::store::Tx;

/// Has the rest sent, as it was approved.
pub async fn send_rest(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, _) = current(tx, w, number, seen, Move::SendRest).await?;
    let state = allowed(&draft, draft.send_rest(tx.now()))?;
    let log = format!("had the rest of {number} sent");
    let draft = settled(tx, w, draft, state, &log, &by.name, cause).await?;
    publish::request_rest(tx, w, draft.id, cause).await?;
    Ok(draft)
}

/// Leaves what is public as it is.
pub async fn leave(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, _) = current(tx, w, number, seen, Move::Leave).await?;
    let state = allowed(&draft, draft.leave(&by.name))?;
    let log = format!("left {number} as it is");
    settled(tx, w, draft, state, &log, &by.name, cause).await
}
