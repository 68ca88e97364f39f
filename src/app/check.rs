//! `lumen check`: every configured service with a real call, in a table.

mod models;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use super::Trouble;
use super::front;
use super::house::House;
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::network::Network;
use crate::http;
use crate::lifecycle::{self, output};
use crate::platforms::Outlet as _;

/// How long one service may take.
const LIMIT: Duration = Duration::from_mins(1);

/// One line of the table: what was tested, and how it went.
struct Line {
    part: &'static str,
    /// `works`, `fails`, `off`, or `absent`: it does not work, and nobody has asked for it.
    state: &'static str,
    says: String,
}

impl Line {
    fn of<E: std::fmt::Display>(part: &'static str, result: Result<String, E>) -> Self {
        match result {
            Ok(says) => Self::said(part, "works", says),
            Err(error) => Self::said(part, FAILS, error.to_string()),
        }
    }

    fn said(part: &'static str, state: &'static str, says: impl Into<String>) -> Self {
        let says = says.into();
        Self { part, state, says }
    }
}

const FAILS: &str = "fails";

pub async fn run(config: Config) -> Result<(), Trouble> {
    lifecycle::prepare(&config.place.data_dir)?;
    let house = House::open(&config, Arc::new(SystemClock), Vec::new()).await?;
    let data = format!("data in {}", config.place.data_dir.display());
    let mut lines = vec![Line::said("settings", "works", data), port(&config).await];
    let posts = house.store.post_count(super::house::WORKSPACE).await;
    lines.push(Line::of(
        "store",
        posts.map(|posts| format!("open, {posts} posts")),
    ));
    lines.push(Line::of(
        "index",
        house.recall.state().await.map(|state| state.to_string()),
    ));
    lines.extend(models::lines(&house).await);
    for outlet in &house.outlets {
        let asked = tokio::time::timeout(LIMIT, outlet.check()).await;
        let asked = asked.map_or_else(
            |_| Err(no_answer()),
            |answer| answer.map_err(|error| error.to_string()),
        );
        lines.push(Line::of(outlet.network().name(), asked));
    }
    if let Some(settings) = &config.telegram {
        lines.push(telegram(settings).await);
    }
    if let Some(settings) = &config.discord {
        lines.push(discord(settings).await);
    }
    if !house.lens.can_publish() {
        lines.push(lens_to_read(&house, config.lens.chosen).await);
    }
    house.close().await;
    let head = format!("{:<10} {:<6} says\n", "part", "state");
    let table = lines.iter().fold(head, |table, line| {
        table + &format!("{:<10} {:<6} {}\n", line.part, line.state, line.says)
    });
    output::print(&table);
    if lines.iter().all(|line| line.state != FAILS) {
        Ok(())
    } else {
        Err(Trouble::Told)
    }
}

async fn telegram(settings: &crate::config::telegram::Telegram) -> Line {
    let asked = match front::telegram(settings) {
        Ok(telegram) => tokio::time::timeout(LIMIT, telegram.check())
            .await
            .unwrap_or_else(|_| Err(no_answer())),
        Err(error) => Err(error.to_string()),
    };
    Line::of("telegram", asked)
}

async fn discord(settings: &crate::config::discord::Discord) -> Line {
    let asked = match front::discord(settings) {
        Ok(discord) => tokio::time::timeout(LIMIT, discord.check())
            .await
            .unwrap_or_else(|_| Err(no_answer())),
        Err(error) => Err(error.to_string()),
    };
    Line::of("discord", asked)
}

/// Lens without a key. Where nobody has set it up or follows something there, it may be out of reach.
async fn lens_to_read(house: &House, chosen: bool) -> Line {
    let asked = tokio::time::timeout(LIMIT, house.lens.check()).await;
    let asked = asked.map_or_else(
        |_| Err(no_answer()),
        |answer| answer.map_err(|error| error.to_string()),
    );
    let mut line = Line::of("lens", asked);
    let followed = house.store.sources(super::house::WORKSPACE).await;
    let followed = followed.is_ok_and(|sources| {
        sources
            .iter()
            .any(|source| source.network == Network::Lens && !source.paused)
    });
    if line.state == FAILS && !chosen && !followed {
        line.state = "absent";
        line.says
            .push_str(". Nothing of Lens is set up, so nothing is amiss");
    }
    line
}

/// Whether the HTTP port could be opened; the Lumen that runs on the same data may hold it.
async fn port(config: &Config) -> Line {
    const PART: &str = "http";
    let Some(address) = config.http.address else {
        return Line::said(PART, "off", "no port");
    };
    match http::listen(address).await {
        Ok(_) => Line::said(PART, "works", format!("{address} is free")),
        Err(error)
            if error.kind() == ErrorKind::AddrInUse
                && lifecycle::hold(&config.place.data_dir).is_err() =>
        {
            Line::said(
                PART,
                "works",
                format!("{address}, held by the Lumen that runs"),
            )
        }
        Err(error) => Line::said(PART, FAILS, format!("{address} cannot be opened: {error}")),
    }
}

fn no_answer() -> String {
    format!("no answer in {} seconds", LIMIT.as_secs())
}
