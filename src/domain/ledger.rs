//! The ledger of model calls: what every call was for, what it took and what it cost. Written by `models/`, kept by `store/`.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumCount, IntoStaticStr, VariantArray};

use crate::domain::ids::{ModelCallId, WorkspaceId};

/// Money in millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(pub i64);

impl std::fmt::Display for MicroUsd {
    /// `free`, `0.004 USD`, `1.20 USD`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => f.write_str("free"),
            micros if micros < 100_000 => write!(f, "0.{:04} USD", (micros + 50) / 100),
            micros => write!(
                f,
                "{}.{:02} USD",
                (micros + 5_000) / 1_000_000,
                (micros + 5_000) % 1_000_000 / 10_000
            ),
        }
    }
}

/// What a model is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum ModelRole {
    Text,
    Vision,
    Image,
    Embedder,
}

impl ModelRole {
    pub const ALL: [Self; Self::COUNT] = *Self::VARIANTS.first_chunk().expect("counted");

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum CallOutcome {
    Ok,
    Failed,
    Cancelled,
}

impl CallOutcome {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// One finished call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    pub role: ModelRole,
    /// `local`, `openai`, …
    pub provider: String,
    pub model: String,
    /// What it was for: `draft`, `redo`, `index`, `query`.
    pub purpose: String,
    /// SHA-256 of the prompt, lower-case hex.
    pub prompt_hash: String,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub cost: MicroUsd,
    pub millis: i64,
    pub outcome: CallOutcome,
    pub error: Option<String>,
    pub at: Timestamp,
}

/// Keeps the calls. Implemented by the store.
#[async_trait]
pub trait Ledger: Send + Sync {
    async fn record(&self, workspace: WorkspaceId, call: &ModelCall)
    -> anyhow::Result<ModelCallId>;

    /// What the calls since then have cost; with a `task`, those for it alone.
    async fn spent_since(
        &self,
        workspace: WorkspaceId,
        task: Option<&str>,
        since: Timestamp,
    ) -> anyhow::Result<MicroUsd>;
}

/// What models are called for: the `purpose` of every call of the product, and the names of tasks in settings.
pub const TASKS: [&str; 7] = [
    "draft",
    "redo",
    "image",
    "describe",
    "look over",
    "index",
    "query",
];

/// The money that single tasks may take of the day's.
pub type TaskBudgets = std::collections::HashMap<&'static str, MicroUsd>;

/// Keeps what was paid for until it is used, so that a crash in between costs nothing. Implemented by the store.
#[async_trait]
pub trait Answers: Send + Sync {
    /// Keeps an answer as it came.
    async fn keep(&self, key: &str, body: &[u8]) -> anyhow::Result<()>;

    async fn kept(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>>;

    async fn forget(&self, key: &str) -> anyhow::Result<()>;
}
