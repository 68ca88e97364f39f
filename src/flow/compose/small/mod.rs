//! How a small model's drafts come about: a plain statement that rules read out of the topic, and behind it at most one
//! sentence of the model's own, which several judges let pass.
//!
//! [`judge`] holds the judges, [`replies`] answers posts, [`redo`] changes a text as a person asks. Nothing is said that
//! was not given; where a wish needs invention the answer is a line that says so.

mod judge;
mod phrases;
mod redo;
mod replies;

use std::sync::Arc;

use crate::domain::draft::Tried;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::limits::Limits;
use crate::domain::notice::Offer;
use crate::domain::progress::Step;
use crate::domain::wish::{Wish, WishKind};
use crate::flow::checks::{self, Held};
use crate::models::{ModelError, TextAnswer, TextModel};

use super::write::{Candidate, Desk, seed};
use super::{Composer, NotWritten};

use judge::Judge;

/// The languages the built-in model can add a sentence in.
const WRITES: [&str; 1] = ["en"];

/// What came of it: a text, or a line that says why there is none.
pub(super) type Outcome = Result<Candidate, NotWritten>;

/// A text in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    pub text: String,
    /// The model's tries at a second sentence.
    pub tries: Vec<Tried>,
    pub findings: Vec<Finding>,
    pub tokens: (i64, i64),
    pub millis: i64,
}

impl Plain {
    fn of(text: String) -> Self {
        Self {
            text,
            tries: Vec::new(),
            findings: Vec::new(),
            tokens: (0, 0),
            millis: 0,
        }
    }
}

impl Composer {
    /// Writes with a model that goes on from a text rather than following instructions.
    pub(super) async fn plainly(
        &self,
        model: Arc<dyn TextModel>,
        desk: &Desk<'_>,
    ) -> Result<Outcome, ModelError> {
        let material = desk.material;
        let plain = match (&material.before, &material.answered) {
            (Some((_, old)), _) => {
                self.changed(model.as_ref(), desk, &old.content.text)
                    .await?
            }
            (None, Some(post)) => self
                .answer(desk, post)
                .await
                .map_err(|error| unexpected(&error))?,
            (None, None) => self.post(model.as_ref(), desk).await?,
        };
        Ok(plain.map(|plain| self.candidate_of(model.as_ref(), desk, plain)))
    }

    /// A post: the statement of the topic, and a sentence that fits it if there is one.
    async fn post(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
    ) -> Result<Result<Plain, NotWritten>, ModelError> {
        let wish = desk.material.wish();
        if wish.sentences.is_empty() {
            return Ok(Err(needs_invention()));
        }
        let statement = statement(desk, &wish);
        desk.progress.report(Step::Writing(statement.clone()));
        Ok(Ok(self
            .with_second(model, desk, &wish, statement, seed(desk.job, 0))
            .await?))
    }

