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

/// Without the frame around it. A German "dass" clause stays one, so that its order is set right.
pub(super) fn unframed(guidance: &str) -> String {
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
        ] {
            assert_eq!(
                Wish::read_answer(guidance).written_out().join(" "),
                said,
                "{guidance}"
            );
        }
    }
}
