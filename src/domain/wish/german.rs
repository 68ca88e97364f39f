//! German: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::clauses::{for_readers, main_clause, to_readers, verb_last};
use super::{Make, Read, Rule, WishKind, capitalised, compiled, group};

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
    besucherinnen|schülern?|patienten|patientinnen|freunden|freunde|nutzern?|usern?|teilnehmern?|welt|öffentlichkeit|läufern?|spielern?|vereinsmitgliedern?|stammgästen?|abonnenten|team|gemeinde|nachbarschaft|ihnen|denen|uns)(?: hier| da draußen| mal)?)";

const POLITE: &str = "(?:(?:hallo|hi|hey|ok|okay|so|und|dann|lumen|bitte|mal|doch|kannst du|könntest du|würdest du|magst du|könnten wir|können wir|wir sollten|wir müssen|wir möchten|wir wollen|\
    ich möchte|ich will|ich würde gern|du sollst|vielleicht|noch|eben|kurz|schnell|einfach|auch)[,:]? )*";

const SMALL: &str = "(?:(?:bitte|mal|doch|uns|mir|kurz|noch|einfach|schnell|auch|wieder|eben|gern|gerne|online|raus|rein)[,]? )*";

const FORM: &str = "(?:(?:kurzen?|kleinen?|netten?|schönen?|freundlichen?|nettes|kurzes|kleine[rs]?|liebe[rsn]?|herzlichen?|knappen?|neuen?|kurzer|kurze|warmen?|lockeren?)(?:,| und)? )*(?:(?:social[- ]media[- ])?(?:post|posting|beitrag|tweet|text|nachricht|\
    notiz|ankündigung|mitteilung|hinweis|satz|sätze|meldung|info|zeilen?|worte|einladung|erinnerung|dankeschön|danke|was|etwas|eintrag|story|frage|umfrage|status|dankespost|aufruf))";

const WRITE: &str = "(?:schreibe?n?|schreibst|poste?n?|verfasse?n?|erstelle?n?|mache?n?|machst|formuliere?n?|bringe?n?|setze?n?|stelle?n?|gib|wir brauchen|ich brauche|brauche|veröffentliche?n?|twittere|schick|entwirf|mach uns|stell)";

const INVENTION: &str = "(?:witze?|gedichte?|reime?|geschichten?|märchen|anekdoten?|rätsel|sprüche?|spruch|zitate?|tipps?|tricks?|ideen?|gründe|grund|ratschläge|rezepte?|erklärung(?:en)?|anleitung(?:en)?|fakten|gedanken|slogans?|wortspiele?|kalauer|limericks?|haikus?|vergleiche?|kommentare?|bemerkung(?:en)?|fun ?facts?|argumente|wege|lebensweisheit(?:en)?|weisheit(?:en)?|vorschläge)";

const INVENTED_LOOK: &str = "(?:lustige[rsn]?|witzige[rsn]?|nette[rsn]?|schöne[rsn]?|kreative[rsn]?|inspirierende[rsn]?|motivierende[rsn]?|liebe[rsn]?|spannende[rsn]?|originelle[rsn]?|humorvolle[rsn]?|freches|cooles|coole[rsn]?|poetische[rsn]?|romantische[rsn]?|unterhaltsame[rsn]?|geistreiche[rsn]?|kurze[rsn]?|kleine[rsn]?|gute[rsn]?|interessante[rsn]?|philosophisches|tiefsinniges)";

