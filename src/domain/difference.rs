//! Where two texts differ.

use crate::domain::error::shortened;

/// The part in which two texts differ, with the words around it: what was and what is.
#[must_use]
pub fn difference(before: &str, after: &str) -> (String, String) {
    const AROUND: usize = 3;
    const LONGEST: usize = 90;
    let (old, new): (Vec<&str>, Vec<&str>) = (
        before.split_whitespace().collect(),
        after.split_whitespace().collect(),
    );
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let piece = |words: &[&str]| {
        let (from, to) = (
            same.saturating_sub(AROUND),
            (words.len() - tail + AROUND).min(words.len()),
        );
        let lead = if from > 0 { "\u{2026}" } else { "" };
        let end = if to < words.len() { "\u{2026}" } else { "" };
        format!(
            "{lead}{}{end}",
            shortened(&words[from..to].join(" "), LONGEST)
        )
    };
    (piece(&old), piece(&new))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_differs_is_shown() {
        let (before, after) = difference(
            "Three on the table and one that divides the house every Friday at six",
            "Three on the table and one that divides us every Friday at six",
        );
        assert_eq!(
            before,
            "\u{2026}one that divides the house every Friday at\u{2026}"
        );
        assert_eq!(after, "\u{2026}one that divides us every Friday at\u{2026}");
        assert_eq!(difference("", "new"), (String::new(), "new".into()));
        assert_eq!(difference("a a a", "a a"), ("a a a".into(), "a a".into()));
    }
}
