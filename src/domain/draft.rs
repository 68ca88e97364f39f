//! A draft, its revisions and its moves: the one place that says what may follow what.
//!
//! ```text
//! waiting --approve--> approved --claim--> publishing --> published
//!    |  \--schedule--> scheduled --claim (due)--/  |  \--> failed --approve--> approved
//!    |                                             |--> partly --claim (rest)--> publishing | left as it is
//!    |        |                                    \--> unknown --settle--> published | approved
//!    |        \--miss (late)--> overdue --approve, schedule--> approved, scheduled
//!    |--edit, redo--> waiting (revision + 1)       (also from approved, scheduled, failed, expired)
//!    |--reject--> rejected                         (also from approved, scheduled, failed)
//!    \--expire--> expired --revive--> waiting (revision + 1)
//! ```

mod approved;
mod moves;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::content::{Content, ContentHash};
use crate::domain::finding::Finding;
use crate::domain::ids::{ApprovalId, DraftId, DraftNumber, PostId, TaskId};
use crate::domain::thread::Parts;

pub use approved::{Approved, NotApproved};

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
    /// Its time passed by more than [`Draft::LATEST`] before it could go out: the approval is over, and people are asked.
    Overdue {
        by: String,
        due: Timestamp,
    },
    Publishing {
        approval: ApprovalId,
        by: String,
        since: Timestamp,
        /// What of it is public since an earlier call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parts: Option<Parts>,
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
    /// Certain: the first posts of a thread are public, and the rest is not. Nothing of it can be changed any more: the rest
    /// follows as it was approved, or the whole is left as it is.
    Partly {
        approval: ApprovalId,
        by: String,
        at: Timestamp,
        /// Why it did not go on.
        why: String,
        parts: Parts,
        /// When the rest is sent; none: when a person says so.
        next: Option<Timestamp>,
        /// Who left it as it is.
        left_by: Option<String>,
    },
    /// The call's outcome is not known and the network could not settle it yet. `asked`: people decide now.
    Unknown {
        approval: ApprovalId,
        by: String,
        since: Timestamp,
        asked: bool,
        /// It was brought back by a restore, and may have gone out after the backup was made.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        restored: bool,
        /// What of it is public since an earlier call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parts: Option<Parts>,
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
            Self::Overdue { .. } => "overdue",
            Self::Publishing { .. } => "publishing",
            Self::Published { .. } => "published",
            Self::Failed { .. } => "failed",
            Self::Partly { left_by: None, .. } => "partly",
            Self::Partly { .. } => "left",
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
            | Self::Partly { approval, .. }
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
    Miss,
    Claim,
    Publish,
    Fail,
    Lose,
    Settle,
    SendRest,
    Leave,
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
            Self::Miss => "miss",
            Self::Claim => "claim",
            Self::Publish => "publish",
            Self::Fail => "fail",
            Self::Lose => "lose",
            Self::Settle => "settle",
            Self::SendRest => "send the rest",
            Self::Leave => "leave",
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

/// What a person has before them when they decide about a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub revision: i64,
    /// Whether that version was approved or on a time already, so that a change takes this back knowingly.
    #[serde(default)]
    pub decided: bool,
}

impl Seen {
    #[must_use]
    pub const fn waiting(revision: i64) -> Self {
        Self {
            revision,
            decided: false,
        }
    }

    /// Whether it is what the draft is now: the same version, and nobody has decided about it in between.
    #[must_use]
    pub const fn holds(self, draft: &Draft) -> bool {
        self.revision == draft.revision && (self.decided || !draft.is_decided())
    }

    /// [`Self::holds`], and another version may follow.
    #[must_use]
    pub fn may_change(self, draft: &Draft) -> bool {
        self.holds(draft) && draft.revise().is_ok()
    }
}

/// As it stands in the code of a button: `4`, and `4!` once it was decided.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.decided { "!" } else { "" };
        write!(f, "{}{mark}", self.revision)
    }
}

impl FromStr for Seen {
    type Err = ParseIntError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let revision = code.strip_suffix('!');
        Ok(Self {
            revision: revision.unwrap_or(code).parse()?,
            decided: revision.is_some(),
        })
    }
}

impl Draft {
    /// A scheduled draft that is later than this does not go out unasked.
    pub const LATEST: std::time::Duration = std::time::Duration::from_hours(1);

    /// Whether its time passed so long ago that people are asked.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        match self.state {
            DraftState::Scheduled { due, .. } => due
                .checked_add(Self::LATEST)
                .is_ok_and(|latest| latest < now),
            _ => false,
        }
    }

    /// Approved or on a time, and not begun to be published.
    #[must_use]
    pub const fn is_decided(&self) -> bool {
        matches!(
            self.state,
            DraftState::Approved { .. } | DraftState::Scheduled { .. }
        )
    }

    /// What a card of it shows now.
    #[must_use]
    pub const fn seen(&self) -> Seen {
        Seen {
            revision: self.revision,
            decided: self.is_decided(),
        }
    }
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

/// A sentence that was tried, and what the judges said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub text: String,
    pub verdict: String,
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
        /// The second sentences that a small model tried.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tries: Vec<Tried>,
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
