//! A draft, its revisions and its moves: the one place that says what may follow what.
//!
//! ```text
//! waiting --approve--> approved --claim--> publishing --> published
//!    |  \--schedule--> scheduled --claim (due)--/  |  \--> failed --approve--> approved
//!    |                                             \--> unknown --settle--> published | approved
//!    |--edit, redo--> waiting (revision + 1)       (also from approved, scheduled, failed, expired)
//!    |--reject--> rejected                         (also from approved, scheduled, failed)
//!    \--expire--> expired --revive--> waiting (revision + 1)
//! ```

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::content::{Content, ContentHash};
use crate::domain::finding::Finding;
use crate::domain::ids::{ApprovalId, DraftId, DraftNumber, PostId, TaskId};

/// What a draft is doing, each with its own facts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum DraftState {
    Waiting,
    Approved {
        approval: ApprovalId,
        by: String,
        at: Timestamp,
    },
    Scheduled {
        approval: ApprovalId,
        by: String,
        due: Timestamp,
    },
    Publishing {
        approval: ApprovalId,
        by: String,
        since: Timestamp,
    },
    Published {
        by: String,
        at: Timestamp,
        native_id: String,
        url: Option<String>,
    },
    /// Certain: the network said no, and why.
    Failed {
        by: String,
        at: Timestamp,
        why: String,
    },
    /// The call's outcome is not known and the network could not settle it yet. `asked`: people decide now.
    Unknown {
        approval: ApprovalId,
        by: String,
        since: Timestamp,
        asked: bool,
    },
    Rejected {
        by: String,
        at: Timestamp,
        reason: Option<String>,
    },
    Expired {
        at: Timestamp,
    },
}

impl DraftState {
    /// The word for it in chat and in the store.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved { .. } => "approved",
            Self::Scheduled { .. } => "scheduled",
            Self::Publishing { .. } => "publishing",
            Self::Published { .. } => "published",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Rejected { .. } => "rejected",
            Self::Expired { .. } => "expired",
        }
    }

    /// The approval it stands on, while one is in force.
    #[must_use]
    pub const fn approval(&self) -> Option<ApprovalId> {
        match self {
            Self::Approved { approval, .. }
            | Self::Scheduled { approval, .. }
            | Self::Publishing { approval, .. }
            | Self::Unknown { approval, .. } => Some(*approval),
            _ => None,
        }
    }
}

/// What can be done to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    Approve,
    Schedule,
    /// Also redo and revive: a new revision.
    Revise,
    Reject,
    Expire,
    Claim,
    Publish,
    Fail,
    Lose,
    Settle,
}

impl Move {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Schedule => "schedule",
            Self::Revise => "change",
            Self::Reject => "reject",
            Self::Expire => "expire",
            Self::Claim => "claim",
            Self::Publish => "publish",
            Self::Fail => "fail",
            Self::Lose => "lose",
            Self::Settle => "settle",
        }
    }
}

/// A move that the draft's state does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{number} is {state}: {} is not possible", .tried.word())]
pub struct InvalidMove {
    pub number: DraftNumber,
    pub state: &'static str,
    pub tried: Move,
}

/// What a draft is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Purpose {
    Post {
        topic: String,
    },
    /// An answer to a stored post.
    Reply {
        post: PostId,
        /// What the answer should say, if the person said.
        guidance: Option<String>,
    },
}

/// A proposed post or reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub id: DraftId,
    pub number: DraftNumber,
    pub state: DraftState,
    /// The current revision, from 1.
    pub revision: i64,
    pub purpose: Purpose,
    pub task: Option<TaskId>,
    pub created_at: Timestamp,
    /// When a waiting draft goes stale.
    pub expires_at: Timestamp,
}

/// A post that a revision leans on, as it was then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lean {
    pub post: PostId,
    pub author: String,
    /// The first words.
    pub excerpt: String,
    /// Relevance as the search gave it, 0 to 1.
    pub score: f32,
}

/// Who wrote a revision's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum Writer {
    Model {
        provider: String,
        model: String,
        tokens_in: i64,
        tokens_out: i64,
        micro_usd: i64,
        millis: i64,
    },
    /// A person typed it; findings only warn.
    Person { name: String },
}

/// One version of a draft: everything that would go out, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// From 1.
    pub number: i64,
    pub content: Content,
    pub findings: Vec<Finding>,
    pub leans_on: Vec<Lean>,
    /// Own posts that showed the voice.
    pub examples: Vec<PostId>,
    pub persona_version: i64,
    /// What the person asked for when this version was made.
    pub guidance: Option<String>,
    pub writer: Writer,
    pub made_at: Timestamp,
}

impl Revision {
    /// The findings that stand in the way of an approval.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.blocks)
    }
}

