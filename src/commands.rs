//! What each subcommand does, and how it ends.

mod models;

use std::path::{Path, PathBuf};

use crate::app::{self, Trouble};
use crate::config::Config;
use crate::index;
use crate::lifecycle::output;
use crate::platforms::sandbox::control::FailRequest;
use crate::telemetry;

/// How a subcommand ended: exit status 0, 1 or 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Done,
    Failed,
    /// The configuration, or the place it names, is wrong.
    Misconfigured,
}

/// What `lumen sandbox` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SandboxAction {
    Posts,
    Fail(FailRequest),
    Heal,
    Say {
        handle: String,
        text: String,
        to: Option<String>,
    },
    Delete {
        id: String,
    },
    Edit {
        id: String,
        text: String,
    },
}

/// Starts everything that is configured and runs until it is told to stop.
#[must_use]
pub fn run(terminal: bool) -> End {
    with_config(|config| {
        let counters = telemetry::start_counting()?;
        on_runtime(app::run(config, terminal, counters))
    })
}

#[must_use]
pub fn check() -> End {
    quietly(app::check::run)
}

#[must_use]
pub fn import(file: &Path, own: bool) -> End {
    quietly(|config| app::archive::import(config, file, own))
}

#[must_use]
pub fn backup(file: &Path) -> End {
    quietly(|config| app::archive::backup(config, file))
}

#[must_use]
pub fn restore(file: &Path) -> End {
    quietly(|config| app::archive::restore(config, file))
}

#[must_use]
pub fn sandbox(action: SandboxAction) -> End {
    quietly(|config| app::archive::sandbox(config, action))
}

/// Prints the local text models that one could have.
#[must_use]
pub fn models() -> End {
    with_config(|config| {
        print!("{}", models::table(&config.place.models_dir)?);
        Ok(())
    })
}

/// What `index/apart.rs` has a process of its own do.
#[must_use]
pub fn index_upkeep() -> End {
    match index::apart::work() {
        Ok(()) => End::Done,
        Err(error) => {
            output::print(&format!("{error}\n"));
            End::Failed
        }
    }
}

/// A subcommand without front ends: logs go to stderr.
fn quietly<F: Future<Output = Result<(), Trouble>>>(work: impl FnOnce(Config) -> F) -> End {
    with_config(|config| {
        telemetry::start_logging(&config.log, std::io::stderr);
        on_runtime(work(config))
    })
}

fn with_config(work: impl FnOnce(Config) -> Result<(), Trouble>) -> End {
    let config = match Config::from_process() {
        Ok(config) => config,
        Err(error) => {
            output::tell(&error);
            return End::Misconfigured;
        }
    };
    if let Some(program) = own_program() {
        index::apart::by_program(program);
    }
    for remark in &config.remarks {
        output::tell(remark);
    }
    match work(config) {
        Ok(()) => End::Done,
        Err(Trouble::Setting(error)) => {
            output::tell(&error);
            End::Misconfigured
        }
        Err(Trouble::Told) => End::Failed,
        Err(Trouble::Failed(error)) => {
            output::tell(format_args!("Lumen has to stop: {error:#}"));
            End::Failed
        }
    }
}

/// This program, also when another version has taken its place on the disk.
fn own_program() -> Option<PathBuf> {
    let lasting = Path::new("/proc/self/exe");
    if lasting.exists() {
        return Some(lasting.to_owned());
    }
    std::env::current_exe().ok()
}

/// Runs `work` on a runtime of its own. A thread that still reads stdin or computes does not hold the end up.
fn on_runtime(work: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)?;
    let end = runtime.block_on(work);
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    end
}
