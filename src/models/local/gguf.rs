//! The head of a GGUF file: which model is inside, and whether it can be used here.
//! The form: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
//!
//! Nothing that the head says of sizes is believed before it was held against the length of the file. To add a family, add
//! it to [`Family`] and to [`super::weights`].

mod head;

use std::path::{Path, PathBuf};

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::tokens;
use super::widened::in_memory;
use crate::domain::error::UserError;

/// From this many weights on a model is asked like a hosted one.
pub(super) const FOLLOWS_INSTRUCTIONS: u64 = 1_000_000_000;

/// The most tokens that a prompt and its answer have together. Longer contexts take memory that nothing here needs.
const CONTEXT_MOST: usize = 4_096;

/// The widest head of attention: candle makes room by it.
const WIDEST: u64 = 1_024;

/// candle makes a table of the angles of so many positions for each layer of gemma3, whatever the context.
const GEMMA_POSITIONS: u64 = 131_072;

/// Families of models that can be read, called as `general.architecture` names them.
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Llama,
    Qwen2,
    Qwen3,
    Gemma3,
    Phi3,
}

/// A GGUF file that can be used for text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    pub path: PathBuf,
    /// For people: what the file calls its model, else the name of the file.
    pub name: String,
    /// How many numbers the model was trained to.
    pub weights: u64,
    /// The most tokens that a prompt and its answer may have together.
    pub context: usize,
    /// Without one it was never taught to answer: it goes on from a text.
    pub has_template: bool,
    /// Bytes of memory that it takes.
    pub memory: u64,
}

/// Why a file cannot be used. The text goes on from the file's name.
#[derive(Debug, thiserror::Error)]
pub enum TextFileError {
    #[error("is not there")]
    Absent,
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("is a folder")]
    Folder,
    #[error("is empty: it has 0 bytes")]
    Empty,
    #[error("is {0}, not a GGUF file")]
    OtherKind(&'static str),
    #[error("is broken: {0}")]
    Broken(String),
    #[error("holds a model of the family {0}; known are llama, qwen2, qwen3, gemma3 and phi3")]
    Family(String),
    #[error("is one of {0} parts of a model; it has to be in one file")]
    Part(u64),
    #[error("cannot be read as text: {0}")]
    Tokenizer(String),
    #[error("takes {needs} of memory, and {there} are free")]
    TooLarge { needs: String, there: String },
}

impl TextFileError {
    /// For the person who set `LUMEN_TEXT_FILE` to `path`.
    pub fn user(&self, path: &Path) -> UserError {
        let todo = match self {
            Self::TooLarge { .. } => {
                "A smaller model, or one with fewer bits a weight, fits. Without the setting the model of `make setup` writes."
            }
            _ => {
                "It expects the path of a GGUF file of the family llama, qwen2, qwen3, gemma3 or phi3. Without the setting \
                 the model of `make setup` writes."
            }
        };
        let path = path.display();
        UserError::new(
            format!("LUMEN_TEXT_FILE is \u{201c}{path}\u{201d}, which {self}."),
            todo,
        )
    }
}

/// What a file says of its model, checked.
pub(super) struct Header {
    pub(super) content: Content,
    pub(super) family: Family,
    pub(super) context: usize,
}

impl TextFile {
    /// Reads the head of the file. `available` is how many bytes of memory are free, if that is known.
    pub fn open(path: &Path, available: Option<u64>) -> Result<Self, TextFileError> {
        let header = Header::read(path)?;
        let content = &header.content;
        tokens::check(content).map_err(|error| TextFileError::Tokenizer(error.to_string()))?;
        let file = Self {
            path: path.to_owned(),
            name: name(content, path),
            weights: content.tensor_infos.values().map(count).sum(),
            context: header.context,
            has_template: content.metadata.contains_key("tokenizer.chat_template"),
            memory: header.memory(),
        };
        match available {
            Some(there) if there < file.memory => Err(TextFileError::TooLarge {
                needs: in_words(file.memory),
                there: in_words(there),
            }),
            _ => Ok(file),
        }
    }

    /// Whether the model is too small to follow instructions, or was never taught to: then it goes on from a text.
    pub(super) const fn continues(&self) -> bool {
        self.weights < FOLLOWS_INSTRUCTIONS || !self.has_template
    }
}

/// Bytes of memory that are free, as Linux counts them. None elsewhere.
pub fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1_024)
}

impl Header {
    pub(super) fn read(path: &Path) -> Result<Self, TextFileError> {
        let (content, length) = head::read(path)?;
        head::check_lengths(&content, length)?;
        let mut header = Self {
            family: family(&content)?,
            content,
            context: 0,
        };
        header.check_shape().map_err(TextFileError::Broken)?;
        Ok(header)
    }

    fn key(&self, part: &str) -> String {
        format!("{}.{part}", self.family.into_str())
    }

