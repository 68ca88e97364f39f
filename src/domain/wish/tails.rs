//! What a person adds for the assistant behind what should be said: "…, put that out please", "… da sollte mal ein
//! Dankeschön raus", "…, ¿lo puedes publicar?". It is cut off, and says what kind of post is wanted.

use std::sync::LazyLock;

use regex::Regex;

use super::WishKind;

/// Requests, each the whole of a sentence or of what follows a comma.
const REQUESTS: &[&str] = &[
    // English
    r"(?:so|and|then|please|pls|maybe|just|also|but)?[, ]*(?:can|could|would|will|might) (?:you|we|u|that|this|it|someone|somebody)\b.*\b(?:put|post|go (?:up|out)|say|tell|write|mention|share|publish|announce|ask|get|celebrate|thank|remind|let|make|do|spread|nudge|add|find|turn|wish|congratulate|invite|mind|come up|shout|give)\b.*",
    r"(?:so|and|then|please|pls|maybe|just|also)?[, ]*(?:put|post|get|spread|share|publish|announce|say|write|mention|send|tell|nudge|remind|make|do|turn|add|thank|celebrate|invite|wish|let) (?:that|this|it|them|him|her|(?:everyone|people|folks|them) know|something|a post|the word|a nice|a little)\b.*",
    r"(?:it |that )?(?:would|'d) be (?:lovely|nice|great|good|cool|fab|helpful) (?:if (?:you|we)|to (?:post|say|share|have))\b.*",
    r"(?:i|we)(?:'?d| would) (?:love|like) (?:something|a post|a few words|you to|to (?:post|say|thank|invite|celebrate|remind|share|announce))\b.*",
    r"(?:please|pls|thanks|thank you|ta|cheers|thx)(?: in advance| so much)?",
    // German
    r"(?:bitte|und|da|dann|ach ja)?[, ]*(?:kannst|könntest|magst|würdest|willst|kannste|machst) du\b.*",
    r"(?:da|dazu|das)? ?(?:sollte|muss|müsste|könnte|darf) (?:mal |noch |auch |unbedingt )*(?:ein|eine|einen|was|das)\b.*\b(?:raus|hin|rein|her|online)",
    r"bitte (?:\S+ ){0,4}(?:einladen|schreiben|posten|reinstellen|fragen|danken|bedanken|erinnern|sagen|teilen|ankündigen|gratulieren|veröffentlichen|raushauen|weitersagen)",
    r"(?:wär|wäre) (?:gut|schön|nett|toll|super)[, ]+wenn (?:du|ihr)\b.*",
    r"(?:schreib|poste|teil|sag|frag|lad|erinner|bedank|gratulier|stell|mach|pack|bring)e? (?:das|es|dich|sie|ihn|ihr|ihnen|mal|da|dazu|bitte|doch|alle|was)\b.*",
    // Spanish
    r"(?:¿|y )?(?:me |nos |lo |la |se lo |les )?(?:puedes|podrías|podrias|podemos|puede)\b.*\b(?:publicar\w*|poner\w*|decir\w*|escribir\w*|anunciar\w*|compartir\w*|contar\w*|avisar\w*|felicitar\w*|agradecer\w*|recordar\w*|preguntar\w*|subir\w*)\b.*",
    r"(?:y )?(?:ponle|ponles|hazle|hazles|haz|lanza|lánzalo|anima|anímales|publícalo|publicalo|ponlo|dilo|díselo|cuéntalo|cuentalo|avisa|avísales|recuérdaselo|felicítal\w+|felicitalo|agradéce\w+|pregúnta\w+|invítales|invita|súbelo|compártelo|escribe algo|pon algo)\b.*",
    r"(?:estaría|estaria|sería|seria) (?:bien|genial|bonito) (?:que|si)\b.*",
    r"(?:gracias|por favor|porfa)",
];

/// What a request names.
const KINDS: &[(WishKind, &str)] = &[
    (
        WishKind::Thank,
        r"\b(?:thank\w*|danken?|danke|dank|bedank\w*|dankeschön|agradec\w*|agradéce\w*|gracias)\b",
    ),
    (
        WishKind::Congratulate,
        r"\b(?:celebrate\w*|congrat\w*|well done|bravo|hooray|glückw\w*|gratulier\w*|enhorabuena|felicit\w*)\b",
    ),
    (
        WishKind::Invite,
        r"\b(?:invit\w*|come along|einlad\w*|lad|anima\w*)\b",
    ),
    (
        WishKind::Remind,
        r"\b(?:remind\w*|nudge|erinner\w*|recordatorio|recuérd\w*)\b",
    ),
    (
        WishKind::Ask,
        r"\b(?:ask|find out|frag\w*|runde|pregunt\w*)\b",
    ),
];

/// One short sentence for a kind whose own words are missing from the statement, by language.
const CLOSINGS: [(&str, WishKind, &str); 12] = [
    ("en", WishKind::Thank, "Thank you."),
    ("en", WishKind::Congratulate, "Congratulations."),
    ("en", WishKind::Invite, "Come along."),
    ("en", WishKind::Ask, "Can you help?"),
    ("de", WishKind::Thank, "Vielen Dank."),
    ("de", WishKind::Congratulate, "Herzlichen Glückwunsch."),
    ("de", WishKind::Invite, "Kommt vorbei."),
    ("de", WishKind::Ask, "Könnt ihr helfen?"),
    ("es", WishKind::Thank, "Muchas gracias."),
    ("es", WishKind::Congratulate, "Enhorabuena."),
    ("es", WishKind::Invite, "Os esperamos."),
    ("es", WishKind::Ask, "¿Nos podéis ayudar?"),
];

