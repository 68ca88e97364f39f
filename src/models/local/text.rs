//! The local text model: SmolLM2-135M-Instruct, or the GGUF file that `LUMEN_TEXT_FILE` names. It writes on a thread that
//! may block, one text at a time.

mod loaded;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::SharedClock;
use crate::models::local::gguf::TextFile;
use crate::models::local::resident::Resident;
use crate::models::local::{PROVIDER, off_the_async_threads};
use crate::models::{
    ContinuationRequest, Continuations, ModelError, TextAnswer, TextModel, TextRequest, Written,
};

pub(super) use loaded::Loaded;

const MODEL: &str = "SmolLM2-135M-Instruct";

/// A prompt for a small model should stay within this many tokens: reading it takes a few milliseconds a token.
const SMALL_BUDGET: usize = 500;

/// The same for one that follows instructions.
const LARGE_BUDGET: usize = 3_000;

#[derive(Debug)]
pub struct LocalText {
    model: Resident<Loaded>,
    name: String,
    continues: bool,
    prompt_budget: usize,
    clock: SharedClock,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl LocalText {
    /// The model that `make setup` fetches.
    #[must_use]
    pub fn new(models_dir: &Path, clock: SharedClock) -> Self {
        Self {
            model: Resident::new(models_dir, Loaded::read_default, clock.clone()),
            name: MODEL.to_owned(),
            continues: true,
            prompt_budget: SMALL_BUDGET,
            clock,
            one_at_a_time: tokio::sync::Mutex::new(()),
        }
    }

    /// The model of a file of one's own.
    #[must_use]
    pub fn of_file(file: &TextFile, clock: SharedClock) -> Self {
        let budget = if file.continues() {
            SMALL_BUDGET
        } else {
            LARGE_BUDGET
        };
        Self {
            model: Resident::new(&file.path, Loaded::read_file, clock.clone()),
            name: file.name.clone(),
            continues: file.continues(),
            prompt_budget: budget.min(file.context * 3 / 4),
            clock,
            one_at_a_time: tokio::sync::Mutex::new(()),
        }
    }

    /// Drops the model when nobody used it for ten minutes. Says whether it did.
    pub fn unload_idle(&self, now: Timestamp) -> bool {
        self.model.unload_idle(now)
    }

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

#[async_trait]
impl TextModel for LocalText {
    fn name(&self) -> (String, String) {
        (PROVIDER.to_owned(), self.name.clone())
    }

    fn prompt_budget(&self) -> usize {
        self.prompt_budget
    }

    /// Counted when the model is in memory; before that a guess from above.
    fn count_tokens(&self, text: &str) -> usize {
        self.model
            .peek()
            .and_then(|model| model.tokens.encode(text).ok())
            .map_or_else(|| text.len().div_ceil(2), |ids| ids.len())
    }

    fn continues(&self) -> bool {
        self.continues
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
        let told = |text: String| written(&text);
        let text = self
            .work(cancel, told, move |model, stop, tell| {
                model.write(&asked, &Limit::unlimited(stop), tell)
            })
            .await?;
        Ok(TextAnswer {
            text: text.text,
            tokens_in: count(text.tokens_in),
            tokens_out: count(text.tokens_out),
            micro_usd: 0,
            millis: self.clock.now_millis() - started,
            provider: PROVIDER.to_owned(),
            model: self.name.clone(),
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

fn count(tokens: usize) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

/// When the work is to end before it is done.
pub(super) struct Limit {
    stop: CancellationToken,
    /// The clock, and the time by it, in milliseconds.
    until: Option<(SharedClock, i64)>,
}

impl Limit {
    const fn unlimited(stop: CancellationToken) -> Self {
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

    /// Somebody said stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// An error when the work is to end.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        let is_late = |(clock, until): &(SharedClock, i64)| clock.now_millis() >= *until;
        if self.is_stopped() || self.until.as_ref().is_some_and(is_late) {
            return Err(ModelError::Cancelled);
        }
        Ok(())
    }
}
