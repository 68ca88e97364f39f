//! What a person says an answer should say: orders ("thank her and ask which bus she took") become the sentences that do
//! them, and what is said of the person answered is said to her.

mod acts;
mod du;
mod english;
mod german;
mod parts;
mod person;
mod spanish;

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::language;

use super::clauses::verb_last;
use super::{Wish, WishKind, capitalised, read_sentence, split, tails};
use acts::Done;
use person::Person;

/// An order may stand in an order ("write that we thank her"): this many are opened.
const DEEPEST: usize = 4;

/// Behind these an order may follow.
const YES: [&str; 6] = ["yes", "no", "ja", "nein", "s\u{ed}", "si"];

/// Requests in the third person, put to the person: Spanish clitics stand behind the infinitive.
const SPANISH_REQUESTS: [(&str, &str); 8] = [
    ("mande", "mandar"),
    ("env\u{ed}e", "enviar"),
    ("envie", "enviar"),
    ("escriba", "escribir"),
    ("diga", "decir"),
    ("llame", "llamar"),
    ("pase", "pasar"),
    ("traiga", "traer"),
];

/// What became of a part of the guidance.
enum Part {
    Said(String),
    Manner,
    Unsaid,
}

/// Who is answered, and in which language.
struct Answer {
    language: Option<&'static str>,
    named: Option<Person>,
}

/// Reads `guidance` as what an answer should say. Without sentences, its kind is [`WishKind::Invent`] where words are
/// asked for that were not given, else it holds nothing but how to write.
pub(super) fn read(guidance: &str) -> Wish {
    let guidance = guidance.replace(['\u{2019}', '\u{2018}'], "'");
    let mut answer = Answer {
        language: language::of_topic(&guidance),
        named: person::named(&guidance),
    };
    let orders: Vec<String> = split(&guidance)
        .iter()
        .flat_map(|sentence| parts::parted(sentence))
        .collect();
    // Short orders are told by their own words: each language has its own.
    answer.language = orders
        .iter()
        .find_map(|order| acts::all().iter().find(|acts| acts.done(order).is_some()))
        .map(|acts| acts.code)
        .or(answer.language);
    let parts: Vec<Part> = orders.iter().map(|order| answer.part(order)).collect();
    let unsaid = parts.iter().any(|part| matches!(part, Part::Unsaid));
    let sentences: Vec<String> = parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Said(said) => Some(said),
            Part::Manner | Part::Unsaid => None,
        })
        .collect();
    let kind = if unsaid && sentences.is_empty() {
        WishKind::Invent
    } else if sentences.iter().any(|one| one.contains('?')) {
        WishKind::Ask
    } else {
        WishKind::Announce
    };
    Wish {
        kind,
        language: answer.language,
        sentences,
        typed_small: !guidance.chars().any(char::is_uppercase),
    }
}

impl Answer {
    /// What one order or statement comes to.
    fn part(&self, order: &str) -> Part {
        let mut text = order.trim().trim_end_matches([',', '.', ' ']).to_owned();
        if let Some(request) = spanish_request(&text) {
            return Part::Said(request);
        }
        if let Some((yes, rest)) = text.split_once(", ")
            && YES.contains(&yes.to_lowercase().as_str())
            && let Some(Done::Said(said)) = self.done(rest)
        {
            let said = self.turned(&said, false);
            return Part::Said(format!("{}. {}", capitalised(yes), capitalised(&said)));
        }
        for _ in 0..DEEPEST {
            if let Some(question) = self.question(&text) {
                return Part::Said(question);
            }
            match self.done(&text) {
                Some(Done::Said(said)) => {
                    return Part::Said(self.turned(&said, said.ends_with('?')));
                }
                Some(Done::Manner) => return Part::Manner,
                Some(Done::Unsaid) => return Part::Unsaid,
                Some(Done::Again(rest)) => match rest.strip_prefix("dass ") {
                    Some(clause) => text = clause_said(clause),
                    None => text = rest,
                },
                None => break,
            }
        }
        if let Some(clause) = text.strip_prefix("dass ").filter(|_| self.is("de")) {
            text = clause_said(clause);
        }
        self.statement(&text)
    }

