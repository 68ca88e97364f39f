//! Small models with weights of chance, in files as the real ones are.

use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use super::gguf::Family;

const WIDTH: usize = 64;
const HEADS: usize = 4;
const KEYS: usize = 2;
const HEAD: usize = 16;
const INNER: usize = 96;
const LAYERS: usize = 2;

const CHATML: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + \
    '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// A model that a test writes into a file, and may change before.
pub(super) struct Small {
    pub(super) values: Vec<(String, Value)>,
    pub(super) tensors: Vec<(String, Tensor, GgmlDType)>,
}

/// Numbers between -1 and 1 that repeat nowhere near.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).unwrap()) / 32_768.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

impl Small {
    pub(super) fn new(family: Family) -> Self {
        let mut small = Self {
            values: Vec::new(),
            tensors: Vec::new(),
        };
        let words = small.tokenizer(matches!(family, Family::Gemma3 | Family::Phi3));
        small.set(
            "general.architecture",
            Value::String(family.into_str().to_owned()),
        );
        small.set("general.name", Value::String("Small".to_owned()));
        for (part, number) in [
            ("attention.head_count", HEADS),
            ("attention.head_count_kv", KEYS),
            ("attention.key_length", HEAD),
            ("attention.value_length", HEAD),
            ("attention.sliding_window", 8),
            ("block_count", LAYERS),
            ("context_length", 512),
            ("embedding_length", WIDTH),
            ("feed_forward_length", INNER),
            ("rope.dimension_count", HEAD),
        ] {
            let number = Value::U32(u32::try_from(number).unwrap());
            small.set(&format!("{}.{part}", family.into_str()), number);
        }
        for (part, number) in [
            ("attention.layer_norm_rms_epsilon", 1e-5),
            ("rope.freq_base", 10_000.0),
        ] {
            small.set(&format!("{}.{part}", family.into_str()), Value::F32(number));
        }
        small.matrix("token_embd.weight", words, WIDTH);
        small.matrix("output.weight", words, WIDTH);
        small.vector("output_norm.weight", WIDTH);
        for layer in 0..LAYERS {
            small.layer(family, layer);
        }
        small
    }

    fn layer(&mut self, family: Family, layer: usize) {
        let name = |part: &str| format!("blk.{layer}.{part}");
        if family == Family::Phi3 {
            self.matrix(&name("attn_qkv.weight"), (HEADS + 2 * KEYS) * HEAD, WIDTH);
            self.matrix(&name("ffn_up.weight"), 2 * INNER, WIDTH);
        } else {
            for (part, rows) in [("q", HEADS), ("k", KEYS), ("v", KEYS)] {
                self.matrix(&name(&format!("attn_{part}.weight")), rows * HEAD, WIDTH);
                if family == Family::Qwen2 {
                    self.vector(&name(&format!("attn_{part}.bias")), rows * HEAD);
                }
            }
            self.matrix(&name("ffn_gate.weight"), INNER, WIDTH);
            self.matrix(&name("ffn_up.weight"), INNER, WIDTH);
        }
        self.matrix(&name("attn_output.weight"), WIDTH, HEADS * HEAD);
        self.matrix(&name("ffn_down.weight"), WIDTH, INNER);
        self.vector(&name("attn_norm.weight"), WIDTH);
        self.vector(&name("ffn_norm.weight"), WIDTH);
        if matches!(family, Family::Qwen3 | Family::Gemma3) {
            self.vector(&name("attn_q_norm.weight"), HEAD);
            self.vector(&name("attn_k_norm.weight"), HEAD);
        }
        if family == Family::Gemma3 {
            self.vector(&name("post_attention_norm.weight"), WIDTH);
            self.vector(&name("post_ffw_norm.weight"), WIDTH);
        }
    }

