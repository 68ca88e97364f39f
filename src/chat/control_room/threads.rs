//! Threads of drafts: where a room wants them, one is opened under each card, and what is said about the draft is said
//! there. The card itself stays above it.

use super::ControlRoom;
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::notices;
use crate::chat::press::Press;
use crate::chat::words;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::ids::{DraftId, DraftNumber};
use crate::domain::operator::{Room, RoomAddress, Threads};
use crate::store::{InboxRow, R};

impl ControlRoom {
    /// Whether all words in this room are for Lumen, as in the thread of a draft.
    pub async fn hears_all(&self, address: &RoomAddress) -> bool {
        let found = async {
            let room = self.store().room_at(address).await?;
            match room {
                Some(room) => self.store().thread_of(room.id).await,
                None => Ok(None),
            }
        };
        matches!(found.await, Ok(Some(_)))
    }

    /// Where something is talked about: for a button of a draft that has a thread there, else where it was said.
    pub(super) async fn talk_room(&self, incoming: &Incoming, room: &Room) -> R<Room> {
        let (Said::Press { code, .. } | Said::Filled { code, .. }) = &incoming.body else {
            return Ok(room.clone());
        };
        let Some(number) = Press::read(code).ok().and_then(about) else {
            return Ok(room.clone());
        };
        let w = self.workspace();
        let thread = self.store().thread_for(w, room.id, number).await?;
        Ok(thread.unwrap_or_else(|| room.clone()))
    }

    /// The thread in which a row of this room is answered, where that is elsewhere.
    pub(super) async fn elsewhere(&self, row: &InboxRow, room: &Room) -> R<Option<Room>> {
        let Ok(incoming) = serde_json::from_value::<Incoming>(row.body.clone()) else {
            return Ok(None);
        };
        let there = self.talk_room(&incoming, room).await?;
        Ok((there.id != room.id).then_some(there))
    }

    /// The draft whose thread this room is.
    pub(super) async fn draft_of_thread(&self, room: &Room) -> R<Option<DraftNumber>> {
        let Some((draft, _)) = self.store().thread_of(room.id).await? else {
            return Ok(None);
        };
        Ok(self.store().draft(draft).await?.map(|draft| draft.number))
    }

    /// The room in which the card of a draft stands above this thread of it; none where the card was shown in here.
    pub(super) async fn card_above(&self, room: &Room, draft: DraftId) -> R<Option<Room>> {
        let above = match self.store().thread_of(room.id).await? {
            Some((of, above)) if of == draft => above,
            _ => return Ok(None),
        };
        let here = self.store().delivery(room.id, draft).await?;
        Ok(here.is_none().then_some(above))
    }

    /// Opens the thread of a draft under its card, where the room wants one and it never had one.
    pub(super) async fn mind_thread(
        &self,
        frontend: &dyn Frontend,
        room: &Room,
        draft: &Draft,
        message: &MessageRef,
    ) {
        // A card does without; it is tried again when the card changes.
        if let Err(error) = self.try_thread(frontend, room, draft, message).await {
            tracing::warn!(draft = %draft.number, %error, "a thread was not opened");
        }
    }

    async fn try_thread(
        &self,
        frontend: &dyn Frontend,
        room: &Room,
        draft: &Draft,
        message: &MessageRef,
    ) -> R<()> {
        let store = self.store();
        if is_over(&draft.state)
            || !frontend.has_threads(&room.address)
            || store.room_threads(room.id).await? != Threads::On
            || store.had_thread(room.id, draft.id).await?
        {
            return Ok(());
        }
        let Some(revision) = store.revision(draft.id, draft.revision).await? else {
            return Ok(());
        };
        let name = words::draft::thread_name(draft.number, &revision.content.text);
        match frontend.open_thread(&room.address, message, &name).await {
            Ok(address) => {
                let mut tx = store.begin().await?;
                let thread = tx.ensure_room(self.workspace(), &address).await?;
                tx.set_draft_thread(room.id, draft.id, thread.id).await?;
                tx.commit().await?;
                tracing::info!(draft = %draft.number, "a draft has a thread");
                Ok(())
            }
            Err(ShowError::Later(why)) => {
                tracing::debug!(draft = %draft.number, why, "a thread is opened later");
                Ok(())
            }
            Err(ShowError::Closed(why) | ShowError::Refused(why)) => {
                self.without_threads(room, &why).await
            }
        }
    }

    /// Said once: cards go on without, until somebody asks for threads again.
    async fn without_threads(&self, room: &Room, why: &str) -> R<()> {
        let line = words::house::no_threads(why);
        let mut tx = self.store().begin().await?;
        tx.set_room_threads(room.id, Threads::Refused).await?;
        tx.log(self.workspace(), "lumen", &line).await?;
        notices::tell_room(&mut tx, room.id, &line).await?;
        tx.commit().await
    }

    /// Forgets a thread that cannot be written to. The room above it; none where the room is no thread.
    pub(super) async fn thread_gone(&self, room: &Room) -> R<Option<Room>> {
        let Some((_, above)) = self.store().thread_of(room.id).await? else {
            return Ok(None);
        };
        let mut tx = self.store().begin().await?;
        tx.drop_thread(room.id).await?;
        tx.commit().await?;
        Ok(Some(above))
    }
}

const fn about(press: Press) -> Option<DraftNumber> {
    match press {
        Press::Draft { number, .. }
        | Press::Reject { number, .. }
        | Press::Restore { number, .. }
        | Press::Stop(number) => Some(number),
        Press::Act { .. }
        | Press::Talk(_)
        | Press::Again(_)
        | Press::WriteMyself(_)
        | Press::WriteDespite(_)
        | Press::UseText { .. }
        | Press::Confirm(_)
        | Press::UndeleteTask(_)
        | Press::BetterModel => None,
    }
}

/// Whether nothing is left to say about it.
const fn is_over(state: &DraftState) -> bool {
    matches!(
        state,
        DraftState::Published { .. }
            | DraftState::Rejected { .. }
            | DraftState::Expired { .. }
            | DraftState::Partly {
                left_by: Some(_),
                ..
            }
    )
}