    fn done(&self, order: &str) -> Option<Done> {
        acts::all()
            .iter()
            .filter(|acts| self.language.is_none_or(|code| code == acts.code))
            .find_map(|acts| acts.done(order))
    }

    /// What is said as it stands: what hangs behind it, as behind a topic, goes.
    fn statement(&self, text: &str) -> Part {
        let (rest, wanted) = tails::cut(text);
        if rest.is_empty() && wanted.is_some() {
            return Part::Unsaid;
        }
        let said = match read_sentence(&rest, self.language) {
            (_, Some(said)) => said,
            // One word answers: "no", "yes".
            (_, None) if rest.split_whitespace().count() == 1 => rest,
            (_, None) => return Part::Unsaid,
        };
        Part::Said(self.turned(&said, false))
    }

    fn turned(&self, said: &str, asked: bool) -> String {
        let said = person::spoken_to(said, self.language, self.named, asked);
        if self.is("en") {
            answered_plainly(&said)
        } else if self.is("es") {
            said.strip_prefix("si, ")
                .map_or_else(|| said.clone(), |rest| format!("s\u{ed}, {rest}"))
        } else {
            said
        }
    }

    fn is(&self, code: &str) -> bool {
        self.language == Some(code)
    }

    /// "ask which phone she has", "frag ob er noch kommt", "pregunta qu\u{e9} talla usa".
    fn question(&self, order: &str) -> Option<String> {
        static ENGLISH: LazyLock<Option<Regex>> = LazyLock::new(|| {
            acts::compiled(
                r"(?:<P>(?:ask|find out)(?: <HER>)?|i wonder|we wonder|hope),? (?P<what>(?:what|which|who|whom|whose|when|where|why|how|if|whether)\b.+)",
                english::GROUPS,
            )
        });
        static GERMAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
            acts::compiled(
                r"<P>frage?(?: <IHR>)?(?: mal| doch| bitte| nach| noch)*,? (?P<wh>was für \S+|was|wer|wen|wem|wohin|woher|wo|wann|warum|wieso|wie(?: (?:viele?n?|oft|lange|gern|alt|groß|gut|weit|hoch|schwer))?|welche[rsnm]?(?: \S+)?|womit|wofür|ob) (?P<rest>.+)",
                german::GROUPS,
            )
        });
        static SPANISH: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"(?i)^preg[uú]nta(?:le|les)?(?: a \S+)? ").ok());
        if let Some(found) = ENGLISH.as_ref().and_then(|pattern| pattern.captures(order)) {
            let asked = person::spoken_to(&found["what"], Some("en"), self.named, true);
            let asked = asked
                .replace("you're ", "they're ")
                .replace("you've ", "they've ")
                .replace("you'll ", "they'll ");
            return read_sentence(&format!("ask people {asked}"), Some("en")).1;
        }
        if let Some(found) = GERMAN.as_ref().and_then(|pattern| pattern.captures(order)) {
            return to_one(&found["wh"], &found["rest"])
                .or_else(|| read_sentence(order, Some("de")).1);
        }
        if !self.is("es") || !order.to_lowercase().starts_with("preg") {
            return None;
        }
        let rest = SPANISH.as_ref()?.replace(order, "pregunta ");
        read_sentence(&rest, Some("es")).1
    }
}

/// A German clause behind "dass" as a sentence.
fn clause_said(clause: &str) -> String {
    // "das nächste am 12. Mai ist": the adjective stands for its noun.
    if let Some(found) = verb_last(clause)
        && let [article, adjective, next, ..] = found.before.as_slice()
        && matches!(*article, "das" | "die" | "der")
        && adjective.ends_with("te")
        && matches!(
            *next,
            "am" | "im" | "um" | "ab" | "erst" | "schon" | "in" | "nicht"
        )
    {
        let rest = found.before[2..].join(" ");
        return format!("{article} {adjective} {} {rest}", found.verb.stem);
    }
    match read_sentence(&format!("sag allen, dass {clause}"), Some("de")).1 {
        Some(said) if !said.starts_with("Ihr sollt wissen") => said,
        _ => clause.to_owned(),
    }
}

