//! When a model is shut down, where the service says it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::models::ModelError;
use crate::models::complaint::Complaint;
use crate::models::service::Service;

const LIMIT: Duration = Duration::from_secs(10);

/// Asks about one model: the day from which it is gone, if the service names one.
///
/// # Errors
/// When the service does not answer, or does not know the model.
pub async fn retires(service: &Service, model: &str) -> Result<Option<Date>, ModelError> {
    let reply = service.get(&format!("models/{model}"), LIMIT).await?;
    if reply.status >= 300 {
        let complaint = Complaint::read(&reply.body);
        return Err(service.in_words(reply.status, &complaint, ("OPENAI_MODEL", model)));
    }
    let answer: Value = serde_json::from_slice(&reply.body)
        .map_err(|_| service.unavailable("its answer is unreadable"))?;
    Ok(day(&answer["shutdown_date"]))
}

/// A day as `2027-01-14`, a whole moment, or seconds since the epoch.
fn day(value: &Value) -> Option<Date> {
    match value {
        Value::String(text) => text.parse().ok().or_else(|| {
            Some(
                text.parse::<Timestamp>()
                    .ok()?
                    .to_zoned(TimeZone::UTC)
                    .date(),
            )
        }),
        Value::Number(seconds) => {
            let moment = Timestamp::from_second(seconds.as_i64()?).ok()?;
            Some(moment.to_zoned(TimeZone::UTC).date())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_read_however_it_is_written() {
        let expected = Some(jiff::civil::date(2027, 1, 14));
        for value in [
            json!("2027-01-14"),
            json!("2027-01-14T00:00:00Z"),
            json!(1_799_884_800),
        ] {
            assert_eq!(day(&value), expected, "{value}");
        }
        assert_eq!(day(&Value::Null), None);
    }
}
