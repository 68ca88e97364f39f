//! What people leave out when they type in a hurry: capitals, accents, the comma splice made two sentences, the last mark.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{capitalised, english_words};

/// Always written with a capital in English; "may", "march", "sun" and "sat" are words of their own.
const ENGLISH_NAMES: &str = "monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays saturday saturdays \
    sunday sundays january february april june july august september october november december christmas easter halloween \
    tues thurs aug sept oct nov dec english german french spanish italian european british i i'm i've i'd i'll";

/// German nouns that small brands write about. A compound that ends in one of them is a noun as well.
const GERMAN_NOUNS: &str = include_str!("german_nouns.txt");

/// Spanish words whose accent is left out on phones; with it they are the same word.
const SPANISH_ACCENTS: [(&str, &str); 22] = [
    ("sabado", "sábado"),
    ("sabados", "sábados"),
    ("miercoles", "miércoles"),
    ("tambien", "también"),
    ("aqui", "aquí"),
    ("ademas", "además"),
    ("dia", "día"),
    ("dias", "días"),
    ("pagina", "página"),
    ("musica", "música"),
    ("ceramica", "cerámica"),
    ("despues", "después"),
    ("numero", "número"),
    ("proximo", "próximo"),
    ("proxima", "próxima"),
    ("cafe", "café"),
    ("telefono", "teléfono"),
    ("ultimo", "último"),
    ("ultima", "última"),
    ("gratis", "gratis"),
    ("quimica", "química"),
    ("libreria", "librería"),
];

/// `sentence` as it can be published: the capitals and accents that its language always writes, a capital at its
/// beginning, a mark at its end.
#[must_use]
pub(super) fn written_out(sentence: &str, language: Option<&str>, typed_small: bool) -> String {
    let text = match language {
        Some("en") => english_words(&english_words::spelled(sentence)),
        Some("de") => german_words(sentence, typed_small),
        Some("es") => spanish_words(sentence),
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
fn each_word(text: &str, mut change: impl FnMut(&str) -> Option<String>) -> String {
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

fn english_words(text: &str) -> String {
    each_word(text, |word| {
        let known = ENGLISH_NAMES
            .split_whitespace()
            .any(|name| name == word.replace('\u{2019}', "'"));
        known.then(|| capitalised(word))
    })
}

/// Nouns get their capitals only where the typist set none at all: someone who set some has decided about the others.
fn german_words(text: &str, typed_small: bool) -> String {
    static COMMA: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(\b\p{L}+) (dass|ob|weil|obwohl|die|der|den) ").ok());
    const BEFORE_NO_COMMA: [&str; 17] = [
        "und", "oder", "aber", "so", "als", "auch", "nur", "ausser", "außer", "ohne", "statt",
        "nachdem", "kurz", "erst", "gerade", "selbst", "denn",
    ];
    let mut text = text.to_owned();
    if let Some(comma) = COMMA.as_ref() {
        text = comma
            .replace_all(&text, |found: &Captures<'_>| {
                let (word, joint) = (&found[1], &found[2]);
                let relative = matches!(joint.to_lowercase().as_str(), "die" | "der" | "den");
                let comma = if relative {
                    matches!(
                        word.to_lowercase().as_str(),
                        "allen" | "alle" | "denen" | "jene" | "jenen"
                    )
                } else {
                    !BEFORE_NO_COMMA.contains(&word.to_lowercase().as_str())
                };
                format!("{word}{} {joint} ", if comma { "," } else { "" })
            })
            .into_owned();
    }
    if !typed_small {
        return text;
    }
    each_word(&text, |word| {
        is_german_noun(word).then(|| capitalised(word))
    })
    .replace("ir Laden ", "ir laden ")
}

pub(super) fn is_german_noun(word: &str) -> bool {
    const SHORTEST_HEAD: usize = 4;
    const SHORTEST_FIRST: usize = 3;
    const ENDINGS: [&str; 10] = [
        "erei", "ung", "ungen", "heit", "keit", "schaft", "tion", "tionen", "ment", "tät",
    ];
    const NO_NOUNS: [&str; 4] = ["verstand", "bestand", "jung", "entstand"];
    let length = word.chars().count();
    let ending = ENDINGS
        .iter()
        .any(|end| word.ends_with(end) && length >= end.len() + SHORTEST_FIRST);
    // "einladen", "vorstellen": verbs that end like a noun.
    let prefixed = [
        "ein", "aus", "auf", "ab", "vor", "her", "rein", "raus", "dar", "fest", "zu", "be", "ent",
        "ver",
    ]
    .iter()
    .any(|prefix| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| matches!(rest, "laden" | "stellen" | "karten" | "räumen"))
    });
    !NO_NOUNS.contains(&word)
        && !prefixed
        && (ending
            || GERMAN_NOUNS.split_whitespace().any(|noun| {
                word == noun
                    || noun.chars().count() >= SHORTEST_HEAD
                        && word.ends_with(noun)
                        && length >= noun.chars().count() + SHORTEST_FIRST
            }))
}

fn spanish_words(text: &str) -> String {
    each_word(text, |word| {
        if let Some((_, accented)) = SPANISH_ACCENTS.iter().find(|(plain, _)| *plain == word) {
            return Some((*accented).to_owned());
        }
        for (plain, accented) in [("cion", "ción"), ("sion", "sión")] {
            if let Some(stem) = word
                .strip_suffix(plain)
                .filter(|stem| stem.chars().count() > 1)
            {
                return Some(format!("{stem}{accented}"));
            }
        }
        None
    })
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
