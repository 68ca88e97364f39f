//! What the chat core needs of a front end: three translations, nothing else.
//!
//! Update to [`Incoming`](crate::chat::incoming::Incoming), [`View`] to message, catalogue to registration.

use std::time::Duration;

use async_trait::async_trait;

use crate::chat::incoming::Asked;
use crate::chat::view::View;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Step;

/// The chat network's own id of a message. Where a message needed several of the network's, it begins with the one that
/// carries the buttons and names the others behind a `+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRef(pub String);

impl MessageRef {
    /// Whether `other` names the same message. A press knows only the part with the buttons.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        head(&self.0) == head(other)
    }
}

fn head(message: &str) -> &str {
    message.split('+').next().unwrap_or_default()
}

/// Why a message is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShowError {
    /// The room is gone or closed to Lumen.
    #[error("the room cannot be written to: {0}")]
    Closed(String),
    /// The network does not take this message, however often it is sent.
    #[error("the message is not taken: {0}")]
    Refused(String),
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

    /// [`Frontend::show`] for the answer to what came in as `asked`: it stands where the network wants an answer to stand.
    async fn answer(
        &self,
        _asked: &Asked,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        self.show(room, view, replaces).await
    }

    /// What came in as `asked` has its answer, or had none. `goes_on`: work that it began goes on, and has its own words.
    async fn answered(&self, _asked: &Asked, _room: &RoomAddress, _goes_on: bool) {}

    /// How long nothing can be shown in this room, where the network has asked for patience. Whoever shows something to
    /// several rooms comes back then, so that one does not hold up the others.
    fn busy(&self, _room: &RoomAddress) -> Option<Duration> {
        None
    }

    /// What is wrong with the connection, in words for people.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// Whether a thread can be opened under a message there.
    fn has_threads(&self, _room: &RoomAddress) -> bool {
        false
    }

    /// Opens a thread under a message that was shown there, or finds the one that was opened: where it is.
    async fn open_thread(
        &self,
        _room: &RoomAddress,
        _message: &MessageRef,
        _name: &str,
    ) -> Result<RoomAddress, ShowError> {
        Err(ShowError::Refused("there are no threads".to_owned()))
    }

    /// An address that opens Lumen there and says `/start` with this word.
    fn start_link(&self, _word: &str) -> Option<String> {
        None
    }

    /// The bytes of a picture that somebody sent, `most` of them at most.
    async fn picture(&self, _file: &str, _most: u64) -> Result<Vec<u8>, ShowError> {
        Err(ShowError::Closed("no pictures come from there".to_owned()))
    }

    /// A sign of life of the work that is being done for this room. Never fails: it is lost when it cannot be shown.
    fn progress(&self, room: &RoomAddress, step: &Step);
}
