//! The media folder as the chat sees it.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::chat::house::Pictures;
use crate::domain::content::Attachment;
use crate::domain::error::UserError;
use crate::media::{Caps, MediaFolder, preflight};

/// Keeps what people send, after a look at it.
pub struct Album(pub MediaFolder);

#[async_trait]
impl Pictures for Album {
    fn path(&self, picture: &Attachment) -> PathBuf {
        self.0.path(&picture.sha256, &picture.mime)
    }

    async fn keep(&self, bytes: Vec<u8>) -> Result<Attachment, UserError> {
        let looked =
            tokio::task::spawn_blocking(move || (preflight(&bytes, &Caps::default()), bytes)).await;
        let (picture, bytes) = looked
            .map_err(|_| UserError::new("The picture broke the decoder.", "Send another one."))?;
        let picture = picture
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
        })
    }
}
