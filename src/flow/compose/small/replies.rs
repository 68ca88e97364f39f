//! Answers by rules: what a person said the answer is, else an own post that answers the question, else a sentence that
//! fits what the post does. Nothing is invented; a question without a known answer is promised a look.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::finding::FindingKind;
use crate::domain::language;
use crate::domain::notice::Offer;
use crate::domain::post::Post;
use crate::domain::post_kind::{self, PostKind, PostWarning};
use crate::domain::wish::{Wish, WishKind};
use crate::flow::checks::{CommonWords, unsupported};
use crate::flow::recall::SearchQuery;

use super::super::write::{Desk, seed};
use super::super::{Composer, NotWritten};
use super::phrases::{DESPITE, phrases};
use super::{Plain, remark};

/// An own post answers a question when it fits at least this well and shares words that carry meaning.
const ANSWERS: f32 = 0.45;

/// How many own posts are looked at for an answer.
const LOOKED_AT: usize = 5;

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
            let wish = Wish::read_answer(guidance);
            if !wish.sentences.is_empty() {
                return Ok(Ok(Plain::of(super::statement(desk, &wish))));
            }
            if wish.kind == WishKind::Invent {
                return Ok(Err(not_given()));
            }
            // Only how to write was said: what the post does is answered as without it.
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

/// In the brand's own way.
fn set(desk: &Desk<'_>, sentence: &str) -> String {
    desk.material.habits.applied(&[sentence.to_owned()], "")
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

fn not_given() -> NotWritten {
    NotWritten {
        why: "The small model inside says plainly what you give it; it cannot make up a joke, a reason or an explanation. \
              Say what the answer is (/reply ID WORDS), or:"
            .to_owned(),
        offers: vec![Offer::WriteMyself, Offer::BetterModel],
    }
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
