//! Spanish verbs: every form of an order as its plain imperative.

/// The plain imperative, and the stems it also appears in: infinitive, subjunctive, forms that carry a pronoun.
const ORDERS: &[(&str, &str)] = &[
    ("di", "decir digas diga digamos di diciendo"),
    ("cuenta", "contar cuentes cuente contemos cuenta"),
    ("avisa", "avisar avises avise avisemos avisa"),
    (
        "informa",
        "informar informes informe informa notifica notificar",
    ),
    ("anuncia", "anunciar anuncies anuncie anuncia"),
    ("comunica", "comunicar comuniques comunique comunica"),
    (
        "menciona",
        "mencionar menciones mencione menciona comenta comentar comentes",
    ),
    (
        "explica",
        "explicar expliques explique explica aclara aclarar",
    ),
    (
        "advierte",
        "advertir adviertas advierta advierte alerta alertar",
    ),
    (
        "recuerda",
        "recordar recuerdes recuerde recordemos recuerda",
    ),
    (
        "pregunta",
        "preguntar preguntes pregunte preguntemos pregunta",
    ),
    ("averigua", "averiguar averigues averigua"),
    ("invita", "invitar invites invite invitemos invita"),
    (
        "anima",
        "animar animes anime animemos anima motiva motivar alienta alentar",
    ),
    ("pide", "pedir pidas pida pidamos pide"),
    (
        "agradece",
        "agradecer agradezcas agradezca agradezcamos agradece",
    ),
    (
        "felicita",
        "felicitar felicites felicite felicitemos felicita",
    ),
    ("desea", "desear desees desee deseemos desea"),
    ("da", "dar des de demos da dale"),
    (
        "publica",
        "publicar publiques publique publica postea postear",
    ),
    ("pon", "poner pongas ponga pongamos pon"),
    ("escribe", "escribir escribas escriba escribamos escribe"),
    ("haz", "hacer hagas haga hagamos haz"),
    (
        "promociona",
        "promocionar promociones promociona promueve promover publicita publicitar",
    ),
    ("difunde", "difundir difundas difunda difunde"),
    ("comparte", "compartir compartas comparta comparte"),
    ("sube", "subir subas suba sube"),
    ("lanza", "lanzar lances lanza"),
    ("manda", "mandar mandes manda envía enviar"),
    ("disculpate", "disculpa disculparte disculpate"),
];

const PRONOUNS: [&str; 15] = [
    "", "les", "le", "lo", "la", "los", "las", "nos", "selo", "sela", "me", "melo", "noslo", "se",
    "os",
];

pub(super) fn unaccented(word: &str) -> String {
    word.chars()
        .map(|char| match char {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' => 'u',
            other => other,
        })
        .collect()
}

/// The first verb of an order in its plain form: "recuérdales que" and "¿podrías recordarle a la gente que" both
/// become "recuerda …". Anything else stays as it is.
pub(super) fn imperative(text: &str) -> String {
    const BEFORE: &str = "por favor, porfa, puedes puede podrías podrias podría podemos podríamos quiero queremos quisiera quería que hay necesito tienes habría \
        que me nos ponte gustaría podría querría queríamos gustaria lumen hola oye vale y también tambien solo ok anda ahora venga pues intenta debes deberíamos deberias vamos a";
    let bare = text.trim_start_matches(['¿', '¡', ' ']);
    let mut words: Vec<&str> = bare.split(' ').collect();
    let mut at = 0;
    while at + 1 < words.len() && at < 5 {
        let word = words[at].trim_end_matches(',').to_lowercase();
        let frame = BEFORE
            .split_whitespace()
            .any(|known| unaccented(known.trim_end_matches(',')) == unaccented(&word));
        if order(&word).is_some() || !frame {
            break;
        }
        at += 1;
    }
    // "que traigan agua" is no order, though "que" may stand before one.
    let verb = words[at].trim_end_matches([',', ':']).to_lowercase();
    let third = words.get(at + 1) == Some(&"a") && words.len() > at + 2;
    let Some(canonical) = order(&verb).or_else(|| plural_order(&verb).filter(|_| third)) else {
        return text.to_owned();
    };
    let colon = if words[at].ends_with(':') { ":" } else { "" };
    let mut rest: Vec<&str> = words.split_off(at + 1);
    while matches!(
        rest.first().map(|word| word.trim_end_matches(',')),
        Some("por" | "porfa" | "favor" | "también" | "tambien")
    ) && !(rest[0] == "por" && rest.get(1).is_none_or(|next| !next.starts_with("favor")))
    {
        rest.remove(0);
    }
    format!("{canonical}{colon} {}", rest.join(" "))
        .trim_end()
        .to_owned()
}

/// "recordad a la gente": to several, an order to the assistant only where it names others.
fn plural_order(verb: &str) -> Option<&'static str> {
    const PLURAL: [(&str, &str); 10] = [
        ("recordad", "recuerda"),
        ("invitad", "invita"),
        ("animad", "anima"),
        ("avisad", "avisa"),
        ("decid", "di"),
        ("preguntad", "pregunta"),
        ("felicitad", "felicita"),
        ("agradeced", "agradece"),
        ("pedid", "pide"),
        ("contad", "cuenta"),
    ];
    let found = PLURAL.iter().find(|(form, _)| {
        verb.strip_prefix(form)
            .is_some_and(|rest| PRONOUNS.contains(&rest))
    });
    found.map(|(_, imperative)| *imperative)
}

/// The imperative of a verb form, with or without pronouns at its end.
fn order(word: &str) -> Option<&'static str> {
    let plain = unaccented(word);
    ORDERS.iter().find_map(|(imperative, forms)| {
        forms
            .split(' ')
            .any(|form| {
                plain
                    .strip_prefix(form)
                    .is_some_and(|rest| PRONOUNS.contains(&rest))
            })
            .then_some(*imperative)
    })
}

#[cfg(test)]
mod tests {
    use super::imperative;

    #[test]
    fn every_form_of_an_order_is_read_as_its_imperative() {
        for (text, expected) in [
            (
                "recuérdales que mañana no hay clase",
                "recuerda que mañana no hay clase",
            ),
            (
                "¿podrias recordarle a la gente que cerramos",
                "recuerda a la gente que cerramos",
            ),
            ("díselo a la gente", "di a la gente"),
            ("di por favor que no hay pan", "di que no hay pan"),
            ("el lunes cerramos", "el lunes cerramos"),
        ] {
            assert_eq!(imperative(text), expected, "{text}");
        }
    }
}
