//! A guidance of several orders in its parts: "thank her and ask which bus she took".

use std::sync::LazyLock;

use regex::Regex;

use super::acts::{self, Done};
use super::{english, german, spanish};

/// The orders and statements of a sentence, each by itself.
pub(super) fn parted(sentence: &str) -> Vec<String> {
    static JOINTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:,| [-–—])? (?:and then|and|und|y|e|but|aber|pero|then|dann) |[,:] | [-–—] ",
        )
        .ok()
    });
    let Some(joints) = JOINTS.as_ref() else {
        return vec![sentence.to_owned()];
    };
    if manner(sentence) {
        return vec![sentence.to_owned()];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for joint in joints.find_iter(sentence) {
        let (left, right) = (
            sentence[start..joint.start()].trim(),
            &sentence[joint.end()..],
        );
        if left.is_empty() {
            continue;
        }
        if let Some(frame) = framed_again(left, joint.as_str(), right) {
            parts.push(left.to_owned());
            let rest: Vec<String> = parted(&format!("{frame} {right}"));
            parts.extend(rest);
            return parts;
        }
        let spliced = joint.as_str() == ", " && goes_on(right) && is_order(left);
        if spliced
            || begins_order(right)
            || (whole(left) && (joint.as_str() != ": " || manner(left)))
        {
            parts.push(left.to_owned());
            start = joint.end();
        }
    }
    parts.push(sentence[start..].trim().to_owned());
    parts
}

/// Whether it is nothing but how to write.
fn manner(text: &str) -> bool {
    acts::all()
        .iter()
        .any(|acts| matches!(acts.done(text), Some(Done::Manner)))
}

/// Whether an order begins here.
fn begins_order(text: &str) -> bool {
    static HEADS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        [english::HEADS, german::HEADS, spanish::HEADS]
            .iter()
            .filter_map(|heads| Regex::new(&format!("(?i)^(?:{heads})")).ok())
            .collect()
    });
    HEADS.iter().any(|heads| heads.is_match(text))
}

/// An order that is complete: nothing that follows belongs to it.
fn whole(text: &str) -> bool {
    const SHORT: usize = 5;
    const WORDS: [&str; 4] = [
        "Congratulations.",
        "Welcome.",
        "Enhorabuena.",
        "Igualmente.",
    ];
    text.split_whitespace().count() <= SHORT
        && acts::all().iter().any(|acts| match acts.done(text) {
            Some(Done::Manner) => true,
            // Behind "say yes" the answer goes on.
            Some(Done::Said(said)) => {
                said.ends_with(['.', '?']) && said.contains(' ') || WORDS.contains(&said.as_str())
            }
            Some(Done::Again(_) | Done::Unsaid) | None => false,
        })
}

/// An order whose words go on to the next comma: "apologise for the wait".
fn is_order(text: &str) -> bool {
    acts::all()
        .iter()
        .any(|acts| matches!(acts.done(text), Some(Done::Said(said)) if said.contains(' ')))
}

/// Whether a sentence of its own begins here, rather than the next thing of a list.
fn goes_on(text: &str) -> bool {
    const STARTS: &str = "we we're we'll we've it it's its he he's she's they they're there there's that's you i i'm i'll next please \
        wir es ihr er ich ab ist du bitte ya está estaba es son hay tenemos mañana hoy llega lo nos puede";
    let first = text.split(' ').next().unwrap_or_default().to_lowercase();
    text.split_whitespace().count() > 2
        && (STARTS.split_whitespace().any(|start| start == first)
            || first == "the" && super::super::english_words::is_clause(text))
}

/// The frame that stands again before the second half of "tell her that … and to …".
fn framed_again(left: &str, joint: &str, right: &str) -> Option<String> {
    static FRAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        [english::FRAME, german::FRAME, spanish::FRAME]
            .iter()
            .filter_map(|frame| Regex::new(&format!("(?i)^(?:{frame})\\b")).ok())
            .collect()
    });
    let again = ["to ", "not to ", "that ", "dass ", "que "]
        .iter()
        .any(|start| right.to_lowercase().starts_with(start));
    let linking = joint.trim().trim_start_matches(',').trim();
    if !again || !matches!(linking, "and" | "und" | "y" | "e" | "but" | "aber" | "pero") {
        return None;
    }
    FRAMES
        .iter()
        .find_map(|frame| frame.find(left))
        .map(|frame| frame.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn orders_part_and_lists_stay_together() {
        for (guidance, parts) in [
            (
                "tell her we're glad and to keep the cone on",
                vec!["tell her we're glad", "tell her to keep the cone on"],
            ),
            (
                "apologise, the next one is on us",
                vec!["apologise", "the next one is on us"],
            ),
            (
                "we have tea, cake and soup",
                vec!["we have tea, cake and soup"],
            ),
            ("be short and friendly", vec!["be short and friendly"]),
            (
                "dile que se mejore y que seguimos",
                vec!["dile que se mejore", "dile que seguimos"],
            ),
        ] {
            assert_eq!(parted(guidance), parts);
        }
    }
}
