//! German: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::clauses::{main_clause, verb_last};
use super::german_phrases::{nominative, relative, without_article};
use super::german_readers::{for_readers, to_readers};
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

pub(super) const POLITE: &str = "(?:(?:hallo|hi|hey|ok|okay|so|und|dann|lumen|bitte|mal|doch|kannst du|könntest du|würdest du|magst du|könnten wir|können wir|wir sollten|wir müssen|wir möchten|wir wollen|\
    ich möchte|ich will|ich würde gern|du sollst|vielleicht|noch|nochmals?|noch mal|eben|kurz|schnell|einfach|auch|gern|gerne|(?:es )?w[äa]re? (?:schön|gut|toll|nett|super|lieb|cool),? wenn (?:du|wir|man|jemand)|kannste|magste|könntet ihr|könnt ihr|würdet ihr|mögt ihr|wir wollten|ich wollte|man könnte|man sollte|du könntest|du kannst|es wird zeit,?|(?:ich|wir) hätten? gern(?:e)?|(?:ich|wir) bräuchten?|hätte gern(?:e)?)[,:]? )*";

const SMALL: &str = "(?:(?:bitte|mal|doch|uns|mir|kurz|noch|einfach|schnell|auch|wieder|eben|gern|gerne|online|raus|rein|nochmals?|noch mal|mal wieder|herzlich|ganz herzlich|recht herzlich|nett|lieb|ganz|allen ernstes|dringend|bitte nochmal|rum|herum|mit)[,]? )*";

const FORM: &str = "(?:(?:kurzen?|kleinen?|netten?|schönen?|freundlichen?|nettes|kurzes|kleine[rs]?|liebe[rsn]?|herzlichen?|knappen?|neuen?|kurzer|kurze|warmen?|lockeren?)(?:,| und)? )*(?:(?:social[- ]media[- ])?(?:post|posting|beitrag|tweet|text|nachricht|\
    notiz|ankündigung|mitteilung|hinweis|satz|sätze|meldung|info|zeilen?|worte|einladung|erinnerung|dankeschön|danke|was|etwas|eintrag|story|frage|umfrage|status|dankespost|aufruf|werbung|kleinanzeige|aushang|dankesworte?|dankesgruß|glückwünsche?|glückwunschpost|grüße|zeilen))";

const WRITE: &str = "(?:schreibe?n?|schreibst|schreibt|postest|postet|tippe?|texte?|poste?n?|verfasse?n?|erstelle?n?|mache?n?|machst|formuliere?n?|bringe?n?|setze?n?|stelle?n?|gib|hau|haue|haut|schickt|stellt|packt|bringt|macht|wir brauchen|ich brauche|brauche|veröffentliche?n?|twittere|schick|entwirf|mach uns|stell)";

const INVENTION: &str = "(?:(?:\\p{L}+)?(?:witze?|gedichte?|reime?|geschichten?|rätsel|sprüche?|spruch|tipps?)|märchen|anekdoten?|zitate?|tricks?|ideen?|gründe|grund|ratschläge|rezepte?|erklärung(?:en)?|anleitung(?:en)?|fakten|gedanken|slogans?|wortspiele?|kalauer|limericks?|haikus?|vergleiche?|kommentare?|bemerkung(?:en)?|fun ?facts?|argumente|wege|lebensweisheit(?:en)?|weisheit(?:en)?|vorschläge)";

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

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::german_rules::TABLE.len());
    }
}
