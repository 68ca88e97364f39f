//! The person answered is spoken of in a guidance ("she gets her money back") and spoken to in the answer ("you get your
//! money back"). Only where it is that person for sure: the order named her ("tell her"), a question is put to her, or
//! the verb speaks of what is done for her; "he was ill" may speak of another.

use std::sync::LazyLock;

use regex::Regex;

use super::du::german;

/// Who is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    She,
    He,
    They,
}

/// Whom the orders of a guidance name: "tell her", "sag ihm".
pub(super) fn named(guidance: &str) -> Option<Person> {
    static ENGLISH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:tell|ask|thank|let|wish|invite|offer|congratulate|remind|assure|promise|welcome|refund|send|give|(?:say|answer|reply|write|respond|explain|apologi[sz]e|apology|hello|hi|sorry) to) (her|him|them)\b").ok()
    });
    static GERMAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:sage?|schreibe?|antworte|erkläre?|wünsche?|biete|gratuliere?|danke|bei|erzähle?|versprich) (ihr|ihm|ihnen)\b|\b(?:frage?|bitte|lade?|grüße?) (ihn)\b").ok()
    });
    [&ENGLISH, &GERMAN].into_iter().find_map(|pattern| {
        let found = pattern.as_ref()?.captures(guidance)?;
        let word = found
            .iter()
            .skip(1)
            .flatten()
            .next()?
            .as_str()
            .to_lowercase();
        Some(match word.as_str() {
            "her" | "ihr" => Person::She,
            "him" | "ihm" | "ihn" => Person::He,
            _ => Person::They,
        })
    })
}

/// `sentence` spoken to the person. `asked`: it is put to that person as a question.
pub(super) fn spoken_to(
    sentence: &str,
    language: Option<&str>,
    named: Option<Person>,
    asked: bool,
) -> String {
    match language {
        Some("en") | None => english(sentence, named, asked),
        Some("de") => german(sentence, named, asked),
        // The Spanish third person is that of "usted".
        Some(_) => sentence.to_owned(),
    }
}

/// Another person whom "she" or "he" may stand for.
pub(super) fn another(words: &[&str]) -> bool {
    const OPENERS: &str = "the we we're we'll we've it it's you they she she's he he's yes no there there's that that's this our sorry of please \
        thanks thank next all i a an if when so but and any my your not only some sure both each every at in on from for to what which \
        how who whom whose why where whether then because also too even wie was warum wer welches welche wann wo ob wir es das die der ja nein leider gern am im ab du ihr er sie";
    const NO_NAMES: &str = "monday tuesday wednesday thursday friday saturday sunday i i'm i'll i'd i've january february march april may june july \
        august september october november december";
    words.iter().enumerate().any(|(at, word)| {
        let bare = word.trim_matches(|char: char| !char.is_alphanumeric() && char != '\'');
        let lower = bare.to_lowercase();
        let stem = lower.split('\'').next().unwrap_or_default();
        is_role(stem)
            // A name typed small can only stand first.
            || (at == 0 && !OPENERS.split_whitespace().any(|known| known == lower))
            || (at > 0
                && bare.chars().next().is_some_and(char::is_uppercase)
                && !NO_NAMES.split_whitespace().any(|known| known == lower))
    })
}

fn is_role(word: &str) -> bool {
    const ROLES: &str = "manager boss guide driver curator trainer teacher grandma grandmother grandpa grandad electrician plumber vet chef owner doctor \
        colleague daughter son mum mom mother father dad dog cat baby child brother sister wife husband friend neighbour coach cook baker waiter \
        waitress kid technician dentist nurse singer chef kollege kollegin trainerin lehrer lehrerin hund katze sohn tochter mutter vater oma opa \
        techniker fahrer fahrerin köchin koch bäcker chefin mitarbeiter mitarbeiterin arzt ärztin bruder schwester freund freundin verkäuferin verkäufer";
    ROLES.split_whitespace().any(|role| role == word)
}

