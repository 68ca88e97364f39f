//! Forgetting an author: their posts leave the store and the index, their words leave the drafts that lean on them, and
//! their pictures leave the media folder unless somebody else uses them.

use crate::domain::ids::{InboxId, WorkspaceId};
use crate::flow::{gone, media, recall};
use crate::store::{R, Tx};

/// Deletes the posts of `author` on every network. Says how many there were.
pub async fn author(tx: &mut Tx, w: WorkspaceId, author: &str, cause: Option<InboxId>) -> R<usize> {
    let forgotten = tx.forget_author(w, author).await?;
    if forgotten.posts.is_empty() {
        return Ok(0);
    }
    tx.drop_picture_notes().await?;
    tx.forget_leans(&forgotten.posts).await?;
    gone::tell_drafts(tx, &forgotten.posts, cause).await?;
    recall::request(tx, cause).await?;
    media::drop_unused(tx, &forgotten.pictures, cause).await?;
    Ok(forgotten.posts.len())
}
