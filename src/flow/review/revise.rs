//! Decisions that add a revision, or ask for one: the draft waits again.

use super::{ReviewError, Reviewed, allowed, current, tell, too_late};
use crate::domain::content::{Attachment, Content};
use crate::domain::draft::{Draft, DraftState, Move, Revision, Seen, Writer};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{DraftNumber, InboxId, RoomId, WorkspaceId};
use crate::domain::limits::Limits;
use crate::domain::operator::Operator;
use crate::flow::compose::ComposeRequest;
use crate::flow::in_progress::{self, Making};
use crate::flow::{checks, compose, edited, gone, paint};
use crate::store::{NewRevision, StoreError, Tx};

/// How long a waiting draft stays fresh.
pub const FRESH_FOR: std::time::Duration = std::time::Duration::from_hours(14 * 24);

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
    allowed(&draft, draft.revise())?;
    let network = revision.content.network;
    if picture.is_some() && Limits::of(network).pictures == 0 {
        return Err(ReviewError::NoPictures { number, network });
    }
    if picture.is_none() && revision.content.media.is_empty() {
        return Err(ReviewError::HasNoPicture { number });
    }
    // What was found in the picture goes with it.
    revision
        .findings
        .retain(|finding| !finding.kind.of_picture());
    let alt = picture.as_ref().map_or("", |picture| &picture.alt);
    let found = alt_by_person(tx, w, &draft, &revision, alt).await?;
    revision.findings.extend(found);
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
    let (draft, mut revision) = current(tx, w, number, seen, Move::Revise).await?;
    let mut media = revision.content.media.clone();
    if let Some(first) = media.first_mut() {
        alt.trim().clone_into(&mut first.alt);
    }
    revision
        .findings
        .retain(|finding| finding.kind != FindingKind::Alt);
    let found = alt_by_person(tx, w, &draft, &revision, alt).await?;
    revision.findings.extend(found);
    let verb = "described the picture of";
    pictured(tx, w, &draft, revision, media, verb, &by.name, cause).await
}

/// What is to be warned of in a person's description of a picture.
async fn alt_by_person(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: &Draft,
    revision: &Revision,
    alt: &str,
) -> Result<Vec<Finding>, StoreError> {
    let persona = tx.persona(w).await?;
    let allowance = compose::allowance(tx, &persona.voice, &draft.purpose).await?;
    let allowance = allowance.and_named_in(&revision.content.text);
    Ok(checks::alt_by_person(alt, &allowance))
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

/// Adds a revision; the draft waits again. What it stands on is looked at anew: it may be gone by now. A quote card of
/// other words blocks the revision and is drawn anew at once, as the next one; that one is shown.
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
    new.findings.retain(|finding| {
        !matches!(
            finding.kind,
            FindingKind::SourceGone | FindingKind::OtherWords
        )
    });
    let gone = gone::findings(tx, &draft.purpose, &new.leans_on).await?;
    new.findings.extend(gone);
    let edited = edited::findings(tx, draft).await?;
    if !edited.is_empty() {
        new.findings
            .retain(|finding| finding.kind != FindingKind::SourceEdited);
        new.findings.extend(edited);
    }
    let other_words = new.content.picture_shows_other_words();
    if other_words {
        new.findings.push(paint::other_words(None));
    }
    let revised = tx.add_revision(draft.id, &new).await?;
    let fresh_until = tx.now() + FRESH_FOR;
    tx.set_expiry(draft.id, fresh_until).await?;
    tx.log(
        w,
        by,
        &format!("{verb} {}, now version {}", draft.number, revised.revision),
    )
    .await?;
    if other_words {
        paint::request_redraw(tx, w, &revised, by, cause).await?;
    } else {
        tell(tx, &revised, None, cause).await?;
    }
    Ok(revised)
}

/// Asks for another version by the model: what is asked of it. None while one in place of the current version is being
/// written already.
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
) -> Result<Option<ComposeRequest>, ReviewError> {
    let (draft, _) = current(tx, w, number, seen, Move::Revise).await?;
    allowed(&draft, draft.revise())?;
    let request = ComposeRequest::Redo {
        draft: draft.id,
        seen: draft.seen(),
        guidance,
    };
    let again = Making::Version { of: draft.revision };
    let mut works = in_progress::all(tx, w).await?.into_iter();
    if works.any(|work| work.number == number && work.making == again) {
        return Ok(None);
    }
    // Each request is work of its own: the same version asked for once more is written with other dice.
    let asked = cause.map(|cause| cause.to_string()).unwrap_or_default();
    let key = format!("redo:{}:{}:{asked}", draft.id, draft.revision);
    let begun = compose::request(tx, w, &request, &by.name, None, room, cause, &key).await?;
    Ok(begun.then_some(request))
}

/// Brings an earlier version back as a new one: its words, its pictures and what was found in them.
pub async fn restore(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Seen,
    version: i64,
    by: &Operator,
    cause: Option<InboxId>,
) -> Reviewed {
    let (draft, now) = current(tx, w, number, Some(seen), Move::Revise).await?;
    let old = tx.revision(draft.id, version).await?;
    let old = old.ok_or(ReviewError::NoVersion {
        number,
        version,
        has: draft.revision,
    })?;
    if old.content == now.content {
        return Err(ReviewError::SameVersion { number, version });
    }
    let verb = format!("brought back version {version} of");
    revise(tx, w, &draft, old.into(), &verb, &by.name, cause).await
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