/// Where a name or a choice is looked for, ideas are asked for rather than help.
const IDEAS: (&str, [(&str, &str); 3]) = (
    r"(?i)\b(?:names?|namen?|nombre|ideas?|ideen?|vorschl\w+|motto|title|titel|título|slogan|überlegen|thinking of|pensando en)\b",
    [
        ("en", "Any ideas?"),
        ("de", "Habt ihr Ideen?"),
        ("es", "¿Qué os parece?"),
    ],
);

/// A request to the assistant.
struct Request {
    /// The kind of post that it names.
    kind: Option<WishKind>,
}

/// `sentence` without the request at its end, and the kind that the request names. The whole sentence may be one.
pub(super) fn cut(sentence: &str) -> (String, Option<WishKind>) {
    let joints = [", ", ". ", "; "]
        .into_iter()
        .flat_map(|joint| sentence.match_indices(joint));
    let mut ends: Vec<usize> = joints.map(|(at, _)| at).collect();
    ends.sort_unstable();
    if let Some(request) = request(sentence) {
        return (String::new(), request.kind);
    }
    for at in ends {
        if let Some(request) = request(&sentence[at + 2..]) {
            return (sentence[..at].trim().to_owned(), request.kind);
        }
    }
    // "… finally open please" has no comma.
    for polite in [
        " please",
        " pls",
        " bitte",
        " por favor",
        " porfa",
        " thanks",
    ] {
        if let Some(rest) = sentence.trim_end_matches(['.', '!']).strip_suffix(polite)
            && rest.split_whitespace().count() > 3
        {
            return (rest.to_owned(), None);
        }
    }
    (sentence.to_owned(), None)
}

/// Whether a text is a request to the assistant; the kind that it names, if any.
fn request(text: &str) -> Option<Request> {
    static ALL: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        REQUESTS
            .iter()
            .filter_map(|pattern| Regex::new(&format!("(?i)^(?:{pattern})$")).ok())
            .collect()
    });
    let bare = text.trim().trim_end_matches(['.', '?', '!', ' ']);
    ALL.iter()
        .any(|pattern| pattern.is_match(bare))
        .then(|| Request { kind: kind(bare) })
}

pub(super) fn kind(text: &str) -> Option<WishKind> {
    static ALL: LazyLock<Vec<(WishKind, Regex)>> = LazyLock::new(|| {
        let compiled = KINDS.iter().filter_map(|(kind, pattern)| {
            Some((*kind, Regex::new(&format!("(?i){pattern}")).ok()?))
        });
        compiled.collect()
    });
    ALL.iter()
        .find(|(_, pattern)| pattern.is_match(text))
        .map(|(kind, _)| *kind)
}

/// The sentence that a request of this kind asks for, where the statement does not say it.
pub(super) fn closing(kind: WishKind, language: Option<&str>, said: &str) -> Option<String> {
    let language = language?;
    let already = (kind == WishKind::Ask && said.contains('?'))
        || KINDS.iter().any(|(known, pattern)| {
            *known == kind
                && Regex::new(&format!("(?i){pattern}")).is_ok_and(|pattern| pattern.is_match(said))
        });
    if kind == WishKind::Ask
        && !already
        && Regex::new(IDEAS.0).is_ok_and(|pattern| pattern.is_match(said))
    {
        let ideas = IDEAS.1.iter().find(|(code, _)| *code == language);
        return ideas.map(|(_, sentence)| (*sentence).to_owned());
    }
    CLOSINGS
        .iter()
        .find(|(code, known, _)| *code == language && *known == kind && !already)
        .map(|(.., sentence)| (*sentence).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Wish;

    #[test]
    fn what_is_meant_for_the_assistant_is_cut_off_and_its_kind_is_kept() {
        for (topic, said) in [
            (
                "the studio opens at noon, put that out please",
                "The studio opens at noon.",
            ),
            (
                "the studio opens at noon. could that go up please",
                "The studio opens at noon.",
            ),
            (
                "priya just passed her exam, could we celebrate her a bit",
                "Priya just passed her exam. Congratulations.",
            ),
            (
                "61 boxes were handed in for the food bank. would you thank everyone for me",
                "61 boxes were handed in for the food bank. Thank you.",
            ),
            (
                "Am Freitag wird vorgelesen, bitte einmal nett dazu einladen",
                "Am Freitag wird vorgelesen. Kommt vorbei.",
            ),
            (
                "el bono se queda en 280 euros, ¿lo puedes publicar?",
                "El bono se queda en 280 euros.",
            ),
            (
                "we have 40 old cables. find out if anyone wants some",
                "We have 40 old cables. Does anyone want some?",
            ),
            (
                "I'd like to hear from our members how they got into beekeeping, can you put that to them",
                "How did you get into beekeeping?",
            ),
            (
                "could you come up with a silly line about the otter, he ate the bait again",
                "The otter ate the bait again.",
            ),
            (
                "Can you bring a cup on Sunday?",
                "Can you bring a cup on Sunday?",
            ),
        ] {
            assert_eq!(Wish::read(topic).written_out().join(" "), said, "{topic}");
        }
    }
}
