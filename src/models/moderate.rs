//! Asking whether a text or a picture is fit to be shown.

use async_trait::async_trait;

use crate::models::ModelError;

/// Says what is wrong with what a model made.
#[async_trait]
pub trait Moderator: Send + Sync {
    /// Provider and model name.
    fn name(&self) -> (String, String);

    /// The categories that `text` (and `picture`, bytes with their type) falls under; empty when it is fit.
    async fn judge(
        &self,
        text: &str,
        picture: Option<(&[u8], &str)>,
    ) -> Result<Vec<String>, ModelError>;
}