    /// `statement` with the best of the model's tries behind it, where one passes all judges.
    async fn with_second(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
        wish: &Wish,
        statement: String,
        seed: u64,
    ) -> Result<Plain, ModelError> {
        let material = desk.material;
        let small_letters = material.habits.lower_case;
        let room =
            material.habits.usual_chars.is_none_or(|usual| {
                statement.chars().count() + judge::SHORT_SENTENCE <= usual * 3 / 2
            }) && statement.chars().count() + judge::LONGEST_SENTENCE
                <= Limits::of(material.network).usual;
        let speaks = wish.language.is_some_and(|code| WRITES.contains(&code));
        if !room
            || !speaks
            || wish.kind == WishKind::Invent
            || !Judge::may_suit(wish.kind, &statement)
        {
            return Ok(Plain::of(statement));
        }
        model.prepare().await?;
        let begin = judge::ended(&statement);
        let request =
            self.prompts
                .second_sentences(&material.persona.voice, &begin, "draft", seed)?;
        desk.progress
            .report(Step::Doing("trying a few second sentences".to_owned()));
        let count = request.count;
        let done = |finished: usize| {
            desk.progress.report(Step::Doing(format!(
                "trying a second sentence, {finished} of {count}"
            )));
        };
        let written = model.continuations(&request, &done, desk.cancel).await?;
        let texts: Vec<String> = written
            .all
            .iter()
            .map(|one| one.text.trim().to_owned())
            .collect();
        let near = self.recall.nearness(&begin, &texts).await;
        let given = material.given();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let judge = Judge {
            kind: wish.kind,
            statement: &begin,
            given: &given,
            common: &material.common,
        };
        let (best, tries) = judge.best(&written.all, near.as_deref());
        let text = match best {
            Some(second) => {
                let second = if small_letters {
                    material.habits.kept_to(&second, &material.words())
                } else {
                    second
                };
                material
                    .habits
                    .kept_to(&joined(&begin, &statement, &second), &material.words())
            }
            None => statement,
        };
        Ok(Plain {
            text,
            tries,
            findings: Vec::new(),
            tokens: (written.tokens_in, written.tokens_out),
            millis: written.millis,
        })
    }

    /// Checked like any model's text.
    fn candidate_of(&self, model: &dyn TextModel, desk: &Desk<'_>, plain: Plain) -> Candidate {
        let material = desk.material;
        let others = material.others();
        let held = Held {
            network: material.network,
            allowance: &material.allowance,
            instructions: &self.prompts.small_instructions(),
            others: &others,
        };
        let mut findings = plain.findings;
        findings.extend(checks::by_model(&plain.text, &held));
        findings.extend(material.obeyed(&plain.text));
        let (provider, model) = model.name();
        Candidate {
            text: plain.text,
            findings,
            answer: TextAnswer {
                text: String::new(),
                tokens_in: plain.tokens.0,
                tokens_out: plain.tokens.1,
                micro_usd: 0,
                millis: plain.millis,
                provider,
                model,
                cut_off: false,
            },
            used: Vec::new(),
            examples: material.shown_habits(),
            tries: plain.tries,
        }
    }
}

/// The statement as it is published: in the brand's way, or in that of its language.
fn statement(desk: &Desk<'_>, wish: &Wish) -> String {
    let habits = &desk.material.habits;
    let sentences = if habits.lower_case {
        wish.as_typed()
    } else {
        wish.written_out()
    };
    habits.applied(&sentences, &desk.material.words())
}

/// The statement, then the sentence; tags that the brand ends with stay at the end.
fn joined(begin: &str, statement: &str, second: &str) -> String {
    let tags: Vec<&str> = statement
        .split(' ')
        .rev()
        .take_while(|word| word.starts_with('#'))
        .collect();
    if tags.is_empty() {
        return format!("{begin} {second}");
    }
    let body: Vec<&str> = statement.split(' ').collect();
    let body = body[..body.len() - tags.len()].join(" ");
    let tags: Vec<&str> = tags.into_iter().rev().collect();
    format!("{} {second} {}", judge::ended(&body), tags.join(" "))
}

fn needs_invention() -> NotWritten {
    NotWritten {
        why: "The small model inside says plainly what you give it; it cannot make things up, such as a joke, tips or a \
              story, and there is no statement in this to say. Give it the facts (“we open at nine on Sunday”), or:"
            .to_owned(),
        offers: vec![Offer::WriteMyself, Offer::BetterModel],
    }
}

/// A failure that is not the model's, so that no other model is asked.
fn unexpected(error: &anyhow::Error) -> ModelError {
    tracing::error!(error = %format!("{error:#}"), "a reply could not be put together");
    ModelError::Unavailable {
        provider: "local".to_owned(),
        why: "something went wrong; the details are in the log".to_owned(),
    }
}

/// A remark on the card that blocks nothing.
fn remark(kind: FindingKind, detail: impl Into<String>) -> Finding {
    Finding {
        kind,
        blocks: false,
        detail: detail.into(),
    }
}
