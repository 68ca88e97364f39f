//! What a person who types a topic asks for, read by rules: the kind of post, and the plain sentences that it holds.
//!
//! "tell people that we close at five" asks for "We close at five."; "a joke about Mondays" asks for something that
//! has to be invented, and holds no statement. Each language has a file with a table of [`Rule`]s, tried in order;
//! to add a language, add its file and its arm in [`rules_of`]. A topic in any other language is taken as it stands.

mod answers;
mod clauses;
mod english;
mod english_capitals;
mod english_say;
mod english_words;
mod english_write;
mod german;
mod german_capitals;
mod german_orders;
mod german_phrases;
mod german_readers;
mod german_rules;
mod names;
mod orders;
mod questions;
mod sentences;
mod spanish;
mod spanish_accents;
mod spanish_readers;
mod spanish_rules;
mod spanish_verbs;
mod tails;
mod typing;

pub use typing::ended;

use regex::{Captures, Regex};
use sentences::split;
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
        let topic = &*typing::dass(topic, language);
        let mut kinds = Vec::new();
        let mut sentences = Vec::new();
        let mut asked = None;
        let pieces = split(topic)
            .into_iter()
            .flat_map(|sentence| orders::split(&sentence, language));
        for (place, sentence) in pieces.enumerate() {
            if place >= MOST_SENTENCES {
                sentences.push(sentence);
                continue;
            }
            let (kind, statement, wanted) = read_piece(&sentence, language, sentences.is_empty());
            asked = asked.or(wanted);
            // The last guard: an order that no rule could open is never published.
            let order = statement
                .as_ref()
                .filter(|text| orders::begins(text, language));
            let order = order.map(|text| tails::kind(text).unwrap_or(WishKind::Invent));
            if let Some(kind) = order {
                asked = asked.or(Some(kind));
                kinds.push(kind);
                continue;
            }
            // An order without words of its own still names the kind of post.
            if statement.is_none() {
                asked = asked.or(kind);
            }
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

/// The kind and the statement of one piece, and the kind that a request in it names.
fn read_piece(
    piece: &str,
    language: Option<&'static str>,
    first: bool,
) -> (Option<WishKind>, Option<String>, Option<WishKind>) {
    if orders::for_the_readers(piece, language) {
        let kind = tails::kind(piece).filter(|kind| *kind == WishKind::Thank);
        return (kind, Some(piece.to_owned()), None);
    }
    let (rest, wanted) = tails::cut(piece);
    let order = orders::begins(piece, language);
    if rest.is_empty() || order {
        // A request as a whole: it may hold what should be said.
        let (kind, statement) = read_sentence(piece, language);
        let words = statement
            .as_deref()
            .map_or(0, |text| text.unicode_words().count());
        let told = words > if rest.is_empty() { SHORTEST_TOLD } else { 0 };
        let own = statement
            .as_deref()
            .is_some_and(|text| !orders::begins(text, language));
        if kind.is_some() && own && (first || told) {
            return (kind, statement, None);
        }
        if let Some(said) = orders::behind(piece, language) {
            return (wanted.or_else(|| tails::kind(piece)), Some(said), wanted);
        }
        return (wanted.or(kind), None, wanted.or(kind));
    }
    let (kind, statement) = read_sentence(&rest, language);
    // A frame around the sentence says more than what hangs behind it.
    let asked = if kind.is_none() { wanted } else { None };
    (kind.or(wanted), statement, asked)
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

/// Compiles tables of rules. A pattern that does not compile is left out; a test holds that there is none.
fn compiled(tables: &[&[(&str, WishKind, Make)]], groups: &[(&str, &str)]) -> Vec<Rule> {
    tables
        .iter()
        .flat_map(|table| table.iter())
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
        let bare = match language {
            Some("de") => german_orders::imperative(&without_request_mark(&text)),
            Some("es") => spanish_verbs::imperative(&without_request_mark(&text)),
            _ => without_request_mark(&text),
        };
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
    const REQUESTS: [&str; 22] = [
        "könnt ",
        "würdet ",
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
        "podrias ",
        "any chance ",
        "is it possible ",
        "magst ",
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

/// Whether a finite verb stands in it.
fn holds_verb(text: &str, language: Option<&str>) -> bool {
    let verbs = match language {
        Some("en") => english_words::VERBS,
        Some("de") => german::VERBS,
        Some("es") => spanish::VERBS,
        _ => &[],
    };
    text.unicode_words()
        .any(|word| verbs.contains(&word.to_lowercase().as_str()))
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
