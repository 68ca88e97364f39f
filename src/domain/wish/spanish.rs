//! Spanish: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::{Make, Read, Rule, WishKind, compiled, group};

pub(super) const TIMES: &[&str] = &[
    "lunes",
    "martes",
    "miércoles",
    "miercoles",
    "jueves",
    "viernes",
    "sábado",
    "sabado",
    "sábados",
    "domingo",
    "domingos",
    "hoy",
    "mañana",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "noche",
    "tarde",
    "ya",
    "ahora",
];

pub(super) const VERBS: &[&str] = &[
    "es",
    "son",
    "está",
    "están",
    "esta",
    "hay",
    "fue",
    "será",
    "tiene",
    "tenemos",
    "abre",
    "abrimos",
    "cierra",
    "cerramos",
    "empieza",
    "cuesta",
    "cuestan",
    "llega",
    "vuelve",
    "volvemos",
    "ha",
    "han",
    "hemos",
    "viene",
    "puede",
    "pueden",
    "necesitamos",
    "buscamos",
];

const AUDIENCE: &str = "(?:a )?(?:(?:la|los|las|el|nuestr[oa]s?|tod[oa]s?|tod[oa]s? (?:los|las|nuestr[oa]s)|mis) )*(?:gente|tod[oa]s?|tod[oa] el mundo|mundo|clientes?|clientas?|seguidor(?:es|as)|público|publico|vecin[oa]s|\
    familias|padres|madres|soci[oa]s|alumn[oa]s|usuari[oa]s|lector(?:es|as)|visitantes|amig[oa]s|comunidad|pacientes|oyentes|niñ[oa]s|miembros|equipo|barrio|ell[oa]s|fans|personas)";

const POLITE: &str = "(?:(?:hola|ok|vale|y|por favor|porfa|puedes|podrías|podrias|puede|podría|podemos|queremos|quiero|quisiera|me gustar[ií]a|nos gustar[ií]a|quer[ií]amos|quiero que|necesito que|hay que|lumen|anda|oye|solo|también|tambien|¿)[,:]? ?)*";

const FORM: &str = "(?:(?:cort[oa]|brev?e|bonit[oa]|sencill[oa]|pequeñ[oa]|amable|alegre|cariños[oa]) )*(?:post|publicación|publicacion|tuit|tweet|mensaje|texto|nota|anuncio|entrada|aviso|algo|recordatorio|invitación|invitacion|frase|frases|línea|lineas|pregunta|encuesta|agradecimiento)(?: (?:cort[oa]|brev?e|bonit[oa]|sencill[oa]|amable|alegre))*";

const WRITE: &str = "(?:escribe|escribir|escribas|escribid|escríbeme|publica|publicar|publiques|haz|hacer|hagas|hazme|redacta|redactar|crea|crear|pon|poner|pongas|prepara|preparar|tuitea|manda|sube|necesito|necesitamos|comparte|saca)";

const INVENTION: &str = "(?:chistes?|bromas?|poemas?|cuentos?|historias?|anécdotas?|anecdotas?|adivinanzas?|frases? (?:motivadora|inspiradora|célebre|bonita)s?|citas?|consejos?|trucos?|ideas?|razones|motivos|recetas?|explicación|explicacion|curiosidades?|reflexión|reflexion|reflexiones|eslóganes?|eslogan|rimas?|comparación|datos curiosos|comentarios?|refranes?|relatos?)";

const INVENTED_LOOK: &str = "(?:gracios[oa]s?|divertid[oa]s?|bonit[oa]s?|ingenios[oa]s?|creativ[oa]s?|inspirador(?:a|es|as)?|motivador(?:a|es|as)?|original(?:es)?|simpátic[oa]s?|simpatic[oa]s?|chul[oa]s?|cort[oa]s?|breves?|buen[oa]s?|interesantes?|romántic[oa]s?|emotiv[oa]s?|lind[oa]s?|poétic[oa]s?)";

