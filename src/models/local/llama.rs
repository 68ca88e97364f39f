//! The llama architecture, for one reader on a CPU.
//!
//! Many tokens at once are read with candle's parts, one more with [`step`]. candle's own `quantized_llama` copies what was read,
//! three times over for its three heads a key, at every token, and keeps a table of the words in 32 bits a weight. Here what was
//! read is appended to, the heads that share a key are multiplied with it at once, and matrices that read the same input are
//! one. The architecture: <https://arxiv.org/abs/2302.13971>; heads that share a key: <https://arxiv.org/abs/2305.13245>.

mod attention;
mod step;

use std::io::{Read, Seek};

use candle_core::quantized::gguf_file::Content;
use candle_core::{D, Device, Result, Tensor, bail};
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::rope_i;

use super::weights::{Matrix, Source};

/// The architecture that is written out here, as the file names it.
const ARCHITECTURE: &str = "llama";

/// The most tokens that can be read in a row.
const LONGEST: usize = 4_096;

/// The weights. Read only.
pub(super) struct Llama {
    shape: Heads,
    epsilon: f32,
    words: Matrix,
    output: Option<Matrix>,
    norm: Vec<f32>,
    layers: Vec<Layer>,
    angles: Angles,
}

/// How attention is divided: `queries` heads in groups that share one of `keys` heads, each `width` wide.
#[derive(Clone, Copy)]
struct Heads {
    queries: usize,
    keys: usize,
    width: usize,
}

struct Layer {
    attention_norm: Vec<f32>,
    /// Queries, keys and values, one below the other.
    attention_in: Matrix,
    attention_out: Matrix,
    feed_norm: Vec<f32>,
    /// Gate and up, one below the other.
    feed_in: Matrix,
    feed_out: Matrix,
}

/// What the model remembers of the tokens it has read.
#[derive(Clone)]
pub(super) struct Memory {
    layers: Vec<Past>,
    read: usize,
}

/// What one layer remembers: for each token its heads of keys, and of values, one after the other.
#[derive(Clone, Default)]
struct Past {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Memory {
    /// How many tokens were read.
    pub(super) const fn len(&self) -> usize {
        self.read
    }
}

impl Llama {
    /// Reads the weights of a GGUF file.
    pub(super) fn from_gguf<R: Read + Seek>(content: &Content, file: &mut R) -> Result<Self> {
        let mut source = Source { content, file };
        let architecture = source.value("general.architecture")?.to_string()?.clone();
        if architecture != ARCHITECTURE {
            bail!("the file holds a model of the kind {architecture}, not {ARCHITECTURE}");
        }
        let hidden = source.number("llama.embedding_length")?;
        let queries = source.number("llama.attention.head_count")?;
        let shape = Heads {
            queries,
            keys: source.number("llama.attention.head_count_kv")?,
            width: hidden / queries,
        };
        let turned = source.number("llama.rope.dimension_count")?;
        if turned != shape.width {
            bail!("{turned} of {} numbers of a head are turned", shape.width);
        }
        let base = source.value("llama.rope.freq_base")?.to_f32()?;
        let layers = (0..source.number("llama.block_count")?)
            .map(|nth| Layer::read(&mut source, nth))
            .collect::<Result<_>>()?;
        Ok(Self {
            shape,
            epsilon: source
                .value("llama.attention.layer_norm_rms_epsilon")?
                .to_f32()?,
            words: source.matrix(&["token_embd.weight"])?,
            // A small model scores the next word with the table that it reads words by.
            output: source
                .has("output.weight")
                .then(|| source.matrix(&["output.weight"]))
                .transpose()?,
            norm: source.vector("output_norm.weight")?,
            layers,
            angles: Angles::new(shape.width, base)?,
        })
    }

    /// A memory with nothing in it.
    pub(super) fn blank(&self) -> Memory {
        Memory {
            layers: vec![Past::default(); self.layers.len()],
            read: 0,
        }
    }

