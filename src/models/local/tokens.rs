//! The tokenizer inside a GGUF file, and a talk in tokens.

mod tokenizer;

use std::collections::{HashMap, HashSet};

use candle_core::quantized::gguf_file::{Content, Value};
use tokenizers::Tokenizer;

use super::template::{self, ChatTemplate, Part};
use crate::models::{Message, Speaker};

/// Turns text into token ids and back.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    /// Tokens that are no text, by how they are written in a template.
    marks: HashMap<String, u32>,
    longest_mark: usize,
    /// A model that writes one of these has nothing more to say.
    ends: HashSet<u32>,
    /// What every text begins with.
    first: Option<u32>,
    /// Text behind a mark begins with a space.
    space_in_front: bool,
    template: Option<ChatTemplate>,
}

/// A prompt in tokens. What comes before the last question is the part that tends to stay the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PromptTokens {
    pub(super) ids: Vec<u32>,
    /// How many of `ids` come before the last question.
    pub(super) fixed: usize,
    /// How many of the last `ids` are the beginning of the answer.
    pub(super) begun: usize,
}

/// Whether the tokenizer and the template of the file are of a kind that can be used. Builds neither.
pub(super) fn check(content: &Content) -> anyhow::Result<()> {
    tokenizer::check(content)?;
    chat_template(content).map(drop)
}

impl Tokens {
    /// May change what `content` says of its tokenizer into what candle knows it by.
    pub(super) fn from_gguf(content: &mut Content) -> anyhow::Result<Self> {
        let tokenizer = tokenizer::from_gguf(content)?;
        let (mut marks, mut ends) = (HashMap::new(), HashSet::new());
        for (id, (token, kind)) in (0..).zip(tokenizer::kinds(content)?) {
            if kind.is_mark(token) {
                marks.insert(token.to_owned(), id);
            }
            if kind.ends(token) {
                ends.insert(id);
            }
        }
        let id = |name: &str| id_of(content, name);
        ends.extend(["eos", "eot", "eom"].into_iter().filter_map(id));
        Ok(Self {
            longest_mark: marks.keys().map(String::len).max().unwrap_or(0),
            marks,
            ends,
            first: id("bos").filter(|_| flag(content, "tokenizer.ggml.add_bos_token")),
            space_in_front: flag(content, "tokenizer.ggml.add_space_prefix"),
            template: chat_template(content)?,
            tokenizer,
        })
    }

    /// Whether the model was taught to answer.
    pub(super) const fn answers(&self) -> bool {
        self.template.is_some()
    }

