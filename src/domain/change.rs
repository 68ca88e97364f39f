//! What a person wants changed in a text, read from plain words: "shorter", "as a question", "without the price",
//! "mention that dogs are welcome". Each one can be checked against the text that came out.

use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::habits::has_emoji;
use crate::domain::language;

/// One wish for another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Shorter,
    Longer,
    Warmer,
    Question,
    LowerCase,
    NoEmoji,
    NoTags,
    NoExclamation,
    /// In a language, by its ISO 639-1 code.
    Language(&'static str),
    /// Without these words.
    Without(String),
    /// With this said, in the person's words.
    Mention(String),
    /// What no rule reads.
    Other(String),
}

/// Of the text before, a shorter one has at most this share, in hundredths; a longer one at least the second.
const SHORTER: usize = 90;
const LONGER: usize = 110;

/// Words that sound warm, in the languages that changes are read in.
const WARM: &str = "glad happy love lovely warm welcome thank thanks dear please enjoy delighted sorry kind hope together forward means freuen \
    freut gern gerne herzlich lieb liebe lieben danke schön willkommen leid glücklich hoffen bitte gracias encanta alegra ganas cariño \
    sentimos abrazo bienvenidos gusto felices feliz esperamos querid";

const LANGUAGES: [(&str, &str); 7] = [
    ("en", r"(?:in|auf|en) (?:english|englisch|inglés|ingles)"),
    ("de", r"(?:in|auf|en) (?:german|deutsch|alemán|aleman)"),
    (
        "es",
        r"(?:in|auf|en) (?:spanish|spanisch|español|espanol|castellano)",
    ),
    ("fr", r"(?:in|auf|en) (?:french|französisch|francés)"),
    ("it", r"(?:in|auf|en) (?:italian|italienisch|italiano)"),
    (
        "pt",
        r"(?:in|auf|en) (?:portuguese|portugiesisch|portugués)",
    ),
    ("nl", r"(?:in|auf|en) (?:dutch|niederländisch|holandés)"),
];

/// What a pattern's finding means.
type Make = fn(&str) -> Change;

const PATTERNS: [(&str, Make); 11] = [
    (
        r"(?:(?:with)?out|no|drop|remove|delete|leave (?:out|off)|take (?:out|off)|skip|lose|ohne|kein(?:e|en)?|streich(?:e)?|entfern(?:e)?|sin|quita|elimina)(?: (?:any|the|all|den|die|das|dem|der|el|la|los|las))* (?P<what>.+?)(?: (?:out|away|off|weg|raus))?",
        without,
    ),
    (
        r"(?:leave|take|lass|nimm) (?:the |den |die |das )?(?P<what>.+?) (?:out|away|off|weg|raus)",
        without,
    ),
    (
        r"(?:and )?(?:also |auch |noch |también )?(?:mention|add|include|say|put in|work in|tell (?:them|people|him|her)|erwähne?|füge?(?: hinzu)?|sage?|schreibe?|ergänze?|menciona|añade|incluye|di|pon)(?: dazu| rein| noch| auch| also| in)?,? (?P<what>.+)",
        mention,
    ),
    (
        r".*\b(?:as|into|like|als|como)? ?(?:a |an |eine |una )?(?:question|frage|pregunta)\b.*",
        |_| Change::Question,
    ),
    (
        r".*\b(?:shorter|more concise|briefer|tighter|shorten|too long|(?:make it )?short|brief|trim|kürzer|kürze|knapper|kurz|m[aá]s cort[a-z]+|cortit[oa]|más breve|mas breve|acorta|acórtalo)\b.*",
        |_| Change::Shorter,
    ),
    (
        r".*\b(?:longer|more detail(?:ed|s)?|lengthen|too short|expand|bit more|more about it|länger|ausführlicher|mehr dazu|más largo|mas largo|alarga)\b.*",
        |_| Change::Longer,
    ),
    (
        r".*\b(?:warmer|friendlier|kinder|nicer|more friendly|more personal|warm|friendly|more warmth|warmth|more heart|herzlicher|freundlicher|netter|wärmer|lieber|más cálido|mas calido|más amable|mas amable|más cariñoso|más cercano|mas cercano)\b.*",
        |_| Change::Warmer,
    ),
    (
        r".*\b(?:lower ?case|lower-case|no capitals|kleinschreibung|klein geschrieben|kleingeschrieben|minúsculas?|minusculas?)\b.*",
        |_| Change::LowerCase,
    ),
    (r".*\bexclamation.*", |_| Change::NoExclamation),
    (r".*\b(?:less|fewer|weniger|menos) emojis?\b.*", |_| {
        Change::NoEmoji
    }),
    (
        r".*\b(?:less|fewer|weniger|menos) (?:hash)?tags?\b.*",
        |_| Change::NoTags,
    ),
];

