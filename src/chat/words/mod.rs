//! All of Lumen's words, as small functions from typed facts, so that the tone can be reviewed in one folder.
//!
//! A calm colleague: short, exact, no jargon, nothing twice, no exclamation marks. What, why, what now.

pub mod draft;
pub mod errors;
pub mod house;
pub mod leaving;
pub mod models;
pub mod offers;
pub mod people;
pub mod press;
pub mod settings;
pub mod shown;
pub mod stop;
pub mod talk;
pub mod time;

use crate::domain::network::Network;
use crate::domain::operator::is_identity;

/// `@mira`; rules, Lumen itself and the ids of people whose name is not known yet carry no `@`.
#[must_use]
pub fn person(name: &str) -> String {
    if let Some(short) = short_address(name) {
        return short;
    }
    if is_identity(name) || name.starts_with('@') || name.starts_with("rule ") || name == "lumen" {
        name.to_owned()
    } else {
        format!("@{name}")
    }
}

/// `0x1111…1111`: of an address on a chain people compare both ends.
fn short_address(name: &str) -> Option<String> {
    let digits = name.strip_prefix("0x")?;
    let is_address = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_address.then(|| format!("0x{}\u{2026}{}", &digits[..4], &digits[36..]))
}

/// How people write the network's name.
#[must_use]
pub const fn network(network: Network) -> &'static str {
    network.facts().title
}

/// `1 draft waits`, `3 drafts wait`: the noun and the verb after the number.
#[must_use]
pub fn many(count: usize, one: &str, more: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{} {more}", thousands(count as u64))
    }
}

/// `12,821`
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `one, two and three`
#[must_use]
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `There is one.`, `There are one and two.`
#[must_use]
pub fn there_are(words: &[String]) -> String {
    let verb = if words.len() == 1 { "is" } else { "are" };
    format!("There {verb} {}.", listed(words))
}

/// “words”
#[must_use]
pub fn quoted(text: &str, limit: usize) -> String {
    format!(
        "\u{201c}{}\u{201d}",
        crate::domain::error::shortened(text, limit)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_as_people_write_them() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(12_821), "12,821");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(many(1, "draft waits", "drafts wait"), "1 draft waits");
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(there_are(&["a".into()]), "There is a.");
        assert_eq!(
            (person("mira"), person("rule noon")),
            ("@mira".into(), "rule noon".into())
        );
    }
}
