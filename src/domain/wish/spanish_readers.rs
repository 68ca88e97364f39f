//! Spanish third persons turned to the readers ("vosotros"): wishes and questions.

/// Verbs of the third person as the readers' ("vosotros"): plural, singular, readers.
const PRESENT: &[(&str, &str, &str)] = &[
    ("prefieren", "prefiere", "preferís"),
    ("quieren", "quiere", "queréis"),
    ("tienen", "tiene", "tenéis"),
    ("pueden", "puede", "podéis"),
    ("vienen", "viene", "venís"),
    ("vuelven", "vuelve", "volvéis"),
    ("piensan", "piensa", "pensáis"),
    ("creen", "cree", "creéis"),
    ("echan", "echa", "echáis"),
    ("toman", "toma", "tomáis"),
    ("beben", "bebe", "bebéis"),
    ("comen", "come", "coméis"),
    ("leen", "lee", "leéis"),
    ("usan", "usa", "usáis"),
    ("van", "va", "vais"),
    ("hacen", "hace", "hacéis"),
    ("saben", "sabe", "sabéis"),
    ("conocen", "conoce", "conocéis"),
    ("necesitan", "necesita", "necesitáis"),
    ("buscan", "busca", "buscáis"),
    ("escuchan", "escucha", "escucháis"),
    ("recomiendan", "recomienda", "recomendáis"),
    ("recuerdan", "recuerda", "recordáis"),
    ("llevan", "lleva", "lleváis"),
    ("desayunan", "desayuna", "desayunáis"),
    ("cenan", "cena", "cenáis"),
    ("compran", "compra", "compráis"),
    ("piden", "pide", "pedís"),
    ("juegan", "juega", "jugáis"),
    ("ven", "ve", "veis"),
    ("están", "está", "estáis"),
    ("estan", "esta", "estáis"),
    ("harían", "haría", "haríais"),
    ("vendrían", "vendría", "vendríais"),
    ("querrían", "querría", "querríais"),
    ("prefirirían", "preferiría", "preferiríais"),
    ("han", "ha", "habéis"),
    ("se apuntan", "se apunta", "os apuntáis"),
    ("suelen", "suele", "soléis"),
];

/// The subjunctive of frequent verbs whose order to the readers is not formed by rule: plural, order, negated order.
const SUBJUNCTIVE: &[(&str, &str, &str)] = &[
    ("traigan", "traed", "traigáis"),
    ("vengan", "venid", "vengáis"),
    ("hagan", "haced", "hagáis"),
    ("pongan", "poned", "pongáis"),
    ("digan", "decid", "digáis"),
    ("tengan", "tened", "tengáis"),
    ("sean", "sed", "seáis"),
    ("vayan", "id", "vayáis"),
    ("salgan", "salid", "salgáis"),
    ("recojan", "recoged", "recojáis"),
    ("cojan", "coged", "cojáis"),
    ("vean", "ved", "veáis"),
    ("lean", "leed", "leáis"),
    ("escriban", "escribid", "escribáis"),
    ("pidan", "pedid", "pidáis"),
    ("suban", "subid", "subáis"),
    ("elijan", "elegid", "elijáis"),
    ("coman", "comed", "comáis"),
    ("corran", "corred", "corráis"),
    ("metan", "meted", "metáis"),
    ("devuelvan", "devolved", "devolváis"),
    ("vuelvan", "volved", "volváis"),
    ("sepan", "sabed", "sepáis"),
    ("prueben", "probad", "probéis"),
    ("cierren", "cerrad", "cerréis"),
    ("vacíen", "vaciad", "vaciéis"),
    ("vacien", "vaciad", "vaciéis"),
    ("recuerden", "recordad", "recordéis"),
    ("entreguen", "entregad", "entreguéis"),
    ("lleguen", "llegad", "lleguéis"),
    ("paguen", "pagad", "paguéis"),
    ("aparquen", "aparcad", "aparquéis"),
    ("saquen", "sacad", "saquéis"),
    ("toquen", "tocad", "toquéis"),
    ("empiecen", "empezad", "empecéis"),
    ("utilicen", "utilizad", "utilicéis"),
];

/// Stems of verbs in -ar whose subjunctive follows the rule.
const REGULAR: &str = "entr llev dej us avis llam pas reserv apunt compr recicl guard mir prepar lav llen rellen tir cuid ayud colabor \
    particip vot don celebr comprob confirm mand envi escuch visit acerc qued olvid firm anim esper consult bail cant aprovech \
    disfrut cambi apag deposit lament respet llegu plant cocin trat evit mont form contact carg";

/// "que traigan esterilla" as an order to the readers: "traed esterilla". None where it is no wish for them.
pub(super) fn wish_for_readers(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut rest = words.strip_prefix(&["que"])?;
    let nobody = rest.first() == Some(&"nadie");
    if nobody {
        rest = &rest[1..];
    }
    for named in [&["la", "gente"][..], &["todo", "el", "mundo"], &["todos"]] {
        rest = rest.strip_prefix(named).unwrap_or(rest);
    }
    // "que los padres no olviden firmar": the readers are named.
    if let ["los" | "las" | "nuestros" | "nuestras", _, verb, after @ ..] = rest {
        let verb = if *verb == "no" { after.first()? } else { verb };
        subjunctive(verb)?;
        rest = &rest[2..];
    }
    let no = nobody || rest.first() == Some(&"no");
    if rest.first() == Some(&"no") {
        rest = &rest[1..];
    }
    if let ["se", after @ ..] = rest {
        return reflexive(after, no);
    }
    let (verb, more) = rest.split_first()?;
    let (order, negated) = subjunctive(verb)?;
    let more = to_readers(&more.join(" "));
    Some(if no {
        format!("no {negated} {more}")
    } else {
        format!("{order} {more}")
    })
}