const GROUPS: &[(&str, &str)] = &[
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

const TABLE: &[(&str, WishKind, Make)] = &[
    (
        r"<P>(?:mach(?:e|t)? (?:es|das|ihn) .+|(?:bitte )?(?:mit|ohne|füg|setz)(?: noch)?(?: (?:ein(?:e[nmr]?)?|viele[n]?|ein paar))* (?:emojis?|bild|foto|hashtags?|ausrufezeichen|schöne[mn] bild).*|danke|vielen dank|danke dir)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    // Inventions.
    (
        r"<P>(?:(?:<W>|erzähle?(?: <A>| uns| mir)?|denk dir|nenne?|gib(?: <A>| uns| mir)?|überleg dir|erfinde?|sag|such|teile) <S>)?<DET>(?:<IL>,? (?:und )?)*<I>(?: (?:über|zu|zum|zur|für|von|vom|wie|warum|damit|wieso|aus|rund um|gegen|mit|an|um) .*?)?(?: aus)?(?:[:–—] *(?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>(?:(?:<W>|erzähle?|sag) <S>)?(?:was|etwas|irgendwas) (?:<IL>,? (?:und )?)+(?:über|zu|zum|zur|für|von|vom) (?P<about>.+)",
        WishKind::Invent,
        invented_about,
    ),
    (
        r"<P>(?:erkläre?|beschreibe?|vergleiche?|erörtere?|übersetze?|überzeuge?|stell dir vor|analysiere?) .*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P><W> <S>(?:<DET><F> )?(?:darüber,? )?(?:wie|warum|wieso|weshalb) .*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    // "schreib, dass …"
    (
        r"<P>(?:<W>|sage?|erzähle?|teile?|verkünde?|gib|informiere?|lass|weise?|kündige?|melde?|erwähne?|berichte?|sprich|rufe?|betone?|mache?|sagst|sagen) <S>(?:<DET><F> )?(?:<S>)?(?:(?:an |für )?<A>,? ?)?(?:<S>)?(?:mit|bekannt|wissen|bescheid|darauf hin|an|darüber|publik|klar|rein|hin|der sagt|in dem steht|wo drin steht)?,? ?(?:dass|daß) (?P<rest>.+)",
        WishKind::Announce,
        that,
    ),
    (
        r"<P>(?:<W>|sage?|erzähle?|teile?|verkünde?|gib|informiere?|melde?) <S>(?:<DET><F> )?(?:<S>)?(?:(?:an |für )?<A>)?(?: mit| bekannt| bescheid)?: *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"(?:post|beitrag|tweet|text|ankündigung|info|meldung): *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:sage?|erzähle?|informiere?|sagst) <S><A>(?: bescheid)?,? sie sollen (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Bitte {}", to_readers(what)))),
    ),
    (
        r"<P>(?:sage?|erzähle?|informiere?) <S><A>(?: bescheid)?,? (?P<rest>(?:wir|es|das|der|die|ab|am|im|morgen|heute|unser|unsere|ihr|man|in|zum)\b.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:schreibe?|poste?|sage?),? (?P<rest>(?:wir|es gibt|ab|am|morgen|heute|unser|unsere)\b.+)",
        WishKind::Announce,
        as_typed,
    ),
    // "danke …"
    (
        r"<P>(?:bedanke?|bedanken wir|sage?|sag mal)(?: dich| uns)? <S>(?:danke )?(?:bei|an) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(thanks(who))),
    ),
    (
        r"<P>(?:bedanke?|bedank)(?: dich| uns)? <S>für (?P<what>.+)",
        WishKind::Thank,
        |c| group(c, "what").map(|what| Read::Statement(format!("Danke für {what}"))),
    ),
    (
        r"<P>(?:<W> <S>(?:<DET><F> )(?:an|für) )(?P<who>.+)",
        WishKind::Thank,
        |c| {
            c[0].to_lowercase()
                .contains("dank")
                .then(|| group(c, "who").map(|who| Read::Statement(format!("Danke an {who}"))))?
        },
    ),
    (
        r"<P>(?:danke?|dankt) (?P<who>(?:allen|unseren?|unserem|den|dem|der|euren|all unseren|unsern|\p{Lu}\S+) .+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir danken {who}"))),
    ),
    // "gratuliere …", "wünsch …", "heiß … willkommen"
    (
        r"<P>(?:gratuliere?|gratulieren wir) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir gratulieren {who}"))),
    ),
    (
        r"<P>(?:beglückwünsche?) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir beglückwünschen {who}"))),
    ),
    (
        r"<P>(?:wünsche?) <S><A> (?P<what>.+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir wünschen euch {what}"))),
    ),
    (
        r"<P>(?:wünsche?) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir wünschen {who}"))),
    ),
    (
        r"<P>(?:heiße?|heiss) <S>(?P<who>.+?) willkommen(?P<rest>.*)",
        WishKind::Congratulate,
        |c| {
            group(c, "who").map(|who| {
                Read::Statement(format!(
                    "Wir heißen {who} willkommen{}",
                    c.name("rest").map_or("", |rest| rest.as_str())
                ))
            })
        },
    ),
    (
        r"<P>entschuldige?(?: dich| uns)? <S>(?:bei <A> )?(?:dafür,? )?(?:dass (?P<that>.+)|für (?P<what>.+))",
        WishKind::Announce,
        |c| {
            Some(Read::Statement(
                match (group(c, "that"), group(c, "what")) {
                    (Some(that), _) => format!("Es tut uns leid, dass {that}"),
                    (_, Some(what)) => format!("Wir entschuldigen uns für {what}"),
                    _ => return None,
                },
            ))
        },
    ),
    // "lade … ein"
    (
        r"<P>(?:lade?|ladet|laden wir) <S><A> <S>(?P<what>.+?) ein(?P<rest>(?:[,:]| am| um| für| zu| in| im).*)?",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir laden euch {what} ein{}", rest_of(c))))
        },
    ),
    (
        r"<P>(?:lade?|ladet|laden wir) <S><A> ein,? (?P<what>.+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir laden euch ein, {what}"))),
    ),
    (
        r"<P>(?:lade?|ladet|laden wir) <S>(?P<what>.+?) ein(?P<rest>(?:[,:]| am| um| für| zu| in| im).*)?",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir laden {what} ein{}", rest_of(c))))
        },
    ),
    // "erinnere …"
    (
        r"<P>(?:erinnere?|erinner|erinnern wir) <S><A> <S>(?:daran|dran),? (?:dass|daß) (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(reminder(rest))),
    ),
    (
        r"<P>(?:erinnere?|erinner|erinnern wir) <S><A> <S>(?:daran|dran),? (?P<what>.+ zu .+)",
        WishKind::Remind,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Denkt daran, {}", to_readers(what))))
        },
    ),
    (
        r"<P>(?:erinnere?|erinner|erinnern wir) <S><A> <S>(?P<what>an .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir erinnern euch {what}"))),
    ),
    (
        r"<P>(?:erinnere?|erinner) <S><A>[,:]? (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(format!("Zur Erinnerung: {rest}"))),
    ),
    (
        r"(?:wär|wäre) (?:gut|schön|super|toll),? wenn (?:alle|ihr|die leute) (?:nochmal |noch mal |bitte )?(?:dran|daran) denk(?:en|t):? (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(format!("Zur Erinnerung: {rest}"))),
    ),
    (
        r"<P>denk dir (?:mal )?(?:was|etwas) .*\baus\b.*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    // "frag …"
    (
        r"<P>(?:frage?|fragt|fragen wir),? ?<S>(?:<A>)?,?:? ?(?:<S>)(?P<wh><WH>) (?P<rest>.+)",
        WishKind::Ask,
        question,
    ),
    (
        r"<P>(?:frage?|fragt) <S><A>,? nach (?P<what>.+)",
        WishKind::Ask,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir fragen nach {}", to_readers(what))))
        },
    ),
    (
        r#"<P>(?:frage?|fragt) <S><A>[,:]? ?["„“]?(?P<what>.+\?)["“”]?"#,
        WishKind::Ask,
        |c| group(c, "what").map(|what| Read::Statement(what.to_owned())),
    ),
    // "kündige … an", "schreib über …"
    (
        r"<P>(?:kündige?|künd) <S>(?P<what>.+?) an(?P<rest>(?:[,:]| am| um| für| ab| im).*)?",
        WishKind::Announce,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir kündigen {what} an{}", rest_of(c))))
        },
    ),
    (
        r"<P>(?:weise?) <S>(?:<A> )?auf (?P<what>.+?) hin",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir weisen auf {what} hin"))),
    ),
    (
        r"<P><W> <S><DET>(?:<IL> )?<F>? ?(?:<S>)(?:über|zu|zum|zur|von|vom|wegen) (?P<about>.+)",
        WishKind::Announce,
        |c| group(c, "about").map(|about| Read::Subject(without_article(about))),
    ),
    (r"<P><W> <S><DET>(?:<IL> )?<F>", WishKind::Invent, |_| {
        Some(Read::Instruction)
    }),
];

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled(TABLE, GROUPS));
    &RULES
}

