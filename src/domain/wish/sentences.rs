//! A topic parted into its sentences and lines.

use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

/// The sentences and lines of a topic, without quotation marks around all of it.
pub(super) fn split(topic: &str) -> Vec<String> {
    let topic = unaddressed(unquoted(topic.trim()));
    topic
        .lines()
        .flat_map(|line| line.split("; "))
        .flat_map(sentences_of_line)
        .collect()
}

/// A full stop after an abbreviation or a number ("Mon. 9-17", "the 3. floor") ends no sentence.
fn sentences_of_line(line: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for piece in line.split_sentence_bounds().flat_map(small_starts) {
        let piece_text = piece.trim();
        if piece_text.is_empty() {
            continue;
        }
        match sentences.last_mut() {
            Some(last) if goes_on(last, piece_text) => {
                last.push(' ');
                last.push_str(piece_text);
            }
            _ => sentences.push(piece_text.to_owned()),
        }
    }
    sentences
}

/// A typist who leaves capitals out begins a sentence in lower case; the standard's rules do not part it there.
fn small_starts(piece: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = piece;
    while let Some(at) = rest
        .match_indices(['.', '?', '!'])
        .map(|(at, _)| at)
        .find(|at| {
            let after = &rest[at + 1..];
            let word = rest[..*at].rsplit(' ').next().unwrap_or_default();
            let ends = word.ends_with(')')
                || (word.chars().count() > 2 && word.chars().all(char::is_alphabetic));
            ends && !abbreviation(word)
                && after.starts_with(' ')
                && after.trim_start().starts_with(char::is_lowercase)
        })
    {
        let (part, after) = rest.split_at(at + 1);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn goes_on(before: &str, after: &str) -> bool {
    let last_word = before
        .trim_end_matches('.')
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    let short = last_word.chars().count() <= 3 && last_word.chars().any(char::is_alphanumeric);
    let abbreviated = before.ends_with('.') && (short && !common_short(last_word));
    abbreviated || !after.chars().any(char::is_alphanumeric)
}

/// What is cut short before its full stop.
fn abbreviation(word: &str) -> bool {
    const KNOWN: &str = "mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec etc approx max min tel str bzw usw inkl \
        ggf inc sra mrs nov dez okt mär pág núm aprox depto avda apdo";
    KNOWN
        .split_whitespace()
        .any(|known| known == word.to_lowercase())
}

/// Words of three letters and less that end sentences more often than they are cut short.
fn common_short(word: &str) -> bool {
    let word = word.to_lowercase();
    [
        "us", "now", "too", "it", "me", "you", "off", "out", "on", "in", "up", "day", "zu", "an",
        "ab", "auf", "mit", "aus", "ein", "ist", "uns", "da", "ok", "yes", "no", "new", "so",
        "all", "did", "do", "is", "bar", "tea", "dog", "eur", "uhr",
    ]
    .contains(&word.as_str())
        || word.chars().all(|char| char.is_ascii_digit()) && word.len() > 2
}

/// Without what is said to the assistant before the matter: "hey lumen, ", "ok so the thing is ".
fn unaddressed(topic: &str) -> &str {
    const ADDRESSES: [&str; 4] = [
        r"(?:just )?(?:so|in case) (?:people|everyone|everybody|folks|they|our \S+|the \S+) (?:all )?knows?,? |fyi[,:]? |for everyone's information[,:]? |zur info[,:]? |para que (?:lo )?sepa (?:la gente|todo el mundo)[,:]? ",
        r"(?:(?:hey|hi|hello|hallo|hola|ok|okay|oye|dear|liebe[rs]?)[, ]+)?lumen[,:!]? ",
        r"(?:ok(?:ay)?,? )?(?:so )?(?:the thing is|here'?s the thing|folgendes|also folgendes|es geht darum|mira|verás)(?:,? (?:that|dass|que))?[,:]? ",
        r"(?:quick (?:one|favou?r)|kleine bitte|una cosa|cosita)[,:] ",
    ];
    static ALL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(&format!("(?i)^(?:{})", ADDRESSES.join("|"))).ok());
    ALL.as_ref()
        .and_then(|pattern| pattern.find(topic))
        .map_or(topic, |found| &topic[found.end()..])
}

/// Without quotation marks around the whole.
fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 4] = [
        ('"', '"'),
        ('\u{201c}', '\u{201d}'),
        ('\u{201e}', '\u{201c}'),
        ('\u{ab}', '\u{bb}'),
    ];
    for (open, close) in PAIRS {
        if let Some(inner) = text
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            && !inner.contains([open, close])
        {
            return inner.trim();
        }
    }
    text
}
