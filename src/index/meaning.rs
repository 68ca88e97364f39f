//! The rows near to a vector: by the index of the vectors, and one by one those it does not know.

use std::collections::HashSet;

use arrow_array::{Float32Array, RecordBatch};
use futures::TryStreamExt;
use lance::dataset::Dataset;
use lance::dataset::scanner::Scanner;
use lance::index::DatasetIndexExt;
use lance::table::format::IndexMetadata;
use lancedb::expr::DfExpr;
use uuid::Uuid;

use super::loose::Loose;
use super::state::{self, Address};
use super::{IndexError, partitions, rows};

/// The index measures the square of the distance between the ends of two vectors of length 1, which is two minus twice
/// their cosine.
const SQUARES: f32 = 0.5;

/// Rows that were replaced since the index was written are still in it, and it orders by few bits: it is asked for this many
/// times as many.
pub(super) const SPARE: usize = 2;
/// More than there ever are.
const EVERY_PARTITION: usize = 1 << 20;

/// A row with about one minus its cosine to the vector asked for.
pub(super) type Measured = (f32, Address);

pub(super) fn failed<E: std::error::Error>() -> impl FnOnce(E) -> IndexError {
    IndexError::failed("search by meaning")
}

/// What is looked for in one state of a table.
pub(super) struct Looking<'a> {
    pub dataset: &'a Dataset,
    pub loose: &'a Loose,
    pub vector: &'a [f32],
    pub narrowed: Option<DfExpr>,
    pub limit: usize,
}

impl Looking<'_> {
    /// The nearest rows, nearest first, as the index measures them.
    pub(super) async fn nearest(&self) -> Result<Vec<Address>, IndexError> {
        if self.dataset.schema().field(rows::VECTOR).is_none() {
            return Ok(Vec::new());
        }
        let index = index_of_vectors(self.dataset).await?;
        let known = known_to(index.as_ref(), self.dataset);
        let mut found = match index {
            Some(index) if !known.is_empty() => self.by_index(index.uuid).await?,
            _ => Vec::new(),
        };
        found.retain(|(_, address)| known.contains(&state::fragment(*address)));
        let all = self.dataset.fragments().iter();
        let unknown: Vec<_> = all
            .filter(|part| u32::try_from(part.id).is_ok_and(|part| !known.contains(&part)))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            found.extend(self.loose.measured(self, unknown).await?);
        }
        found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        found.truncate(self.limit);
        Ok(found.into_iter().map(|(_, address)| address).collect())
    }

    async fn by_index(&self, index: Uuid) -> Result<Vec<Measured>, IndexError> {
        if self.narrowed.is_none() {
            let found = partitions::nearest(self, index).await?;
            if found.len() >= self.limit {
                return Ok(found);
            }
        }
        self.by_plan(index).await
    }

    /// What the index finds among the rows that pass the filter.
    async fn by_plan(&self, index: Uuid) -> Result<Vec<Measured>, IndexError> {
        let question = Float32Array::from_iter_values(self.vector.iter().copied());
        let mut scan = self.dataset.scan();
        scan.nearest(rows::VECTOR, &question, self.limit * SPARE)
            .and_then(|scan| scan.with_index_segments(vec![index]))
            // The distance is named because lance warns at every search that does not.
            .and_then(|scan| scan.project(&[rows::ADDRESS, rows::DISTANCE]))
            .map_err(failed())?;
        scan.fast_search().minimum_nprobes(EVERY_PARTITION);
        let mut found = Vec::with_capacity(self.limit);
        for batch in self.run(scan).await? {
            found.extend(measured_by_index(&batch)?);
        }
        Ok(found)
    }

    pub(super) async fn run(&self, mut scan: Scanner) -> Result<Vec<RecordBatch>, IndexError> {
        if let Some(narrowed) = &self.narrowed {
            scan.prefilter(true).filter_expr(narrowed.clone());
        }
        let answer = scan.try_into_stream().await.map_err(failed())?;
        answer.try_collect().await.map_err(failed())
    }
}

/// The index of the vectors, where there is one.
pub(super) async fn index_of_vectors(
    dataset: &Dataset,
) -> Result<Option<IndexMetadata>, IndexError> {
    let Some(column) = dataset.schema().field(rows::VECTOR) else {
        return Ok(None);
    };
    let indexes = dataset.load_indices().await.map_err(failed())?;
    // The last one: while the vectors are parted anew, the one before it is still there.
    let of_vectors = indexes.iter().filter(|index| index.fields == [column.id]);
    let last = of_vectors.max_by_key(|index| index.dataset_version);
    Ok(last.cloned())
}

/// The fragments whose vectors `index` knows.
pub(super) fn known_to(index: Option<&IndexMetadata>, dataset: &Dataset) -> HashSet<u32> {
    index
        .and_then(|index| index.effective_fragment_bitmap(dataset.fragment_bitmap()))
        .into_iter()
        .flatten()
        .collect()
}

/// The rows of an answer of the index.
pub(super) fn measured_by_index(batch: &RecordBatch) -> Result<Vec<Measured>, IndexError> {
    let distances = rows::read_scores(batch, rows::DISTANCE)?;
    let addresses = rows::read_addresses(batch)?;
    let measured = distances.into_iter().map(|distance| SQUARES * distance);
    Ok(measured.zip(addresses.iter().copied()).collect())
}
