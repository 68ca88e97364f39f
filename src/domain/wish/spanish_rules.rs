//! Spanish rules, in their order: the narrow ones first. Orders stand in their plain imperative, see [`spanish_verbs`].
//!
//! [`spanish_verbs`]: super::spanish_verbs

use super::spanish::{as_typed, invented_about, invention, question, to};
use super::spanish_readers::{to_readers, wish_for_readers};
use super::{Make, Read, WishKind, group};

pub(super) const TABLE: &[(&str, WishKind, Make)] = &[
    (
        r"<P>(?:(?:con|sin|añade|pon|usa)(?: (?:un|una|unos|algún|muchos))* (?:emojis?|imagen|foto|hashtags?|exclamaciones).*|(?:que sea|hazlo) .+|gracias|muchas gracias)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:haz )?que (?:la gente|todo el mundo|todos) (?:sepa|sepan|se entere|se enteren) (?:de )?que (?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:di|cuenta|avisa|informa|anuncia|comunica|menciona|explica|advierte|difunde|comparte|publica|escribe|pon|haz saber|confirma|corre la voz|pasa la voz)(?: (?:por favor|bien claro|claramente|hoy|ya|en la página|en el post|ahí|ahi))*,?(?: <A>)?,? (?:de )?que (?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:corre la voz|pasa la voz|haz correr la voz|di <A>|avisa <A>|cuenta <A>)[,:] (?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (
        r"<P>(?:la gente|todo el mundo|todos) (?:sepa|sepan|se entere|se enteren) (?:de )?que (?P<rest>.+)",
        WishKind::Announce,
        as_typed,
    ),
    (r"<P>(?P<wish>que .+)", WishKind::Remind, |c| {
        group(c, "wish")
            .and_then(wish_for_readers)
            .map(Read::Statement)
    }),
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
        r"<P>(?:explica (?:cómo|como|por|qué|la|el|los|las|en|a)\b|describe|compara|traduce|imagina|convence|enseña|analiza|inventa|(?:haz|hagas) (?:reír|sonreír))(?:les|nos)? ?.*?(?:[:–—] (?P<said>.+))?",
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
        r"<P>(?P<what>(?:un |una |mil |muchas |muchísimas )(?:enorme |gran )?(?:gracias|agradecimiento|aplauso|abrazo)(?: enorme| muy grande| de corazón)? .+)",
        WishKind::Thank,
        |c| group(c, "what").map(|what| Read::Statement(what.to_owned())),
    ),
    (
        r"<P>(?:da|dale|dales|dar|des|demos)(?: las)? gracias (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Gracias {who}"))),
    ),
    (
        r"<P>(?:agradece|agradéceles|agradecer|agradezcas|agradecemos) (?P<who>.+)",
        WishKind::Thank,
        |c| {
            group(c, "who").map(|who| {
                let object = who.contains(" su ") || who.contains(" sus ") || !who.starts_with('a');
                let thanks = if object { "Agradecemos" } else { "Gracias" };
                Read::Statement(format!("{thanks} {who}"))
            })
        },
    ),
    // "felicita …", "desea …"
    (
        r"<P>felicita (?:de nuestra parte|de parte de todos|en nombre de todos|mucho) (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Felicidades {}", to(who)))),
    ),
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
        r"<P>da (?:la )?bienvenida (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Damos la bienvenida {who}"))),
    ),
    (
        r"<P>da (?:la )?enhorabuena (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Enhorabuena {who}"))),
    ),
    (
        r"<P>(?:disculpate|discúlpate)(?: (?:con|ante) <A>)? (?P<what>(?:por|porque) .+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Pedimos disculpas {what}"))),
    ),
    (
        r"<P>(?:disculpate|pide (?:perdón|perdon|disculpas))(?: <A>)?",
        WishKind::Announce,
        |_| Some(Read::Statement("Lo sentimos".to_owned())),
    ),
    (
        r"<P>(?:pide|pedir|pidamos|pedimos)(?:les)? (?:perdón|perdon|disculpas) (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Pedimos disculpas {what}"))),
    ),
    // "invita …"
    (
        r"<P>anima(?: <A>)? (?:a )?(?P<what>que .+)",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .and_then(wish_for_readers)
                .map(Read::Statement)
        },
    ),
    (
        r"<P>anima(?: (?:<A>|gente))? (?P<what>(?:a|al) .+)",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Os animamos {}", to_readers(what))))
        },
    ),
    (
        r"<P>(?:<W> )?(?:una )?(?:bonita |pequeña |breve )?invitaci[oó]n(?: para <A>)? (?P<what>(?:a|al) .+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(format!("Os invitamos {what}"))),
    ),
    (
        r"<P>(?:invita|invítales|invitales|invitar|invites)(?: <A>)? (?P<what>(?:a|al) .+)",
        WishKind::Invite,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Os invitamos {}", to_readers(what))))
        },
    ),
    (
        r"<P>(?:invita|invitar) (?P<who>.+)",
        WishKind::Invite,
        |c| group(c, "who").map(|who| Read::Statement(format!("Invitamos {who}"))),
    ),
    // "recuerda …"
    (
        r"<P>recuerda(?: <A>)?,? (?P<wish>que .+)",
        WishKind::Remind,
        |c| {
            group(c, "wish")
                .and_then(wish_for_readers)
                .map(Read::Statement)
        },
    ),
    (
        r"<P>(?:<W> )?(?:un |otro )?(?:pequeño |breve |último )?recordatorio(?: (?:para|a) <A>)?(?: de|:|,)? ?(?:que|:) ?(?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(format!("Recordad que {rest}"))),
    ),
    (
        r"<P>(?:recuerda|recuérdales|recuerdales|recuérdale|recordar|recuerdes)(?:les)?(?: <A>)?,? que (?P<rest>.+)",
        WishKind::Remind,
        |c| group(c, "rest").map(|rest| Read::Statement(format!("Recordad que {rest}"))),
    ),
    (
        r"<P>recuerda(?: <A>),? (?P<what>\S+(?:ar|er|ir|arse|erse|irse) .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Recordad {}", to_readers(what)))),
    ),
    (
        r"<P>(?:recuerda|recuérdales|recuerdales|recordar)(?: <A>)?,?:? (?P<what>.+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(format!("Recordatorio: {what}"))),
    ),
    (
        r"(?:quiero|queremos|quisiera|me gustar[ií]a|nos gustar[ií]a|a ver|averigua|mira) ?(?:saber)? (?P<wh><WH>) (?P<rest>.+)",
        WishKind::Ask,
        question,
    ),
    // "pregunta …"
    (
        r"<P>pregunta(?: (?:por ah[ií]|con cariño|amablemente|bonito|a ver|<A>))*",
        WishKind::Ask,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:pregunta|averigua|da la pregunta)(?: (?P<a><A>))?(?: (?:por ahí|por ahi|con cariño|amablemente))?,?:? ?(?P<wh><WH>) (?P<rest>.+)",
        WishKind::Ask,
        question,
    ),
    (
        r"<P>(?:pregunta|pregúntales|preguntar)(?: <A>)? (?:por|sobre) (?P<what>.+)",
        WishKind::Ask,
        |c| group(c, "what").map(|what| Read::Statement(format!("Contadnos sobre {what}"))),
    ),
    (r"<P>pide(?: <A>)? (?P<what>que .+)", WishKind::Ask, |c| {
        let what = group(c, "what")?;
        let wish = wish_for_readers(what);
        let asked = wish.map_or_else(
            || format!("Pedimos {what}"),
            |wish| format!("Por favor, {wish}"),
        );
        Some(Read::Statement(asked))
    }),
    // "anuncia el nuevo menú"
    (
        r"<P>(?:anuncia|presenta|presentar) (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Anunciamos {what}"))),
    ),
    (
        r"<P>(?:promociona|difunde|comparte|menciona|comunica) (?P<about>.+)",
        WishKind::Announce,
        |c| group(c, "about").map(|about| Read::Subject(about.to_owned())),
    ),
    (
        r"<P>(?:<DET>(?:<IL> )?(?:post|publicación|publicacion|tuit|mensaje|anuncio)(?: <IL>)?) (?:sobre|acerca de|para|de|del) (?P<about>.+)",
        WishKind::Announce,
        |c| group(c, "about").map(|about| Read::Subject(about.to_owned())),
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
