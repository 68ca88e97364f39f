//! The subcommands that work on the data directory: import, backup, restore, and the sandbox's other side.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Trouble;
use super::house::{House, WORKSPACE};
use crate::chat::words;
use crate::chat::words::time::Now;
use crate::commands::SandboxAction;
use crate::config::Config;
use crate::domain::clock::{SharedClock, SystemClock};
use crate::domain::error::UserError;
use crate::domain::progress::{Progress, Step};
use crate::flow::import::{self, Input};
use crate::flow::recall::{self, CaughtUp};
use crate::lifecycle::{self, output};
use crate::platforms::sandbox::control;
use crate::store::backup::{
    BackupError, BackupSources, RestorePlaces, backup as pack, restore as bring_back,
};
use crate::store::{Store, StoreOptions};

/// Signs of life on stderr, for whoever looks at it: a line every few seconds.
#[derive(Default)]
struct OnStderr(Mutex<Option<Instant>>);

impl Progress for OnStderr {
    fn report(&self, step: Step) {
        let Step::Doing(line) = step else { return };
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= Duration::from_secs(3)) {
            *last = Some(Instant::now());
            output::tell(&line);
        }
    }
}

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

fn store_options(config: &Config, read_connections: u32) -> StoreOptions {
    StoreOptions {
        url: config.place.database_url.clone(),
        read_connections,
    }
}

async fn open_store(config: &Config) -> Result<Store, Trouble> {
    Ok(Store::open(&store_options(config, 2), clock())
        .await
        .map_err(|error| error.user())?)
}

fn told(error: &BackupError, folder: &Path) -> Trouble {
    output::tell(error.user(folder));
    Trouble::Told
}

/// Takes in an archive and brings it into the index. Also while Lumen runs on the same data: the store is shared, and
/// the one that runs takes the posts into its index.
pub async fn import(config: Config, file: &Path, own: bool) -> Result<(), Trouble> {
    lifecycle::prepare(&config.place.data_dir)?;
    // Without the lock another Lumen is at work here; the index has one writer.
    let held = lifecycle::hold(&config.place.data_dir).ok();
    let stop = lifecycle::stop_on_signals()?;
    let house = House::open(&config, clock(), Vec::new()).await?;
    let progress = OnStderr::default();
    let report = import::run(
        &house.store,
        WORKSPACE,
        &Input::named(file),
        own,
        &progress,
        &stop,
    )
    .await
    .map_err(|error| {
        output::tell(error.user());
        Trouble::Told
    })?;
    output::print(&format!("{report}\n"));
    let mut tx = house.store.begin().await.map_err(anyhow::Error::from)?;
    recall::request(&mut tx, None)
        .await
        .map_err(anyhow::Error::from)?;
    tx.commit().await.map_err(anyhow::Error::from)?;
    if held.is_some() {
        match house.recall.catch_up_unasked(&progress, &stop).await {
            Ok(CaughtUp::Done) => output::print("Everything is in the index.\n"),
            Ok(_) => output::print("The rest of the index follows when Lumen runs.\n"),
            Err(error) => {
                tracing::warn!(%error, "the index was left to the next start");
                output::print("The index follows when Lumen runs.\n");
            }
        }
    }
    house.close().await;
    // What was taken in stays; a script should see that it was not all.
    if report.broken.count() > 0 {
        return Err(Trouble::Told);
    }
    Ok(())
}

pub async fn backup(config: Config, file: &Path) -> Result<(), Trouble> {
    lifecycle::prepare(&config.place.data_dir)?;
    may_take_a_backup(&config, file).map_err(|error| {
        output::tell(&error);
        Trouble::Told
    })?;
    let store = open_store(&config).await?;
    let sources = BackupSources {
        sandbox_db: Some(config.place.sandbox()),
        media_dir: Some(config.place.media()),
    };
    let report = pack(&store, &sources, file)
        .await
        .map_err(|error| told(&error, folder_of(file)))?;
    store.close().await;
    output::print(&format!(
        "{} holds everything: {} KB, {}.\n",
        file.display(),
        words::thousands(report.bytes.div_ceil(1024)),
        pictures(report.media)
    ));
    Ok(())
}

