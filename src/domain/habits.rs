//! The plain habits of a brand's own posts: capitals, full stops, emoji, tags, length. They hold from the first draft on.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::persona::Voice;

/// Fewer own posts than this show no habit.
const FEWEST: usize = 5;

/// A habit is what at least this share of the own posts does, in hundredths.
const HABIT: usize = 70;

/// What the own posts, and the rules of the voice, have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Habits {
    /// Sentences begin in lower case.
    pub lower_case: bool,
    /// The last sentence ends without a full stop.
    pub no_full_stop: bool,
    /// No emoji anywhere.
    pub no_emoji: bool,
    /// Tags that nearly every post carries, with their `#`.
    pub tags: Vec<String>,
    /// How many characters a post has at most, in three of four.
    pub usual_chars: Option<usize>,
}

impl Habits {
    /// The habits of `own` posts and of the rules that people wrote into the voice, which come first.
    #[must_use]
    pub fn of(own: &[&str], voice: &Voice) -> Self {
        let mut habits = if own.len() >= FEWEST {
            Self::seen(own)
        } else {
            Self::default()
        };
        let tone = voice.tone.join(" ").to_lowercase();
        let avoid = voice.avoid.join(" ").to_lowercase();
        let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        habits.lower_case |= says(
            &tone,
            &[
                "lower case",
                "lowercase",
                "lower-case",
                "kleinschreib",
                "klein geschrieben",
                "kleingeschrieben",
                "minúscula",
                "no capitals",
            ],
        ) || says(
            &avoid,
            &[
                "capital",
                "upper case",
                "uppercase",
                "großbuchstaben",
                "mayúscula",
            ],
        );
        habits.no_emoji |= says(&avoid, &["emoji"])
            || says(
                &tone,
                &["no emoji", "without emoji", "ohne emoji", "sin emoji"],
            );
        habits.no_full_stop |= says(
            &avoid,
            &["full stop at the end", "final full stop", "final period"],
        ) || says(
            &tone,
            &["no full stop", "without a full stop", "no final period"],
        );
        if says(&avoid, &["hashtag"]) {
            habits.tags.clear();
        }
        habits
    }

    fn seen(own: &[&str]) -> Self {
        let share = |holds: &dyn Fn(&str) -> bool| {
            own.iter().filter(|text| holds(text)).count() * 100 >= own.len() * HABIT
        };
        let mut lengths: Vec<usize> = own
            .iter()
            .map(|text| text.graphemes(true).count())
            .collect();
        lengths.sort_unstable();
        Self {
            lower_case: share(&|text| begins_small(text)),
            no_full_stop: share(&|text| ends_open(text)),
            no_emoji: share(&|text| !has_emoji(text)),
            tags: common_tags(own),
            usual_chars: lengths.get(lengths.len() * 3 / 4).copied(),
        }
    }

    /// `sentences`, as they can be published, in the brand's own way. `typed` is what a person wrote: its capitals stay
    /// as they are where the brand begins in lower case.
    #[must_use]
    pub fn applied(&self, sentences: &[String], typed: &str) -> String {
        let mut all: Vec<String> = sentences
            .iter()
            .map(|sentence| {
                if self.lower_case {
                    begun_small(sentence, typed)
                } else {
                    sentence.clone()
                }
            })
            .collect();
        if self.no_full_stop
            && let Some(last) = all.last_mut()
        {
            let stop = last.ends_with('.') && !last.ends_with("..");
            if stop {
                last.pop();
            }
        }
        let mut text = all.join(" ");
        for tag in &self.tags {
            if !text.to_lowercase().contains(&tag.to_lowercase()) {
                text.push(' ');
                text.push_str(tag);
            }
        }
        text
    }

    /// A model's text without what the brand never does. Emoji that a person typed stay.
    #[must_use]
    pub fn kept_to(&self, text: &str, typed: &str) -> String {
        let mut text = text.to_owned();
        if self.no_emoji {
            text = without_emoji(&text, typed);
        }
        if self.lower_case {
            let sentences: Vec<String> = text
                .split_sentence_bounds()
                .map(|sentence| begun_small(sentence, typed))
                .collect();
            text = sentences.concat();
        }
        if self.no_full_stop && text.ends_with('.') && !text.ends_with("..") {
            text.pop();
        }
        text
    }

    /// The habits as rules for a model that follows instructions.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        let mut rules = Vec::new();
        if self.lower_case {
            rules.push("sentences begin in lower case".to_owned());
        }
        if self.no_full_stop {
            rules.push("no full stop at the end".to_owned());
        }
        if self.no_emoji {
            rules.push("no emoji".to_owned());
        }
        if !self.tags.is_empty() {
            rules.push(format!("ends with {}", self.tags.join(" ")));
        }
        if let Some(chars) = self.usual_chars {
            rules.push(format!("at most about {chars} characters"));
        }
        rules
    }
}

