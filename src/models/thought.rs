//! Thoughts: what some models write before their answer, in the same text, between two marks.
//!
//! To add a family, add its marks to [`MARKS`].

/// What a thought begins and ends with, in lower case. Chat templates may write the first mark themselves, so that only
/// the second one stands in the answer.
const MARKS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[think]", "[/think]"),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
];

/// An answer, seen from its thoughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer<'a> {
    /// What stands behind the last thought; all of it where there is none, and nothing while one goes on.
    pub(super) text: &'a str,
    /// There was a thought, ended or not.
    pub(super) has_thought: bool,
}

/// Parts `content` from its thoughts. A JSON object may speak of the marks: what begins as one has no thought.
#[must_use]
pub(super) fn after_thought(content: &str) -> Answer<'_> {
    let content = content.trim_start();
    if content.starts_with('{') {
        return Answer {
            text: content,
            has_thought: false,
        };
    }
    // Only ASCII letters change, so that places in both are the same.
    let lower = content.to_ascii_lowercase();
    let end = MARKS
        .iter()
        .filter_map(|(_, close)| Some(lower.rfind(close)? + close.len()))
        .max();
    let rest = end.unwrap_or(0);
    let goes_on = MARKS.iter().any(|(open, _)| lower[rest..].contains(open));
    Answer {
        text: if goes_on {
            ""
        } else {
            content[rest..].trim_start()
        },
        has_thought: end.is_some() || goes_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> &str {
        after_thought(content).text
    }

    #[test]
    fn what_stands_behind_a_thought_is_the_answer() {
        for content in [
            "Friday at six.",
            "<think>\nShort. {maybe} \"text\"\n</think>\n\nFriday at six.",
            "The person wants a post.\n</think>\n\nFriday at six.",
            "<THINK>a</think>b<think>c</think>Friday at six.",
            "[THINK]Short.[/THINK]Friday at six.",
            "<|channel|>analysis<|message|>Short.<|end|><|start|>assistant<|channel|>final<|message|>Friday at six.",
        ] {
            assert_eq!(text(content), "Friday at six.", "{content}");
        }
    }

    #[test]
    fn a_thought_that_goes_on_is_no_answer() {
        for content in [
            "<think>\nThe person wants",
            "<think>a</think><think>{\"text\": \"no\"}",
            "Well. <thinking>{\"text\": \"no\"}",
        ] {
            let answer = after_thought(content);
            assert_eq!((answer.text, answer.has_thought), ("", true), "{content}");
        }
    }

    #[test]
    fn an_object_that_speaks_of_the_marks_stays_whole() {
        let content = "{\"text\": \"Nobody types </think> by hand.\"}";
        let answer = after_thought(content);
        assert_eq!((answer.text, answer.has_thought), (content, false));
    }
}