    /// Reads on. What comes out, of the last token, can be [scored](Self::scores).
    pub(super) fn read(&self, memory: &mut Memory, ids: &[u32]) -> Result<Vec<f32>> {
        let count = ids.len();
        if count == 0 || memory.read + count > LONGEST {
            bail!("{count} tokens cannot be read after {}", memory.read);
        }
        let state = match ids {
            [id] => self.step(memory, *id)?,
            ids => self.read_together(memory, ids)?,
        };
        memory.read += count;
        Ok(state)
    }

    fn read_together(&self, memory: &mut Memory, ids: &[u32]) -> Result<Vec<f32>> {
        let count = ids.len();
        let (cos, sin) = self.angles.of(memory.read, count);
        let angles = (count, self.shape.width / 2);
        let turn = Turn {
            cos: Tensor::from_slice(cos, angles, &Device::Cpu)?,
            sin: Tensor::from_slice(sin, angles, &Device::Cpu)?,
            mask: mask(memory.read, count)?,
        };
        let norm = |state: &Tensor, weights: &[f32]| {
            let weights = Tensor::from_slice(weights, weights.len(), &Device::Cpu)?;
            rms_norm(state, &weights, self.epsilon)
        };
        let mut state = self.words.rows(ids)?;
        for (layer, past) in self.layers.iter().zip(&mut memory.layers) {
            let input = norm(&state, &layer.attention_norm)?;
            state = (state + layer.attend(&input, self.shape, &turn, past)?)?;
            let input = norm(&state, &layer.feed_norm)?;
            state = (state + layer.feed(&input)?)?;
        }
        norm(&state.narrow(0, count - 1, 1)?, &self.norm)?
            .squeeze(0)?
            .to_vec1()
    }

    /// How likely each word is next, before normalising: one number for each.
    pub(super) fn scores(&self, state: Vec<f32>) -> Result<Vec<f32>> {
        self.output.as_ref().unwrap_or(&self.words).times_one(state)
    }
}

/// Where the tokens that are read together stand.
struct Turn {
    cos: Tensor,
    sin: Tensor,
    mask: Tensor,
}

impl Layer {
    fn read<R: Read + Seek>(source: &mut Source<'_, R>, nth: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{nth}.{part}.weight");
        let [query, key, value] = ["attn_q", "attn_k", "attn_v"].map(name);
        let [gate, up] = ["ffn_gate", "ffn_up"].map(name);
        Ok(Self {
            attention_norm: source.vector(&name("attn_norm"))?,
            attention_in: source.matrix(&[&query, &key, &value])?,
            attention_out: source.matrix(&[&name("attn_output")])?,
            feed_norm: source.vector(&name("ffn_norm"))?,
            feed_in: source.matrix(&[&gate, &up])?,
            feed_out: source.matrix(&[&name("ffn_down")])?,
        })
    }

    fn attend(&self, input: &Tensor, heads: Heads, turn: &Turn, past: &mut Past) -> Result<Tensor> {
        let Heads {
            queries,
            keys,
            width,
        } = heads;
        let count = input.dim(0)?;
        let mixed = self.attention_in.times(input)?;
        let turned = mixed
            .narrow(1, 0, (queries + keys) * width)?
            .reshape((1, count, queries + keys, width))?
            .transpose(1, 2)?
            .contiguous()?;
        let turned = rope_i(&turned, &turn.cos, &turn.sin)?;
        let query = turned.narrow(1, 0, queries)?;
        let key = turned.narrow(1, queries, keys)?.transpose(1, 2)?;
        let value = mixed.narrow(1, (queries + keys) * width, keys * width)?;
        past.keys.extend(key.flatten_all()?.to_vec1::<f32>()?);
        past.values.extend(value.flatten_all()?.to_vec1::<f32>()?);
        let (key, value) = (heads.apart(&past.keys)?, heads.apart(&past.values)?);
        let seen = key.dim(2)?;
        let group = queries / keys;
        // The heads that share a key stand below each other: one product for all of them.
        let query = (query.contiguous()? * heads.scale())?;
        let query = query.reshape((1, keys, group * count, width))?;
        let weights = query
            .matmul(&key.t()?)?
            .reshape((1, keys, group, count, seen))?
            .broadcast_add(&turn.mask)?
            .reshape((1, keys, group * count, seen))?;
        let out = softmax_last_dim(&weights)?.matmul(&value)?;
        let out = out
            .reshape((queries, count, width))?
            .transpose(0, 1)?
            .reshape((count, queries * width))?;
        self.attention_out.times(&out)
    }

