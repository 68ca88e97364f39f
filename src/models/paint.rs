//! Making pictures.

use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::ledger::MicroUsd;
use crate::domain::limits::Aspect;
use crate::models::{ModelError, Took};

/// What a picture is asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaintRequest {
    /// What it should show, in words for a model.
    pub prompt: String,
    /// The text of the post it goes with.
    pub text: String,
    /// Who speaks: the account's name.
    pub signature: String,
    pub aspect: Aspect,
    /// The brand's own: ground, letters, accent; empty for any.
    pub colours: Vec<String>,
    /// What a person asked the picture to be like. It stands in the prompt, too.
    pub wish: Option<String>,
    /// The palette of the quote card that this one takes the place of.
    pub palette: Option<u8>,
    /// For the ledger: `image`.
    pub purpose: &'static str,
    /// Names the work, see [`crate::models::TextRequest::key`]. Another one gives another picture.
    pub key: String,
    /// How long a service may take.
    pub patience: Duration,
}

/// A picture as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painted {
    pub bytes: Vec<u8>,
    /// What it shows, where the painter knows it for certain.
    pub alt: Option<String>,
    pub took: Took,
    pub provider: String,
    pub model: String,
    /// Set for a card that was drawn from the text.
    pub card: Option<DrawnCard>,
}

/// What is known of a drawn card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnCard {
    /// The number of its palette; none for the brand's own colours.
    pub palette: Option<u8>,
    /// Signs of the text that no font has, each once, in their order.
    pub left_out: Vec<String>,
}

/// Paints.
#[async_trait]
pub trait ImageModel: Send + Sync {
    /// Provider and model name.
    fn name(&self) -> (String, String);

    /// The most that a picture may cost.
    fn worst_price(&self, _: &PaintRequest) -> MicroUsd {
        MicroUsd(0)
    }

    async fn paint(
        &self,
        request: &PaintRequest,
        cancel: &CancellationToken,
    ) -> Result<Painted, ModelError>;
}
