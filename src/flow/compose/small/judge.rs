//! The judges of a second sentence. Plain and right beats lively and wrong: a sentence that one judge doubts is not taken.

use std::collections::HashSet;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::draft::Tried;
use crate::domain::wish::WishKind;
use crate::flow::checks::{CommonWords, unsupported};
use crate::models::Continuation;

/// In characters: what a second sentence needs at least and at most.
pub(super) const SHORT_SENTENCE: usize = 30;
pub(super) const LONGEST_SENTENCE: usize = 110;

/// In words.
const WORDS: std::ops::RangeInclusive<usize> = 3..=16;

/// The mean natural logarithm of a token's probability below which a sentence is clumsy. Chosen, like the next two, on a
/// development set of topics.
const FLUENT: f32 = -1.6;

/// How much likelier, per token, the statement has to make the sentence than a statement about nothing.
const FITS: f32 = 0.02;

/// The least cosine between the statement and the sentence.
const NEAR: f32 = 0.05;

/// What a brand that knows no more than the topic cannot say: promises, orders of things, and who is meant.
const NOT_OURS: &[&str] = &[
    "will",
    "promise",
    "guarantee",
    "always",
    "never",
    "everyone's",
    "i",
    "he",
    "she",
    "him",
    "her",
    "his",
    "they",
    "them",
    "their",
    "said",
    "says",
    "was",
    "were",
    "had",
    "did",
    "made",
    "only",
    "last",
    "first",
    "one",
    "two",
    "best",
    "nothing",
    "none",
    "nobody",
    "but",
    "although",
    "however",
    "not",
    "don't",
    "can't",
    "won't",
    "let's",
];

/// How a sentence begins that suits a kind of post. What suits none of them says something of its own.
const SUITS: [(WishKind, &str); 4] = [
    (
        WishKind::Ask,
        r"^(?:Please )?(?:Tell|Let|Share)\b|^We(?:'d| would) love to (?:know|hear)\b|^We are curious",
    ),
    (
        WishKind::Thank,
        r"^(?:We could not|We couldn't|It means|We appreciate|We are (?:so |very |truly )?(?:grateful|glad|happy|lucky))\b",
    ),
    (
        WishKind::Congratulate,
        r"^We are (?:so |very |really )?(?:happy|proud|glad|pleased)\b|^Well d(?:one|eserved)\b",
    ),
    (WishKind::Invite, COME),
];

/// For what one can come to.
const COME: &str = r"^(?:Come|Join us|See you)\b|^We (?:look forward|are looking forward|hope|would love|'d love) to (?:see|seeing|welcom|have|having|meet)|^You are (?:very |most )?welcome\b|^(?:Drop|Stop|Pop) (?:in|by)\b";

/// For what is closed, late or missing.
const SORRY: &str = r"^(?:Thank you|Thanks) for (?:your|all your) (?:patience|understanding)\b|^We are sorry\b|^Sorry\b";

/// For what people are asked to do.
const HELP: &str =
    r"^(?:Thank you|Thanks) for (?:your|all your) (?:help|support|cooperation|understanding)\b";

const BAD_NEWS: &str =
    r"(?i)\b(?:closed|cancelled|canceled|postponed|delayed|ill|sick|broken|sold out|out of)\b";

const TO_COME_TO: &str = r"(?i)\b(?:opens?|open|reopens?|workshops?|class(?:es)?|rides?|tours?|concerts?|gigs?|sessions?|markets?|part(?:y|ies)|meets?|meetings?|evenings?|festivals?|\
    jumble|exhibitions?|rehearsals?|tastings?|readings?|screenings?|shows?|match(?:es)?|games?|fairs?|events?|doors|rehearsal|talks?|lectures?|stalls?|races?|runs|dinner|brunch|breakfast)\b";

/// Words of courtesy, common only where the beginning suits.
const COURTESY: &str = "patience understanding support help cooperation proud grateful lucky curious deserved appreciate means forward sorry";

/// What a second sentence is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub kind: WishKind,
    pub statement: &'a str,
    /// What topic, persona, own posts and wish say.
    pub given: &'a [&'a str],
    pub common: &'a CommonWords,
}