    /// Letters, and marks of turns. Returns how many tokens there are.
    fn tokenizer(&mut self, sentence_piece: bool) -> usize {
        let (space, line) = if sentence_piece {
            ("\u{2581}", "\n")
        } else {
            ("\u{120}", "\u{10a}")
        };
        let mut tokens: Vec<(String, i32)> = ["<unk>", "<s>", "<|im_start|>", "<|im_end|>"]
            .map(|mark| (mark.to_owned(), 3))
            .to_vec();
        tokens.push((line.to_owned(), if sentence_piece { 4 } else { 1 }));
        let letters = ('a'..='z').chain('A'..='Z').chain(".,?!".chars());
        tokens.extend(letters.map(|letter| (letter.to_string(), 1)));
        tokens.extend([space.to_owned(), "th".to_owned(), "the".to_owned()].map(|t| (t, 1)));
        let of = |list: Vec<Value>| Value::Array(list);
        let scores = (0_u8..)
            .take(tokens.len())
            .map(|nth| Value::F32(-f32::from(nth)));
        self.set("tokenizer.ggml.scores", of(scores.collect()));
        let texts = tokens.iter().map(|(text, _)| Value::String(text.clone()));
        self.set("tokenizer.ggml.tokens", of(texts.collect()));
        let kinds = tokens.iter().map(|(_, kind)| Value::I32(*kind));
        self.set("tokenizer.ggml.token_type", of(kinds.collect()));
        let merges = ["t h", "th e"].map(|pair| Value::String(pair.to_owned()));
        self.set("tokenizer.ggml.merges", of(merges.to_vec()));
        let kind = if sentence_piece { "llama" } else { "gpt2" };
        self.set("tokenizer.ggml.model", Value::String(kind.to_owned()));
        self.set("tokenizer.ggml.pre", Value::String("default".to_owned()));
        self.set("tokenizer.ggml.unknown_token_id", Value::U32(0));
        self.set("tokenizer.ggml.bos_token_id", Value::U32(1));
        self.set("tokenizer.ggml.eos_token_id", Value::U32(3));
        self.set("tokenizer.chat_template", Value::String(CHATML.to_owned()));
        tokens.len()
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        self.values.retain(|(known, _)| known != key);
        self.values.push((key.to_owned(), value));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.values.retain(|(known, _)| known != key);
    }

    fn matrix(&mut self, name: &str, rows: usize, width: usize) {
        // Each form in turn: those that are kept and those that are widened.
        let forms = [
            GgmlDType::Q8_0,
            GgmlDType::Q4_1,
            GgmlDType::Q5_0,
            GgmlDType::F16,
            GgmlDType::Q4_0,
        ];
        let form = forms[self.tensors.len() % forms.len()];
        self.tensor(name, &[rows, width], form);
    }

    fn vector(&mut self, name: &str, width: usize) {
        self.tensor(name, &[width], GgmlDType::F32);
    }

    fn tensor(&mut self, name: &str, shape: &[usize], form: GgmlDType) {
        let seed = u32::try_from(self.tensors.len()).unwrap() + 1;
        let numbers = numbers(shape.iter().product(), seed);
        // Small, as trained weights are: attention looks at several words.
        let numbers = numbers.iter().map(|number| number / 8.0).collect();
        let tensor = Tensor::from_vec::<_, f32>(numbers, shape, &Device::Cpu).unwrap();
        self.tensors.push((name.to_owned(), tensor, form));
    }

    /// Writes the file into `folder`.
    pub(super) fn file(&self, folder: &Path) -> PathBuf {
        let tensors: Vec<(&str, QTensor)> = self
            .tensors
            .iter()
            .map(|(name, tensor, form)| (name.as_str(), QTensor::quantize(tensor, *form).unwrap()))
            .collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, t)| (*name, t)).collect();
        let values = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        let path = folder.join("small.gguf");
        let mut file = std::fs::File::create(&path).unwrap();
        gguf_file::write(&mut file, &values.collect::<Vec<_>>(), &tensors).unwrap();
        path
    }
}
