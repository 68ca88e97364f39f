//! What a post that might be answered is, read by rules: what it does (thank, ask, complain, …), and whether an answer is
//! wise at all: posts that give orders to a machine, sell something, or insult.

mod hostile;

pub use hostile::warning;

use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

/// What a post does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostKind {
    Thanks,
    Question,
    Complaint,
    Greeting,
    /// Wishes the reader something: a good weekend, a happy new year.
    Wishes,
    Praise,
    GoodNews,
    /// Illness, an accident, a farewell.
    BadNews,
    /// A death.
    Loss,
    Other,
}

/// Why a post should not be answered unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostWarning {
    /// It tells a machine what to write or do.
    Orders,
    /// It advertises, or wants money or data.
    Sells,
    Insults,
}

impl PostWarning {
    /// What the post does, after "the post".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Orders => "gives orders to a machine",
            Self::Sells => "sells something",
            Self::Insults => "insults",
        }
    }
}

fn compiled(patterns: &[&str]) -> Vec<Regex> {
    patterns
        .iter()
        .filter_map(|pattern| Regex::new(&format!("(?i){pattern}")).ok())
        .collect()
}

fn any(patterns: &[Regex], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(text))
}

const THANKS: &[&str] = &[
    r"\b(?:thanks?|thank you|thx|ty|cheers (?:for|to)|grateful|appreciate)\b",
    r"\b(?:danke|dankeschön|(?:vielen|lieben|herzlichen|besten|tausend) dank|merci|dankbar)\b",
    r"\b(?:gracias|agradecid[oa]s?|os agradezco|les agradezco)\b",
];

/// Thanks for something, first of all: "thanks for staying open late".
const THANKED_FOR: &[&str] = &[
    r"^\W*(?:\w+ ){0,3}(?:thanks|thank you|thx|cheers|danke|dank|gracias)\b(?: \w+){0,4}? (?:for|für|por) (?:the |your |letting |all |help\w*|stay\w*|fix\w*|look\w*|com\w*|mak\w*|die |das |den |eure|deine|arreglar|traer\w*|la |el |los |las |vuestr\w+)",
];

const COMPLAINTS: &[&str] = &[
    r"\b(?:waited|waiting|still (?:no|not|haven't|waiting)|never (?:arrived|came|got|answered)|wrong|broken|cold|(?:was|were|is|came|arrived|too|so|hours?|minutes?|days?) late|late again|rude|disappoint\w*|refund|complain\w*|unacceptable|terrible|awful|horrible|dirty|overpriced|cancel\w* again|third time|nobody (?:answers?|came|told|picks|comes|replies|responds|calls)|no one (?:answers?|came|told|picks|comes|replies|responds|calls)|not happy|unhappy|frustrat\w*|annoy\w*|let down|missing|poor service|bad service|stale|burnt|no (?:answer|reply|response)|have nothing|got nothing|(?:charged|billed) (?:me |us |my \w+ )?(?:twice|for two|double)|got charged|overcharged|gave (?:it|(?:my|our) \w+) away|(?:arrived|came) (?:open\w*|damaged|broken|smashed|in pieces|too late|raw)|(?:was|were|is) gone|crash(?:es|ed|ing)|(?:doesn't|does not|didn't|won't|isn't) (?:work\w*|open|load|start|stop)|not working|hung up|undercooked|nobody cares|too (?:loud|salty|short|expensive|crowded)|hair in (?:my|the)|(?:was|were) not told|in pieces|deleted (?:my|all|our)|been (?:out|down|closed|broken) for|drips|dripping|leak(?:s|ing|ed)|ugly|no apology|ruined|inedible|ignored (?:me|us)|should have been)\b",
    r"\b(?:zum (?:zweiten|dritten|vierten|wiederholten) mal|keiner (?:sagt|meldet|antwortet)|niemand (?:sagt|meldet|antwortet)|enttäusch\w*|kaputt|falsch\w*|beschwer\w*|unverschämt|zu spät|gewartet|warte seit|ärger\w*|frechheit|schlecht\w*|unfreundlich\w*|reicht'?s|fällt (?:schon wieder )?aus|geld zurück|kalt|umsonst|vergeblich|nur ein zettel|keine antwort|nichts bekommen|so geht das nicht|stürzt (?:\w+ )?ab|(?:geht|funktioniert|kam|kommt) (?:\w+ )?nicht|noch roh|nicht durch|verspätung|ausgefallen|mit den schultern gezuckt|bestellt war|verkohlt|versalzen|schade, sonst|zu (?:laut|kurz|teuer)|wurde vergessen|viel zu (?:laut|teuer|lang\w*|voll|wenig)|abgewimmelt|vergessen worden|fehlt(?:e|en)?)\b",
    r"\b(?:llev\w+ (?:esperando|\d+)|esper(?:é|e|ando|amos)|nadie (?:pidi[oó]|se disculp\w+|avis[oó]|vino|dijo|responde|contesta|coge|lo coge)|no lo coge|equivocad\w*|(?:est[aá]n?|lleg\w+|vino|viene|sigue) (?:\w+ )?rot[oa]s?|decepci\w+|queja\w*|reclam\w*|devoluci[oó]n|fatal|mal(?:a|o)? (?:servicio|atenci[oó]n)|(?:una|dos|media|tres) horas? (?:de pie|de cola|al tel[eé]fono|esperando)|me (?:cuelgan|colgaron|cobraron)|(?:cobr|pag)\w+ (?:dos veces|de más|el doble)|no (?:funciona|carga|abre|apareci[oó]|lleg[oó]|vino|llega)|suci[oa]s?|hab[ií]an dado (?:la|nuestra) mesa|pedi?í? sin|quemad[oa]s?|crud[oa]s?|se ha acabado|sin avisar|lleg[oó] sin|tarde otra vez|me lleg(?:a|ó) (?:una|un|el|la)|fr[ií][oa]s?)\b",
];

