//! A bench to try providers on: a store with its ledger, a budget, and the fakes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lumen::domain::clock::SystemClock;
use lumen::domain::ids::WorkspaceId;
use lumen::domain::ledger::{MicroUsd, ModelCall};
use lumen::domain::limits::Aspect;
use lumen::models::budget::Budget;
use lumen::models::metered::Metered;
use lumen::models::ollama::{Ollama, OllamaEmbedder};
use lumen::models::openai::{OpenAi, OpenAiEmbedder, OpenAiModerator};
use lumen::models::paint::{ImageModel, PaintRequest, Painted};
use lumen::models::prices::Prices;
use lumen::models::prompt::DESCRIPTION;
use lumen::models::see::{Sight, SightRequest, VisionModel};
use lumen::models::service::{Service, Settings};
use lumen::models::xai::Xai;
use lumen::models::{Embedder, Message, ModelError, Speaker, TextAnswer, TextModel, TextRequest};
use lumen::net::endpoint::Endpoint;
use lumen::net::{HttpClient, NetOptions, Origin};
use lumen::store::{Store, StoreOptions};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::support::services::{self, KEY, Who};

const W: WorkspaceId = WorkspaceId::FIRST;

/// How long a provider may take here: a hang is noticed soon.
const PATIENCE: Duration = Duration::from_millis(700);

pub struct Bench {
    _folder: tempfile::TempDir,
    pub store: Store,
    budget: Arc<Budget>,
    prices: Prices,
    pub openai: services::Service,
    pub ollama: services::Service,
    pub xai: services::Service,
    /// What the last writing told on the way.
    pub told: Mutex<Vec<String>>,
}

/// Waits of a service are noted, not waited for.
fn http() -> HttpClient {
    HttpClient::new(NetOptions {
        pause: Arc::new(|_| Box::pin(async {})),
        ..NetOptions::default()
    })
    .unwrap()
}

impl Bench {
    pub async fn new() -> Self {
        Self::with_budget(5_000_000).await
    }

