//! German orders in the infinitive: "alle erinnern, dass …", "bitte nett fragen".

use std::sync::LazyLock;

use regex::Regex;

use super::german::POLITE;

/// What an assistant is asked to do, in the infinitive.
const INFINITIVES: &str = "posten reinstellen reinsetzen rausschicken raushauen rausgeben schreiben fragen nachfragen rumfragen erinnern einladen danken bedanken gratulieren sagen teilen ankündigen veröffentlichen weitersagen weitergeben hinweisen erwähnen informieren warnen wünschen mitteilen verbreiten bewerben entschuldigen";

/// "nochmal alle erinnern", "bitte nett fragen": an infinitive with no one who does it.
pub(super) fn infinitive_order(text: &str) -> bool {
    static ORDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let infinitives = INFINITIVES.replace(' ', "|");
        Regex::new(&format!(
            r"(?i)^(?:[^\s,.:]+ ){{0,6}}(?:{infinitives})(?:,? (?:dass|das|ob|wer|was|wann|wie|wo|welche\w*|wen|wem|die|zum|zur|zu|am|an|für|bitte|:).*|: .+)?$"
        ))
        .ok()
    });
    const SUBJECTS: &str = "wir ich euch ihr man sie können dürfen möchten wollen will kann viele manche einige uns zu immer muss müssen werden jemand wer";
    let before: Vec<String> = text
        .split([' ', ',', ':'])
        .map(str::to_lowercase)
        .take_while(|word| !INFINITIVES.split(' ').any(|known| known == word))
        .collect();
    let subject = before
        .iter()
        .any(|word| SUBJECTS.split_whitespace().any(|known| known == word));
    !subject && ORDER.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// "die Leute erinnern, dass …" and "alle einladen zum Fest" as the imperative that the rules know.
pub(super) fn imperative(text: &str) -> String {
    static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let polite = format!("(?i)^(?:{POLITE})(?P<rest>.+)$");
        Regex::new(&polite).ok()
    });
    const MANNER: &str = "einmal nett dazu mal bitte noch lieb herzlich kurz da dabei hier gern gerne schön freundlich auch doch";
    const IMPERATIVES: [(&str, &str, &str); 22] = [
        ("nachfragen", "frag", ""),
        ("rumfragen", "frag", ""),
        ("fragen", "frag", ""),
        ("erinnern", "erinnere", ""),
        ("einladen", "lade", "ein"),
        ("bedanken", "bedanke dich", ""),
        ("danken", "danke", ""),
        ("gratulieren", "gratuliere", ""),
        ("weitersagen", "sag", ""),
        ("sagen", "sag", ""),
        ("posten", "poste", ""),
        ("schreiben", "schreib", ""),
        ("ankündigen", "kündige", "an"),
        ("mitteilen", "teile", "mit"),
        ("hinweisen", "weise", "hin"),
        ("informieren", "informiere", ""),
        ("erwähnen", "erwähne", ""),
        ("warnen", "warne", ""),
        ("wünschen", "wünsche", ""),
        ("bewerben", "bewirb", ""),
        ("veröffentlichen", "veröffentliche", ""),
        ("entschuldigen", "entschuldige dich", ""),
    ];
    if !infinitive_order(text) {
        return text.to_owned();
    }
    let bare = FRAME
        .as_ref()
        .and_then(|frame| frame.captures(text))
        .map_or(text, |found| {
            found.name("rest").map_or(text, |rest| rest.as_str())
        });
    let words: Vec<&str> = bare.split(' ').collect();
    let found = words.iter().enumerate().find_map(|(place, word)| {
        let word = word.trim_end_matches([',', ':']).to_lowercase();
        IMPERATIVES
            .iter()
            .find(|(infinitive, ..)| *infinitive == word)
            .map(|form| (place, form))
    });
    let Some((place, (_, imperative, particle))) = found else {
        return text.to_owned();
    };
    let object: Vec<&str> = words[..place]
        .iter()
        .copied()
        .filter(|word| *word != "sich")
        .collect();
    let bare = object.iter().all(|word| {
        MANNER
            .split_whitespace()
            .any(|known| known == word.to_lowercase())
    });
    if bare && words.len() == place + 1 {
        return text.to_owned();
    }
    let mark = words[place].trim_start_matches(char::is_alphabetic);
    let rest = words[place + 1..].join(" ");
    let (near, far) = if particle.is_empty() {
        (String::new(), rest.as_str())
    } else {
        let at = rest.find([',', ':']).unwrap_or(rest.len());
        (rest[..at].to_owned(), &rest[at..])
    };
    let mark = if object.is_empty() { "" } else { mark };
    let object = object.join(" ");
    let pieces = [*imperative, &object, &near, particle];
    let head: Vec<&str> = pieces
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .collect();
    let gap = if far.is_empty() || far.starts_with([',', ':']) {
        ""
    } else {
        " "
    };
    format!("{}{mark}{gap}{far}", head.join(" "))
}

#[cfg(test)]
mod tests {
    use super::imperative;

    #[test]
    fn an_infinitive_is_read_as_its_imperative() {
        for (text, expected) in [
            (
                "die Leute erinnern, dass morgen zu ist",
                "erinnere die Leute, dass morgen zu ist",
            ),
            (
                "alle einladen zum Fest am Freitag, es gibt Suppe",
                "lade alle zum Fest am Freitag ein, es gibt Suppe",
            ),
            (
                "in die Runde fragen wer kommt",
                "frag in die Runde wer kommt",
            ),
            ("wir möchten euch einladen", "wir möchten euch einladen"),
            ("bitte nett fragen", "bitte nett fragen"),
        ] {
            assert_eq!(imperative(text), expected, "{text}");
        }
    }
}