/// What she gets, may and needs: verbs that speak of the person whom the answer is for.
const HERS: &str = "can could may might should must will gets get'll needs wants has deserves receives would'll pays";

fn english(sentence: &str, named: Option<Person>, asked: bool) -> String {
    let lower = sentence.to_lowercase();
    let theirs = [
        "they should ",
        "they can ",
        "they could ",
        "they get ",
        "they need ",
        "they may ",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    if named == Some(Person::They) || (named.is_none() && (asked || theirs)) {
        return singular(
            &super::super::english_words::to_reader(sentence),
            named,
            asked,
        );
    }
    singular(sentence, named, asked)
}

fn singular(sentence: &str, named: Option<Person>, asked: bool) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    let mut said: Vec<String> = Vec::new();
    // Once she is "you", she stays it.
    let mut turned = None;
    let mut skip = false;
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let (bare, mark) = split_mark(word);
        let (pronoun, ending) = bare.split_once('\'').unwrap_or((bare, ""));
        let next = words.get(at + 1).copied().unwrap_or_default();
        let sex = match pronoun.to_lowercase().as_str() {
            "she" | "her" | "hers" | "herself" => Person::She,
            "he" | "him" | "his" | "himself" => Person::He,
            _ => {
                said.push((*word).to_owned());
                continue;
            }
        };
        let sure = (asked || named == Some(sex) || turned == Some(sex)) && !another(&words[..at]);
        // "his grandma's recipe" may be of another.
        let hers = turned == Some(sex)
            || asked
            || owned(next)
            || (sure && !is_role(split_mark(next).0.split('\'').next().unwrap_or_default()));
        let lower = pronoun.to_lowercase();
        let capital = pronoun.chars().next().is_some_and(char::is_uppercase);
        let you = match lower.as_str() {
            "she" | "he" => {
                let verb = split_mark(next).0.to_lowercase();
                let theirs = HERS.split_whitespace().any(|known| known == verb)
                    && !another(&words[..at])
                    && (at == 0 || words[at - 1].ends_with([',', '.']) || joint(words[at - 1]));
                if !(sure || theirs) {
                    None
                } else if ending.is_empty() {
                    turned = Some(sex);
                    let (verb, mark) = split_mark(next);
                    skip = !next.is_empty();
                    Some(format!("you {}{mark}", of_you(verb)).trim_end().to_owned())
                } else {
                    turned = Some(sex);
                    let ending = match ending.to_lowercase().as_str() {
                        "s" if perfect(next) => "ve",
                        "s" => "re",
                        _ => ending,
                    };
                    Some(format!("you'{ending}{mark}"))
                }
            }
            "her" if mark.is_empty() && begins_noun(next) => hers.then(|| "your".to_owned()),
            "him" | "her" if sure || given(&words[..at]) => Some(format!("you{mark}")),
            "his" if hers => Some(format!("your{mark}")),
            "hers" if sure => Some(format!("yours{mark}")),
            "herself" | "himself" if sure => Some(format!("yourself{mark}")),
            _ => None,
        };
        said.push(match you {
            Some(you) if capital => super::super::capitalised(&you),
            Some(you) => you,
            None => (*word).to_owned(),
        });
    }
    said.join(" ")
}

/// The word, and the marks behind it.
pub(super) fn split_mark(word: &str) -> (&str, &str) {
    let end = word
        .rfind(|char: char| char.is_alphanumeric())
        .map_or(0, |at| {
            at + word[at..].chars().next().map_or(0, char::len_utf8)
        });
    word.split_at(end)
}

/// Words behind which a clause begins.
fn joint(word: &str) -> bool {
    [
        "and", "but", "if", "so", "then", "that", "when", "where", "because", "yes", "no",
    ]
    .contains(&word.to_lowercase().as_str())
}