fn without(what: &str) -> Change {
    let lower = what.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if is(&["emoji", "smiley"]) {
        Change::NoEmoji
    } else if is(&["hashtag"]) || lower == "tags" {
        Change::NoTags
    } else if is(&[
        "exclamation",
        "ausrufezeichen",
        "exclamacion",
        "exclamación",
    ]) {
        Change::NoExclamation
    } else if is(&["capital"]) {
        Change::LowerCase
    } else {
        Change::Without(lower.trim_end_matches(['.', '!']).to_owned())
    }
}

fn mention(what: &str) -> Change {
    Change::Mention(what.to_owned())
}

impl Change {
    /// The changes that `guidance` asks for, in their order.
    #[must_use]
    pub fn read(guidance: &str) -> Vec<Self> {
        pieces(guidance)
            .iter()
            .map(|piece| Self::read_one(piece))
            .collect()
    }

    fn read_one(piece: &str) -> Self {
        static LANGUAGE: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
            let compiled = LANGUAGES.iter().filter_map(|(code, pattern)| {
                Some((*code, Regex::new(&format!(r"(?i)\b{pattern}\b")).ok()?))
            });
            compiled.collect()
        });
        static RULES: LazyLock<Vec<(Regex, Make)>> = LazyLock::new(|| {
            let compiled = PATTERNS.iter().filter_map(|(pattern, make)| {
                Some((Regex::new(&format!("(?i)^(?:{pattern})$")).ok()?, *make))
            });
            compiled.collect()
        });
        if let Some((code, _)) = LANGUAGE.iter().find(|(_, pattern)| pattern.is_match(piece)) {
            return Self::Language(code);
        }
        RULES
            .iter()
            .find_map(|(pattern, make)| {
                let found = pattern.captures(piece)?;
                Some(make(
                    found
                        .name("what")
                        .map_or(piece, |what| what.as_str().trim()),
                ))
            })
            .unwrap_or_else(|| Self::Other(piece.to_owned()))
    }

    /// Whether `after` is `before` with this change. What no rule reads cannot be checked, and counts as met.
    #[must_use]
    pub fn is_met(&self, before: &str, after: &str) -> bool {
        let length = |text: &str| text.graphemes(true).count();
        match self {
            Self::Shorter => length(after) * 100 <= length(before) * SHORTER,
            Self::Longer => length(after) * 100 >= length(before) * LONGER,
            Self::Warmer => warm_words(after) > warm_words(before),
            Self::Question => after.contains(['?', '\u{61f}', '\u{ff1f}']),
            Self::LowerCase => after
                .split_sentence_bounds()
                .filter_map(|sentence| sentence.chars().find(|char| char.is_alphabetic()))
                .all(|letter| !letter.is_uppercase()),
            Self::NoEmoji => !has_emoji(after),
            Self::NoTags => !after.split_whitespace().any(|word| word.starts_with('#')),
            Self::NoExclamation => !after.contains(['!', '\u{a1}']),
            Self::Language(code) => language::of_topic(after) == Some(code),
            Self::Without(what) => !holds(after, what),
            Self::Mention(what) => mentions(after, what),
            Self::Other(_) => true,
        }
    }

    /// The change in words, for the line that says it was not met.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Shorter => "shorter".to_owned(),
            Self::Longer => "longer".to_owned(),
            Self::Warmer => "warmer".to_owned(),
            Self::Question => "as a question".to_owned(),
            Self::LowerCase => "lower case".to_owned(),
            Self::NoEmoji => "without emoji".to_owned(),
            Self::NoTags => "without tags".to_owned(),
            Self::NoExclamation => "without exclamation marks".to_owned(),
            Self::Language(code) => format!("in {}", language::name(code)),
            Self::Without(what) => format!("without \u{201c}{what}\u{201d}"),
            Self::Mention(what) => format!("mention \u{201c}{what}\u{201d}"),
            Self::Other(what) => format!("\u{201c}{what}\u{201d}"),
        }
    }
}

/// The single wishes of a guidance, without polite words. A comma inside what should be said does not part it.
fn pieces(guidance: &str) -> Vec<String> {
    static POLITE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:please|pls|plz|bitte|por favor|porfa|a bit|a little|bit|much|can you|could you|kannst du|make it|mach es|mach das|etwas|ein bisschen|un poco|try|try it)\b").ok()
    });
    static JOINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*(?:,\s*(?:and |und |y )?|;\s*|\s+(?:and|und|y|but|aber|pero)\s+)").ok()
    });
    let bare = POLITE.as_ref().map_or_else(
        || guidance.to_owned(),
        |polite| polite.replace_all(guidance, "").into_owned(),
    );
    let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found: Vec<String> = Vec::new();
    let parts: Vec<&str> = JOINT
        .as_ref()
        .map_or_else(|| vec![bare.as_str()], |joint| joint.split(&bare).collect());
    for part in parts {
        let part = part.trim().trim_matches(['.', ',', '!']).trim();
        if part.is_empty() {
            continue;
        }
        let known = !matches!(Change::read_one(part), Change::Other(_));
        match found.last_mut() {
            // "mention the barista and the soup": what no rule reads goes on with what is to be said.
            Some(last)
                if !known
                    && matches!(
                        Change::read_one(last),
                        Change::Mention(_) | Change::Without(_)
                    ) =>
            {
                last.push_str(" and ");
                last.push_str(part);
            }
            _ => found.push(part.to_owned()),
        }
    }
    found
}

