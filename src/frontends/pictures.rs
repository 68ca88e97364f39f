//! Pictures of a view, for chats that show them as files.

use crate::chat::view::{Block, View};

pub fn has_picture(view: &View) -> bool {
    view.blocks
        .iter()
        .any(|block| matches!(block, Block::Picture { .. }))
}

/// Pictures are only described, where a chat does not take them.
pub fn without_pictures(view: &View) -> View {
    let mut view = view.clone();
    for block in &mut view.blocks {
        if let Block::Picture { alt, .. } = block {
            *block = Block::Note(format!("picture, which cannot be shown here: {alt}"));
        }
    }
    view
}

/// A picture whose file is not there is only described.
pub async fn with_files(view: &View) -> View {
    let mut view = view.clone();
    for block in &mut view.blocks {
        if let Block::Picture { path, alt } = block
            && !tokio::fs::try_exists(&*path).await.unwrap_or(false)
        {
            *block = Block::Note(format!("picture, whose file is missing: {alt}"));
        }
    }
    view
}
