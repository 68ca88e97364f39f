//! Takes in an archive of posts: JSON Lines, one post a line. A broken line is reported with its number and reason, the
//! rest goes in, and a second time adds nothing.
//!
//! A thread reads and parses ahead of the writer, a few batches at most, so memory stays flat however long the file is.
//! Each batch is one transaction: an import that is stopped has kept whole batches and can simply be run again.

mod escapes;
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

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::error::UserError;
use crate::domain::ids::WorkspaceId;
use crate::domain::names;
use crate::domain::post::{FetchedPost, passes_on};
use crate::domain::progress::{Progress, Step};
use crate::flow::{media, recall};
use crate::store::{IdTaken, Store, StoreError};

use line::Archive;
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
    #[error("{error} after {stored} posts")]
    Store {
        error: StoreError,
        /// Posts of this import that were stored before.
        stored: u64,
        folder: PathBuf,
    },
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
            Self::Store {
                error,
                stored: 0,
                folder,
            } => error.user(folder),
            Self::Store {
                error,
                stored,
                folder,
            } => {
                let (what, advice) = match error {
                    StoreError::Full => (
                        format!("The disk is full or refuses writes ({})", folder.display()),
                        "Make room, then import the file again: nothing is taken in twice.",
                    ),
                    _ => (
                        "The store did not go on".to_owned(),
                        "Import the file again: nothing is taken in twice.",
                    ),
                };
                UserError::new(
                    format!("{what}: {stored} posts are stored, the rest is not."),
                    advice,
                )
            }
        }
    }
}

/// What the reading thread hands over.
#[derive(Default)]
struct Batch {
    posts: Vec<FetchedPost>,
    /// The line of each post.
    numbers: Vec<u64>,
    /// Where the post of an id stands in `posts`.
    places: HashMap<String, usize>,
    broken: Broken,
    /// Lines that hold something, up to here.
    lines: u64,
    /// Lines that say what a line of this batch said already.
    repeated: u64,
    /// Lines of this batch that a later one of the same post replaces.
    replaced: u64,
    /// Posts that pass on somebody else's words.
    reposts: u64,
    bytes: u64,
}

/// An archive may be made where clocks go ahead; a post that is newer than that was not written yet.
const CLOCKS_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Imports `input` into a workspace; `own` marks every post as the brand's own voice.
pub async fn run(
    store: &Store,
    workspace: WorkspaceId,
    input: &Input,
    own: bool,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<ImportReport, ImportError> {
    let source = input.open()?;
    let size = input.size();
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let archive = Archive {
        own,
        latest: store
            .now()
            .saturating_add(CLOCKS_AHEAD)
            .unwrap_or(Timestamp::MAX),
    };
    // A thread of its own and not one of the runtime's: one that waits for standard input must not hold up the end.
    let reader = std::thread::Builder::new()
        .name("import".to_owned())
        .spawn(move || read(source, archive, &sender))
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
        let mut batch = batch;
        write(store, workspace, &mut batch, &mut report)
            .await
            .map_err(|error| ImportError::Store {
                error,
                stored: report.counts.new + report.counts.changed,
                folder: store.folder().to_path_buf(),
            })?;
        report.lines = batch.lines;
        report.counts.known += batch.repeated;
        report.replaced += batch.replaced;
        report.reposts += batch.reposts;
        report.broken.take_in(batch.broken);
        progress.report(Step::Doing(report.so_far(batch.bytes, size)));
    }
    Ok(report)
}

async fn write(
    store: &Store,
    workspace: WorkspaceId,
    batch: &mut Batch,
    report: &mut ImportReport,
) -> Result<(), StoreError> {
    if batch.posts.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    let (counts, refused) = tx.store_archive(workspace, &batch.posts).await?;
    for taken in refused {
        batch.refuse(&taken);
    }
    if counts.new + counts.changed > 0 {
        recall::request(&mut tx, None).await?;
        if batch.posts.iter().any(|post| !post.media.is_empty()) {
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
    archive: Archive,
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
        let batch = gather(&mut lines, archive);
        let last = !matches!(batch, Ok((_, true)));
        if sender.blocking_send(batch.map(|(batch, _)| batch)).is_err() || last {
            return;
        }
    }
}

/// The next batch, and whether there may be more.
fn gather<S: io::BufRead>(
    lines: &mut Lines<S>,
    archive: Archive,
) -> Result<(Batch, bool), ImportError> {
    let mut batch = Batch::default();
    let mut more = true;
    while batch.posts.len() < BATCH && batch.broken.count() < BATCH as u64 {
        let (number, found) = match lines.next_line()? {
            Line::End => {
                more = false;
                break;
            }
            Line::TooLong { number } => {
                batch.broken.note(number, Reason::TooLong, "");
                continue;
            }
            Line::Whole { number, bytes } => (number, line::read(bytes, archive)),
        };
        match found {
            Ok(post) => batch.add(number, post),
            Err((reason, detail)) => batch.broken.note(number, reason, &detail),
        }
    }
    batch.lines = lines.filled();
    batch.bytes = lines.bytes();
    Ok((batch, more))
}

impl Batch {
    /// Takes in the post of a line. The last line of a post counts, as it would from one batch to the next.
    fn add(&mut self, number: u64, post: FetchedPost) {
        let place = self.places.get(&post.native_id).copied();
        let Some((place, before)) = place.zip(place.and_then(|place| self.posts.get_mut(place)))
        else {
            self.reposts += u64::from(passes_on(&post.text));
            self.places.insert(post.native_id.clone(), self.posts.len());
            self.posts.push(post);
            self.numbers.push(number);
            return;
        };
        if *before == post {
            self.repeated += 1;
        } else if names::same(&before.author, &post.author) {
            self.replaced += 1;
            *before = post;
            if let Some(line) = self.numbers.get_mut(place) {
                *line = number;
            }
        } else {
            let detail = whose(&before.native_id, &before.author);
            self.broken.note(number, Reason::IdTaken, &detail);
        }
    }

    /// Notes a post that the store did not take.
    fn refuse(&mut self, taken: &IdTaken) {
        let place = self.places.get(&taken.native_id);
        let number = place.and_then(|place| self.numbers.get(*place)).copied();
        let detail = whose(&taken.native_id, &taken.author);
        self.broken
            .note(number.unwrap_or_default(), Reason::IdTaken, &detail);
    }
}

fn whose(id: &str, author: &str) -> String {
    format!("id {id} is {author}\u{2019}s post here already")
}
