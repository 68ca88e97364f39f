//! The ledger of the house: the store's, with a word to people when most of the day's money is gone.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::domain::clock::SharedClock;
use crate::domain::ids::{ModelCallId, WorkspaceId};
use crate::domain::job::{JobKind, NewJob};
use crate::domain::ledger::{Ledger, MicroUsd, ModelCall};
use crate::domain::notice::Notice;
use crate::store::Store;

/// At this share of the day's money people are told.
const WARN_PERCENT: i64 = 80;

/// Writes calls down, and warns.
pub struct WatchedLedger {
    pub store: Store,
    pub clock: SharedClock,
    pub zone: TimeZone,
    pub daily: MicroUsd,
}

impl WatchedLedger {
    /// Tells everyone once, when this call took the day's spending over the mark.
    async fn warn(&self, w: WorkspaceId, cost: MicroUsd) -> anyhow::Result<()> {
        let now = self.clock.now().to_zoned(self.zone.clone());
        let spent = self
            .store
            .spent_since(w, now.start_of_day()?.timestamp())
            .await?;
        let mark = self.daily.0 / 100 * WARN_PERCENT;
        if cost.0 <= 0 || spent.0 < mark || spent.0 - cost.0 >= mark {
            return Ok(());
        }
        let text = format!(
            "The models have cost {spent} today, of {} at most. At the end of it they stop until midnight; /budget shows where it went.",
            self.daily
        );
        let mut tx = self.store.begin().await?;
        let run_at = tx.now();
        tx.log(w, "lumen", "most of the day's money for models is spent")
            .await?;
        tx.enqueue(&NewJob {
            kind: JobKind::Notice,
            unique_key: format!("notice:budget:{}", now.date()),
            payload: json!(Notice::Everyone { text }),
            cause: None,
            run_at,
        })
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

#[async_trait]
impl Ledger for WatchedLedger {
    async fn record(&self, w: WorkspaceId, call: &ModelCall) -> anyhow::Result<ModelCallId> {
        let id = self.store.record(w, call).await?;
        self.warn(w, call.cost).await?;
        Ok(id)
    }

    async fn spent_since(
        &self,
        w: WorkspaceId,
        task: Option<&str>,
        since: Timestamp,
    ) -> anyhow::Result<MicroUsd> {
        Ledger::spent_since(&self.store, w, task, since).await
    }
}
