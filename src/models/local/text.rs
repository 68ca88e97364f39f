//! SmolLM2-135M-Instruct, four bits a weight on the disk. It writes on a thread that may block, one text at a time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use candle_core::quantized::gguf_file::Content;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::models::local::llama::{Llama, Memory};
use crate::models::local::resident::Resident;
use crate::models::local::sampler::Sampler;
use crate::models::local::tokens::{PromptTokens, Tokens};
use crate::models::local::{PROVIDER, failed, files, off_the_async_threads};
use crate::models::{
    ContinuationRequest, Continuations, Message, ModelError, TextAnswer, TextModel, TextRequest,
    Written,
};

const MODEL: &str = "SmolLM2-135M-Instruct";

/// A prompt should stay within this many tokens: reading it takes a few milliseconds a token.
const PROMPT_BUDGET: usize = 500;

/// A prompt above this is refused: the model was trained on 8,192, but patience ends here.
const PROMPT_MOST: usize = 2_000;

/// Tokens of the prompt that are read between two looks at whether someone said stop.
const READ_AT_ONCE: usize = 64;

/// How many fixed parts of prompts are kept read: one for posts, one for replies. About 46 KB a token.
const KEPT_PREFIXES: usize = 2;

/// The shortest fixed part that is worth keeping.
const WORTH_KEEPING: usize = 32;

#[derive(Debug)]
pub struct LocalText {
    model: Resident<Loaded>,
    clock: SharedClock,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl LocalText {
    #[must_use]
    pub fn new(models_dir: &Path, clock: SharedClock) -> Self {
        Self {
            model: Resident::new(models_dir, Loaded::read, clock.clone()),
            clock,
            one_at_a_time: tokio::sync::Mutex::new(()),
        }
    }

    /// Drops the model when nobody used it for ten minutes. Says whether it did.
    pub fn unload_idle(&self, now: Timestamp) -> bool {
        self.model.unload_idle(now)
    }
}

#[async_trait]
impl TextModel for LocalText {
    fn name(&self) -> (String, String) {
        (PROVIDER.to_owned(), MODEL.to_owned())
    }

    fn prompt_budget(&self) -> usize {
        PROMPT_BUDGET
    }

    /// Counted when the model is in memory; before that a guess from above.
    fn count_tokens(&self, text: &str) -> usize {
        self.model
            .peek()
            .and_then(|model| model.tokens.encode(text).ok())
            .map_or_else(|| text.len().div_ceil(2), |ids| ids.len())
    }

    fn continues(&self) -> bool {
        true
    }

    async fn prepare(&self) -> Result<(), ModelError> {
        self.model.get().await.map(drop)
    }

    async fn write(
        &self,
        request: &TextRequest,
        written: Written<'_>,
        cancel: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        let started = self.clock.now_millis();
        let asked = request.clone();
        let text = self
            .work(
                cancel,
                |text: String| written(&text),
                move |model, stop, tell| model.write(&asked, &Limit::unlimited(stop), tell),
            )
            .await?;
        Ok(TextAnswer {
            text: text.text,
            tokens_in: count(text.tokens_in),
            tokens_out: count(text.tokens_out),
            micro_usd: 0,
            millis: self.clock.now_millis() - started,
            provider: PROVIDER.to_owned(),
            model: MODEL.to_owned(),
            cut_off: text.cut_off,
        })
    }

