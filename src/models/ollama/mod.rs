//! Ollama: models on a machine of one's own, for text, pictures and vectors.
//!
//! What goes out is made of the types of `ollama-rs`. Its client is not used: it loses the status of a failure, has no
//! timeout, and reads an answer however large it is.
//!
//! A model's abilities are asked for before it looks at the first picture, and believed only when it has looked: newer
//! versions list abilities of models that they cannot load.

mod embed;
mod talk;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::models::ModelError;
use crate::models::Took;
use crate::models::complaint::Complaint;
use crate::models::service::{Asked, Failed, Service, TEXT_CAP};
use crate::net::request::Twice;

pub use embed::OllamaEmbedder;

pub const NAME: &str = "ollama";

/// A model that looks at pictures and loads in current versions.
const ONE_THAT_SEES: &str = "gemma4";

const SHOW_LIMIT: Duration = Duration::from_secs(10);

/// One model of an Ollama.
#[derive(Clone)]
pub struct Ollama {
    service: Service,
    model: String,
    /// The setting that names it.
    setting: &'static str,
    /// It said that it can look at pictures.
    sees: Arc<AtomicBool>,
    /// It thinks before it answers although it is asked not to, out of the same tokens.
    thinks: Arc<AtomicBool>,
}

impl Ollama {
    #[must_use]
    pub fn new(service: Service, model: &str, setting: &'static str) -> Self {
        Self {
            service,
            model: model.to_owned(),
            setting,
            sees: Arc::default(),
            thinks: Arc::default(),
        }
    }

    /// Asks whether the model is there and looks at pictures.
    async fn can_see(&self, cancel: &CancellationToken) -> Result<(), ModelError> {
        if self.sees.load(Ordering::Relaxed) {
            return Ok(());
        }
        let asked = Asked {
            path: "api/show",
            body: &json!({"model": self.model}),
            model: (self.setting, &self.model),
            worst: Took::default(),
            key: "",
            limit: SHOW_LIMIT,
            cap: TEXT_CAP,
            twice: Twice::AfterFault,
            heard: None,
        };
        let answered = ask(&self.service, &asked, cancel).await?;
        let answer: Value = serde_json::from_slice(&answered)
            .map_err(|_| self.service.unavailable("its answer is unreadable"))?;
        // Old versions do not list abilities; then the first picture shows it.
        let blind = answer["capabilities"]
            .as_array()
            .is_some_and(|able| !able.iter().any(|ability| ability == "vision"));
        if blind {
            return Err(self.service.unusable(format!(
                "{} does not look at pictures; {}={ONE_THAT_SEES} names one that does",
                self.model, self.setting
            )));
        }
        self.sees.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// Asks, and says of the failures that people meet what helps.
async fn ask(
    service: &Service,
    asked: &Asked<'_>,
    cancel: &CancellationToken,
) -> Result<Vec<u8>, ModelError> {
    match service.ask(asked, cancel).await {
        Ok(answered) => Ok(answered.body),
        Err(Failed::Said(status, complaint)) => Err(what_helps(service, status, &complaint, asked)),
        Err(Failed::Other(error)) => Err(error),
    }
}

fn what_helps(
    service: &Service,
    status: u16,
    complaint: &Complaint,
    asked: &Asked<'_>,
) -> ModelError {
    let (setting, model) = asked.model;
    if status == 404 {
        return service.unusable(format!(
            "it does not have {model}; `ollama pull {model}` fetches it"
        ));
    }
    let does_not_load = [
        "unknown model architecture",
        "error loading model",
        "unable to load model",
        "llama-server process has terminated",
        "requires more system memory",
    ];
    if status == 500 && complaint.names(&does_not_load) {
        let why = if complaint.names(&["more system memory"]) {
            "the machine has too little memory for it"
        } else {
            "this version of Ollama cannot load it"
        };
        return service.unusable(format!(
            "{model} does not load, {why}; {setting} names another, such as {ONE_THAT_SEES}"
        ));
    }
    if status == 400 && complaint.names(&["does not support"]) {
        return service.unusable(format!("{model} cannot do this; {setting} names another"));
    }
    service.in_words(status, complaint, (setting, model))
}
