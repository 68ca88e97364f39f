//! What the chat core needs of a front end: three translations, nothing else.
//!
//! Update to [`Incoming`](crate::chat::incoming::Incoming), [`View`] to message, catalogue to registration.

use async_trait::async_trait;

use crate::chat::view::View;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Step;

/// The chat network's own id of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRef(pub String);

/// Why a message is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShowError {
    /// The room is gone or closed to Lumen.
    #[error("the room cannot be written to: {0}")]
    Closed(String),
    /// It may work later.
    #[error("the message could not be sent: {0}")]
    Later(String),
}

/// A chat program that Lumen speaks in.
#[async_trait]
pub trait Frontend: Send + Sync {
    fn surface(&self) -> Surface;

    /// Whether a shown message can change. Where it cannot (a terminal), a change of a card is shown by its first
    /// title alone, which says number, state and what is next; and a new text is shown as a new card.
    fn edits_in_place(&self) -> bool {
        self.surface() != Surface::Terminal
    }

    /// Shows `view`: in place of `replaces` where that is given and still possible, else as a new message.
    async fn show(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError>;

    /// A sign of life of the work that is being done for this room. Never fails: it is lost when it cannot be shown.
    fn progress(&self, room: &RoomAddress, step: &Step);
}
