//! Spanish orders for an answer. The person answered is "usted", so that what was said of her fits as it stands.

use super::acts::{Groups, Table};

pub(super) const GROUPS: Groups = &[
    (
        "<P>",
        "(?:(?:por favor|porfa|también|tambien|solo|puedes|luego|y)[, ]+)*",
    ),
    ("<LE>", "(?P<who>le|les|la|lo|las|los)"),
    (
        "<AMABLE>",
        "(?:amable|breve|educad[oa]|simpátic[oa]|graciosa?|cordial|profesional|sincer[oa]|cercan[oa]|humilde|divertid[oa]|cariños[oa]|tranquil[oa]|neutral|positiv[oa]|respetuos[oa]|paciente|agradecid[oa]|cort[eé]s|educación|cariño|humor|calma|amabilidad|respeto|simpatía|gracia|filosofía|deportividad|alegría|paciencia)",
    ),
    (
        "<DI>",
        "(?:dile|diles|di|decirle|cu[eé]ntale|cu[eé]ntales|expl[ií]ca(?:le|les)?|resp[oó]nde(?:le|les)?|cont[eé]sta(?:le|les)?|av[ií]sa(?:le|les)?|conf[ií]rma(?:le|les)?|prom[eé]te(?:le|les)?|aseg[uú]ra(?:le|les)?|menciona|añade|admite|reconoce|recu[eé]rda(?:le|les)?|escr[ií]be(?:le|les)?|aclara|comenta)",
    ),
];