fn pictures(count: u64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    words::many(count, "picture", "pictures")
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// A backup takes the place of an earlier one of its name, but never that of what it is a backup of.
fn may_take_a_backup(config: &Config, file: &Path) -> Result<(), UserError> {
    let name = file.display();
    if file.is_dir() {
        return Err(UserError::new(
            format!("{name} is a folder."),
            format!(
                "Name a file, such as {}.",
                file.join("lumen.backup").display()
            ),
        ));
    }
    let folder = |path: &Path| folder_of(path).canonicalize().ok();
    let Some(into) = folder(file) else {
        return Err(UserError::new(
            format!("{name} cannot be written: its folder is not there."),
            "Make the folder, or name another place.",
        ));
    };
    let store = store_options(config, 1)
        .path()
        .map_err(|error| error.user())?;
    let place = &config.place;
    for own in [store, place.sandbox(), place.history()] {
        // Also the files that SQLite keeps beside a store.
        let is_own = |own: &OsStr| {
            let written = file.file_name().unwrap_or_default().as_encoded_bytes();
            let behind = written.strip_prefix(own.as_encoded_bytes());
            matches!(behind, Some(b"" | b"-wal" | b"-shm" | b"-journal"))
        };
        if folder(&own).as_ref() == Some(&into) && own.file_name().is_some_and(is_own) {
            return Err(UserError::new(
                format!("{name} is one of Lumen's own files."),
                "Name another file for the backup.",
            ));
        }
    }
    Ok(())
}

pub async fn restore(config: Config, file: &Path) -> Result<(), Trouble> {
    let _held = lifecycle::hold(&config.place.data_dir)?;
    let places = RestorePlaces {
        data_dir: config.place.data_dir.clone(),
        store: store_options(&config, 1)
            .path()
            .map_err(|error| error.user())?,
        sandbox_db: config.place.sandbox(),
        media_dir: config.place.media(),
        index_dir: (!config.place.index_uri.contains("://"))
            .then(|| PathBuf::from(&config.place.index_uri)),
    };
    let report = bring_back(file, &places, clock())
        .await
        .map_err(|error| told(&error, &config.place.data_dir))?;
    let now = Now {
        at: clock().now(),
        zone: config.place.timezone.clone(),
    };
    output::print(&format!(
        "Everything is back as it was on {}, with {}. The index is built anew at the next start.\n",
        now.exactly(report.made_at),
        pictures(report.media)
    ));
    if let Some(kept) = report.kept_in {
        output::print(&format!(
            "What was here before lies in {}.\n",
            kept.display()
        ));
    }
    if report.on_their_way > 0 {
        let drafts = usize::try_from(report.on_their_way).unwrap_or(usize::MAX);
        output::print(&format!(
            "{} on the way out when the backup was made and may have been published since. Nothing goes out until /go: look at /queue first.\n",
            words::many(drafts, "draft was", "drafts were")
        ));
    }
    Ok(())
}

/// Plays the other side of the sandbox network. Also while Lumen runs.
pub async fn sandbox(config: Config, action: SandboxAction) -> Result<(), Trouble> {
    lifecycle::prepare(&config.place.data_dir)?;
    let (file, clock) = (config.place.sandbox(), clock());
    let done = match action {
        SandboxAction::Posts => control::posts(&file, &clock).await.map(|posts| {
            posts.iter().fold(String::new(), |lines, post| {
                lines + &post.to_string() + "\n"
            })
        }),
        SandboxAction::Fail(request) => control::fail(&file, &clock, &request)
            .await
            .map(|line| line + "\n"),
        SandboxAction::Heal => control::heal(&file, &clock).await.map(|line| line + "\n"),
        SandboxAction::Say { handle, text, to } => {
            control::say(&file, &clock, &handle, &text, to.as_deref())
                .await
                .map(|line| line + "\n")
        }
        SandboxAction::Delete { id } => control::delete(&file, &clock, &id)
            .await
            .map(|line| line + "\n"),
        SandboxAction::Edit { id, text } => control::edit(&file, &clock, &id, &text)
            .await
            .map(|line| line + "\n"),
    };
    match done {
        Ok(lines) => {
            output::print(&lines);
            Ok(())
        }
        Err(error) => {
            output::tell(&error);
            Err(Trouble::Told)
        }
    }
}
