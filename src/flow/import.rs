//! Takes in an archive of posts: JSON Lines, one post a line. A broken line is reported with its number and reason, the
//! rest goes in, and a second time adds nothing.
//!
//! A thread reads and parses ahead of the writer, a few batches at most, so memory stays flat however long the file is.
//! Each batch is one transaction: an import that is stopped has kept whole batches and can simply be run again.

pub mod line;
mod lines;
mod report;
#[cfg(test)]
mod tests;
mod time;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::error::UserError;
use crate::domain::ids::WorkspaceId;
use crate::domain::post::FetchedPost;
use crate::domain::progress::{Progress, Step};
use crate::flow::{media, recall};
use crate::store::{Store, StoreError};

use lines::{Line, Lines};
pub use report::{Broken, BrokenLine, ImportReport, Reason};

/// Posts in one transaction: large enough that its cost is spread, small enough that others get their turn to write.
const BATCH: usize = 1_500;
/// Batches that wait for the writer.
const AHEAD: usize = 3;

/// Where the archive is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    File(PathBuf),
    /// `-`.
    Stdin,
}

impl Input {
    /// Reads the argument of `lumen import`.
    #[must_use]
    pub fn named(name: &Path) -> Self {
        match name.to_str() {
            Some("-") => Self::Stdin,
            _ => Self::File(name.to_path_buf()),
        }
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, ImportError> {
        match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::File(path) => {
                let failed = |error: io::Error| ImportError::Unreadable {
                    path: path.clone(),
                    error,
                };
                if path.is_dir() {
                    return Err(failed(io::ErrorKind::IsADirectory.into()));
                }
                Ok(Box::new(File::open(path).map_err(failed)?))
            }
        }
    }

    /// How many bytes there are to read, where that is known.
    fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => path
                .metadata()
                .ok()
                .filter(std::fs::Metadata::is_file)
                .map(|file| file.len()),
        }
    }
}

/// Why an import ended early. What was stored before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    /// Compressed, or in another encoding: no line of it can be right.
    #[error("the file is {what}")]
    Foreign {
        what: &'static str,
        advice: &'static str,
    },
    #[error("reading broke off after line {after}: {error}")]
    BrokeOff { after: u64, error: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// What a person is told.
    #[must_use]
    pub fn user(&self) -> UserError {
        match self {
            Self::Unreadable { path, error } => {
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "it does not exist".to_owned(),
                    io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
                    io::ErrorKind::PermissionDenied => "Lumen may not read it".to_owned(),
                    _ => error.to_string(),
                };
                UserError::new(
                    format!("{} cannot be imported: {why}.", path.display()),
                    "Name a file of JSON Lines, or - for standard input.",
                )
            }
            Self::Foreign { what, advice } => {
                UserError::new(format!("That file is {what}."), *advice)
            }
            Self::BrokeOff { after, error } => UserError::new(
                format!("Reading broke off after line {after}: {error}."),
                "What came before is stored; import the file again to go on, nothing is taken in twice.",
            ),
            Self::Store(error) => error.user(),
        }
    }
}

/// What the reading thread hands over.
struct Batch {
    posts: Vec<FetchedPost>,
    broken: Broken,
    /// Lines that hold something, up to here.
    lines: u64,
    /// Posts of this batch that a later line of it replaced.
    repeated: u64,
    bytes: u64,
}

/// Imports `input` into a workspace; `own` marks every post as the brand's own voice.
pub async fn run(
    store: &Store,
    workspace: WorkspaceId,
    input: &Input,
    own: bool,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<ImportReport, ImportError> {
    let began = Instant::now();
    let source = input.open()?;
    let size = input.size();
    let (sender, mut batches) = mpsc::channel(AHEAD);
    // A thread of its own and not one of the runtime's: one that waits for standard input must not hold up the end.
    let reader = std::thread::Builder::new()
        .name("import".to_owned())
        .spawn(move || read(source, own, &sender))
        .map_err(|error| ImportError::BrokeOff { after: 0, error })?;
    drop(reader);

    let mut report = ImportReport::default();
    loop {
        let batch = tokio::select! {
            biased;
            () = stop.cancelled() => {
                report.stopped = true;
                break;
            }
            batch = batches.recv() => batch,
        };
        let Some(batch) = batch else { break };
        let batch = batch?;
        write(store, workspace, &batch.posts, &mut report).await?;
        report.lines = batch.lines;
        report.counts.known += batch.repeated;
        report.broken.take_in(batch.broken);
        report.time = began.elapsed();
        progress.report(Step::Doing(report.so_far(batch.bytes, size)));
    }
    report.time = began.elapsed();
    Ok(report)
}

async fn write(
    store: &Store,
    workspace: WorkspaceId,
    posts: &[FetchedPost],
    report: &mut ImportReport,
) -> Result<(), StoreError> {
    if posts.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    let counts = tx.store_posts(workspace, posts).await?;
    if counts.new + counts.changed > 0 {
        recall::request(&mut tx, None).await?;
        if posts.iter().any(|post| !post.media.is_empty()) {
            media::request(&mut tx, None).await?;
        }
        tx.commit().await?;
    }
    report.counts += counts;
    Ok(())
}

/// Reads to the end, or until nobody takes the batches any more.
fn read(
    source: Box<dyn Read + Send>,
    own: bool,
    sender: &mpsc::Sender<Result<Batch, ImportError>>,
) {
    let mut lines = match Lines::begin(BufReader::with_capacity(1 << 18, source)) {
        Ok(lines) => lines,
        Err(error) => {
            // Fails only when nobody listens any more.
            let _ = sender.blocking_send(Err(error));
            return;
        }
    };
    loop {
        let batch = gather(&mut lines, own);
        let last = !matches!(batch, Ok((_, true)));
        if sender.blocking_send(batch.map(|(batch, _)| batch)).is_err() || last {
            return;
        }
    }
}

/// The next batch, and whether there may be more.
fn gather<S: io::BufRead>(lines: &mut Lines<S>, own: bool) -> Result<(Batch, bool), ImportError> {
    let mut posts: Vec<FetchedPost> = Vec::with_capacity(BATCH);
    let mut places: HashMap<String, usize> = HashMap::with_capacity(BATCH);
    let mut broken = Broken::default();
    let mut repeated = 0;
    let mut more = true;
    while posts.len() < BATCH && broken.count() < BATCH as u64 {
        let (number, found) = match lines.next_line()? {
            Line::End => {
                more = false;
                break;
            }
            Line::TooLong { number } => {
                broken.note(number, Reason::TooLong, "");
                continue;
            }
            Line::Whole { number, bytes } => (number, line::read(bytes, own)),
        };
        let post = match found {
            Ok(post) => post,
            Err((reason, detail)) => {
                broken.note(number, reason, &detail);
                continue;
            }
        };
        // The last line of an id counts, as it would from one batch to the next.
        if let Some(&place) = places.get(&post.native_id) {
            repeated += 1;
            posts[place] = post;
        } else {
            places.insert(post.native_id.clone(), posts.len());
            posts.push(post);
        }
    }
    let batch = Batch {
        posts,
        broken,
        lines: lines.filled(),
        repeated,
        bytes: lines.bytes(),
    };
    Ok((batch, more))
}