    fn feed(&self, input: &Tensor) -> Result<Tensor> {
        let mixed = self.feed_in.times(input)?;
        let half = mixed.dim(D::Minus1)? / 2;
        let gate = silu(&mixed.narrow(1, 0, half)?)?;
        self.feed_out.times(&(gate * mixed.narrow(1, half, half)?)?)
    }
}

impl Heads {
    /// What fits are divided by before they become weights, as a factor.
    fn scale(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "the width of a head is small")]
        let width = self.width as f64;
        width.sqrt().recip()
    }

    /// What is remembered, head by head: `(1, keys, seen, width)`.
    fn apart(self, rows: &[f32]) -> Result<Tensor> {
        let seen = rows.len() / (self.keys * self.width);
        Tensor::from_slice(rows, (1, seen, self.keys, self.width), &Device::Cpu)?
            .transpose(1, 2)?
            .contiguous()
    }
}

/// What a token may not see: those after it. `(count, before + count)`, to be added to the weights.
fn mask(before: usize, count: usize) -> Result<Tensor> {
    let seen = before + count;
    let hidden = |row: usize, column: usize| {
        if column > before + row {
            f32::NEG_INFINITY
        } else {
            0.0
        }
    };
    let values: Vec<f32> = (0..count)
        .flat_map(|row| (0..seen).map(move |column| hidden(row, column)))
        .collect();
    Tensor::from_vec(values, (count, seen), &Device::Cpu)
}

