//! What people decide about drafts. Every function works inside the caller's transaction, which also settles what the
//! person typed: one decision counts, once.

mod decide;
mod overdue;
mod rest;
mod revise;

use jiff::Timestamp;
use serde_json::json;

use crate::domain::draft::{Draft, DraftState, InvalidMove, Move, Revision, Seen};
use crate::domain::finding::Finding;
use crate::domain::ids::{ApprovalId, DraftNumber, InboxId, RoomId, WorkspaceId};
use crate::domain::job::{JobKind, NewJob};
use crate::domain::network::Network;
use crate::domain::notice::Notice;
use crate::flow::{in_progress, paint};
use crate::store::{StoreError, Tx};

pub use decide::{approve, expire, reject, schedule, settle_by_hand};
pub use overdue::{Leaving, leaving, miss};
pub use rest::{leave, send_rest};
pub use revise::{FRESH_FOR, describe, edit, picture, redo, restore, revise, revive, take_back};

/// Why a decision does not count.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error("there is no {number}")]
    Missing {
        number: DraftNumber,
        /// What waits instead.
        waiting: Vec<DraftNumber>,
    },
    /// Its first version is being written.
    #[error("{number} is being written")]
    BeingWritten { number: DraftNumber },
    #[error("{number} has no version {version}")]
    NoVersion {
        number: DraftNumber,
        version: i64,
        has: i64,
    },
    /// The version to be brought back says what the current one says.
    #[error("version {version} of {number} is what stands now")]
    SameVersion { number: DraftNumber, version: i64 },
    /// The person decided on an older version than the current one.
    #[error("{number} has changed since version {seen}")]
    Older {
        number: DraftNumber,
        seen: i64,
        current: i64,
        before: String,
        after: String,
    },
    /// The draft's state does not know the move; most often somebody was faster.
    #[error(transparent)]
    Decided(Box<Decided>),
    #[error("{number} carries findings that block it")]
    Blocked {
        number: DraftNumber,
        findings: Vec<Finding>,
    },
    /// The time has passed.
    #[error("{number} cannot be scheduled in the past")]
    Past { number: DraftNumber, due: Timestamp },
    #[error("the new text of {number} is empty")]
    Empty { number: DraftNumber },
    #[error("{number} has had {has} pictures")]
    NoPicture { number: DraftNumber, has: usize },
    /// Its picture is the one that was chosen.
    #[error("{number} shows picture {shown} already")]
    SamePicture { number: DraftNumber, shown: usize },
    #[error("{number} has no picture")]
    HasNoPicture { number: DraftNumber },
    /// What is asked for holds already: the card's first line says it.
    #[error("{number} is on that time already")]
    AlreadyScheduled { number: DraftNumber, due: Timestamp },
    #[error("{network} takes no pictures")]
    NoPictures {
        number: DraftNumber,
        network: Network,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReviewError {
    /// What a change of a decided draft is refused with.
    #[must_use]
    pub fn decided(draft: &Draft) -> Self {
        too_late(draft.clone(), Move::Revise)
    }
}

/// A move that came too late.
#[derive(Debug, thiserror::Error)]
#[error("{invalid}")]
pub struct Decided {
    pub state: DraftState,
    pub invalid: InvalidMove,
}

type Reviewed = Result<Draft, ReviewError>;

/// Finds the draft and its current revision, and refuses a decision on an older one.
pub(super) async fn current(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    tried: Move,
) -> Result<(Draft, Revision), ReviewError> {
    let Some(draft) = tx.draft_numbered(w, number).await? else {
        if in_progress::unwritten(tx, w, number).await?.is_some() {
            return Err(ReviewError::BeingWritten { number });
        }
        let waiting = tx
            .drafts_in(w, &["waiting"], 12)
            .await?
            .into_iter()
            .map(|draft| draft.number)
            .collect();
        return Err(ReviewError::Missing { number, waiting });
    };
    let revision = tx
        .revision(draft.id, draft.revision)
        .await?
        .ok_or_else(|| StoreError::Impossible {
            table: "draft_revisions",
            id: draft.id.0.to_string(),
            why: format!("revision {} is missing", draft.revision),
        })?;
    let older = seen.map(|seen| seen.revision);
    if let Some(seen) = older.filter(|seen| *seen != draft.revision) {
        // What has ended is no longer decided about, whichever version was seen.
        if moved(&draft, tried, tx.now()).is_err() {
            return Err(too_late(draft, tried));
        }
        let before = tx
            .revision(draft.id, seen)
            .await?
            .map(|old| old.content.text)
            .unwrap_or_default();
        return Err(ReviewError::Older {
            number,
            seen,
            current: draft.revision,
            before,
            after: revision.content.text,
        });
    }
    // The version is the one they saw, but somebody has decided about it since.
    if seen.is_some_and(|seen| !seen.holds(&draft)) {
        return Err(too_late(draft, tried));
    }
    Ok((draft, revision))
}

pub(super) fn allowed(
    draft: &Draft,
    moved: Result<DraftState, InvalidMove>,
) -> Result<DraftState, ReviewError> {
    moved.map_err(|invalid| {
        ReviewError::Decided(Box::new(Decided {
            state: draft.state.clone(),
            invalid,
        }))
    })
}

/// The refusal of a move that the draft's state does not know.
fn too_late(draft: Draft, tried: Move) -> ReviewError {
    let invalid = InvalidMove {
        number: draft.number,
        state: draft.state.word(),
        tried,
    };
    ReviewError::Decided(Box::new(Decided {
        state: draft.state,
        invalid,
    }))
}

/// The state that a move of a person leads to, for a look before it is made.
fn moved(draft: &Draft, tried: Move, now: Timestamp) -> Result<DraftState, InvalidMove> {
    match tried {
        Move::Approve => draft.approve(ApprovalId(0), "", now),
        Move::Schedule => draft.schedule(ApprovalId(0), "", now),
        Move::Reject => draft.reject("", now, None),
        Move::SendRest => draft.send_rest(now),
        Move::Leave => draft.leave(""),
        _ => draft.revise(),
    }
}

fn nothing_blocks(draft: &Draft, revision: &Revision) -> Result<(), ReviewError> {
    let mut findings: Vec<Finding> = revision.blocking().cloned().collect();
    if findings.is_empty() && revision.content.picture_shows_other_words() {
        findings.push(paint::other_words(None));
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(ReviewError::Blocked {
            number: draft.number,
            findings,
        })
    }
}

/// Whether the draft can still be changed, rejected or put on a time, before a person is asked for more. The answer is
/// checked again.
///
/// # Errors
/// What the decision itself would be refused for.
pub async fn open_to(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    tried: Move,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, seen, tried).await?;
    allowed(&draft, moved(&draft, tried, tx.now()))?;
    if tried == Move::Schedule {
        nothing_blocks(&draft, &revision)?;
    }
    Ok(draft)
}