const GREETINGS: &[&str] = &[
    r"^\W*(?:good (?:morning|afternoon|evening|day|night)|morning|hello|hi|hiya|hey)\b|\bgreetings from\b",
    r"^\W*(?:moin|guten (?:morgen|tag|abend)|hallo|servus|grüß\w*)\b|\bgrüße aus\b",
    r"^\W*(?:buen(?:os|as) (?:d[ií]as|tardes|noches)|buenas|hola|saludos)\b|\bsaludos\b",
];

const WISHES: &[&str] = &[
    r"\b(?:happy (?:monday|friday|weekend|easter|new year|christmas|holidays|birthday)|merry christmas|have a (?:nice|good|great|lovely|wonderful))\b",
    r"\bschönes wochenende\b|\bschönen (?:tag|abend|sonntag|feierabend)\b|\bfrohe[sn]? (?:ostern|weihnachten|fest|pfingsten|neues)\b|\bguten rutsch\b|\bkommt gut (?:in|ins|durch)\b",
    r"\bfeli(?:z|ces) (?:año|navidad|viernes|lunes|finde|fin|semana|fiestas|pascua|día|dia|cumpleaños)\w*\b|\bbuen (?:finde|fin de semana|día|domingo|puente)\b",
];

const PRAISE: &[&str] = &[
    r"\b(?:best|love(?:d|ly)?|amazing|wonderful|fantastic|delicious|brilliant|great|beautiful|favou?rite|perfect|excellent|gorgeous|incredible|made my day|made (?:me|us|him|her|them) (?:cry|smile|laugh|happy)|so (?:patient|kind|friendly|helpful|lovely|tasty)|made my \w+ (?:cry|smile|laugh)|so good|well done|recommend|unreal|insane|heavenly|obsessed|addictive|stunning|spot on|top[- ]notch|out of this world|next level|to die for|class act|legends?|10/10|ten out of ten|five stars|hats off|can'?t stop (?:eating|thinking|listening|smiling|reading)|made my (?:\w+ )?(?:cry|day|week)|ate the (?:whole|lot)|eaten (?:half|all|the)|never had (?:a )?better|what a (?:show|night|concert|meal|gig|treat))\b",
    r"\b(?:beste[rsn]?|liebe|lecker\w*|toll\w*|wunderbar\w*|super|klasse|großartig\w*|herrlich\w*|schön\w*|perfekt\w*|empfehl\w*|spitze|genial|hammer|mega|traumhaft\w*|ein traum|wahnsinn|fantastisch\w*|zum (?:niederknien|reinlegen|dahinschmelzen)|umwerfend\w*|hut ab|läuft .{0,30}(?:durch|dauerschleife)|sensationell\w*|begeistert|so lieb|so nett|so freundlich)\b",
    r"\b(?:mejor(?:es)?|encanta\w*|gusto|rico|rica|riqu[ií]sim\w*|genial(?:es)?|maravill\w*|estupend\w*|bonit\w*|perfect\w*|excelente|recomiendo|content[oa]s?|delicios\w*|precios[oa]s?|conciert(?:az)o|espectacular\w*|una pasada|qué pasada|brutal\w*|incre[ií]bl\w*|buen[ií]sim\w*|de diez|fant[aá]stic\w*|chap[oó]|menud[oa] \w+az[oa]|flipante|sois un sol|enhorabuena)\b",
];

