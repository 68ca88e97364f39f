//! Orders to the assistant: where one begins behind a statement the sentence is parted, and what is left as an order
//! is never published. Orders to the readers ("bring a cup", "tell us your favourite", "meldet euch") are statements.
//!
//! Each language has a table of beginnings and a table of what only looks like one.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    english, german, german_orders, german_readers, questions, spanish, spanish_readers,
    spanish_verbs,
};

/// Third persons that only the assistant can speak to.
const ENGLISH_THIRD: &str = "(?:(?:all|any|more) )?(?:(?:our|the|my|all the|all our) )?(?:people|everyone|everybody|folks?|them|him|her|followers|customers|guests|members|readers|neighbou?rs|fans|visitors|parents|families|users|clients|patients|subscribers|locals|residents|supporters|pupils|students|kids|drivers|owners|swimmers|volunteers|community|crowd|group|audience|gang|hive mind|public|world|village|town|internet|street)";

/// A post, by any of its names.
const ENGLISH_TEXT: &str = "(?:posts?|tweets?|captions?|messages?|announcements?|updates?|lines?|something|anything|sth|notices?|blurbs?|adverts?|quick one|short one|funny one|nice one|one|write[- ]?up|shout[- ]?out|reminder|invitation|invite|few words|thread|poem|joke|story|quiz|poll|heads[- ]up)";

const ENGLISH: &[&str] = &[
    "(?:tell|inform|notify|warn|remind|invite|encourage|urge|nudge|alert|advise|reassure|poll|survey|persuade) <3>",
    "(?:let|make sure) .{2,40}? knows?",
    "(?:get|push|make) <3> (?:to|smile|laugh|aware|know|feel|think|excited|curious)",
    "get (?:that|this|it|the word|the news|a post|something) (?:out|up|to|on)",
    "ask (?:<3>|around|round|nicely|politely|kindly|sweetly|if|whether|who|what|which|when|how|why)",
    "(?:check|find out|see) (?:with <3>|from <3>|if|whether|who)",
    "big (?:her|him|them|it|this) up(?: please| pls| a bit)?",
    "(?:thank|congratulate|congrats|wish|celebrate|appreciate|apologi[sz]e|big up|welcome|honou?r) (?:to )?\\S+",
    "(?:apologi[sz]e|say (?:sorry|thanks|thank|that|an?|something|well done|bravo|congrat\\S*|happy|how|we|it|goodbye|please|so))",
    "(?:write|draft|compose|prepare|create|make|do|knock (?:up|out)|come up with|think (?:of|up)|rustle up|whip up|put (?:together|out|up)|need|give (?:me|us)|send(?: out)?|post|publish|pop|stick|help me write|help us write) (?:me |us |up |out )?(?:an?|some|one|the|another|any)? ?(?:\\S+ ){0,3}?<T>",
    "(?:write|type|draft|knock|work|put|turn|make|cook|whip) (?:it|this|that|something)(?: all)? (?:up|into|out of|down|a|sound|nice|fun|funny)",
    "(?:announce|mention|advertise|promote|publici[sz]e|plug|highlight|point out|broadcast|stress|emphasi[sz]e|explain that|clarify) \\S+",
    "(?:post|publish|tweet|share|say) (?:it|this|that|about|saying|something)",
    "(?:put|pop|stick|send|pass|shout|sing|throw|bung|chuck|whack|spread) (?:it|this|that|the question|the word|the news|something|about)(?: \\S+){0,4}? (?:out|up|on|online|about|to|around|round|from|please|there)",
    "(?:shout about|spread the (?:word|news)|spread it|pass it on|get the word out|raise awareness|draw attention)",
    "give .{2,50}? an? (?:\\S+ ){0,2}(?:shout[- ]?out|mention|plug|thank[- ]?you|heads[- ]?up|nudge|reminder|round of applause|big hand)",
    "give an? (?:\\S+ ){0,2}(?:shout[- ]?out|mention|round of applause)",
    "(?:an? )?(?:\\S+ ){0,2}(?:post|caption|tweet|advert|announcement|blurb) (?:about|for|on|saying|that|to|ideas?)",
    "(?:something|sth) (?:\\S+ )?(?:about|saying)",
    "(?:do|make|run|come up with|think (?:of|up)|dream up) (?:me |us )?(?:an?|some|something|the) (?:\\S+ ){0,2}(?:quiz|poll|thread|competition|name|slogan|idea|title|nice|funny|clever|poetic|catchy)",
    "(?:come up with|think of|dream up) \\S+",
    "(?:get a (?:feel|sense) (?:for|of)|get an idea of|sound out|gauge|canvass) \\S+",
    "(?:put|stick|pop|get|throw|chuck|send|drop|share|run|start) (?:an?|some|the|another|our) (?:\\S+ ){0,3}?(?:<T>|thanks|thank|note|sign|congratulations|greeting|question)",
    "(?:don'?t|do not) let <3> forget",
    "(?:express|show|convey) (?:our|my)",
    "(?:nudge|prod) <3>",
    "(?:make (?:some|a bit of|a little|a) (?:noise|fuss|buzz|splash)|brag|shout|crow|rave) about",
    "have <3> (?:come|join|bring|sign|vote)",
    "(?:everyone|everybody|people) (?:should|needs? to|must|has to|have to) know",
    "what (?:would|could|should) (?:be a good|we post|i post|we write)",
];

