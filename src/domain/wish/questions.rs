//! English indirect questions made direct: "what they drink when it is cold" becomes "What do you drink when it is cold?".
//! Where the verb cannot be told for sure, the question stays indirect: "Tell us which book you read last."

use std::sync::LazyLock;

use regex::Regex;

use super::english_words::{spelled, to_reader};

/// Verbs that are put before the subject as they are.
const AUXILIARIES: [&str; 26] = [
    "are",
    "were",
    "is",
    "was",
    "can",
    "could",
    "will",
    "would",
    "should",
    "must",
    "may",
    "might",
    "do",
    "did",
    "does",
    "won't",
    "can't",
    "don't",
    "didn't",
    "wouldn't",
    "couldn't",
    "shouldn't",
    "aren't",
    "isn't",
    "ought",
    "shall",
];

const ADVERBS: [&str; 14] = [
    "usually", "often", "always", "never", "still", "already", "most", "really", "also", "ever",
    "just", "actually", "first", "all",
];

/// The past of frequent verbs and the form that follows "did".
const PAST: [(&str, &str); 58] = [
    ("ate", "eat"),
    ("drank", "drink"),
    ("saw", "see"),
    ("went", "go"),
    ("came", "come"),
    ("had", "have"),
    ("made", "make"),
    ("got", "get"),
    ("took", "take"),
    ("bought", "buy"),
    ("found", "find"),
    ("thought", "think"),
    ("felt", "feel"),
    ("heard", "hear"),
    ("met", "meet"),
    ("gave", "give"),
    ("knew", "know"),
    ("learned", "learn"),
    ("learnt", "learn"),
    ("left", "leave"),
    ("lost", "lose"),
    ("won", "win"),
    ("wrote", "write"),
    ("watched", "watch"),
    ("visited", "visit"),
    ("liked", "like"),
    ("loved", "love"),
    ("tried", "try"),
    ("started", "start"),
    ("used", "use"),
    ("played", "play"),
    ("ordered", "order"),
    ("wanted", "want"),
    ("enjoyed", "enjoy"),
    ("missed", "miss"),
    ("managed", "manage"),
    ("baked", "bake"),
    ("cooked", "cook"),
    ("finished", "finish"),
    ("joined", "join"),
    ("discovered", "discover"),
    ("chose", "choose"),
    ("did", "do"),
    ("said", "say"),
    ("told", "tell"),
    ("grew", "grow"),
    ("kept", "keep"),
    ("became", "become"),
    ("began", "begin"),
    ("brought", "bring"),
    ("spent", "spend"),
    ("slept", "sleep"),
    ("sang", "sing"),
    ("swam", "swim"),
    ("ran", "run"),
    ("rode", "ride"),
    ("planned", "plan"),
    ("moved", "move"),
];

/// Whose participle after "have" makes it an auxiliary.
const PARTICIPLES: [&str; 24] = [
    "been", "seen", "done", "gone", "made", "had", "got", "read", "eaten", "drunk", "taken",
    "given", "found", "bought", "met", "heard", "written", "won", "lost", "come", "become",
    "grown", "ridden", "swum",
];

/// The question that stands in an indirect one.
pub(super) fn direct_question(indirect: &str) -> String {
    let indirect = spelled(indirect.trim().trim_end_matches(['?', '.']));
    // Behind a comma the speaker goes on: "…, ours got stolen".
    let (question, tail) = cut_tail(&indirect);
    let words: Vec<&str> = question.split_whitespace().collect();
    let first = words
        .first()
        .map(|word| word.to_lowercase())
        .unwrap_or_default();
    let direct = if matches!(first.as_str(), "if" | "whether") {
        yes_or_no(&words[1..])
    } else {
        after_question_word(&words)
    };
    let direct = direct.unwrap_or_else(|| format!("Tell us {}", to_reader(&question)));
    let mark = if direct.starts_with("Tell us") {
        '.'
    } else {
        '?'
    };
    let mut text = format!("{direct}{mark}");
    if let Some(tail) = tail {
        text.push(' ');
        text.push_str(&super::capitalised(&tail));
        text.push('.');
    }
    text
}

