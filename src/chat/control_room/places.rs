//! Rooms as places: one that cannot be written to is left alone until somebody speaks there, one that moved is followed.

use std::sync::{Arc, PoisonError};

use super::{ControlRoom, Undelivered};
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::notices;
use crate::chat::words;
use crate::domain::operator::{Identity, Operator, Room, Surface};
use crate::store::R;

impl ControlRoom {
    pub(in crate::chat) fn frontends(&self) -> Vec<Arc<dyn Frontend>> {
        let frontends = self
            .0
            .frontends
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        frontends.values().cloned().collect()
    }

    /// What showing something in a room came to. A room that is closed to Lumen is paused, and the others hear of it.
    pub(super) async fn outcome(
        &self,
        room: &Room,
        shown: Result<MessageRef, ShowError>,
    ) -> Result<MessageRef, Undelivered> {
        if let Err(ShowError::Closed(why)) = &shown
            && room.address.surface != Surface::Terminal
            && let Err(error) = self.pause(room, why).await
        {
            tracing::error!(room = %room.id, %error, "that a room is closed could not be kept");
        }
        Ok(shown?)
    }

    async fn pause(&self, room: &Room, why: &str) -> R<()> {
        let mut tx = self.store().begin().await?;
        if !tx.pause_room(room.id, why).await? {
            return Ok(());
        }
        let line = words::house::paused(&room.address, why);
        tx.log(self.workspace(), "lumen", &line).await?;
        for other in self.store().standing_rooms(self.workspace()).await? {
            if other.id != room.id {
                notices::tell_room(&mut tx, other.id, &line).await?;
            }
        }
        tx.commit().await
    }

    /// A chat got another id at its network; its rooms are followed.
    pub async fn moved(&self, surface: Surface, from: &str, to: &str) -> anyhow::Result<()> {
        let mut tx = self.store().begin().await?;
        tx.move_chat(surface, from, to).await?;
        tx.commit().await?;
        Ok(())
    }

    /// As `/member` takes them: a name of one word, else an identity; and roles of a network that stand for one.
    pub(super) async fn known_members(&self) -> R<Vec<String>> {
        let people = self.store().operators(self.workspace()).await?;
        let groups = self.store().group_roles(self.workspace()).await?;
        let people = people.iter().filter_map(|(operator, names)| {
            let name = words::person(&operator.name);
            if name.contains(char::is_whitespace) {
                return names.first().map(words::people::identity);
            }
            Some(name)
        });
        let groups = groups.iter().map(|(group, _)| words::people::group(group));
        Ok(people.chain(groups).collect())
    }

    /// Everyone with a role, for menus.
    pub async fn people(&self) -> anyhow::Result<Vec<(Operator, Vec<Identity>)>> {
        Ok(self.store().operators(self.workspace()).await?)
    }

    /// The standing control rooms, for menus.
    pub async fn standing_rooms(&self) -> anyhow::Result<Vec<Room>> {
        Ok(self.store().standing_rooms(self.workspace()).await?)
    }
}
