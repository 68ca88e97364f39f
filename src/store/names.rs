//! One person under several names, and what a role of a chat network stands for.

use crate::domain::ids::{OperatorId, WorkspaceId};
use crate::domain::operator::{Group, Identity, Operator, Role, Surface};
use crate::store::rows::Place;
use crate::store::{R, Store, Tx};

impl Store {
    /// What the roles of chat networks stand for here.
    pub async fn group_roles(&self, workspace: WorkspaceId) -> R<Vec<(Group, Role)>> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT surface, external_id, role FROM group_roles WHERE workspace_id = $1
             ORDER BY surface, external_id",
        )
        .bind(workspace.0)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter()
            .map(|(surface, external_id, role)| {
                let place = Place::new("group_roles", &external_id);
                let surface = place.word(&surface, Surface::from_name)?;
                let role = place.word(&role, Role::from_name)?;
                Ok((
                    Group {
                        surface,
                        external_id,
                    },
                    role,
                ))
            })
            .collect()
    }

    /// The highest role that one of these groups of a network stands for.
    pub async fn role_of_groups(
        &self,
        workspace: WorkspaceId,
        surface: Surface,
        groups: &[String],
    ) -> R<Option<Role>> {
        if groups.is_empty() {
            return Ok(None);
        }
        let known = self.group_roles(workspace).await?;
        let fitting = known
            .into_iter()
            .filter(|(group, _)| group.surface == surface && groups.contains(&group.external_id));
        Ok(fitting.map(|(_, role)| role).max())
    }
}

impl Tx {
    /// From now on this group stands for a role, or for none. Says whether that is new.
    pub async fn set_group_role(
        &mut self,
        workspace: WorkspaceId,
        group: &Group,
        role: Option<Role>,
    ) -> R<bool> {
        let sql = match role {
            Some(_) => {
                "INSERT INTO group_roles (workspace_id, surface, external_id, role) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (workspace_id, surface, external_id) DO UPDATE SET role = excluded.role"
            }
            None => {
                "DELETE FROM group_roles WHERE workspace_id = $1 AND surface = $2 AND external_id = $3"
            }
        };
        let mut query = sqlx::query(sql)
            .bind(workspace.0)
            .bind(group.surface.name())
            .bind(group.external_id.as_str());
        if let Some(role) = role {
            query = query.bind(role.name());
        }
        let done = query.execute(self.conn()).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Somebody with a role of their own, and the names they have in chats.
    pub async fn operator(&mut self, id: OperatorId) -> R<Option<(Operator, Vec<Identity>)>> {
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT name, role FROM operators WHERE id = $1 AND own = 1")
                .bind(id.0)
                .fetch_optional(self.conn())
                .await?;
        let Some((name, role)) = found else {
            return Ok(None);
        };
        let role = Place::new("operators", id).word(&role, Role::from_name)?;
        let names: Vec<(String, String)> = sqlx::query_as(
            "SELECT surface, external_id FROM identities WHERE operator_id = $1 ORDER BY surface, external_id",
        )
        .bind(id.0)
        .fetch_all(self.conn())
        .await?;
        let names: R<Vec<Identity>> = names
            .into_iter()
            .map(|(surface, external_id)| {
                let surface =
                    Place::new("identities", &external_id).word(&surface, Surface::from_name)?;
                Ok(Identity {
                    surface,
                    external_id,
                })
            })
            .collect();
        Ok(Some((Operator { id, name, role }, names?)))
    }

    /// The person behind `identity` is this one from now on. Whoever it was before stays while other names of theirs do.
    pub async fn link(&mut self, identity: &Identity, to: OperatorId) -> R<()> {
        let before = self.row_of(identity).await?;
        sqlx::query(
            "INSERT INTO identities (surface, external_id, operator_id) VALUES ($1, $2, $3)
             ON CONFLICT (surface, external_id) DO UPDATE SET operator_id = excluded.operator_id",
        )
        .bind(identity.surface.name())
        .bind(identity.external_id.as_str())
        .bind(to.0)
        .execute(self.conn())
        .await?;
        if let Some(before) = before {
            sqlx::query(
                "DELETE FROM operators WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM identities WHERE operator_id = $1)",
            )
            .bind(before)
            .execute(self.conn())
            .await?;
        }
        Ok(())
    }

    /// The person is no longer known by this name.
    pub async fn unlink(&mut self, identity: &Identity) -> R<()> {
        sqlx::query("DELETE FROM identities WHERE surface = $1 AND external_id = $2")
            .bind(identity.surface.name())
            .bind(identity.external_id.as_str())
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
