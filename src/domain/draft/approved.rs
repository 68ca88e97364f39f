//! The proof that a draft may go out.

use jiff::Timestamp;

use super::{Approval, Draft, Revision};
use crate::domain::content::Content;
use crate::domain::ids::DraftNumber;

/// Proof that this content was approved in exactly this form. Publishing takes it, so what was not reviewed does not compile.
#[derive(Debug, Clone)]
pub struct Approved {
    draft: Draft,
    revision: Revision,
    approval: Approval,
}

/// Why a draft may not go out although somebody wants it to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    #[error("{0} has no approval in force")]
    NoApproval(DraftNumber),
    #[error(
        "the approval of {number} names version {approved}; version {current} is the current one"
    )]
    OtherRevision {
        number: DraftNumber,
        approved: i64,
        current: i64,
    },
    #[error("{0} is not what was approved: its content has changed since")]
    OtherContent(DraftNumber),
    #[error("{0} has findings that block it")]
    Blocked(DraftNumber),
    #[error("the picture of {0} shows other words than its text")]
    OtherWords(DraftNumber),
    #[error("{0} is not due yet")]
    NotDue(DraftNumber),
}

impl Approved {
    /// Holds draft, revision and approval against each other.
    ///
    /// # Errors
    /// When the approval is not the one in force, names another revision or another content, when something blocks, or when it is not due.
    pub fn check(
        draft: Draft,
        revision: Revision,
        approval: Approval,
        now: Timestamp,
    ) -> Result<Self, NotApproved> {
        let number = draft.number;
        if draft.state.approval() != Some(approval.id) || approval.draft != draft.id {
            return Err(NotApproved::NoApproval(number));
        }
        if approval.revision != draft.revision || revision.number != draft.revision {
            return Err(NotApproved::OtherRevision {
                number,
                approved: approval.revision,
                current: draft.revision,
            });
        }
        if revision.content.hash() != approval.content_hash {
            return Err(NotApproved::OtherContent(number));
        }
        if revision.blocking().next().is_some() {
            return Err(NotApproved::Blocked(number));
        }
        if revision.content.picture_shows_other_words() {
            return Err(NotApproved::OtherWords(number));
        }
        if approval.due.is_some_and(|due| due > now) {
            return Err(NotApproved::NotDue(number));
        }
        Ok(Self {
            draft,
            revision,
            approval,
        })
    }

    #[must_use]
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }

    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.revision.content
    }

    #[must_use]
    pub const fn approval(&self) -> &Approval {
        &self.approval
    }
}