const GROUPS: &[(&str, &str)] = &[
    ("<P>", POLITE),
    ("<A>", AUDIENCE),
    ("<F>", FORM),
    ("<W>", WRITE),
    ("<I>", INVENTION),
    ("<IL>", INVENTED_LOOK),
    (
        "<DET>",
        "(?:(?:un|una|unos|unas|el|la|los|las|algún|alguna|algunos|algunas|varios|\\d+|dos|tres|cuatro|cinco|seis|siete|diez) )?",
    ),
    (
        "<WH>",
        "(?:por qué|por que|(?:a|en|con|para|de) qu[eé] \\w+|qué|que|cuál(?:es)?|cual(?:es)?|cómo|como|dónde|donde|adónde|cuándo|cuando|(?:a |con |de |para )?quién(?:es)?|(?:a |con |de |para )?quien(?:es)?|cuánt[oa]s?|cuant[oa]s?|en qué|a qué|de qué|con qué|para qué|si)",
    ),
];

const TABLE: &[(&str, WishKind, Make)] = &[
    (
        r"<P>(?:(?:con|sin|añade|pon|usa)(?: (?:un|una|unos|algún|muchos))* (?:emojis?|imagen|foto|hashtags?|exclamaciones).*|(?:que sea|hazlo) .+|gracias|muchas gracias)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    // Inventions.
    (
        r"<P>(?:(?:<W>|cuenta|cuéntanos|cuéntales|cuentame|cuéntame|di|dime|dinos|inventa|piensa|dame|danos|da|comparte) )?(?:<A> )?<DET>(?:<IL> )*<I>(?: (?:<IL>|cort[oa]s?))*(?: (?:sobre|de|del|para|por|con|acerca|que|en) .*?)?(?:[:–—] *(?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>(?:(?:<W>|cuenta|di) )?algo (?:<IL> (?:y )?)+(?:sobre|de|del|acerca de|para) (?P<about>.+)",
        WishKind::Invent,
        invented_about,
    ),
    (
        r"<P>(?:explica|describe|compara|traduce|imagina|convence|enseña|analiza)(?:les|nos)? .*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P><W> (?:<DET><F> )?(?:sobre |de )?(?:cómo|por qué|como) .*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    // "di que …"
    (
        r"<P>(?:di|diles|dile|decir|digas|cuenta|cuéntales|contar|informa|informar|avisa|avísales|avisar|anuncia|anunciar|anuncies|comunica|comunicar|haz saber|menciona|confirma|<W>) ?(?:<DET><F> )?(?:<A> )?(?:(?:para )?(?:que diga|diciendo|que anuncie|anunciando|diciéndoles|avisando|para decir|para anunciar|para avisar|que digamos|informando|a la gente) )?(?:de )?(?:que|:) ?(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"(?:post|publicación|publicacion|tuit|mensaje|anuncio|aviso): *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P><W> (?:<DET><F>)? ?: *(?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    // "da las gracias …"
    (
        r"<P>(?:da|dale|dales|dar|des|demos)(?: las)? gracias (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Gracias {who}"))),
    ),
    (
        r"<P>(?:agradece|agradéceles|agradecer|agradezcas|agradecemos) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Agradecemos {who}"))),
    ),
    // "felicita …", "desea …"
    (
        r"<P>(?:felicita|felicítales|felicitar|felicites|felicidades) (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Felicidades {}", to(who)))),
    ),
    (
        r"<P>(?:desea|deséales|desear|desees) (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Deseamos {who}"))),
    ),
    (
        r"<P>(?:da la bienvenida|dar la bienvenida|dale la bienvenida) (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Damos la bienvenida {who}"))),
    ),
    (
        r"<P>(?:pide|pedir|pidamos|pedimos)(?:les)? (?:perdón|perdon|disculpas) (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Pedimos disculpas {what}"))),
    ),
    // "invita …"
    (
        r"<P>(?:invita|invítales|invitales|invitar|invites)(?: <A>)? (?P<what>(?:a|al) .+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(format!("Os invitamos {what}"))),
    ),
    (
        r"<P>(?:invita|invitar) (?P<who>.+)",
        WishKind::Invite,
        |c| group(c, "who").map(|who| Read::Statement(format!("Invitamos {who}"))),
    ),
    // "recuerda …"
    (
        r"<P>(?:recuerda|recuérdales|recuerdales|recuérdale|recordar|recuerdes)(?:les)?(?: <A>)?,? que (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(format!("Recordad que {rest}"))),
    ),
    (
        r"<P>(?:recuérdales|recuerdales|recuerda(?:les)? <A>),? (?P<what>\S+(?:ar|er|ir) .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Recordad {what}"))),
    ),
    (
        r"<P>(?:recuerda|recuérdales|recuerdales|recordar)(?: <A>)?,?:? (?P<what>.+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Recordatorio: {what}"))),
    ),
    (
        r"(?:quiero|queremos|quisiera|me gustar[ií]a|nos gustar[ií]a) saber (?P<wh><WH>) (?P<rest>.+)",
        WishKind::Ask,
        question,
    ),
    // "pregunta …"
    (
        r"<P>(?:pregunta|pregúntales|preguntales|preguntar|preguntes|preguntad)(?:les)?(?: <A>)?,?:? ?(?P<wh><WH>) (?P<rest>.+)",
        WishKind::Ask,
        question,
    ),
    (
        r"<P>(?:pregunta|pregúntales|preguntar)(?: <A>)? (?:por|sobre) (?P<what>.+)",
        WishKind::Ask,
        |c| group(c, "what").map(|what| Read::Statement(format!("Contadnos sobre {what}"))),
    ),
    (
        r"<P>(?:pide|pedir|pídeles)(?: <A>)? que (?P<what>.+)",
        WishKind::Ask,
        |c| group(c, "what").map(|what| Read::Statement(format!("Pedimos que {what}"))),
    ),
    // "anuncia el nuevo menú"
    (
        r"<P>(?:anuncia|anunciar|presenta|presentar) (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Anunciamos {what}"))),
    ),
    (
        r"<P><W> (?:<DET>)?(?:<IL> )?(?:<F> )?(?:sobre|acerca de|para|de|del) (?P<about>.+)",
        WishKind::Announce,
        |c| group(c, "about").map(|about| Read::Subject(about.to_owned())),
    ),
    (r"<P><W> (?:<DET>)?(?:<IL> )?<F>", WishKind::Invent, |_| {
        Some(Read::Instruction)
    }),
];

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled(TABLE, GROUPS));
    &RULES
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
fn invention(captures: &Captures<'_>) -> Option<Read> {
    Some(group(captures, "said").map_or(Read::Instruction, |said| Read::Statement(said.to_owned())))
}

