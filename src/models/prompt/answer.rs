//! From what a model wrote to the text of a draft: what is not part of the post goes.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::models::TextAnswer;
use crate::models::prompt::DraftPrompt;

/// The quotation marks that models put around a whole answer.
const QUOTES: [(char, char); 5] = [
    ('"', '"'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
    ('\'', '\''),
];

/// How a sentence about the answer begins. Only a line that ends in a colon is taken for one.
const PREAMBLES: [&str; 9] = [
    "sure",
    "here",
    "certainly",
    "of course",
    "post",
    "reply",
    "draft",
    "answer",
    "okay",
];

/// The text as far as it is written, for showing while it grows.
#[must_use]
pub fn tidy(text: &str, prompt: &DraftPrompt<'_>) -> String {
    let mut text = text.replace('\u{fffd}', "").trim().to_owned();
    text = without_preamble(&text).to_owned();
    text = without_quotes(&text).to_owned();
    let avoid = prompt.voice.avoid.join(" ").to_lowercase();
    if avoid.contains("hashtag") {
        text = without_trailing_tags(&text).to_owned();
    }
    if avoid.contains("exclamation") {
        text = calm(&text);
    }
    text.split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The finished text: a last sentence that was cut off or is too much for the network goes, too.
#[must_use]
pub fn tidied(answer: &TextAnswer, prompt: &DraftPrompt<'_>) -> String {
    let text = tidy(&answer.text, prompt);
    let complete = if answer.cut_off {
        whole_sentences(&text, usize::MAX)
    } else {
        text.as_str()
    };
    let complete = if complete.graphemes(true).count() > prompt.limit {
        whole_sentences(complete, prompt.limit)
    } else {
        complete
    };
    // Not one whole sentence: a text with a ragged end is better than none, and the card says that it is too long.
    if complete.is_empty() {
        text
    } else {
        complete.to_owned()
    }
}

/// `Sure, here is a post: …` and a line `Post:` before the text.
fn without_preamble(text: &str) -> &str {
    let line_end = text.find('\n').unwrap_or(text.len());
    let first = &text[..line_end];
    let Some(colon) = first.find(':') else {
        return text;
    };
    let before = first[..colon].to_lowercase();
    let rest = text[colon + 1..].trim_start();
    let is_preamble = before.chars().count() <= 60
        && PREAMBLES.iter().any(|word| {
            before
                .strip_prefix(word)
                .is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        });
    if is_preamble
        && !rest.is_empty()
        && (before.contains("post") || before.contains("reply") || !before.contains(' '))
    {
        rest
    } else {
        text
    }
}

fn without_quotes(text: &str) -> &str {
    for (open, close) in QUOTES {
        let Some(inner) = text.strip_prefix(open) else {
            continue;
        };
        return match inner.strip_suffix(close) {
            Some(inner) if !inner.contains([open, close]) => inner.trim(),
            // Still being written, or cut off: the closing mark is not there yet.
            None if !inner.contains([open, close]) && open != '\'' => inner.trim(),
            _ => text,
        };
    }
    // A closing mark whose opening one was never written.
    match text.strip_suffix('"') {
        Some(inner) if !inner.contains('"') => inner.trim_end(),
        _ => text,
    }
}

fn without_trailing_tags(text: &str) -> &str {
    let mut text = text.trim_end();
    // Each turn takes a word away, so this ends.
    while let Some(start) = text.rfind(char::is_whitespace) {
        if !text[start..].trim_start().starts_with('#') {
            break;
        }
        text = text[..start].trim_end();
    }
    text
}

/// Exclamation marks become full stops.
fn calm(text: &str) -> String {
    let mut calm = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '!' if calm.ends_with(['.', '?', '!']) => {}
            '!' => calm.push('.'),
            other => calm.push(other),
        }
    }
    calm
}

/// As many whole sentences as fit into `limit` graphemes.
fn whole_sentences(text: &str, limit: usize) -> &str {
    let mut end = 0;
    for (start, sentence) in text.split_sentence_bound_indices() {
        let stop = start + sentence.trim_end().len();
        let ends = sentence
            .trim_end()
            .ends_with(['.', '!', '?', '\u{2026}', '"', '\u{201d}', ')']);
        if text[..stop].graphemes(true).count() > limit {
            break;
        }
        if ends {
            end = stop;
        }
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::persona::Voice;
    use crate::models::prompt::Ask;

    fn prompt(voice: &Voice, limit: usize) -> DraftPrompt<'_> {
        DraftPrompt {
            voice,
            ask: Ask::Post { topic: "x" },
            guidance: None,
            habits: vec![],
            examples: vec![],
            posts: vec![],
            limit,
        }
    }

    fn tidy_one(text: &str) -> String {
        tidy(text, &prompt(&Voice::default(), 300))
    }

    fn finished(text: &str, cut_off: bool, limit: usize) -> String {
        let answer = TextAnswer {
            text: text.to_owned(),
            tokens_in: 0,
            tokens_out: 0,
            micro_usd: 0,
            millis: 0,
            provider: String::new(),
            model: String::new(),
            cut_off,
        };
        tidied(&answer, &prompt(&Voice::default(), limit))
    }

    #[test]
    fn what_is_said_about_the_post_is_not_part_of_it() {
        for (written, post) in [
            ("Sure, here is a post: Friday at six.", "Friday at six."),
            (
                "Here's a short post about it:\n\n\"Friday at six.\"",
                "Friday at six.",
            ),
            ("Post: Friday at six.", "Friday at six."),
            ("\u{201c}Friday at six.\u{201d}", "Friday at six."),
            ("Friday at six.\"", "Friday at six."),
            ("\"Friday at", "Friday at"),
            ("Friday at six! #tasting #coffee", "Friday at six."),
            ("Really?!  \n\n  Yes!!", "Really?\nYes."),
        ] {
            assert_eq!(tidy_one(written), post);
        }
    }

    #[test]
    fn what_belongs_to_the_post_stays() {
        for text in [
            "Here we go: Friday at six.",
            "Doors: 18:45.",
            "She said \"six\" and meant it.",
            "\"Six\" is when it begins, \"seven\" when it ends.",
            "Posters: two for one.",
            "The #1 question: why?",
        ] {
            assert_eq!(tidy_one(text), text);
        }
        let loud = Voice {
            avoid: vec![],
            ..Voice::default()
        };
        assert_eq!(tidy("Yes! #go", &prompt(&loud, 300)), "Yes! #go");
    }

    #[test]
    fn a_cut_off_sentence_and_what_is_over_the_limit_go() {
        assert_eq!(
            finished("Friday at six. Bring your own", true, 300),
            "Friday at six."
        );
        assert_eq!(
            finished("Friday at six. Bring your own", false, 300),
            "Friday at six. Bring your own"
        );
        assert_eq!(
            finished("Friday at six. Bring a cup.", false, 20),
            "Friday at six."
        );
        assert_eq!(finished("no end at all", true, 300), "no end at all");
    }
}
