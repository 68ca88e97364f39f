//! Answers by rules: what a person said the answer is, else an own post that answers the question, else a sentence that
//! fits what the post does. Nothing is invented; a question nobody has the answer to is promised a look.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::finding::FindingKind;
use crate::domain::language;
use crate::domain::notice::Offer;
use crate::domain::post::Post;
use crate::domain::post_kind::{self, PostKind, PostWarning};
use crate::domain::wish::Wish;
use crate::flow::checks::{CommonWords, unsupported};
use crate::flow::recall::SearchQuery;

use super::super::write::{Desk, seed};
use super::super::{Composer, NotWritten};
use super::{Plain, remark};

/// An own post answers a question when it fits at least this well and shares words that carry meaning.
const ANSWERS: f32 = 0.45;

/// How many own posts are looked at for an answer.
const LOOKED_AT: usize = 5;

/// What is said to each kind of post, by language; one of each list, by turns.
type Phrases = &'static [(PostKind, &'static [&'static str])];

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
            "Thank you, and the same to you.",
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
            "Danke, das wünschen wir dir auch.",
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
const DESPITE: [(&str, &str, &str); 3] = [
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

impl Composer {
    pub(super) async fn answer(
        &self,
        desk: &Desk<'_>,
        post: &Post,
    ) -> anyhow::Result<Result<Plain, NotWritten>> {
        let material = desk.material;
        let text = &post.body.text;
        let language = language::of_topic(text);
        if let Some(guidance) = material
            .guidance
            .as_deref()
            .filter(|guidance| !guidance.trim().is_empty())
        {
            return Ok(Ok(Plain::of(guided(desk, guidance))));
        }
        if let Some(warning) = post_kind::warning(text) {
            return Ok(despite(language, warning).map(|said| Plain::of(set(desk, said))));
        }
        let kind = post_kind::kind(text);
        if kind == PostKind::Question
            && let Some(plain) = self.own_answer(desk, text, language).await?
        {
            return Ok(Ok(plain));
        }
        let Some(phrases) = phrases(language) else {
            return Ok(Err(not_spoken(language)));
        };
        let said = phrases
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(&[][..], |(_, said)| said);
        let turn = usize::try_from(seed(desk.job, 0) % said.len().max(1) as u64)?;
        Ok(said
            .get(turn)
            .map(|said| Plain::of(set(desk, said)))
            .ok_or_else(|| not_spoken(language)))
    }

    /// A sentence of an own post that answers the question: near to it, and about the same things.
    async fn own_answer(
        &self,
        desk: &Desk<'_>,
        question: &str,
        language: Option<&str>,
    ) -> anyhow::Result<Option<Plain>> {
        let query = SearchQuery {
            own: Some(true),
            limit: LOOKED_AT,
            ..SearchQuery::new(desk.workspace, question)
        };
        let asked = unsupported(question, &[], &CommonWords::default());
        for hit in self.recall.search(&query).await? {
            let post = &hit.post;
            if hit.score < ANSWERS || language::of_topic(&post.body.text) != language {
                continue;
            }
            let sentence = post
                .body
                .text
                .unicode_sentences()
                .map(str::trim)
                .find(|sentence| {
                    let missing = unsupported(question, &[sentence], &CommonWords::default());
                    !sentence.contains('?')
                        && asked.len() - missing.len().min(asked.len()) > 0
                        && missing.len() * 2 <= asked.len()
                });
            if let Some(sentence) = sentence {
                let date = post.body.created_at.strftime("%-d %b %Y");
                let mut plain =
                    Plain::of(set(desk, &crate::domain::wish::ended(sentence, language)));
                plain.findings.push(remark(
                    FindingKind::FromOwnPost,
                    format!("answers with your own post of {date}: check that it still holds"),
                ));
                return Ok(Some(plain));
            }
        }
        Ok(None)
    }
}

/// What the person wants said, as a topic is.
fn guided(desk: &Desk<'_>, guidance: &str) -> String {
    let wish = Wish::read_answer(guidance);
    if wish.sentences.is_empty() {
        return set(desk, guidance);
    }
    super::statement(desk, &wish)
}

/// In the brand's own way.
fn set(desk: &Desk<'_>, sentence: &str) -> String {
    desk.material.habits.applied(&[sentence.to_owned()], "")
}

fn phrases(language: Option<&str>) -> Option<Phrases> {
    match language {
        Some("en") | None => Some(ENGLISH),
        Some("de") => Some(GERMAN),
        Some("es") => Some(SPANISH),
        Some(_) => None,
    }
}

fn despite(language: Option<&str>, warning: PostWarning) -> Result<&'static str, NotWritten> {
    let said = DESPITE
        .iter()
        .find(|(code, ..)| *code == language.unwrap_or("en"));
    said.map(|(_, calm, sorry)| {
        if warning == PostWarning::Insults {
            *sorry
        } else {
            *calm
        }
    })
    .ok_or_else(|| not_spoken(language))
}

fn not_spoken(language: Option<&str>) -> NotWritten {
    let name = language.map_or("this language", language::name);
    NotWritten {
        why: format!(
            "The small model inside cannot answer in {name}. Say what the answer is (/reply ID WORDS), or:"
        ),
        offers: vec![Offer::WriteMyself, Offer::BetterModel],
    }
}