    /// The ids of plain text; marks of turns in it are taken apart like any other text.
    pub(super) fn encode(&self, text: &str) -> anyhow::Result<Vec<u32>> {
        let encoding = self
            .tokenizer
            .encode_fast(text, false)
            .map_err(anyhow::Error::from_boxed)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The whole talk in the form the model was trained on, up to where it is to answer. A last message of the
    /// assistant's own is the beginning of that answer.
    pub(super) fn prompt(&self, messages: &[Message]) -> anyhow::Result<PromptTokens> {
        let (talk, begun) = begun(messages);
        let speakers: Vec<Speaker> = talk.iter().map(|message| message.speaker).collect();
        let parts = match &self.template {
            Some(template) => template.render(&speakers)?,
            None => template::plain(&speakers),
        };
        let mut ids: Vec<u32> = Vec::with_capacity(512);
        let mut fixed = 0;
        for part in &parts {
            match part {
                Part::Form(form) => self.push_form(&mut ids, form)?,
                Part::Message(nth) => {
                    if nth + 1 == talk.len() {
                        fixed = ids.len();
                    }
                    self.push_text(&mut ids, talk[*nth].text.trim())?;
                }
            }
        }
        if let Some(first) = self.first
            && ids.first() != Some(&first)
        {
            ids.insert(0, first);
            fixed += 1;
        }
        let before = ids.len();
        if self.answers() || begun.is_empty() {
            ids.extend(self.encode(begun)?);
        } else {
            ids.extend(self.encode(&format!(" {begun}"))?);
        }
        Ok(PromptTokens {
            begun: ids.len() - before,
            ids,
            fixed,
        })
    }

    /// What the template writes: marks become their tokens, the rest is text.
    fn push_form(&self, ids: &mut Vec<u32>, form: &str) -> anyhow::Result<()> {
        let (mut text, mut at) = (0, 0);
        while at < form.len() {
            if let Some((length, id)) = self.mark_at(form, at) {
                self.push_text(ids, &form[text..at])?;
                ids.push(id);
                at += length;
                text = at;
            } else {
                at += form[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        self.push_text(ids, &form[text..])
    }

    fn push_text(&self, ids: &mut Vec<u32>, text: &str) -> anyhow::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let behind_mark = ids.last().is_none_or(|id| self.ends.contains(id));
        if self.space_in_front && behind_mark {
            ids.extend(self.encode(&format!(" {text}"))?);
        } else {
            ids.extend(self.encode(text)?);
        }
        Ok(())
    }

    /// The longest mark that stands there: its length in bytes and its id.
    fn mark_at(&self, form: &str, at: usize) -> Option<(usize, u32)> {
        let longest = self.longest_mark.min(form.len() - at);
        (1..=longest).rev().find_map(|length| {
            let mark = form.get(at..at + length)?;
            self.marks.get(mark).map(|id| (length, *id))
        })
    }

    /// The model has nothing more to say.
    pub(super) fn ends(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    pub(super) fn all_ends(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().copied()
    }

    /// The tokens that would write one of `words`, alone or after a space, small or with a capital. A sign that is not
    /// a letter or digit stands for every token that holds it. Words of several tokens are left out: their beginnings
    /// begin other words, too.
    pub(super) fn ids_of_words(&self, words: &[String]) -> Vec<u32> {
        let mut ids = Vec::new();
        for word in words {
            if !word.chars().any(char::is_alphanumeric) {
                ids.extend(self.ids_with_sign(word));
                continue;
            }
            for form in [word.clone(), capitalised(word)] {
                for text in [format!(" {form}"), form] {
                    if let Ok([id]) = self.encode(&text).as_deref() {
                        ids.push(*id);
                    }
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn ids_with_sign(&self, sign: &str) -> Vec<u32> {
        let vocabulary = self.tokenizer.get_vocab(false);
        vocabulary
            .into_iter()
            .filter(|(token, id)| token.contains(sign) && !self.ends(*id))
            .map(|(_, id)| id)
            .collect()
    }

    /// The text of `ids`, without a character whose last bytes are not there yet.
    pub(super) fn decode(&self, ids: &[u32]) -> anyhow::Result<String> {
        let mut text = self
            .tokenizer
            .decode(ids, true)
            .map_err(anyhow::Error::from_boxed)?;
        while text.ends_with(char::REPLACEMENT_CHARACTER) {
            text.pop();
        }
        Ok(text)
    }
}

/// The talk, and the beginning of its answer.
pub(super) fn begun(messages: &[Message]) -> (&[Message], &str) {
    match messages.split_last() {
        Some((last, talk)) if last.speaker == Speaker::Assistant => (talk, &last.text),
        _ => (messages, ""),
    }
}

fn chat_template(content: &Content) -> anyhow::Result<Option<ChatTemplate>> {
    let Some(source) = text(content, "tokenizer.chat_template") else {
        return Ok(None);
    };
    let token = |name: &str| {
        let id = id_of(content, name)?;
        let tokens = content
            .metadata
            .get("tokenizer.ggml.tokens")?
            .to_vec()
            .ok()?;
        tokens
            .get(id as usize)?
            .to_string()
            .ok()
            .map(String::as_str)
    };
    let (bos, eos) = (
        token("bos").unwrap_or_default(),
        token("eos").unwrap_or_default(),
    );
    ChatTemplate::new(source, bos, eos).map(Some)
}

fn text<'a>(content: &'a Content, key: &str) -> Option<&'a str> {
    content
        .metadata
        .get(key)?
        .to_string()
        .ok()
        .map(String::as_str)
}

fn flag(content: &Content, key: &str) -> bool {
    let value = content.metadata.get(key);
    value.is_some_and(|value| matches!(value, Value::Bool(true)))
}

/// The id of the token that has this part.
fn id_of(content: &Content, name: &str) -> Option<u32> {
    let key = format!("tokenizer.ggml.{name}_token_id");
    let id = content.metadata.get(&key)?.to_u64().ok()?;
    u32::try_from(id).ok()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
