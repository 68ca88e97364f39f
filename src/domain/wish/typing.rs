//! What people leave out when they type in a hurry: capitals, accents, the comma splice made two sentences, the last mark.

use super::{capitalised, english_capitals, english_words, german_capitals, spanish_accents};

/// `sentence` as it can be published: the capitals and accents that its language always writes, a capital at its
/// beginning, a mark at its end.
#[must_use]
pub(super) fn written_out(sentence: &str, language: Option<&str>, typed_small: bool) -> String {
    let text = match language {
        Some("en") => english_capitals::set(&english_words::spelled(sentence)),
        Some("de") => german_capitals::set(sentence, typed_small),
        Some("es") => spanish_accents::set(sentence),
        _ => sentence.to_owned(),
    };
    let text = if language == Some("en") {
        split_splice(&text)
    } else {
        text
    };
    let text = text.trim();
    // "v2.4" and "iPhone16" are written as they are.
    let named = text
        .split(' ')
        .next()
        .is_some_and(|word| word.chars().any(|char| char.is_ascii_digit()));
    ended(
        &if named {
            text.to_owned()
        } else {
            capitalised(text)
        },
        language,
    )
}

/// With a mark at its end, where none stands and it does not end in an emoji, a tag or a link.
#[must_use]
pub fn ended(text: &str, language: Option<&str>) -> String {
    let text = text.trim_end();
    let last = text.chars().next_back();
    let last_word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let open = last.is_none_or(|char| {
        char.is_alphanumeric()
            || matches!(
                char,
                ')' | '"' | '%' | '€' | '$' | '£' | '\u{201d}' | '\u{2019}' | '\''
            )
    }) && !last_word.starts_with(['#', '@'])
        && !last_word.contains("://");
    let stop = match language {
        Some("zh" | "ja") => '。',
        Some("hi") => '।',
        // Thai and others set no full stop; where the language is not known, neither.
        None if text.chars().any(|char| char >= '\u{600}') => return text.to_owned(),
        _ => '.',
    };
    if open && !text.is_empty() {
        format!("{text}{stop}")
    } else {
        text.trim_end_matches([',', ';', ' ']).to_owned()
    }
}

/// Each word through `change`, with what stands around it left as it is.
pub(super) fn each_word(text: &str, mut change: impl FnMut(&str) -> Option<String>) -> String {
    text.split(' ')
        .map(|word| {
            let start = word.find(char::is_alphanumeric).unwrap_or(word.len());
            let end = word.rfind(char::is_alphanumeric).map_or(start, |at| {
                at + word[at..].chars().next().map_or(0, char::len_utf8)
            });
            let linked = word.starts_with(['#', '@'])
                || word.contains("://")
                || word[start..end].contains('.');
            match (linked, change(&word[start..end])) {
                (false, Some(changed)) => format!("{}{changed}{}", &word[..start], &word[end..]),
                _ => word.to_owned(),
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// "no experience needed, we have shoes": a second main clause after a comma becomes a sentence.
fn split_splice(text: &str) -> String {
    const STARTS: [&str; 22] = [
        "we ", "they ", "it ", "he ", "she ", "there ", "ours ", "we're ", "we've ", "we'll ",
        "they're ", "they've ", "it's ", "he's ", "she's ", "that's ", "there's ", "our ", "i'm ",
        "i ", "you can ", "please ",
    ];
    const OPENERS: [&str; 12] = [
        "if ",
        "when ",
        "while ",
        "because ",
        "although ",
        "since ",
        "as ",
        "after ",
        "before ",
        "unless ",
        "until ",
        "once ",
    ];
    let lower = text.to_lowercase();
    if lower.len() != text.len() || OPENERS.iter().any(|word| lower.starts_with(word)) {
        return text.to_owned();
    }
    let splice = lower.match_indices(", ").map(|(at, _)| at).find(|at| {
        let after = &lower[at + 2..];
        let words_before = lower[..*at].split_whitespace().count();
        words_before >= 4
            && after.split_whitespace().count() >= 3
            && STARTS.iter().any(|start| after.starts_with(start))
            && (!after.starts_with("our ")
                || after
                    .split_whitespace()
                    .any(|word| english_words::VERBS.contains(&word)))
    });
    match splice {
        Some(at) => format!(
            "{}. {}",
            text[..at].trim_end_matches('.'),
            capitalised(&split_splice(&text[at + 2..]))
        ),
        None => text.to_owned(),
    }
}
