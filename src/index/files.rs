//! The files of a table: few of them, and none that only earlier versions had.

use std::sync::Arc;

use lance::dataset::Dataset;
use lance::dataset::index::DatasetIndexRemapperOptions;
use lance::dataset::optimize::{commit_compaction, plan_compaction};
use lancedb::table::{CompactionOptions, Duration, IndexRemapMode, OptimizeAction};

use super::IndexError;
use super::meaning::{index_of_vectors, known_to};
use super::table::Table;

/// How indexes are told that rows have moved: by a list of all, or by a rule that is applied to each, which took 40 MB less for a
/// million rows.
pub(super) const QUICKLY: IndexRemapMode = IndexRemapMode::Direct;
pub(super) const LITTLE_MEMORY: IndexRemapMode = IndexRemapMode::Compact;

impl Table {
    pub(super) async fn files(&self) -> Result<usize, IndexError> {
        let stats = self.inner.stats().await;
        let stats = stats.map_err(IndexError::failed("count its files"))?;
        Ok(stats.fragment_stats.num_fragments)
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

    /// Deletes files that only earlier versions of the table had.
    pub(super) async fn prune(&self) -> Result<(), IndexError> {
        let action = OptimizeAction::Prune {
            older_than: Some(Duration::zero()),
            delete_unverified: None,
            error_if_tagged_old_versions: None,
        };
        self.optimize("delete old files", action).await
    }
}

fn options(rows: usize, told: IndexRemapMode) -> CompactionOptions {
    CompactionOptions {
        target_rows_per_fragment: rows,
        num_threads: Some(1),
        index_remap_mode: told,
        ..CompactionOptions::default()
    }
}