fn warm_words(text: &str) -> usize {
    text.unicode_words()
        .filter(|word| {
            let word = word.to_lowercase();
            WARM.split_whitespace()
                .any(|warm| word == warm || (warm.len() > 5 && word.starts_with(warm)))
        })
        .count()
}

/// An amount of money.
pub(crate) fn price() -> Option<&'static Regex> {
    static PRICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:[€$£]\s?\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)?\s?(?:€|\$|£|euros?|eur|dollars?|pounds?|cents?|quid|chf|franken|usd|gbp|pesos))").ok()
    });
    PRICE.as_ref()
}

/// Whether `text` still holds what was to go: an amount for "the price", else one of the words.
fn holds(text: &str, what: &str) -> bool {
    if is_price(what) {
        return price().is_some_and(|price| price.is_match(text));
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = what.unicode_words().collect();
    if words.len() <= 1 {
        return lower.unicode_words().any(|word| word == what.trim());
    }
    lower.contains(what.trim())
}

pub(crate) fn is_price(what: &str) -> bool {
    [
        "price", "prices", "cost", "costs", "preis", "preise", "precio", "precios", "kosten",
    ]
    .iter()
    .any(|word| what.split_whitespace().any(|part| part == *word))
}

/// Whether most words that carry `what` stand in `text`.
fn mentions(text: &str, what: &str) -> bool {
    let there = text.to_lowercase();
    let carried: Vec<String> = what
        .unicode_words()
        .map(str::to_lowercase)
        .filter(|word| {
            word.chars().count() > 3
                && !matches!(word.as_str(), "that" | "dass" | "there" | "they" | "with")
        })
        .collect();
    let kept = carried
        .iter()
        .filter(|word| there.contains(word.as_str()))
        .count();
    kept * 3 >= carried.len() * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_wishes_are_read_in_three_languages() {
        let cases: [(&str, &[Change]); 17] = [
            ("shorter please", &[Change::Shorter]),
            ("make it a bit shorter", &[Change::Shorter]),
            ("k\u{fc}rzer", &[Change::Shorter]),
            ("m\u{e1}s corto", &[Change::Shorter]),
            ("longer", &[Change::Longer]),
            ("as a question", &[Change::Question]),
            ("als Frage", &[Change::Question]),
            ("in german please", &[Change::Language("de")]),
            ("without the price", &[Change::Without("price".to_owned())]),
            (
                "leave the price out",
                &[Change::Without("price".to_owned())],
            ),
            ("without emoji", &[Change::NoEmoji]),
            (
                "lower case please, and mention the barista",
                &[Change::LowerCase, Change::Mention("the barista".to_owned())],
            ),
            (
                "shorter and drier",
                &[Change::Shorter, Change::Other("drier".to_owned())],
            ),
            (
                "mention that dogs are welcome",
                &[Change::Mention("that dogs are welcome".to_owned())],
            ),
            ("warmer", &[Change::Warmer]),
            ("ohne hashtags", &[Change::NoTags]),
            (
                "mention the soup and the bread",
                &[Change::Mention("the soup and the bread".to_owned())],
            ),
        ];
        for (guidance, changes) in cases {
            assert_eq!(Change::read(guidance), changes, "{guidance}");
        }
    }

    #[test]
    fn a_change_that_was_not_made_is_noticed() {
        let before = "Screen printing on Saturday, all materials included, 65 euros.";
        for (change, right, wrong) in [
            (
                Change::Shorter,
                "Screen printing on Saturday.",
                "Screen printing on Saturday, materials included, 65 euros.",
            ),
            (
                Change::Longer,
                "Screen printing on Saturday, all materials included, 65 euros. Come along and try.",
                before,
            ),
            (Change::Question, "Screen printing on Saturday?", before),
            (
                Change::Without("price".to_owned()),
                "Screen printing on Saturday.",
                before,
            ),
            (
                Change::Language("de"),
                "Siebdruck am Samstag, alles ist dabei.",
                before,
            ),
            (Change::LowerCase, "screen printing on Saturday.", before),
            (
                Change::Mention("that dogs are welcome".to_owned()),
                "Screen printing. Dogs are welcome.",
                before,
            ),
            (
                Change::Warmer,
                "Screen printing on Saturday, and we are glad of you.",
                before,
            ),
        ] {
            assert!(change.is_met(before, right), "{change:?}");
            assert!(!change.is_met(before, wrong), "{change:?}");
        }
    }
}
