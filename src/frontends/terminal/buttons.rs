//! A terminal has no buttons: each gets a key, shown before its word, and typing the key or the word presses it.

use crate::chat::view::{Button, View};

/// A button with the key that presses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<'a> {
    pub key: char,
    pub button: &'a Button,
}

/// The letters of the buttons that come again and again. They mean nothing else anywhere, so that a letter that was read
/// above does not do something else below.
const FIXED: [(&str, char); 14] = [
    ("approve", 'a'),
    ("schedule", 's'),
    ("edit", 'e'),
    ("redo", 'r'),
    ("image", 'i'),
    ("why", 'w'),
    ("reject", 'j'),
    ("take back", 't'),
    ("change", 'c'),
    ("never mind", 'n'),
    ("yes", 'y'),
    ("other time", 'o'),
    ("earlier version", 'v'),
    ("earlier image", 'l'),
];

/// The buttons of `view` in their rows. A key is the button's own letter, or its first letter where no button owns that and
/// none has it yet, else a digit; the same view always gets the same keys.
#[must_use]
pub fn keyed(view: &View) -> Vec<Vec<Keyed<'_>>> {
    let mut taken = Vec::new();
    let mut rows = Vec::new();
    for row in &view.buttons {
        let row: Vec<_> = row
            .iter()
            .filter_map(|button| {
                let key = free_key(&button.label, &taken)?;
                taken.push(key);
                Some(Keyed { key, button })
            })
            .collect();
        rows.push(row);
    }
    rows
}

fn free_key(label: &str, taken: &[char]) -> Option<char> {
    let word = word(label);
    if let Some((_, key)) = FIXED.iter().find(|(fixed, _)| *fixed == word)
        && !taken.contains(key)
    {
        return Some(*key);
    }
    let is_fixed = |key: &char| FIXED.iter().any(|(_, fixed)| fixed == key);
    let first = word.chars().next().filter(char::is_ascii_alphanumeric);
    first
        .into_iter()
        .chain('1'..='9')
        .chain('a'..='z')
        .find(|key| !taken.contains(key) && !is_fixed(key))
}

/// The button that `typed` presses: its key, or its word in any case. What begins with a slash is a command and presses
/// nothing: `/approve` alone asks which draft.
#[must_use]
pub fn pressed<'a>(view: &'a View, typed: &str) -> Option<&'a Button> {
    if typed.trim_start().starts_with(['/', '\u{ff0f}']) {
        return None;
    }
    let typed = word(typed);
    if typed.is_empty() {
        return None;
    }
    let mut signs = typed.chars();
    let key = signs.next().filter(|_| signs.next().is_none());
    keyed(view)
        .into_iter()
        .flatten()
        .find(|keyed| key == Some(keyed.key) || word(&keyed.button.label) == typed)
        .map(|keyed| keyed.button)
}

/// A label or a typed line without the emoji before it and without case.
fn word(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{keyed, pressed};
    use crate::chat::view::{Button, View};

    fn view(labels: &[&str]) -> View {
        let button = |label: &&str| Button {
            label: (*label).to_owned(),
            press: format!("press {label}"),
        };
        View::default().with_buttons(labels.iter().map(button).collect())
    }

    fn keys(labels: &[&str]) -> String {
        keyed(&view(labels))
            .iter()
            .flatten()
            .map(|keyed| keyed.key)
            .collect()
    }

    #[test]
    fn keys_are_first_letters_and_never_twice() {
        assert_eq!(
            keys(&[
                "Approve", "Schedule", "Edit", "Redo", "Image", "Why", "Reject"
            ]),
            "aseriwj"
        );
        assert_eq!(
            keys(&["Off topic", "Wrong tone", "Not true", "Too salesy", "Other"]),
            "12345"
        );
        assert_eq!(keys(&["✅ Approve", "🔁", "1", "A"]), "a123");
    }

    #[test]
    fn a_key_or_the_word_presses_and_nothing_else_does() {
        let view = view(&["✅ Approve", "Take back"]);
        let press = |typed| pressed(&view, typed).map(|button| button.press.as_str());
        assert_eq!(press("a"), Some("press ✅ Approve"));
        assert_eq!(press("[a]"), Some("press ✅ Approve"));
        assert_eq!(press("APPROVE"), Some("press ✅ Approve"));
        assert_eq!(press("take back"), Some("press Take back"));
        for nothing in [
            "",
            "app",
            "x",
            "approve it",
            "!!",
            "/approve",
            "/a",
            " /take back",
        ] {
            assert_eq!(press(nothing), None, "{nothing}");
        }
    }
}
