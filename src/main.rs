//! The program: reads the command line, hands over to the library, and turns the end into an exit status.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lumen::commands::{self, End};
use lumen::platforms::sandbox::control::FailRequest;

/// A social-media assistant that a team runs from its own chat.
#[derive(Parser)]
#[command(version, about, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    /// Open the terminal control room even when stdin is no terminal.
    #[arg(long, global = true)]
    terminal: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Start every configured front end, the scheduler and the HTTP port. The default.
    Run,
    /// Test the configuration and every configured service with a real call.
    Check,
    /// Take in an archive of posts, as JSON Lines; `-` reads stdin.
    Import {
        file: PathBuf,
        /// The posts are the brand's own voice.
        #[arg(long)]
        own: bool,
    },
    /// List local text models that one could have: size, memory, seconds per draft here, languages, licence.
    Models,
    /// Write everything to one file, also while Lumen runs.
    Backup { file: PathBuf },
    /// Bring a backup back. What is there now is moved aside.
    Restore { file: PathBuf },
    /// Do upkeep of the index for another process of Lumen, which says on stdin what.
    #[command(hide = true)]
    IndexUpkeep,
    /// Play the other side of the sandbox network.
    Sandbox {
        #[command(subcommand)]
        action: Sandbox,
    },
}

#[derive(Subcommand)]
enum Sandbox {
    /// List what Lumen published there.
    Posts,
    /// Have an operation fail: fetch, publish, `look_up` or picture.
    Fail {
        operation: String,
        kind: String,
        /// How often; 0 is until healed.
        #[arg(long)]
        times: Option<u32>,
        /// For `slow_down`, the wait it asks for; for late, when the post is there.
        #[arg(long)]
        wait_seconds: Option<u64>,
        /// Take this long before it happens.
        #[arg(long, default_value_t = 0)]
        delay_ms: u64,
        /// For late: how many look-ups cannot say yet.
        #[arg(long)]
        after_look_ups: Option<u32>,
    },
    /// Have everything work again.
    Heal,
    /// Post as somebody else.
    Say {
        /// Who says it, such as @guest.
        handle: String,
        text: String,
        /// The post that it answers, such as s12; also one of Lumen's.
        #[arg(long)]
        to: Option<String>,
    },
    /// Delete somebody's post.
    Delete { id: String },
    /// Change somebody's post.
    Edit { id: String, text: String },
}

fn main() -> ExitCode {
    lumen::config::libraries::tell_libraries();
    let line = Line::parse();
    let end = match line.command.unwrap_or(Command::Run) {
        Command::Run => commands::run(line.terminal),
        Command::Check => commands::check(),
        Command::Import { file, own } => commands::import(&file, own),
        Command::Models => commands::models(),
        Command::Backup { file } => commands::backup(&file),
        Command::Restore { file } => commands::restore(&file),
        Command::IndexUpkeep => commands::index_upkeep(),
        Command::Sandbox { action } => commands::sandbox(match action {
            Sandbox::Posts => commands::SandboxAction::Posts,
            Sandbox::Fail {
                operation,
                kind,
                times,
                wait_seconds,
                delay_ms,
                after_look_ups,
            } => commands::SandboxAction::Fail(FailRequest {
                operation,
                kind,
                times,
                wait_seconds,
                delay_ms,
                after_look_ups,
            }),
            Sandbox::Heal => commands::SandboxAction::Heal,
            Sandbox::Say { handle, text, to } => commands::SandboxAction::Say { handle, text, to },
            Sandbox::Delete { id } => commands::SandboxAction::Delete { id },
            Sandbox::Edit { id, text } => commands::SandboxAction::Edit { id, text },
        }),
    };
    match end {
        End::Done => ExitCode::SUCCESS,
        End::Failed => ExitCode::from(1),
        End::Misconfigured => ExitCode::from(2),
    }
}
