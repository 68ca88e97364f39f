//! What a topic states: that it survives, and that nothing is added to it.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::persona::Voice;

/// Words of time and number: in a post they are facts, so they come from the topic or not at all.
const FACT_WORDS: &str = "monday tuesday wednesday thursday friday saturday sunday january february march april june july \
    august september october november december today tomorrow tonight yesterday morning noon afternoon evening midnight \
    weekend week month year summer winter spring autumn christmas easter one two three four five six seven eight nine ten \
    eleven twelve hundred thousand free sale discount open closed sold cancelled postponed 0 1 2 3 4 5 6 7 8 9";

/// A brand speaks as `we`, and tells no stories about others.
const PERSONS: &str = "i me my mine myself he she his her him they them their";

/// Signs that an unwanted kind of writing begins with: the rule's word, and the sign.
const SIGNS: [(&str, &str); 3] = [("exclamation", "!"), ("hashtag", "#"), ("question", "?")];

/// Words that a small model fills a sentence with when it has nothing to say, or turns the topic round with: without
/// them it stays nearer to what was given. Only a model that can be held to it is.
const FILLERS: &str = "but not no never 't cannot going gonna lot lots bit special excited different best just really very \
    only anymore still deal lucky fun amazing delicious big huge \
    party event hit truth";

/// Words too common to be what a topic is about.
const COMMON: &str = "a an and are as at be been but by can do for from has have how if in into is it its of on or our \
    out so than that the their them then there these they this to up us was we were what when where which who why will \
    with you your i my me about not no";

/// Phrases that say nothing, or that a small model writes when it has nothing to say.
const EMPTY: [&str; 22] = [
    "not too bad",
    "not so bad",
    "not sure",
    "going to",
    "a lot of",
    "you know",
    "can't miss",
    "as an ai",
    "here's a",
    "here is a",
    "big deal",
    "so excited",
    "we love it",
    "just like",
    "the best",
    "little bit",
    "it's a special",
    "there's a special",
    "the other one",
    "the way it is",
    "in the world",
    "or something",
];

fn list(words: &str) -> impl Iterator<Item = &str> {
    words.split_whitespace()
}

fn words(text: &str) -> Vec<String> {
    text.unicode_words().map(str::to_lowercase).collect()
}

/// Words and signs that a second sentence must not hold: times and numbers that `statement` does not give, persons,
/// fillers, what the voice avoids.
pub(super) fn unstated(statement: &str, voice: &Voice) -> Vec<String> {
    let said = words(&format!("{statement} {}", voice.identity));
    let said: HashSet<String> = said
        .into_iter()
        .flat_map(|word| {
            let digits: Vec<String> = word
                .chars()
                .filter(char::is_ascii_digit)
                .map(String::from)
                .collect();
            digits.into_iter().chain([word])
        })
        .collect();
    let avoid = voice.avoid.join(" ").to_lowercase();
    let signs = SIGNS
        .iter()
        .filter(|(rule, _)| avoid.contains(rule))
        .map(|(_, sign)| *sign);
    list(FACT_WORDS)
        .chain(list(PERSONS))
        .chain(list(FILLERS))
        .filter(|word| !said.contains(*word))
        .chain(signs.filter(|sign| !statement.contains(sign)))
        .map(str::to_owned)
        .collect()
}

/// The words that carry the topic, once each, in their order: names, days, numbers, things.
fn carried(topic: &str) -> Vec<String> {
    let common: HashSet<&str> = list(COMMON).collect();
    let mut seen = HashSet::new();
    words(topic)
        .into_iter()
        .filter(|word| !common.contains(word.as_str()) && seen.insert(word.clone()))
        .collect()
}

/// The numbers, days and names of `topic` that `text` leaves out, as they stand in the topic.
#[must_use]
pub fn missing_facts(text: &str, topic: &str) -> Vec<String> {
    let there: HashSet<String> = words(text).into_iter().collect();
    let facts: HashSet<&str> = list(FACT_WORDS).collect();
    let mut first = true;
    topic
        .split_whitespace()
        .map(|word| word.trim_matches(|char: char| !char.is_alphanumeric()))
        .filter(|word| {
            let begins = std::mem::take(&mut first);
            let small = words(word);
            let named =
                !begins && word.chars().next().is_some_and(char::is_uppercase) && small != ["i"];
            let stated = named
                || small.iter().any(|part| facts.contains(part.as_str()))
                || word.chars().any(|char| char.is_ascii_digit());
            stated && !small.iter().all(|part| there.contains(part))
        })
        .map(str::to_owned)
        .collect()
}

