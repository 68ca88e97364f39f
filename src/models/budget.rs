//! The day's money: asked before a call that may cost something, with the most that it can cost.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parking_lot::Mutex;

use crate::domain::clock::SharedClock;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::{Ledger, MicroUsd, TaskBudgets};
use crate::models::ModelError;

/// What the models may cost, and the ledger that says what they did.
pub struct Budget {
    pub ledger: Arc<dyn Ledger>,
    pub clock: SharedClock,
    /// A day ends at midnight here.
    zone: TimeZone,
    daily: MicroUsd,
    /// What single tasks may take of it.
    tasks: TaskBudgets,
    /// What calls under way may cost yet, by task.
    promised: Mutex<HashMap<&'static str, i64>>,
}

/// Money set aside for one call. Given back when it is dropped, after what the call did cost stands in the ledger.
pub struct Promised<'a> {
    budget: &'a Budget,
    task: &'static str,
    worst: MicroUsd,
}

impl Drop for Promised<'_> {
    fn drop(&mut self) {
        *self.budget.promised.lock().entry(self.task).or_default() -= self.worst.0;
    }
}

impl Budget {
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: SharedClock,
        zone: TimeZone,
        daily: MicroUsd,
        tasks: TaskBudgets,
    ) -> Self {
        Self {
            ledger,
            clock,
            zone,
            daily,
            tasks,
            promised: Mutex::default(),
        }
    }

    /// Sets `worst` aside for a call for `task`. What is free is always allowed, also when the ledger cannot be read.
    ///
    /// # Errors
    /// When the day's money, or the task's, would not be enough, or nobody can say whether it is.
    pub async fn promise(
        &self,
        w: WorkspaceId,
        task: &'static str,
        worst: MicroUsd,
    ) -> Result<Promised<'_>, ModelError> {
        if worst.0 > 0 {
            let spent = self.spent(w, None).await?;
            let of_task = match self.tasks.get(task) {
                Some(cap) => Some((*cap, self.spent(w, Some(task)).await?)),
                None => None,
            };
            let mut promised = self.promised.lock();
            let all: i64 = promised.values().sum();
            if spent.0 + all + worst.0 > self.daily.0 {
                let why = refusal("the models", self.daily, spent, worst);
                return Err(ModelError::OverBudget(format!(
                    "{why}; LUMEN_DAILY_BUDGET_USD sets it"
                )));
            }
            let under_way = promised.entry(task).or_default();
            if let Some((cap, spent)) = of_task
                && spent.0 + *under_way + worst.0 > cap.0
            {
                let why = refusal(&format!("\u{201c}{task}\u{201d}"), cap, spent, worst);
                return Err(ModelError::OverBudget(format!(
                    "{why}; LUMEN_TASK_BUDGETS_USD sets it"
                )));
            }
            *under_way += worst.0;
        }
        Ok(Promised {
            budget: self,
            task,
            worst: worst.max(MicroUsd(0)),
        })
    }

    /// Today's spending, of one task or in all.
    async fn spent(&self, w: WorkspaceId, task: Option<&str>) -> Result<MicroUsd, ModelError> {
        let spent = self.ledger.spent_since(w, task, self.midnight()).await;
        spent.map_err(|error| {
            tracing::error!(error = %format!("{error:#}"), "what the models have cost cannot be told");
            ModelError::OverBudget("what the models have cost today cannot be told".to_owned())
        })
    }

    fn midnight(&self) -> Timestamp {
        let now = self.clock.now();
        let today = now.to_zoned(self.zone.clone()).start_of_day();
        today.map_or(now, |midnight| midnight.timestamp())
    }
}

/// `the models may cost 5.00 USD a day, …`
fn refusal(who: &str, cap: MicroUsd, spent: MicroUsd, worst: MicroUsd) -> String {
    let usd = |money: MicroUsd| {
        if money.0 == 0 {
            "0.00 USD".to_owned()
        } else {
            money.to_string()
        }
    };
    format!(
        "{who} may cost {} a day, {} are spent, and this could cost {}. It begins anew at midnight",
        usd(cap),
        usd(spent),
        usd(worst)
    )
}