/// Who allowed which revision with which content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub draft: DraftId,
    pub revision: i64,
    pub content_hash: ContentHash,
    /// The operator's name, or `rule NAME` for a task's written rule.
    pub by: String,
    pub at: Timestamp,
    /// For a schedule: when it may go out.
    pub due: Option<Timestamp>,
}

impl Draft {
    const fn invalid(&self, tried: Move) -> InvalidMove {
        InvalidMove {
            number: self.number,
            state: self.state.word(),
            tried,
        }
    }

    /// Waiting or failed drafts can be approved for publishing now; a scheduled one can be sent early.
    ///
    /// # Errors
    /// In every other state.
    pub fn approve(
        &self,
        approval: ApprovalId,
        by: &str,
        at: Timestamp,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting | DraftState::Failed { .. } | DraftState::Scheduled { .. } => {
                Ok(DraftState::Approved {
                    approval,
                    by: by.to_owned(),
                    at,
                })
            }
            _ => Err(self.invalid(Move::Approve)),
        }
    }

    /// Puts a waiting, failed or scheduled draft on a (new) time.
    ///
    /// # Errors
    /// In every other state.
    pub fn schedule(
        &self,
        approval: ApprovalId,
        by: &str,
        due: Timestamp,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting | DraftState::Failed { .. } | DraftState::Scheduled { .. } => {
                Ok(DraftState::Scheduled {
                    approval,
                    by: by.to_owned(),
                    due,
                })
            }
            _ => Err(self.invalid(Move::Schedule)),
        }
    }

    /// A new revision: the draft waits again and every earlier approval is void.
    ///
    /// # Errors
    /// Once publishing has begun, and after a rejection.
    pub fn revise(&self) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Approved { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Failed { .. }
            | DraftState::Expired { .. } => Ok(DraftState::Waiting),
            _ => Err(self.invalid(Move::Revise)),
        }
    }

    /// # Errors
    /// Once publishing has begun, and where the draft has ended already.
    pub fn reject(
        &self,
        by: &str,
        at: Timestamp,
        reason: Option<String>,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Approved { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Failed { .. } => Ok(DraftState::Rejected {
                by: by.to_owned(),
                at,
                reason,
            }),
            _ => Err(self.invalid(Move::Reject)),
        }
    }

    /// # Errors
    /// Unless it waits.
    pub fn expire(&self, at: Timestamp) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting => Ok(DraftState::Expired { at }),
            _ => Err(self.invalid(Move::Expire)),
        }
    }

    /// Publishing begins: an approved draft, or a scheduled one whose time has come.
    ///
    /// # Errors
    /// In every other state, and before the time.
    pub fn claim(&self, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Approved { approval, by, .. } => Ok(DraftState::Publishing {
                approval: *approval,
                by: by.clone(),
                since: now,
            }),
            DraftState::Scheduled { approval, by, due } if *due <= now => {
                Ok(DraftState::Publishing {
                    approval: *approval,
                    by: by.clone(),
                    since: now,
                })
            }
            _ => Err(self.invalid(Move::Claim)),
        }
    }

    /// The network has it.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn publish(
        &self,
        at: Timestamp,
        native_id: &str,
        url: Option<String>,
    ) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { by, .. } | DraftState::Unknown { by, .. } => {
                Ok(DraftState::Published {
                    by: by.clone(),
                    at,
                    native_id: native_id.to_owned(),
                    url,
                })
            }
            _ => Err(self.invalid(Move::Publish)),
        }
    }

    /// The network said no, for certain.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn fail(&self, at: Timestamp, why: &str) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { by, .. } | DraftState::Unknown { by, .. } => {
                Ok(DraftState::Failed {
                    by: by.clone(),
                    at,
                    why: why.to_owned(),
                })
            }
            _ => Err(self.invalid(Move::Fail)),
        }
    }

    /// The outcome of a call is not known. With `asked`, people are asked to settle it.
    ///
    /// # Errors
    /// Unless it was being published or unknown already.
    pub fn lose(&self, asked: bool, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { approval, by, .. } => Ok(DraftState::Unknown {
                approval: *approval,
                by: by.clone(),
                since: now,
                asked,
            }),
            DraftState::Unknown {
                approval,
                by,
                since,
                asked: before,
            } => Ok(DraftState::Unknown {
                approval: *approval,
                by: by.clone(),
                since: *since,
                asked: asked || *before,
            }),
            _ => Err(self.invalid(Move::Lose)),
        }
    }

    /// The network certainly does not have it (or a person says so): it may be published again on the same approval.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn settle_as_absent(&self, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { approval, by, .. }
            | DraftState::Unknown { approval, by, .. } => Ok(DraftState::Approved {
                approval: *approval,
                by: by.clone(),
                at: now,
            }),
            _ => Err(self.invalid(Move::Settle)),
        }
    }
}

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
