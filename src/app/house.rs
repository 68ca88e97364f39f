//! Every part, put together.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::Trouble;
use super::duties::HouseDuties;
use super::handlers;
use crate::chat::control_room::ControlRoom;
use crate::chat::frontend::Frontend;
use crate::chat::house::{Accounts, House as ChatHouse};
use crate::config::Config;
use crate::config::models::Choice;
use crate::domain::action::Action;
use crate::domain::clock::SharedClock;
use crate::domain::error::UserError;
use crate::domain::ids::WorkspaceId;
use crate::domain::ledger::ModelRole;
use crate::domain::network::Network;
use crate::domain::operator::Role;
use crate::flow::act::Actor;
use crate::flow::compose::Composer;
use crate::flow::publish::Publisher;
use crate::flow::recall::Recall;
use crate::media::MediaFolder;
use crate::models::local::LocalModels;
use crate::models::metered::{MeteredEmbedder, MeteredText};
use crate::models::missing::NoText;
use crate::models::prompt::Prompts;
use crate::models::{Embedder, TextModel};
use crate::net::{HttpClient, NetOptions, Origin};
use crate::platforms::lens::{self, Lens};
use crate::platforms::sandbox::{Options, Sandbox};
use crate::platforms::{Outlet, Source};
use crate::schedule::due;
use crate::schedule::give_up::TellRoom;
use crate::schedule::ticks::OnTick;
use crate::schedule::worker::{Worker, WorkerOptions};
use crate::store::{Store, StoreOptions};

/// The workspace there is.
pub const WORKSPACE: WorkspaceId = WorkspaceId::FIRST;

/// How long work in hand may take once the input has ended.
const FINISH_LIMIT: Duration = Duration::from_mins(10);

#[derive(Clone)]
pub struct House {
    pub store: Store,
    pub clock: SharedClock,
    pub zone: TimeZone,
    pub recall: Recall,
    pub local: Arc<LocalModels>,
    pub text: Arc<dyn TextModel>,
    pub embedder: Option<Arc<dyn Embedder>>,
    pub sandbox: Arc<Sandbox>,
    pub lens: Arc<Lens>,
    pub outlets: Vec<Arc<dyn Outlet>>,
    pub control: ControlRoom,
    pub worker: Worker,
}

impl House {
    /// Opens the store and builds everything on it. Nothing heavy is loaded: models and index come with their first use.
    pub async fn open(
        config: &Config,
        clock: SharedClock,
        frontends: Vec<Arc<dyn Frontend>>,
    ) -> Result<Self, Trouble> {
        let options = StoreOptions {
            url: config.place.database_url.clone(),
            read_connections: 4,
        };
        let store = Store::open(&options, clock.clone())
            .await
            .map_err(|error| error.user())?;
        let prompts = Arc::new(Prompts::load(Some(&config.place.prompts()))?);
        let local = Arc::new(LocalModels::new(&config.place.models_dir, &clock));
        let text = text_model(config.models.text, &local, &store, &clock);
        let embedder = embedder(config.models.embedder, &local, &store, &clock);
        let recall = Recall::open(
            &config.place.index_uri,
            store.clone(),
            embedder.clone(),
            clock.clone(),
        );
        let sandbox = Arc::new(Sandbox::new(
            config.place.sandbox(),
            clock.clone(),
            Options::default(),
        ));
        let http = http_client(config, &clock)?;
        let lens = Arc::new(lens_network(config, &http, &clock, &store)?);
        let sources: Vec<Arc<dyn Source>> = vec![lens.clone(), sandbox.clone()];
        let outlets = outlets(&lens, &sandbox);
        let media = MediaFolder::at(config.place.media());

        let control = ControlRoom::new(ChatHouse {
            store: store.clone(),
            clock: clock.clone(),
            zone: config.place.timezone.clone(),
            workspace: WORKSPACE,
            finder: Arc::new(recall.clone()),
            accounts: Arc::new(OutletAccounts(outlets.clone())),
            fetchable: sources.iter().map(|source| source.network()).collect(),
            models: models_in_words(text.as_ref(), embedder.as_deref()),
            budget: config.models.daily_budget,
        });
        for frontend in frontends {
            control.open(frontend);
        }
        let parts = handlers::Parts {
            store: store.clone(),
            control: control.clone(),
            recall: recall.clone(),
            sources,
            http,
            media: media.clone(),
            composer: Composer {
                store: store.clone(),
                recall: recall.clone(),
                text: text.clone(),
                prompts,
                outlets: outlets.clone(),
            },
            actor: Actor {
                store: store.clone(),
                outlets: outlets.clone(),
            },
            publisher: Publisher {
                store: store.clone(),
                outlets: outlets.clone(),
                media,
                clock: clock.clone(),
            },
        };
        let worker = Worker::new(
            store.clone(),
            clock.clone(),
            handlers::all(&parts),
            Arc::new(TellRoom),
            WorkerOptions {
                seed: rand::random(),
                ..WorkerOptions::default()
            },
        );
        let zone = config.place.timezone.clone();
        Ok(Self {
            store,
            clock,
            zone,
            recall,
            local,
            text,
            embedder,
            sandbox,
            lens,
            outlets,
            control,
            worker,
        })
    }

