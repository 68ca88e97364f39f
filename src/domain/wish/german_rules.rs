//! German rules, in their order: the narrow ones first.

use super::german::{
    apology, as_typed, invented_about, invention, question, reminder, rest_of, subject, thanks,
    that,
};
use super::german_phrases::relative;
use super::german_readers::to_readers;
use super::{Make, Read, WishKind, group};

pub(super) const TABLE: &[(&str, WishKind, Make)] = &[
    (
        r"<P>(?:mach(?:e|t)? (?:es|das|ihn) .+|(?:bitte )?(?:mit|ohne|füg|setz)(?: noch)?(?: (?:ein(?:e[nmr]?)?|viele[n]?|ein paar))* (?:emojis?|bild|foto|hashtags?|ausrufezeichen|schöne[mn] bild).*|danke|vielen dank|danke dir)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    // Inventions.
    (
        r"<P>(?:(?:<W>|erzähle?(?: <A>| uns| mir)?|denk dir|nenne?|gib(?: <A>| uns| mir)?|überleg dir|erfinde?|sag|such|teile) <S>)?<DET>(?:<IL>,? (?:und )?)*<I>(?: (?:über|zu|zum|zur|für|von|vom|wie|warum|damit|wieso|aus|rund um|gegen|mit|an|um) .*?)?(?: aus)?(?: bitte)?(?:, (?:aber|gerne?|bitte|nicht|nichts|kein\p{L}*|was|etwas) .*?)?(?:[:–—] *(?P<said>.+))?",
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
        r"<P>(?:sage?|schreibe?n?|sagen)(?: <A>)? (?:sorry|entschuldigung|tschuldigung),? ?<S>(?:(?:dafür,? )?(?:dass|daß) (?P<that>.+)|für (?P<what>.+))?",
        WishKind::Announce,
        apology,
    ),
    (
        r"<P>(?:<S>)<A>,? (?:<S>)(?:sagen|mitteilen|erzählen|ausrichten|schreiben|ankündigen|bescheid (?:sagen|geben)),? (?:dass|daß) (?P<rest>.+)",
        WishKind::Announce,
        that,
    ),
    (
        r"<P>(?:mache?|bastele?|bau|zaubere?|formuliere?|schreibe?) <S>(?:<DET><F> )?<S>(?:daraus|draus|hieraus)[:,]? *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P><DET>(?:<IL> )*(?:hinweis|info|ankündigung|mitteilung|meldung|nachricht|post|beitrag|bescheid)(?: an <A>| für <A>)?,? (?:dass|daß) (?P<rest>.+)",
        WishKind::Announce,
        that,
    ),
    (
        r"<P><W> <S><DET>(?:<IL> )*<F>(?: für <A>)?: *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:<W>|sage?|erzähle?n?|teile?|verkünde?|gib|informiere?n?|lass|weise?|kündige?|melde?|erwähne?n?|berichte?|sprich|rufe?|betone?n?|erkläre?n?|warne?n?|verbreite?n?|mache?|sagst|sagen|sagt|mitteilen|ankündigen|hinweisen),? ?<S>(?:<DET><F> )?(?:<S>)?(?:(?:an |für )?<A>,? ?)?(?:<S>)?(?:(?:mit|durch|raus|weiter|bekannt|wissen|bescheid|d(?:a)?rauf hin|d(?:a)?rauf|an|d(?:a)?rüber|dazu|hierzu|publik|klar|rein|hin|der sagt|in dem steht|wo drin steht|laut|deutlich|ein) ?)*,? ?(?:dass|daß) (?P<rest>.+)",
        WishKind::Announce,
        that,
    ),
    (
        r"<P>(?:<W>|sage?|erzähle?|teile?|verkünde?|gib|informiere?|melde?) <S>(?:<DET><F> )?(?:<S>)?(?:(?:an |für )?<A>)?(?: mit| bekannt| bescheid)?: *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:die |eine |folgende |den |diese )?(?:info|nachricht|meldung|ankündigung|hinweis|folgendes|text)(?: an <A>)? ?(?:bitte )?(?:(?:raus|weiter|durch|bekannt|hin)?(?:geben|schicken|stellen|hauen|bringen)|posten|veröffentlichen|verbreiten|teilen): *(?P<rest>.+)",
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
        r"<P>(?:schreibe?n?|poste?n?|sage?n?|mitteilen|erzähle?n?),? (?:<S>)(?:<A>,? )?(?P<rest>(?:wir|es gibt|ab|am|morgen|heute|unser|unsere)\b.+)",
        WishKind::Announce,
        as_typed,
    ),
    // "danke …"
    (
        r"<P>(?:sage?|sagen|sagt) <S>(?P<who>(?:allen|unser\S*|den|dem|der|euren|frau|herrn|ihnen|ihm|ihr)\b.*?) (?:mal |bitte |herzlich |einfach |ganz lieb )*(?:danke|dank|vielen dank|dankeschön)(?P<rest> .+)?",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir danken {who}{}", rest_of(c)))),
    ),
    (
        r"<P>(?P<what>(?:ein |einen )(?:großes |riesiges |riesen ?|dickes |herzliches |fettes |großen |herzlichen )?(?:dankeschön|danke|dank|lob|applaus|glückwunsch) (?:an|für) .+)",
        WishKind::Thank,
        |c| {
            group(c, "what").map(|what| {
                let nominative = what.replacen("einen ", "ein ", 1);
                let nominative = nominative
                    .replacen("riesen", "riesiges ", 1)
                    .replace("  ", " ")
                    .replacen(" danke ", " Danke ", 1);
                let what = nominative.replacen("en dank", "er dank", 1).replacen(
                    "en glück",
                    "er glück",
                    1,
                );
                Read::Statement(what)
            })
        },
    ),
    (
        r"<P>(?:bedank[et]?|bedanken wir|sag[et]?|sag mal)(?: dich| uns| euch)? <S>(?:danke )?(?:bei|an) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(thanks(who))),
    ),
    (
        r"<P>(?:bedank[et]?)(?: dich| uns| euch)? <S>für (?P<what>.+)",
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
        r"<P>(?:danke?|dankt) (?P<who>(?:allen|unseren?|unserem|den|dem|der|euren|all unseren|unsern|frau|herrn|(?-i:\p{Lu}\S+)) .+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir danken {}", relative(who)))),
    ),
    // "gratuliere …", "wünsch …", "heiß … willkommen"
    (
        r"<P>(?:gratulier[et]?) <S>(?:ihm|ihr|ihnen|ihnen allen) <S>(?P<what>(?:zu|zum|zur|für|von) .+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(format!("Herzlichen Glückwunsch {what}"))),
    ),
    (
        r"<P>(?:gratulier[et]?|gratulieren wir) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir gratulieren {who}"))),
    ),
    (
        r"<P>(?:beglückwünsche?) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir beglückwünschen {who}"))),
    ),
    (
        r"<P>(?:wünsch[et]?) <S><A> (?P<what>.+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir wünschen euch {what}"))),
    ),
    (
        r"<P>(?:wünsch[et]?) <S>(?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Wir wünschen {who}"))),
    ),
    (
        r"<P>(?:heiße?|heißt|heiss) <S>(?P<who>.+?) willkommen(?P<rest>.*)",
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
        apology,
    ),
    (
        r"<P>entschuldig[et]? (?:dich|uns|euch)(?: bitte)?(?:[,:] (?P<rest>.+))?",
        WishKind::Announce,
        |c| {
            let rest = group(c, "rest").map(super::capitalised);
            let rest = rest.map_or_else(String::new, |rest| format!(". {rest}"));
            Some(Read::Statement(format!("Das tut uns leid{rest}")))
        },
    ),
    // "lade … ein"
    (
        r"<P>(?:<W> <S>)?<DET>(?:<IL> |herzliche |nette |kurze |kleine )*einladung(?: an <A>| für <A>)? (?P<what>(?:zu|zum|zur) [^,:.;]+?)(?P<rest>[,:].+)?",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir laden euch {what} ein{}", rest_of(c))))
        },
    ),
    (
        r"<P>(?:rufe?) <S><A>,? (?:dazu )?auf,? (?P<what>.+)",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir rufen euch auf, {}", to_readers(what))))
        },
    ),
    (
        r"<P>(?:motiviere?|ermutige?|ermuntere?|ermunter|animiere?|überrede?|bewege?),? <S><A>(?: dazu)?,? (?P<what>.*zu.*)",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir laden euch ein, {}", to_readers(what))))
        },
    ),
    (
        r"(?:<P>bitte|<P>fordere?) (?:<S>)(?:die leute|alle|alle leute|die gäste|die eltern|die mitglieder|unsere \S+|die \S+er)(?: darum| auf)?,? (?P<what>.*(?: zu |zu).*)",
        WishKind::Remind,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir bitten euch, {}", to_readers(what))))
        },
    ),
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
        r"<P>(?:erinner[et]?|erinnern wir) <S>(?:<A>,? )?<S>(?:daran|dran)?,? ?(?:dass|daß) (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(reminder(rest))),
    ),
    (
        r"<P>(?:erinner[et]?|erinnern wir) <S>(?:<A> )?<S>(?:daran|dran),? (?P<what>.+(?: zu |[a-zäöü]{2,5}zu)[a-zäöü]+(?:en|ern|eln)\b.*)",
        WishKind::Remind,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Denkt daran, {}", to_readers(what))))
        },
    ),
    (
        r"<P>(?:erinner[et]?|erinnern wir) <S><A> <S>(?P<what>an .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir erinnern euch {what}"))),
    ),
    (
        r"<P>(?:erinner[et]?) <S>(?P<what>an .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir erinnern {what}"))),
    ),
    (
        r"<P>(?:<W> <S>)?<DET>(?:<IL> |kurze |freundliche |kleine |letzte )*erinnerung(?: an <A>)?[,:]? ?(?:<S>)(?:(?:dass|daß) (?P<that>.+)|: *(?P<rest>.+)|(?P<what>an .+))",
        WishKind::Remind,
        |c| {
            Some(Read::Statement(
                match (group(c, "that"), group(c, "what")) {
                    (Some(that), _) => reminder(that),
                    (_, Some(what)) => format!("Wir erinnern {what}"),
                    _ => format!("Zur Erinnerung: {}", group(c, "rest")?),
                },
            ))
        },
    ),
    (
        r"<P>(?:denkt?) (?:bitte )?(?:daran|dran),? (?P<who>.+?) zu (?P<verb>erinnern|sagen|fragen)(?P<rest>.+)",
        WishKind::Remind,
        |c| {
            let verb = match group(c, "verb")? {
                "erinnern" => "erinnere",
                "sagen" => "sag",
                _ => "frag",
            };
            group(c, "who").map(|who| Read::Again(format!("{verb} {who}{}", rest_of(c))))
        },
    ),
    (
        r"<P>(?:erinner[et]?) <S>(?:<A> )?<S>(?:daran|dran|nochmal)?[,:]? ?(?P<rest>.+)",
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
        r"<P>(?:frage?n?|fragt|fragen wir|nachfragen|finde? heraus|find mal raus|erkundige dich|hör dich um|umhören|in die runde fragen|stell(?:e|t)? <S>(?:die|eine) frage),? ?<S>(?:(?:in die|an die|bei|bei der|in der) )?(?:(?:<A>|runde))?(?: ?nach)?,?:? ?(?:<S>)(?P<wh><WH>) (?P<rest>.+)",
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
        r"<P>warn(?:e|en|t)? <S>(?:<A> )?<S>(?P<what>vor .+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir warnen {what}"))),
    ),
    (
        r"<P>(?:bewirb|bewerbe?n?|mache?n? <S>(?:werbung|reklame) (?P<zu>für)) <S>(?P<about>.+)",
        WishKind::Announce,
        subject,
    ),
    (
        r"<P>(?:erzähle?n?|berichte?n?|informiere?n?|sage?n?) <S>(?:<A> )?<S>(?:was |etwas )?(?:über|von|vom) (?P<about>.+)",
        WishKind::Announce,
        subject,
    ),
    (
        r"<P><DET>(?:<IL> |kurzer |kleiner |netter )*(?:post|posting|tweet|beitrag|ankündigung|meldung) (?P<zu>über|zu|zum|zur|für) (?P<about>.+)",
        WishKind::Announce,
        subject,
    ),
    (
        r"<P>(?:kündige?|künd) <S>(?P<what>.+?) an(?P<rest>(?:[,:]| am| um| für| ab| im).*)?",
        WishKind::Announce,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Wir kündigen {what} an{}", rest_of(c))))
        },
    ),
    (
        r"<P>(?:weis[et]?) <S>(?:<A> )?auf (?P<what>.+?) hin",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Wir weisen auf {what} hin"))),
    ),
    (
        r"<P><W> <S><DET>(?:<IL> )?<F>? ?(?:<S>)(?:(?:raus|online|rein) )?(?P<zu>über|zu|zum|zur|für|von|vom|wegen) (?P<about>.+)",
        WishKind::Announce,
        subject,
    ),
    (
        r"<P><W> <S><DET>(?:<IL> )*<F>(?: (?:daraus|draus|dazu|darüber|drüber|raus|online|rein|<IL>))*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
];
