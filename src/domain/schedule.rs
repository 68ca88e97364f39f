//! People's times: phrases, cron lines and ISO 8601, as wall-clock time in the workspace's zone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// When something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "at", rename_all = "lowercase")]
pub enum Schedule {
    /// Once, at this moment.
    Once(Timestamp),
    /// Again and again: a five-field cron line, read as wall-clock time in the workspace's zone.
    Cron(String),
}