    /// What every start does before work begins: leases of dead processes are freed, owners are known, an index that is
    /// behind gets its job, and what was typed before a crash is taken up.
    pub async fn settle_in(&self, config: &Config) -> anyhow::Result<()> {
        self.store.free_leases().await?;
        due::realign(&self.store, WORKSPACE, &self.zone).await?;
        let mut tx = self.store.begin().await?;
        for identity in &config.people.owners {
            match tx.operator_of(identity).await? {
                Some(operator) if operator.role == Role::Owner => {}
                Some(operator) => tx.set_role(operator.id, Role::Owner).await?,
                None => {
                    let name = format!("{}:{}", identity.surface.name(), identity.external_id);
                    tx.add_operator(WORKSPACE, &name, Role::Owner, identity)
                        .await?;
                }
            }
        }
        tx.commit().await?;
        self.keep_index_up().await?;
        self.control.resume().await?;
        Ok(())
    }

    /// Writes the job that brings the index up, where it is behind or missing.
    async fn keep_index_up(&self) -> anyhow::Result<()> {
        if !self.recall.needs_work().await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        crate::flow::recall::request(&mut tx, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Waits until no job is due any more. Jobs for later stay for the next start.
    pub async fn finish_work(&self, stop: &CancellationToken) {
        let written = self.store.jobs_written();
        let done = async {
            loop {
                let wake = written.notified();
                match self.store.jobs_ready(self.clock.now()).await {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "whether work is left cannot be told");
                        return;
                    }
                }
                let _ = tokio::time::timeout(Duration::from_millis(200), wake).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            ended = tokio::time::timeout(FINISH_LIMIT, done) => {
                if ended.is_err() {
                    tracing::warn!("work is left; it goes on at the next start");
                }
            }
        }
    }

    /// What is due is taken up.
    pub fn every_second(&self) -> OnTick {
        let house = self.clone();
        Arc::new(move || {
            let house = house.clone();
            Box::pin(async move {
                if let Err(error) =
                    due::turn(&house.store, house.clock.now(), &house.zone, &HouseDuties).await
                {
                    tracing::error!(%error, "what is due could not be looked up");
                }
            })
        })
    }

    /// Upkeep: idle models leave the memory, an index that fell behind catches up.
    pub fn every_minute(&self) -> OnTick {
        let house = self.clone();
        Arc::new(move || {
            let house = house.clone();
            Box::pin(async move {
                house.local.unload_idle(house.clock.now());
                if let Err(error) = house.keep_index_up().await {
                    tracing::error!(error = %format!("{error:#}"), "the index could not be looked after");
                }
            })
        })
    }

    pub async fn close(&self) {
        self.control.close().await;
        self.sandbox.close().await;
        self.store.close().await;
    }
}

/// The client for everything outside; what the configuration names may lie in a private network.
fn http_client(config: &Config, clock: &SharedClock) -> anyhow::Result<HttpClient> {
    let named = [&config.lens.api, &config.lens.storage];
    HttpClient::new(NetOptions {
        trusted: named.into_iter().filter_map(Origin::of).collect(),
        clock: clock.clone(),
        ..NetOptions::default()
    })
}

fn lens_network(
    config: &Config,
    http: &HttpClient,
    clock: &SharedClock,
    store: &Store,
) -> Result<Lens, UserError> {
    let lens = config.lens.clone();
    let settings = lens::Settings {
        api: lens.api.into(),
        storage: lens.storage.into(),
        account: lens.account,
        key: lens.key,
        app: lens.app,
        app_key: lens.app_key,
        origin: lens.origin,
        session_file: config.place.lens_session(),
        pace: Duration::from_secs(1),
    };
    Lens::new(
        settings,
        http.clone(),
        clock.clone(),
        Arc::new(store.clone()),
    )
}

/// Where it can be published; the sandbox comes last, as it is for where nothing else is set up.
fn outlets(lens: &Arc<Lens>, sandbox: &Arc<Sandbox>) -> Vec<Arc<dyn Outlet>> {
    let mut outlets: Vec<Arc<dyn Outlet>> = Vec::new();
    if lens.can_publish() {
        outlets.push(lens.clone());
    }
    outlets.push(sandbox.clone());
    outlets
}

fn text_model(
    choice: Choice,
    local: &LocalModels,
    store: &Store,
    clock: &SharedClock,
) -> Arc<dyn TextModel> {
    let ledger = Arc::new(store.clone());
    match choice {
        Choice::First | Choice::Local => Arc::new(MeteredText::new(
            local.text.clone(),
            ledger,
            clock.clone(),
            WORKSPACE,
        )),
        Choice::Off => Arc::new(NoText),
    }
}

fn embedder(
    choice: Choice,
    local: &LocalModels,
    store: &Store,
    clock: &SharedClock,
) -> Option<Arc<dyn Embedder>> {
    let ledger = Arc::new(store.clone());
    match choice {
        Choice::First | Choice::Local => Some(Arc::new(MeteredEmbedder::new(
            local.embedder.clone(),
            ledger,
            clock.clone(),
            WORKSPACE,
        ))),
        Choice::Off => None,
    }
}

fn models_in_words(
    text: &dyn TextModel,
    embedder: Option<&dyn Embedder>,
) -> Vec<(ModelRole, String)> {
    let words = |(provider, model): (String, String)| format!("{provider}, {model}");
    vec![
        (ModelRole::Text, words(text.name())),
        (
            ModelRole::Embedder,
            embedder.map_or_else(|| "off".to_owned(), |embedder| words(embedder.name())),
        ),
    ]
}

/// The accounts behind the outlets.
struct OutletAccounts(Vec<Arc<dyn Outlet>>);

#[async_trait]
impl Accounts for OutletAccounts {
    fn list(&self) -> Vec<(Network, String)> {
        let of = |outlet: &Arc<dyn Outlet>| {
            let network = outlet.network();
            outlet
                .accounts()
                .into_iter()
                .map(move |account| (network, account))
                .collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.0.iter().flat_map(of).collect();
        // The sandbox is for where nothing else is set up.
        if all.iter().any(|(network, _)| *network != Network::Sandbox) {
            all.retain(|(network, _)| *network != Network::Sandbox);
        }
        all
    }

    fn actions(&self, network: Network) -> &'static [Action] {
        let outlet = self.0.iter().find(|outlet| outlet.network() == network);
        outlet.map_or(&[], |outlet| outlet.actions())
    }

    async fn check(&self, network: Network, account: &str) -> Result<String, String> {
        let Some(outlet) = self.0.iter().find(|outlet| outlet.network() == network) else {
            return Err(format!("{network}:{account} is not set up."));
        };
        match tokio::time::timeout(Duration::from_secs(20), outlet.check()).await {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("{network} did not answer in 20 seconds.")),
        }
    }
}
