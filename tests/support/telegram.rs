//! The real binary with a chat as its front end, and drafts that nobody had to wait for.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lumen::domain::clock::SystemClock;
use lumen::domain::content::Content;
use lumen::domain::draft::{Purpose, Writer};
use lumen::domain::ids::WorkspaceId;
use lumen::domain::network::Network;
use lumen::domain::operator::{Identity, Role, Surface};
use lumen::store::{NewDraft, NewRevision, Store, StoreOptions};

use super::binary::House;
use super::bot_api::{BotApi, TOKEN};
use super::discord_api::{self, DiscordApi};

/// A running Lumen whose talk is in a chat.
pub struct Lumen {
    pub child: Child,
    pub log: PathBuf,
}

impl Lumen {
    /// Starts it on this house, with its log in a file.
    pub fn start(house: &House, api: &BotApi) -> Self {
        Self::with(house, api, |_| {})
    }

    pub fn with(house: &House, api: &BotApi, change: impl FnOnce(&mut Command)) -> Self {
        Self::run(house, |command| {
            command
                .env("TELEGRAM_BOT_TOKEN", TOKEN)
                .env("TELEGRAM_API_URL", api.url());
            change(command);
        })
    }

    /// Starts it with its talk on Discord.
    pub fn on_discord(house: &House, api: &DiscordApi) -> Self {
        Self::run(house, |command| discord(command, api))
    }

    /// The same, with everything in its log that there is to log.
    pub fn on_discord_loudly(house: &House, api: &DiscordApi) -> Self {
        Self::run(house, |command| {
            discord(command, api);
            command.env("LUMEN_LOG", "trace");
        })
    }

    /// Starts it with its talk on both.
    pub fn on_both(house: &House, telegram: &BotApi, api: &DiscordApi) -> Self {
        Self::with(house, telegram, |command| discord(command, api))
    }

    fn run(house: &House, change: impl FnOnce(&mut Command)) -> Self {
        let log = house.folder().join("log");
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log");
        let mut command = house.command(&[]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        change(&mut command);
        let child = command.spawn().expect("the binary starts");
        Self { child, log }
    }

    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until the log has a line with `words`, and gives the newest.
    pub fn until_logged(&self, words: &str) -> String {
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            let log = self.logged();
            if let Some(line) = log.lines().rev().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            assert!(
                Instant::now() < end,
                "no \u{201c}{words}\u{201d} in:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The one-time code that was printed last.
    pub fn code(&self) -> String {
        let line = self.until_logged("/claim ");
        let at = line.rfind("/claim ").expect("it is there") + "/claim ".len();
        line[at..].trim().to_owned()
    }

    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM; whether it ended with 0, and how long that took.
    pub fn stop(mut self) -> (bool, Duration) {
        let began = Instant::now();
        let id = i32::try_from(self.child.id()).expect("a process id");
        let process = rustix::process::Pid::from_raw(id).expect("a process id");
        rustix::process::kill_process(process, rustix::process::Signal::TERM)
            .expect("it can be signalled");
        let status = self.child.wait().expect("it ends");
        (status.success(), began.elapsed())
    }
}

impl Drop for Lumen {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn discord(command: &mut Command, api: &DiscordApi) {
    command
        .env("DISCORD_TOKEN", discord_api::TOKEN)
        .env("DISCORD_API_URL", api.url());
}

/// Does something with the store of a house whose Lumen does not run.
pub fn with_store<T, F: Future<Output = T>>(house: &House, work: impl FnOnce(Store) -> F) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    std::fs::create_dir_all(house.data()).expect("a data directory");
    runtime.block_on(async {
        let options = StoreOptions::file(&house.data().join("lumen.db"));
        let store = Store::open(&options, Arc::new(SystemClock))
            .await
            .expect("the store opens");
        let done = work(store.clone()).await;
        store.close().await;
        done
    })
}

/// A house with an owner on Telegram and waiting drafts with these texts.
pub fn house_with(owner: u64, drafts: &[&str]) -> House {
    house_of(&[(Surface::Telegram, owner)], drafts)
}

/// A house with these owners and waiting drafts with these texts.
pub fn house_of(owners: &[(Surface, u64)], drafts: &[&str]) -> House {
    let house = House::new();
    with_store(&house, |store| async move {
        let mut tx = store.begin().await.expect("a change");
        let w = WorkspaceId::FIRST;
        for (nth, (surface, id)) in owners.iter().enumerate() {
            let identity = Identity {
                surface: *surface,
                external_id: id.to_string(),
            };
            let name = if nth == 0 {
                "mira".to_owned()
            } else {
                format!("owner{nth}")
            };
            tx.add_operator(w, &name, Role::Owner, &identity)
                .await
                .expect("an owner");
        }
        for (nth, text) in drafts.iter().enumerate() {
            let draft = NewDraft {
                number: None,
                purpose: Purpose::Post {
                    topic: "what is new".to_owned(),
                },
                task: None,
                origin: format!("test:{nth}"),
                expires_at: tx.now() + Duration::from_hours(300),
            };
            tx.new_draft(w, &draft, &written(text))
                .await
                .expect("a draft");
        }
        tx.commit().await.expect("kept");
    });
    house
}

fn written(text: &str) -> NewRevision {
    NewRevision {
        content: Content {
            network: Network::Sandbox,
            account: "lumen".to_owned(),
            text: text.to_owned(),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        },
        findings: Vec::new(),
        leans_on: Vec::new(),
        examples: Vec::new(),
        persona_version: 1,
        guidance: None,
        writer: Writer::Person {
            name: "mira".to_owned(),
        },
    }
}

/// A small picture.
pub fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(64, 48)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}
