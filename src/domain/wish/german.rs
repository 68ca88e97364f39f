//! German: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::clauses::{for_readers, main_clause, to_readers, verb_last};
use super::{Read, Rule, capitalised, compiled, german_rules, group};

pub(super) const TIMES: &[&str] = &[
    "montag",
    "montags",
    "dienstag",
    "dienstags",
    "mittwoch",
    "mittwochs",
    "donnerstag",
    "donnerstags",
    "freitag",
    "freitags",
    "samstag",
    "samstags",
    "sonnabend",
    "sonntag",
    "sonntags",
    "heute",
    "morgen",
    "übermorgen",
    "wochenende",
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "mittags",
    "abends",
    "wieder",
    "ab",
    "bald",
    "jetzt",
];

pub(super) const VERBS: &[&str] = &[
    "ist",
    "sind",
    "war",
    "waren",
    "hat",
    "haben",
    "wird",
    "werden",
    "kann",
    "können",
    "gibt",
    "gibts",
    "kommt",
    "kommen",
    "öffnet",
    "schließt",
    "beginnt",
    "startet",
    "endet",
    "kostet",
    "kosten",
    "fällt",
    "findet",
    "macht",
    "zieht",
    "sucht",
    "suchen",
];

const AUDIENCE: &str = "(?:(?:all(?:en|e)? )?(?:(?:den|die|unseren|unsere|unsern|euren|meinen|meine|der|dem|unserer) )?(?:(?:lieben|treuen) )?(?:leuten?|menschen|allen|alle|jedem|jeden|jeder|kunden|kundinnen|\
    kund\\*innen|gästen?|mitgliedern?|followern?|hörern?|hörerinnen|lesern?|leserinnen|community|nachbarn|eltern|familien|kindern|fans|besuchern?|\
    besucherinnen|[a-zäöüß]{3,}(?:ern?|innen|isten|enten)|schülern?|patienten|patientinnen|freunden|freunde|nutzern?|usern?|teilnehmern?|welt|öffentlichkeit|läufern?|spielern?|vereinsmitgliedern?|stammgästen?|abonnenten|team|gemeinde|nachbarschaft|ihnen|denen|uns)(?: hier| da draußen| mal)?)";

const POLITE: &str = "(?:(?:hallo|hi|hey|ok|okay|so|und|dann|lumen|bitte|mal|doch|kannst du|könntest du|würdest du|magst du|könnten wir|können wir|wir sollten|wir müssen|wir möchten|wir wollen|\
    ich möchte|ich will|ich würde gern|du sollst|vielleicht|noch|nochmals?|noch mal|eben|kurz|schnell|einfach|auch|gern|gerne|(?:es )?w[äa]re? (?:schön|gut|toll|nett|super|lieb|cool),? wenn (?:du|wir|man|jemand)|kannste|magste|könntet ihr|wir wollten|ich wollte|man könnte|man sollte|du könntest|du kannst|es wird zeit,?)[,:]? )*";

const SMALL: &str = "(?:(?:bitte|mal|doch|uns|mir|kurz|noch|einfach|schnell|auch|wieder|eben|gern|gerne|online|raus|rein|nochmals?|noch mal|mal wieder|herzlich|ganz herzlich|recht herzlich|nett|lieb|ganz|allen ernstes|dringend|bitte nochmal|rum|herum|mit)[,]? )*";

const FORM: &str = "(?:(?:kurzen?|kleinen?|netten?|schönen?|freundlichen?|nettes|kurzes|kleine[rs]?|liebe[rsn]?|herzlichen?|knappen?|neuen?|kurzer|kurze|warmen?|lockeren?)(?:,| und)? )*(?:(?:social[- ]media[- ])?(?:post|posting|beitrag|tweet|text|nachricht|\
    notiz|ankündigung|mitteilung|hinweis|satz|sätze|meldung|info|zeilen?|worte|einladung|erinnerung|dankeschön|danke|was|etwas|eintrag|story|frage|umfrage|status|dankespost|aufruf|werbung|kleinanzeige|aushang))";

