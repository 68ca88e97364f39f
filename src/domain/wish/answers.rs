//! What a person says an answer should say: frames that speak of the person answered, turned to that person.

use std::sync::LazyLock;

use regex::Regex;

/// The words around what should be said to one person.
const FRAMES: [&str; 9] = [
    r"(?:please |just )?(?:tell|let|inform) (?:him|her|them|the (?:guy|lady|customer|person)|@\S+)(?: know)?,? (?:that )?",
    r"(?:please |just )?(?:say|answer|reply|write|respond|admit|explain|confirm|mention|promise|add|concede)(?: to (?:him|her|them))?,? (?:that )",
    r"(?:please |just )?(?:say|answer|reply|write|respond|admit|explain|confirm|mention):? (?:yes,? )?",
    r"(?:bitte )?(?:sag|sage|antworte|schreib|schreibe|erkl\u{e4}re?|erkl\u{e4}r)(?: (?:ihm|ihr|ihnen|der|dem))?,? (?:bitte )?(?:dass )",
    r"(?:bitte )?(?:sag|sage|antworte|schreib|schreibe)(?: (?:ihm|ihr|ihnen))?,? ",
    r"(?:por favor )?(?:dile|diles|di|cu\u{e9}ntale|resp\u{f3}ndele|responde|contesta|contéstale|explica|expl\u{ed}cale|confirma)(?: a \S+)?,? que ",
    r"(?:por favor )?(?:dile|diles|di|responde|contesta):? ",
    r"that ",
    r"dass ",
];

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

/// What a guidance tells the writer rather than the reader.
const MANNERS: &str =
    r"(?i)^(?:stay|be|keep (?:it|calm)|remain|sound|bleib|sei|sé|mantén) (?:\S+ ?){1,3}$";

/// An order to say sorry, and how it is said.
const SORRY: [(&str, &str); 3] = [
    (
        r"(?i)^(?:apologi[sz]e|say sorry|say we'?re sorry)(?: to (?:her|him|them))?$",
        "We are sorry.",
    ),
    (
        r"(?i)^(?:entschuldige? dich|entschuldigung sagen|sag entschuldigung)$",
        "Das tut uns leid.",
    ),
    (
        r"(?i)^(?:pide perdón|pide disculpas|discúlpate)$",
        "Lo sentimos.",
    ),
];

/// The sentences that a guidance of several orders asks for: "apologise and ask which address she wrote to".
pub(super) fn orders(guidance: &str) -> String {
    const VERBS: [&str; 17] = [
        "ask",
        "apologise",
        "apologize",
        "say",
        "tell",
        "thank",
        "invite",
        "stay",
        "be",
        "frag",
        "frage",
        "sag",
        "entschuldige",
        "pregunta",
        "dile",
        "di",
        "pide",
    ];
    let mut parts: Vec<String> = vec![String::new()];
    let words: Vec<&str> = guidance.split_whitespace().collect();
    let mut at = 0;
    while at < words.len() {
        let joint = matches!(words[at].to_lowercase().as_str(), "and" | "und" | "y");
        let orders = |place: usize| {
            words
                .get(place)
                .is_some_and(|word| VERBS.contains(&word.to_lowercase().as_str()))
        };
        let last = parts.last().map(String::as_str).unwrap_or_default();
        if !last.is_empty()
            && ((joint && orders(at + 1)) || (last.ends_with(',') && (orders(at) || manners(last))))
        {
            parts.push(String::new());
            at += usize::from(joint);
            continue;
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(if part.is_empty() { "" } else { " " });
            part.push_str(words[at]);
        }
        at += 1;
    }
    let sentences: Vec<String> = parts
        .iter()
        .filter_map(|part| order(part.trim_end_matches(',')))
        .collect();
    sentences.join("\n")
}

fn manners(part: &str) -> bool {
    Regex::new(MANNERS).is_ok_and(|pattern| pattern.is_match(part.trim_end_matches(',')))
}

fn order(part: &str) -> Option<String> {
    if manners(part) {
        return None;
    }
    let sorry = SORRY
        .iter()
        .find(|(pattern, _)| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(part)));
    if let Some((_, said)) = sorry {
        return Some((*said).to_owned());
    }
    if let Some(question) = part.strip_prefix("ask ") {
        let question = question
            .trim_start_matches("her ")
            .trim_start_matches("him ")
            .trim_start_matches("them ")
            .replace(" she ", " they ")
            .replace(" he ", " they ");
        return Some(format!("ask people {question}"));
    }
    Some(unframed(part))
}

/// Without the frame around it. A German "dass" clause stays one, so that its order is set right.
fn unframed(guidance: &str) -> String {
    static ALL: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        FRAMES
            .iter()
            .filter_map(|frame| Regex::new(&format!("(?i)^(?:{frame})(?P<rest>.+)$")).ok())
            .collect()
    });
    let guidance = guidance.trim();
    if let Some(request) = spanish_request(guidance) {
        return request;
    }
    for frame in ALL.iter() {
        if let Some(found) = frame.captures(guidance) {
            let rest = found["rest"].trim().to_owned();
            let begins = found[0].to_lowercase();
            let before = &begins[..begins.len().saturating_sub(rest.len())];
            if before.trim_end().ends_with("dass") {
                return format!("sag allen, dass {rest}");
            }
            return rest;
        }
    }
    guidance.to_owned()
}

/// "que nos mande el n\u{fa}mero" becomes "\u{bf}Nos puedes mandar el n\u{fa}mero?".
fn spanish_request(guidance: &str) -> Option<String> {
    let mut words = guidance.split(' ');
    let that = words.next()?.to_lowercase();
    let clitic = words.next()?.to_lowercase();
    if that != "que" || !matches!(clitic.as_str(), "nos" | "me" | "lo" | "la" | "se") {
        return None;
    }
    let verb = words.next()?.to_lowercase();
    let (_, infinitive) = SPANISH_REQUESTS.iter().find(|(form, _)| *form == verb)?;
    let rest: Vec<&str> = words.collect();
    Some(format!(
        "\u{bf}{} puedes {infinitive} {}?",
        super::capitalised(&clitic),
        rest.join(" ")
    ))
}

/// Of one person, and to that person.
const FORMS: [(&str, &str); 14] = [
    ("she can ", "you can "),
    ("he can ", "you can "),
    ("she is ", "you are "),
    ("he is ", "you are "),
    ("she's ", "you're "),
    ("he's ", "you're "),
    ("she could ", "you could "),
    ("he could ", "you could "),
    ("she will ", "you will "),
    ("he will ", "you will "),
    ("saved her ", "saved you "),
    ("saved him ", "saved you "),
    ("for her", "for you"),
    ("for him", "for you"),
];

/// The person answered is "you": only where English speaks of one person with forms that stay right.
pub(super) fn to_the_person(sentence: &str, language: Option<&str>) -> String {
    if language.is_some_and(|code| code != "en") {
        return sentence.to_owned();
    }
    let mut text = format!("{sentence} ");
    for (other, you) in FORMS {
        let start = text.to_lowercase().starts_with(other.trim_end());
        if start || other.starts_with("saved") || other.starts_with("for ") {
            text = text.replacen(other, you, 1);
        }
    }
    text.trim_end().to_owned()
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
            ("tell her she can bring her mum", "You can bring her mum."),
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
                "Sehr schade. Schafft ihr unsere plakate noch?",
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