/// How well `text` does for `topic`, from 0 to 1: what the topic is about is there, nothing is made up, it has the length
/// of a post, it does not go round in circles, and it says something.
#[must_use]
pub fn fit(text: &str, topic: &str) -> f32 {
    let said = words(text);
    if said.is_empty() {
        return 0.0;
    }
    let there: HashSet<&str> = said.iter().map(String::as_str).collect();
    let carried = carried(topic);
    let kept = carried
        .iter()
        .filter(|word| there.contains(word.as_str()))
        .count();
    let stated: HashSet<String> = words(topic).into_iter().collect();
    let made_up = list(FACT_WORDS)
        .chain(list(PERSONS))
        .filter(|word| there.contains(word) && !stated.contains(*word))
        .count();
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let empty = EMPTY
        .iter()
        .filter(|phrase| lower.contains(*phrase))
        .count();
    let again = repeated(&said);

    let mut score = 0.6 * share(kept, carried.len()) + 0.4;
    score -= 0.2 * capped(made_up) + 0.15 * capped(empty) + 0.15 * capped(again);
    if !(6..=60).contains(&said.len()) {
        score -= 0.15;
    }
    if !text.trim_end().ends_with(['.', '!', '?', '\u{2026}']) {
        score -= 0.1;
    }
    score.clamp(0.0, 1.0)
}

/// How many runs of three words, and how many words of weight, stand there again and again.
fn repeated(words: &[String]) -> usize {
    let runs: HashSet<&[String]> = words.windows(3).collect();
    let circles = words.len().saturating_sub(2) - runs.len();
    let common: HashSet<&str> = list(COMMON).collect();
    let heavy: Vec<&String> = words
        .iter()
        .filter(|word| !common.contains(word.as_str()))
        .collect();
    let different: HashSet<&&String> = heavy.iter().collect();
    circles + (heavy.len() - different.len()) / 2
}

#[expect(clippy::cast_precision_loss, reason = "a few words")]
fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 {
        1.0
    } else {
        part as f32 / whole as f32
    }
}

fn capped(count: usize) -> f32 {
    share(count.min(3), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "our Friday tasting with Anna is at six";

    #[test]
    fn a_text_that_keeps_the_facts_and_adds_none_fits_best() {
        let good = fit(
            "Our Friday tasting with Anna is at six. We bring the cups and the spoons.",
            TOPIC,
        );
        let worse = [
            "Our Friday tasting with Anna is at six. We are open on Saturday and Sunday, too.",
            "Our Friday tasting is soon. We bring the cups and the spoons.",
            "Our Friday tasting with Anna is at six. I'm not sure, you know.",
            "Our Friday tasting with Anna is at six. Tasting Anna, tasting Anna, tasting Anna is at six.",
            "Friday.",
        ];
        for text in worse {
            assert!(
                fit(text, TOPIC) < good,
                "{text}: {} against {good}",
                fit(text, TOPIC)
            );
        }
        assert!(good > 0.95, "{good}");
        assert!(fit("", TOPIC).abs() < f32::EPSILON);
    }

    #[test]
    fn days_numbers_and_names_that_are_left_out_are_listed() {
        assert_eq!(
            missing_facts("Come to the tasting.", TOPIC),
            ["Friday", "Anna", "six"]
        );
        assert_eq!(
            missing_facts("friday at SIX with Anna", TOPIC),
            Vec::<String>::new()
        );
        assert_eq!(missing_facts("at the bar", "Doors at 18:45"), ["18:45"]);
    }

    #[test]
    fn what_the_statement_does_not_say_may_not_be_written_and_what_it_says_may() {
        let without = unstated("Friday at 18:45, I promise", &Voice::default());
        for word in ["saturday", "six", "tomorrow", "she", "!", "#", "7"] {
            assert!(without.contains(&word.to_owned()), "{word}");
        }
        for word in ["friday", "i", "8", "?"] {
            assert!(!without.contains(&word.to_owned()), "{word}");
        }
    }
}
