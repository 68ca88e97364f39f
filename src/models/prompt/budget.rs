//! Makes a prompt fit: the part that changes from draft to draft and the whole each have their share of tokens.

use crate::domain::error::{UserError, shortened};
use crate::domain::persona::Voice;
use crate::models::prompt::piece::harmless;
use crate::models::prompt::template::Template;
use crate::models::prompt::{DraftPrompt, FilledPrompt, Piece, Subject};
use crate::models::{Message, Speaker, TextModel};

/// What the marks of a turn take, at most.
const TURN_TOKENS: usize = 6;

/// Of a whole budget of 500 tokens the changing part gets 180: what is fixed is read once and kept, the rest each time.
const CHANGING_SHARE: (usize, usize) = (9, 25);

/// A piece is not shortened below this many characters; it goes instead.
const SHORTEST_PIECE: usize = 60;

/// Cuts in the order in which they hurt least, until the prompt fits. Ends: every step takes something away.
pub(super) fn fit(
    template: &Template,
    prompt: &DraftPrompt<'_>,
    model: &dyn TextModel,
) -> Result<FilledPrompt, UserError> {
    let whole = model.prompt_budget();
    let changing = whole * CHANGING_SHARE.0 / CHANGING_SHARE.1;
    let mut cut = Cut::new(prompt);
    loop {
        let messages = cut.fill(template, prompt)?;
        let (fixed_tokens, changing_tokens) = tokens(&messages, model);
        let fits = if changing_tokens > changing {
            !cut.changing_part()
        } else if fixed_tokens + changing_tokens > whole {
            !cut.fixed_part() && !cut.changing_part()
        } else {
            true
        };
        // Nothing is left to cut: the template itself is too long, and a model is better asked than not.
        if fits {
            return Ok(FilledPrompt {
                messages,
                leans_on: cut.posts.into_iter().map(|post| post.id).collect(),
                examples: cut.examples.len(),
            });
        }
    }
}

/// Tokens before the last question, and from there on.
fn tokens(messages: &[Message], model: &dyn TextModel) -> (usize, usize) {
    let last = messages
        .iter()
        .rposition(|message| message.speaker == Speaker::User)
        .unwrap_or(0);
    let count = |messages: &[Message]| {
        messages
            .iter()
            .map(|message| model.count_tokens(&message.text) + TURN_TOKENS)
            .sum::<usize>()
    };
    (count(&messages[..last]), count(&messages[last..]))
}

/// What is left of a prompt's material.
struct Cut {
    posts: Vec<Piece>,
    examples: Vec<String>,
    voice: Voice,
    previous: Option<String>,
    guidance: Option<String>,
    subject: String,
}

impl Cut {
    fn new(prompt: &DraftPrompt<'_>) -> Self {
        Self {
            posts: prompt.posts.clone(),
            examples: prompt.examples.clone(),
            voice: prompt.voice.clone(),
            previous: prompt.previous.map(harmless),
            guidance: prompt.guidance.map(harmless),
            subject: match &prompt.subject {
                Subject::Topic(topic) => harmless(topic),
                Subject::Answer(post) => post.text.clone(),
            },
        }
    }

    fn fill(
        &self,
        template: &Template,
        prompt: &DraftPrompt<'_>,
    ) -> Result<Vec<Message>, UserError> {
        template.fill(&DraftPrompt {
            voice: &self.voice,
            subject: match &prompt.subject {
                Subject::Topic(_) => Subject::Topic(&self.subject),
                Subject::Answer(post) => Subject::Answer(Piece {
                    text: self.subject.clone(),
                    ..post.clone()
                }),
            },
            guidance: self.guidance.as_deref(),
            examples: self.examples.clone(),
            posts: self.posts.clone(),
            limit: prompt.limit,
            previous: self.previous.as_deref(),
            begin: prompt.begin,
        })
    }

    /// The weakest post goes; the last one is halved before it goes; then the longest of the other texts is halved.
    /// False when nothing is left to cut.
    fn changing_part(&mut self) -> bool {
        if let [last] = self.posts.as_mut_slice()
            && halve(&mut last.text)
        {
            return true;
        }
        if self.posts.pop().is_some() {
            return true;
        }
        let mut rest: Vec<&mut String> = [&mut self.previous, &mut self.guidance]
            .into_iter()
            .flatten()
            .chain([&mut self.subject])
            .collect();
        rest.sort_by_key(|text| text.len());
        rest.into_iter().rev().any(halve)
    }

    /// The weakest example goes, then rules from the end of their lists, then words of who speaks.
    fn fixed_part(&mut self) -> bool {
        if self.examples.pop().is_some() {
            return true;
        }
        let voice = &mut self.voice;
        let longer = if voice.avoid.len() > voice.tone.len() {
            &mut voice.avoid
        } else {
            &mut voice.tone
        };
        if longer.len() > 1 {
            longer.pop();
            return true;
        }
        longer.iter_mut().any(halve) || halve(&mut voice.identity)
    }
}

/// Halves a text that is long enough for it.
fn halve(text: &mut String) -> bool {
    let chars = text.chars().count();
    if chars <= SHORTEST_PIECE {
        return false;
    }
    *text = shortened(text, (chars / 2).max(SHORTEST_PIECE));
    true
}
