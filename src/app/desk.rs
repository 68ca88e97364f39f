//! The control room as the terminal needs it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::chat::catalogue::{self, Names};
use crate::chat::control_room::ControlRoom;
use crate::chat::incoming::Incoming;
use crate::domain::ids::InboxId;
use crate::domain::operator::{Identity, RoomAddress, Surface};
use crate::frontends::terminal::Desk;
use crate::store::Store;

/// The control room, with the names that completion knows kept at hand.
pub struct TerminalDesk {
    control: ControlRoom,
    store: Store,
    names: Mutex<Names>,
}

impl TerminalDesk {
    pub fn new(control: ControlRoom, store: Store) -> Self {
        Self { control, store, names: Mutex::default() }
    }

    /// Whether a talk is open in the terminal's room with whoever sits there.
    async fn in_talk(&self) -> anyhow::Result<bool> {
        let local = Identity { surface: Surface::Terminal, external_id: "local".to_owned() };
        let (Some(room), Some(operator)) =
            (self.store.room_at(&RoomAddress::terminal()).await?, self.store.operator_of(&local).await?)
        else {
            return Ok(false);
        };
        Ok(self.store.dialogue(room.id, operator.id).await?.is_some())
    }
}

#[async_trait]
impl Desk for TerminalDesk {
    async fn take(&self, incoming: Incoming) -> anyhow::Result<InboxId> {
        self.control.take(incoming).await
    }

    async fn settled(&self, id: InboxId, at_most: Duration) -> bool {
        self.control.settled(id, at_most).await
    }

    async fn asks(&self) -> bool {
        self.in_talk().await.unwrap_or_else(|error| {
            tracing::warn!(error = %format!("{error:#}"), "whether a question is open cannot be told");
            false
        })
    }

    async fn refresh_names(&self) {
        let names = self.control.known_names().await;
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    fn completions(&self, line: &str) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        catalogue::completions_with(line, &names)
    }
}