const GOOD_NEWS: &[&str] = &[
    r"\b(?:we (?:did it|made it|won|got)|i (?:got|won|passed|made it)|just (?:got word|heard|passed|won|opened|launched)|approved|finally (?:open|here|done)|proud|announce|big day|new (?:job|baby|shop|home)|engaged|graduated|passed (?:my|the|our|his|her)|big news|good news|getting married|(?:got|picked up) the keys|said yes|reopens?|is born|had (?:her|his|a|our) (?:foal|puppies|kittens|baby|calf|first)|first place|we're back)\b",
    r"\b(?:geschafft|gewonnen|bestanden|endlich|eröffnet|stolz|genehmigt|zusammen!|macht (?:\w+ ){0,3}wieder auf|öffnet (?:\w+ )?wieder|ist da!|geboren|heiraten|verlobt|gute nachricht\w*)\b",
    r"\b(?:conseguido|lo logramos|hemos ganado|he aprobado|aprobad\w+|por fin|orgullos\w+|inaugurad\w+|vuelve a abrir|reabr\w+|nos casamos|ha nacido|buenas noticias|ganamos)\b",
];

const BAD_NEWS: &[&str] = &[
    r"\b(?:(?:is|are|am|been|fell|feeling|very|so|seriously) ill|in hospital|sick|sad|sadly|cancelled|accident|(?:a|the|house|kitchen) fire|burned down|burnt down|stolen|broke (?:my|his|her|a) \w+|broken (?:leg|arm|ankle|wrist|hip)|heartbroken|lost (?:my|our|his|her) (?:job|home|house|shop)|closing (?:down|for good|our doors)|say goodbye|farewell|flooded)\b",
    r"\b(?:krank\w*|traurig\w*|unfall|abgebrannt|gestohlen|geklaut|(?:bein|arm|fuß) gebrochen|krankenhaus|(?:machen|müssen|schließen) .{0,60}(?:für immer|ende des jahres|zu$)|abschied|leider aufhören)\b",
    r"\b(?:enferm[oa]s?|triste\w*|accidente|incendio|robad[oa]s?|nos han robado|(?:me he|se ha) roto (?:el|la|un)|hospital|cerramos para siempre|despedida)\b",
];

const LOSS: &[&str] = &[
    r"\b(?:passed away|passed on (?:last|this|on|yesterday)|funeral|rest in peace|r\.?i\.?p\b|no longer with us|rainbow bridge|put (?:him|her|them) to sleep|(?:death|passing|loss) of (?:my|our|his|her|a|the) \w+|lost (?:my|our|his|her) (?:dear |beloved |lovely |old )*(?:dad|mum|mom|mother|father|nan|gran\w*|wife|husband|son|daughter|brother|sister|friend|founder|dog|cat|colleague|member|teacher)|in (?:loving )?memory of)\b",
    r"\b(?:(?:dad|mum|mom|mother|father|nan|gran\w*|wife|husband|son|daughter|brother|sister|friend|founder|dog|cat|colleague|uncle|aunt|neighbour|teacher|he|she|who|hamster|horse|rabbit|\w+ has) (?:just |sadly |suddenly )?died)\b",
    r"\b(?:gestorben|verstorben|ist (?:\w+ ){1,4}(?:friedlich )?(?:eingeschlafen|von uns gegangen)|von uns gegangen|beerdigung|trauerfeier|beisetzung|regenbogenbrücke|in stiller trauer|ruhe in frieden|einschläfern)\b",
    r"\b(?:falleci\w+|(?:ha )?muerto|muri[oó] (?:mi|nuestr\w+|el|la|don|doña|ayer|anoche)|nos (?:ha|han) dejado|descanse en paz|en paz descanse|d\.?e\.?p\b|funeral|entierro|ha partido)\b",
];

/// What a post does, the first that fits: who mourns is not told that the question is a good one, and a post that
/// thanks and asks is a question, for an answer is owed.
#[must_use]
pub fn kind(text: &str) -> PostKind {
    static ALL: LazyLock<[(PostKind, Vec<Regex>); 8]> = LazyLock::new(|| {
        [
            (PostKind::Loss, compiled(LOSS)),
            (PostKind::Complaint, compiled(COMPLAINTS)),
            (PostKind::Thanks, compiled(THANKS)),
            (PostKind::Wishes, compiled(WISHES)),
            (PostKind::Greeting, compiled(GREETINGS)),
            (PostKind::BadNews, compiled(BAD_NEWS)),
            (PostKind::GoodNews, compiled(GOOD_NEWS)),
            (PostKind::Praise, compiled(PRAISE)),
        ]
    });
    static THANKED: LazyLock<Vec<Regex>> = LazyLock::new(|| compiled(THANKED_FOR));
    let text = text.replace(['\u{2019}', '\u{2018}'], "'");
    // "Is the late bus running?" complains of nothing.
    let told: Vec<&str> = text
        .split_sentence_bounds()
        .filter(|sentence| !sentence.trim_end().ends_with('?'))
        .collect();
    let told = told.concat();
    let thanked = any(&THANKED, &text);
    let found = ALL
        .iter()
        .find(|(kind, patterns)| match kind {
            PostKind::Complaint => !thanked && any(patterns, &told),
            _ => any(patterns, &text),
        })
        .map(|(kind, _)| *kind);
    match found {
        Some(PostKind::Loss | PostKind::Complaint) => found,
        _ if asks(&text) => Some(PostKind::Question),
        _ => found,
    }
    .unwrap_or(PostKind::Other)
}