const ENGLISH_NOT: &[&str] = &[
    "(?:thank|wish|welcome) (?:you|god|goodness|heavens|to|back|us)\\b",
    "(?:celebrate|welcome) (?:with|at|in|on)\\b",
    "(?:tell|ask|send|show) (?:your|a friend)\\b",
    "(?:ask|send|let) (?:us|me)\\b",
    "tell (?:us|me) (?:your|what|about|which|how|if|where|when|who)\\b",
    "give (?:us|me) (?:a call|a ring|a hand|a wave|a chance|feedback|your)\\b",
    "post (?:us|me|your)\\b",
    "(?:see|check|find out) (?:who|if|whether) (?:you|we)\\b",
    "say (?:hello|hi|hey)\\b",
    "think of (?:your|the|others|us|each)\\b",
    "let it\\b",
    "share (?:your|with|this|the road|the love|a)\\b",
    "ask (?:our|the|any|a|your) (?:staff|team|crew|baristas?|pharmacist|librarian|driver|trainer)s? (?:for|about|at|how|if|in)\\b",
    "do (?:not|you)\\b",
];

const GERMAN: &[&str] = &[
    "(?:sag|sage|schreib|schreibe|poste|frag|erinner|erinnere|lad|lade|gratulier|gratuliere|bedank|bedanke|wünsch|weis|weise|mach|gib|hau|haut|postet|pack|ruf|warn|warne|kündig|kündige|verkünd|verkünde|erzähl|erzähle|informier|informiere|erwähn|erwähne|bewirb|motivier|motiviere|ermutig|ermutige|ermunter|ermuntere|animier|animiere|formulier|formuliere|verfass|verfasse|erstell|erstelle|entwirf|veröffentliche|verbreite|erklär|erkläre|beglückwünsch|beglückwünsche|beton|betone|entschuldig|entschuldige|überleg dir|denk dir|lass dir|nutz|teile?|stelle?|frage|bringe?|melde|setz|tu|heiß|heiße|heiss|erinnert|bedankt|gratuliert|weist|informiert|warnt|fragt|sagt|ladet|teilt|wünscht)<,>(?:.+)",
    "(?:denkt|denk) (?:bitte )?(?:dran|daran),? (?:die|alle|den|das) .+ zu (?:erinnern|sagen|fragen|danken)",
    "bitte (?:die|alle|unsere|euch) .+ zu \\S+.*",
    "(?:bitte )?(?:(?:noch|mal|nochmal|nur|kurz)? ?(?:einen?|nen|ne|ein|eine) )?(?:\\S+e[nsr]? ){0,2}(?:post|posting|tweet|beitrag|story|umfrage|abstimmung)(?: (?:über|zum|zur|zu|für|mit|dass|draus|daraus|wert|bitte)\\b.*|[,:] .*)?",
    "bitte (?:einen?|eine|ein|nen|ne|was|etwas) .+",
    "(?:da|dazu|das|dafür) (?:kann|könnte|könnten|können|sollte|sollten|muss|müsste|müssen|darf) (?:man|wir|du|ihr|einer|jemand)\\b.*",
    "(?:was|etwas) (?:\\S+es )?(?:über|zum|zur|zu|für) .+",
];

