//! The nearest rows by the vectors' index, the way that costs least.
//!
//! The index keeps one bit and then three more for each number of a vector (`RaBitQ`): the first bit of all 100,000 rows is
//! looked at in less time than all eight of two fifths of them, and says of most that they cannot be among the nearest. So
//! every partition is looked at, and none of the nearest is missed. Of 300 questions of real words, among 100,000 posts, two
//! fifths of the partitions held 87 to 93 % of the ten nearest; all of them, measured so, give 100 %, in 2.6 ms in place of 3.3.
//!
//! lance makes a plan for every question and hands its parts from thread to thread. Here its index is asked directly.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Float32Array, RecordBatch, UInt32Array};
use futures::TryStreamExt;
use lance::index::DatasetIndexInternalExt;
use lance_index::metrics::NoOpMetricsCollector;
use lance_index::prefilter::NoFilter;
use lance_index::vector::{ApproxMode, Query, VectorIndex};
use uuid::Uuid;

use super::meaning::{Looking, Measured, SPARE, failed, measured_by_index};
use super::{IndexError, rows, state};

/// The nearest rows of the index that are still there, without a filter. Fewer than asked for where most of what it found is
/// gone.
pub(super) async fn nearest(
    looking: &Looking<'_>,
    index: Uuid,
) -> Result<Vec<Measured>, IndexError> {
    let question = Question::put(looking, index).await?;
    let all = question.partitions.len();
    let mut found = Vec::with_capacity(looking.limit * SPARE);
    for batch in question.search(0..all).await? {
        found.extend(measured_by_index(&batch)?);
    }
    let addresses = found.iter().map(|(_, address)| *address);
    let there = state::still_there(looking.dataset, addresses).await?;
    found.retain(|(_, address)| there.contains(address));
    Ok(found)
}

/// Reads all partitions of an index that nobody has read yet, one by one and with as long a rest after each as it took: of a
/// million rows they would keep all cores for half a second, and whoever searches meanwhile would wait twice as long.
pub(super) async fn read_ahead(looking: &Looking<'_>, index: Uuid) -> Result<(), IndexError> {
    let question = Question::put(looking, index).await?;
    for at in 0..question.partitions.len() {
        let began = Instant::now();
        question.search(at..at + 1).await?;
        tokio::time::sleep(began.elapsed()).await;
    }
    Ok(())
}

/// What is asked of the partitions.
struct Question {
    index: Arc<dyn VectorIndex>,
    query: Query,
    /// The nearest first, and how far each is.
    partitions: Arc<UInt32Array>,
    distances: Arc<Float32Array>,
}

impl Question {
    async fn put(looking: &Looking<'_>, index: Uuid) -> Result<Self, IndexError> {
        let opened = looking
            .dataset
            .open_vector_index(rows::VECTOR, &index, &NoOpMetricsCollector);
        let index = opened.await.map_err(failed())?;
        let query = query(looking, &*index);
        let (partitions, distances) = index.find_partitions(&query).map_err(failed())?;
        Ok(Self {
            index,
            query,
            partitions: Arc::new(partitions),
            distances: Arc::new(distances),
        })
    }

    async fn search(&self, of: Range<usize>) -> Result<Vec<RecordBatch>, IndexError> {
        let found = Arc::clone(&self.index).search_partitions(
            self.query.clone(),
            Arc::clone(&self.partitions),
            Arc::clone(&self.distances),
            of.start,
            of.end,
            Arc::new(NoFilter),
            None,
            Arc::new(NoOpMetricsCollector),
        );
        let found = found.await.map_err(failed())?;
        found.try_collect().await.map_err(failed())
    }
}

fn query(looking: &Looking<'_>, index: &dyn VectorIndex) -> Query {
    let length = looking.vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let of_length_1 = looking
        .vector
        .iter()
        .map(|x| x / length.max(f32::MIN_POSITIVE));
    let all = index.total_partitions();
    Query {
        column: rows::VECTOR.to_owned(),
        key: Arc::new(Float32Array::from_iter_values(of_length_1)),
        k: looking.limit * SPARE,
        lower_bound: None,
        upper_bound: None,
        minimum_nprobes: all,
        maximum_nprobes: Some(all),
        search_effort: 1.0,
        ef: None,
        refine_factor: None,
        metric_type: Some(index.metric_type()),
        use_index: true,
        query_parallelism: 1,
        dist_q_c: 0.0,
        approx_mode: ApproxMode::default(),
    }
}