impl Judge<'_> {
    /// Whether any sentence could suit: if not, none need be tried.
    pub(super) fn may_suit(kind: WishKind, statement: &str) -> bool {
        let matches =
            |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(statement));
        !matches!(kind, WishKind::Announce | WishKind::Remind)
            || statement.starts_with("Please")
            || matches(BAD_NEWS)
            || matches(TO_COME_TO)
    }

    /// The best sentence that passes all judges, and what each try was let pass or refused for. `near` holds the cosine
    /// of each try to the statement, where there is an embedder.
    pub(super) fn best(
        &self,
        tries: &[Continuation],
        near: Option<&[f32]>,
    ) -> (Option<String>, Vec<Tried>) {
        let mut best: Option<(f32, String)> = None;
        let mut told: Vec<Tried> = Vec::new();
        for (place, one) in tries.iter().enumerate() {
            let text = one.text.trim();
            if told.iter().any(|other| other.text == text) {
                continue;
            }
            let near = near.and_then(|near| near.get(place)).copied();
            let lift = one.log_prob - one.baseline_log_prob;
            let verdict = self.refuses(one, near);
            if verdict.is_none() {
                let score = lift + 0.5 * near.unwrap_or_default() + 0.2 * one.log_prob;
                if best.as_ref().is_none_or(|(known, _)| score > *known) {
                    best = Some((score, text.to_owned()));
                }
            }
            told.push(Tried {
                text: text.to_owned(),
                verdict: verdict.unwrap_or_else(|| {
                    format!(
                        "passes (fluency {:.2}, fit {lift:.2}, nearness {:.2})",
                        one.log_prob,
                        near.unwrap_or_default()
                    )
                }),
            });
        }
        (best.map(|(_, text)| text), told)
    }

    /// Why the sentence is not taken.
    fn refuses(&self, one: &Continuation, near: Option<f32>) -> Option<String> {
        let text = one.text.trim();
        if let Some(why) = self.no_sentence(one) {
            return Some(why.to_owned());
        }
        if let Some(word) = text
            .unicode_words()
            .map(str::to_lowercase)
            .find(|word| NOT_OURS.contains(&word.as_str()))
        {
            return Some(format!(
                "says \u{201c}{word}\u{201d}, which is not ours to say"
            ));
        }
        if !self.suits(text) {
            return Some("does not suit this kind of post".to_owned());
        }
        let given = [self.given, &[COURTESY]].concat();
        let added = unsupported(text, &given, self.common);
        if !added.is_empty() {
            return Some(format!("adds {}", added.join(", ")));
        }
        if self.repeats(text) {
            return Some("says the same again".to_owned());
        }
        if one.log_prob < FLUENT {
            return Some(format!("is clumsy (fluency {:.2})", one.log_prob));
        }
        let lift = one.log_prob - one.baseline_log_prob;
        if lift < FITS {
            return Some(format!("has nothing to do with it (fit {lift:.2})"));
        }
        near.filter(|near| *near < NEAR)
            .map(|near| format!("is far from it in meaning (nearness {near:.2})"))
    }

    /// Whether it begins the way a sentence behind this kind of post does.
    fn suits(&self, text: &str) -> bool {
        let matches = |pattern: &str, text: &str| {
            Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
        };
        let text = text.replace('\u{2019}', "'");
        if matches!(self.kind, WishKind::Announce | WishKind::Remind) {
            let asks = self.statement.starts_with("Please");
            return if asks {
                matches(HELP, &text)
            } else if matches(BAD_NEWS, self.statement) {
                matches(SORRY, &text)
            } else {
                matches(TO_COME_TO, self.statement) && matches(COME, &text)
            };
        }
        SUITS
            .iter()
            .any(|(kind, pattern)| *kind == self.kind && matches(pattern, &text))
    }

    /// Whether it is one whole, clean sentence.
    fn no_sentence(&self, one: &Continuation) -> Option<&'static str> {
        let text = one.text.trim();
        let words: Vec<&str> = text.unicode_words().collect();
        let marks = |char: char| {
            matches!(
                char,
                '"' | '\u{201c}'
                    | '\u{201d}'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '<'
                    | '>'
                    | ':'
                    | ';'
                    | '*'
                    | '_'
                    | '#'
                    | '@'
                    | '/'
                    | '!'
                    | '\n'
                    | '\u{fffd}'
                    | '\u{2026}'
            )
        };
        let ends = text.ends_with(['.', '?']);
        let question = text.ends_with('?');
        let different: HashSet<String> = words.iter().map(|word| word.to_lowercase()).collect();
        if one.cut_off || !ends {
            Some("does not end")
        } else if !WORDS.contains(&words.len()) || text.chars().count() > LONGEST_SENTENCE {
            Some("is too short or too long")
        } else if text.contains(marks)
            || !text.starts_with(|char: char| char.is_uppercase())
            || text.matches('.').count() > 1
        {
            Some("is no clean sentence")
        } else if different.len() * 10 < words.len() * 8 {
            Some("repeats itself")
        } else if question && self.statement.trim_end().ends_with('?') {
            Some("asks a second question")
        } else if question {
            Some("asks what nobody asked for")
        } else {
            None
        }
    }

    /// Whether most of its words of weight stand in the statement, or it goes round in the statement's own runs of words.
    fn repeats(&self, text: &str) -> bool {
        let words =
            |text: &str| -> Vec<String> { text.unicode_words().map(str::to_lowercase).collect() };
        let (said, again) = (words(self.statement), words(text));
        let runs: HashSet<&[String]> = said.windows(3).collect();
        again.windows(3).any(|run| runs.contains(run))
    }
}

