//! The day's money: asked before a call that may cost something, with the most that it can cost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::clock::SharedClock;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{Ledger, MicroUsd};
use crate::models::ModelError;

/// What the models may cost, and the ledger that says what they did.
pub struct Budget {
    pub ledger: Arc<dyn Ledger>,
    pub clock: SharedClock,
    /// A day ends at midnight here.
    zone: TimeZone,
    daily: MicroUsd,
    /// What calls under way may cost yet.
    promised: Mutex<i64>,
}

/// Money set aside for one call. Given back when it is dropped, after what the call did cost stands in the ledger.
pub struct Promised<'a> {
    budget: &'a Budget,
    worst: MicroUsd,
}

impl Drop for Promised<'_> {
    fn drop(&mut self) {
        *self.budget.promised() -= self.worst.0;
    }
}

impl Budget {
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: SharedClock,
        zone: TimeZone,
        daily: MicroUsd,
    ) -> Self {
        Self {
            ledger,
            clock,
            zone,
            daily,
            promised: Mutex::default(),
        }
    }

    fn promised(&self) -> MutexGuard<'_, i64> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets `worst` aside for a call. What is free is always allowed, also when the ledger cannot be read.
    ///
    /// # Errors
    /// When the day's money would not be enough, or nobody can say whether it is.
    pub async fn promise(
        &self,
        w: WorkspaceId,
        worst: MicroUsd,
    ) -> Result<Promised<'_>, ModelError> {
        if worst.0 > 0 {
            let spent = self.ledger.spent_since(w, self.midnight()).await;
            let spent = spent.map_err(|error| {
                tracing::error!(error = %format!("{error:#}"), "what the models have cost cannot be told");
                ModelError::OverBudget("what the models have cost today cannot be told".to_owned())
            })?;
            let mut promised = self.promised();
            if spent.0 + *promised + worst.0 > self.daily.0 {
                return Err(ModelError::OverBudget(self.refusal(spent, worst)));
            }
            *promised += worst.0;
        }
        Ok(Promised {
            budget: self,
            worst: worst.max(MicroUsd(0)),
        })
    }

    fn midnight(&self) -> Timestamp {
        let now = self.clock.now();
        let today = now.to_zoned(self.zone.clone()).start_of_day();
        today.map_or(now, |midnight| midnight.timestamp())
    }

    fn refusal(&self, spent: MicroUsd, worst: MicroUsd) -> String {
        let usd = |money: MicroUsd| {
            if money.0 == 0 {
                "0.00 USD".to_owned()
            } else {
                money.to_string()
            }
        };
        format!(
            "the models may cost {} a day, {} are spent, and this could cost {}. It begins anew at midnight; \
             LUMEN_DAILY_BUDGET_USD sets it",
            usd(self.daily),
            usd(spent),
            usd(worst)
        )
    }
}
