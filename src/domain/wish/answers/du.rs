//! German: the person answered is "du".

use super::person::{Person, another, split_mark};

/// What he gets, may and needs, in German.
const SEINE: &str =
    "kann soll sollte darf muss will könnte bekommt kriegt erhält braucht hat möchte findet zahlt";

pub(super) fn german(sentence: &str, named: Option<Person>, asked: bool) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    let mut said: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut turned = false;
    for at in 0..words.len() {
        let (bare, mark) = split_mark(words[at]);
        let sex = match bare {
            "er" | "Er" => Person::He,
            "sie" => Person::She,
            "Sie" if at == 0 => Person::She,
            _ => continue,
        };
        let Some(verb) = verb_of(&words, at).filter(|_| !another(&words[..at])) else {
            continue;
        };
        let form = split_mark(words[verb]).0.to_lowercase();
        let sure = asked
            || named == Some(sex)
            || (named.is_none() && SEINE.split_whitespace().any(|known| known == form));
        let Some(you) = of_du(&form).filter(|_| sure) else {
            continue;
        };
        turned = true;
        let du = if bare.starts_with(char::is_uppercase) {
            "Du"
        } else {
            "du"
        };
        said[at] = format!("{du}{mark}");
        let after = split_mark(words[verb]).1;
        said[verb] = if words[verb].starts_with(char::is_uppercase) {
            format!("{}{after}", super::super::capitalised(&you))
        } else {
            format!("{you}{after}")
        };
    }
    for (at, word) in words.iter().enumerate() {
        let (bare, mark) = split_mark(word);
        let lower = bare.to_lowercase();
        let you = match lower.as_str() {
            "sich" if turned => "dich".to_owned(),
            "ihm"
                if (turned || named == Some(Person::He) || gave(&words[..at]))
                    && !another(&words[..at]) =>
            {
                "dir".to_owned()
            }
            "ihn" if turned || named == Some(Person::He) => "dich".to_owned(),
            "ihr"
                if (named == Some(Person::She) || gave(&words[..at]))
                    && gave(&words[..at])
                    && !another(&words[..at]) =>
            {
                "dir".to_owned()
            }
            "ihnen" if named == Some(Person::They) && bare == "ihnen" => "euch".to_owned(),
            "sein" | "seine" | "seinen" | "seinem" | "seiner" | "seines" if turned && at > 0 => {
                format!("d{}", &lower[1..])
            }
            "ihre" | "ihren" | "ihrem" | "ihrer" | "ihres" | "ihr"
                if turned && at > 0 && named != Some(Person::He) =>
            {
                lower.replacen("ihr", "dein", 1)
            }
            _ => continue,
        };
        said[at] = format!("{you}{mark}");
    }
    said.join(" ")
}

/// "wir legen ihr", "wir schicken ihm".
fn gave(before: &[&str]) -> bool {
    const GIVING: &str = "legen schicken geben bieten erstatten bringen wünschen senden schenken zeigen reservieren sagen schulden ersetzen danken bei";
    before.iter().rev().take(1).any(|word| {
        GIVING
            .split_whitespace()
            .any(|known| known == word.to_lowercase())
    })
}

/// The verb of a pronoun: beside it, or at the end of its clause.
fn verb_of(words: &[&str], at: usize) -> Option<usize> {
    let subordinate = at > 0
        && [
            "wenn", "ob", "dass", "falls", "weil", "was", "welches", "welche", "welchen", "wie",
            "wann", "wo",
        ]
        .contains(&words[at - 1].to_lowercase().as_str());
    let fits = |place: &usize| {
        words
            .get(*place)
            .is_some_and(|word| of_du(&split_mark(word).0.to_lowercase()).is_some())
    };
    if subordinate {
        let end = (at + 1..words.len())
            .find(|place| words[*place].ends_with([',', '.', '?', '!']))
            .unwrap_or(words.len() - 1);
        return Some(end).filter(fits);
    }
    Some(at + 1)
        .filter(|place| !words[at].ends_with(',') && fits(place))
        .or_else(|| {
            at.checked_sub(1)
                .filter(|place| !words[*place].ends_with(',') && fits(place))
        })
}

/// "kriegt" to "kriegst": the form for "du" of one for "er". None where it is no such form.
pub(super) fn of_du(verb: &str) -> Option<String> {
    const IRREGULAR: [(&str, &str); 15] = [
        ("hat", "hast"),
        ("ist", "bist"),
        ("wird", "wirst"),
        ("kann", "kannst"),
        ("soll", "solltest"),
        ("darf", "darfst"),
        ("muss", "musst"),
        ("will", "willst"),
        ("weiß", "weißt"),
        ("mag", "magst"),
        ("war", "warst"),
        ("hält", "hältst"),
        ("tritt", "trittst"),
        ("rät", "rätst"),
        ("lädt", "lädst"),
    ];
    const NO_VERBS: [&str; 12] = [
        "nicht", "jetzt", "mit", "seit", "sonst", "fast", "erst", "selbst", "echt", "zeit", "gut",
        "samt",
    ];
    if let Some((_, du)) = IRREGULAR.iter().find(|(er, _)| *er == verb) {
        return Some((*du).to_owned());
    }
    if NO_VERBS.contains(&verb) || verb.chars().count() < 4 {
        return None;
    }
    if let Some(stem) = verb.strip_suffix('t') {
        let hisses = stem.ends_with(['s', 'ß', 'z', 'x']);
        return Some(if hisses {
            verb.to_owned()
        } else {
            format!("{stem}st")
        });
    }
    [
        "könnte", "sollte", "müsste", "dürfte", "wollte", "würde", "hätte", "möchte", "wäre",
    ]
    .contains(&verb)
    .then(|| format!("{verb}st"))
}
