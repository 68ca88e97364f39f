//! Pictures for drafts: asked for, made, looked over, and put on the card as a new version.

mod alt;
mod keep;
mod make;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::content::Attachment;
use crate::domain::draft::{Draft, Move, Revision, Seen};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{DraftId, DraftNumber, InboxId, RoomId, WorkspaceId};
use crate::domain::job::{Job, JobKind, NewJob};
use crate::domain::limits::Limits;
use crate::domain::operator::Operator;
use crate::flow::review::{self, ReviewError};
use crate::flow::see::Eyes;
use crate::media::MediaFolder;
use crate::models::in_order::InOrder;
use crate::models::moderate::Moderator;
use crate::models::paint::ImageModel;
use crate::models::prompt::Prompts;
use crate::store::{NewRevision, Store, StoreError, Tx};

/// Makes pictures for drafts.
#[derive(Clone)]
pub struct Painter {
    pub store: Store,
    pub folder: MediaFolder,
    pub image: InOrder<dyn ImageModel>,
    pub eyes: Eyes,
    pub moderator: Option<Arc<dyn Moderator>>,
    pub prompts: Arc<Prompts>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PaintJob {
    workspace: WorkspaceId,
    draft: DraftId,
    #[serde(flatten)]
    seen: Seen,
    guidance: Option<String>,
    by: String,
    room: Option<RoomId>,
    /// A quote card shows other words than the text: it is drawn anew, as it was otherwise.
    #[serde(default)]
    redraw: bool,
}

/// What somebody asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub guidance: Option<String>,
    /// Where it was asked for.
    pub room: Option<RoomId>,
    pub cause: Option<InboxId>,
}

/// One of the pictures that a draft has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// From 1.
    Number(usize),
    /// The one before the one it has; before the first comes the last.
    Before,
}

/// The draft that a job makes a picture for, and the room that asked; none for a job of another workspace, and for a card
/// that only follows its text.
pub(in crate::flow) fn asked_for(w: WorkspaceId, job: &Job) -> Option<(DraftId, Option<RoomId>)> {
    let work: PaintJob = serde_json::from_value(job.payload.clone()).ok()?;
    (work.workspace == w && !work.redraw).then_some((work.draft, work.room))
}

/// Has a picture made for the current version. False while one is being made already: it is not begun twice, whatever is
/// wished.
///
/// # Errors
/// When there is no such draft, it cannot change any more, or its network takes no pictures.
pub async fn request(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    wanted: Wanted,
) -> Result<bool, ReviewError> {
    let (draft, revision) = open_for_pictures(tx, w, number, seen).await?;
    let payload = json!(PaintJob {
        workspace: w,
        draft: draft.id,
        seen: draft.seen(),
        guidance: wanted.guidance,
        by: by.name.clone(),
        room: wanted.room,
        redraw: false,
    });
    let run_at = tx.now();
    let begun = tx
        .enqueue(&NewJob {
            kind: JobKind::Paint,
            unique_key: format!("paint:{}:{}", draft.id, revision.number),
            payload,
            cause: wanted.cause,
            run_at,
        })
        .await?;
    Ok(begun)
}

/// The finding about a quote card of another text than the draft's. `why` says in a sentence why it could not be drawn anew;
/// none while it is being drawn.
pub(super) fn other_words(why: Option<&str>) -> Finding {
    let detail = match why {
        None => "the picture shows other words; it is being drawn anew".to_owned(),
        Some(why) => format!(
            "the picture shows other words. {why}. Image makes another, Remove picture takes it off"
        ),
    };
    Finding {
        kind: FindingKind::OtherWords,
        blocks: true,
        detail,
    }
}

/// Whether the draft is still this version, and its quote card is still to be drawn anew.
///
/// # Errors
/// When the store does not answer.
pub async fn is_being_redrawn(store: &Store, draft: &Draft) -> Result<bool, StoreError> {
    let now_there = store.draft(draft.id).await?;
    if now_there.is_none_or(|there| there.revision != draft.revision) {
        return Ok(false);
    }
    let revision = store.revision(draft.id, draft.revision).await?;
    Ok(revision.is_some_and(|revision| revision.findings.contains(&other_words(None))))
}

