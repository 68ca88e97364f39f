//! Who else hears of what a person did: a decision changes the cards in other rooms without a sound, so a short line says it
//! there; that publishing stops or goes on is said to every owner.

use crate::chat::commands::{ChatError, Ctx};
use crate::chat::notices;
use crate::chat::words;
use crate::domain::draft::{Draft, DraftState};
use crate::domain::ids::RoomId;
use crate::domain::operator::Surface;
use crate::store::Tx;

/// Says a decision in the other rooms that show the draft's card. Where cards do not change in place, the change itself is a
/// line.
pub async fn tell_decision(ctx: &Ctx, tx: &mut Tx, draft: &Draft) -> Result<(), ChatError> {
    let mut silent = own_rooms(ctx).await?;
    // In the thread of a draft its card stands above.
    let above = ctx.store().thread_of(ctx.room.id).await?;
    silent.extend(above.map(|(_, above)| above.id));
    let taken_back = draft.state == DraftState::Waiting
        && ctx
            .store()
            .approved_at(draft.id, draft.revision - 1)
            .await?
            .is_some();
    let line = words::draft::decision(draft, &ctx.operator.name, taken_back, &ctx.now);
    for delivery in ctx.store().deliveries(draft.id).await? {
        let Some(room) = ctx.store().room(delivery.room).await? else {
            continue;
        };
        let edits = ctx.frontends.iter().any(|frontend| {
            frontend.surface() == room.address.surface && frontend.edits_in_place()
        });
        if edits && !silent.contains(&room.id) {
            notices::tell_room(tx, room.id, &line).await?;
        }
    }
    Ok(())
}

/// Says a line in every standing room and to every owner in private, but for who caused it.
pub async fn tell_everybody(ctx: &Ctx, tx: &mut Tx, line: &str) -> Result<(), ChatError> {
    let surfaces: Vec<Surface> = ctx
        .frontends
        .iter()
        .map(|frontend| frontend.surface())
        .collect();
    let silent = own_rooms(ctx).await?;
    for room in notices::everybody(ctx.store(), ctx.w(), &surfaces).await? {
        if room.id != ctx.room.id && (room.standing || !silent.contains(&room.id)) {
            notices::tell_room(tx, room.id, line).await?;
        }
    }
    Ok(())
}

/// Where the person is answered: this room, and the private chats they have.
async fn own_rooms(ctx: &Ctx) -> Result<Vec<RoomId>, ChatError> {
    let mut rooms = ctx.store().private_rooms(ctx.operator.id).await?;
    rooms.push(ctx.room.id);
    Ok(rooms)
}
