//! What is said of settings that the chat does not change.

use crate::chat::words::quoted;
use crate::domain::error::UserError;

/// A setting was to be changed from the chat.
#[must_use]
pub fn set_at_the_start(name: &str) -> UserError {
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (what, by) = if has(&["zone", "time"]) {
        ("The time zone is", "LUMEN_TIMEZONE")
    } else if has(&["money", "budget", "usd"]) {
        ("The money for a day is", "LUMEN_DAILY_BUDGET_USD")
    } else if has(&["account", "draft"]) {
        let advice = "/account default ACCOUNT changes it.";
        return UserError::new("Where drafts go is not changed here.", advice);
    } else if has(&["text", "writer", "writing", "model"]) {
        ("The model that writes is", "LUMEN_TEXT")
    } else if has(&["vision"]) {
        ("The model that looks at pictures is", "LUMEN_VISION")
    } else if has(&["image", "picture"]) {
        ("What makes pictures is", "LUMEN_IMAGE")
    } else if has(&["embed", "search"]) {
        ("The model of the search is", "LUMEN_EMBEDDER")
    } else {
        return UserError::new(
            format!("I have no setting {}.", quoted(name, 30)),
            "/settings lists what there is, and what sets it.",
        );
    };
    UserError::new(
        format!("{what} set at the start ({by})."),
        "Change it in .env and start again.",
    )
}
