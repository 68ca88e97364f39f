//! Pictures by xAI's Grok.
//!
//! The service speaks nearly like `OpenAI`, but answers without a field that `async-openai` demands and takes others that it
//! does not know, so question and answer are written here. A blocked picture comes with HTTP 200 and says so in the answer.

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::domain::ledger::MicroUsd;
use crate::media::{Caps, preflight};
use crate::models::complaint::Complaint;
use crate::models::paint::{ImageModel, PaintRequest, Painted};
use crate::models::prices::{Price, Prices};
use crate::models::service::{Answered, Asked, Failed, Service};
use crate::models::{ModelError, Took};
use crate::net::HttpClient;
use crate::net::request::Twice;

pub const NAME: &str = "xai";

/// The setting that names the model.
const SETTING: &str = "XAI_IMAGE_MODEL";

/// How long a question about the model may take.
const CHECK: Duration = Duration::from_secs(10);

/// The most bytes of a picture, and of an answer with one in Base64.
const PICTURE_CAP: u64 = 20 << 20;
const ANSWER_CAP: u64 = 32 << 20;

/// Ten billion ticks are a dollar, so these are a millionth.
const TICKS: i64 = 10_000;

#[derive(Clone)]
pub struct Xai {
    service: Service,
    model: String,
    price: Option<Price>,
    /// Fetches a picture that comes as an address.
    http: HttpClient,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    data: Vec<Picture>,
    #[serde(default)]
    block_reason: Option<Value>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Picture {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    b64_json: Option<String>,
    #[serde(default)]
    respect_moderation: Option<bool>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Usage {
    #[serde(default)]
    cost_in_usd_ticks: Option<i64>,
}

impl Answer {
    /// What the service says that it costs; without a word of it, the price of the table.
    fn cost(&self, price: MicroUsd) -> MicroUsd {
        let ticks = self.usage.and_then(|usage| usage.cost_in_usd_ticks);
        ticks.map_or(price, |ticks| {
            MicroUsd(ticks / TICKS + i64::from(ticks % TICKS > 0))
        })
    }

    fn blocked(&self) -> Option<String> {
        let reason = self
            .block_reason
            .as_ref()
            .filter(|reason| !reason.is_null() && **reason != json!(""));
        if let Some(reason) = reason {
            let words = reason
                .as_str()
                .map_or_else(|| reason.to_string(), str::to_owned);
            return Some(format!("the picture was blocked ({words})"));
        }
        let disrespects = |picture: &Picture| picture.respect_moderation == Some(false);
        self.data
            .iter()
            .any(disrespects)
            .then(|| "the picture was blocked".to_owned())
    }
}

/// Asks whether the key is taken and the model is known, which costs nothing: a line for people.
///
/// # Errors
/// When the key is refused, the model is not known, or nobody answers.
pub async fn knows(service: &Service, model: &str) -> Result<String, ModelError> {
    for path in ["image-generation-models", "models"] {
        let reply = service.get(&format!("{path}/{model}"), CHECK).await?;
        if reply.status < 300 {
            return Ok("the key is taken and the model is known".to_owned());
        }
        if reply.status != 404 {
            let complaint = Complaint::read(&reply.body);
            return Err(service.in_words(reply.status, &complaint, (SETTING, model)));
        }
    }
    // It is not there, or the service does not tell of single models: its list says which.
    let reply = service.get("models", CHECK).await?;
    if reply.status >= 300 {
        return Ok("it answers, but does not say which models it has".to_owned());
    }
    Err(service.in_words(404, &Complaint::default(), (SETTING, model)))
}

/// Why a picture that is paid for is not there.
struct NoBytes {
    error: ModelError,
    /// It never will be: another one has to be made. Else it is paid for, and can be had later.
    for_good: bool,
}

impl Xai {
    #[must_use]
    pub fn new(service: Service, model: &str, prices: &Prices, http: HttpClient) -> Self {
        Self {
            price: prices.of(NAME, model).cloned(),
            model: model.to_owned(),
            service,
            http,
        }
    }

    fn price(&self) -> MicroUsd {
        self.price
            .as_ref()
            .map_or(MicroUsd::default(), Price::picture)
    }

    async fn ask(
        &self,
        request: &PaintRequest,
        cancel: &CancellationToken,
    ) -> Result<Answered, ModelError> {
        let asked = Asked {
            path: "images/generations",
            body: &json!({
                "model": self.model,
                "prompt": request.prompt,
                "n": 1,
                "aspect_ratio": request.aspect.ratio(),
                "response_format": "b64_json",
            }),
            model: (SETTING, &self.model),
            worst: Took {
                micro_usd: self.price().0,
                ..Took::default()
            },
            key: &request.key,
            limit: request.patience,
            cap: ANSWER_CAP,
            twice: Twice::Never,
            heard: None,
        };
        match self.service.ask(&asked, cancel).await {
            Ok(answered) => Ok(answered),
            // Its words for what it will not paint come with several statuses.
            Err(Failed::Said(400 | 403 | 422, complaint))
                if complaint.names(&["moderation", "content", "policy", "safety", "blocked"]) =>
            {
                Err(self.service.refused(&complaint.message))
            }
            Err(Failed::Said(status, complaint)) => {
                Err(self.service.in_words(status, &complaint, asked.model))
            }
            Err(Failed::Other(error)) => Err(error),
        }
    }

    /// The bytes of the picture, once they are known to be one.
    async fn bytes(&self, picture: &Picture) -> Result<Vec<u8>, NoBytes> {
        let lost = |why: String, for_good: bool| NoBytes {
            error: self.service.unavailable(why),
            for_good,
        };
        let bytes = match (&picture.b64_json, &picture.url) {
            (Some(encoded), _) => {
                let encoded = encoded.rsplit(',').next().unwrap_or(encoded);
                BASE64
                    .decode(encoded)
                    .map_err(|_| lost("its picture is unreadable".to_owned(), true))?
            }
            (None, Some(url)) => {
                let fetched = self.http.fetch_bytes(url, PICTURE_CAP, "image/*").await;
                fetched
                    .map_err(|error| lost(format!("its picture: {error}"), !error.is_transient()))?
                    .body
            }
            (None, None) => return Err(lost("its answer has no picture".to_owned(), true)),
        };
        let looking = move || (preflight(&bytes, &Caps::default()), bytes);
        let (looked, bytes) = tokio::task::spawn_blocking(looking)
            .await
            .map_err(|_| lost("its picture broke the decoder".to_owned(), true))?;
        looked.map_err(|refusal| lost(format!("its picture cannot be used. {refusal}"), true))?;
        Ok(bytes)
    }
}

#[async_trait]
impl ImageModel for Xai {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), self.model.clone())
    }

    fn worst_price(&self, _: &PaintRequest) -> MicroUsd {
        self.price()
    }

    async fn paint(
        &self,
        request: &PaintRequest,
        cancel: &CancellationToken,
    ) -> Result<Painted, ModelError> {
        let answered = self.ask(request, cancel).await?;
        let paid = |cost: MicroUsd| Took {
            micro_usd: if answered.again { 0 } else { cost.0 },
            ..Took::default()
        };
        let Ok(answer) = serde_json::from_slice::<Answer>(&answered.body) else {
            self.service.forget(&answered).await;
            let error = self.service.unavailable("its answer is unreadable");
            return Err(paid(self.price()).and(error));
        };
        let took = paid(answer.cost(self.price()));
        if let Some(why) = answer.blocked() {
            self.service.forget(&answered).await;
            return Err(took.and(self.service.refused(&why)));
        }
        let Some(picture) = answer.data.first() else {
            self.service.forget(&answered).await;
            let error = self.service.unavailable("its answer has no picture");
            return Err(took.and(error));
        };
        let bytes = match self.bytes(picture).await {
            Ok(bytes) => bytes,
            Err(NoBytes { error, for_good }) => {
                if for_good {
                    self.service.forget(&answered).await;
                }
                return Err(took.and(error));
            }
        };
        Ok(Painted {
            bytes,
            alt: None,
            took,
            provider: NAME.to_owned(),
            model: answer.model.unwrap_or_else(|| self.model.clone()),
            card: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Answer {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_answer_without_the_fields_of_openai_is_read_with_its_cost() {
        let answer = read(
            r#"{"data":[{"b64_json":"AAAA","revised_prompt":"x","mime_type":"image/jpeg","respect_moderation":true}],
                "block_reason":null,"usage":{"cost_in_usd_ticks":200000000}}"#,
        );
        assert_eq!(answer.cost(MicroUsd(7)), MicroUsd(20_000));
        assert_eq!(answer.blocked(), None);
        assert_eq!(answer.data[0].b64_json.as_deref(), Some("AAAA"));
        let no_word = read(r#"{"data":[{"url":"https://imgen.example/x.jpg"}]}"#);
        assert_eq!(no_word.cost(MicroUsd(7)), MicroUsd(7));
        let a_tick = read(r#"{"data":[],"usage":{"cost_in_usd_ticks":1}}"#);
        assert_eq!(a_tick.cost(MicroUsd(7)), MicroUsd(1));
    }

    #[test]
    fn a_blocked_picture_is_noticed_although_it_comes_as_a_success() {
        let placeholder =
            read(r#"{"data":[{"url":"https://x/y.jpg","respect_moderation":false}]}"#);
        assert_eq!(placeholder.blocked().unwrap(), "the picture was blocked");
        let reason = read(r#"{"data":[],"block_reason":"nudity"}"#);
        assert_eq!(
            reason.blocked().unwrap(),
            "the picture was blocked (nudity)"
        );
    }
}
