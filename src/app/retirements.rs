//! When the models in use are retired: asked of the service once a day, told in `/status` weeks before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::roles::Roles;
use crate::chat::house::Advice;
use crate::chat::words::time::Now;
use crate::models::openai;

/// How long before it people are told.
const AHEAD_DAYS: i64 = 60;

/// How often the service is asked.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What is known of the models' ends. Cheap to clone.
#[derive(Clone)]
pub struct Retirements {
    roles: Roles,
    /// What the service said, by model.
    said: Arc<Mutex<HashMap<String, Option<Date>>>>,
    asked_at: Arc<Mutex<Option<Timestamp>>>,
}

impl Retirements {
    pub fn of(roles: &Roles) -> Self {
        Self {
            roles: roles.clone(),
            said: Arc::default(),
            asked_at: Arc::default(),
        }
    }

    /// The day from which a model is gone: what the service said, else what the price table says.
    pub fn day(&self, provider: &str, model: &str) -> Option<Date> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.get(model)
            .copied()
            .flatten()
            .or_else(|| self.roles.prices.of(provider, model)?.retires)
    }

    /// Asks the service, where the last time is a day ago.
    pub async fn refresh(&self, now: Timestamp) {
        {
            let mut asked = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.is_some_and(|asked| now.duration_since(asked) < EVERY) {
                return;
            }
            *asked = Some(now);
        }
        let Some((service, models)) = &self.roles.hosted else {
            return;
        };
        for model in models {
            match openai::retires(service, model).await {
                Ok(day) => {
                    let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.insert(model.clone(), day);
                }
                Err(error) => tracing::debug!(
                    model.name = model,
                    model.error = %error,
                    "the service did not say how long the model stays"
                ),
            }
        }
    }
}

/// `gpt-4o is retired on 14 Jan 2027.`
fn line(model: &str, day: Date, today: Date) -> Option<String> {
    let left = today.until(day).ok()?.get_days();
    let when = day.strftime("%-d %b %Y");
    match i64::from(left) {
        ..=0 => Some(format!(
            "{model} is retired since {when}: OPENAI_MODEL has to name another."
        )),
        left if left <= AHEAD_DAYS => Some(format!(
            "{model} is retired on {when}, in {left} days: OPENAI_MODEL can name another."
        )),
        _ => None,
    }
}

impl Advice for Retirements {
    fn lines(&self, now: &Now) -> Vec<String> {
        let today = now.at.to_zoned(now.zone.clone()).date();
        let models = self.roles.hosted.iter().flat_map(|(_, models)| models);
        models
            .filter_map(|model| line(model, self.day(openai::NAME, model)?, today))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn people_are_told_weeks_ahead_and_not_months() {
        let end = date(2027, 1, 14);
        assert_eq!(line("gpt-4o", end, date(2026, 10, 1)), None);
        assert_eq!(
            line("gpt-4o", end, date(2026, 11, 25)).unwrap(),
            "gpt-4o is retired on 14 Jan 2027, in 50 days: OPENAI_MODEL can name another."
        );
        assert_eq!(
            line("gpt-4o", end, date(2027, 1, 20)).unwrap(),
            "gpt-4o is retired since 14 Jan 2027: OPENAI_MODEL has to name another."
        );
    }
}
