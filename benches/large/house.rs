//! The whole program around an in-memory chat, with a clock that can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use lumen::app::house::House;
use lumen::chat::frontend::Frontend;
use lumen::chat::incoming::{Incoming, Said};
use lumen::config::Config;
use lumen::config::env::Environment;
use lumen::domain::clock::{ManualClock, SharedClock};
use lumen::domain::ids::InboxId;
use lumen::domain::operator::{Identity, RoomAddress, Surface};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::frontend::Recorder;
use crate::work::Work;

/// The owner, who also names the chat.
const PERSON: &str = "1";

pub struct Running {
    pub house: House,
    pub clock: Arc<ManualClock>,
    pub chat: Arc<Recorder>,
    stop: CancellationToken,
    worker: JoinHandle<()>,
    updates: AtomicU64,
    _folder: tempfile::TempDir,
}

impl Running {
    pub async fn start(work: &Work) -> anyhow::Result<Self> {
        let folder = work.scratch()?;
        let data = folder.path().to_string_lossy().into_owned();
        let models = work.models.to_string_lossy().into_owned();
        let environment: Environment = [
            ("LUMEN_DATA_DIR", data),
            ("LUMEN_MODELS_DIR", models),
            ("LUMEN_OWNERS", format!("telegram:{PERSON}")),
            ("LUMEN_HTTP_ADDR", "off".to_owned()),
        ]
        .into_iter()
        .collect();
        let config = Config::from_env(&environment)?;
        let clock = Arc::new(ManualClock::at(Timestamp::now()));
        let chat = Arc::new(Recorder::default());
        let frontends = vec![chat.clone() as Arc<dyn Frontend>];
        let house = House::open(&config, clock.clone() as SharedClock, frontends)
            .await
            .map_err(|trouble| anyhow::anyhow!("{trouble:?}"))?;
        house.settle_in(&config).await?;
        let stop = CancellationToken::new();
        let worker = {
            let (worker, until) = (house.worker.clone(), stop.clone());
            tokio::spawn(async move { worker.run(until).await })
        };
        Ok(Self {
            house,
            clock,
            chat,
            stop,
            worker,
            updates: AtomicU64::new(1),
            _folder: folder,
        })
    }

    pub async fn type_in(&self, line: &str) -> anyhow::Result<InboxId> {
        let text = line.to_owned();
        self.take(Said::Text { text }).await
    }

    pub async fn press(&self, code: String) -> anyhow::Result<InboxId> {
        self.take(Said::Press {
            code,
            message: None,
        })
        .await
    }

    async fn take(&self, body: Said) -> anyhow::Result<InboxId> {
        let identity = Identity {
            surface: Surface::Telegram,
            external_id: PERSON.to_owned(),
        };
        let update = self.updates.fetch_add(1, Ordering::Relaxed);
        let incoming = Incoming {
            external_id: update.to_string(),
            room: RoomAddress {
                surface: Surface::Telegram,
                chat: PERSON.to_owned(),
                thread: None,
            },
            sender: identity,
            sender_name: "owner".to_owned(),
            private: true,
            groups: Vec::new(),
            ticket: None,
            body,
        };
        self.house.control.take(incoming).await
    }

    /// Types a line and waits until its work is done.
    pub async fn say(&self, line: &str) -> anyhow::Result<()> {
        let id = self.type_in(line).await?;
        let done = self.house.control.settled(id, Duration::from_mins(3)).await;
        anyhow::ensure!(done, "{line} took more than three minutes");
        Ok(())
    }

    pub async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.worker.await?;
        self.house.close().await;
        Ok(())
    }
}
