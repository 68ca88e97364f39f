//! The media folder as the chat sees it.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::chat::house::Pictures;
use crate::domain::content::Attachment;
use crate::domain::error::UserError;
use crate::domain::network::Network;
use crate::media::{Caps, Fitted, MediaFolder, Rules, fit};

/// Keeps what people send, after a look at it.
pub struct Album(pub MediaFolder);

#[async_trait]
impl Pictures for Album {
    fn path(&self, picture: &Attachment) -> PathBuf {
        self.0.path(&picture.sha256, &picture.mime)
    }

    async fn keep(&self, bytes: Vec<u8>, network: Network) -> Result<Attachment, UserError> {
        let rules = Rules::of(network);
        let fitted = tokio::task::spawn_blocking(move || fit(bytes, &Caps::default(), &rules))
            .await
            .map_err(|_| UserError::new("The picture broke the decoder.", "Send another one."))?;
        let Fitted { picture, bytes } = fitted
            .map_err(|refusal| UserError::new(refusal.to_string(), "Send another picture."))?;
        self.0
            .keep(&picture.sha256, picture.mime, bytes)
            .await
            .map_err(|error| {
                UserError::new(
                    format!("The picture could not be written ({}).", error.kind()),
                    "The disk may be full; the draft is as it was.",
                )
            })?;
        Ok(Attachment {
            sha256: picture.sha256,
            mime: picture.mime.to_owned(),
            alt: String::new(),
            quote_card: None,
        })
    }
}
