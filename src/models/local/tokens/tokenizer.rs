//! Builds the tokenizer of a GGUF file: `gpt2` (byte pairs, through candle) or `llama` (`SentencePiece`).

use std::collections::HashMap;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use tokenizers::decoders::byte_fallback::ByteFallback;
use tokenizers::decoders::fuse::Fuse;
use tokenizers::decoders::sequence::Sequence as Decoders;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::Replace;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, Tokenizer};

use super::{id_of, text};

const TOKENS: &str = "tokenizer.ggml.tokens";
const PRE: &str = "tokenizer.ggml.pre";

/// What `SentencePiece` writes for a space.
const SPACE: &str = "\u{2581}";

/// How a byte-pair tokenizer cuts a text before it looks at pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Gpt2,
    /// As GPT-2 does, and digits one by one.
    SmolLm,
    /// candle knows it by this name.
    Candle(&'static str),
}

enum Kind {
    Bytes(Cut),
    SentencePiece,
}

/// What a token is, as `tokenizer.ggml.token_type` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TokenKind(i64);

impl TokenKind {
    const NORMAL: Self = Self(1);
    const USER_DEFINED: Self = Self(4);

    /// Whether it is no text. Tokens that users defined are: but for line breaks they are marks of their template.
    pub(super) fn is_mark(self, token: &str) -> bool {
        match self.0 {
            2 | 3 | 5 => true,
            4 => !token.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether a model that writes it has nothing more to say.
    pub(super) fn ends(self, token: &str) -> bool {
        let in_brackets = token.starts_with('<') && token.ends_with('>');
        self.is_mark(token) && (self != Self::USER_DEFINED || in_brackets)
    }
}

/// Whether the tokenizer is of a known kind.
pub(super) fn check(content: &Content) -> anyhow::Result<()> {
    kind(content)?;
    tokens(content).map(drop)
}

fn kind(content: &Content) -> anyhow::Result<Kind> {
    match text(content, "tokenizer.ggml.model") {
        Some("llama") => Ok(Kind::SentencePiece),
        Some("gpt2") => Ok(Kind::Bytes(match text(content, PRE).unwrap_or("default") {
            "default" | "gpt2" | "gpt-2" => Cut::Gpt2,
            "smollm" => Cut::SmolLm,
            "qwen2" | "deepseek-r1-qwen" => Cut::Candle("qwen2"),
            "llama3" | "llama-bpe" | "llama-v3" | "falcon3" | "smaug-bpe" | "dbrx" => {
                Cut::Candle("llama3")
            }
            other => anyhow::bail!("its tokenizer cuts text in the way called {other}"),
        })),
        Some(other) => anyhow::bail!("its tokenizer is of the kind {other}"),
        None => anyhow::bail!("it holds no tokenizer"),
    }
}

fn tokens(content: &Content) -> anyhow::Result<&Vec<Value>> {
    let all = content
        .metadata
        .get(TOKENS)
        .and_then(|value| value.to_vec().ok());
    all.ok_or_else(|| anyhow::anyhow!("it holds no tokens"))
}

/// Each token as it is written, and its kind.
pub(super) fn kinds(content: &Content) -> anyhow::Result<Vec<(&str, TokenKind)>> {
    let kinds = content.metadata.get("tokenizer.ggml.token_type");
    let kinds = kinds.and_then(|value| value.to_vec().ok());
    let kind = |nth: usize| match kinds.and_then(|kinds| kinds.get(nth)) {
        Some(Value::I32(kind)) => TokenKind(i64::from(*kind)),
        Some(Value::U32(kind)) => TokenKind(i64::from(*kind)),
        _ => TokenKind::NORMAL,
    };
    let named = tokens(content)?.iter().enumerate();
    named
        .map(|(nth, token)| Ok((token.to_string()?.as_str(), kind(nth))))
        .collect()
}

pub(super) fn from_gguf(content: &mut Content) -> anyhow::Result<Tokenizer> {
    let mut tokenizer = match kind(content)? {
        Kind::Bytes(cut) => bytes(content, cut)?,
        Kind::SentencePiece => sentence_piece(content)?,
    };
    tokenizer.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
    // `<|im_start|>` inside a post is text, not a turn: the marks of turns are only set by the template.
    tokenizer.set_encode_special_tokens(true);
    Ok(tokenizer)
}

fn bytes(content: &mut Content, cut: Cut) -> anyhow::Result<Tokenizer> {
    if let Cut::Candle(name) = cut {
        let name = Value::String(name.to_owned());
        content.metadata.insert(PRE.to_owned(), name);
    }
    let mut tokenizer = Tokenizer::from_gguf(content)?;
    // candle's own for GPT-2 puts a space in front.
    let byte_level = ByteLevel::new(false, true, true);
    match cut {
        Cut::Candle(_) => {}
        Cut::Gpt2 => {
            tokenizer.with_pre_tokenizer(Some(byte_level));
        }
        Cut::SmolLm => {
            let digits = PreTokenizerWrapper::Digits(Digits::new(true));
            let byte_level = PreTokenizerWrapper::ByteLevel(byte_level);
            tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![digits, byte_level])));
        }
    }
    tokenizer.with_decoder(Some(ByteLevel::new(false, true, true)));
    Ok(tokenizer)
}

