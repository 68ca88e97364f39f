//! Tasks: what Lumen does again and again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::domain::ids::TaskId;
use crate::domain::schedule::Schedule;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum TaskKind {
    /// Composes a post about its topic.
    Post,
    /// Composes answers to fetched posts that fit its topic.
    Reply,
    /// Reports what was found.
    Analyze,
}

impl TaskKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
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
