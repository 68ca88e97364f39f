//! The files of a table: few of them, and none that only earlier versions had.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lance::dataset::Dataset;
use lance::dataset::index::DatasetIndexRemapperOptions;
use lance::dataset::optimize::{commit_compaction, plan_compaction};
use lance::table::format::Fragment;
use lancedb::table::{CompactionOptions, Duration, IndexRemapMode, OptimizeAction};

use super::IndexError;
use super::meaning::{index_of_vectors, known_to};
use super::reading::local;
use super::table::Table;

/// Up to so many rows in a file.
pub(super) const LARGEST_FILE: usize = 1 << 20;
/// With more than one row of so many apart from the largest file, a table is [scattered](Table::scattered).
const APART: usize = 20;
/// Files that are held at once; a process may have some thousand.
const MOST_HELD: usize = 200;
/// How indexes are told that rows have moved: by a list of all, or by a rule that is applied to each, which took 40 MB less for a
/// million rows.
pub(super) const QUICKLY: IndexRemapMode = IndexRemapMode::Direct;
pub(super) const LITTLE_MEMORY: IndexRemapMode = IndexRemapMode::Compact;

impl Table {
    /// How many there are.
    pub(super) async fn files(&self) -> Result<usize, IndexError> {
        Ok(self.opened().await?.fragments().len())
    }

    /// Whether more than one row of [`APART`] lies apart from the largest file, as in a table that was just filled: every search of
    /// its would pay for that, and putting all together costs once.
    pub(super) async fn scattered(&self) -> Result<bool, IndexError> {
        let dataset = self.opened().await?;
        let rows = || dataset.fragments().iter().filter_map(Fragment::num_rows);
        let (all, largest) = (rows().sum::<usize>(), rows().max().unwrap_or(0));
        let all = all.min(LARGEST_FILE);
        Ok(all.saturating_sub(largest) * APART > all)
    }

    /// Puts files of fewer rows than this together, one pair of hands at it: the other core answers. The indexes are `told` where
    /// the rows have moved to.
    pub(super) async fn compact(
        &self,
        rows: usize,
        told: IndexRemapMode,
    ) -> Result<(), IndexError> {
        let options = options(rows, told);
        let action = OptimizeAction::Compact {
            options,
            remap_options: None,
        };
        self.optimize("put its files together", action).await
    }

    /// The same for those alone that the index of the vectors does not know.
    pub(super) async fn compact_new(&self, rows: usize) -> Result<(), IndexError> {
        let failed = || IndexError::failed("put new files together");
        let mut dataset = Dataset::clone(&*self.opened().await?);
        let known = known_to(index_of_vectors(&dataset).await?.as_ref(), &dataset);
        let options = options(rows, QUICKLY);
        let plan = plan_compaction(&dataset, &options)
            .await
            .map_err(failed())?;
        let mut put_together = Vec::new();
        for task in plan.compaction_tasks() {
            let mut ids = task
                .task
                .fragments
                .iter()
                .map(|file| u32::try_from(file.id));
            if ids.all(|id| id.is_ok_and(|id| !known.contains(&id))) {
                put_together.push(task.execute(&dataset).await.map_err(failed())?);
            }
        }
        if put_together.is_empty() {
            return Ok(());
        }
        let indexes = Arc::new(DatasetIndexRemapperOptions::default());
        let done = commit_compaction(&mut dataset, put_together, indexes, &options).await;
        done.map_err(failed())?;
        self.look_again().await
    }

    /// Deletes files that only earlier versions of the table had, to be called when nobody is at them.
    pub(super) async fn prune(&self) -> Result<(), IndexError> {
        let held = self.held_files();
        let action = OptimizeAction::Prune {
            older_than: Some(Duration::zero()),
            delete_unverified: None,
            error_if_tagged_old_versions: None,
        };
        self.optimize("delete old files", action).await?;
        for file in held {
            if file.metadata().is_ok_and(|file| file.nlink() == 0) {
                // What cannot be emptied goes when it is closed.
                let _ = file.set_len(0);
            }
        }
        Ok(())
    }

    /// The large files of the table, open. lance keeps those that it reads through a ring open for a minute and closes them in the
    /// middle of somebody's search; if they are deleted by then, that search waits until their place on the disk is free, 290 ms
    /// after a million rows were put together.
    fn held_files(&self) -> Vec<File> {
        let Some(folder) = local(&self.uri) else {
            return Vec::new();
        };
        let folder = folder.join(format!("{}.lance", self.name()));
        let indexes = files_in(&folder.join("_indices"));
        let of_indexes = indexes.iter().flat_map(|index| files_in(index));
        let open = |path: PathBuf| OpenOptions::new().write(true).open(path).ok();
        files_in(&folder.join("data"))
            .into_iter()
            .chain(of_indexes)
            .take(MOST_HELD)
            .filter_map(open)
            .collect()
    }
}

/// What lies in a folder; nothing if there is none.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    files.flatten().map(|file| file.path()).collect()
}

fn options(rows: usize, told: IndexRemapMode) -> CompactionOptions {
    CompactionOptions {
        target_rows_per_fragment: rows,
        num_threads: Some(1),
        index_remap_mode: told,
        ..CompactionOptions::default()
    }
}