const GERMAN_NOT: &[&str] = &[
    "\\S+ (?:.*\\b)?(?:eure[nrm]?|euer|deine?[nrm]?)\\b",
    "teilt? (?:den|diesen|unseren|unsern) (?:beitrag|post|link|aufruf)\\b",
    "(?:sag[et]?|schreib[et]?|frag[et]?|teil[et]?|lade?t?|ladet|erzähle?|gib|bringe?|mache?|stelle?|rufe?|lade?|setz|meldet?|melde|hole?|pack) (?:(?:doch|gern|gerne|bitte|einfach|mal) )*(?:uns|dich|dir|deine?[nmr]?)\\b",
    "(?:mache?|macht) (?:(?:doch|gern|gerne|bitte|einfach|mal|alle) )*mit\\b",
    "(?:frag[et]?|melde) (?:an der|an die kasse|am|im|beim)\\b",
    "(?:frage|teile|stelle) (?:des|der|von|im|am|zu|frei|zum|zur|und|für|in)\\b",
    "nutz\\w* .+",
];

const SPANISH: &[&str] = &[
    "(?:di|cuenta|avisa|informa|anuncia|comunica|menciona|explica|advierte|recuerda|pregunta|invita|anima|pide|agradece|felicita|desea|promociona|difunde|averigua) (?:<A>\\b.*|de que .+|que .+|por favor.*|por ahí|por ahi|con .+|amablemente|algo .+|si .+|qui[eé]n .+|lo siguiente.*)",
    "(?:felicita|agradece|anuncia|promociona|difunde|averigua|menciona|comunica|desea|invita|anima)\\b.*",
    "(?:da|dé|demos) (?:las )?gracias.*",
    "(?:da|dé) (?:la bienvenida|la enhorabuena|un aplauso|difusión|difusion|el pésame).*",
    "(?:haz|crea|prepara|escribe|pon|publica|redacta|saca|lanza|manda|sube|necesito|quiero|inventa|piensa|dame) (?:(?:un|una|unos|unas|el|la|algún|alguna) )?(?:\\S+ ){0,2}?(?:post|publicación|publicacion|mensaje|anuncio|algo|texto|tuit|historia|nota|aviso|recordatorio|pregunta|encuesta|palabras|frase|poema|chiste)\\b.*",
    "dime (?:un|una|unos|unas|algo|tres|cinco|\\d+) .+",
    "(?:un |una )?(?:post|publicación|publicacion|tuit|texto) .+",
    "(?:corre la voz|pasa la voz|haz saber|haz correr|pide (?:perd[oó]n|disculpas)|discúlpate|disculpate|hazlo saber).*",
    "que (?:la gente|todo el mundo|todos) (?:sepa|sepan) .+",
];

const SPANISH_NOT: &[&str] = &[
    "\\w+ (?:este|esta|tu|tus|con nosotros)\\b",
    "recuerda \\w+[aei]r(?:se|te)?\\b",
    "invita (?:a )?(?:un|una|tu|tus)\\b",
    "pregunta (?:por|en) (?:la|el|recepción|recepcion|nuestr\\w+|tienda|caja)\\b",
    "(?:celebra|anima|invita|comparte) con\\b",
];

