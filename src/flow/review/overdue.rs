//! What goes out when publishing goes on, and what asks first: after `/go`, at a start, after a restore.

use crate::domain::draft::{Draft, DraftState};
use crate::domain::ids::{DraftNumber, InboxId, WorkspaceId};
use crate::flow::{publish, review};
use crate::store::{StoreError, Tx};

/// More than these are not looked at in one change.
const MOST: u32 = 1_000;

/// What publishing does next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Drafts that go out now.
    pub now: Vec<DraftNumber>,
    /// Drafts whose publishing broke off: the network is asked about them.
    pub looked_up: Vec<DraftNumber>,
    /// Drafts that missed their time and ask.
    pub missed: Vec<DraftNumber>,
    /// Drafts that may be public already and ask.
    pub doubted: Vec<DraftNumber>,
}

impl Leaving {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.now.is_empty()
            && self.looked_up.is_empty()
            && self.missed.is_empty()
            && self.doubted.is_empty()
    }
}

/// The time of a scheduled draft has passed by so much that its card asks.
pub async fn miss(tx: &mut Tx, w: WorkspaceId, draft: &Draft) -> Result<(), StoreError> {
    let Ok(state) = draft.miss(tx.now()) else {
        return Ok(());
    };
    ask(tx, w, draft, state, "missed its time").await
}

async fn ask(
    tx: &mut Tx,
    w: WorkspaceId,
    draft: &Draft,
    state: DraftState,
    log: &str,
) -> Result<(), StoreError> {
    tx.set_state(draft.id, &state).await?;
    let line = format!("asked about {}, which {log}", draft.number);
    tx.log(w, "lumen", &line).await?;
    let draft = Draft {
        state,
        ..draft.clone()
    };
    review::ask_anew(tx, &draft).await
}

/// Publishing goes on: sends what was held back, and asks about what missed its time. `restored`: the store was brought back
/// from a backup and was stopped since, so what was due in between may be public already.
pub async fn leaving(
    tx: &mut Tx,
    w: WorkspaceId,
    restored: bool,
    cause: Option<InboxId>,
) -> Result<Leaving, StoreError> {
    let now = tx.now();
    let mut leaving = Leaving::default();
    let moving = ["approved", "scheduled", "publishing", "partly"];
    for draft in tx.drafts_in(w, &moving, MOST).await? {
        let is_due = match draft.state {
            DraftState::Scheduled { due, .. } => due <= now,
            DraftState::Partly { next, .. } => next.is_some(),
            _ => true,
        };
        if !is_due {
            continue;
        }
        let scheduled = matches!(draft.state, DraftState::Scheduled { .. });
        let doubt = draft.doubt(now).filter(|_| restored && scheduled);
        if let Some(state) = doubt {
            ask(tx, w, &draft, state, "may be public already").await?;
            leaving.doubted.push(draft.number);
        } else if draft.is_overdue(now) {
            miss(tx, w, &draft).await?;
            leaving.missed.push(draft.number);
        } else if !publish::waits(tx, draft.id, now).await? {
            publish::request(tx, w, draft.id, cause).await?;
            if matches!(draft.state, DraftState::Publishing { .. }) {
                leaving.looked_up.push(draft.number);
            } else {
                leaving.now.push(draft.number);
            }
        }
    }
    Ok(leaving)
}
