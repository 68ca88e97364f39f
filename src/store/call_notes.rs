//! What networks noted of publishing calls.

use async_trait::async_trait;

use crate::domain::call_notes::CallNotes;
use crate::domain::job::Lease;
use crate::store::Store;

#[async_trait]
impl CallNotes for Store {
    async fn note(&self, key: &str, note: &str, lease: &Lease) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        tx.hold_job(lease).await?;
        let now = tx.now_millis();
        sqlx::query(
            "INSERT INTO call_notes (key, note, at) VALUES ($1, $2, $3)
             ON CONFLICT (key) DO UPDATE SET note = excluded.note, at = excluded.at",
        )
        .bind(key)
        .bind(note)
        .bind(now)
        .execute(tx.conn())
        .await?;
        Ok(tx.commit().await?)
    }

    async fn noted(&self, key: &str) -> anyhow::Result<Option<String>> {
        Ok(
            sqlx::query_scalar("SELECT note FROM call_notes WHERE key = $1")
                .bind(key)
                .fetch_optional(&mut *self.reader().await?)
                .await?,
        )
    }
}
