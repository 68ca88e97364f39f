//! The only file, with its folder, that knows every concrete type: it builds the house from the configuration and runs it.

pub mod archive;
pub mod check;
mod duties;
mod front;
mod handlers;
pub mod house;
mod money;
mod networks;
mod pictures;
mod retirements;
mod roles;
mod unfinished;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::error::UserError;
use crate::http;
use crate::lifecycle::{self, output};
use crate::schedule::ticks::Ticks;
use front::Fronts;
use house::House;

/// Why a subcommand did not do what it was asked.
#[derive(Debug)]
pub enum Trouble {
    /// The configuration, or the place it names: exit status 2, with this on stderr.
    Setting(UserError),
    /// Everything has been said already.
    Told,
    Failed(anyhow::Error),
}

impl From<UserError> for Trouble {
    fn from(error: UserError) -> Self {
        Self::Setting(error)
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

/// Runs everything that is configured until it is told to stop, or the terminal that is its only front end closes.
pub async fn run(
    config: Config,
    terminal: bool,
    counters: PrometheusHandle,
) -> Result<(), Trouble> {
    let _held = lifecycle::hold(&config.place.data_dir)?;
    let stop = lifecycle::stop_on_signals()?;
    let port = match config.http.address {
        Some(address) => Some(http::listen(address).await.map_err(|error| {
            UserError::new(
                format!(
                    "LUMEN_HTTP_ADDR is \u{201c}{address}\u{201d}, which cannot be opened: {error}."
                ),
                "Another address, or off, goes without it.",
            )
        })?),
        None => None,
    };
    let fronts = Arc::new(Fronts::open(&config, terminal)?);
    let house = House::open(&config, Arc::new(SystemClock), fronts.list()).await?;
    house.settle_in(&config).await?;
    fronts.offer_claims(&house).await?;

    let background = Background::start(&house, &fronts, port, counters, &stop).await?;
    let end = fronts.run(&house, &stop).await;
    // The rooms end beside the jobs: what is in hand in either has the same time.
    let rooms = tokio::time::timeout(lifecycle::SOFT_STOP, house.control.close());
    let (in_time, ()) = tokio::join!(rooms, background.end(&stop));
    if in_time.is_err() {
        tracing::warn!("a command did not end in time; it is taken up again at the next start");
    }
    if stop.is_cancelled() && fronts.has_screen() {
        match unfinished::lines(&house).await {
            Ok(lines) => lines
                .iter()
                .for_each(|line| output::print(&format!("{line}\n"))),
            Err(error) => tracing::warn!(%error, "what goes on at the next start cannot be told"),
        }
    }
    house.close().await;
    end.map_err(Trouble::Failed)
}

/// Everything that runs beside the front ends.
struct Background {
    tasks: tokio::task::JoinSet<()>,
    ticks: Ticks,
    stop: CancellationToken,
}

impl Background {
    async fn start(
        house: &House,
        fronts: &Arc<Fronts>,
        port: Option<tokio::net::TcpListener>,
        counters: PrometheusHandle,
        stop: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let stop = stop.child_token();
        let mut tasks = tokio::task::JoinSet::new();
        if let Some(listener) = port {
            let report = Arc::new(Reporting {
                house: house.clone(),
                fronts: Arc::clone(fronts),
                counters,
            });
            let until = stop.clone();
            tasks.spawn(async move {
                if let Err(error) = http::serve(listener, report, until).await {
                    tracing::error!(%error, "the HTTP port is closed");
                }
            });
        }
        if let Some(telegram) = fronts.telegram.clone() {
            tasks.spawn(telegram.run(house.control.clone(), stop.clone()));
        }
        if let Some(discord) = fronts.discord.clone() {
            tasks.spawn(discord.run(house.control.clone(), stop.clone()));
        }
        let (worker, until) = (house.worker.clone(), stop.clone());
        tasks.spawn(async move { worker.run(until).await });
        let ticks =
            Ticks::start(house.clock.clone(), house.store.changed(), house.on_ticks()).await?;
        Ok(Self { tasks, ticks, stop })
    }

    /// Stops everything; what does not end in time is cut off, and taken up again at the next start.
    async fn end(mut self, signalled: &CancellationToken) {
        self.stop.cancel();
        let limit = if signalled.is_cancelled() {
            lifecycle::SOFT_STOP
        } else {
            Duration::from_secs(5)
        };
        let all = async {
            if let Err(error) = self.ticks.stop().await {
                tracing::warn!(error = %format!("{error:#}"), "the ticks did not stop");
            }
            while self.tasks.join_next().await.is_some() {}
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("some work did not end in time; it is taken up again at the next start");
        }
    }
}

struct Reporting {
    house: House,
    fronts: Arc<Fronts>,
    counters: PrometheusHandle,
}

#[async_trait]
impl http::Report for Reporting {
    async fn readiness(&self) -> http::Readiness {
        let index = self.house.recall.state().await;
        let writable = self.house.store.probe_write().await;
        let store = match (&index, &writable) {
            (Err(error), _) | (_, Err(error)) => error.to_string(),
            _ => "open".to_owned(),
        };
        http::Readiness {
            ready: index.is_ok() && writable.is_ok(),
            store,
            index: index.map_or_else(|_| "unknown".to_owned(), |state| state.to_string()),
            frontends: self.fronts.states(),
        }
    }

    fn metrics(&self) -> String {
        self.counters.render()
    }
}
