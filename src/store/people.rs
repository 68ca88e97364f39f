//! People with their roles and names, and the rooms Lumen speaks in.

use std::collections::BTreeMap;

use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::{OperatorId, RoomId, WorkspaceId};
use crate::domain::operator::{Identity, Operator, Role, Room, RoomAddress, Surface};
use crate::store::rows::Place;
use crate::store::tx::one_row;
use crate::store::{R, Store, StoreError, Tx};

#[derive(FromRow)]
struct OperatorRow {
    id: i64,
    name: String,
    role: String,
}

impl TryFrom<OperatorRow> for Operator {
    type Error = StoreError;

    fn try_from(row: OperatorRow) -> R<Self> {
        let place = Place::new("operators", row.id);
        Ok(Self {
            id: OperatorId(row.id),
            role: place.word(&row.role, Role::from_name)?,
            name: row.name,
        })
    }
}

#[derive(FromRow)]
struct RoomRow {
    id: i64,
    surface: String,
    chat: String,
    thread: String,
    standing: i64,
}

impl TryFrom<RoomRow> for Room {
    type Error = StoreError;

    fn try_from(row: RoomRow) -> R<Self> {
        let place = Place::new("rooms", row.id);
        Ok(Self {
            id: RoomId(row.id),
            address: RoomAddress {
                surface: place.word(&row.surface, Surface::from_name)?,
                chat: row.chat,
                thread: Some(row.thread).filter(|thread| !thread.is_empty()),
            },
            standing: row.standing != 0,
        })
    }
}

/// The person behind an identity: with an entry of their `own`, or one that a role of their network brought.
async fn operator_of(
    conn: &mut SqliteConnection,
    identity: &Identity,
    own: bool,
) -> R<Option<Operator>> {
    sqlx::query_as::<_, OperatorRow>(
        "SELECT operators.id, operators.name, operators.role FROM identities
         JOIN operators ON operators.id = identities.operator_id
         WHERE identities.surface = $1 AND identities.external_id = $2 AND operators.own = $3",
    )
    .bind(identity.surface.name())
    .bind(identity.external_id.as_str())
    .bind(i64::from(own))
    .fetch_optional(conn)
    .await?
    .map(Operator::try_from)
    .transpose()
}

async fn room_at(conn: &mut SqliteConnection, address: &RoomAddress) -> R<Option<Room>> {
    sqlx::query_as::<_, RoomRow>(
        "SELECT id, surface, chat, thread, standing FROM rooms WHERE surface = $1 AND chat = $2 AND thread = $3",
    )
    .bind(address.surface.name())
    .bind(address.chat.as_str())
    .bind(address.thread.as_deref().unwrap_or_default())
    .fetch_optional(conn)
    .await?
    .map(Room::try_from)
    .transpose()
}

impl Store {
    /// The person behind a chat identity; none without a role of their own.
    pub async fn operator_of(&self, identity: &Identity) -> R<Option<Operator>> {
        operator_of(&mut *self.reader().await?, identity, true).await
    }

    /// Somebody known by a role of their network alone, as that role was when they were last here.
    pub async fn guest_of(&self, identity: &Identity) -> R<Option<Operator>> {
        operator_of(&mut *self.reader().await?, identity, false).await
    }

    /// Everyone with a role of their own, and the names they have in chats.
    pub async fn operators(&self, workspace: WorkspaceId) -> R<Vec<(Operator, Vec<Identity>)>> {
        let mut conn = self.reader().await?;
        let people: Vec<OperatorRow> = sqlx::query_as(
            "SELECT id, name, role FROM operators WHERE workspace_id = $1 AND own = 1 ORDER BY id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *conn)
        .await?;
        let names: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT identities.operator_id, identities.surface, identities.external_id FROM identities
             JOIN operators ON operators.id = identities.operator_id WHERE operators.workspace_id = $1
             ORDER BY identities.surface, identities.external_id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *conn)
        .await?;
        let mut known_as: BTreeMap<i64, Vec<Identity>> = BTreeMap::new();
        for (operator, surface, external_id) in names {
            let surface =
                Place::new("identities", &external_id).word(&surface, Surface::from_name)?;
            known_as.entry(operator).or_default().push(Identity {
                surface,
                external_id,
            });
        }
        people
            .into_iter()
            .map(|row| {
                let names = known_as.remove(&row.id).unwrap_or_default();
                Ok((Operator::try_from(row)?, names))
            })
            .collect()
    }