    fn number(&self, part: &str) -> Result<u64, String> {
        let key = self.key(part);
        let value = self.content.metadata.get(&key);
        let number = value.and_then(|value| value.to_u64().ok());
        match number {
            Some(number) if (1..=1 << 24).contains(&number) => Ok(number),
            Some(number) => Err(format!("it says that {key} is {number}")),
            None => Err(format!("it does not say {key}")),
        }
    }

    /// Width of a head of attention, as candle takes it.
    fn width(&self) -> Result<u64, String> {
        match self.family {
            Family::Qwen3 | Family::Gemma3 => self.number("attention.key_length"),
            Family::Llama | Family::Qwen2 | Family::Phi3 => {
                Ok(self.number("embedding_length")? / self.number("attention.head_count")?)
            }
        }
    }

    /// Looks at the numbers that candle divides and allocates by, and says what it would otherwise have to guess.
    fn check_shape(&mut self) -> Result<(), String> {
        let heads = self.number("attention.head_count")?;
        let shared = self.number("attention.head_count_kv")?;
        let width = self.width()?;
        if heads % shared != 0 || width % 2 != 0 || !(2..=WIDEST).contains(&width) {
            return Err(format!("{heads} heads, {shared} of keys, {width} wide"));
        }
        let blocks = self.number("block_count")?;
        if blocks > self.content.tensor_infos.len() as u64 {
            return Err(format!("it says that it has {blocks} layers"));
        }
        if !self.content.tensor_infos.contains_key("token_embd.weight") {
            return Err("it holds no table of tokens".to_owned());
        }
        let context = self.number("context_length").unwrap_or(2_048);
        self.context = usize::try_from(context)
            .unwrap_or(CONTEXT_MOST)
            .min(CONTEXT_MOST);
        let set = [
            // candle makes room for all of it.
            ("context_length", as_value(self.context as u64)),
            ("rope.dimension_count", as_value(width)),
        ];
        for (part, value) in set {
            let key = self.key(part);
            if part == "context_length" || !self.content.metadata.contains_key(&key) {
                self.content.metadata.insert(key, value);
            }
        }
        // Angles of far positions are wrong in 16 bits, which candle takes for qwen3 unless told: 0 is 32 bits.
        let form = "general.dtype".to_owned();
        self.content.metadata.insert(form, Value::U32(0));
        Ok(())
    }

    /// Bytes that the model takes in memory, and the longest text with it.
    fn memory(&self) -> u64 {
        let tensors = &self.content.tensor_infos;
        let weights: u64 = tensors.values().map(|info| in_memory(info).1).sum();
        // The table of tokens is spread out to 32 bits, and kept as it is where it scores the next token, too.
        let table = tensors.get("token_embd.weight").map_or(0, count) * 4;
        let number = |part| self.number(part).unwrap_or(0);
        let (blocks, width) = (number("block_count"), self.width().unwrap_or(0));
        let of_a_token = 2 * blocks * number("attention.head_count_kv") * width * 4;
        let angles = match self.family {
            Family::Gemma3 => blocks * GEMMA_POSITIONS * width * 4,
            _ => 0,
        };
        weights + table + of_a_token * self.context as u64 + angles
    }
}

fn as_value(number: u64) -> Value {
    Value::U32(u32::try_from(number).unwrap_or(u32::MAX))
}

fn family(content: &Content) -> Result<Family, TextFileError> {
    if let Some(parts) = content.metadata.get("split.count") {
        match parts.to_u64() {
            Ok(0 | 1) | Err(_) => {}
            Ok(parts) => return Err(TextFileError::Part(parts)),
        }
    }
    let named = content.metadata.get("general.architecture");
    let Some(named) = named.and_then(|value| value.to_string().ok()) else {
        return Err(TextFileError::Broken(
            "it does not say its family".to_owned(),
        ));
    };
    named
        .parse()
        .map_err(|_| TextFileError::Family(crate::domain::error::shortened(named, 40)))
}

fn name(content: &Content, path: &Path) -> String {
    let named = content.metadata.get("general.name");
    let named = named.and_then(|value| value.to_string().ok());
    let named = named.map(|name| crate::domain::error::shortened(name.trim(), 60));
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        path.file_stem().map_or_else(
            || "model".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    })
}

/// How many numbers a tensor has. Checked to be no more than the file has bits.
pub(super) fn count(info: &TensorInfo) -> u64 {
    info.shape.dims().iter().map(|dim| *dim as u64).product()
}

/// How many bytes a tensor of this form takes.
pub(super) fn bytes(count: u64, form: GgmlDType) -> u64 {
    count / form.block_size() as u64 * form.type_size() as u64
}

/// `3.4 GB`, `98 MB`
fn in_words(bytes: u64) -> String {
    let megabytes = bytes / 1_000_000;
    if megabytes < 1_000 {
        return format!("{megabytes} MB");
    }
    format!("{}.{} GB", megabytes / 1_000, megabytes % 1_000 / 100)
}

#[cfg(test)]
mod tests;
