//! Which error belongs where.
//!
//! [`UserError`] is for people: what is wrong, and what to do, in words they understand. A `thiserror` enum stands
//! where the caller branches on the kind. Everything else is `anyhow` with context and is logged once, where it is handled.

use std::fmt;

/// What a person is told: what is wrong and what to do about it. One or two sentences, no jargon, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UserError {
    pub what: String,
    pub advice: String,
}

impl UserError {
    pub fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.advice.is_empty() {
            write!(f, " {}", self.advice)?;
        }
        Ok(())
    }
}

/// The first `limit` characters (graphemes are not needed here) of `text` on one line, with an ellipsis when something was left out.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let mut short: String = line.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('\u{2026}');
    short
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn short_text_is_left_alone_and_long_text_ends_in_an_ellipsis() {
        assert_eq!(shortened("one\n two", 40), "one two");
        assert_eq!(shortened("abcdefgh", 5), "abcd\u{2026}");
    }
}
