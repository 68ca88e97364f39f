//! Where people can be written to in private, and what they are called.

use crate::domain::ids::{OperatorId, RoomId, WorkspaceId};
use crate::domain::operator::{Identity, Room};
use crate::store::{R, Store, Tx};

impl Store {
    /// The private chat in which a person wrote last under this name.
    pub async fn private_room(&self, identity: &Identity) -> R<Option<RoomId>> {
        let room: Option<Option<i64>> = sqlx::query_scalar(
            "SELECT room_id FROM identities WHERE surface = $1 AND external_id = $2",
        )
        .bind(identity.surface.name())
        .bind(identity.external_id.as_str())
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(room.flatten().map(RoomId))
    }

    /// The private chats of a person that can be written to.
    pub async fn private_rooms(&self, operator: OperatorId) -> R<Vec<RoomId>> {
        let rooms: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT room_id FROM identities WHERE operator_id = $1 AND room_id IS NOT NULL ORDER BY room_id",
        )
        .bind(operator.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        Ok(rooms.into_iter().map(RoomId).collect())
    }

    /// The private chats of every owner, but for those that cannot be written to now.
    pub async fn owners_rooms(&self, workspace: WorkspaceId) -> R<Vec<Room>> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT rooms.id FROM operators
             JOIN identities ON identities.operator_id = operators.id
             JOIN rooms ON rooms.id = identities.room_id AND rooms.paused IS NULL
             WHERE operators.workspace_id = $1 AND operators.role = 'owner' AND operators.own = 1 ORDER BY rooms.id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let mut rooms = Vec::with_capacity(ids.len());
        for id in ids {
            rooms.extend(self.room(RoomId(id)).await?);
        }
        Ok(rooms)
    }
}

impl Tx {
    /// The person behind `identity` writes in this private chat.
    pub async fn set_private_room(&mut self, identity: &Identity, room: RoomId) -> R<()> {
        sqlx::query("UPDATE identities SET room_id = $1 WHERE surface = $2 AND external_id = $3")
            .bind(room.0)
            .bind(identity.surface.name())
            .bind(identity.external_id.as_str())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// A person who was called by an id until now gets a name, also where they are named in what was done so far.
    pub async fn learn_name(&mut self, operator: OperatorId, id: &str, name: &str) -> R<()> {
        let done = sqlx::query("UPDATE operators SET name = $1 WHERE id = $2 AND name = $3")
            .bind(name)
            .bind(operator.0)
            .bind(id)
            .execute(self.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Ok(());
        }
        for sql in [
            "UPDATE activity SET actor = $1 WHERE actor = $2",
            "UPDATE approvals SET by_name = $1 WHERE by_name = $2",
            "UPDATE personas SET made_by = $1 WHERE made_by = $2",
            "UPDATE workspaces SET stopped_by = $1 WHERE stopped_by = $2",
            "UPDATE drafts SET facts = json_set(facts, '$.by', $1) WHERE facts ->> 'by' = $2",
            "UPDATE drafts SET facts = json_set(facts, '$.left_by', $1) WHERE facts ->> 'left_by' = $2",
            "UPDATE draft_revisions SET writer = json_set(writer, '$.name', $1) WHERE writer ->> 'name' = $2",
        ] {
            sqlx::query(sql)
                .bind(name)
                .bind(id)
                .execute(self.conn())
                .await?;
        }
        Ok(())
    }
}
