//! Work that survives a crash: rows that a worker claims with a lease.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumCount, EnumString, IntoStaticStr, VariantArray};

use crate::domain::ids::{InboxId, JobId};

/// What kind of work a job is. Its payload's type stands beside the flow that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum JobKind {
    /// Fetch one source.
    Fetch,
    /// Bring the index up to the store.
    Index,
    /// Fetch the pictures of stored posts.
    Media,
    /// Write a draft or a new revision of one.
    Compose,
    /// Make a picture for a draft.
    Paint,
    /// Publish an approved draft, or find out what became of a call.
    Publish,
    /// Like, repost, bookmark or follow.
    Act,
    /// Tell people something.
    Notice,
}

impl JobKind {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// How many of its jobs run at once: in each of its lanes, where it has any. Notices of a chat program keep their order;
    /// the index has one writer; fetching and writing leave a core free; publishing mostly waits for a network.
    #[must_use]
    pub const fn slots(self) -> usize {
        match self {
            Self::Index | Self::Media | Self::Notice => 1,
            Self::Fetch | Self::Compose | Self::Paint => 2,
            Self::Publish | Self::Act => 4,
        }
    }

    /// Whether its jobs have lanes: one that is busy holds up its own alone.
    #[must_use]
    pub const fn has_lanes(self) -> bool {
        matches!(self, Self::Notice)
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A job to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub kind: JobKind,
    /// While a job with this key is there, the same one is not written again.
    pub unique_key: String,
    pub payload: Value,
    /// The inbox row whose work this is: that line of a person is done when its jobs are.
    pub cause: Option<InboxId>,
    pub run_at: Timestamp,
}

impl NewJob {
    /// Work that takes in whatever there is, so that one waiting job is enough for all; with a `cause` it is that line's own,
    /// which is done only when this is.
    #[must_use]
    pub fn upkeep(kind: JobKind, cause: Option<InboxId>, run_at: Timestamp) -> Self {
        let name = kind.name();
        Self {
            kind,
            unique_key: cause.map_or_else(|| name.to_owned(), |cause| format!("{name}:{cause}")),
            payload: Value::Object(serde_json::Map::new()),
            cause,
            run_at,
        }
    }
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
    pub unique_key: String,
    pub payload: Value,
    pub cause: Option<InboxId>,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// How often Lumen ended in the middle of it.
    pub crashes: i64,
    /// Of a kind that has lanes, one job of each runs at a time.
    pub lane: String,
    /// When its cause came in; none without one.
    pub arrived: Option<Timestamp>,
    /// How long its cause had been waited for when it was claimed, from the start of the worker at most: what a deadline is
    /// shorter by.
    pub waited: Duration,
}

impl Job {
    /// How often it was tried before this time, not counting what a crash cut off.
    #[must_use]
    pub fn tries(&self) -> usize {
        usize::try_from(self.attempts - self.crashes - 1).unwrap_or(0)
    }
}

/// Proof that a worker holds a job. Finishing a job needs it, so two workers cannot both settle one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub job: JobId,
    /// The worker's own name: a UUID made at its start.
    pub holder: String,
}

/// How a handler left its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    /// Finished, in the transaction that holds its effects.
    Settled,
    /// Not now. `wait` when somebody said how long; else the worker's own list of delays.
    Retry { why: String, wait: Option<Duration> },
    /// Never. The worker finishes the job and the person is told.
    GiveUp { why: String },
}
