//! Looking at pictures.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::domain::ledger::MicroUsd;
use crate::models::shape::Shape;
use crate::models::{ModelError, Took};

/// A question about one picture.
#[derive(Debug, Clone)]
pub struct SightRequest {
    /// Small enough to be sent: see [`crate::media::for_eyes`].
    pub picture: Vec<u8>,
    pub mime: &'static str,
    pub question: String,
    /// What the answer looks like.
    pub shape: &'static Shape,
    /// For the ledger: `describe`, `look over`, `check`.
    pub purpose: &'static str,
    pub patience: Duration,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The fields of the shape.
    pub fields: Map<String, Value>,
    pub took: Took,
    pub provider: String,
    pub model: String,
}

impl Sight {
    /// A field of text; empty where it is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.fields
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }
}

/// Looks.
#[async_trait]
pub trait VisionModel: Send + Sync {
    /// Provider and model name.
    fn name(&self) -> (String, String);

    /// The most that a call may cost.
    fn worst_price(&self, _: &SightRequest) -> MicroUsd {
        MicroUsd(0)
    }

    async fn look(
        &self,
        request: &SightRequest,
        cancel: &CancellationToken,
    ) -> Result<Sight, ModelError>;
}
