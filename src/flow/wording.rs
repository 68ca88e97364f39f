//! What becomes of a model's words before a person reads them, and how well a version keeps to what was asked.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

/// Words that carry nothing of a topic.
const SMALL: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "has", "have", "how", "i", "in", "is", "it",
    "its", "of", "on", "or", "our", "so", "that", "the", "their", "this", "to", "us", "was", "we", "were", "what", "when",
    "which", "who", "why", "will", "with", "you", "your", "der", "die", "das", "und", "ist", "im", "in", "um", "wir", "unser",
    "unsere", "ein", "eine", "mit", "von", "zu", "auf", "für", "el", "la", "los", "las", "de", "y", "es", "en", "un", "una",
];

/// The words as they would go out: without the quotes, labels and small talk that models put around them, and without a
/// last sentence that was cut off.
#[must_use]
pub fn tidy(text: &str, cut_off: bool) -> String {
    let mut text = text.trim();
    for label in ["Post:", "Reply:", "Answer:", "Draft:", "Caption:", "Tweet:"] {
        text = text.strip_prefix(label).unwrap_or(text).trim_start();
    }
    if let Some((first, rest)) = text.split_once('\n')
        && is_small_talk(first)
        && !rest.trim().is_empty()
    {
        text = rest.trim_start();
    }
    for (open, close) in [('"', '"'), ('\u{201c}', '\u{201d}'), ('\u{ab}', '\u{bb}'), ('\u{201e}', '\u{201c}')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
            && !inner.contains(open)
        {
            text = inner.trim();
        }
    }
    if cut_off { whole_sentences(text) } else { text.to_owned() }
}

fn is_small_talk(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.ends_with(':') && ["sure", "here", "of course", "certainly", "okay"].iter().any(|word| line.starts_with(word))
}

/// The text up to its last finished sentence; all of it when none is finished.
fn whole_sentences(text: &str) -> String {
    let end = text.char_indices().rev().find(|(_, c)| matches!(c, '.' | '!' | '?' | '\u{2026}' | '\u{3002}'));
    match end {
        Some((at, c)) => text[..at + c.len_utf8()].to_owned(),
        None => text.to_owned(),
    }
}

/// How well `text` keeps to `asked`, from 0 to 1: the share of its words that are there, less for saying things twice and
/// for saying next to nothing.
#[must_use]
pub fn fit(text: &str, asked: &str) -> f32 {
    let wanted = content_words(asked);
    let missing = missing_of(text, asked);
    let share = |part: usize, of: usize| {
        if of == 0 { 1.0 } else { f32::from(u16::try_from(part).unwrap_or(u16::MAX)) / f32::from(u16::try_from(of).unwrap_or(u16::MAX)) }
    };
    let covered = share(wanted.len() - missing.len(), wanted.len());
    let words: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    let runs: Vec<&[String]> = words.windows(3).collect();
    let different = share(runs.iter().collect::<HashSet<_>>().len(), runs.len());
    let enough = if words.len() < 4 { 0.5 } else { 1.0 };
    covered * different * enough
}

/// Names, numbers, days and times that `asked` names and `text` leaves out: what a person would miss.
#[must_use]
pub fn missing_facts(text: &str, asked: &str) -> Vec<String> {
    missing_of(text, asked).into_iter().filter(|word| is_fact(word, asked)).collect()
}

fn is_fact(word: &str, asked: &str) -> bool {
    const TIMES: &[&str] = &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "noon", "midnight",
        "today", "tomorrow", "tonight", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "heute", "morgen",
    ];
    let number = word.chars().any(|c| c.is_ascii_digit());
    // A capital inside the sentence is a name; the first word's says nothing.
    let name = asked.unicode_words().skip(1).any(|other| other.to_lowercase() == word && other.starts_with(char::is_uppercase));
    number || name || TIMES.contains(&word)
}

fn content_words(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    text.unicode_words()
        .map(str::to_lowercase)
        .filter(|word| !SMALL.contains(&word.as_str()))
        .filter(|word| seen.insert(word.clone()))
        .collect()
}

/// The words of `asked` that `text` leaves out. A word counts as there when another form of it is: its first letters decide.
fn missing_of(text: &str, asked: &str) -> Vec<String> {
    let stem = |word: &str| -> String {
        let letters = word.chars().count();
        word.chars().take(if letters > 5 { letters - 2 } else { letters }).collect()
    };
    let there: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    content_words(asked)
        .into_iter()
        .filter(|word| {
            let stem = stem(word);
            !there.iter().any(|other| other == word || (stem.chars().count() > 3 && other.starts_with(&stem)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_put_around_a_text_goes() {
        assert_eq!(tidy("  \u{201c}Friday at six.\u{201d} ", false), "Friday at six.");
        assert_eq!(tidy("Sure, here is a post:\nFriday at six.", false), "Friday at six.");
        assert_eq!(tidy("Friday at six. Bring your own op", true), "Friday at six.");
        assert_eq!(tidy("\"One\" and \"two\"", false), "\"One\" and \"two\"");
    }

    #[test]
    fn facts_that_are_left_out_are_named() {
        let asked = "our Friday tasting with Anna is at six, 5 euros";
        assert_eq!(missing_facts("Our tasting with Anna is soon.", asked), ["friday", "six", "5", "euros"].into_iter().filter(|w| *w != "euros").collect::<Vec<_>>());
        assert!(missing_facts("Friday at six: a tasting with Anna for 5 euros.", asked).is_empty());
    }

    #[test]
    fn a_text_that_keeps_to_the_topic_fits_better() {
        let asked = "our Friday tasting is at six";
        let good = fit("Our Friday tasting is at six. Bring a friend.", asked);
        assert!(good > fit("Coffee is good for you and for everybody.", asked));
        assert!(good > fit("Friday tasting at six. Friday tasting at six. Friday tasting at six.", asked));
        assert!((0.0..=1.0).contains(&good));
    }
}
