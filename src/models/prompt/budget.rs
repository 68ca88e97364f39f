//! Makes a prompt fit: the part that changes from draft to draft and the whole each have their share of tokens.

use crate::domain::error::{UserError, shortened};
use crate::domain::ids::PostId;
use crate::models::prompt::DraftPrompt;
use crate::models::prompt::template::{Material, Template};
use crate::models::{Message, Speaker, TextModel};

/// What the marks of a turn take, at most.
const TURN_TOKENS: usize = 6;

/// The share of the budget that the part gets that changes from draft to draft.
const CHANGING_SHARE: (usize, usize) = (3, 5);

/// A text is not shortened below this many characters.
const SHORTEST_TEXT: usize = 60;

/// A talk that fits.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) messages: Vec<Message>,
    pub(super) posts: Vec<PostId>,
}

/// Cuts in the order in which it hurts least, until the prompt fits. Ends: every step takes something away.
pub(super) fn fit(
    template: &Template,
    prompt: &DraftPrompt<'_>,
    model: &dyn TextModel,
) -> Result<Fitted, UserError> {
    let whole = model.prompt_budget();
    let changing = whole * CHANGING_SHARE.0 / CHANGING_SHARE.1;
    let examples_change = template.shows_examples_last();
    let mut material = Material::of(prompt, "");
    loop {
        let messages = template.fill(&material)?;
        let (fixed_tokens, changing_tokens) = tokens(&messages, model);
        let shorter = if changing_tokens > changing {
            cut_changing_part(&mut material, examples_change)
        } else if fixed_tokens + changing_tokens > whole {
            cut_fixed_part(&mut material) || cut_changing_part(&mut material, examples_change)
        } else {
            false
        };
        // It fits, or nothing is left to cut: then the template itself is too long, and a model is better asked than not.
        if !shorter {
            return Ok(Fitted {
                messages,
                posts: material.posts.iter().filter_map(|post| post.post).collect(),
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

/// The weakest post goes; the last one, and the examples where they stand here, are halved before they go; then the longest
/// of the other texts is halved. False when nothing is left to cut.
fn cut_changing_part(material: &mut Material, examples_change: bool) -> bool {
    if material.posts.len() > 1 {
        material.posts.pop();
        return true;
    }
    let mut texts: Vec<&mut String> = material
        .posts
        .iter_mut()
        .map(|post| &mut post.text)
        .collect();
    if examples_change {
        texts.extend(&mut material.examples);
    }
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    if texts.into_iter().any(halve)
        || material.posts.pop().is_some()
        || (examples_change && material.examples.pop().is_some())
    {
        return true;
    }
    let answered = material.answered.as_mut().map(|post| &mut post.text);
    let mut rest: Vec<&mut String> = [&mut material.previous, &mut material.guidance]
        .into_iter()
        .collect();
    rest.extend(material.topic.as_mut());
    rest.extend(answered);
    rest.sort_by_key(|text| text.len());
    rest.into_iter().rev().any(halve)
}

/// The weakest example goes, then rules from the end of the longer list, then words.
fn cut_fixed_part(material: &mut Material) -> bool {
    if material.examples.pop().is_some() {
        return true;
    }
    let voice = &mut material.voice;
    let longer = if voice.avoid.len() > voice.tone.len() {
        &mut voice.avoid
    } else {
        &mut voice.tone
    };
    if longer.len() > 1 {
        longer.pop();
        return true;
    }
    voice.avoid.iter_mut().any(halve)
        || voice.tone.iter_mut().any(halve)
        || halve(&mut voice.identity)
}

/// Halves a text that is long enough for it.
fn halve(text: &mut String) -> bool {
    let chars = text.chars().count();
    if chars <= SHORTEST_TEXT {
        return false;
    }
    *text = shortened(text, (chars / 2).max(SHORTEST_TEXT));
    true
}
