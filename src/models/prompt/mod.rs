//! Prompts: minijinja templates, embedded at build, each replaceable by a file of the same name in a folder.
//!
//! To add a prompt: a file in `prompts/`, its line in [`EMBEDDED`], a case of [`Ask`] that says what it is for, and its
//! sample in [`check`]. A template that uses an unknown word is an error when the program starts, not when a draft is
//! asked for.
//!
//! Instructions and outside text are kept apart: every fetched text is made harmless ([`piece`]) and stands in a fence
//! under its id. Parts of a talk are cut in the template's source, before anything is filled in, so that no text can
//! begin a part of its own.

use std::path::Path;
use std::time::Duration;

use crate::domain::error::UserError;
use crate::domain::ids::PostId;
use crate::domain::persona::Voice;
use crate::models::{ContinuationRequest, ModelError, TextModel, TextRequest};

mod answer;
mod budget;
mod facts;
mod pictures;
mod piece;
mod template;

pub use answer::{tidied, tidy};
pub use facts::{fit, missing_facts};
pub use pictures::{DESCRIPTION, PicturePrompt, VERDICT};
pub use piece::Piece;
use template::Template;

/// Every prompt and its text as it was built in.
const EMBEDDED: [(&str, &str); 6] = [
    (
        "second_sentence.j2",
        include_str!("../../../prompts/second_sentence.j2"),
    ),
    (
        "hosted_draft.j2",
        include_str!("../../../prompts/hosted_draft.j2"),
    ),
    (
        "hosted_reply.j2",
        include_str!("../../../prompts/hosted_reply.j2"),
    ),
    ("describe.j2", include_str!("../../../prompts/describe.j2")),
    (
        "look_over.j2",
        include_str!("../../../prompts/look_over.j2"),
    ),
    ("picture.j2", include_str!("../../../prompts/picture.j2")),
];

/// For several tries at a second sentence: they must differ, and the judges take the odd ones out.
const TRIES_TEMPERATURE: f64 = 0.8;
const TOP_P: f64 = 0.9;

/// How many second sentences are tried, and for how long at most.
const TRIES: usize = 12;
const TRIES_LIMIT: Duration = Duration::from_millis(3_200);

/// A second sentence is short. What is longer is cut off and then not taken.
const TRY_TOKENS: usize = 24;

/// What a second sentence is measured against: how likely it is behind a statement about nothing.
const BASELINE: (&str, &str) = ("some news from us", "Here is some news from us.");

/// A model that follows instructions stays with the facts at a higher one.
const HOSTED_TEMPERATURE: f64 = 0.7;

/// The most tokens an answer may take, beyond one for every two characters of the limit: scripts that cost a token a
/// letter, and the form around the text.
const FORM_TOKENS: usize = 80;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask<'a> {
    /// A post about this, in an operator's words.
    Post { topic: &'a str },
    /// The same, but other than before.
    Again { topic: &'a str, before: &'a str },
    /// A reply to someone's post.
    Answer { author: &'a str, text: &'a str },
    /// The same, but other than before.
    AnswerAgain {
        author: &'a str,
        text: &'a str,
        before: &'a str,
    },
}

/// What a draft is made from.
#[derive(Debug, Clone)]
pub struct DraftPrompt<'a> {
    pub voice: &'a Voice,
    pub ask: Ask<'a>,
    /// What the operator asked for beyond the topic, or of a redo.
    pub guidance: Option<&'a str>,
    /// Rules that the own posts show: "begins in lower case".
    pub habits: Vec<String>,
    /// Own posts, the best example first.
    pub examples: Vec<String>,
    /// Posts to lean on, the strongest first.
    pub posts: Vec<Piece>,
    /// How many characters the network takes.
    pub limit: usize,
}

impl<'a> DraftPrompt<'a> {
    /// A prompt with nothing beside what is asked for.
    #[must_use]
    pub const fn of(voice: &'a Voice, ask: Ask<'a>) -> Self {
        Self {
            voice,
            ask,
            guidance: None,
            habits: Vec::new(),
            examples: Vec::new(),
            posts: Vec::new(),
            limit: 0,
        }
    }
}

/// A prompt that fits the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    pub request: TextRequest,
    /// The instructions as the template has them, without anything that was filled in.
    pub instructions: Vec<String>,
    /// The posts that stayed in it, the strongest first.
    pub posts: Vec<PostId>,
}

/// The templates, ready for use.
#[derive(Debug)]
pub struct Prompts {
    second_sentence: Template,
    hosted_draft: Template,
    hosted_reply: Template,
    describe: Template,
    look_over: Template,
    picture: Template,
}