fn rest_of<'t>(captures: &'t Captures<'_>) -> &'t str {
    captures.name("rest").map_or("", |rest| rest.as_str())
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
fn invention(captures: &Captures<'_>) -> Option<Read> {
    Some(group(captures, "said").map_or(Read::Instruction, |said| Read::Statement(said.to_owned())))
}

/// "was Lustiges über unseren Automaten, der ist seit Montag kaputt": the clause is a statement, its subject the object before.
fn invented_about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    let Some((subject, clause)) = about.split_once([',', ':', ';']) else {
        return Some(Read::Instruction);
    };
    let clause = clause.trim();
    let first = clause.split(' ').next().unwrap_or_default().to_lowercase();
    let second = clause.split(' ').nth(1).unwrap_or_default().to_lowercase();
    let verb_second = VERBS.contains(&second.as_str());
    Some(match first.as_str() {
        "der" | "die" | "das" | "er" | "sie" | "es" if verb_second => {
            let rest = clause.split_once(' ').map_or("", |(_, rest)| rest);
            nominative(subject, &first).map_or(Read::Instruction, |subject| {
                Read::Statement(format!("{subject} {rest}"))
            })
        }
        _ if verb_second => Read::Statement(clause.to_owned()),
        _ => Read::Instruction,
    })
}

