//! Which model plays which role: built from the configuration, every call of every one in the ledger.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::Trouble;
use super::house::WORKSPACE;
use crate::config::Config;
use crate::config::models::{Models, Provider};
use crate::domain::clock::SharedClock;
use crate::domain::ledger::ModelRole;
use crate::flow::compose::Composer;
use crate::flow::paint::Painter;
use crate::flow::recall::Recall;
use crate::flow::see::Eyes;
use crate::media::{Caps, MediaFolder};
use crate::models::budget::Budget;
use crate::models::in_order::InOrder;
use crate::models::local::gguf::available_memory;
use crate::models::local::{LocalModels, TextFile};
use crate::models::metered::Metered;
use crate::models::moderate::Moderator;
use crate::models::ollama::{Ollama, OllamaEmbedder};
use crate::models::openai::{OpenAi, OpenAiEmbedder, OpenAiModerator};
use crate::models::paint::ImageModel;
use crate::models::prices::Prices;
use crate::models::prompt::Prompts;
use crate::models::quote::Quote;
use crate::models::see::VisionModel;
use crate::models::service::{Service, Settings};
use crate::models::xai::Xai;
use crate::models::{Embedder, TextModel};
use crate::net::endpoint::Endpoint;
use crate::net::{HttpClient, Origin};
use crate::platforms::Outlet;
use crate::store::Store;

/// The models of the house, by role.
#[derive(Clone)]
pub struct Roles {
    pub local: Arc<LocalModels>,
    pub text: InOrder<dyn TextModel>,
    pub vision: InOrder<dyn VisionModel>,
    pub image: InOrder<dyn ImageModel>,
    pub embedder: Option<Arc<dyn Embedder>>,
    pub moderator: Option<Arc<dyn Moderator>>,
    pub prices: Arc<Prices>,
    /// To ask when a model is retired: the service, and the models that are used of it.
    pub hosted: Option<(Service, Vec<String>)>,
    /// To ask whether the key for pictures is taken.
    pub painter: Option<Service>,
    /// Hosts whose models cost nothing: they run on this machine.
    free: Vec<&'static str>,
}

/// What the roles are built with.
pub struct Means<'a> {
    pub config: &'a Config,
    pub clock: &'a SharedClock,
    pub store: &'a Store,
    pub budget: &'a Arc<Budget>,
    pub http: &'a HttpClient,
}

/// What the models work with when they write and paint.
pub struct Tools<'a> {
    pub store: &'a Store,
    pub recall: &'a Recall,
    pub media: &'a MediaFolder,
    pub prompts: &'a Arc<Prompts>,
    pub outlets: &'a [Arc<dyn Outlet>],
}

/// The addresses that the configuration trusts: pictures that these services link to may be fetched.
pub fn trusted(models: &Models) -> Vec<Origin> {
    let bases = [
        models.openai.as_ref().map(|openai| &openai.base),
        models.ollama.as_ref().map(|ollama| &ollama.host),
        models.xai.as_ref().map(|xai| &xai.base),
    ];
    bases.into_iter().flatten().filter_map(Origin::of).collect()
}

impl Roles {
    pub fn build(means: &Means<'_>) -> Result<Self, Trouble> {
        let models = &means.config.models;
        let place = &means.config.place;
        let prices = Arc::new(Prices::load(Some(&place.prices()))?);
        let text_file = models
            .text_file
            .as_deref()
            .map(|path| TextFile::open(path, available_memory()).map_err(|why| why.user(path)))
            .transpose()?;
        let builder = Builder {
            models,
            budget: means.budget,
            prices: &prices,
            openai: models
                .openai
                .as_ref()
                .map(|openai| service(means, OPENAI, &openai.base, openai.key.as_ref())),
            ollama: models
                .ollama
                .as_ref()
                .map(|ollama| service(means, OLLAMA, &ollama.host, None)),
            xai: models
                .xai
                .as_ref()
                .map(|xai| service(means, XAI, &xai.base, Some(&xai.key))),
            local: Arc::new(LocalModels::new(
                &place.models_dir,
                text_file.as_ref(),
                means.clock,
            )),
            http: means.http,
        };
        let clock = || means.clock.clone();
        let mut free = vec!["local", "quote", "ollama"];
        if builder
            .openai
            .as_ref()
            .is_some_and(|service| service.endpoint.is_local())
        {
            free.push("openai");
        }
        Ok(Self {
            text: InOrder::new(builder.each(&models.text, Builder::text), clock()),
            vision: InOrder::new(builder.each(&models.vision, Builder::vision), clock()),
            image: InOrder::new(builder.each(&models.image, Builder::image), clock()),
            embedder: models
                .embedder
                .and_then(|provider| builder.embedder(provider)),
            moderator: builder.moderator(),
            hosted: builder.hosted(),
            painter: builder.xai.clone(),
            local: builder.local,
            prices,
            free,
        })
    }