const WRITE: &str = "(?:schreibe?n?|schreibst|schreibt|postest|postet|tippe?|texte?|poste?n?|verfasse?n?|erstelle?n?|mache?n?|machst|formuliere?n?|bringe?n?|setze?n?|stelle?n?|gib|hau|haue|wir brauchen|ich brauche|brauche|veröffentliche?n?|twittere|schick|entwirf|mach uns|stell)";

const INVENTION: &str = "(?:witze?|gedichte?|reime?|geschichten?|märchen|anekdoten?|rätsel|sprüche?|spruch|zitate?|tipps?|tricks?|ideen?|gründe|grund|ratschläge|rezepte?|erklärung(?:en)?|anleitung(?:en)?|fakten|gedanken|slogans?|wortspiele?|kalauer|limericks?|haikus?|vergleiche?|kommentare?|bemerkung(?:en)?|fun ?facts?|argumente|wege|lebensweisheit(?:en)?|weisheit(?:en)?|vorschläge)";

const INVENTED_LOOK: &str = "(?:lustige[rsn]?|witzige[rsn]?|nette[rsn]?|schöne[rsn]?|kreative[rsn]?|inspirierende[rsn]?|motivierende[rsn]?|liebe[rsn]?|spannende[rsn]?|originelle[rsn]?|humorvolle[rsn]?|freches|cooles|coole[rsn]?|poetische[rsn]?|romantische[rsn]?|unterhaltsame[rsn]?|geistreiche[rsn]?|kurze[rsn]?|kleine[rsn]?|gute[rsn]?|interessante[rsn]?|philosophisches|tiefsinniges)";

pub(super) const GROUPS: &[(&str, &str)] = &[
    ("<P>", POLITE),
    ("<A>", AUDIENCE),
    ("<S>", SMALL),
    ("<F>", FORM),
    ("<W>", WRITE),
    ("<I>", INVENTION),
    ("<IL>", INVENTED_LOOK),
    (
        "<DET>",
        "(?:(?:einen?|ein|eine|einer|den|das|die|noch einen?|ein paar|paar|\\d+|zwei|drei|vier|fünf|sechs|zehn|mehrere|einige) )?",
    ),
    (
        "<WH>",
        "(?:was für \\S+|was|wer|wen|wem|wohin|woher|wo|wann|warum|wieso|weshalb|wie(?: (?:viele?n?|oft|lange|gern|gerne|weit|gut|früh|spät))?|welche[rsnm]?|womit|wofür|wovon|worüber|woran|ob)",
    ),
];

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled(&[german_rules::TABLE], GROUPS));
    &RULES
}

/// "die Leute erinnern, dass …" and "alle einladen zum Fest" as the imperative that the rules know.
pub(super) fn imperative(text: &str) -> String {
    static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let polite = format!("(?i)^(?:{POLITE})(?P<rest>.+)$");
        Regex::new(&polite).ok()
    });
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
    if !super::orders::infinitive_order(text) {
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
    const MANNER: &str = "einmal nett dazu mal bitte noch lieb herzlich kurz da dabei hier gern gerne schön freundlich auch doch";
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

pub(super) fn rest_of<'t>(captures: &'t Captures<'_>) -> &'t str {
    captures.name("rest").map_or("", |rest| rest.as_str())
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
pub(super) fn invention(captures: &Captures<'_>) -> Option<Read> {
    Some(group(captures, "said").map_or(Read::Instruction, |said| Read::Statement(said.to_owned())))
}

/// "was Lustiges über unseren Automaten, der ist seit Montag kaputt": the clause is a statement, its subject the object before.
pub(super) fn invented_about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    Some(clause_about(about).map_or(Read::Instruction, Read::Statement))
}

/// "schreib was über …": the clause behind the subject, or the subject itself.
pub(super) fn subject(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    if let Some(clause) = clause_about(about) {
        return Some(Read::Statement(clause));
    }
    let preposition = captures.name("zu").map_or("", |found| found.as_str());
    // "zum neuen Mittagstisch, Suppe und Brot": the case of the adjective stays right behind its preposition.
    if preposition.to_lowercase().starts_with("zu")
        && let Some((phrase, rest)) = about.split_once([',', ':'])
        && phrase.split(' ').any(|word| word.ends_with("en"))
    {
        let (phrase, rest) = (phrase.trim(), rest.trim());
        return Some(Read::Statement(format!("{preposition} {phrase}: {rest}")));
    }
    Some(Read::Subject(without_article(about)))
}

fn clause_about(about: &str) -> Option<String> {
    let (subject, clause) = about.split_once([',', ':', ';'])?;
    let clause = clause.trim();
    let mut words = clause.split(' ');
    let first = words.next().unwrap_or_default().to_lowercase();
    let second = words.next().unwrap_or_default().to_lowercase();
    if !VERBS.contains(&second.as_str()) {
        return None;
    }
    match first.as_str() {
        "der" | "die" | "das" | "er" | "sie" | "es" => {
            let rest = clause.split_once(' ').map_or("", |(_, rest)| rest);
            let plural = matches!(
                second.as_str(),
                "sind" | "haben" | "werden" | "können" | "kommen" | "waren"
            );
            nominative(subject, &first, plural).map(|subject| format!("{subject} {rest}"))
        }
        _ => Some(clause.to_owned()),
    }
}

/// The subject behind "über" or "von" as the subject of a sentence: its pronoun tells the gender.
fn nominative(subject: &str, pronoun: &str, plural: bool) -> Option<String> {
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
            adjective &= place < last && small && !super::german_capitals::is_german_noun(word);
            match stem {
                Some(stem) if adjective => format!("{stem}{ending}"),
                _ => (*word).to_owned(),
            }
        })
        .collect();
    known.then(|| format!("{determiner} {}", turned.join(" ")))
}