/// "welches modell" and "er hat" become "Welches modell hast du?". None where it is not one person who is asked.
fn to_one(wh: &str, rest: &str) -> Option<String> {
    let clause = verb_last(rest)?;
    let subject = clause
        .before
        .iter()
        .position(|word| matches!(word.to_lowercase().as_str(), "er" | "sie"));
    // "wie alt ihr kind ist"
    let of_hers = clause.before.first().is_some_and(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "ihr" | "ihre" | "sein" | "seine"
        )
    });
    let (subject, verb, du) = match subject {
        Some(at) => (at, du::of_du(&clause.verb.stem.to_lowercase())?, "du"),
        None if of_hers => (0, clause.verb.stem.clone(), ""),
        None => return None,
    };
    let mut words: Vec<&str> = Vec::new();
    if !wh.eq_ignore_ascii_case("ob") {
        words.push(wh);
    }
    words.extend(&clause.before[..subject]);
    words.push(&verb);
    words.extend((!du.is_empty()).then_some(du));
    let rest: Vec<String> = clause.before[subject + du.len().min(1)..]
        .iter()
        .map(|word| match word.to_lowercase().as_str() {
            "sich" => "dich".to_owned(),
            "sein" | "seine" | "seinen" | "seinem" | "seiner" => format!("d{}", &word[1..]),
            "ihr" | "ihre" | "ihren" | "ihrem" | "ihrer" => word.replacen("ihr", "dein", 1),
            _ => (*word).to_owned(),
        })
        .collect();
    words.extend(rest.iter().map(String::as_str));
    words.extend(clause.verb.prefix);
    Some(format!(
        "{}{}?",
        capitalised(&words.join(" ")),
        clause.after
    ))
}

/// "yes we have it, its 70": the comma behind "yes", the apostrophe of "it's".
fn answered_plainly(said: &str) -> String {
    static ITS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b([Ii])ts (\d|a |an |the |on |in |at |not |free|closed|open|about|fixed|all |our |just |still |from |only |been |no |called|sold)").ok()
    });
    static YES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^(yes|no|sorry|of course) (we|it|it's|they|you|there|i|he|she|our|that|this|\d+)\b").ok()
    });
    let mut text = said.to_owned();
    if let Some(its) = ITS.as_ref() {
        text = its.replace_all(&text, "${1}t's $2").into_owned();
    }
    if let Some(yes) = YES.as_ref() {
        text = yes.replace(&text, "$1, $2").into_owned();
    }
    text
}

/// "que nos mande el n\u{fa}mero" becomes "\u{bf}Nos puedes mandar el n\u{fa}mero?".
fn spanish_request(guidance: &str) -> Option<String> {
    let mut words = guidance.split(' ');
    let that = words.next()?.to_lowercase();
    let clitic = words.next()?.to_lowercase();
    if that != "que" || !matches!(clitic.as_str(), "nos" | "me") {
        return None;
    }
    let verb = words.next()?.to_lowercase();
    let (_, infinitive) = SPANISH_REQUESTS.iter().find(|(form, _)| *form == verb)?;
    let rest: Vec<&str> = words.collect();
    Some(format!(
        "\u{bf}{} puedes {infinitive} {}?",
        capitalised(&clitic),
        rest.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Wish;

    #[test]
    fn what_an_answer_should_say_is_said_to_the_person() {
        for (guidance, said) in [
            ("we saved you one", "We saved you one."),
            (
                "tell him the first check-up is free",
                "The first check-up is free.",
            ),
            (
                "sag ihr dass wir sonntags zu haben",
                "Wir haben sonntags zu.",
            ),
            (
                "admit the sign is wrong, new one comes friday",
                "The sign is wrong, new one comes Friday.",
            ),
            (
                "que nos mande el numero de pedido por privado",
                "\u{bf}Nos puedes mandar el número de pedido por privado?",
            ),
            ("tell her she can bring her mum", "You can bring your mum."),
            (
                "apologise and ask which address she wrote to",
                "We are sorry. Which address did you write to?",
            ),
            (
                "stay polite, the manager is in on thursday",
                "The manager is in on Thursday.",
            ),
            (
                "sehr schade, und frag ob sie unsere plakate noch schaffen",
                "Sehr schade. Schafft ihr unsere Plakate noch?",
            ),
        ] {
            assert_eq!(
                Wish::read_answer(guidance).written_out().join(" "),
                said,
                "{guidance}"
            );
        }
    }
}
