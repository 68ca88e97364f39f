//! Makes any text safe for a terminal: what would steer it, hide from the reader or turn the reading order round is
//! shown instead. Everything that this front end prints goes through here, and nothing else escapes anything.

use std::fmt::Write as _;

/// `text` with newlines kept and everything that is not plainly visible shown by name.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push('\n'),
            // Windows line ends are line ends.
            '\r' if rest.peek() == Some(&'\n') => {}
            '\t' => out.push_str("    "),
            '\0'..='\u{1f}' => out.push(pictured(c)),
            '\u{7f}' => out.push('\u{2421}'),
            '\u{e0000}'..='\u{e007f}' => {
                let mut run = String::from(c);
                while let Some(tag) = rest.next_if(|tag| is_tag(*tag)) {
                    run.push(tag);
                }
                push_tags(&mut out, &run);
            }
            c if is_hidden(c, before) => push_named(&mut out, c),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Like [`lines`], on one line.
#[must_use]
pub fn line(text: &str) -> String {
    lines(text.trim_end_matches(['\r', '\n'])).replace('\n', " ")
}

/// The picture that Unicode has for a control character: ESC is `␛`.
fn pictured(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')
}

fn is_tag(c: char) -> bool {
    ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// Text written in tag characters cannot be seen, and models read it.
fn push_tags(out: &mut String, run: &str) {
    out.push_str("<tags ");
    for c in run.chars() {
        match char::from_u32(u32::from(c) - 0xe0000).filter(|c| c.is_ascii_graphic() || *c == ' ') {
            Some(shown) => out.push(shown),
            None => out.push('.'),
        }
    }
    out.push('>');
}

fn push_named(out: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<U+{:04X}>", u32::from(c));
}

/// Invisible or turning the order round. The joiners U+200C and U+200D stay: emoji and several scripts are written with them.
fn is_hidden(c: char, before: char) -> bool {
    match c {
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => true,
        // A variant of an ideograph, or else hidden bytes.
        '\u{e0100}'..='\u{e01ef}' => !is_ideograph(before),
        _ => false,
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{line, lines};

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(
            lines("a\u{1b}[31mb\u{7}\u{7f}"),
            "a\u{241b}[31mb\u{2407}\u{2421}"
        );
        assert_eq!(lines("\u{9b}2J"), "<U+009B>2J");
        assert_eq!(
            lines("one\r\ntwo\rthree\tfour"),
            "one\ntwo\u{240d}three    four"
        );
        assert_eq!(line("one\ntwo\n"), "one two");
    }

    #[test]
    fn what_hides_or_turns_is_shown_and_joiners_stay() {
        assert_eq!(lines("safe\u{202e}txt.exe"), "safe<U+202E>txt.exe");
        assert_eq!(lines("zero\u{200b}width"), "zero<U+200B>width");
        assert_eq!(lines("\u{e0068}\u{e0069}\u{e007f}!"), "<tags hi.>!");
        assert_eq!(lines("a\u{e0101}"), "a<U+E0101>");
        for kept in [
            "\u{1f469}\u{200d}\u{1f373}",
            "\u{2764}\u{fe0f}",
            "\u{845b}\u{e0100}",
            "می\u{200c}خواهم",
        ] {
            assert_eq!(lines(kept), kept);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_steers_comes_through(text in any::<String>()) {
            let safe = lines(&text);
            let steers = safe.chars().any(|c| c != '\n' && c.is_control());
            prop_assert!(!steers, "{:?}", safe);
            let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
            prop_assert!(!safe.contains(turns), "{:?}", safe);
            prop_assert_eq!(lines(&safe), safe.clone(), "safe text stays as it is");
            prop_assert!(!line(&text).contains('\n'));
        }
    }
}
