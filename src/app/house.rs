//! Every part, put together.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::Trouble;
use super::duties::HouseDuties;
use super::money::WatchedLedger;
use super::pictures::Album;
use super::retirements::Retirements;
use super::roles::{Means, Roles, Tools};
use super::{handlers, networks};
use crate::chat::control_room::ControlRoom;
use crate::chat::frontend::Frontend;
use crate::chat::house::{Accounts, House as ChatHouse};
use crate::config::Config;
use crate::domain::action::Action;
use crate::domain::clock::SharedClock;
use crate::domain::ids::WorkspaceId;
use crate::domain::network::Network;
use crate::domain::operator::Role;
use crate::flow::act::Actor;
use crate::flow::media;
use crate::flow::publish::Publisher;
use crate::flow::recall::{Recall, RecallError};
use crate::lifecycle::code_pages;
use crate::media::MediaFolder;
use crate::models::budget::Budget;
use crate::models::prompt::Prompts;
use crate::platforms::lens::Lens;
use crate::platforms::sandbox::{Options, Sandbox};
use crate::platforms::{Outlet, Source};
use crate::schedule::due;
use crate::schedule::give_up::TellRoom;
use crate::schedule::ticks::{OnTick, OnTicks};
use crate::schedule::worker::{Worker, WorkerOptions};
use crate::store::{Store, StoreOptions};

/// The workspace there is.
pub const WORKSPACE: WorkspaceId = WorkspaceId::FIRST;

/// How long closing may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// How long work in hand may take once the input has ended.
const FINISH_LIMIT: Duration = Duration::from_mins(10);