/// Before an order: a comma, a dash, the end of a sentence, or "and".
const JOINTS: [&str; 11] = [
    ", ", "; ", " - ", " – ", " — ", ". ", "! ", "? ", " and ", " und ", " y ",
];

/// A statement before an order has at least this many words.
const SHORTEST_STATEMENT: usize = 2;

struct Tables {
    orders: Vec<Regex>,
    others: Vec<Regex>,
}

impl Tables {
    fn new(orders: &[&str], others: &[&str], groups: &[(&str, &str)], ends: &str) -> Self {
        let compiled = |patterns: &[&str], ends: &str| {
            patterns
                .iter()
                .filter_map(|pattern| {
                    let mut pattern = format!("(?i)^<P>(?:{pattern}){ends}");
                    for (name, group) in groups {
                        pattern = pattern.replace(name, group);
                    }
                    Regex::new(&pattern).ok()
                })
                .collect()
        };
        Self {
            orders: compiled(orders, ends),
            others: compiled(others, ""),
        }
    }
}

fn tables(language: Option<&str>) -> Option<&'static Tables> {
    static EN: LazyLock<Tables> = LazyLock::new(|| {
        let own = [("<3>", ENGLISH_THIRD), ("<T>", ENGLISH_TEXT)];
        let groups = [&own[..], english::GROUPS].concat();
        Tables::new(ENGLISH, ENGLISH_NOT, &groups, r"\b")
    });
    static DE: LazyLock<Tables> = LazyLock::new(|| {
        let groups = [&[("<,>", ",? ")][..], german::GROUPS].concat();
        Tables::new(GERMAN, GERMAN_NOT, &groups, "$")
    });
    static ES: LazyLock<Tables> =
        LazyLock::new(|| Tables::new(SPANISH, SPANISH_NOT, spanish::GROUPS, "$"));
    match language {
        Some("en") => Some(&EN),
        Some("de") => Some(&DE),
        Some("es") => Some(&ES),
        _ => None,
    }
}

/// Whether `text` asks something of the readers with a verb that orders to the assistant use as well.
pub(super) fn for_the_readers(text: &str, language: Option<&str>) -> bool {
    tables(language).is_some_and(|tables| {
        tables
            .others
            .iter()
            .any(|pattern| pattern.is_match(text.trim()))
    })
}

/// Whether `text` begins as an order to the assistant.
pub(super) fn begins(text: &str, language: Option<&str>) -> bool {
    let Some(tables) = tables(language) else {
        return false;
    };
    let text = text.trim().trim_end_matches(['.', '?', '!', ' ']);
    if for_the_readers(text, language) {
        return false;
    }
    let text = if language == Some("es") {
        spanish_verbs::imperative(text)
    } else {
        text.to_owned()
    };
    let fits = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(&text));
    (fits(&tables.orders) && !fits(&tables.others))
        || (language == Some("de") && german_orders::infinitive_order(&text))
}

/// What stands behind a short order at the beginning: "do a poll, do people prefer paper" holds a question.
pub(super) fn behind(text: &str, language: Option<&str>) -> Option<String> {
    const LONGEST_ORDER: usize = 6;
    const SHORTEST: usize = 4;
    let at = text.find([',', ':'])?;
    let (order, rest) = (&text[..at], text[at + 1..].trim());
    let fits = order.split_whitespace().count() <= LONGEST_ORDER
        && rest.split_whitespace().count() >= SHORTEST
        && !begins(rest, language);
    let question = match language {
        Some("en") => questions::to_the_readers(rest),
        Some("de") => german_readers::question_to_readers(rest),
        _ => None,
    };
    if fits && question.is_some() {
        return question;
    }
    // What only describes the post ("…, short and funny") has no verb.
    (fits && super::holds_verb(rest, language)).then(|| rest.to_owned())
}

