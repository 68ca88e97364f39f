//! What people decide about drafts. Every function works inside the caller's transaction, which also settles what the
//! person typed: one decision counts, once.

use jiff::Timestamp;
use serde_json::json;

use crate::domain::content::{Attachment, Content};
use crate::domain::draft::{Draft, DraftState, InvalidMove, Move, Revision, Seen, Writer};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{ApprovalId, DraftNumber, InboxId, RoomId, WorkspaceId};
use crate::domain::job::{JobKind, NewJob};
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::domain::notice::Notice;
use crate::domain::operator::Operator;
use crate::flow::{checks, compose, gone, publish};
use crate::store::{IntentState, NewRevision, StoreError, Tx};

/// How long a waiting draft stays fresh.
pub const FRESH_FOR: std::time::Duration = std::time::Duration::from_hours(14 * 24);

/// Why a decision does not count.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error("there is no {number}")]
    Missing {
        number: DraftNumber,
        /// What waits instead.
        waiting: Vec<DraftNumber>,
    },
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
    #[error("{network} takes no pictures")]
    NoPictures {
        number: DraftNumber,
        network: Network,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
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

fn nothing_blocks(draft: &Draft, revision: &Revision) -> Result<(), ReviewError> {
    let findings: Vec<Finding> = revision.blocking().cloned().collect();
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
    let now = tx.now();
    let moved = match tried {
        Move::Schedule => draft.schedule(ApprovalId(0), "", now),
        Move::Reject => draft.reject("", now, None),
        _ => draft.revise(),
    };
    allowed(&draft, moved)?;
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
    };
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
        "scheduled {number} version {} for {}",
        revision.number,
        due.strftime("%a %-d %b %Y %H:%M UTC")
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

/// Replaces the text by what a person typed. Findings only warn, but for what the network itself would refuse.
pub async fn edit(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    text: String,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, seen, Move::Revise).await?;
    allowed(&draft, draft.revise())?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(ReviewError::Empty { number });
    }
    let persona = tx.persona(w).await?;
    let allowance = compose::allowance(tx, &persona.voice, &draft.purpose).await?;
    let mut findings = checks::by_person(&text, revision.content.network, &allowance);
    // The words are theirs now; the picture is the one that it was.
    let before = revision.findings.iter();
    findings.extend(before.filter(|finding| finding.kind.of_picture()).cloned());
    let new = NewRevision {
        content: Content {
            text,
            ..revision.content.clone()
        },
        findings,
        guidance: None,
        writer: Writer::Person {
            name: by.name.clone(),
        },
        ..NewRevision::from(revision)
    };
    revise(tx, w, &draft, new, "edited", &by.name, cause).await
}

/// Puts `picture` in place of the draft's pictures, or takes them off. The words stay.
pub async fn picture(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    picture: Option<Attachment>,
    cause: Option<InboxId>,
) -> Reviewed {
    let verb = if picture.is_some() {
        "put a picture on"
    } else {
        "took the picture off"
    };
    let (draft, mut revision) = current(tx, w, number, seen, Move::Revise).await?;
    let network = revision.content.network;
    if picture.is_some() && Limits::of(network).pictures == 0 {
        return Err(ReviewError::NoPictures { number, network });
    }
    // What was found in the picture goes with it.
    revision
        .findings
        .retain(|finding| !finding.kind.of_picture());
    let media = picture.into_iter().collect();
    pictured(tx, w, &draft, revision, media, verb, &by.name, cause).await
}

/// Describes the draft's picture for those who cannot see it.
pub async fn describe(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    alt: &str,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, seen, Move::Revise).await?;
    let mut media = revision.content.media.clone();
    if let Some(first) = media.first_mut() {
        alt.trim().clone_into(&mut first.alt);
    }
    let verb = "described the picture of";
    pictured(tx, w, &draft, revision, media, verb, &by.name, cause).await
}

#[expect(
    clippy::too_many_arguments,
    reason = "the end of two decisions, with all that they know"
)]
async fn pictured(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: &Draft,
    revision: Revision,
    media: Vec<Attachment>,
    verb: &str,
    by: &str,
    cause: Option<InboxId>,
) -> Reviewed {
    let new = NewRevision {
        content: Content {
            media,
            ..revision.content.clone()
        },
        ..NewRevision::from(revision)
    };
    revise(tx, w, draft, new, verb, by, cause).await
}

/// Adds a revision; the draft waits again. What it stands on is looked at anew: it may be gone by now.
pub async fn revise(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: &Draft,
    mut new: NewRevision,
    verb: &str,
    by: &str,
    cause: Option<InboxId>,
) -> Reviewed {
    allowed(draft, draft.revise())?;
    new.findings
        .retain(|finding| finding.kind != FindingKind::SourceGone);
    let gone = gone::findings(tx, &draft.purpose, &new.leans_on).await?;
    new.findings.extend(gone);
    let revised = tx.add_revision(draft.id, &new).await?;
    let fresh_until = tx.now() + FRESH_FOR;
    tx.set_expiry(draft.id, fresh_until).await?;
    tx.log(
        w,
        by,
        &format!("{verb} {}, now version {}", draft.number, revised.revision),
    )
    .await?;
    tell(tx, &revised, None, cause).await?;
    Ok(revised)
}

/// Asks for another version by the model. False while one of the current version is being written already.
#[expect(
    clippy::too_many_arguments,
    reason = "a decision like the others, with where its card is shown"
)]
pub async fn redo(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    guidance: Option<String>,
    room: Option<RoomId>,
    cause: Option<InboxId>,
) -> Result<bool, ReviewError> {
    let (draft, _) = current(tx, w, number, seen, Move::Revise).await?;
    allowed(&draft, draft.revise())?;
    let request = compose::ComposeRequest::Redo {
        draft: draft.id,
        seen: draft.seen(),
        guidance,
    };
    let key = format!("redo:{}:{}", draft.id, draft.revision);
    Ok(compose::request(tx, w, &request, &by.name, None, room, cause, &key).await?)
}

/// Brings an expired draft back as a new revision with the same words.
pub async fn revive(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, None, Move::Revise).await?;
    if !matches!(draft.state, DraftState::Expired { .. }) {
        return Ok(draft);
    }
    revise(tx, w, &draft, revision.into(), "revived", &by.name, cause).await
}

/// Takes an approval or a time back, as long as publishing has not begun: the same words wait again as a new revision.
pub async fn take_back(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, revision) = current(tx, w, number, None, Move::Revise).await?;
    if !matches!(
        draft.state,
        DraftState::Approved { .. } | DraftState::Scheduled { .. }
    ) {
        return Err(too_late(draft, Move::Revise));
    }
    revise(tx, w, &draft, revision.into(), "took back", &by.name, cause).await
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