/// Writes the notice that makes every copy of the card follow.
pub async fn tell(
    tx: &mut Tx,
    draft: &Draft,
    ask: Option<RoomId>,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    let notice = Notice::Draft {
        draft: draft.id,
        ask,
        anew: false,
    };
    notify(tx, &notice, cause).await
}

/// [`tell`] for a card that asks something: it is shown once more, below what was said.
pub async fn ask_anew(tx: &mut Tx, draft: &Draft) -> Result<(), StoreError> {
    let notice = Notice::Draft {
        draft: draft.id,
        ask: None,
        anew: true,
    };
    notify(tx, &notice, None).await
}

async fn notify(tx: &mut Tx, notice: &Notice, cause: Option<InboxId>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Notice,
        unique_key: format!("notice:{}", uuid::Uuid::new_v4()),
        payload: json!(notice),
        cause,
        run_at: now,
    })
    .await?;
    Ok(())
}

async fn settled(
    tx: &mut Tx,
    w: WorkspaceId,
    mut draft: Draft,
    state: DraftState,
    log: &str,
    by: &str,
    cause: Option<InboxId>,
) -> Reviewed {
    tx.set_state(draft.id, &state).await?;
    draft.state = state;
    tx.log(w, by, log).await?;
    tell(tx, &draft, None, cause).await?;
    Ok(draft)
}
