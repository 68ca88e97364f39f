//! What the terminal needs of the control room behind it. [`crate::chat`] is the one behind the real one; tests put a
//! small one of their own here.

use std::time::Duration;

use async_trait::async_trait;
use parking_lot::RwLock;

use super::person;
use crate::chat::catalogue::{self, Names};
use crate::chat::control_room::ControlRoom;
use crate::chat::incoming::Incoming;
use crate::chat::view::View;
use crate::domain::ids::InboxId;
use crate::domain::operator::RoomAddress;

/// Where typed lines go.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Writes it to the inbox. An error is in words for the person where it is a `UserError`.
    async fn take(&self, incoming: Incoming) -> anyhow::Result<InboxId>;

    /// Waits until the line is answered and the work it began is done. `false`: it was not within `at_most`.
    async fn settled(&self, id: InboxId, at_most: Duration) -> bool;

    /// Lumen asked the person at the terminal something and waits for words: then only the buttons of that very
    /// question may be pressed by typing, since the words could be the answer.
    async fn asks(&self) -> bool;

    /// What stands above the first prompt; none where it cannot be told.
    async fn greeting(&self) -> Option<View>;

    /// Reads again which drafts, tasks and sources there are, for [`Self::completions`].
    async fn refresh_names(&self);

    /// What the last word of `line` could become. Called between two key strokes: no IO.
    fn completions(&self, line: &str) -> Vec<String>;
}

/// The real control room, with the names that completion offers at hand.
pub struct ControlDesk {
    room: ControlRoom,
    names: RwLock<Names>,
}

impl ControlDesk {
    #[must_use]
    pub fn new(room: ControlRoom) -> Self {
        Self {
            room,
            names: RwLock::default(),
        }
    }
}

#[async_trait]
impl Desk for ControlDesk {
    async fn take(&self, incoming: Incoming) -> anyhow::Result<InboxId> {
        self.room.take(incoming).await
    }

    async fn settled(&self, id: InboxId, at_most: Duration) -> bool {
        self.room.settled(id, at_most).await
    }

    async fn asks(&self) -> bool {
        self.room.asks(&RoomAddress::terminal(), &person()).await
    }

    async fn greeting(&self) -> Option<View> {
        let greeting = self.room.greeting().await;
        greeting
            .inspect_err(|error| tracing::error!(%error, "the greeting could not be read"))
            .ok()
    }

    async fn refresh_names(&self) {
        let names = self.room.known_names().await;
        *self.names.write() = names;
    }

    fn completions(&self, line: &str) -> Vec<String> {
        catalogue::completions_with(line, &self.names.read())
    }
}
