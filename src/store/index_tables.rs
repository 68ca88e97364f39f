//! How far each table of the index has followed the posts.

use sqlx::FromRow;

use crate::store::tx::one_row;
use crate::store::{R, Store, Tx};

/// A table of the index and its watermarks: changes of posts up to these numbers are in it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct IndexTable {
    pub name: String,
    /// The embedding model whose vectors it holds.
    pub model: String,
    /// Searches go to it.
    pub serving: bool,
    pub text_seq: i64,
    pub vector_seq: i64,
}

impl Store {
    pub async fn index_tables(&self) -> R<Vec<IndexTable>> {
        Ok(sqlx::query_as(
            "SELECT name, model, serving <> 0 AS serving, text_seq, vector_seq FROM index_tables ORDER BY created_at, name",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?)
    }
}

impl Tx {
    /// A new table, empty, not serving. One of this name that is known already begins again.
    pub async fn add_index_table(&mut self, name: &str, model: &str) -> R<()> {
        let now = self.now_millis();
        sqlx::query(
            "INSERT INTO index_tables (name, model, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET model = excluded.model, serving = 0, text_seq = 0, vector_seq = 0,
             created_at = excluded.created_at",
        )
        .bind(name)
        .bind(model)
        .bind(now)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// The table has followed the posts up to these changes. Removals that every table has seen are dropped.
    pub async fn advance_index(&mut self, name: &str, text_seq: i64, vector_seq: i64) -> R<()> {
        let done =
            sqlx::query("UPDATE index_tables SET text_seq = $1, vector_seq = $2 WHERE name = $3")
                .bind(text_seq)
                .bind(vector_seq)
                .bind(name)
                .execute(self.conn())
                .await?;
        one_row(&done, "index_tables", name)?;
        self.drop_seen_removals().await
    }

    /// Searches go to this table from now on.
    pub async fn serve_index(&mut self, name: &str) -> R<()> {
        sqlx::query("UPDATE index_tables SET serving = 0 WHERE name <> $1")
            .bind(name)
            .execute(self.conn())
            .await?;
        let done = sqlx::query("UPDATE index_tables SET serving = 1 WHERE name = $1")
            .bind(name)
            .execute(self.conn())
            .await?;
        one_row(&done, "index_tables", name)
    }

    pub async fn drop_index_table(&mut self, name: &str) -> R<()> {
        sqlx::query("DELETE FROM index_tables WHERE name = $1")
            .bind(name)
            .execute(self.conn())
            .await?;
        self.drop_seen_removals().await
    }

    /// A table that begins later never had what was removed before, so without tables all removals count as seen.
    async fn drop_seen_removals(&mut self) -> R<()> {
        sqlx::query(
            "DELETE FROM post_removals WHERE seq <= COALESCE(
             (SELECT MIN(CASE WHEN text_seq < vector_seq THEN text_seq ELSE vector_seq END) FROM index_tables),
             (SELECT last FROM post_changes WHERE id = 1))",
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