/// `statement` with a full stop, where the brand sets none: a sentence follows.
pub(super) fn ended(statement: &str) -> String {
    crate::domain::wish::ended(statement, Some("en"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENT: &str = "Our Friday tasting with Anna is at six.";

    fn one(text: &str, log_prob: f32, baseline: f32) -> Continuation {
        Continuation {
            text: text.to_owned(),
            log_prob,
            baseline_log_prob: baseline,
            cut_off: false,
        }
    }

    fn verdicts(tries: &[Continuation]) -> (Option<String>, Vec<Tried>) {
        let common = CommonWords::default();
        let given = [STATEMENT];
        let judge = Judge {
            kind: WishKind::Invite,
            statement: STATEMENT,
            given: &given,
            common: &common,
        };
        judge.best(tries, None)
    }

    #[test]
    fn the_best_of_those_that_pass_is_taken_and_each_refusal_has_its_reason() {
        let (best, told) = verdicts(&[
            one("You know what to do.", -1.0, -2.0),
            one("Come and book a table at any time.", -1.0, -2.0),
            one("Come and taste with us.", -1.0, -1.8),
            one("We look forward to seeing you.", -1.0, -1.4),
            one("Come to our Friday tasting with Anna.", -1.0, -2.0),
            one("Come, he is there.", -1.0, -2.0),
            one("Come and see us", -1.0, -2.0),
            one("Come and see what we have to share with you.", -3.0, -4.0),
            one("Come and be here.", -1.0, -0.9),
        ]);
        assert_eq!(best.as_deref(), Some("Come and taste with us."));
        assert!(told[0].verdict.contains("not suit"), "{told:?}");
        let verdicts: Vec<&str> = told[1..].iter().map(|one| one.verdict.as_str()).collect();
        assert!(verdicts[0].contains("adds book, table"), "{verdicts:?}");
        assert!(
            verdicts[1].starts_with("passes") && verdicts[2].starts_with("passes"),
            "{verdicts:?}"
        );
        assert_eq!(verdicts[3], "says the same again");
        assert!(verdicts[4].contains("not ours"), "{verdicts:?}");
        assert_eq!(verdicts[5], "does not end");
        assert!(verdicts[6].contains("clumsy"), "{verdicts:?}");
        assert!(verdicts[7].contains("nothing to do"), "{verdicts:?}");
    }

    #[test]
    fn where_none_passes_there_is_none() {
        assert_eq!(verdicts(&[one("Free beer for all.", -1.0, -2.0)]).0, None);
    }
}
