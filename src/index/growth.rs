//! Indexes that a large table needs and a small one does without.

use lancedb::DistanceType;
use lancedb::index::scalar::{BTreeIndexBuilder, LabelListIndexBuilder};
use lancedb::index::vector::{IvfRqIndexBuilder, IvfSqIndexBuilder};
use lancedb::index::{Index as Kind, IndexConfig};

use super::table::Table;
use super::{IndexError, rows};

/// From this many vectors on an approximate index pays: below, they are all read.
const FLAT_UP_TO: usize = 3_000;
/// The vectors are parted anew when there are this many times as many as when they were.
const GROWTH: usize = 4;
/// Rounds of k-means. More changes nothing that a search would see.
const ROUNDS: u32 = 20;
/// What the name of the vectors' index begins with; it goes on with how many there were when they were parted. An index of
/// another name is of an earlier make.
const VECTORS_INDEX: &str = "parted_of_";
/// Vectors of so many numbers are kept with so few bits for each, see [`partitions`](super::partitions): with 384 of them 2 bits
/// give 99.7 % of the ten nearest of 100,000 rows, and 3 give all. In fewer numbers each counts for more, and a byte for each
/// costs little.
const MANY_NUMBERS: usize = 256;
const BITS: u32 = 4;

impl Table {
    /// Builds what a large table needs and a small one does without.
    pub(super) async fn grow(&self, rows: usize) -> Result<(), IndexError> {
        if rows < FLAT_UP_TO {
            return Ok(());
        }
        let there = self.indexes().await?;
        let lacks = |column: &str| there.iter().all(|index| index.columns != [column]);
        let tree = || Kind::BTree(BTreeIndexBuilder::default());
        for (column, kind) in [
            (rows::AUTHOR, tree()),
            (rows::CREATED_AT, tree()),
            (
                rows::TAGS,
                Kind::LabelList(LabelListIndexBuilder::default()),
            ),
        ] {
            if lacks(column) {
                self.build(column, kind, None).await?;
            }
        }
        self.part_vectors(&there).await
    }

    /// Vectors in partitions, a few bits a number: built in a twentieth of the time of a graph.
    async fn part_vectors(&self, there: &[IndexConfig]) -> Result<(), IndexError> {
        let vectors = self.embedded().await?;
        let parted = parted(there);
        if vectors < parted.map_or(FLAT_UP_TO, |parted| parted * GROWTH) {
            return Ok(());
        }
        let kind = kind_of(self.dimensions().unwrap_or(0), vectors);
        let name = format!("{VECTORS_INDEX}{vectors}");
        self.build(rows::VECTOR, kind, Some(&name)).await?;
        // All that there were: a crash may have left one beside its successor.
        for old in there.iter().filter(|index| index.columns == [rows::VECTOR]) {
            let dropped = self.inner.drop_index(&old.name).await;
            dropped.map_err(IndexError::failed("drop an index"))?;
        }
        Ok(())
    }
}

/// How many vectors there were when they were parted last; none when they never were.
fn parted(indexes: &[IndexConfig]) -> Option<usize> {
    let names = indexes.iter().map(|index| &index.name);
    names
        .filter_map(|name| name.strip_prefix(VECTORS_INDEX)?.parse().ok())
        .max()
}

/// How so many vectors of so many numbers are kept.
fn kind_of(numbers: usize, vectors: usize) -> Kind {
    let partitions = u32::try_from(partitions(vectors)).unwrap_or(u32::MAX);
    if numbers >= MANY_NUMBERS && numbers.is_multiple_of(8) {
        let few_bits = IvfRqIndexBuilder::default()
            .distance_type(DistanceType::Cosine)
            .num_partitions(partitions)
            .max_iterations(ROUNDS)
            .num_bits(BITS);
        return Kind::IvfRq(few_bits);
    }
    let bytes = IvfSqIndexBuilder::default()
        .distance_type(DistanceType::Cosine)
        .num_partitions(partitions)
        .max_iterations(ROUNDS);
    Kind::IvfSq(bytes)
}

/// Some 2,000 rows in each at 100,000. Fewer or more are as quick: the codes of a row are of its difference from the middle of
/// its partition.
fn partitions(vectors: usize) -> usize {
    vectors.isqrt() / 6
}