fn invented_about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    let clause = about
        .split_once([',', ':', ';'])
        .map(|(_, clause)| clause.trim());
    let verb = clause.filter(|clause| {
        clause
            .split_whitespace()
            .any(|word| VERBS.contains(&word.to_lowercase().as_str()))
    });
    Some(verb.map_or(Read::Instruction, |clause| {
        Read::Statement(clause.to_owned())
    }))
}

fn as_typed(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(rest.to_owned()))
}

/// "a Ana": after "Felicidades" the person needs her "a".
fn to(who: &str) -> String {
    if who.starts_with("a ") || who.starts_with("al ") {
        who.to_owned()
    } else {
        format!("a {who}")
    }
}

fn question(captures: &Captures<'_>) -> Option<Read> {
    let (wh, rest) = (
        group(captures, "wh")?.to_lowercase(),
        group(captures, "rest")?,
    );
    let (rest, tail) = match rest.split_once('?') {
        Some((rest, tail)) => (rest, tail.trim()),
        None => (rest, ""),
    };
    let accented = match wh.as_str() {
        "si" => String::new(),
        "que" => "qué ".to_owned(),
        "como" => "cómo ".to_owned(),
        "donde" => "dónde ".to_owned(),
        "cuando" => "cuándo ".to_owned(),
        "cual" => "cuál ".to_owned(),
        "cuales" => "cuáles ".to_owned(),
        "por que" => "por qué ".to_owned(),
        other => format!(
            "{} ",
            other
                .replace("quien", "quién")
                .replace("cuanto", "cuánto")
                .replace("cuanta", "cuánta")
        ),
    };
    let question = super::capitalised(&format!("{accented}{rest}"));
    let tail = if tail.is_empty() {
        String::new()
    } else {
        format!(" {tail}")
    };
    Some(Read::Statement(format!("¿{question}?{tail}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::TABLE.len());
    }
}