#[derive(Clone)]
pub struct House {
    pub store: Store,
    pub clock: SharedClock,
    pub zone: TimeZone,
    pub recall: Recall,
    pub roles: Roles,
    pub retirements: Retirements,
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
        let http = networks::http_client(config, &clock)?;
        let budget = Arc::new(budget(config, &store, &clock));
        let roles = Roles::build(&Means {
            config,
            clock: &clock,
            store: &store,
            budget: &budget,
            http: &http,
        })?;
        let retirements = Retirements::of(&roles);
        let recall = Recall::open(
            &config.place.index_uri,
            store.clone(),
            roles.embedder.clone(),
            clock.clone(),
        );
        let sandbox = Arc::new(Sandbox::new(
            config.place.sandbox(),
            clock.clone(),
            Options::default(),
        ));
        let lens = Arc::new(networks::lens(config, &http, &clock, &store)?);
        let sources: Vec<Arc<dyn Source>> = vec![lens.clone(), sandbox.clone()];
        let outlets = networks::outlets(&lens, &sandbox);
        let media = MediaFolder::at(config.place.media());
        let control = ControlRoom::new(ChatHouse {
            store: store.clone(),
            clock: clock.clone(),
            zone: config.place.timezone.clone(),
            workspace: WORKSPACE,
            finder: Arc::new(recall.clone()),
            accounts: Arc::new(OutletAccounts {
                outlets: outlets.clone(),
                sandbox: Arc::clone(&sandbox),
            }),
            pictures: Arc::new(Album(media.clone())),
            fetchable: sources.iter().map(|source| source.network()).collect(),
            models: roles.in_words(),
            small_writer: roles.text.first().is_some_and(|model| model.continues()),
            budget: config.models.daily_budget,
            unpriced: roles.unpriced(),
            advice: Arc::new(retirements.clone()),
        });
        for frontend in frontends {
            control.open(frontend);
        }
        let (composer, painter) = roles.workshop(&Tools {
            store: &store,
            recall: &recall,
            media: &media,
            prompts: &prompts,
            outlets: &outlets,
        });
        let parts = handlers::Parts {
            store: store.clone(),
            control: control.clone(),
            recall: recall.clone(),
            sources,
            http,
            media: media.clone(),
            composer,
            painter,
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
        let worker = worker(&parts, &clock);
        let zone = config.place.timezone.clone();
        Ok(Self {
            store,
            clock,
            zone,
            recall,
            roles,
            retirements,
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
        self.store.due_at_last(self.clock.now()).await?;
        due::mind_zone(&self.store, WORKSPACE, &self.zone).await?;
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        media::request_sweep(&mut tx, now).await?;
        for identity in &config.people.owners {
            match tx.operator_of(identity).await? {
                Some(operator) if operator.role == Role::Owner => {}
                Some(operator) => tx.set_role(operator.id, Role::Owner).await?,
                None => {
                    // Their network tells their name when they write.
                    let name = identity.to_string();
                    tx.add_operator(WORKSPACE, &name, Role::Owner, identity)
                        .await?;
                }
            }
        }
        tx.commit().await?;
        self.control.go_on().await?;
        self.keep_index_up().await?;
        self.control.resume().await?;
        Ok(())
    }

    /// Writes the job that brings the index up, where it is behind or missing.
    async fn keep_index_up(&self) -> Result<(), RecallError> {
        if !self.recall.needs_work().await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        crate::flow::recall::request(&mut tx, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Waits until nothing is due or under way that somebody may wait for. The rest goes on at the next start.
    pub async fn finish_work(&self, stop: &CancellationToken) {
        let written = self.store.jobs_written();
        let done = async {
            loop {
                let wake = written.notified();
                match self.store.work_in_hand(self.clock.now()).await {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "whether work is left cannot be told");
                        return;
                    }
                }
                // A timeout is a look without having been woken.
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

    /// What hangs on the clock.
    pub fn on_ticks(&self) -> OnTicks {
        let on = |work: fn(Self) -> BoxFuture<'static, ()>| -> OnTick {
            let house = self.clone();
            Arc::new(move || work(house.clone()))
        };
        OnTicks {
            due: {
                let house = self.clone();
                Arc::new(move || {
                    let house = house.clone();
                    Box::pin(async move { house.take_up_what_is_due().await })
                })
            },
            minute: on(|house| Box::pin(async move { house.look_after().await })),
            set_back: on(|house| Box::pin(async move { house.clock_was_set_back().await })),
        }
    }

    /// Says when the next thing falls due.
    async fn take_up_what_is_due(&self) -> Option<Timestamp> {
        let taken_up = async {
            let next = self.store.next_due_at().await?;
            if next.is_none_or(|next| next > self.clock.now()) {
                return Ok(next);
            }
            due::turn(&self.store, self.clock.now(), &self.zone, &HouseDuties).await?;
            self.store.next_due_at().await
        };
        match taken_up.await {
            Ok(next) => next,
            Err(error) => {
                if !self.store.log_if_full(&error) {
                    tracing::error!(%error, "what is due could not be looked up");
                }
                // Tried again at the next look.
                Some(self.clock.now())
            }
        }
    }

    /// Upkeep: idle models and an idle index leave the memory, an index that fell behind catches up, old rows go.
    async fn look_after(&self) {
        let models = self.roles.local.unload_idle(self.clock.now());
        if self.recall.close_idle().await || models > 0 {
            code_pages::let_go();
        }
        self.retirements.refresh(self.clock.now()).await;
        match self.keep_index_up().await {
            Err(RecallError::Store(error)) if self.store.log_if_full(&error) => {}
            Err(error) => tracing::error!(%error, "the index could not be looked after"),
            Ok(()) => {}
        }
        match self.control.resume().await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "what was left of the inbox is taken up"),
            Err(error) => {
                tracing::error!(error = %format!("{error:#}"), "the inbox could not be looked after");
            }
        }
        if let Err(error) = self.store.drop_old(self.clock.now()).await
            && !self.store.log_if_full(&error)
        {
            tracing::error!(%error, "old rows could not be dropped");
        }
    }

    /// What was set to a time by the clock that was wrong is set anew.
    async fn clock_was_set_back(&self) {
        let mended = async {
            self.store.due_at_last(self.clock.now()).await?;
            due::realign(&self.store, WORKSPACE, &self.zone).await
        };
        if let Err(error) = mended.await
            && !self.store.log_if_full(&error)
        {
            tracing::error!(%error, "times could not be set anew");
        }
    }

    /// Closes everything. What hangs is left behind: it is taken up again at the next start.
    pub async fn close(&self) {
        let closed = async {
            self.control.close().await;
            self.sandbox.close().await;
            self.store.close().await;
        };
        if tokio::time::timeout(CLOSE_LIMIT, closed).await.is_err() {
            tracing::warn!("something did not close in time");
        }
    }
}

fn worker(parts: &handlers::Parts, clock: &SharedClock) -> Worker {
    Worker::new(
        parts.store.clone(),
        clock.clone(),
        handlers::all(parts),
        Arc::new(TellRoom),
        WorkerOptions {
            seed: rand::random(),
            ..WorkerOptions::default()
        },
    )
}

/// The day's money, with a word to people when most of it is gone.
fn budget(config: &Config, store: &Store, clock: &SharedClock) -> Budget {
    let daily = config.models.daily_budget;
    let zone = config.place.timezone.clone();
    let ledger = WatchedLedger {
        store: store.clone(),
        clock: clock.clone(),
        zone: zone.clone(),
        daily,
    };
    let tasks = config.models.task_budgets.clone();
    Budget::new(Arc::new(ledger), clock.clone(), zone, daily, tasks)
}

/// The accounts behind the outlets.
struct OutletAccounts {
    outlets: Vec<Arc<dyn Outlet>>,
    sandbox: Arc<Sandbox>,
}

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
        let mut all: Vec<_> = self.outlets.iter().flat_map(of).collect();
        // The sandbox is for where nothing else is set up.
        if all.iter().any(|(network, _)| *network != Network::Sandbox) {
            all.retain(|(network, _)| *network != Network::Sandbox);
        }
        all
    }

    fn actions(&self, network: Network) -> &'static [Action] {
        let outlet = self
            .outlets
            .iter()
            .find(|outlet| outlet.network() == network);
        outlet.map_or(&[], |outlet| outlet.actions())
    }

    async fn knows(&self, network: Network, author: &str) -> bool {
        network != Network::Sandbox || self.sandbox.knows(author).await.unwrap_or(true)
    }

    async fn check(&self, network: Network, account: &str) -> Result<String, String> {
        let Some(outlet) = self
            .outlets
            .iter()
            .find(|outlet| outlet.network() == network)
        else {
            return Err(format!("{network}:{account} is not set up."));
        };
        match tokio::time::timeout(Duration::from_secs(20), outlet.check()).await {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("{network} did not answer in 20 seconds.")),
        }
    }
}
