//! Who is mentioned in a text.

use std::sync::LazyLock;

use regex::Regex;

/// Every `@handle`, without mail addresses and without the `/@name` within an address. A dot, a dash or another `@` in
/// front hides none.
pub(super) fn mentions(text: &str) -> Vec<String> {
    static MENTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[^\w@/]|(?:^|\s)/)@+[&!]?([\p{L}\p{N}_](?:[\p{L}\p{N}_.\-/@]*[\p{L}\p{N}_])?)",
        )
        .ok()
    });
    MENTION
        .as_ref()
        .map(|pattern| {
            pattern
                .captures_iter(text)
                .map(|hit| hit[1].to_owned())
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_mention_is_found_whatever_stands_before_it() {
        for (text, found) in [
            ("@me", &["me"][..]),
            ("thanks @me.", &["me"]),
            (".@me hear, hear", &["me"]),
            ("-@me", &["me"]),
            ("(@me)", &["me"]),
            ("@@me", &["me"]),
            ("/@me", &["me"]),
            ("<@&42> <@!43> <@44>", &["42", "43", "44"]),
            ("@me@evil.social", &["me@evil.social"]),
            ("@a,@b;@c", &["a", "b", "c"]),
            ("me@evil.org", &[]),
            ("https://social.example/@us", &[]),
            ("five @ six", &[]),
        ] {
            assert_eq!(mentions(text), found, "{text}");
        }
    }
}
