//! Upkeep in a process of its own.
//!
//! lance computes on one set of threads, and whatever computes there stands in line. While 6,000 rows came into a million, upkeep in
//! the same process made one search of a hundred take 28 to 46 ms, and the longest of each round 33 to 86; in a process that
//! [gives way](give_way) 22 to 29, and 27 to 59. What upkeep takes in memory goes back with its process, and if it is killed
//! for it, that is the end of an upkeep and not of the program.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::table::Table;
use super::{IndexError, connect};

/// The argument by which the program is told that it is one of those.
pub const ARGUMENT: &str = "index-upkeep";
/// What a list of processes shows before it.
const SHOWN_AS: &str = "lumen";
/// An order is an address and two names.
const LONGEST_ORDER: u64 = 1 << 16;
/// As much of what went wrong as an error says.
const LONGEST_ANSWER: u64 = 1 << 12;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// From now on large upkeep is done by another process of `program`, which answers to [`ARGUMENT`] by [`work`]. Until this is
/// said it is done on a thread of this one.
pub fn by_program(program: PathBuf) {
    // It is one program, whoever says so first.
    let _ = PROGRAM.set(program);
}

/// What a process of its own is to do, and where.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) uri: String,
    pub(super) table: String,
    pub(super) chore: Chore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Chore {
    /// Files are put together, and ids get known: by them rows are replaced.
    Files,
    /// Whatever is to be done.
    All,
}

/// Has a process of its own do what is ordered, and waits for it. `None` when there can be none.
pub(super) async fn ordered(order: &Order) -> Option<Result<(), IndexError>> {
    // What lies in the memory of this process is nowhere else.
    if order.uri.starts_with("memory:") {
        return None;
    }
    let child = Command::new(PROGRAM.get()?)
        .arg0(SHOWN_AS)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Ctrl-C in a terminal is meant for this process, which ends that one.
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    match child {
        Ok(child) => Some(answered(child, order).await),
        Err(error) => {
            tracing::warn!(%error, "upkeep of the index has no process of its own");
            None
        }
    }
}

async fn answered(mut child: Child, order: &Order) -> Result<(), IndexError> {
    let mut order = serde_json::to_vec(order).map_err(failed())?;
    order.push(b'\n');
    let mut why = String::new();
    // Held to the end: that it is closed tells the other process that this one is gone.
    let mut stdin = child.stdin.take();
    if let Some(stdin) = &mut stdin {
        // One that ended at once says why, or by what signal.
        let _ = stdin.write_all(&order).await;
    }
    if let Some(stdout) = child.stdout.take() {
        let mut answer = stdout.take(LONGEST_ANSWER);
        answer.read_to_string(&mut why).await.map_err(failed())?;
    }
    let status = child.wait().await.map_err(failed())?;
    if status.success() {
        return Ok(());
    }
    if why.is_empty() {
        why = format!("its process ended with {status}");
    }
    Err(IndexError::Failed { what: WHAT, why })
}

/// Reads the order from stdin and does it; what goes wrong is said on stdout. Ends when stdin does: whoever ordered it is gone.
///
/// # Errors
/// When it was not done, and why.
pub fn work() -> Result<(), IndexError> {
    give_way();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed())?;
    let done = runtime.block_on(async {
        let mut stdin = BufReader::new(tokio::io::stdin());
        let mut line = Vec::new();
        let mut first = (&mut stdin).take(LONGEST_ORDER);
        first.read_until(b'\n', &mut line).await.map_err(failed())?;
        let order: Order = serde_json::from_slice(&line).map_err(failed())?;
        tokio::select! {
            done = obeyed(&order) => done,
            _ = stdin.read_u8() => Err(IndexError::Failed {
                what: WHAT,
                why: "whoever asked for it is gone".to_owned(),
            }),
        }
    });
    // A thread that still reads stdin does not hold the end up.
    runtime.shutdown_background();
    done
}

/// From now on this thread, and those that it makes, have their turn when no other has anything to do, and are interrupted at
/// once when one has. Niceness is not enough: Linux lets a nice thread go on to its next tick, 4 ms, and a search that waits for a
/// tick twenty times takes 80 ms longer. Where that cannot be had the work goes on all the same, only more eagerly.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no library has this call")]
fn give_way() {
    let none = libc::sched_param { sched_priority: 0 };
    // SAFETY: it reads the parameter, and changes nothing but this thread's turn.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const none) };
}

#[cfg(not(target_os = "linux"))]
fn give_way() {
    let _ = rustix::process::setpriority_process(None, super::aside::LAST_IN_LINE);
}

async fn obeyed(order: &Order) -> Result<(), IndexError> {
    let table = Table::unprobed(&connect(&order.uri).await?, &order.table).await?;
    table.do_chore(order.chore).await
}

const WHAT: &str = "do its upkeep";

fn failed<E: std::error::Error>() -> impl FnOnce(E) -> IndexError {
    IndexError::failed(WHAT)
}