/// The subject behind "über", as the subject of a sentence: only for determiners whose forms are plain.
fn nominative(subject: &str, pronoun: &str) -> Option<String> {
    let (determiner, noun) = subject.trim().split_once(' ')?;
    let determiner = match (determiner.to_lowercase().as_str(), pronoun) {
        ("den", "der" | "er") => "der",
        ("unseren" | "unsern", "der" | "er") | ("unser", "das" | "es") => "unser",
        ("unsere", _) => "unsere",
        ("die", _) => "die",
        ("das", _) => "das",
        _ => return None,
    };
    // An adjective in between would need another ending.
    (!noun.contains(' ')).then(|| format!("{determiner} {noun}"))
}

fn that(captures: &Captures<'_>) -> Option<Read> {
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
    main_clause(rest).unwrap_or_else(|| format!("Ihr sollt wissen, dass {rest}"))
}

fn as_typed(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(rest.to_owned()))
}

fn reminder(rest: &str) -> String {
    let said = stated(rest);
    if said.starts_with("Ihr sollt wissen") {
        return format!("Bitte denkt daran, dass {rest}");
    }
    format!("Zur Erinnerung: {said}")
}

/// "allen, die geholfen haben" stands in the dative, as "danken" asks for.
fn thanks(who: &str) -> String {
    if who.to_lowercase().starts_with("allen")
        || ["unser", "den ", "dem ", "der ", "all "]
            .iter()
            .any(|start| who.to_lowercase().starts_with(start))
    {
        return format!("Wir danken {}", who.replace("besonders bei ", "besonders "));
    }
    format!("Danke an {who}")
}

fn question(captures: &Captures<'_>) -> Option<Read> {
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

fn without_article(about: &str) -> String {
    let Some((article, rest)) = about.split_once(' ') else {
        return about.to_owned();
    };
    let article = matches!(
        article.to_lowercase().as_str(),
        "den" | "die" | "das" | "dem" | "der" | "ein" | "eine" | "einen" | "einem"
    );
    if article {
        rest.to_owned()
    } else {
        about.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::TABLE.len());
    }
}
