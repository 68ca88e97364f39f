//! Cutting a text that is too long for one message, where a reader would.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::{Styled, units};

/// The parts of `text`, each of at most `limit` units. Nothing but space is lost between them.
#[must_use]
pub fn parts(text: Styled, limit: usize) -> Vec<Styled> {
    let mut parts = Vec::new();
    let mut rest = text.trimmed();
    while rest.units() > limit {
        let at = cut(&rest.text(), limit);
        let (head, tail) = rest.split_at(at);
        parts.push(head.trimmed());
        rest = tail.trimmed();
    }
    parts.push(rest);
    parts.retain(|part| !part.is_blank());
    parts
}

/// Where to cut: behind a paragraph, a line, a sentence or a word, whichever comes late enough; never within what a
/// reader takes for one character.
fn cut(text: &str, limit: usize) -> usize {
    let longest = fitting(text, limit);
    let head = &text[..longest];
    let late = |at: &usize, share: usize| *at >= longest / share;
    let behind = |mark: &str| head.rfind(mark).map(|at| at + mark.len());
    let sentence = [". ", "! ", "? ", "\u{2026} "]
        .into_iter()
        .filter_map(behind)
        .max();
    behind("\n\n")
        .filter(|at| late(at, 2))
        .or_else(|| behind("\n").filter(|at| late(at, 2)))
        .or_else(|| sentence.filter(|at| late(at, 2)))
        .or_else(|| {
            let space = head.rfind(char::is_whitespace)?;
            // Behind the space, whatever its width.
            let width = head[space..].chars().next().map_or(1, char::len_utf8);
            Some(space + width).filter(|at| late(at, 4))
        })
        .unwrap_or(longest)
}

/// How much of the head of `text` fits, in bytes.
fn fitting(text: &str, limit: usize) -> usize {
    let (mut used, mut bytes) = (0, 0);
    for grapheme in text.graphemes(true) {
        used += units(grapheme);
        if used > limit {
            break;
        }
        bytes += grapheme.len();
    }
    if bytes > 0 {
        return bytes;
    }
    // One single pile of marks that is longer than a message.
    let (mut used, mut bytes) = (0, 0);
    for c in text.chars() {
        used += c.len_utf16();
        if used > limit {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontends::text::Style;
    use proptest::prelude::*;

    fn texts(text: &str, limit: usize) -> Vec<String> {
        parts(Styled::plain_text(text), limit)
            .iter()
            .map(Styled::text)
            .collect()
    }

    #[test]
    fn it_is_cut_where_a_reader_would() {
        assert_eq!(
            texts("one two three. four five", 18),
            ["one two three.", "four five"]
        );
        assert_eq!(texts("first para\n\nsecond", 15), ["first para", "second"]);
        assert_eq!(texts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(texts("one two", 100), ["one two"]);
        assert_eq!(texts("  \n ", 10), Vec::<String>::new());
    }

    #[test]
    fn a_character_is_not_torn_apart() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(units(family), 8);
        let cut = texts(&family.repeat(3), 20);
        assert_eq!(cut, [family.repeat(2), family.to_owned()]);
    }

    #[test]
    fn styles_go_on_in_the_next_part() {
        let mut text = Styled::default();
        text.line(Style::Quote, "one two three four");
        let cut = parts(text, 10);
        let styles = |part: &Styled| part.0.iter().all(|piece| piece.style == Style::Quote);
        assert!(cut.len() == 2 && cut.iter().all(styles), "{cut:?}");
    }

    proptest! {
        #[test]
        fn every_part_fits_and_nothing_is_lost(text in "[a-z \\.\n\u{1f600}\u{301}]{0,400}", limit in 5_usize..80) {
            let cut = texts(&text, limit);
            for part in &cut {
                prop_assert!(units(part) <= limit, "{part:?}");
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&cut.concat()), bare(&text));
        }
    }
}
