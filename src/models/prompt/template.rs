//! One template file: the parts of a talk, each filled on its own.

use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::domain::error::{UserError, shortened};
use crate::models::prompt::piece::harmless;
use crate::models::prompt::{DraftPrompt, Subject};
use crate::models::{Message, Speaker};

/// The longest topic, guidance or earlier text that any prompt takes, in characters.
const MOST_CHARS: usize = 2_000;

#[derive(Debug)]
pub(super) struct Template {
    file: String,
    environment: Environment<'static>,
    /// Who speaks in each part; the part's template is named by its place.
    speakers: Vec<Speaker>,
}

impl Template {
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, UserError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut speakers = Vec::new();
        for (speaker, part) in parts(file, text)? {
            let name = speakers.len().to_string();
            environment
                .add_template_owned(name, part)
                .map_err(|error| wrong(file, &error))?;
            speakers.push(speaker);
        }
        Ok(Self {
            file: file.to_owned(),
            environment,
            speakers,
        })
    }

    /// The talk. Parts that came out empty are left out.
    pub(super) fn fill(&self, prompt: &DraftPrompt<'_>) -> Result<Vec<Message>, UserError> {
        let one_line = |text: &str| shortened(&harmless(text), MOST_CHARS);
        let voice = prompt.voice;
        let common = context! {
            identity => voice.identity,
            tone => voice.tone.join("; "),
            avoid => voice.avoid.join("; "),
            language => voice.language,
            examples => prompt.examples.iter().map(|text| one_line(text)).collect::<Vec<_>>(),
            guidance => prompt.guidance.map(one_line).unwrap_or_default(),
            previous => prompt.previous.map(one_line).unwrap_or_default(),
            posts => Value::from_serialize(&prompt.posts),
            limit => prompt.limit,
            begin => prompt.begin,
        };
        let values = match &prompt.subject {
            Subject::Topic(topic) => context! { topic => one_line(topic), ..common },
            Subject::Answer(post) => context! { answered => Value::from_serialize(post), ..common },
        };
        let mut talk = Vec::with_capacity(self.speakers.len());
        for (place, speaker) in self.speakers.iter().enumerate() {
            let text = self
                .environment
                .get_template(&place.to_string())
                .and_then(|part| part.render(&values))
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
                        format!("The prompt {file} has a part for \u{201c}{other}\u{201d}."),
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
        "Its first lines name the words that it may use.",
    )
}
