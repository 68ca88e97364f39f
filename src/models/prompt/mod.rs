//! Prompts: minijinja templates, embedded at build, each replaceable by a file of the same name in a folder.
//!
//! To add a prompt: a file in `prompts/`, its line in [`EMBEDDED`], a struct with what it may use, and its sample in
//! [`check`]. A template that uses an unknown word is an error when the program starts, not when a draft is asked for.
//!
//! Instructions and outside text are kept apart: every fetched piece goes through [`Piece::new`], which takes out what
//! could close its fence, and stands under its id. Parts of a talk are cut in the template's source, before anything is
//! filled in, so that no text can begin a part of its own.

use std::path::Path;

use crate::domain::error::UserError;
use crate::domain::persona::Voice;
use crate::models::{Message, TextModel};

mod budget;
mod piece;
mod template;

pub use piece::Piece;
use template::Template;

/// Every prompt and its text as it was built in.
const EMBEDDED: [(&str, &str); 2] = [
    ("draft.j2", include_str!("../../../prompts/draft.j2")),
    ("reply.j2", include_str!("../../../prompts/reply.j2")),
];

/// What a draft is about.
#[derive(Debug, Clone)]
pub enum Subject<'a> {
    /// A post about this, in an operator's words.
    Topic(&'a str),
    /// A reply to this post.
    Answer(Piece),
}

/// What a draft is made from.
#[derive(Debug, Clone)]
pub struct DraftPrompt<'a> {
    pub voice: &'a Voice,
    pub subject: Subject<'a>,
    /// What the operator asked for beyond the topic, or of a redo.
    pub guidance: Option<&'a str>,
    /// Own posts, the best example first.
    pub examples: Vec<String>,
    /// Posts to lean on, the strongest first.
    pub posts: Vec<Piece>,
    /// How many characters the network takes.
    pub limit: usize,
    /// The text that a redo replaces.
    pub previous: Option<&'a str>,
    /// The first words of the answer, for a model that [continues](TextModel::continues) them; else empty.
    pub begin: &'a str,
}

/// A prompt that fits the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledPrompt {
    pub messages: Vec<Message>,
    /// The ids of the posts that stayed in it, the strongest first.
    pub leans_on: Vec<String>,
    /// How many of the examples stayed in it.
    pub examples: usize,
}

/// The templates, ready for use.
#[derive(Debug)]
pub struct Prompts {
    draft: Template,
    reply: Template,
}

impl Prompts {
    /// The embedded templates, those in `folder` in their place, all tried out with samples.
    pub fn load(folder: Option<&Path>) -> Result<Self, UserError> {
        let [draft, reply] = EMBEDDED.map(|(name, text)| {
            let text = match folder.map(|folder| folder.join(name)) {
                Some(path) if path.is_file() => read(&path)?,
                _ => text.to_owned(),
            };
            Template::parse(name, &text)
        });
        let prompts = Self {
            draft: draft?,
            reply: reply?,
        };
        check(&prompts)?;
        Ok(prompts)
    }

    /// The prompt for a draft, cut to what `model` takes: the weakest posts go first, then examples, then words.
    pub fn fill(
        &self,
        prompt: &DraftPrompt<'_>,
        model: &dyn TextModel,
    ) -> Result<FilledPrompt, UserError> {
        let template = match prompt.subject {
            Subject::Topic(_) => &self.draft,
            Subject::Answer(_) => &self.reply,
        };
        budget::fit(template, prompt, model)
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
    let piece = Piece::new("p1", "someone", "a text");
    for full in [true, false] {
        let sample = |subject| DraftPrompt {
            voice: &voice,
            subject,
            guidance: full.then_some("shorter"),
            examples: vec!["an example".to_owned(); usize::from(full)],
            posts: vec![piece.clone(); usize::from(full)],
            limit: 300,
            previous: full.then_some("the text before"),
            begin: if full { "So" } else { "" },
        };
        prompts.draft.fill(&sample(Subject::Topic("a topic")))?;
        prompts.reply.fill(&sample(Subject::Answer(piece.clone())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
