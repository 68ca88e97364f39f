//! German noun phrases: their case, their article, the clause behind them.

use super::german_capitals::is_german_noun;

/// The subject behind "über" or "von" as the subject of a sentence: its pronoun tells the gender.
pub(super) fn nominative(subject: &str, pronoun: &str, plural: bool) -> Option<String> {
    let mut words = subject.split_whitespace();
    let determiner = words.next()?.to_lowercase();
    let ours = determiner.starts_with("uns");
    let (determiner, weak, strong) = match (pronoun, plural) {
        ("sie" | "die", true) => (if ours { "unsere" } else { "die" }, "en", "en"),
        ("der" | "er", _) => (if ours { "unser" } else { "der" }, "e", "er"),
        ("die" | "sie", _) => (if ours { "unsere" } else { "die" }, "e", "e"),
        ("das" | "es", _) => (if ours { "unser" } else { "das" }, "e", "es"),
        _ => return None,
    };
    let known = ours
        || matches!(
            subject
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_lowercase()
                .as_str(),
            "den" | "die" | "das" | "dem" | "der"
        );
    let rest: Vec<&str> = words.collect();
    let last = rest.len().checked_sub(1)?;
    let ending = if ours { strong } else { weak };
    let mut adjective = true;
    let turned: Vec<String> = rest
        .iter()
        .enumerate()
        .map(|(place, word)| {
            let small = word.chars().next().is_some_and(char::is_lowercase);
            let stem = ["en", "em", "er", "es", "e"]
                .iter()
                .find_map(|ending| word.strip_suffix(ending));
            adjective &= place < last && small && !is_german_noun(word);
            match stem {
                Some(stem) if adjective => format!("{stem}{ending}"),
                _ => (*word).to_owned(),
            }
        })
        .collect();
    known.then(|| format!("{determiner} {}", turned.join(" ")))
}

/// Sets the comma before a relative clause: "den Helfern die den Zaun gestrichen haben".
pub(super) fn relative(who: &str) -> String {
    const VERBS: [&str; 8] = [
        "haben", "hat", "sind", "ist", "waren", "war", "kamen", "halfen",
    ];
    let at = who.match_indices(" die ").map(|(at, _)| at).find(|at| {
        let words_before = who[..*at].split(' ').count();
        let verb_behind = who[at + 5..]
            .split([' ', ','])
            .any(|word| VERBS.contains(&word));
        !who[..*at].ends_with(',') && words_before <= 5 && verb_behind
    });
    at.map_or_else(
        || who.to_owned(),
        |at| format!("{},{}", &who[..at], &who[at..]),
    )
}

/// "den neuen Kurs am Montag" becomes "neuer Kurs am Montag".
pub(super) fn without_article(about: &str) -> String {
    let Some((article, rest)) = about.split_once(' ') else {
        return about.to_owned();
    };
    // Without its article an adjective takes the article's ending: "den neuen Kurs" is "neuer Kurs".
    let strong = |weak: &str, ending: &str| {
        let (adjective, noun) = rest.split_once(' ')?;
        let stem = adjective.strip_suffix(weak)?;
        let small = adjective.chars().next().is_some_and(char::is_lowercase);
        (small && !is_german_noun(adjective)).then(|| format!("{stem}{ending} {noun}"))
    };
    match article.to_lowercase().as_str() {
        "den" | "einen" => strong("en", "er").unwrap_or_else(|| rest.to_owned()),
        "das" => strong("e", "es").unwrap_or_else(|| rest.to_owned()),
        "die" | "dem" | "der" | "ein" | "eine" | "einem" => rest.to_owned(),
        _ => about.to_owned(),
    }
}