    pub async fn with_budget(micro_usd: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("lumen.db").display());
        let options = StoreOptions {
            url,
            read_connections: 2,
        };
        let store = Store::open(&options, Arc::new(SystemClock)).await.unwrap();
        let budget = Budget::new(
            Arc::new(store.clone()),
            Arc::new(SystemClock),
            TimeZone::UTC,
            MicroUsd(micro_usd),
            HashMap::new(),
        );
        Self {
            _folder: folder,
            store,
            budget: Arc::new(budget),
            prices: Prices::load(None).unwrap(),
            openai: services::Service::start(Who::OpenAi),
            ollama: services::Service::start(Who::Ollama),
            xai: services::Service::start(Who::Xai),
            told: Mutex::default(),
        }
    }

    fn service(&self, fake: &services::Service, key: Option<&str>) -> Service {
        let settings = match fake.who {
            Who::OpenAi => ("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
            Who::Ollama => ("ollama", "OLLAMA_HOST", "OLLAMA_HOST"),
            Who::Xai => ("xai", "XAI_API_KEY", "XAI_BASE_URL"),
        };
        let key = key.map(|key| SecretString::from(key.to_owned()));
        Service {
            settings: Settings {
                provider: settings.0,
                key: settings.1,
                address: settings.2,
            },
            endpoint: Endpoint::new(fake.base().parse().unwrap(), key, &http()),
            answers: Arc::new(self.store.clone()),
        }
    }

    fn metered<M: ?Sized>(&self, model: Arc<M>) -> Metered<M> {
        Metered::new(model, self.budget.clone(), W)
    }

    fn openai_model(&self, model: &str) -> Arc<OpenAi> {
        let service = self.service(&self.openai, Some(KEY));
        Arc::new(OpenAi::new(service, model, &self.prices))
    }

    pub async fn write_with(
        &self,
        who: Who,
        model: &str,
        key: &str,
    ) -> Result<TextAnswer, ModelError> {
        let model: Arc<dyn TextModel> = match who {
            Who::Ollama => {
                let service = self.service(&self.ollama, None);
                Arc::new(Ollama::new(service, model, "OLLAMA_TEXT_MODEL"))
            }
            _ => self.openai_model(model),
        };
        self.written_by(model, key, PATIENCE).await
    }

    /// Has a server at `base`, which is none of the fakes, write.
    pub async fn write_at(&self, base: &str, model: &str) -> Result<TextAnswer, ModelError> {
        let service = Service {
            endpoint: Endpoint::new(base.parse().unwrap(), None, &http()),
            ..self.hosted()
        };
        let model = Arc::new(OpenAi::new(service, model, &self.prices));
        self.written_by(model, "", Duration::from_mins(2)).await
    }

    async fn written_by(
        &self,
        model: Arc<dyn TextModel>,
        key: &str,
        patience: Duration,
    ) -> Result<TextAnswer, ModelError> {
        let request = TextRequest {
            messages: vec![
                Message {
                    speaker: Speaker::System,
                    text: "You write posts.".into(),
                },
                Message {
                    speaker: Speaker::User,
                    text: "Topic: the tasting is at six".into(),
                },
            ],
            max_tokens: 200,
            temperature: 0.7,
            top_p: 0.9,
            purpose: "draft",
            key: key.to_owned(),
            patience: Some(patience),
            ..TextRequest::default()
        };
        let cancel = CancellationToken::new();
        self.told.lock().unwrap().clear();
        let told = |text: &str| self.told.lock().unwrap().push(text.to_owned());
        self.metered(model).write(&request, &told, &cancel).await
    }

    pub async fn write(&self, who: Who) -> Result<TextAnswer, ModelError> {
        self.write_with(who, "gpt-4o", "").await
    }

    pub async fn look(&self, who: Who) -> Result<Sight, ModelError> {
        let model: Arc<dyn VisionModel> = match who {
            Who::Ollama => {
                let service = self.service(&self.ollama, None);
                Arc::new(Ollama::new(
                    service,
                    "llama3.2-vision",
                    "OLLAMA_VISION_MODEL",
                ))
            }
            _ => self.openai_model("gpt-4o"),
        };
        let request = SightRequest {
            picture: services::picture(),
            mime: "image/png",
            question: "What is in this picture?".into(),
            shape: &DESCRIPTION,
            purpose: "describe",
            patience: PATIENCE,
        };
        let cancel = CancellationToken::new();
        self.metered(model).look(&request, &cancel).await
    }

    pub async fn paint(&self, key: &str) -> Result<Painted, ModelError> {
        let http = HttpClient::new(NetOptions {
            trusted: vec![Origin::of(&self.xai.base().parse().unwrap()).unwrap()],
            pause: Arc::new(|_| Box::pin(async {})),
            ..NetOptions::default()
        })
        .unwrap();
        let service = self.service(&self.xai, Some(KEY));
        let model: Arc<dyn ImageModel> =
            Arc::new(Xai::new(service, "grok-imagine-image", &self.prices, http));
        let request = PaintRequest {
            prompt: "A red cup by a window.".into(),
            text: "Friday at six.".into(),
            signature: "roastery".into(),
            aspect: Aspect::Wide,
            colours: Vec::new(),
            wish: None,
            palette: None,
            purpose: "image",
            key: key.to_owned(),
            patience: PATIENCE,
        };
        let cancel = CancellationToken::new();
        self.metered(model).paint(&request, &cancel).await
    }

    pub async fn embed(&self, who: Who, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let model: Arc<dyn Embedder> = match who {
            Who::Ollama => {
                let service = self.service(&self.ollama, None);
                Arc::new(OllamaEmbedder::new(service, "all-minilm"))
            }
            _ => Arc::new(OpenAiEmbedder::new(
                self.service(&self.openai, Some(KEY)),
                "text-embedding-3-small",
                &self.prices,
            )),
        };
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        self.metered(model).embed(&texts, "index").await
    }

    pub fn moderator(&self) -> OpenAiModerator {
        OpenAiModerator::new(self.service(&self.openai, Some(KEY)))
    }

    pub fn hosted(&self) -> Service {
        self.service(&self.openai, Some(KEY))
    }

    pub async fn calls(&self) -> Vec<ModelCall> {
        self.store
            .model_calls_since(W, Timestamp::UNIX_EPOCH)
            .await
            .unwrap()
    }

    pub async fn spent(&self) -> i64 {
        self.store
            .spent_since(W, Timestamp::UNIX_EPOCH)
            .await
            .unwrap()
            .0
    }

    /// All that was asked was asked rightly.
    pub fn was_right(&self) {
        for fake in [&self.openai, &self.ollama, &self.xai] {
            fake.was_asked_rightly();
        }
    }
}