pub(super) fn that(captures: &Captures<'_>) -> Option<Read> {
    let rest = group(captures, "rest")?;
    Some(Read::Statement(stated(rest)))
}

/// Each "dass" clause as a sentence: "wir schließen, und dass es Suppe gibt".
fn stated(rest: &str) -> String {
    const AND_THAT: [&str; 4] = [" und dass ", ", und dass ", " und daß ", ", dass "];
    for joint in AND_THAT {
        if let Some((first, second)) = rest.split_once(joint) {
            return format!("{}. {}", stated(first), capitalised(&stated(second)));
        }
    }
    // "… kostet und für Studis 60": the verb stands before "und", so what follows is a clause of its own.
    for joint in [" und ", " aber "] {
        let halves = rest.match_indices(joint).find_map(|(at, _)| {
            let second = &rest[at + joint.len()..];
            let second = main_clause(second).unwrap_or_else(|| second.to_owned());
            Some(format!("{}{joint}{second}", main_clause(&rest[..at])?))
        });
        if let Some(both) = halves {
            return both;
        }
    }
    // "die Leute erinnern, dass sie ihre Jacken abholen": they are the readers.
    main_clause(rest).map_or_else(
        || format!("Ihr sollt wissen, dass {rest}"),
        |said| spoken_to(&said).unwrap_or(said),
    )
}

/// "sie sollen ihre Jacken abholen" becomes "ihr sollt eure Jacken abholen". None for "sie" in the singular.
fn spoken_to(said: &str) -> Option<String> {
    let (verb, rest) = said.strip_prefix("sie ")?.split_once(' ')?;
    let readers = for_readers(verb);
    (readers != verb).then(|| format!("ihr {readers} {}", to_readers(rest)))
}

pub(super) fn as_typed(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(rest.to_owned()))
}