pub(super) const ACTS: Table = &[
    // How to write.
    (
        r"<P>(?:sé|se|sea|mantente|responde|contesta|suena|muéstrate|hazlo)(?: muy| con| de forma| un poco)* <AMABLE>(?:(?:,| y| pero)+ (?:muy |con )?<AMABLE>)*",
        "",
    ),
    (
        r"<P>(?:t[oó]ma(?:telo|lo)|t[oó]matelo) (?:bien|(?:con|a) (?:humor|calma|filosofía|broma|risa|deportividad|buen humor))|<P>con (?:mucho )?(?:humor|cariño|educación|calma)|<P>(?:no entres|sin entrar) al trapo|<P>(?:no discutas|sin (?:emojis?|enlaces|hashtags?|promesas|excusas))",
        "",
    ),
    // What has to be made up.
    (
        r"<P>(?:haz|cuenta|cu[eé]nta(?:le|les)|suelta)(?: <LE>)? (?:un|una|algún|alguna) (?:\S+ )?(?:chiste|broma|gracia|historia)\b.*|<P>(?:di|dile|escribe) algo .+|<P><DI> (?:por qué|por que|cómo|cuándo|dónde|qué|quién) .+|<P>(?:da|dale|dales) (?:unos |algunos )?(?:consejos|ideas|razones|trucos)\b.*",
        "?",
    ),
    // Thanks.
    (
        r"<P>(?:d[aá](?:le|les)?(?: las| muchas)? gracias|agrad[eé]ce(?:selo|le|les)|di(?:le|les)? (?:que )?(?:muchas )?gracias)(?: a \S+)?(?: de corazón)?",
        "Muchas gracias.",
    ),
    (
        r"<P>(?:d[aá](?:le|les)?(?: las| muchas)? gracias|di(?:le|les)? (?:que )?(?:muchas )?gracias)(?: a \S+)? (?P<what>(?:por|de parte) .+)",
        "Muchas gracias $what",
    ),
    (
        r"<P>agrad[eé]ce(?:le|les)(?: mucho)? (?P<what>.+)",
        "Gracias por $what",
    ),
    // Sorry.
    (
        r"<P>(?:p[ií]de(?:le|les)? (?:perdón|perdon|disculpas)|disc[uú]lpate(?: con \S+)?|di(?:le|les)? (?:que )?(?:lo sentimos(?: mucho)?|perdón|perdon))",
        "Lo sentimos mucho.",
    ),
    (
        r"<P>(?:p[ií]de(?:le|les)? (?:perdón|perdon|disculpas)|disc[uú]lpate(?: con \S+)?) (?P<what>(?:por|de) .+)",
        "Pedimos disculpas $what",
    ),
    (
        r"<P>(?:d[aá](?:le|les)? (?:el|nuestro) p[eé]same|(?:transmite|exprésa|envía)(?:le|les)? (?:el|nuestro|nuestras) (?:p[eé]same|condolencias?)|consu[eé]la<LE>)",
        "Lo sentimos mucho. Le acompañamos en el sentimiento.",
    ),
    // Wishes.
    (
        r"<P>(?:felic[ií]ta<LE>|felicita|d[aá](?:le|les)? la enhorabuena|dile (?:enhorabuena|felicidades))(?: de nuestra parte| mucho| de parte de todos)?",
        "Enhorabuena.",
    ),
    (
        r"<P>(?:felic[ií]ta<LE>|d[aá](?:le|les)? la enhorabuena) (?P<what>por .+)",
        "Enhorabuena $what",
    ),
    (
        r"<P>des[eé]a(?:le|les) (?:lo mismo|igualmente)|<P>(?:igualmente|di(?:le)? igualmente)",
        "Igualmente.",
    ),
    (r"<P>des[eé]a<LE> (?P<what>.+)", "$Le deseamos $what"),
    (
        r"<P>(?:an[ií]ma<LE>|d[aá](?:le|les)? (?:muchos )?ánimos?|dale animos?)",
        "Mucho ánimo.",
    ),
    (
        r"<P>(?:sal[uú]da(?:la|lo|las|los|le|les)?|devu[eé]lve(?:le|les)? el saludo|m[aá]nda(?:le|les)? (?:un saludo|saludos|recuerdos))(?: de vuelta)?",
        "Un saludo.",
    ),
    (
        r"<P>(?:sal[uú]da(?:la|lo|las|los|le|les)?|devu[eé]lve(?:le|les)? el saludo|m[aá]nda(?:le|les)? (?:un saludo|saludos)) (?P<what>(?:de|desde) .+)",
        "Un saludo $what",
    ),
    (
        r"<P>d[aá]<LE> la bienvenida(?P<what>(?: (?:a|al) .+)?)",
        "$Le damos la bienvenida$what",
    ),
    // Yes and no.
    (
        r"<P>(?:rech[aá]za(?:lo|la)?|declina(?:lo|la)?)(?: (?:la|el) \S+)?(?: (?:con educación|amablemente|educadamente|con amabilidad))*|<P>di(?:le|les)? que no (?:amablemente|con educación)",
        "Gracias por la propuesta, pero no es posible.",
    ),
    (
        r"<P>acepta(?:lo|la)?(?: (?:la|el) \S+)?(?: encantad[oa]s?)?",
        "Sí, encantados.",
    ),
    (r"<P>di(?:le|les)? que s[ií]", "Sí."),
    (r"<P>di(?:le|les)? que no", "Lo sentimos, no."),
    (r"<P>da(?:les) la raz[oó]n", "Tienen razón."),
    (r"<P>da(?:le) la raz[oó]n", "Tiene razón."),
    // What is asked, promised and offered.
    (
        r"<P>p[ií]de<LE>,? que (?P<what>.+)",
        "$Le pedimos que $what",
    ),
    (
        r"<P>p[ií]de(?:le|les)? (?P<what>(?:el|la|los|las|un|una|su|sus) .+)",
        "¿Nos puede mandar $what?",
    ),
    (r"<P>p[ií]de<LE> (?P<what>.+)", "$Le pedimos $what"),
    (r"<P>ofr[eé]ce<LE> (?P<what>.+)", "$Le ofrecemos $what"),
    (
        r"<P>recomi[eé]nda<LE> que (?P<what>.+)",
        "$Le recomendamos que $what",
    ),
    (
        r"<P>recomi[eé]nda<LE> (?P<what>.+)",
        "$Le recomendamos $what",
    ),
    (
        r"<P>inv[ií]ta<LE> (?P<what>(?:a|al) .+)",
        "$Le invitamos $what",
    ),
    (
        r"<P>(?:rem[ií]te|env[ií]a|manda|m[aá]nda|dirige)(?:la|lo|los|las) (?P<what>(?:a|al) .+)",
        "Puede dirigirse $what",
    ),
    (
        r"<P>(?:env[ií]a|m[aá]nda)<LE> (?P<what>(?:un|una|el|la|los|las|otro|otra) .+)",
        "$Le enviaremos $what",
    ),
    (
        r"<P>(?:p[aá]sa|transm[ií]te|d[ií])(?:selo|le el recado|lo) (?:a |al )(?P<what>(?P<name>\S+).*)",
        "Se lo diremos a $what",
    ),
    (
        r"<P>recu[eé]rda<LE> (?P<what>.+(?:ar|er|ir)\b.*)",
        "Por favor, recuerde $what",
    ),
    // Wishes and requests in the subjunctive.
    (
        r"<P>(?:<DI> )?que (?P<what>(?:se|lo|la|te) (?:mejore|recupere|cuide|anime|ponga|divierta|pase|quede)n?\b.*)",
        "Que $what",
    ),
    (
        r"<P>(?:<DI> )?que (?P<what>(?:vuelva|venga|disfrute|descanse|tenga|pase|entre|siga)n?\b.*)",
        "$what",
    ),
    (
        r"<P>(?:<DI> )?que (?P<what>(?:no )?(?:escriba|llame|traiga|mande|env[ií]e|espere|mire|pruebe|pregunte|busque|use|pida|haga|diga|ponga|avise|reserve|compre|lea|suba|baje|consulte|visite|rellene|contacte|guarde|abra|acuda|coja|lleve|deje|complete|devuelva|cambie|actualice|reinicie|pague|confirme|conteste|revise|mande|hable|recoja)n?\b.*)",
        "Por favor, $what",
    ),
    (
        r"<P><DI> que (?P<what>(?:no )?(?:nos|me|lo|la|le|se|las|los) (?:escriba|llame|traiga|mande|env[ií]e|espere|mire|diga|ponga|avise|deje|devuelva|pase|preocupe|pregunte|pida|cuente|confirme|apunte)n?\b.*)",
        "Le pedimos que $what",
    ),
    // Frames around what is said.
    (
        r"<P><DI>(?: a \S+)?(?: también| tambien)?,? que (?P<what>.+)",
        ">$what",
    ),
    (
        r"<P>(?:dile|diles|di|resp[oó]nde(?:le)?|cont[eé]sta(?:le)?|expl[ií]ca(?:le)?)[,:]? (?P<what>.+)",
        ">$what",
    ),
];

