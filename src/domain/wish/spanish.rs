//! Spanish: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::{Read, Rule, compiled, group, spanish_readers, spanish_rules};

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

const AUDIENCE: &str = "(?:a )?(?:(?:la|los|las|el|nuestr[oa]s?|tod[oa]s?|tod[oa]s? (?:los|las|nuestr[oa]s)|mis|quienes|toda la) )*(?:gente|tod[oa]s?|tod[oa] el mundo|mundo|clientes?|clientas?|seguidor(?:es|as)|público|publico|vecin[oa]s|\
    familias|padres|madres|soci[oa]s|alumn[oa]s|usuari[oa]s|lector(?:es|as)|visitantes|amig[oa]s|comunidad|pacientes|oyentes|niñ[oa]s|miembros|equipo|barrio|ell[oa]s|fans|personas|quien quiera|quienes quieran|cualquiera|(?:los|las|nuestr[oa]s) [a-zñáéíóú]+s)";

const POLITE: &str = "(?:(?:hola|ok|vale|y|por favor|porfa|puedes|podrías|podrias|puede|podría|podemos|queremos|quiero|quisiera|me gustar[ií]a|nos gustar[ií]a|quer[ií]amos|quiero que|necesito que|hay que|lumen|anda|oye|solo|también|tambien|ahora|venga|estaría bien|estaria bien|sería genial|seria genial|¿)[,:]? ?)*";

const FORM: &str = "(?:(?:cort[oa]|brev?e|bonit[oa]|sencill[oa]|pequeñ[oa]|amable|alegre|cariños[oa]) )*(?:post|publi|publicación|publicacion|tuit|tweet|mensaje|texto|nota|anuncio|entrada|aviso|algo|recordatorio|invitación|invitacion|frase|frases|línea|lineas|pregunta|encuesta|agradecimiento)(?: (?:cort[oa]|brev?e|bonit[oa]|sencill[oa]|amable|alegre))*";

const WRITE: &str = "(?:escribe|escribir|escribas|escribid|escríbeme|publica|publicar|publiques|haz|hacer|hagas|hazme|redacta|redactar|crea|crear|pon|poner|pongas|prepara|preparar|tuitea|manda|sube|necesito|necesitamos|comparte|saca)";

const INVENTION: &str = "(?:chistes?|bromas?|poemas?|cuentos?|historias?|anécdotas?|anecdotas?|adivinanzas?|frases? (?:motivadora|inspiradora|célebre|bonita)s?|citas?|consejos?|trucos?|ideas?|razones|motivos|recetas?|explicación|explicacion|curiosidades?|reflexión|reflexion|reflexiones|eslóganes?|eslogan|rimas?|comparación|datos curiosos|comentarios?|refr[aá]n(?:es)?|relatos?)";

const INVENTED_LOOK: &str = "(?:gracios[oa]s?|divertid[oa]s?|bonit[oa]s?|ingenios[oa]s?|creativ[oa]s?|inspirador(?:a|es|as)?|motivador(?:a|es|as)?|original(?:es)?|simpátic[oa]s?|simpatic[oa]s?|chul[oa]s?|cort[oa]s?|breves?|buen[oa]s?|interesantes?|romántic[oa]s?|emotiv[oa]s?|lind[oa]s?|poétic[oa]s?)";

pub(super) const GROUPS: &[(&str, &str)] = &[
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

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled(&[spanish_rules::TABLE], GROUPS));
    &RULES
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
pub(super) fn invention(captures: &Captures<'_>) -> Option<Read> {
    Some(group(captures, "said").map_or(Read::Instruction, |said| Read::Statement(said.to_owned())))
}

pub(super) fn invented_about(captures: &Captures<'_>) -> Option<Read> {
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

pub(super) fn as_typed(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(rest.to_owned()))
}

/// "a Ana": after "Felicidades" the person needs her "a".
pub(super) fn to(who: &str) -> String {
    if who.starts_with("a ") || who.starts_with("al ") {
        who.to_owned()
    } else {
        format!("a {who}")
    }
}

pub(super) fn question(captures: &Captures<'_>) -> Option<Read> {
    // A question to "la gente" speaks of it in the singular.
    let audience = group(captures, "a").is_some() || captures[0].to_lowercase().contains("si ");
    let (wh, rest) = (
        group(captures, "wh")?.to_lowercase(),
        group(captures, "rest")?,
    );
    let (rest, tail) = match rest.split_once('?') {
        Some((rest, tail)) => (rest, tail.trim()),
        None => (rest, ""),
    };
    // "…, estamos pensando en recuperar uno": what follows is a statement of its own.
    let (rest, tail) = match rest.split_once(", ") {
        Some((rest, more)) if tail.is_empty() && spanish_readers::speaks_of_us(more) => {
            (rest, more)
        }
        _ => (rest, tail),
    };
    let who = wh.contains("quien") || wh.contains("quién");
    let rest = if who {
        rest.to_owned()
    } else {
        spanish_readers::question_to_readers(rest, audience)
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
        format!(" {}.", super::capitalised(tail))
    };
    Some(Read::Statement(format!("¿{question}?{tail}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::spanish_rules::TABLE.len());
    }
}
