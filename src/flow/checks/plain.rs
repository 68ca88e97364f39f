//! A text as its reader sees it, so that nothing hides in how it is written.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// The text with compatibility forms folded, dots of other scripts made dots, and what cannot be seen left out. So
/// `example。com`, `ｅｘａｍｐｌｅ．ｃｏｍ` and `ex<zero width>ample.com` are found for what they are. Letters written in invisible
/// tag characters become letters: a machine reads them.
pub(super) fn plain(text: &str) -> String {
    // What is drawn over a letter goes too: `e̷vil.com` reads as `evil.com`.
    static UNSEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Mn}\p{Me}\u{2800}]").ok()
    });
    let folded: String = text.chars().map(seen).nfkc().map(plainer).collect();
    match &*UNSEEN {
        Some(unseen) => unseen.replace_all(&folded, "").into_owned(),
        None => folded,
    }
}

/// The letter behind a tag character.
fn seen(c: char) -> char {
    match c {
        '\u{e0020}'..='\u{e007e}' => char::from_u32(u32::from(c) - 0xe0000).unwrap_or(c),
        other => other,
    }
}

/// A full stop for every sign that passes for one; and plain quotes and blanks, so that no address ends in a curly one.
const fn plainer(c: char) -> char {
    match c {
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{300c}'..='\u{300f}' => '"',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{2014}' => ' ',
        '\u{3002}' | '\u{ff61}' | '\u{2024}' | '\u{6d4}' | '\u{701}' | '\u{702}' | '\u{a4f8}'
        | '\u{a60e}' | '\u{10a50}' => '.',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_is_seen_is_what_is_checked() {
        for (written, read) in [
            ("evil\u{3002}com", "evil.com"),
            ("\u{ff45}\u{ff56}il\u{ff0e}com", "evil.com"),
            ("ev\u{200b}i\u{2060}l\u{ad}.c\u{34f}om", "evil.com"),
            ("e\u{337}vil.com", "evil.com"),
            ("\u{1d41e}vil\u{fe52}com", "evil.com"),
            ("\u{e0065}\u{e0076}\u{e002e}\u{e0069}\u{e006f}", "ev.io"),
            ("\u{201c}ours.example\u{201d}", "\"ours.example\""),
            ("cafe\u{301} am Mittag", "caf\u{e9} am Mittag"),
        ] {
            assert_eq!(plain(written), read);
        }
    }
}