/// "do people prefer paper" becomes "Do you prefer paper?". None for what is no question about the readers.
pub(super) fn to_the_readers(question: &str) -> Option<String> {
    static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?P<start>(?:(?:what|which|when|where|why|who|how)\b.{0,30}? )?(?:do|would|are|have|can|will|did|should)) (?:people|folks|everyone|everybody|they|(?:our |the )(?:customers|followers|members|guests|readers|visitors|users|clients|students|parents|neighbou?rs|patients|fans)) (?P<rest>.+?)\??$",
        )
        .ok()
    });
    let found = ASKED.as_ref()?.captures(question.trim())?;
    Some(format!(
        "{} you {}?",
        super::capitalised(&found["start"]),
        to_reader(&found["rest"])
    ))
}

fn cut_tail(text: &str) -> (String, Option<String>) {
    const STARTS: [&str; 12] = [
        "we're ",
        "we are ",
        "ours ",
        "we ",
        "it's ",
        "it is ",
        "our ",
        "there's ",
        "because we ",
        "we've ",
        "i ",
        "i'm ",
    ];
    for (at, _) in text.match_indices(',') {
        let tail = text[at + 1..].trim();
        if STARTS
            .iter()
            .any(|start| tail.to_lowercase().starts_with(start))
        {
            return (text[..at].to_owned(), Some(tail.to_owned()));
        }
    }
    (text.to_owned(), None)
}

fn lower(word: &str) -> String {
    word.to_lowercase()
}

fn is_auxiliary(word: &str) -> bool {
    AUXILIARIES.contains(&lower(word).as_str())
}

/// "they like tea" becomes "Do you like tea".
fn yes_or_no(words: &[&str]) -> Option<String> {
    // "whether our members want …": they are the readers.
    let named = match words {
        ["our" | "the" | "all", noun, ..] if is_audience(noun) => 1,
        [noun, ..] if is_audience(noun) => 0,
        _ => usize::MAX,
    };
    if named < 2
        && let Some(asked) = with_subject("they", &words[named + 1..])
    {
        return Some(super::capitalised(&asked));
    }
    let first = lower(words.first()?);
    if let Some(asked) = with_subject(&first, &words[1..]) {
        return Some(super::capitalised(&asked));
    }
    if let Some(subject) = first.strip_suffix("'s").filter(|subject| {
        matches!(
            *subject,
            "anyone" | "anybody" | "someone" | "somebody" | "there" | "everyone"
        )
    }) {
        return Some(format!("Is {subject} {}", to_reader(&words[1..].join(" "))));
    }
    if matches!(
        first.as_str(),
        "anyone" | "anybody" | "someone" | "somebody"
    ) && let Some(verb) = words.get(1).filter(|word| !is_auxiliary(word))
    {
        let rest = to_reader(&words[2..].join(" "));
        return Some(format!("Does {first} {} {rest}", base_form(&lower(verb))?));
    }
    // "the shop should open earlier", "there is interest": up to six words of subject, then the auxiliary.
    let at = words.iter().take(7).position(|word| is_auxiliary(word))?;
    if at == 0 {
        return None;
    }
    let subject = to_reader(&words[..at].join(" "));
    let rest = to_reader(&words[at + 1..].join(" "));
    Some(super::capitalised(
        format!("{} {subject} {rest}", lower(words[at])).trim_end(),
    ))
}

fn is_audience(word: &str) -> bool {
    const NOUNS: &str = "members customers followers guests readers visitors users clients students parents neighbours neighbors patients fans folks \
        families listeners locals residents subscribers volunteers regulars players swimmers riders";
    NOUNS
        .split_whitespace()
        .any(|noun| noun == word.to_lowercase())
}

/// "wants" becomes "want"; none for a form that is no third person.
fn base_form(verb: &str) -> Option<String> {
    Some(match verb {
        "has" => "have".to_owned(),
        "does" | "goes" => verb.trim_end_matches("es").to_owned(),
        _ => match verb.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None if verb.ends_with("shes") || verb.ends_with("ches") || verb.ends_with("sses") => {
                verb.trim_end_matches("es").to_owned()
            }
            None => verb.strip_suffix('s')?.to_owned(),
        },
    })
}