/// How an order begins that may follow another.
pub(super) const HEADS: &str = r"(?:luego |también |por favor,? )*(?:p?reg[uú]nta(?:le|les)?\b|preg[uú]nta(?:le|les)?\b|d[ií](?:le|les)\b|di que\b|que (?:se|nos|lo|no|la|vuelva|venga|llame|traiga|escriba|seguimos|siga)\b|d[aá](?:le|les)\b|p[ií]de(?:le|les)\b|pide perd[oó]n|ofr[eé]ce(?:le|les)\b|inv[ií]ta(?:la|lo|le|les|las|los)\b|des[eé]a(?:le|les)\b|felic[ií]ta(?:la|lo|le|les|las|los)\b|disc[uú]lpate\b|agrad[eé]ce(?:le|les|selo)\b|expl[ií]ca(?:le|les)\b|recomi[eé]nda(?:le|les)\b|recu[eé]rda(?:le|les)\b|sal[uú]da(?:la|lo|le|les)\b|prom[eé]te(?:le|les)\b|p[aá]saselo\b|m[aá]nda(?:le|les)\b|env[ií]a(?:le|les)\b)";

/// The frames whose second half may follow "y que".
pub(super) const FRAME: &str = r"(?:por favor,? )?(?:dile|diles|di|cu[eé]ntale|expl[ií]cale|resp[oó]ndele|contesta|recu[eé]rdale|prom[eé]tele)";
