//! Escapes as archives write them: halves of characters in JSON, entities of HTML in the text.

use std::borrow::Cow;

/// What stands where a half of a character stood.
const REPLACEMENT: &str = "\\ufffd";

/// Puts U+FFFD in the place of each escape that is one half of a pair without the other (`\ud83d` alone). JSON allows it to be
/// written and no text can hold it.
pub(super) fn whole_characters(json: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        at += found;
        let Some(unit) = unit_at(json, at) else {
            // Another escape, of two characters: an escaped backslash begins no other.
            at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let pair = is_first(unit) && unit_at(json, at + 6).is_some_and(is_second);
        if pair {
            at += 12;
            continue;
        }
        if is_first(unit) || is_second(unit) {
            mended.push_str(&json[kept..at]);
            mended.push_str(REPLACEMENT);
            kept = at + 6;
        }
        at += 6;
    }
    if kept == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(&json[kept..]);
    Cow::Owned(mended)
}

/// The number of an escape such as `\ud83d` that begins at a byte.
fn unit_at(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u16::from_str_radix(digits, 16).ok())?
}

const fn is_first(unit: u16) -> bool {
    matches!(unit, 0xd800..=0xdbff)
}

const fn is_second(unit: u16) -> bool {
    matches!(unit, 0xdc00..=0xdfff)
}

/// The entities that writers of archives escape with, and those that people's programs put into posts.
const NAMED: [(&str, char); 21] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("hellip", '\u{2026}'),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("lsquo", '\u{2018}'),
    ("rsquo", '\u{2019}'),
    ("ldquo", '\u{201c}'),
    ("rdquo", '\u{201d}'),
    ("laquo", '\u{ab}'),
    ("raquo", '\u{bb}'),
    ("bull", '\u{2022}'),
    ("middot", '\u{b7}'),
    ("euro", '\u{20ac}'),
    ("pound", '\u{a3}'),
    ("deg", '\u{b0}'),
    ("copy", '\u{a9}'),
];

/// The longest entity that is read, between `&` and `;`: `#x10ffff`.
const LONGEST: usize = 8;

/// Reads the entities of HTML in a text, one level: `&amp;lt;` becomes `&lt;`. What is none stays as it is.
pub(super) fn without_entities(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('&') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let end = behind
            .bytes()
            .take(LONGEST + 1)
            .position(|byte| byte == b';');
        if let Some((letter, end)) = end.and_then(|end| Some((entity(&behind[..end])?, end))) {
            plain.push(letter);
            rest = &behind[end + 1..];
        } else {
            plain.push('&');
            rest = behind;
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn entity(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        let named = NAMED.iter().find(|(known, _)| *known == name);
        return named.map(|(_, letter)| *letter);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|letter| !letter.is_control() || *letter == '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_replaced_and_whole_ones_stay() {
        for (json, mended) in [
            (r#""a \ud83d""#, r#""a \ufffd""#),
            (r#""\ude00 b""#, r#""\ufffd b""#),
            (r#""\uD83D\uDE00""#, r#""\uD83D\uDE00""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\u0041""#, r#""\ufffd\u0041""#),
            (r#""\ud83d\n\ude00""#, r#""\ufffd\n\ufffd""#),
            (r#""\\ud83d é\\\ud83d""#, r#""\\ud83d é\\\ufffd""#),
            (r#""\ud8"#, r#""\ud8"#),
            (r#""\"#, r#""\"#),
        ] {
            assert_eq!(whole_characters(json), mended);
        }
    }

    #[test]
    fn entities_are_read_one_level_deep() {
        for (text, plain) in [
            ("Bread &amp; butter &gt; all", "Bread & butter > all"),
            ("&amp;lt; &amp;amp;", "&lt; &amp;"),
            ("&quot;&#39;&#x27;&apos;", "\"'''"),
            ("caf&#233; &#128512; &#x1F600;", "café 😀 😀"),
            (
                "Tom & Jerry; R&D; &; &nosuch; &amp",
                "Tom & Jerry; R&D; &; &nosuch; &amp",
            ),
            (
                "&#55357; &#27; &#99999999; &#xzz;",
                "&#55357; &#27; &#99999999; &#xzz;",
            ),
            ("&é;&&amp;", "&é;&&"),
        ] {
            assert_eq!(without_entities(Cow::Borrowed(text)), plain);
        }
    }
}
