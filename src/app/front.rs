//! The front ends that are configured, opened and kept.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::Trouble;
use super::house::House;
use crate::chat::control_room::Announce;
use crate::chat::frontend::Frontend;
use crate::chat::words;
use crate::config::Config;
use crate::config::discord::Discord as DiscordSettings;
use crate::config::log::Log;
use crate::config::telegram::Telegram as Settings;
use crate::domain::operator::Surface;
use crate::frontends::discord::{Discord, Options as DiscordOptions};
use crate::frontends::telegram::{Limits, Options as TelegramOptions, Telegram, Webhook};
use crate::frontends::terminal::{self, ControlDesk, End, LogWriter, Options, Terminal};
use crate::lifecycle::output;
use crate::telemetry;

/// Where people speak to this Lumen.
pub struct Fronts {
    /// Open when stdin is a terminal, when it is asked for, or when there is nothing else.
    screen: Option<Arc<Terminal>>,
    screen_open: AtomicBool,
    pub telegram: Option<Arc<Telegram>>,
    pub discord: Option<Arc<Discord>>,
}

/// The Telegram front end of these settings.
pub fn telegram(settings: &Settings) -> anyhow::Result<Arc<Telegram>> {
    Telegram::new(TelegramOptions {
        token: settings.token.expose_secret().to_owned(),
        api_url: settings.api_url.clone(),
        webhook: settings.webhook.as_ref().map(|webhook| Webhook {
            url: webhook.url.clone(),
            address: webhook.address,
        }),
        limits: Limits::TELEGRAM,
    })
}

/// The Discord front end of these settings.
pub fn discord(settings: &DiscordSettings) -> anyhow::Result<Arc<Discord>> {
    Discord::new(DiscordOptions {
        token: settings.token.expose_secret().to_owned(),
        api_url: settings.api_url.clone(),
        guild: settings.guild,
    })
}

impl Fronts {
    /// Opens them, and starts logging where it does not tear the screen.
    pub fn open(config: &Config, terminal: bool) -> Result<Self, Trouble> {
        let telegram = config.telegram.as_ref().map(telegram).transpose()?;
        let discord = config.discord.as_ref().map(discord).transpose()?;
        let alone = telegram.is_none() && discord.is_none();
        let opens = terminal || alone || std::io::stdin().is_terminal();
        let screen = opens.then(|| screen(config)).transpose()?;
        match screen.as_deref() {
            Some(screen) => {
                let (log, wanted) = (screen.log_writer(), wanted(config, screen));
                telemetry::start_logging(&wanted, move || log.clone());
            }
            None => telemetry::start_logging(&config.log, std::io::stderr),
        }
        Ok(Self {
            screen_open: AtomicBool::new(screen.is_some()),
            screen,
            telegram,
            discord,
        })
    }

    pub fn list(&self) -> Vec<Arc<dyn Frontend>> {
        let screen = self.screen.clone().map(|it| it as Arc<dyn Frontend>);
        let telegram = self.telegram.clone().map(|it| it as Arc<dyn Frontend>);
        let discord = self.discord.clone().map(|it| it as Arc<dyn Frontend>);
        screen.into_iter().chain(telegram).chain(discord).collect()
    }

    /// Each with its state, for `/readyz`.
    pub fn states(&self) -> Vec<(String, String)> {
        let mut states = Vec::new();
        if self.screen.is_some() {
            let open = self.screen_open.load(Ordering::Relaxed);
            let word = if open { "open" } else { "closed" };
            states.push(("terminal".to_owned(), word.to_owned()));
        }
        if let Some(telegram) = &self.telegram {
            states.push(("telegram".to_owned(), telegram.connection()));
        }
        if let Some(discord) = &self.discord {
            states.push(("discord".to_owned(), discord.connection()));
        }
        states
    }

    /// Prints the one-time code for `/claim` where a chat has no owner yet.
    pub async fn offer_claims(&self, house: &House) -> anyhow::Result<()> {
        let telegram = self.telegram.is_some().then_some(Surface::Telegram);
        let discord = self.discord.is_some().then_some(Surface::Discord);
        for surface in telegram.into_iter().chain(discord) {
            let log = self.screen.as_deref().map(Terminal::log_writer);
            house
                .control
                .offer_claim(surface, announce(surface, log))
                .await?;
        }
        Ok(())
    }

    /// Whether there is a terminal to say something at.
    pub const fn has_screen(&self) -> bool {
        self.screen.is_some()
    }

    /// Whether only the terminal is there.
    const fn alone(&self) -> bool {
        self.telegram.is_none() && self.discord.is_none()
    }

    /// Runs the terminal until it closes, and then, with another front end, on until `stop`.
    pub async fn run(&self, house: &House, stop: &CancellationToken) -> anyhow::Result<()> {
        let Some(screen) = &self.screen else {
            stop.cancelled().await;
            return Ok(());
        };
        let desk = Arc::new(ControlDesk::new(house.control.clone()));
        let end = terminal::run(desk, screen.clone(), stop.clone()).await;
        self.screen_open.store(false, Ordering::Relaxed);
        match (end, self.alone()) {
            (Ok(End::InputDone | End::Closed), true) => {
                // What is in hand is finished first.
                house.finish_work(stop).await;
                Ok(())
            }
            (Ok(End::InputDone | End::Closed), false) => {
                house.control.shut(Surface::Terminal);
                stop.cancelled().await;
                Ok(())
            }
            (Err(error), false) => {
                tracing::error!(error = format!("{error:#}"), "the terminal is closed");
                house.control.shut(Surface::Terminal);
                stop.cancelled().await;
                Ok(())
            }
            (end, _) => end.map(|_| ()),
        }
    }
}

/// What is logged beside an open screen.
fn wanted(config: &Config, screen: &Terminal) -> Log {
    if screen.shows_logs() {
        config.log.among_the_talk()
    } else {
        config.log.clone()
    }
}

fn screen(config: &Config) -> anyhow::Result<Arc<Terminal>> {
    let options = Options {
        run: uuid::Uuid::new_v4().simple().to_string(),
        person: config.person.clone(),
        history: Some(config.place.history()),
    };
    let env = |name: &str| config.surroundings.get(name).map(str::to_owned);
    Ok(Arc::new(Terminal::open(options, env)?))
}

/// The one secret that may be printed: to stderr, or where the log goes while a screen is open.
fn announce(surface: Surface, log: Option<LogWriter>) -> Announce {
    Arc::new(move |code: &str| {
        let line = words::people::claim_code(words::house::chat(surface), code);
        match log.clone() {
            // A screen that cannot be written to is gone, and so is whoever would have read it.
            Some(mut log) => drop(writeln!(log, "{line}")),
            None => output::tell(&line),
        }
    })
}
