//! What people leave out when they type in a hurry: capitals, accents, the comma splice made two sentences, the last mark.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

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
    let text = &asked(text.trim(), language);
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

/// A question without its mark gets it: only where the order of its words is that of a question.
fn asked(text: &str, language: Option<&str>) -> String {
    const ENGLISH: &str = r"(?i)^(?:(?:what|which|who|whose|when|where|why|how)(?: \S+){0,3} (?:is|are|do|does|did|can|could|should|would|will|has|have|shall) (?:we|you|they|it|the|our|your|people|anyone|everyone)\b|(?:does|is|has|can|could|would|did|do|are|have) (?:anyone|anybody|any of you|someone|people)\b|is there (?:anyone|anybody|someone|somebody|any)\b|(?:anyone|anybody) (?:got|have|has|know|knows|want|wants|fancy|up|else|seen|lost|able|here)\b).*[\p{L}\d)]$";
    const GERMAN: &str = r"(?i)^(?:(?:wer|was|wann|wo|wie|warum|wieso|welche[rsnm]? \S+|womit|worauf) (?:hat|hätte|habt|ist|sind|kann|können|könnte|könnt|will|wollt|wollen|soll|sollen|sollten|macht|kennt|weiß|kommt|möchte|braucht|würde|wünscht|mögt|trinkt|esst)|(?:hat|kann|weiß|kennt|sucht|möchte|braucht|will|könnte|hätte) (?:jemand|wer|man|ihr|noch jemand)|(?:habt|könnt|wollt|kennt|wisst|mögt|möchtet) ihr)\b.*[\p{L}\d)]$";
    const SPANISH: &str = r"(?i)^(?:alguien|quién|quien) (?:tiene|sabe|puede|quiere|ha|conoce|viene|se|nos|busca|vende|necesita)\b.*[\p{L}\d)]$";
    static ALL: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        [("en", ENGLISH), ("de", GERMAN), ("es", SPANISH)]
            .into_iter()
            .filter_map(|(code, pattern)| Some((code, Regex::new(pattern).ok()?)))
            .collect()
    });
    let question = ALL
        .iter()
        .any(|(code, pattern)| Some(*code) == language && pattern.is_match(text));
    match (question, language) {
        (true, Some("es")) => spanish_accents::set(&format!("{text}?")),
        (true, _) => format!("{text}?"),
        _ => text.to_owned(),
    }
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

/// German "das" where a quick typist means "dass": behind a verb of saying, before a word that a clause begins with.
pub(super) fn dass<'t>(text: &'t str, language: Option<&str>) -> Cow<'t, str> {
    static DAS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b((?:schreib|post|sag|erzähl|meld|teil|verkünd|erinner|bescheid|hinweis|darauf|daran|dran)\p{L}*(?: (?:bitte|mal|allen?|kurz|hin))?),? das (wir|ihr|ich|man|unsere?r?|es|sie|bei|ab|heute|morgen)\b",
        )
        .ok()
    });
    match (&*DAS, language) {
        (Some(pattern), Some("de")) => pattern.replace_all(text, "$1, dass $2"),
        _ => Cow::Borrowed(text),
    }
}
