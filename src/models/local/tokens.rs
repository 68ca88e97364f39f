//! The tokenizer inside the GGUF file, and the chat template of `SmolLM2`.

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use crate::models::{Message, Speaker};

/// Turns text into token ids and back.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    turn_start: u32,
    turn_end: u32,
    text_end: Option<u32>,
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

impl Tokens {
    pub(super) fn from_gguf(content: &Content) -> anyhow::Result<Self> {
        let mut tokenizer = Tokenizer::from_gguf(content)?;
        // candle knows no pre-tokenizer called `smollm` and takes GPT-2's, which joins digits and puts a space in front.
        let splitter = Sequence::new(vec![
            PreTokenizerWrapper::Digits(Digits::new(true)),
            PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
        ]);
        tokenizer.with_pre_tokenizer(Some(PreTokenizerWrapper::Sequence(splitter)));
        tokenizer.with_decoder(Some(ByteLevel::new(false, true, true)));
        tokenizer.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
        // `<|im_start|>` inside a post is text, not a turn: the marks of turns are only set by `prompt` below.
        tokenizer.set_encode_special_tokens(true);
        let id = |token: &str| tokenizer.token_to_id(token);
        let (turn_start, turn_end) = id("<|im_start|>")
            .zip(id("<|im_end|>"))
            .ok_or_else(|| anyhow::anyhow!("the vocabulary has no marks for turns"))?;
        Ok(Self {
            turn_start,
            turn_end,
            text_end: id("<|endoftext|>"),
            tokenizer,
        })
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
        let (talk, begun) = match messages.split_last() {
            Some((last, talk)) if last.speaker == Speaker::Assistant => (talk, last.text.as_str()),
            _ => (messages, ""),
        };
        let mut ids = Vec::with_capacity(512);
        let mut fixed = 0;
        let newline = self.encode("\n")?;
        for message in talk {
            fixed = ids.len();
            let speaker = match message.speaker {
                Speaker::System => "system",
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            };
            ids.push(self.turn_start);
            ids.extend(self.encode(&format!("{speaker}\n{}", message.text))?);
            ids.push(self.turn_end);
            ids.extend(&newline);
        }
        ids.push(self.turn_start);
        ids.extend(self.encode("assistant\n")?);
        let begun = self.encode(begun)?;
        ids.extend(&begun);
        Ok(PromptTokens {
            ids,
            fixed,
            begun: begun.len(),
        })
    }

    /// The model has nothing more to say.
    pub(super) fn ends(&self, id: u32) -> bool {
        id == self.turn_end || id == self.turn_start || Some(id) == self.text_end
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
mod tests {
    use super::*;
    use crate::models::local::files::TEXT;
    use crate::models::testing::models_dir;

    fn tokens() -> Option<Tokens> {
        let path = TEXT.find(&models_dir()?, TEXT.files[0].name).unwrap();
        let mut file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        Some(Tokens::from_gguf(&Content::read(&mut file).unwrap()).unwrap())
    }

    #[test]
    fn ids_are_those_of_the_reference_tokenizer() {
        let Some(tokens) = tokens() else { return };
        for (text, ids) in REFERENCE {
            assert_eq!(tokens.encode(text).unwrap(), *ids, "{text:?}");
            assert_eq!(tokens.decode(ids).unwrap(), *text);
        }
    }

    /// Made with the model's own `tokenizer.json` rules: digits one by one, no space put in front.
    const REFERENCE: &[(&str, &[u32])] = &[
        (
            "system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face",
            &[
                9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018,
                411, 407, 19712, 8182,
            ],
        ),
        ("Friday at 18:45", &[33709, 418, 216, 33, 40, 42, 36, 37]),
        ("caf\u{e9} \u{1f600}", &[83, 1939, 2756, 40303, 218]),
        ("<|im_end|>", &[44, 108, 306, 79, 486, 108, 46]),
    ];
}
