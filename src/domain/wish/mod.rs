//! What a person who types a topic asks for, read by rules: the kind of post, and the plain sentences that it holds.
//!
//! "tell people that we close at five" asks for "We close at five."; "a joke about Mondays" asks for something that
//! has to be invented, and holds no statement. Each language has a file with a table of [`Rule`]s, tried in order;
//! to add a language, add its file and its arm in [`rules_of`]. A topic in any other language is taken as it stands.

mod answers;
mod clauses;
mod english;
mod english_words;
mod german;
mod questions;
mod spanish;
mod tails;
mod typing;

pub use typing::ended;

use regex::{Captures, Regex};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::language;

/// What kind of post is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishKind {
    /// Also a plain statement, a list of facts, opening hours, a price.
    Announce,
    Ask,
    Thank,
    Congratulate,
    Invite,
    Remind,
    /// A joke, tips, a story, an explanation: what has not been stated yet.
    Invent,
}

/// A topic, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub kind: WishKind,
    /// ISO 639-1 code of the topic's language, where it could be told.
    pub language: Option<&'static str>,
    /// What can be said without inventing anything, one sentence each, with capitals and marks as they were typed.
    /// Empty where the topic holds no statement.
    pub sentences: Vec<String>,
    /// No letter of the topic is a capital: the typist left them all out.
    pub typed_small: bool,
}

/// What a rule makes of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Read {
    /// Publishable words.
    Statement(String),
    /// The object of "write about …": a statement if it says something of its own.
    Subject(String),
    /// An instruction about the text, with nothing to publish in it.
    Instruction,
    /// Words that are to be read once more: the frame around them is gone.
    Again(String),
}

/// A pattern for the whole sentence and what becomes of it. None: the rule does not fit after all.
struct Rule {
    pattern: Regex,
    kind: WishKind,
    make: Make,
}

/// What a rule makes of what its pattern found.
type Make = fn(&Captures<'_>) -> Option<Read>;

/// A frame may stand in a frame ("write a post to tell people that …"): this many are opened.
const DEEPEST: usize = 4;

/// A request behind a statement says something of its own only with more words than this.
const SHORTEST_TOLD: usize = 4;

/// A topic is read up to this many sentences; the rest is taken as it stands.
const MOST_SENTENCES: usize = 40;

impl Wish {
    /// Reads `topic` as a person typed it.
    #[must_use]
    pub fn read(topic: &str) -> Self {
        let language = language::of_topic(topic);
        let mut kinds = Vec::new();
        let mut sentences = Vec::new();
        let mut asked = None;
        for (place, sentence) in split(topic).into_iter().enumerate() {
            if place >= MOST_SENTENCES {
                sentences.push(sentence);
                continue;
            }
            let (rest, wanted) = tails::cut(&sentence);
            let (kind, statement) = if rest.is_empty() {
                // A request as a whole: it may hold what should be said.
                let whole = read_sentence(&sentence, language);
                let words = whole
                    .1
                    .as_deref()
                    .map_or(0, |text| text.unicode_words().count());
                if whole.0.is_some() && (sentences.is_empty() || words > SHORTEST_TOLD) {
                    whole
                } else {
                    asked = asked.or(wanted);
                    (wanted, None)
                }
            } else {
                let (kind, statement) = read_sentence(&rest, language);
                // A frame around the sentence says more than what hangs behind it.
                if kind.is_none() {
                    asked = asked.or(wanted);
                }
                (kind.or(wanted), statement)
            };
            kinds.extend(kind);
            sentences.extend(statement);
        }
        if let Some(kind) = asked
            && !sentences.is_empty()
        {
            sentences.extend(tails::closing(kind, language, &sentences.join(" ")));
        }
        let told = kinds.iter().find(|kind| **kind != WishKind::Announce);
        let kind = match told.or(kinds.first()) {
            // There is a statement, so there is something plain to say.
            Some(WishKind::Invent) if !sentences.is_empty() => WishKind::Announce,
            Some(kind) => *kind,
            None if sentences.is_empty() => WishKind::Invent,
            None if sentences.iter().any(|one| one.ends_with('?')) => WishKind::Ask,
            None => WishKind::Announce,
        };
        Self {
            kind,
            language,
            sentences,
            typed_small: !topic.chars().any(char::is_uppercase),
        }
    }

    /// Reads what a person wants an answer to say: "tell her we saved her one", "say sorry, the next one is on us".
    #[must_use]
    pub fn read_answer(guidance: &str) -> Self {
        answers::read(guidance)
    }

    /// Whether a text is an English clause with a subject and a verb, rather than a list of facts.
    #[must_use]
    pub fn is_clause(text: &str) -> bool {
        english_words::is_clause(text)
    }

    /// The sentences as they were typed, each with its last mark.
    #[must_use]
    pub fn as_typed(&self) -> Vec<String> {
        self.sentences
            .iter()
            .map(|sentence| ended(sentence, self.language))
            .collect()
    }

    /// The sentences as they can be published, each with the capitals, accents and marks of its language.
    #[must_use]
    pub fn written_out(&self) -> Vec<String> {
        self.sentences
            .iter()
            .map(|sentence| typing::written_out(sentence, self.language, self.typed_small))
            .collect()
    }
}

/// The rules of a language, the first that fits counts.
fn rules_of(language: Option<&str>) -> &'static [Rule] {
    match language {
        Some("en") => english::rules(),
        Some("de") => german::rules(),
        Some("es") => spanish::rules(),
        _ => &[],
    }
}