/// Has the quote card of the current version drawn anew, with the words that the draft has now.
pub(super) async fn request_redraw(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: &Draft,
    by: &str,
    cause: Option<InboxId>,
) -> Result<(), StoreError> {
    let payload = json!(PaintJob {
        workspace: w,
        draft: draft.id,
        seen: draft.seen(),
        guidance: None,
        by: by.to_owned(),
        room: None,
        redraw: true,
    });
    let run_at = tx.now();
    tx.enqueue(&NewJob {
        kind: JobKind::Paint,
        unique_key: format!("redraw:{}:{}", draft.id, draft.revision),
        payload,
        cause,
        run_at,
    })
    .await?;
    Ok(())
}

/// The pictures that the draft can have as it is: quote cards of other words are not among them.
#[must_use]
pub fn choosable(mut pictures: Vec<Attachment>, text: &str) -> Vec<Attachment> {
    pictures.retain(|picture| !picture.shows_other_words(text));
    pictures
}

/// Puts a picture that the draft has had back on it: a new version with the same words.
///
/// # Errors
/// As [`request`], and when there is no such picture.
pub async fn choose(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
    by: &Operator,
    which: Which,
    cause: Option<InboxId>,
) -> Result<Draft, ReviewError> {
    let (draft, revision) = open_for_pictures(tx, w, number, seen).await?;
    let all = choosable(tx.draft_pictures(draft.id).await?, &revision.content.text);
    let shown = revision.content.media.first();
    let place = shown.and_then(|shown| all.iter().position(|one| one.sha256 == shown.sha256));
    let chosen = match which {
        Which::Number(wanted) => wanted.checked_sub(1),
        Which::Before => place
            .unwrap_or(0)
            .checked_sub(1)
            .or(all.len().checked_sub(1)),
    };
    let picture = chosen.and_then(|place| all.get(place)).cloned();
    let picture = picture.ok_or(ReviewError::NoPicture {
        number,
        has: all.len(),
    })?;
    if let (true, Some(shown)) = (chosen == place, place) {
        return Err(ReviewError::SamePicture {
            number,
            shown: shown + 1,
        });
    }
    let mut next = NewRevision::from(revision);
    next.findings.retain(|finding| !finding.kind.of_picture());
    next.findings
        .extend(found_in(tx, &draft, &picture.sha256).await?);
    next.content.media = vec![picture];
    review::revise(
        tx,
        w,
        &draft,
        next,
        "changed the picture of",
        &by.name,
        cause,
    )
    .await
}

/// The draft and its current version, where a picture can be put on it.
async fn open_for_pictures(
    tx: &mut Tx,
    w: WorkspaceId,
    number: DraftNumber,
    seen: Option<Seen>,
) -> Result<(Draft, Revision), ReviewError> {
    let (draft, revision) = review::current(tx, w, number, seen, Move::Revise).await?;
    review::allowed(&draft, draft.revise())?;
    let network = revision.content.network;
    if Limits::of(network).pictures == 0 {
        return Err(ReviewError::NoPictures { number, network });
    }
    Ok((draft, revision))
}

/// What was found in a picture when it was last on the draft: choosing it again does not wash it clean.
async fn found_in(tx: &mut Tx, draft: &Draft, sha256: &str) -> Result<Vec<Finding>, ReviewError> {
    for number in (1..=draft.revision).rev() {
        let revision = tx.revision(draft.id, number).await?;
        let shows = |revision: &Revision| {
            let mut media = revision.content.media.iter();
            media.any(|picture| picture.sha256 == sha256)
        };
        if let Some(revision) = revision.filter(shows) {
            let found = revision.findings.into_iter();
            return Ok(found.filter(|finding| finding.kind.of_picture()).collect());
        }
    }
    Ok(Vec::new())
}