    /// Who writes drafts, and who paints for them.
    pub fn workshop(&self, tools: &Tools<'_>) -> (Composer, Painter) {
        let eyes = Eyes {
            store: tools.store.clone(),
            folder: tools.media.clone(),
            vision: self.vision.clone(),
            prompts: tools.prompts.clone(),
            caps: Caps::default(),
        };
        let composer = Composer {
            store: tools.store.clone(),
            recall: tools.recall.clone(),
            text: self.text.clone(),
            moderator: self.moderator.clone(),
            eyes: eyes.clone(),
            prompts: tools.prompts.clone(),
            outlets: tools.outlets.to_vec(),
        };
        let painter = Painter {
            store: tools.store.clone(),
            folder: tools.media.clone(),
            image: self.image.clone(),
            eyes,
            moderator: self.moderator.clone(),
            prompts: tools.prompts.clone(),
        };
        (composer, painter)
    }

    /// Which model does what, in words for people: the first choice, and who stands behind it.
    pub fn in_words(&self) -> Vec<(ModelRole, String)> {
        let words = |names: Vec<(String, String)>| {
            let mut names = names
                .into_iter()
                .map(|(provider, model)| format!("{provider}, {model}"));
            let Some(first) = names.next() else {
                return "off".to_owned();
            };
            let rest: Vec<String> = names.collect();
            if rest.is_empty() {
                first
            } else {
                format!("{first}; behind it {}", rest.join("; "))
            }
        };
        vec![
            (
                ModelRole::Text,
                words(self.text.all().map(|m| m.name()).collect()),
            ),
            (
                ModelRole::Vision,
                words(self.vision.all().map(|m| m.name()).collect()),
            ),
            (
                ModelRole::Image,
                words(self.image.all().map(|m| m.name()).collect()),
            ),
            (
                ModelRole::Embedder,
                words(self.embedder.iter().map(|m| m.name()).collect()),
            ),
        ]
    }

    /// What a model costs, in words for people.
    pub fn price_in_words(&self, provider: &str, model: &str) -> String {
        match self.prices.of(provider, model) {
            // What the table names is counted, wherever it runs.
            Some(price) => price.words(),
            None if self.free.contains(&provider) => "free".to_owned(),
            None => "price unknown".to_owned(),
        }
    }

    /// Models in use whose price nobody knows: what they cost is not counted.
    pub fn unpriced(&self) -> Vec<String> {
        let names = self
            .text
            .all()
            .map(|model| model.name())
            .chain(self.vision.all().map(|model| model.name()))
            .chain(self.image.all().map(|model| model.name()))
            .chain(self.embedder.iter().map(|model| model.name()));
        let mut unpriced: Vec<String> = names
            .filter(|(provider, model)| self.price_in_words(provider, model) == "price unknown")
            .map(|(_, model)| model)
            .collect();
        unpriced.sort();
        unpriced.dedup();
        unpriced
    }
}

const OPENAI: Settings = Settings {
    provider: crate::models::openai::NAME,
    key: "OPENAI_API_KEY",
    address: "OPENAI_BASE_URL",
};

const OLLAMA: Settings = Settings {
    provider: crate::models::ollama::NAME,
    key: "OLLAMA_HOST",
    address: "OLLAMA_HOST",
};

const XAI: Settings = Settings {
    provider: crate::models::xai::NAME,
    key: "XAI_API_KEY",
    address: "XAI_BASE_URL",
};

fn service(
    means: &Means<'_>,
    settings: Settings,
    base: &Url,
    key: Option<&SecretString>,
) -> Service {
    Service {
        settings,
        endpoint: Endpoint::new(base.clone(), key.cloned(), means.http),
        answers: Arc::new(means.store.clone()),
    }
}

