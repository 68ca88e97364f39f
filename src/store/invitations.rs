//! Words for one person and one use, kept by their hash: they end with the role of who gave them, or when they are used.

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use crate::domain::ids::{InvitationId, OperatorId, WorkspaceId};
use crate::domain::operator::Role;
use crate::store::rows::Place;
use crate::store::{R, Store, StoreError, Tx};

/// So many may be open at once; the oldest give way.
const MOST_OPEN: i64 = 50;

/// An invitation to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation<'a> {
    /// The SHA-256 of the word, as hex.
    pub digest: &'a str,
    pub role: Role,
    /// What the invited person will be called; as their chat calls them where nothing was said.
    pub name: Option<&'a str>,
    pub given_by: OperatorId,
    /// Nobody new is expected: the giver is made known under another name.
    pub links: bool,
    pub until: Timestamp,
}

/// One that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub role: Role,
    pub name: Option<String>,
    pub given_by: OperatorId,
    /// The giver's name.
    pub by: String,
    pub links: bool,
    pub until: Timestamp,
}

macro_rules! select_open {
    ($rest:literal) => {
        concat!(
            "SELECT invitations.id, invitations.role, invitations.name, given_by, operators.name AS by_name, links, until
             FROM invitations JOIN operators ON operators.id = given_by
             WHERE invitations.workspace_id = $1 AND until > $2 ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: i64,
    role: String,
    name: Option<String>,
    given_by: i64,
    by_name: String,
    links: i64,
    until: i64,
}

impl TryFrom<Row> for Invitation {
    type Error = StoreError;

    fn try_from(row: Row) -> R<Self> {
        let place = Place::new("invitations", row.id);
        Ok(Self {
            id: InvitationId(row.id),
            role: place.word(&row.role, Role::from_name)?,
            name: row.name,
            given_by: OperatorId(row.given_by),
            by: row.by_name,
            links: row.links != 0,
            until: place.time(row.until)?,
        })
    }
}

async fn open(
    conn: &mut SqliteConnection,
    workspace: WorkspaceId,
    now: Timestamp,
) -> R<Vec<Invitation>> {
    let rows: Vec<Row> = sqlx::query_as(select_open!("AND links = 0 ORDER BY invitations.id"))
        .bind(workspace.0)
        .bind(now.as_millisecond())
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Invitation::try_from).collect()
}

impl Store {
    /// The open invitations, oldest first. Codes between two chats of one person are not among them.
    pub async fn invitations(&self, workspace: WorkspaceId) -> R<Vec<Invitation>> {
        let now = self.now();
        open(&mut *self.reader().await?, workspace, now).await
    }
}

impl Tx {
    /// [`Store::invitations`] within this change.
    pub async fn invitations(&mut self, workspace: WorkspaceId) -> R<Vec<Invitation>> {
        let now = self.now();
        open(self.conn(), workspace, now).await
    }

    /// The open invitation with this hash of its word.
    pub async fn invitation(
        &mut self,
        workspace: WorkspaceId,
        digest: &str,
    ) -> R<Option<Invitation>> {
        let now = self.now_millis();
        sqlx::query_as::<_, Row>(select_open!("AND digest = $3"))
            .bind(workspace.0)
            .bind(now)
            .bind(digest)
            .fetch_optional(self.conn())
            .await?
            .map(Invitation::try_from)
            .transpose()
    }

    /// Writes an invitation. A code that links a person takes the place of their earlier one.
    pub async fn add_invitation(
        &mut self,
        workspace: WorkspaceId,
        new: &NewInvitation<'_>,
    ) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "DELETE FROM invitations WHERE workspace_id = $1
             AND (until <= $2 OR (links = 1 AND $3 = 1 AND given_by = $4))",
        )
        .bind(workspace.0)
        .bind(now)
        .bind(i64::from(new.links))
        .bind(new.given_by.0)
        .execute(self.conn())
        .await?;
        sqlx::query(
            "INSERT INTO invitations (workspace_id, digest, role, name, given_by, links, until)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(workspace.0)
        .bind(new.digest)
        .bind(new.role.name())
        .bind(new.name)
        .bind(new.given_by.0)
        .bind(i64::from(new.links))
        .bind(new.until.as_millisecond())
        .execute(self.conn())
        .await?;
        sqlx::query(
            "DELETE FROM invitations WHERE workspace_id = $1 AND id NOT IN
             (SELECT id FROM invitations WHERE workspace_id = $1 ORDER BY id DESC LIMIT $2)",
        )
        .bind(workspace.0)
        .bind(MOST_OPEN)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Ends an invitation: it is used, or holds no longer. Says whether it was there.
    pub async fn end_invitation(&mut self, id: InvitationId) -> R<bool> {
        let done = sqlx::query("DELETE FROM invitations WHERE id = $1")
            .bind(id.0)
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends what an operator gave out that their role does not allow any more.
    pub(super) async fn end_invitations_beyond(&mut self, giver: i64, role: Role) -> R<()> {
        if role == Role::Owner {
            return Ok(());
        }
        sqlx::query("DELETE FROM invitations WHERE given_by = $1 AND links = 0")
            .bind(giver)
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