    async fn continuations(
        &self,
        request: &ContinuationRequest,
        done: &(dyn Fn(usize) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Continuations, ModelError> {
        let started = self.clock.now_millis();
        let (asked, clock) = (request.clone(), self.clock.clone());
        let tried = self
            .work(cancel, done, move |model, stop, tell| {
                let limit = Limit::within(stop, clock, asked.time_limit);
                model.continuations(&asked, &limit, tell)
            })
            .await?;
        Ok(Continuations {
            all: tried.all,
            tokens_in: count(tried.tokens_in),
            tokens_out: count(tried.tokens_out),
            millis: self.clock.now_millis() - started,
        })
    }
}

impl LocalText {
    /// Has the model work on a thread that may block, when it is its turn. `told` is given what the work tells.
    async fn work<T: Send + 'static, R: Send + 'static>(
        &self,
        cancel: &CancellationToken,
        told: impl Fn(T) + Send,
        work: impl FnOnce(&Loaded, CancellationToken, &dyn Fn(T)) -> Result<R, ModelError>
        + Send
        + 'static,
    ) -> Result<R, ModelError> {
        // Whoever stops waiting for the answer stops the work, too.
        let stop = cancel.child_token();
        let _stopped_when_dropped = stop.clone().drop_guard();
        let _my_turn = tokio::select! {
            () = cancel.cancelled() => return Err(ModelError::Cancelled),
            turn = self.one_at_a_time.lock() => turn,
        };
        let model = tokio::select! {
            () = cancel.cancelled() => return Err(ModelError::Cancelled),
            model = self.model.get() => model?,
        };
        let (tell, mut heard) = mpsc::unbounded_channel();
        let working = {
            let model = model.clone();
            off_the_async_threads(move || {
                work(&model, stop, &|news| {
                    // Nobody listens any more: the stop token says so as well.
                    let _ = tell.send(news);
                })
            })
        };
        tokio::pin!(working);
        let result = loop {
            tokio::select! {
                biased;
                Some(news) = heard.recv() => told(news),
                result = &mut working => break result,
            }
        };
        drop(model);
        self.model.touch();
        result
    }
}

fn count(tokens: usize) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

/// When the work is to end before it is done.
pub(super) struct Limit {
    pub(super) stop: CancellationToken,
    /// Not after this time, in milliseconds, by this clock.
    until: Option<(SharedClock, i64)>,
}

impl Limit {
    fn unlimited(stop: CancellationToken) -> Self {
        Self { stop, until: None }
    }

    fn within(stop: CancellationToken, clock: SharedClock, time: Duration) -> Self {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let until = clock.now_millis().saturating_add(millis);
        Self {
            stop,
            until: Some((clock, until)),
        }
    }

    /// An error when the work is to end.
    fn check(&self) -> Result<(), ModelError> {
        let is_late = |(clock, until): &(SharedClock, i64)| clock.now_millis() >= *until;
        if self.stop.is_cancelled() || self.until.as_ref().is_some_and(is_late) {
            return Err(ModelError::Cancelled);
        }
        Ok(())
    }
}

/// What the model wrote.
#[derive(Debug)]
struct Output {
    text: String,
    tokens_in: usize,
    tokens_out: usize,
    cut_off: bool,
}

/// The model in memory.
pub(super) struct Loaded {
    pub(super) tokens: Tokens,
    llama: Llama,
    /// Fixed parts of prompts as the model remembers them, the last used one at the end.
    kept: Mutex<Vec<Arc<Kept>>>,
}

/// What the model remembers of `ids`.
struct Kept {
    ids: Vec<u32>,
    memory: Memory,
}

impl Loaded {
    fn read(models_dir: &Path) -> Result<Self, ModelError> {
        let path = files::TEXT.find(models_dir, files::TEXT.files[0].name)?;
        let broken = |why: anyhow::Error| files::TEXT.broken(&path, why);
        let read = || -> anyhow::Result<Self> {
            let mut reader =
                std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(&path)?);
            let content = Content::read(&mut reader)?;
            let tokens = Tokens::from_gguf(&content)?;
            let llama = Llama::from_gguf(&content, &mut reader)?;
            Ok(Self {
                tokens,
                llama,
                kept: Mutex::default(),
            })
        };
        read().map_err(broken)
    }

    fn write(
        &self,
        request: &TextRequest,
        limit: &Limit,
        tell: &dyn Fn(String),
    ) -> Result<Output, ModelError> {
        let prompt = self.prompt(&request.messages)?;
        let mut memory = self.after_fixed_part(&prompt, limit)?;
        let rest = &prompt.ids[memory.len()..];
        let mut scores = self.scores_after(&mut memory, rest, limit)?;
        let mut sampler = Sampler::new(request, self.tokens.ids_of_words(&request.without));
        let begun = prompt.begun;
        let mut ids = prompt.ids[prompt.ids.len() - begun..].to_vec();
        let mut text = self.tokens.decode(&ids).map_err(failed)?;
        let mut cut_off = true;
        while ids.len() - begun < request.max_tokens {
            let next = sampler
                .next(scores, &ids)
                .ok_or_else(|| failed("no word could be chosen"))?;
            if self.tokens.ends(next) {
                cut_off = false;
                break;
            }
            ids.push(next);
            text = self.tokens.decode(&ids).map_err(failed)?;
            tell(text.clone());
            scores = self.scores_after(&mut memory, &[next], limit)?;
        }
        Ok(Output {
            text,
            tokens_in: prompt.ids.len(),
            tokens_out: ids.len() - begun,
            cut_off,
        })
    }

    /// The talk in tokens.
    pub(super) fn prompt(&self, messages: &[Message]) -> Result<PromptTokens, ModelError> {
        let prompt = self.tokens.prompt(messages).map_err(failed)?;
        if prompt.ids.len() > PROMPT_MOST {
            return Err(ModelError::Refused {
                provider: PROVIDER.to_owned(),
                why: format!(
                    "the prompt has {} tokens, and it takes {PROMPT_MOST}",
                    prompt.ids.len()
                ),
            });
        }
        Ok(prompt)
    }

    /// What is remembered after the fixed part of the prompt: from what was kept, if one of those begins like it.
    pub(super) fn after_fixed_part(
        &self,
        prompt: &PromptTokens,
        limit: &Limit,
    ) -> Result<Memory, ModelError> {
        let fixed = &prompt.ids[..prompt.fixed];
        if let Some(known) = self.known(fixed) {
            return Ok(known.memory.clone());
        }
        let mut memory = self.llama.blank();
        if fixed.len() >= WORTH_KEEPING {
            self.read_on(&mut memory, fixed, limit)?;
            let fresh = Arc::new(Kept {
                ids: fixed.to_vec(),
                memory: memory.clone(),
            });
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT_PREFIXES {
                kept.remove(0);
            }
            kept.push(fresh);
        }
        Ok(memory)
    }

    /// The kept part that is the same; it counts as the last used.
    fn known(&self, fixed: &[u32]) -> Option<Arc<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|kept| kept.ids == fixed)?;
        let known = kept.remove(at);
        kept.push(known.clone());
        Some(known)
    }

    /// Reads on; returns the scores of the token after the last.
    pub(super) fn scores_after(
        &self,
        memory: &mut Memory,
        ids: &[u32],
        limit: &Limit,
    ) -> Result<Vec<f32>, ModelError> {
        let state = self
            .read_on(memory, ids, limit)?
            .ok_or_else(|| failed("there was nothing to read"))?;
        self.llama.scores(state).map_err(failed)
    }

    /// Reads on, and looks up between parts whether the work is to end.
    fn read_on(
        &self,
        memory: &mut Memory,
        ids: &[u32],
        limit: &Limit,
    ) -> Result<Option<Vec<f32>>, ModelError> {
        let mut state = None;
        for part in ids.chunks(READ_AT_ONCE) {
            limit.check()?;
            state = Some(self.llama.read(memory, part).map_err(failed)?);
        }
        Ok(state)
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}
