//! One template file: the parts of a talk, each filled on its own.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::domain::error::{UserError, shortened};
use crate::domain::persona::Voice;
use crate::models::prompt::piece::{Fenced, harmless};
use crate::models::prompt::{Ask, DraftPrompt};
use crate::models::{Message, Speaker};

/// The longest topic, guidance or earlier text that any prompt takes, in characters.
const MOST_CHARS: usize = 2_000;

/// Shorter pieces of a template are no instructions but punctuation between two values.
const SHORTEST_INSTRUCTION: usize = 12;

/// What a template is filled with: harmless already, and cut where it was too much.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) voice: Voice,
    pub(super) topic: Option<String>,
    pub(super) answered: Option<Fenced>,
    pub(super) previous: String,
    pub(super) guidance: String,
    pub(super) habits: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) posts: Vec<Fenced>,
    pub(super) limit: usize,
    pub(super) begin: String,
}

impl Material {
    pub(super) fn of(prompt: &DraftPrompt<'_>, begin: &str) -> Self {
        let one_line = |text: &str| shortened(&harmless(text), MOST_CHARS);
        let (topic, answered, before) = match prompt.ask {
            Ask::Post { topic } => (Some(topic), None, None),
            Ask::Again { topic, before } => (Some(topic), None, Some(before)),
            Ask::Answer { author, text } => (None, Some((author, text)), None),
            Ask::AnswerAgain {
                author,
                text,
                before,
            } => (None, Some((author, text)), Some(before)),
        };
        Self {
            voice: prompt.voice.clone(),
            topic: topic.map(one_line),
            answered: answered.map(|(author, text)| Fenced::new("asked", author, text)),
            previous: before.map(one_line).unwrap_or_default(),
            guidance: prompt.guidance.map(one_line).unwrap_or_default(),
            habits: prompt.habits.clone(),
            examples: prompt.examples.iter().map(|text| one_line(text)).collect(),
            posts: prompt.posts.iter().map(Fenced::piece).collect(),
            limit: prompt.limit,
            begin: begin.to_owned(),
        }
    }

    fn values(&self) -> Value {
        let common = context! {
            identity => &self.voice.identity,
            tone => self.voice.tone.join("; "),
            avoid => self.voice.avoid.join("; "),
            language => &self.voice.language,
            habits => &self.habits,
            examples => &self.examples,
            guidance => &self.guidance,
            previous => &self.previous,
            posts => Value::from(Serde(&self.posts)),
            limit => self.limit,
            begin => &self.begin,
        };
        match (&self.topic, &self.answered) {
            (Some(topic), _) => context! { topic => topic, ..common },
            (None, answered) => context! { answered => Value::from(Serde(answered)), ..common },
        }
    }
}

#[derive(Debug)]
pub(super) struct Template {
    file: String,
    environment: Environment<'static>,
    /// Who speaks in each part; the part's template is named by its place.
    parts: Vec<(Speaker, String)>,
}

impl Template {
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, UserError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let parts = parts(file, text)?;
        for (place, (_, part)) in parts.iter().enumerate() {
            environment
                .add_template_owned(place.to_string(), part.clone())
                .map_err(|error| wrong(file, &error))?;
        }
        Ok(Self {
            file: file.to_owned(),
            environment,
            parts,
        })
    }

    /// The talk. Parts that came out empty are left out.
    pub(super) fn fill(&self, material: &Material) -> Result<Vec<Message>, UserError> {
        self.fill_with(&material.values())
    }

    /// The same with any values.
    pub(super) fn fill_with(&self, values: &Value) -> Result<Vec<Message>, UserError> {
        let mut talk = Vec::with_capacity(self.parts.len());
        for (place, (speaker, _)) in self.parts.iter().enumerate() {
            let text = self
                .environment
                .get_template(&place.to_string())
                .and_then(|part| part.render(values))
                .map_err(|error| wrong(&self.file, &error))?;
            let text = text.trim();
            if !text.is_empty() {
                talk.push(Message {
                    speaker: *speaker,
                    text: text.to_owned(),
                });
            }
        }
        Ok(talk)
    }

    /// Whether own posts stand in the last question rather than before it.
    pub(super) fn shows_examples_last(&self) -> bool {
        let question = self
            .parts
            .iter()
            .rfind(|(speaker, _)| *speaker == Speaker::User);
        question.is_some_and(|(_, part)| part.contains("examples"))
    }

    /// What the template itself says, between the places that are filled in.
    pub(super) fn instructions(&self) -> Vec<String> {
        self.parts
            .iter()
            .flat_map(|(_, part)| literals(part))
            .collect()
    }
}

/// The pieces of a template's source outside its tags.
fn literals(mut source: &str) -> Vec<String> {
    let mut found = Vec::new();
    while !source.is_empty() {
        let start = ["{{", "{%", "{#"]
            .iter()
            .filter_map(|tag| source.find(tag))
            .min()
            .unwrap_or(source.len());
        let text = source[..start].trim();
        if text.chars().count() >= SHORTEST_INSTRUCTION {
            found.push(text.to_owned());
        }
        let tag = &source[start..];
        let end = ["}}", "%}", "#}"]
            .iter()
            .filter_map(|tag_end| tag.find(tag_end))
            .min()
            .map_or(tag.len(), |end| end + 2);
        source = &tag[end..];
    }
    found
}

/// Cuts the source at its `=== speaker` lines. What stands before the first is a remark.
fn parts(file: &str, text: &str) -> Result<Vec<(Speaker, String)>, UserError> {
    let mut parts: Vec<(Speaker, String)> = Vec::new();
    for line in text.lines() {
        if let Some(speaker) = line.strip_prefix("=== ") {
            let speaker = match speaker.trim() {
                "system" => Speaker::System,
                "user" => Speaker::User,
                "assistant" => Speaker::Assistant,
                other => {
                    return Err(UserError::new(
                        format!(
                            "The prompt {file} has a part for \u{201c}{}\u{201d}.",
                            shortened(other, 40)
                        ),
                        "Parts are === system, === user and === assistant.",
                    ));
                }
            };
            parts.push((speaker, String::new()));
        } else if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    if parts.iter().any(|(speaker, _)| *speaker == Speaker::User) {
        return Ok(parts);
    }
    Err(UserError::new(
        format!("The prompt {file} asks nothing."),
        "It needs a line === user and the question under it.",
    ))
}

fn wrong(file: &str, error: &minijinja::Error) -> UserError {
    UserError::new(
        format!("The prompt {file} cannot be filled: {error}."),
        "The first lines of the built-in one name the words that it may use.",
    )
}
