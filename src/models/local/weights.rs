//! The weights of a model of any known family, read by `candle-transformers`.
//!
//! Its gemma3 takes another activation (`SiLU`) than the models were trained with (GELU), which makes their words worse:
//! <https://github.com/huggingface/candle/issues/3745>.

use std::io::{Read, Seek};

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Result, Tensor};
use candle_transformers::models::{
    quantized_gemma3 as gemma3, quantized_llama as llama, quantized_phi3 as phi3,
    quantized_qwen2 as qwen2, quantized_qwen3 as qwen3,
};

use super::gguf::Family;
use super::widened::Widened;

/// Tokens that are read between two looks at whether the work is to end.
const READ_AT_ONCE: usize = 64;

/// The weights, and with them what the model remembers of the tokens that it has read.
pub(super) enum Weights {
    Llama(llama::ModelWeights),
    Qwen2(qwen2::ModelWeights),
    Qwen3(qwen3::ModelWeights),
    Gemma3(gemma3::ModelWeights),
    Phi3(phi3::ModelWeights),
}

impl Weights {
    pub(super) fn read<R: Read + Seek>(family: Family, content: Content, file: R) -> Result<Self> {
        let (content, mut file) = Widened::new(content, file);
        let (file, cpu) = (&mut file, &Device::Cpu);
        Ok(match family {
            Family::Llama => Self::Llama(llama::ModelWeights::from_gguf(content, file, cpu)?),
            Family::Qwen2 => Self::Qwen2(qwen2::ModelWeights::from_gguf(content, file, cpu)?),
            Family::Qwen3 => Self::Qwen3(qwen3::ModelWeights::from_gguf(content, file, cpu)?),
            Family::Gemma3 => Self::Gemma3(gemma3::ModelWeights::from_gguf(content, file, cpu)?),
            Family::Phi3 => Self::Phi3(phi3::ModelWeights::from_gguf(false, content, file, cpu)?),
        })
    }

    /// Reads `ids` behind the `before` tokens that were read. At 0 it forgets what it remembers. Returns a score for each
    /// token that could be next.
    pub(super) fn forward(&mut self, ids: &[u32], before: usize) -> Result<Tensor> {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let scores = match self {
            Self::Llama(model) => model.forward(&ids, before)?,
            Self::Qwen2(model) => model.forward(&ids, before)?,
            Self::Qwen3(model) => {
                if before == 0 {
                    model.clear_kv_cache();
                }
                model.forward(&ids, before)?
            }
            Self::Gemma3(model) => model.forward(&ids, before)?,
            Self::Phi3(model) => model.forward(&ids, before)?,
        };
        scores.flatten_all()
    }

    /// A copy that goes its own way: it shares the weights and what was read until now. None where candle offers none
    /// (qwen2), or one that shares what it reads later, too (phi3), or copies a gigabyte (qwen3).
    pub(super) fn copy(&self) -> Option<Self> {
        match self {
            Self::Llama(model) => Some(Self::Llama(model.clone())),
            Self::Gemma3(model) => Some(Self::Gemma3(model.clone())),
            Self::Qwen2(_) | Self::Qwen3(_) | Self::Phi3(_) => None,
        }
    }

    /// Whether many tokens can be read at once behind others. Gemma3 of candle reads many only at the beginning.
    pub(super) const fn reads_on(&self) -> bool {
        !matches!(self, Self::Gemma3(_))
    }

    /// How many of `left` tokens to read at once. Never a single one that others follow: qwen3 of candle remembers a
    /// single one where it does not look when it reads many.
    pub(super) const fn portion(&self, before: usize, left: usize) -> usize {
        if !self.reads_on() {
            return if before == 0 { left } else { 1 };
        }
        if left <= READ_AT_ONCE + 1 {
            left
        } else {
            READ_AT_ONCE
        }
    }
}