pub(super) fn reminder(rest: &str) -> String {
    let said = stated(rest);
    if said.starts_with("Ihr sollt wissen") {
        return format!("Bitte denkt daran, dass {rest}");
    }
    format!("Zur Erinnerung: {said}")
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
pub(super) fn apology(captures: &Captures<'_>) -> Option<Read> {
    Some(Read::Statement(
        match (group(captures, "that"), group(captures, "what")) {
            (Some(that), _) => format!("Es tut uns leid, dass {that}"),
            (_, Some(what)) => format!("Wir entschuldigen uns für {what}"),
            _ => "Das tut uns leid".to_owned(),
        },
    ))
}

/// "allen, die geholfen haben" stands in the dative, as "danken" asks for.
pub(super) fn thanks(who: &str) -> String {
    if who.to_lowercase().starts_with("allen")
        || ["unser", "den ", "dem ", "der ", "all "]
            .iter()
            .any(|start| who.to_lowercase().starts_with(start))
    {
        let who = who.replace("besonders bei ", "besonders ");
        return format!("Wir danken {}", relative(&who));
    }
    format!("Danke an {who}")
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

pub(super) fn question(captures: &Captures<'_>) -> Option<Read> {
    let (wh, rest) = (group(captures, "wh")?, group(captures, "rest")?);
    Some(Read::Statement(direct(wh, rest)))
}

/// "was sie trinken, wenn es kalt ist" becomes "Was trinkt ihr, wenn es kalt ist?".
fn direct(wh: &str, rest: &str) -> String {
    let indirect = || format!("Sagt uns, {wh} {}.", to_readers(rest));
    let Some(clause) = verb_last(rest) else {
        // "frag wann die nächste Probe" has no verb; "frag: wer kommt mit?" has it in its place.
        return if wh.eq_ignore_ascii_case("wer") || rest.ends_with('?') {
            format!("{} {}?", capitalised(wh), rest.trim_end_matches('?'))
        } else {
            indirect()
        };
    };
    let asked = wh.to_lowercase();
    let subject = clause.before.iter().position(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "sie" | "wir" | "man" | "es" | "ich"
        )
    });
    let mut words: Vec<String> = Vec::new();
    let readers = subject.is_some_and(|at| clause.before[at].eq_ignore_ascii_case("sie"));
    let verb = if readers {
        for_readers(&clause.verb.stem)
    } else {
        clause.verb.stem.clone()
    };
    // What stands before the subject belongs to the question word: "welchen Kuchen".
    let (phrase, rest) = match subject {
        Some(at) if asked != "ob" => (&clause.before[..at], &clause.before[at..]),
        _ if asked.starts_with("welch") => {
            let end = clause
                .before
                .iter()
                .position(|word| {
                    matches!(
                        word.to_lowercase().as_str(),
                        "unsere" | "unser" | "der" | "das" | "eure"
                    )
                })
                .unwrap_or(1)
                .min(clause.before.len());
            (&clause.before[..end], &clause.before[end..])
        }
        _ => (&clause.before[..0], &clause.before[..]),
    };
    if asked != "ob" {
        words.push(wh.to_owned());
    }
    words.extend(phrase.iter().map(|word| (*word).to_owned()));
    words.push(verb);
    let mut others: Vec<&str> = rest.to_vec();
    if readers {
        if let Some(at) = others
            .iter()
            .position(|word| word.eq_ignore_ascii_case("sie"))
        {
            others.remove(at);
        }
        words.push("ihr".to_owned());
        words.push(to_readers(&others.join(" ")));
    } else if subject.is_none() {
        words.push(to_readers(&others.join(" ")));
    } else {
        words.push(others.join(" "));
    }
    words.extend(clause.verb.prefix.map(str::to_owned));
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    // "…, käse oder mohn?" is part of the question.
    format!("{}{}?", capitalised(&words.join(" ")), clause.after)
}

pub(super) fn without_article(about: &str) -> String {
    let Some((article, rest)) = about.split_once(' ') else {
        return about.to_owned();
    };
    // Without its article an adjective takes the article's ending: "den neuen Kurs" is "neuer Kurs".
    let strong = |weak: &str, ending: &str| {
        let (adjective, noun) = rest.split_once(' ')?;
        let stem = adjective.strip_suffix(weak)?;
        let small = adjective.chars().next().is_some_and(char::is_lowercase);
        (small && !super::german_capitals::is_german_noun(adjective))
            .then(|| format!("{stem}{ending} {noun}"))
    };
    match article.to_lowercase().as_str() {
        "den" | "einen" => strong("en", "er").unwrap_or_else(|| rest.to_owned()),
        "das" => strong("e", "es").unwrap_or_else(|| rest.to_owned()),
        "die" | "dem" | "der" | "ein" | "eine" | "einem" => rest.to_owned(),
        _ => about.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::german_rules::TABLE.len());
    }
}
