//! The words of a post that belong on a card.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::error::shortened;

/// The longest text on a card, in characters; a longer one ends with its last whole sentence before that.
const MOST_CHARS: usize = 320;

/// Spaces that no line ends at.
const KEEPS: [char; 2] = ['\u{a0}', '\u{202f}'];

/// The words in paragraphs, a line each: no addresses, not more than can be read.
pub(super) fn words_of(text: &str) -> String {
    // A composed letter is in more fonts than its parts. Control characters are no text.
    let text: String = text
        .nfc()
        .filter(|letter| letter.is_whitespace() || !letter.is_control())
        .collect();
    let words = lines_of(&text, |word| !word.contains("://"));
    if words.chars().count() <= MOST_CHARS {
        return words;
    }
    let mut kept = String::new();
    for sentence in words.unicode_sentences() {
        if kept.chars().count() + sentence.chars().count() > MOST_CHARS {
            break;
        }
        kept.push_str(sentence);
    }
    if kept.trim().is_empty() {
        return shortened(&words, MOST_CHARS);
    }
    kept.trim_end().to_owned()
}

/// Its lines with the words that are wanted, a space between two; no empty line.
fn lines_of(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    let line = |line: &str| {
        let words = line.split(|letter: char| letter.is_whitespace() && !KEEPS.contains(&letter));
        let words: Vec<&str> = words
            .filter(|word| !word.trim().is_empty() && wanted(word))
            .collect();
        words.join(" ")
    };
    let lines: Vec<String> = text
        .lines()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// The text without the signs that cannot be drawn, and these, each once. What stood around them closes up: no space before
/// a full stop, no bracket around nothing.
pub(super) fn without(text: &str, drawn: impl Fn(&str) -> bool) -> (String, Vec<String>) {
    let mut left_out: Vec<String> = Vec::new();
    let mut kept = String::with_capacity(text.len());
    // Signs were left out right before this one.
    let mut gap = false;
    for sign in text.graphemes(true) {
        if !sign.trim().is_empty() && !drawn(sign) {
            gap = true;
            if !left_out.iter().any(|known| known == sign) {
                left_out.push(sign.to_owned());
            }
        } else if gap && CLOSING.contains(sign) {
            gap = !closed_up(&mut kept, sign);
        } else {
            gap = false;
            kept.push_str(sign);
        }
    }
    (lines_of(&kept, |_| true), left_out)
}

/// What stands close behind a word.
const CLOSING: &str = ".,;:!?\u{2026})]}\u{bb}\u{201d}\u{2019}\"\u{60c}\u{61b}\u{61f}\u{3001}\u{3002}\u{ff01}\u{ff09}\u{ff0c}\u{ff1a}\u{ff1b}\u{ff1f}\u{300d}\u{300f}";

/// What opens with one mark and closes with another.
const PAIRS: [&str; 9] = [
    "()",
    "[]",
    "{}",
    "\u{ab}\u{bb}",
    "\u{201c}\u{201d}",
    "\u{2018}\u{2019}",
    "\"\"",
    "\u{300c}\u{300d}",
    "\u{ff08}\u{ff09}",
];

/// Puts a closing mark behind what was kept before a gap. False: there is nothing that it could close.
fn closed_up(kept: &mut String, mark: &str) -> bool {
    kept.truncate(kept.trim_end_matches(' ').len());
    let Some(last) = kept.chars().next_back().filter(|last| *last != '\n') else {
        return false;
    };
    if PAIRS.contains(&format!("{last}{mark}").as_str()) {
        kept.truncate(kept.len() - last.len_utf8());
        return false;
    }
    kept.push_str(mark);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_out_and_a_long_text_ends_with_a_sentence() {
        assert_eq!(
            words_of("Friday at  six,\n\n see https://example.org/x \u{1f389}\n"),
            "Friday at six,\nsee \u{1f389}"
        );
        let long = "This sentence is here again and again. ".repeat(20);
        let kept = words_of(&long);
        assert!(kept.chars().count() <= MOST_CHARS && kept.ends_with("again."));
    }

    #[test]
    fn what_is_left_out_leaves_no_trace() {
        let drawn = |sign: &str| !sign.starts_with('\u{1f950}');
        for (text, left) in [
            (
                "slippers welcome \u{1f950}. We do",
                "slippers welcome. We do",
            ),
            ("\u{1f950} Croissants", "Croissants"),
            ("\u{1f950}!! Croissants", "Croissants"),
            ("Cake (\u{1f950}\u{1f950}).", "Cake."),
            ("Cake \u{1f950}\nTea", "Cake\nTea"),
            ("Cake\n\u{1f950}\nTea", "Cake\nTea"),
            ("Super \u{1f950} !", "Super !"),
            ("No gap here.", "No gap here."),
        ] {
            let (kept, left_out) = without(text, drawn);
            assert_eq!(kept, left);
            assert_eq!(left_out.len(), usize::from(text.contains('\u{1f950}')));
        }
    }
}
