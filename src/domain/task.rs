//! Tasks: what Lumen does again and again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TaskId;
use crate::domain::schedule::Schedule;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// Composes a post about its topic.
    Post,
    /// Composes answers to fetched posts that fit its topic.
    Reply,
    /// Reports what was found.
    Analyze,
}

impl TaskKind {
    pub const ALL: [Self; 3] = [Self::Post, Self::Reply, Self::Analyze];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Reply => "reply",
            Self::Analyze => "analyze",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What happens to a run whose time passed while Lumen was down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissedRun {
    /// It happens once, late.
    #[default]
    Once,
    /// It does not happen.
    Skip,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    /// One word, unique in the workspace, lower case.
    pub name: String,
    pub kind: TaskKind,
    pub topic: String,
    pub schedule: Option<Schedule>,
    pub missed: MissedRun,
    pub next_run_at: Option<Timestamp>,
    pub last_run_at: Option<Timestamp>,
    pub paused: bool,
}