struct Builder<'a> {
    models: &'a Models,
    budget: &'a Arc<Budget>,
    prices: &'a Prices,
    openai: Option<Service>,
    ollama: Option<Service>,
    xai: Option<Service>,
    local: Arc<LocalModels>,
    http: &'a HttpClient,
}

impl Builder<'_> {
    fn each<M: ?Sized>(
        &self,
        providers: &[Provider],
        build: fn(&Self, Provider) -> Option<Arc<M>>,
    ) -> Vec<Arc<M>> {
        providers
            .iter()
            .filter_map(|provider| build(self, *provider))
            .collect()
    }

    fn metered<M: ?Sized>(&self, model: Arc<M>) -> Metered<M> {
        Metered::new(model, self.budget.clone(), WORKSPACE)
    }

    fn openai_model(&self) -> Option<Arc<OpenAi>> {
        let (service, config) = (self.openai.clone()?, self.models.openai.as_ref()?);
        Some(Arc::new(OpenAi::new(service, &config.model, self.prices)))
    }

    fn text(&self, provider: Provider) -> Option<Arc<dyn TextModel>> {
        let model: Arc<dyn TextModel> = match provider {
            Provider::OpenAi => self.openai_model()?,
            Provider::Ollama => {
                let (service, config) = (self.ollama.clone()?, self.models.ollama.as_ref()?);
                let model = config.text_model.as_deref()?;
                Arc::new(Ollama::new(service, model, "OLLAMA_TEXT_MODEL"))
            }
            Provider::Local => self.local.text.clone(),
            Provider::Xai | Provider::Quote => return None,
        };
        Some(Arc::new(self.metered(model)))
    }

    fn vision(&self, provider: Provider) -> Option<Arc<dyn VisionModel>> {
        let model: Arc<dyn VisionModel> = match provider {
            Provider::OpenAi => self.openai_model()?,
            Provider::Ollama => {
                let (service, config) = (self.ollama.clone()?, self.models.ollama.as_ref()?);
                Arc::new(Ollama::new(
                    service,
                    &config.vision_model,
                    "OLLAMA_VISION_MODEL",
                ))
            }
            Provider::Local | Provider::Xai | Provider::Quote => return None,
        };
        Some(Arc::new(self.metered(model)))
    }

    fn image(&self, provider: Provider) -> Option<Arc<dyn ImageModel>> {
        let model: Arc<dyn ImageModel> = match provider {
            Provider::Xai => {
                let (service, config) = (self.xai.clone()?, self.models.xai.as_ref()?);
                Arc::new(Xai::new(
                    service,
                    &config.image_model,
                    self.prices,
                    self.http.clone(),
                ))
            }
            Provider::Quote => Arc::new(Quote),
            Provider::OpenAi | Provider::Ollama | Provider::Local => return None,
        };
        Some(Arc::new(self.metered(model)))
    }

    fn embedder(&self, provider: Provider) -> Option<Arc<dyn Embedder>> {
        let model: Arc<dyn Embedder> = match provider {
            Provider::Local => self.local.embedder.clone(),
            Provider::OpenAi => {
                let (service, config) = (self.openai.clone()?, self.models.openai.as_ref()?);
                Arc::new(OpenAiEmbedder::new(
                    service,
                    &config.embedding_model,
                    self.prices,
                ))
            }
            Provider::Ollama => {
                let (service, config) = (self.ollama.clone()?, self.models.ollama.as_ref()?);
                Arc::new(OllamaEmbedder::new(
                    service,
                    config.embedding_model.as_deref()?,
                ))
            }
            Provider::Xai | Provider::Quote => return None,
        };
        Some(Arc::new(self.metered(model)))
    }

    /// Free where it is offered; a service at home seldom does.
    fn moderator(&self) -> Option<Arc<dyn Moderator>> {
        self.models.openai.as_ref()?.key.as_ref()?;
        Some(Arc::new(OpenAiModerator::new(self.openai.clone()?)))
    }

    fn hosted(&self) -> Option<(Service, Vec<String>)> {
        let (service, config) = (self.openai.clone()?, self.models.openai.as_ref()?);
        let plays = |providers: &[Provider]| providers.contains(&Provider::OpenAi);
        let mut models = Vec::new();
        if plays(&self.models.text) || plays(&self.models.vision) {
            models.push(config.model.clone());
        }
        if self.models.embedder == Some(Provider::OpenAi) {
            models.push(config.embedding_model.clone());
        }
        Some((service, models))
    }
}