/// A question that begins with what, which, who, when, where, why, how.
fn after_question_word(words: &[&str]) -> Option<String> {
    let subject = words.iter().position(|word| {
        let word = lower(word);
        matches!(
            word.as_str(),
            "they"
                | "we"
                | "you"
                | "people"
                | "everyone"
                | "they'd"
                | "they're"
                | "they've"
                | "they'll"
                | "you'd"
        )
    });
    let inverted = words.iter().take(5).position(|word| is_auxiliary(word));
    // "what is their favourite cake", "who can help": the order is that of a question already.
    if let Some(at) = inverted
        && subject.is_none_or(|subject| subject > at)
        && let Some(direct) = noun_subject(words, at)
    {
        return Some(direct);
    }
    let Some(at) = subject.filter(|at| (1..=6).contains(at)) else {
        // "who wants to help": the question word is the subject.
        let who = matches!(
            lower(words.first()?).as_str(),
            "who" | "what" | "which" | "whose" | "who's" | "what's" | "who'd" | "who'll"
        );
        return who.then(|| super::capitalised(&to_reader(&words.join(" "))));
    };
    let asked = with_subject(&lower(words[at]), &words[at + 1..])?;
    Some(super::capitalised(&format!(
        "{} {asked}",
        words[..at].join(" ")
    )))
}

/// "what their favourite cake is" becomes "What is your favourite cake".
fn noun_subject(words: &[&str], at: usize) -> Option<String> {
    let question = lower(words.first()?);
    let verb = lower(words[at]);
    if at == 1 {
        return Some(super::capitalised(&to_reader(&words.join(" "))));
    }
    let begins = words.get(1).map(|word| lower(word))?;
    if matches!(
        begins.as_str(),
        "their" | "the" | "our" | "your" | "a" | "an" | "this"
    ) {
        let subject = to_reader(&words[1..at].join(" "));
        let rest = to_reader(&words[at + 1..].join(" "));
        let text = format!("{question} {verb} {subject} {rest}");
        return Some(super::capitalised(text.trim_end()));
    }
    // "which cake is best", "how many would come".
    Some(super::capitalised(&to_reader(&words.join(" "))))
}

/// Auxiliary, subject and the rest: "do you drink when it is cold".
fn with_subject(subject: &str, rest: &[&str]) -> Option<String> {
    let (subject, contracted) = match subject {
        "they" | "people" | "everyone" | "you" => ("you", None),
        "we" => ("we", None),
        "they'd" | "you'd" => ("you", Some("would")),
        "they're" => ("you", Some("are")),
        "they've" => ("you", Some("have")),
        "they'll" => ("you", Some("will")),
        _ => return None,
    };
    let tail = |words: &[&str]| {
        let text = to_reader(&words.join(" "));
        if text.is_empty() {
            text
        } else {
            format!(" {text}")
        }
    };
    if let Some(auxiliary) = contracted {
        return Some(format!("{auxiliary} {subject}{}", tail(rest)));
    }
    let at = rest.iter().position(|word| {
        !ADVERBS.contains(&lower(word).as_str()) && !lower(word).ends_with("ly")
    })?;
    let (adverbs, verb) = (&rest[..at], lower(rest[at]));
    let after = &rest[at + 1..];
    let adverbs = if adverbs.is_empty() {
        String::new()
    } else {
        format!(" {}", adverbs.join(" "))
    };
    if is_auxiliary(&verb) {
        return Some(format!("{verb} {subject}{adverbs}{}", tail(after)));
    }
    let perfect = matches!(verb.as_str(), "have" | "had" | "haven't")
        && after.iter().take(2).any(|word| {
            let word = lower(word);
            PARTICIPLES.contains(&word.as_str())
                || (word.ends_with("ed") && word.len() > 4)
                || ADVERBS.contains(&word.as_str())
        });
    if perfect {
        return Some(format!("{verb} {subject}{adverbs}{}", tail(after)));
    }
    if let Some((_, base)) = PAST.iter().find(|(past, _)| *past == verb) {
        return Some(format!("did {subject}{adverbs} {base}{}", tail(after)));
    }
    // A past that is not known, or a form that could be either.
    if (verb.ends_with("ed") && !matches!(verb.as_str(), "need" | "feed")) || verb == "read" {
        return None;
    }
    Some(format!("do {subject}{adverbs} {verb}{}", tail(after)))
}
