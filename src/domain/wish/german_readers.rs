//! German third persons turned to the readers: "sie trinken ihren Tee" to "ihr trinkt euren Tee".

use std::sync::LazyLock;

use regex::Regex;

/// "wollen die Leute lieber Kino" becomes "Wollt ihr lieber Kino?". None for what is no question about the readers.
pub(super) fn question_to_readers(question: &str) -> Option<String> {
    static ASKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?P<verb>\p{L}+n) (?:die leute|alle|sie|(?:unsere|die) (?:kunden|gäste|mitglieder|hörer|leser|follower|eltern|nachbarn|besucher)) (?P<rest>.+?)\??$",
        )
        .ok()
    });
    let found = ASKED.as_ref()?.captures(question.trim())?;
    let verb = for_readers(&found["verb"].to_lowercase());
    Some(format!(
        "{} ihr {}?",
        super::capitalised(&verb),
        to_readers(&found["rest"])
    ))
}

/// "sie … trinken" becomes "ihr … trinkt": the form for the readers of a verb for others.
pub(super) fn for_readers(verb: &str) -> String {
    const IRREGULAR: [(&str, &str); 18] = [
        ("sind", "seid"),
        ("haben", "habt"),
        ("werden", "werdet"),
        ("wollen", "wollt"),
        ("können", "könnt"),
        ("möchten", "möchtet"),
        ("würden", "würdet"),
        ("mögen", "mögt"),
        ("müssen", "müsst"),
        ("dürfen", "dürft"),
        ("sollen", "sollt"),
        ("wissen", "wisst"),
        ("hätten", "hättet"),
        ("wären", "wärt"),
        ("waren", "wart"),
        ("hatten", "hattet"),
        ("tun", "tut"),
        ("kamen", "kamt"),
    ];
    if let Some((_, form)) = IRREGULAR.iter().find(|(other, _)| *other == verb) {
        return (*form).to_owned();
    }
    if verb.ends_with("eln") || verb.ends_with("ern") {
        return format!("{}t", verb.trim_end_matches('n'));
    }
    let Some(stem) = verb.strip_suffix("en") else {
        return verb.to_owned();
    };
    let soft = ["d", "t", "chn", "ffn", "gn"]
        .iter()
        .any(|end| stem.ends_with(end));
    format!("{stem}{}", if soft { "et" } else { "t" })
}

/// Words for others turned to the readers: "ihr Kuchen" to "euer Kuchen", "sich" to "euch".
pub(super) fn to_readers(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    words
        .iter()
        .enumerate()
        .map(|(place, word)| {
            let noun_follows = words
                .get(place + 1)
                .is_some_and(|next| next.chars().next().is_some_and(char::is_alphabetic));
            match word.to_lowercase().as_str() {
                "sich" | "ihnen" => "euch",
                "ihre" if noun_follows => "eure",
                "ihren" if noun_follows => "euren",
                "ihrem" if noun_follows => "eurem",
                "ihrer" if noun_follows => "eurer",
                "ihr" if noun_follows => "euer",
                _ => word,
            }
            .to_owned()
        })
        .collect::<Vec<_>>()
        .join(" ")
}