/// `sentence` in pieces: what is stated, and each order behind it.
pub(super) fn split(sentence: &str, language: Option<&str>) -> Vec<String> {
    if tables(language).is_none() {
        return vec![sentence.to_owned()];
    }
    let mut places: Vec<(usize, usize)> = JOINTS
        .iter()
        .flat_map(|joint| {
            sentence
                .match_indices(joint)
                .map(|(at, found)| (at, at + found.len()))
        })
        .filter(|(_, after)| order_or_wish(&sentence[*after..], language))
        .collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, after) in places {
        let piece = sentence.get(from..at).unwrap_or_default().trim();
        if piece.split_whitespace().count() < SHORTEST_STATEMENT {
            continue;
        }
        let mark = sentence[at..after]
            .trim()
            .trim_matches([',', ';', '-', '–', '—']);
        let mark = if mark.chars().all(char::is_alphabetic) {
            ""
        } else {
            mark
        };
        pieces.push(format!("{piece}{mark}"));
        from = after;
    }
    pieces.push(sentence[from..].trim().to_owned());
    pieces
}

/// Also a Spanish wish for others: "que traigan agua".
fn order_or_wish(text: &str, language: Option<&str>) -> bool {
    begins(text, language)
        || (language == Some("es") && spanish_readers::wish_for_readers(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::{begins, split};

    #[test]
    fn orders_to_the_assistant_are_told_from_orders_to_the_readers() {
        for (language, text, expected) in [
            ("en", "say well done from all of us", true),
            ("en", "ask nicely", true),
            ("en", "see if anyone's interested", true),
            ("en", "give our night shift a shout out", true),
            ("en", "bring your own cup", false),
            ("en", "tell us your favourite book", false),
            ("en", "ask at the desk", false),
            ("en", "thank you for coming", false),
            ("en", "say hello to our new cook", false),
            ("de", "frag mal in die runde", true),
            ("de", "nochmal alle erinnern", true),
            ("de", "bitte nett fragen", true),
            ("de", "schreib uns eine Nachricht", false),
            ("de", "bitte vorher anmelden", false),
            ("de", "wir möchten euch einladen", false),
            ("es", "pregunta por ahi", true),
            ("es", "díselo a la gente", true),
            ("es", "pregunta en recepción", false),
            ("es", "trae tu taza", false),
        ] {
            assert_eq!(begins(text, Some(language)), expected, "{text}");
        }
    }

    #[test]
    fn an_order_is_opened_or_refused_and_never_repeated() {
        for (topic, said) in [
            (
                "do a quick poll, do people prefer paper or card",
                "Do you prefer paper or card?",
            ),
            (
                "does anyone have a van? ask nicely",
                "Does anyone have a van?",
            ),
            ("come up with a name for our goat", ""),
            (
                "gib mal durch, dass die Halle morgen zu ist",
                "Die Halle ist morgen zu.",
            ),
            (
                "anima a la gente a venir, que traigan agua",
                "Os animamos a venir. Traed agua.",
            ),
            (
                "Share your photos with #lens",
                "Share your photos with #lens",
            ),
        ] {
            let read = crate::domain::wish::Wish::read(topic);
            assert_eq!(read.written_out().join(" "), said, "{topic}");
        }
    }

    #[test]
    fn a_sentence_is_parted_before_each_order() {
        assert_eq!(
            split(
                "sam passed her test today, say well done from all of us",
                Some("en")
            ),
            ["sam passed her test today", "say well done from all of us"]
        );
        assert_eq!(
            split("we close at five, bring a torch", Some("en")),
            ["we close at five, bring a torch"]
        );
    }

    #[test]
    fn every_pattern_compiles() {
        for (language, orders, others) in [
            ("en", super::ENGLISH.len(), super::ENGLISH_NOT.len()),
            ("de", super::GERMAN.len(), super::GERMAN_NOT.len()),
            ("es", super::SPANISH.len(), super::SPANISH_NOT.len()),
        ] {
            let tables = super::tables(Some(language)).expect("a language with tables");
            assert_eq!((tables.orders.len(), tables.others.len()), (orders, others));
        }
    }
}