fn first_letter(text: &str) -> Option<char> {
    text.split_whitespace()
        .find(|word| !word.starts_with(['@', '#']) && !word.contains("://"))?
        .chars()
        .find(|char| char.is_alphabetic())
}

fn begins_small(text: &str) -> bool {
    first_letter(text).is_some_and(char::is_lowercase)
}

/// Ends in a letter or number: no mark, no emoji, no tag.
fn ends_open(text: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with(['#', '@']) && !word.contains("://"))
        .collect();
    words
        .last()
        .and_then(|word| word.chars().next_back())
        .is_some_and(char::is_alphanumeric)
}

/// Its first word in lower case, unless the person typed that word with its capital, or it is an abbreviation.
fn begun_small(sentence: &str, typed: &str) -> String {
    let word = sentence
        .split(|char: char| !char.is_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    let own_capital = typed
        .split(|char: char| !char.is_alphanumeric())
        .any(|known| known == word);
    let abbreviation = word.chars().filter(|char| char.is_uppercase()).count() > 1;
    if own_capital || abbreviation || word.is_empty() {
        return sentence.to_owned();
    }
    let small: String = word
        .chars()
        .take(1)
        .flat_map(char::to_lowercase)
        .chain(word.chars().skip(1))
        .collect();
    sentence.replacen(word, &small, 1)
}

/// Pictographs and the signs that make emoji of other signs.
#[must_use]
pub fn is_emoji(char: char) -> bool {
    matches!(char,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{200d}'
        | '\u{20e3}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}')
}

/// Whether an emoji stands in it.
#[must_use]
pub fn has_emoji(text: &str) -> bool {
    text.chars()
        .any(|char| is_emoji(char) && !matches!(char, '\u{200d}' | '\u{fe0f}'))
}

/// Without emoji, but for those in `kept`, and without the blanks they leave.
#[must_use]
pub fn without_emoji(text: &str, kept: &str) -> String {
    let text: String = text
        .graphemes(true)
        .filter(|sign| !has_emoji(sign) || kept.contains(sign))
        .collect();
    text.lines()
        .map(|line| {
            line.split(' ')
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn common_tags(own: &[&str]) -> Vec<String> {
    let tags = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .filter(|word| word.starts_with('#') && word.len() > 1)
            .map(|word| {
                word.trim_end_matches(|char: char| !char.is_alphanumeric())
                    .to_owned()
            })
            .collect()
    };
    let mut common: Vec<String> = Vec::new();
    for tag in own.iter().take(FEWEST).flat_map(|text| tags(text)) {
        let same = |other: &String| other.to_lowercase() == tag.to_lowercase();
        let carried = own
            .iter()
            .filter(|text| tags(text).iter().any(same))
            .count();
        if carried * 100 >= own.len() * HABIT && !common.iter().any(same) {
            common.push(tag);
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: [&str; 5] = [
        "plum cake from eight",
        "the oven is back, so are the buns",
        "closed on monday",
        "rain. soup",
        "two trays left",
    ];

    fn voice() -> Voice {
        Voice::default()
    }

    #[test]
    fn habits_are_those_of_the_own_posts() {
        let habits = Habits::of(&SMALL, &voice());
        assert!(habits.lower_case && habits.no_full_stop && habits.no_emoji);
        assert_eq!(habits.usual_chars, Some(20));
        assert_eq!(Habits::of(&SMALL[..4], &voice()), Habits::default());
        let tagged = ["Cake. #Loewe"; 6];
        let habits = Habits::of(
            &tagged,
            &Voice {
                avoid: Vec::new(),
                ..voice()
            },
        );
        assert_eq!(habits.tags, ["#Loewe"]);
        assert!(!habits.lower_case);
    }

    #[test]
    fn a_rule_of_the_voice_counts_without_own_posts() {
        let voice = Voice {
            tone: vec!["dry, lower case".to_owned()],
            ..voice()
        };
        assert!(Habits::of(&[], &voice).lower_case);
    }

    #[test]
    fn a_text_is_set_the_brands_way_and_keeps_the_capitals_that_were_typed() {
        let habits = Habits::of(&SMALL, &voice());
        let sentences = [
            "A reminder: Anna is back.".to_owned(),
            "Come and see.".to_owned(),
        ];
        assert_eq!(
            habits.applied(&sentences, "remind people that Anna is back"),
            "a reminder: Anna is back. come and see"
        );
        assert_eq!(
            habits.applied(&["Anna is back.".to_owned()], "Anna is back"),
            "Anna is back"
        );
        assert_eq!(habits.applied(&["Who is in?".to_owned()], ""), "who is in?");
    }

    #[test]
    fn emoji_go_from_a_models_text_and_stay_where_a_person_typed_them() {
        let habits = Habits {
            no_emoji: true,
            ..Habits::default()
        };
        assert_eq!(
            habits.kept_to("Cake \u{1f370} at six \u{2615}", "cake \u{2615}"),
            "Cake at six \u{2615}"
        );
    }
}