    pub async fn room(&self, id: RoomId) -> R<Option<Room>> {
        sqlx::query_as::<_, RoomRow>(
            "SELECT id, surface, chat, thread, standing FROM rooms WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(Room::try_from)
        .transpose()
    }

    /// The workspace a room controls.
    pub async fn room_workspace(&self, id: RoomId) -> R<Option<WorkspaceId>> {
        let found: Option<i64> = sqlx::query_scalar("SELECT workspace_id FROM rooms WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        Ok(found.map(WorkspaceId))
    }

    pub async fn room_at(&self, address: &RoomAddress) -> R<Option<Room>> {
        room_at(&mut *self.reader().await?, address).await
    }

    /// The rooms that get every card, but for those that cannot be written to now.
    pub async fn standing_rooms(&self, workspace: WorkspaceId) -> R<Vec<Room>> {
        let rows: Vec<RoomRow> = sqlx::query_as(
            "SELECT id, surface, chat, thread, standing FROM rooms
             WHERE workspace_id = $1 AND standing = 1 AND paused IS NULL ORDER BY id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter().map(Room::try_from).collect()
    }
}

impl Tx {
    pub async fn operator_of(&mut self, identity: &Identity) -> R<Option<Operator>> {
        operator_of(self.conn(), identity, true).await
    }

    /// Gives the person behind `identity` a role. Somebody known already keeps their row and takes the new name and role.
    pub async fn add_operator(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
        identity: &Identity,
    ) -> R<Operator> {
        self.enter(workspace, name, role, identity, true).await
    }

    /// Writes down a person known by a role of their network alone. It counts for nothing by itself. A person with a role of
    /// their own stays as they are, and is given back.
    pub async fn enter_guest(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
        identity: &Identity,
    ) -> R<Operator> {
        if let Some(member) = self.operator_of(identity).await? {
            return Ok(member);
        }
        self.enter(workspace, name, role, identity, false).await
    }

    async fn enter(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
        identity: &Identity,
        own: bool,
    ) -> R<Operator> {
        let id = match self.row_of(identity).await? {
            Some(known) => {
                sqlx::query("UPDATE operators SET name = $1, role = $2, own = $3 WHERE id = $4")
                    .bind(name)
                    .bind(role.name())
                    .bind(i64::from(own))
                    .bind(known)
                    .execute(self.conn())
                    .await?;
                self.end_invitations_beyond(known, role).await?;
                known
            }
            None => {
                self.new_operator(workspace, name, role, identity, own)
                    .await?
            }
        };
        Ok(Operator {
            id: OperatorId(id),
            name: name.to_owned(),
            role,
        })
    }

    pub(super) async fn row_of(&mut self, identity: &Identity) -> R<Option<i64>> {
        Ok(sqlx::query_scalar(
            "SELECT operator_id FROM identities WHERE surface = $1 AND external_id = $2",
        )
        .bind(identity.surface.name())
        .bind(identity.external_id.as_str())
        .fetch_optional(self.conn())
        .await?)
    }

    async fn new_operator(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
        identity: &Identity,
        own: bool,
    ) -> R<i64> {
        let now = self.now_millis();
        let id: i64 = sqlx::query_scalar(
            "UPDATE operator_numbers SET last = last + 1 WHERE id = 1 RETURNING last",
        )
        .fetch_one(self.conn())
        .await?;
        sqlx::query(
            "INSERT INTO operators (id, workspace_id, name, role, created_at, own) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(workspace.0)
        .bind(name)
        .bind(role.name())
        .bind(now)
        .bind(i64::from(own))
        .execute(self.conn())
        .await?;
        sqlx::query(
            "INSERT INTO identities (surface, external_id, operator_id) VALUES ($1, $2, $3)",
        )
        .bind(identity.surface.name())
        .bind(identity.external_id.as_str())
        .bind(id)
        .execute(self.conn())
        .await?;
        Ok(id)
    }

    /// What a person may do at this moment: by their own entry, or as a role of their network gave last.
    pub async fn role_of(&mut self, operator: OperatorId) -> R<Option<Role>> {
        let role: Option<String> = sqlx::query_scalar("SELECT role FROM operators WHERE id = $1")
            .bind(operator.0)
            .fetch_optional(self.conn())
            .await?;
        let place = Place::new("operators", operator);
        role.map(|role| place.word(&role, Role::from_name))
            .transpose()
    }

    /// Whether there is an owner besides this person.
    pub async fn has_other_owner(
        &mut self,
        workspace: WorkspaceId,
        besides: OperatorId,
    ) -> R<bool> {
        let other: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM operators WHERE workspace_id = $1 AND role = 'owner' AND own = 1 AND id <> $2 LIMIT 1",
        )
        .bind(workspace.0)
        .bind(besides.0)
        .fetch_optional(self.conn())
        .await?;
        Ok(other.is_some())
    }

    /// Gives a person a role. What they gave out and may not give any more ends.
    pub async fn set_role(&mut self, operator: OperatorId, role: Role) -> R<()> {
        let done = sqlx::query("UPDATE operators SET role = $1 WHERE id = $2")
            .bind(role.name())
            .bind(operator.0)
            .execute(self.conn())
            .await?;
        self.end_invitations_beyond(operator.0, role).await?;
        one_row(&done, "operators", operator)
    }

    /// Takes a person's role, chat identities and open invitations away. What they decided stays in their name.
    pub async fn remove_operator(&mut self, operator: OperatorId) -> R<()> {
        let done = sqlx::query("DELETE FROM operators WHERE id = $1")
            .bind(operator.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "operators", operator)
    }

    /// The room at an address; its row is made where it is missing.
    pub async fn ensure_room(&mut self, workspace: WorkspaceId, address: &RoomAddress) -> R<Room> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO rooms (workspace_id, surface, chat, thread, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (surface, chat, thread) DO NOTHING",
        )
        .bind(workspace.0)
        .bind(address.surface.name())
        .bind(address.chat.as_str())
        .bind(address.thread.as_deref().unwrap_or_default())
        .bind(now)
        .execute(self.conn())
        .await?;
        let room = room_at(self.conn(), address).await?;
        room.ok_or_else(|| Place::new("rooms", &address.chat).wrong("it was just written"))
    }

    /// Makes a room a standing control room, or an ordinary one again.
    pub async fn set_standing(&mut self, room: RoomId, standing: bool) -> R<()> {
        let done = sqlx::query("UPDATE rooms SET standing = $1 WHERE id = $2")
            .bind(i64::from(standing))
            .bind(room.0)
            .execute(self.conn())
            .await?;
        one_row(&done, "rooms", room)
    }
}
