//! Where the pictures of drafts lie, for those who show them.

use std::path::PathBuf;

use crate::domain::content::Attachment;
use crate::media::MediaFolder;

/// The media folder, as far as a card needs it.
#[derive(Debug, Clone)]
pub struct Gallery(MediaFolder);

impl Gallery {
    #[must_use]
    pub const fn new(folder: MediaFolder) -> Self {
        Self(folder)
    }

    #[must_use]
    pub fn path(&self, picture: &Attachment) -> PathBuf {
        self.0.path(&picture.sha256, &picture.mime)
    }
}

impl Default for Gallery {
    /// For tests that show no file: a folder that is not there.
    fn default() -> Self {
        Self(MediaFolder::at("media"))
    }
}
