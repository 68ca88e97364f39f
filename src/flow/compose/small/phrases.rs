//! What the small model's rules say to a post when nothing else is known to say: one sentence by what the post does, in
//! three languages. None admits a fault or promises more than a look.

use crate::domain::post_kind::PostKind;

/// What is said to each kind of post, by language; one of each list, by turns.
pub(super) type Phrases = &'static [(PostKind, &'static [&'static str])];

const ENGLISH: Phrases = &[
    (
        PostKind::Thanks,
        &[
            "You are very welcome.",
            "Thank you for saying so, you are very welcome.",
        ],
    ),
    (
        PostKind::Praise,
        &[
            "Thank you, that is lovely to hear.",
            "Thank you, that means a lot to us.",
        ],
    ),
    (
        PostKind::Question,
        &[
            "Good question, we will look and tell you here.",
            "Thank you for asking, we will find out and answer here.",
        ],
    ),
    (
        PostKind::Complaint,
        &[
            "We are sorry to hear that, and we will look into it.",
            "Thank you for telling us, we are sorry and will look into it.",
        ],
    ),
    (
        PostKind::Greeting,
        &[
            "Hello to you too, it is good to hear from you.",
            "Hello, and thank you for writing to us.",
        ],
    ),
    (
        PostKind::Wishes,
        &[
            "Thank you, and the same to you.",
            "Thank you, we wish you the same.",
        ],
    ),
    (
        PostKind::BadNews,
        &[
            "We are sorry to hear that, and wish you all the best.",
            "That is sad to hear, we wish you all the best.",
        ],
    ),
    (
        PostKind::Loss,
        &[
            "We are very sorry for your loss.",
            "We are very sorry to hear this, our thoughts are with you.",
        ],
    ),
    (
        PostKind::GoodNews,
        &[
            "That is good news, thank you for sharing it.",
            "Good to hear, thank you for telling us.",
        ],
    ),
    (
        PostKind::Other,
        &[
            "Thank you for telling us.",
            "Thank you for sharing this with us.",
        ],
    ),
];

const GERMAN: Phrases = &[
    (
        PostKind::Thanks,
        &[
            "Sehr gern geschehen.",
            "Danke für die lieben Worte, gern geschehen.",
        ],
    ),
    (
        PostKind::Praise,
        &[
            "Danke, das freut uns sehr.",
            "Vielen Dank, das hören wir gern.",
        ],
    ),
    (
        PostKind::Question,
        &[
            "Gute Frage, wir schauen nach und melden uns hier.",
            "Danke für die Frage, wir klären das und antworten hier.",
        ],
    ),
    (
        PostKind::Complaint,
        &[
            "Das tut uns leid, wir kümmern uns darum.",
            "Danke für den Hinweis, das tut uns leid und wir gehen der Sache nach.",
        ],
    ),
    (
        PostKind::Greeting,
        &[
            "Danke, und liebe Grüße zurück.",
            "Hallo, schön, von dir zu hören.",
        ],
    ),
    (
        PostKind::Wishes,
        &[
            "Danke, das wünschen wir dir auch.",
            "Vielen Dank, dir auch.",
        ],
    ),
    (
        PostKind::BadNews,
        &[
            "Das tut uns leid, wir wünschen dir alles Gute.",
            "Das ist traurig zu hören, alles Gute für dich.",
        ],
    ),
    (
        PostKind::Loss,
        &[
            "Das tut uns sehr leid, unser herzliches Beileid.",
            "Wir sind in Gedanken bei dir, unser herzliches Beileid.",
        ],
    ),
    (
        PostKind::GoodNews,
        &[
            "Das sind gute Nachrichten, danke fürs Teilen.",
            "Das freut uns, danke fürs Erzählen.",
        ],
    ),
    (
        PostKind::Other,
        &["Danke, dass du uns das erzählst.", "Danke fürs Teilen."],
    ),
];

const SPANISH: Phrases = &[
    (
        PostKind::Thanks,
        &["De nada, gracias a ti.", "Gracias a ti por tus palabras."],
    ),
    (
        PostKind::Praise,
        &[
            "Muchas gracias, nos alegra mucho leerlo.",
            "Gracias, significa mucho para nosotros.",
        ],
    ),
    (
        PostKind::Question,
        &[
            "Buena pregunta, lo miramos y te contestamos aquí.",
            "Gracias por preguntar, lo consultamos y te decimos aquí.",
        ],
    ),
    (
        PostKind::Complaint,
        &[
            "Lo sentimos mucho, lo vamos a mirar.",
            "Gracias por avisar, lo sentimos y lo revisamos.",
        ],
    ),
    (
        PostKind::Greeting,
        &[
            "Gracias, saludos también para ti.",
            "Saludos, gracias por escribirnos.",
        ],
    ),
    (
        PostKind::Wishes,
        &["Gracias, igualmente.", "Muchas gracias, lo mismo para ti."],
    ),
    (
        PostKind::BadNews,
        &[
            "Lo sentimos mucho, te deseamos lo mejor.",
            "Sentimos mucho leerlo, mucho ánimo.",
        ],
    ),
    (
        PostKind::Loss,
        &[
            "Lo sentimos mucho, te acompañamos en el sentimiento.",
            "Sentimos mucho la pérdida, un abrazo.",
        ],
    ),
    (
        PostKind::GoodNews,
        &[
            "Qué buena noticia, gracias por compartirla.",
            "Nos alegra mucho, gracias por contarlo.",
        ],
    ),
    (
        PostKind::Other,
        &["Gracias por contárnoslo.", "Gracias por compartirlo."],
    ),
];

/// What is said to a hostile post, when a person wants an answer all the same.
pub(super) const DESPITE: [(&str, &str, &str); 3] = [
    (
        "en",
        "Thank you for your message, this is not for us.",
        "We are sorry that you see it that way.",
    ),
    (
        "de",
        "Danke für die Nachricht, das ist nichts für uns.",
        "Schade, dass du das so siehst.",
    ),
    (
        "es",
        "Gracias por el mensaje, no nos interesa.",
        "Sentimos que lo veas así.",
    ),
];

/// The sentences of a language; none where there are none.
pub(super) fn phrases(language: Option<&str>) -> Option<Phrases> {
    match language {
        Some("en") | None => Some(ENGLISH),
        Some("de") => Some(GERMAN),
        Some("es") => Some(SPANISH),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_post_has_its_sentences_in_each_language() {
        for code in ["en", "de", "es"] {
            let phrases = phrases(Some(code)).unwrap_or_default();
            for kind in [
                PostKind::Thanks,
                PostKind::Question,
                PostKind::Complaint,
                PostKind::Greeting,
                PostKind::Wishes,
                PostKind::Praise,
                PostKind::GoodNews,
                PostKind::BadNews,
                PostKind::Loss,
                PostKind::Other,
            ] {
                assert!(
                    phrases
                        .iter()
                        .any(|(known, said)| *known == kind && !said.is_empty()),
                    "{code} {kind:?}"
                );
            }
        }
    }
}