/// "que no se les olvide a nadie", "que se apunten": the words behind "se".
fn reflexive(words: &[&str], no: bool) -> Option<String> {
    let skip = |words: &mut &[&str], starts: &[&[&str]]| {
        for start in starts {
            if words.starts_with(start) {
                *words = &words[start.len()..];
            }
        }
    };
    let mut words = words;
    skip(&mut words, &[&["le"], &["les"]]);
    let (verb, mut more) = words.split_first().map(|(verb, more)| (*verb, more))?;
    if matches!(verb, "olvide" | "olviden") && no {
        skip(&mut more, &[&["a", "nadie"], &["de"]]);
        return Some(format!("no olvidéis {}", to_readers(&more.join(" "))));
    }
    let (order, negated) = subjunctive(verb)?;
    let more = to_readers(&more.join(" "));
    Some(if no {
        format!("no os {negated} {more}")
    } else {
        format!("{}os {more}", order.trim_end_matches('d'))
    })
}

/// The order to the readers that a subjunctive asks for, and its negated form.
fn subjunctive(verb: &str) -> Option<(String, String)> {
    let verb = verb.trim_end_matches(',').to_lowercase();
    let known = SUBJUNCTIVE
        .iter()
        .find(|(plural, ..)| *plural == verb || plural.trim_end_matches('n') == verb);
    if let Some((_, order, negated)) = known {
        return Some(((*order).to_owned(), (*negated).to_owned()));
    }
    let stem = verb
        .strip_suffix("en")
        .or_else(|| verb.strip_suffix('e'))
        .filter(|stem| REGULAR.split_whitespace().any(|known| known == *stem))?;
    Some((format!("{stem}ad"), format!("{stem}éis")))
}

/// "su carnet" becomes "vuestro carnet", "apuntarse" becomes "apuntaros".
pub(super) fn to_readers(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    words
        .iter()
        .enumerate()
        .map(|(place, word)| {
            let next = words
                .get(place + 1)
                .map(|next| next.trim_end_matches([',', '.', '?']))
                .unwrap_or_default();
            let feminine = ["a", "as", "ión", "ion", "dad", "iones"]
                .iter()
                .any(|end| next.ends_with(end));
            let end = if feminine { "a" } else { "o" };
            match *word {
                "su" if !next.is_empty() => format!("vuestr{end}"),
                "sus" if !next.is_empty() => format!("vuestr{end}s"),
                _ => ["arse", "erse", "irse"]
                    .iter()
                    .find(|reflexive| word.trim_end_matches(',').ends_with(*reflexive))
                    .map_or_else(|| (*word).to_owned(), |_| word.replace("rse", "ros")),
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a clause begins with a verb or pronoun of the first person plural.
pub(super) fn speaks_of_us(clause: &str) -> bool {
    let first = clause.split(' ').next().unwrap_or_default();
    first.ends_with("mos")
        || matches!(
            first,
            "nos" | "nuestro" | "nuestra" | "es" | "hay" | "así" | "asi"
        )
}

/// The verb of a question about third persons, put to the readers: "si prefieren" becomes "preferís".
pub(super) fn question_to_readers(question: &str, audience: bool) -> String {
    let mut words: Vec<String> = question.split(' ').map(str::to_owned).collect();
    let subject = |word: &str| {
        matches!(
            word,
            "alguien" | "nadie" | "el" | "los" | "la" | "las" | "un" | "una" | "nos"
        )
    };
    for place in 0..words.len().min(6) {
        let bare = words[place].trim_end_matches([',', '?']).to_lowercase();
        // "les viene bien", "les gusta".
        if bare == "les" || (bare == "le" && audience) {
            "os".clone_into(&mut words[place]);
            return to_readers(&words.join(" "));
        }
        if place == 0 && subject(&bare) {
            break;
        }
        // "plantarían": any conditional.
        if let Some(stem) = bare
            .strip_suffix("rían")
            .or_else(|| bare.strip_suffix("rian"))
        {
            let readers = format!("{stem}ríais");
            words[place] = words[place].to_lowercase().replace(&bare, &readers);
            return to_readers(&words.join(" "));
        }
        let found = PRESENT.iter().find(|(plural, singular, _)| {
            *plural == bare || (audience && place == 0 && *singular == bare)
        });
        if let Some((.., readers)) = found {
            let reflexive = place > 0 && words[place - 1].eq_ignore_ascii_case("se");
            if reflexive {
                "os".clone_into(&mut words[place - 1]);
            }
            words[place] = words[place].to_lowercase().replace(&bare, readers);
            return to_readers(&words.join(" "));
        }
    }
    if audience {
        to_readers(question)
    } else {
        question.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{question_to_readers, wish_for_readers};

    #[test]
    fn what_others_should_do_is_said_to_the_readers() {
        for (text, expected) in [
            ("que traigan esterilla y agua", "traed esterilla y agua"),
            ("que no hagan ruido", "no hagáis ruido"),
            ("que traiga su carnet", "traed vuestro carnet"),
            (
                "que no se olviden de encargar el roscon",
                "no olvidéis encargar el roscon",
            ),
        ] {
            assert_eq!(wish_for_readers(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(
            question_to_readers("sabor de helado echan de menos", true),
            "sabor de helado echáis de menos"
        );
    }
}
