//! What was seen in a picture.

/// What a model saw in a picture, kept by the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureNote {
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Two or three sentences.
    pub description: String,
    /// Text that stands in it; empty when there is none.
    pub words: String,
    /// One line for people who do not see it.
    pub alt: String,
    pub provider: String,
    pub model: String,
}

impl PictureNote {
    /// All of it in one line, for a prompt and for the index.
    #[must_use]
    pub fn line(&self) -> String {
        if self.words.is_empty() {
            self.description.clone()
        } else {
            format!("{} It says: {}", self.description, self.words)
        }
    }
}