/// "has" to "have", "knits" to "knit": the form that follows "you".
fn of_you(verb: &str) -> String {
    const NO_S: [&str; 8] = [
        "always", "was", "is", "has", "does", "perhaps", "less", "us",
    ];
    let lower = verb.to_lowercase();
    match lower.as_str() {
        "is" => "are".to_owned(),
        "isn't" => "aren't".to_owned(),
        "was" => "were".to_owned(),
        "wasn't" => "weren't".to_owned(),
        "has" => "have".to_owned(),
        "hasn't" => "haven't".to_owned(),
        "does" => "do".to_owned(),
        "doesn't" => "don't".to_owned(),
        "goes" => "go".to_owned(),
        _ if NO_S.contains(&lower.as_str()) || lower.ends_with("ss") => verb.to_owned(),
        _ if lower.ends_with("ies") && lower.len() > 4 => format!("{}y", &verb[..verb.len() - 3]),
        _ if ["shes", "ches", "sses", "xes", "zzes"]
            .iter()
            .any(|end| lower.ends_with(end)) =>
        {
            verb[..verb.len() - 2].to_owned()
        }
        _ => verb.strip_suffix('s').unwrap_or(verb).to_owned(),
    }
}

/// Behind "she's": "been" and "got" speak of the past.
fn perfect(next: &str) -> bool {
    let next = split_mark(next).0.to_lowercase();
    [
        "been", "got", "had", "done", "seen", "won", "made", "taken", "given",
    ]
    .contains(&next.as_str())
}

/// Verbs of giving, and "for": what stands behind is for the person answered.
fn given(before: &[&str]) -> bool {
    const GIVING: &str = "for saved save send sent give gave offer refund owe bring show email call keep kept wish thank miss misses give get \
        refunded replace reserve book order ordered post love";
    before.last().is_some_and(|word| {
        GIVING
            .split_whitespace()
            .any(|known| known == word.to_lowercase())
    }) && !another(before)
}

/// What the writer of a post has to do with the team.
fn owned(next: &str) -> bool {
    const THINGS: &str = "money order number email address booking parcel ticket tickets deposit seat place table details phone refund receipt \
        message post account name feedback package visit";
    let next = split_mark(next).0.to_lowercase();
    THINGS.split_whitespace().any(|thing| thing == next)
}

/// "her" before a noun is hers; before these words or at the end it is herself.
fn begins_noun(next: &str) -> bool {
    const NO_NOUNS: &str = "a an the one two three some any it that this when if to back up in on at for from with about and or but so again \
        next tomorrow today tonight on by before after until as soon because through very all both our we what how why where";
    let next = split_mark(next).0.to_lowercase();
    !next.is_empty()
        && !next.starts_with(|char: char| char.is_ascii_digit())
        && !NO_NOUNS.split_whitespace().any(|known| known == next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_spoken_to_and_others_are_left() {
        for (said, named, asked, expected) in [
            (
                "she gets her money back",
                None,
                false,
                "you get your money back",
            ),
            ("which phone she has", None, true, "which phone you have"),
            ("he was ill", None, false, "he was ill"),
            ("he was missed", Some(Person::He), false, "you were missed"),
            (
                "our driver was late, he is sorry",
                Some(Person::He),
                false,
                "our driver was late, he is sorry",
            ),
            ("we'll talk to him", None, false, "we'll talk to him"),
            ("we saved her one", None, false, "we saved you one"),
        ] {
            assert_eq!(spoken_to(said, Some("en"), named, asked), expected);
        }
        for (said, named, expected) in [
            (
                "er kriegt sein geld zur\u{fc}ck",
                None,
                "du kriegst dein geld zur\u{fc}ck",
            ),
            ("er war krank", None, "er war krank"),
            (
                "wir legen ihr einen zur\u{fc}ck",
                None,
                "wir legen dir einen zur\u{fc}ck",
            ),
        ] {
            assert_eq!(spoken_to(said, Some("de"), named, false), expected);
        }
    }
}