/// Cosine and sine of the angle by which each pair of numbers is turned at each position
/// (<https://arxiv.org/abs/2104.09864>, equation 15).
struct Angles {
    pairs: usize,
    /// For each position a number for each pair.
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Angles {
    fn new(width: usize, base: f32) -> Result<Self> {
        let width = u16::try_from(width)?;
        let speeds: Vec<f32> = (0..width)
            .step_by(2)
            .map(|pair| base.powf(-f32::from(pair) / f32::from(width)))
            .collect();
        let positions = (0..u16::try_from(LONGEST)?).map(f32::from);
        let angles =
            positions.flat_map(|position| speeds.iter().map(move |speed| position * speed));
        let (sin, cos) = angles.map(f32::sin_cos).unzip();
        let pairs = speeds.len();
        Ok(Self { pairs, cos, sin })
    }

    /// Of so many positions.
    fn of(&self, from: usize, count: usize) -> (&[f32], &[f32]) {
        let there = from * self.pairs..(from + count) * self.pairs;
        (&self.cos[there.clone()], &self.sin[there])
    }
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::GgmlDType;
    use candle_core::quantized::gguf_file::Value;

    use super::super::weights::tests::{file, numbers};
    use super::*;

    const WORDS: usize = 50;

    /// Two layers, four heads that share two keys.
    fn small(architecture: &str) -> Result<Llama> {
        let number = |n: u32| Value::U32(n);
        let values = [
            (
                "general.architecture",
                Value::String(architecture.to_owned()),
            ),
            ("llama.embedding_length", number(64)),
            ("llama.attention.head_count", number(4)),
            ("llama.attention.head_count_kv", number(2)),
            ("llama.rope.dimension_count", number(16)),
            ("llama.rope.freq_base", Value::F32(10_000.0)),
            ("llama.block_count", number(2)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ];
        let mut shapes = vec![("token_embd.weight".to_owned(), WORDS, 64)];
        for layer in 0..2 {
            for (part, rows, width) in [
                ("attn_q", 64, 64),
                ("attn_k", 32, 64),
                ("attn_v", 32, 64),
                ("attn_output", 64, 64),
                ("ffn_gate", 96, 64),
                ("ffn_up", 96, 64),
                ("ffn_down", 64, 96),
                ("attn_norm", 0, 64),
                ("ffn_norm", 0, 64),
            ] {
                shapes.push((format!("blk.{layer}.{part}.weight"), rows, width));
            }
        }
        shapes.push(("output_norm.weight".to_owned(), 0, 64));
        let tensors: Vec<_> = (1..)
            .zip(&shapes)
            .map(|(seed, (name, rows, width))| {
                let (shape, form) = match rows {
                    0 => (vec![*width], GgmlDType::F32),
                    rows => (vec![*rows, *width], GgmlDType::Q8_0),
                };
                let count = shape.iter().product();
                // Small, as trained weights are: attention looks at several words.
                let values = numbers(count, seed).iter().map(|n| n / 8.0).collect();
                let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
                (name.as_str(), tensor, form)
            })
            .collect();
        let mut file = file(&values, &tensors);
        let content = Content::read(&mut file)?;
        Llama::from_gguf(&content, &mut file)
    }

    fn after(llama: &Llama, parts: &[&[u32]]) -> Vec<f32> {
        let mut memory = llama.blank();
        let states = parts
            .iter()
            .map(|part| llama.read(&mut memory, part).unwrap());
        let state = states.last().unwrap();
        llama.scores(state).unwrap()
    }

    /// Whether they differ by less than this share of the largest.
    fn close(a: &[f32], b: &[f32], share: f32) -> bool {
        let size = a.iter().map(|a| a.abs()).fold(0.0, f32::max);
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < share * size)
    }

    #[test]
    fn what_is_read_at_once_and_word_by_word_says_the_same() {
        let llama = small(ARCHITECTURE).unwrap();
        let ids: Vec<u32> = (0..30).map(|nth| nth * 7 % 50).collect();
        let at_once = after(&llama, &[&ids]);
        assert_eq!(at_once.len(), WORDS);
        let singly: Vec<&[u32]> = ids.chunks(1).collect();
        assert!(close(&at_once, &after(&llama, &singly), 0.02));
        assert!(close(
            &at_once,
            &after(&llama, &[&ids[..26], &ids[26..]]),
            0.02
        ));
        let mut turned = ids.clone();
        turned.swap(3, 20);
        assert!(
            !close(&at_once, &after(&llama, &[&turned]), 0.001),
            "where a word stands counts"
        );
    }

    #[test]
    fn a_copy_remembers_the_same_and_goes_its_own_way() {
        let llama = small(ARCHITECTURE).unwrap();
        let mut memory = llama.blank();
        llama.read(&mut memory, &[1, 2, 3]).unwrap();
        let scores = |memory: &mut Memory| {
            let state = llama.read(memory, &[4]).unwrap();
            llama.scores(state).unwrap()
        };
        let (mut one, mut other) = (memory.clone(), memory.clone());
        llama.read(&mut other, &[9, 9]).unwrap();
        assert_eq!((memory.len(), one.len(), other.len()), (3, 3, 5));
        let apart = scores(&mut other);
        assert_eq!(scores(&mut one), scores(&mut memory));
        assert_ne!(scores(&mut one), apart);
    }

    #[test]
    fn what_it_cannot_be_is_refused() {
        let Err(error) = small("mamba") else {
            panic!("it is no llama")
        };
        assert!(error.to_string().contains("mamba"), "{error}");
        let llama = small(ARCHITECTURE).unwrap();
        let mut memory = llama.blank();
        assert!(llama.read(&mut memory, &[]).is_err());
        assert!(
            llama.read(&mut memory, &[50]).is_err(),
            "there are 50 words"
        );
        assert!(llama.read(&mut memory, &vec![0; LONGEST + 1]).is_err());
    }
}
