//! A text model in memory, and how it writes.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use parking_lot::Mutex;

use super::Limit;
use crate::models::local::gguf::{Header, TextFileError};
use crate::models::local::reading::Kept;
use crate::models::local::sampler::{Forbidden, Sampler};
use crate::models::local::tokens::{PromptTokens, Tokens, begun};
use crate::models::local::weights::Weights;
use crate::models::local::{PROVIDER, failed, files};
use crate::models::{Message, ModelError, TextRequest};

/// A prompt above this is refused: patience ends here.
const PROMPT_MOST: usize = 3_500;

/// The model in memory.
pub(in crate::models::local) struct Loaded {
    pub(in crate::models::local) tokens: Tokens,
    /// As they were read from the file, or of a family that makes no copies, wherever they stand.
    pub(in crate::models::local) weights: Mutex<Weights>,
    /// Beginnings of prompts, the last used one at the end.
    pub(in crate::models::local) kept: Mutex<Vec<Kept>>,
    /// The most tokens that a prompt and its answer may have.
    pub(in crate::models::local) context: usize,
}

/// What the model wrote.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) tokens_in: usize,
    pub(super) tokens_out: usize,
    pub(super) cut_off: bool,
}

impl Loaded {
    pub(super) fn read_default(models_dir: &Path) -> Result<Self, ModelError> {
        let path = files::TEXT.find(models_dir, files::TEXT.files[0].name)?;
        Self::read(&path).map_err(|error| files::TEXT.broken(&path, error))
    }

    pub(super) fn read_file(path: &Path) -> Result<Self, ModelError> {
        Self::read(path).map_err(|error| ModelError::Unusable {
            provider: PROVIDER.to_owned(),
            why: error.user(path).to_string(),
        })
    }

    fn read(path: &Path) -> Result<Self, TextFileError> {
        let broken = |error: candle_core::Error| TextFileError::Broken(error.to_string());
        let Header {
            mut content,
            family,
            context,
        } = Header::read(path)?;
        let tokens = Tokens::from_gguf(&mut content);
        let tokens = tokens.map_err(|error| TextFileError::Tokenizer(error.to_string()))?;
        let file = File::open(path).map_err(TextFileError::Unreadable)?;
        let file = BufReader::with_capacity(1 << 20, file);
        Ok(Self {
            tokens,
            weights: Mutex::new(Weights::read(family, content, file).map_err(broken)?),
            kept: Mutex::default(),
            context,
        })
    }

    pub(super) fn write(
        &self,
        request: &TextRequest,
        limit: &Limit,
        tell: &dyn Fn(String),
    ) -> Result<Output, ModelError> {
        let prompt = self.prompt(&request.messages)?;
        let mut reading = self.after(&prompt, false, limit)?;
        let never = self.tokens.ids_of_words(&request.without);
        let never = Forbidden::new(never, reading.scores()?).map_err(failed)?;
        let mut sampler = Sampler::new(request.seed, request.temperature, request.top_p);
        let (_, begun) = begun(&request.messages);
        let mut ids = prompt.ids[prompt.ids.len() - prompt.begun..].to_vec();
        let mut text = begun.to_owned();
        let mut cut_off = true;
        while ids.len() - prompt.begun < request.max_tokens && reading.len() < self.context {
            let next = sampler.next(reading.scores()?, &never, &ids);
            let next = next.map_err(|_| failed("no word could be chosen"))?;
            if self.tokens.ends(next) {
                cut_off = false;
                break;
            }
            ids.push(next);
            let new = self.tokens.decode(&ids[prompt.begun..]).map_err(failed)?;
            // A model that was never taught to answer would write the next turn, too.
            let line = if self.tokens.answers() {
                new.as_str()
            } else {
                new.trim_start().split('\n').next().unwrap_or_default()
            };
            text = format!(
                "{begun}{}",
                if begun.is_empty() {
                    line.trim_start()
                } else {
                    line
                }
            );
            tell(text.clone());
            if line.len() < new.trim_start().len() {
                cut_off = false;
                break;
            }
            reading.read(&[next], limit)?;
        }
        Ok(Output {
            text,
            tokens_in: prompt.ids.len(),
            tokens_out: ids.len() - prompt.begun,
            cut_off,
        })
    }

    /// The talk in tokens.
    pub(in crate::models::local) fn prompt(
        &self,
        messages: &[Message],
    ) -> Result<PromptTokens, ModelError> {
        let prompt = self.tokens.prompt(messages).map_err(failed)?;
        // Room for an answer is left.
        let most = PROMPT_MOST.min(self.context * 7 / 8);
        let has = prompt.ids.len();
        if has > most {
            return Err(ModelError::Refused {
                provider: PROVIDER.to_owned(),
                why: format!("the prompt has {has} tokens, and it takes {most}"),
            });
        }
        Ok(prompt)
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}
