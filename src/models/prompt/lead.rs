//! The first words of an answer, for a model that goes on from them.
//!
//! A model of 135 million weights forgets the day and the hour of a topic as often as not when it may begin freely.
//! Made to begin with the topic itself it cannot, and what it adds is its own.

use crate::models::prompt::piece::harmless;
use crate::models::prompt::{Ask, DraftPrompt};

/// How the sentence after the topic begins, by turns. Without one of these it likes to speak of itself.
const OPENERS: [&str; 3] = ["", " We", " You can"];

/// A topic longer than this is material, not a first sentence.
const LONGEST_LEAD: usize = 140;

/// What people put before a topic; it is not part of it.
const ASKING: [&str; 14] = [
    "please",
    "write a short post about",
    "write a post about",
    "write a post that says",
    "write about",
    "write that",
    "a post about",
    "post about",
    "post that",
    "announce that",
    "tell people that",
    "say that",
    "something about",
    "about",
];

/// How an answer to a question begins: it promises to look, since what it says would be made up.
const TO_A_QUESTION: [&str; 2] = ["Good question. We will", "Thank you for asking. We"];

/// How an answer to anything else begins.
const TO_A_REMARK: [&str; 2] = ["Thank you for", "Thank you, we"];

/// The beginning of the answer, or nothing where the topic does not read as one.
pub(super) fn beginning(prompt: &DraftPrompt<'_>, seed: u64) -> String {
    match prompt.ask {
        Ask::Post { topic } | Ask::Again { topic, .. } => of_post(topic, prompt.limit, seed),
        Ask::Answer { text, .. } | Ask::AnswerAgain { text, .. } => {
            let openers = if text.contains('?') {
                TO_A_QUESTION
            } else {
                TO_A_REMARK
            };
            by_turns(&openers, seed).to_owned()
        }
    }
}

fn by_turns<'a>(openers: &[&'a str], seed: u64) -> &'a str {
    let count = openers.len().max(1) as u64;
    usize::try_from(seed % count)
        .ok()
        .and_then(|turn| openers.get(turn))
        .copied()
        .unwrap_or_default()
}

fn of_post(topic: &str, limit: usize, seed: u64) -> String {
    let topic = harmless(topic);
    let topic = without_asking(&topic);
    let length = topic.chars().count();
    if length == 0 || length > LONGEST_LEAD.min(limit / 2) {
        return String::new();
    }
    let mut lead = capitalised(topic);
    if !lead.ends_with(['.', '?', '!', '\u{2026}', ':']) {
        lead.push('.');
    }
    lead.push_str(by_turns(&OPENERS, seed));
    lead
}

fn without_asking(mut topic: &str) -> &str {
    // Each turn takes words away, so this ends.
    while let Some(rest) = ASKING
        .iter()
        .find_map(|asking| strip_prefix_any_case(topic, asking))
    {
        topic = rest.trim_start();
    }
    topic
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    let rest = &text[prefix.len()..];
    let whole_word = rest.is_empty() || rest.starts_with(' ');
    (whole_word && start.eq_ignore_ascii_case(prefix)).then_some(rest)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::persona::Voice;

    fn lead(topic: &str, seed: u64) -> String {
        let voice = Voice::default();
        let ask = Ask::Post { topic };
        beginning(
            &DraftPrompt {
                voice: &voice,
                ask,
                guidance: None,
                examples: vec![],
                posts: vec![],
                limit: 300,
            },
            seed,
        )
    }

    #[test]
    fn the_topic_is_the_first_sentence_and_the_seed_chooses_how_the_next_begins() {
        assert_eq!(
            lead("our Friday tasting is at six", 0),
            "Our Friday tasting is at six."
        );
        assert_eq!(
            lead("our Friday tasting is at six.", 1),
            "Our Friday tasting is at six. We"
        );
        assert_eq!(
            lead("Please write a post about \u{e9}t\u{e9} in town", 0),
            "\u{c9}t\u{e9} in town."
        );
    }

    #[test]
    fn what_does_not_read_as_a_sentence_is_left_to_the_model() {
        assert_eq!(lead("about ", 0), "");
        assert_eq!(lead(&"long ".repeat(60), 0), "");
    }

    #[test]
    fn a_question_is_answered_with_a_promise_and_not_with_something_made_up() {
        let voice = Voice::default();
        let begin = |text| {
            let ask = Ask::Answer {
                author: "mia",
                text,
            };
            beginning(
                &DraftPrompt {
                    voice: &voice,
                    ask,
                    guidance: None,
                    examples: vec![],
                    posts: vec![],
                    limit: 300,
                },
                0,
            )
        };
        assert_eq!(begin("Are you open?"), "Good question. We will");
        assert_eq!(begin("Lovely coffee"), "Thank you for");
    }
}