impl Prompts {
    /// The embedded templates, those in `folder` in their place, all tried out with samples.
    pub fn load(folder: Option<&Path>) -> Result<Self, UserError> {
        let [
            second_sentence,
            hosted_draft,
            hosted_reply,
            describe,
            look_over,
            picture,
        ] = EMBEDDED.map(|(name, text)| {
            let text = match folder.map(|folder| folder.join(name)) {
                Some(path) if path.is_file() => read(&path)?,
                _ => text.to_owned(),
            };
            Template::parse(name, &text)
        });
        let prompts = Self {
            second_sentence: second_sentence?,
            hosted_draft: hosted_draft?,
            hosted_reply: hosted_reply?,
            describe: describe?,
            look_over: look_over?,
            picture: picture?,
        };
        check(&prompts)?;
        pictures::check(&prompts)?;
        Ok(prompts)
    }

    /// The request for a draft, cut to what `model` takes: the weakest posts go first, then examples, then words.
    /// `purpose` is for the ledger; another `seed` gives another text.
    pub fn draft(
        &self,
        prompt: &DraftPrompt<'_>,
        model: &dyn TextModel,
        purpose: &'static str,
        seed: u64,
    ) -> Result<Filled, ModelError> {
        let template = self.template(prompt.ask);
        let fitted = budget::fit(template, prompt, model).map_err(|error| refused(&error))?;
        Ok(Filled {
            request: TextRequest {
                messages: fitted.messages,
                max_tokens: prompt.limit / 2 + FORM_TOKENS,
                temperature: HOSTED_TEMPERATURE,
                top_p: TOP_P,
                seed,
                purpose,
                without: Vec::new(),
                ..TextRequest::default()
            },
            instructions: template.instructions(),
            posts: fitted.posts,
        })
    }

    /// The request for sentences that could stand behind `begin`, a statement as it will be published. Only for a model
    /// that [`TextModel::continues`].
    pub fn second_sentences(
        &self,
        voice: &Voice,
        begin: &str,
        purpose: &'static str,
        seed: u64,
    ) -> Result<ContinuationRequest, ModelError> {
        let fill = |topic: &str, begin: &str| {
            let statement = DraftPrompt::of(voice, Ask::Post { topic });
            self.second_sentence
                .fill(&template::Material::of(&statement, begin))
                .map_err(|error| refused(&error))
        };
        Ok(ContinuationRequest {
            messages: fill(begin, begin)?,
            baseline: fill(BASELINE.0, BASELINE.1)?,
            count: TRIES,
            max_tokens: TRY_TOKENS,
            temperature: TRIES_TEMPERATURE,
            top_p: TOP_P,
            seed,
            without: facts::unstated(begin, voice),
            time_limit: TRIES_LIMIT,
            purpose,
        })
    }

    /// What the small model's template says, for the check that no piece of it comes out.
    #[must_use]
    pub fn small_instructions(&self) -> Vec<String> {
        self.second_sentence.instructions()
    }

    fn template(&self, ask: Ask<'_>) -> &Template {
        match ask {
            Ask::Post { .. } | Ask::Again { .. } => &self.hosted_draft,
            Ask::Answer { .. } | Ask::AnswerAgain { .. } => &self.hosted_reply,
        }
    }
}

fn refused(error: &UserError) -> ModelError {
    ModelError::Refused {
        provider: "the prompt".to_owned(),
        why: error.to_string(),
    }
}

fn read(path: &Path) -> Result<String, UserError> {
    std::fs::read_to_string(path).map_err(|error| {
        UserError::new(
            format!("The prompt {} cannot be read: {error}.", path.display()),
            "Mend or remove the file; without it the built-in one is used.",
        )
    })
}

/// Fills every template with and without what is optional.
fn check(prompts: &Prompts) -> Result<(), UserError> {
    let voice = Voice {
        language: "en".to_owned(),
        ..Voice::default()
    };
    let (topic, before, author, text) = ("a topic", "the text before", "someone", "a text");
    let asks = [
        Ask::Post { topic },
        Ask::Again { topic, before },
        Ask::Answer { author, text },
        Ask::AnswerAgain {
            author,
            text,
            before,
        },
    ];
    for (ask, full) in asks.into_iter().flat_map(|ask| [(ask, true), (ask, false)]) {
        let sample = DraftPrompt {
            voice: &voice,
            ask,
            guidance: full.then_some("shorter"),
            habits: vec!["no emoji".to_owned(); usize::from(full)],
            examples: vec!["an example".to_owned(); usize::from(full)],
            posts: vec![
                Piece {
                    id: PostId(1),
                    author: author.to_owned(),
                    text: text.to_owned()
                };
                usize::from(full)
            ],
            limit: 300,
        };
        let material = template::Material::of(&sample, "");
        prompts.template(ask).fill(&material)?;
    }
    let statement = DraftPrompt::of(&voice, Ask::Post { topic });
    let material = template::Material::of(&statement, "A topic.");
    prompts.second_sentence.fill(&material)?;
    Ok(())
}

#[cfg(test)]
mod tests;