/// Compiles a table of rules. A pattern that does not compile is left out; a test holds that there is none.
fn compiled(table: &[(&str, WishKind, Make)], groups: &[(&str, &str)]) -> Vec<Rule> {
    table
        .iter()
        .filter_map(|(pattern, kind, make)| {
            let mut pattern = format!("(?i)^(?:{pattern})$");
            for (name, group) in groups {
                pattern = pattern.replace(name, group);
            }
            Some(Rule {
                pattern: Regex::new(&pattern).ok()?,
                kind: *kind,
                make: *make,
            })
        })
        .collect()
}

/// The kind that the frame of a sentence names, and what can be published of it.
fn read_sentence(
    sentence: &str,
    language: Option<&'static str>,
) -> (Option<WishKind>, Option<String>) {
    let rules = rules_of(language);
    let mut kind = None;
    let mut framed = false;
    let mut text = sentence.to_owned();
    for _ in 0..DEEPEST {
        let bare = without_request_mark(&text);
        let found = rules.iter().find_map(|rule| {
            let read = (rule.make)(&rule.pattern.captures(&bare)?)?;
            Some((rule.kind, read))
        });
        let Some((found, read)) = found else { break };
        if !matches!(found, WishKind::Announce) || kind.is_none() {
            kind = Some(found);
        }
        framed = true;
        match read {
            Read::Again(rest) => text = rest,
            Read::Statement(text) => return (kind, Some(text)),
            Read::Instruction => return (kind, None),
            Read::Subject(subject) if says_something(&subject, language) => {
                return (kind, Some(subject));
            }
            Read::Subject(_) => return (Some(WishKind::Invent), None),
        }
    }
    if !framed && !says_enough(&text) {
        return (Some(WishKind::Invent), None);
    }
    let kind = kind.filter(|kind| *kind != WishKind::Invent || framed);
    (kind, Some(text))
}

/// Without the full stop at the end, and without the question mark of a polite request.
fn without_request_mark(text: &str) -> String {
    const REQUESTS: [&str; 16] = [
        "can ",
        "could ",
        "would ",
        "will ",
        "may ",
        "might ",
        "shall ",
        "kannst ",
        "könntest ",
        "würdest ",
        "können ",
        "könnten ",
        "¿",
        "puedes ",
        "podrías ",
        "podemos ",
    ];
    let lower = text.to_lowercase();
    let text = text.trim_end_matches(['.', ' ']);
    let request = REQUESTS.iter().any(|start| lower.starts_with(start));
    if request {
        text.trim_end_matches(['?', ' ']).to_owned()
    } else {
        text.to_owned()
    }
}

/// A plain topic of one word says nothing, unless a number stands in it or its script sets no spaces.
fn says_enough(text: &str) -> bool {
    text.unicode_words().count() > 1
        || text
            .chars()
            .any(|char| char.is_numeric() || char >= '\u{2e80}')
        || text.ends_with(['!', '?'])
}

/// Whether the object of "write about" says something by itself: a time, a number, a list, or a verb.
fn says_something(subject: &str, language: Option<&str>) -> bool {
    let has = |words: &[&str]| {
        subject
            .unicode_words()
            .any(|word| words.contains(&word.to_lowercase().as_str()))
    };
    let (times, verbs): (&[&str], &[&str]) = match language {
        Some("en") => (english_words::TIMES, english_words::VERBS),
        Some("de") => (german::TIMES, german::VERBS),
        Some("es") => (spanish::TIMES, spanish::VERBS),
        _ => (&[], &[]),
    };
    subject
        .chars()
        .any(|char| char.is_ascii_digit() || matches!(char, ',' | ':' | ';'))
        || has(times)
        || has(verbs)
}

/// The sentences and lines of a topic, without quotation marks around all of it.
fn split(topic: &str) -> Vec<String> {
    let topic = unquoted(topic.trim());
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

/// A capture as text, trimmed; none where it is missing or empty.
fn group<'t>(captures: &Captures<'t>, name: &str) -> Option<&'t str> {
    captures
        .name(name)
        .map(|found| found.as_str().trim())
        .filter(|text| !text.is_empty())
}

/// With a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
