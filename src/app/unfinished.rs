//! What goes on at the next start, said when a stop comes in the middle of it.

use serde_json::Value;

use super::house::House;
use crate::chat::words::quoted;
use crate::domain::ids::DraftId;
use crate::domain::job::JobKind;
use crate::store::R;

/// The most lines that are said.
const SAID: usize = 5;

/// A line for each text, picture and publication that is not done.
pub async fn lines(house: &House) -> R<Vec<String>> {
    let mut lines = Vec::new();
    for (kind, payload) in house.store.jobs_due(house.clock.now()).await? {
        if !matches!(kind, JobKind::Compose | JobKind::Paint | JobKind::Publish) {
            continue;
        }
        let request = payload.get("request").unwrap_or(&payload);
        let what = match request.get("draft").and_then(Value::as_i64) {
            Some(draft) => house
                .store
                .draft(DraftId(draft))
                .await?
                .map(|draft| draft.number.to_string()),
            None => request["topic"]
                .as_str()
                .map(|topic| format!("The draft about {}", quoted(topic, 60))),
        };
        let what = what.unwrap_or_else(|| "The answer".to_owned());
        lines.push(format!("{what} goes on at the next start."));
    }
    lines.dedup();
    lines.truncate(SAID);
    Ok(lines)
}