/// `SentencePiece` joins the two neighbours whose union scores highest. As byte pairs: every way to cut a piece in two
/// known ones is a pair, in the order of the scores.
fn sentence_piece(content: &Content) -> anyhow::Result<Tokenizer> {
    let kinds = kinds(content)?;
    let scores = content.metadata.get("tokenizer.ggml.scores");
    let scores = scores.and_then(|value| value.to_vec().ok());
    let scores = scores.ok_or_else(|| anyhow::anyhow!("its tokens have no scores"))?;
    let ids: HashMap<&str, u32> = (0..)
        .zip(&kinds)
        .map(|(id, (token, _))| (*token, id))
        .collect();
    let mut pairs = Vec::new();
    for ((token, kind), score) in kinds.iter().zip(scores) {
        let score = score.to_f32()?;
        if *kind != TokenKind::NORMAL {
            continue;
        }
        for (at, _) in token.char_indices().skip(1) {
            let (left, right) = token.split_at(at);
            if let (Some(left_id), Some(right_id)) = (ids.get(left), ids.get(right)) {
                pairs.push((score, *left_id, *right_id, left, right));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let pairs = pairs
        .into_iter()
        .map(|(.., left, right)| (left.to_owned(), right.to_owned()))
        .collect();
    let vocabulary = ids
        .iter()
        .map(|(token, id)| ((*token).to_owned(), *id))
        .collect();
    let mut model = BPE::builder()
        .vocab_and_merges::<tokenizers::models::bpe::Vocab>(vocabulary, pairs)
        .byte_fallback(true)
        .fuse_unk(true);
    let unknown = id_of(content, "unknown").and_then(|id| kinds.get(id as usize));
    if let Some((unknown, _)) = unknown {
        model = model.unk_token((*unknown).to_owned());
    }
    let mut tokenizer = Tokenizer::new(model.build().map_err(anyhow::Error::from_boxed)?);
    let space = |from: &str, to: &str| Replace::new(from, to).map_err(anyhow::Error::from_boxed);
    tokenizer
        .with_normalizer(Some(space(" ", SPACE)?))
        .map_err(anyhow::Error::from_boxed)?;
    tokenizer.with_decoder(Some(Decoders::new(vec![
        space(SPACE, " ")?.into(),
        ByteFallback::new().into(),
        Fuse::new().into(),
    ])));
    let added = |is_mark: bool| {
        let of_kind = kinds.iter().filter(move |(token, kind)| {
            kind.is_mark(token) == is_mark && (is_mark || *kind == TokenKind::USER_DEFINED)
        });
        of_kind
            .map(move |(token, _)| AddedToken::from((*token).to_owned(), is_mark).normalized(false))
    };
    let failed = |error| anyhow::Error::from_boxed(error);
    tokenizer.add_tokens(added(false)).map_err(failed)?;
    tokenizer.add_special_tokens(added(true)).map_err(failed)?;
    Ok(tokenizer)
}
