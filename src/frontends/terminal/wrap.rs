//! Breaks text into lines that fit. What a person reads stays the same: nothing is added, only blanks at a break fall
//! away, and a cluster that is one sign on the screen (a family emoji, a letter with its accents) stays whole.
//!
//! `textwrap::wrap` counts the columns of characters rather than of such clusters and would break them, so only its search
//! for words is used.

use textwrap::WordSeparator;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns that `text` takes on the screen.
#[must_use]
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The lines of `text`, none wider than `columns` (unless one sign alone is). An empty line stays one.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    text.split('\n')
        .flat_map(|line| wrap_line(line, columns))
        .collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    if width(line) <= columns {
        return vec![line.trim_end().to_owned()];
    }
    let mut lines = Vec::new();
    let (mut current, mut used, mut blanks) = (String::new(), 0, String::new());
    for (mut text, after) in words(line) {
        let mut needed = width(text);
        if !current.is_empty() && used + blanks.len() + needed > columns {
            lines.push(std::mem::take(&mut current));
            used = 0;
            blanks.clear();
        }
        // An indent that leaves no room for a word is no indent.
        if current.is_empty() && blanks.len() >= columns {
            blanks.clear();
        }
        current.push_str(&blanks);
        used += blanks.len();
        blanks.clear();
        while used + needed > columns {
            let first = text
                .graphemes(true)
                .next()
                .map_or(0, UnicodeWidthStr::width);
            if used > 0 && used + first > columns {
                lines.push(std::mem::take(&mut current));
                used = 0;
                continue;
            }
            let fits = fitting(text, columns.saturating_sub(used));
            let (head, tail) = text.split_at(fits);
            current.push_str(head);
            lines.push(std::mem::take(&mut current));
            (text, needed, used) = (tail, width(tail), 0);
        }
        current.push_str(text);
        used += needed;
        blanks.push_str(after);
    }
    if !current.is_empty() || lines.is_empty() {
        lines.push(current);
    }
    lines
}

/// The words of a line, each with the blanks behind it. A slash stays with the command it begins, and not with the word
/// before it.
fn words(line: &str) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let (mut start, mut at) = (0, 0);
    for word in WordSeparator::UnicodeBreakProperties.find_words(line) {
        let end = at + word.word.len();
        at = end + word.whitespace.len();
        let text = &line[start..end];
        let begins_one = word.whitespace.is_empty() && at < line.len();
        match text.strip_suffix('/').filter(|_| begins_one) {
            Some("") => {}
            Some(before) if before.ends_with(char::is_whitespace) => {
                let bare = before.trim_end();
                words.push((bare, &before[bare.len()..]));
                start = end - 1;
            }
            _ => {
                words.push((text, word.whitespace));
                start = at;
            }
        }
    }
    words
}

/// How many bytes of `text` fit into `columns`; at least one cluster, so that every line takes something away.
fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    for cluster in text.graphemes(true) {
        used += UnicodeWidthStr::width(cluster);
        if used > columns && end > 0 {
            break;
        }
        end += cluster.len();
    }
    end
}

/// The first `columns` of one line, with a mark at the end when something was left out.
#[must_use]
pub fn cut(line: &str, columns: usize, mark: &str) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let room = columns.saturating_sub(width(mark)).max(1);
    format!("{}{mark}", &line[..fitting(line, room)])
}

/// The last `columns` of one line, with a mark at its begin when something was left out.
#[must_use]
pub fn last(line: &str, columns: usize, mark: &str) -> String {
    let line = line.trim_end();
    if width(line) <= columns {
        return line.to_owned();
    }
    let room = columns.saturating_sub(width(mark)).max(1);
    let mut used = 0;
    let signs = line.grapheme_indices(true).rev();
    let kept = signs.take_while(|(_, sign)| {
        used += UnicodeWidthStr::width(*sign);
        used <= room
    });
    let start = kept.last().map_or(line.len(), |(at, _)| at);
    format!("{mark}{}", &line[start..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use unicode_segmentation::UnicodeSegmentation as _;

    use super::{cut, last, width, wrap};

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(
            wrap("three Ethiopians on the table", 16),
            ["three Ethiopians", "on the table"]
        );
        assert_eq!(wrap("one\n\ntwo  ", 10), ["one", "", "two"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("   a", 2), ["a"]);
        assert_eq!(wrap("one, /help two", 7), ["one,", "/help", "two"]);
        assert_eq!(wrap("/a/b c", 3), ["/a/", "b c"]);
    }

    #[test]
    fn a_word_that_is_too_long_breaks_between_signs() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(
            wrap(&family.repeat(3), 4),
            [family.repeat(2), family.to_owned()]
        );
        assert_eq!(wrap("珈琲の朝", 4), ["珈琲", "の朝"]);
    }

    #[test]
    fn a_cut_line_says_that_it_is_cut() {
        assert_eq!(cut("abcdef", 4, "…"), "abc…");
        assert_eq!(cut("abcd", 4, "…"), "abcd");
        assert_eq!(last("abcdef ", 4, "…"), "…def");
        assert_eq!(last("abcd", 4, "…"), "abcd");
        assert_eq!(last("ab珈琲", 4, "…"), "…琲");
    }

    proptest! {
        #[test]
        fn no_sign_is_lost_and_no_line_is_too_wide(text in "[ a-z珈é\u{301}\u{1f469}\u{200d}\u{1f373}\n-]{0,120}", columns in 2usize..30) {
            let lines = wrap(&text, columns);
            let signs = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(signs(&lines.concat()), signs(&text));
            for line in &lines {
                let alone = line.graphemes(true).count() == 1;
                prop_assert!(alone || width(line) <= columns, "{:?}", line);
            }
        }
    }
}