/// A question mark, or the words that a question begins with.
fn asks(text: &str) -> bool {
    const STARTS: [&str; 72] = [
        "do you",
        "does",
        "are you",
        "is there",
        "is the",
        "can i",
        "can you",
        "could",
        "when",
        "where",
        "what time",
        "how",
        "why",
        "who",
        "which",
        "will you",
        "would you",
        "have you",
        "anyone know",
        "is it",
        "do u",
        "what's",
        "whats",
        "habt ihr",
        "gibt es",
        "gibts",
        "kann ich",
        "kann man",
        "könnt ihr",
        "wann",
        "wo ",
        "wie ",
        "warum",
        "ist bei euch",
        "seid ihr",
        "darf ich",
        "wer ",
        "macht ihr",
        "nehmt ihr",
        "tenéis",
        "teneis",
        "hay ",
        "puedo",
        "se puede",
        "cuándo",
        "dónde",
        "cómo",
        "aceptáis",
        "aceptais",
        "abrís",
        "is ",
        "are ",
        "can we",
        "can my",
        "any chance",
        "any idea",
        "darf ",
        "ist der",
        "ist die",
        "ist das",
        "ist es",
        "ab wann",
        "kann mein",
        "können wir",
        "gibt's",
        "weiß jemand",
        "cuando llega ",
        "cuando abr",
        "cuando empieza",
        "cuanto ",
        "donde ",
        "alguien sabe",
    ];
    if text.contains(['?', '\u{61f}', '\u{ff1f}']) {
        return true;
    }
    text.split_sentence_bounds()
        .flat_map(|sentence| sentence.split(", "))
        .any(|part| {
            let part = part.trim().to_lowercase();
            let part = ["hey ", "hi ", "hello ", "hallo ", "hola ", "so "]
                .iter()
                .find_map(|hello| part.strip_prefix(hello))
                .unwrap_or(&part)
                .to_owned();
            STARTS.iter().any(|start| part.starts_with(start))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_in_three_languages() {
        for (text, expected) in [
            (
                "Thank you so much for fixing my brakes yesterday",
                PostKind::Thanks,
            ),
            (
                "hey do you guys have anything gluten free",
                PostKind::Question,
            ),
            (
                "Waited 35 minutes for two teas and then they were the wrong teas.",
                PostKind::Complaint,
            ),
            (
                "morning all \u{2600} hope the ovens are warm",
                PostKind::Greeting,
            ),
            (
                "Moin ihr Lieben, sch\u{f6}nes Wochenende euch!",
                PostKind::Wishes,
            ),
            ("best cinnamon buns in town", PostKind::Praise),
            (
                "Wir haben es geschafft: 10.000 Euro sind zusammen!",
                PostKind::GoodNews,
            ),
            (
                "nos ha dejado don Emilio, maestro de medio pueblo",
                PostKind::Loss,
            ),
            (
                "our old headteacher mr doyle passed away on tuesday",
                PostKind::Loss,
            ),
            (
                "my phone died halfway through your podcast",
                PostKind::Other,
            ),
            ("that song is fire", PostKind::Other),
            ("thx for staying open late for us", PostKind::Thanks),
            ("Is the late bus running on Sunday?", PostKind::Question),
            ("me he roto el brazo", PostKind::BadNews),
            ("sch\u{f6}nes Wochenende euch", PostKind::Wishes),
            ("I broke my leg so no running for me", PostKind::BadNews),
            (
                "Reserv\u{e9} para seis y cuando llegamos habian dado la mesa",
                PostKind::Complaint,
            ),
            (
                "so after 9 years im handing over the record shop to my sister",
                PostKind::Other,
            ),
            (
                "hola, aceptais la tarjeta regalo de la web en la tienda fisica?",
                PostKind::Question,
            ),
            (
                "mil gracias por guardarme el ultimo ejemplar",
                PostKind::Thanks,
            ),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
