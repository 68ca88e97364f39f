//! The vectors that their index does not know yet: those of the last posts that came in. They are measured one by one at every
//! search, so they are read once and kept: reading them each time made a search beside incoming posts 8 ms long in place of 5.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, RecordBatch};
use lance::table::format::Fragment;
use tokio::sync::Mutex;

use super::cosine::{dot, unit};
use super::meaning::{Looking, Measured, failed};
use super::state::{self, Address};
use super::{IndexError, rows};

/// No more rows are kept than this: 15 MB of 384 numbers each. More wait only while a table is filled for the first time.
const MOST_KEPT: usize = 10_000;

/// By the number of their fragment, whose rows never change.
#[derive(Debug, Default)]
pub(super) struct Loose(Mutex<HashMap<u64, Arc<Part>>>);

/// The rows of one fragment that have a vector.
#[derive(Debug, Default)]
struct Part {
    addresses: Vec<Address>,
    /// Of length 1, one after the other.
    vectors: Vec<f32>,
}

impl Loose {
    /// The rows of these fragments that pass the filter, in no order.
    pub(super) async fn measured(
        &self,
        looking: &Looking<'_>,
        fragments: Vec<Fragment>,
    ) -> Result<Vec<Measured>, IndexError> {
        let rows = fragments.iter().filter_map(|part| part.physical_rows);
        let mut found = if looking.narrowed.is_some() || rows.sum::<usize>() > MOST_KEPT {
            read(looking, fragments).await?.measured(looking.vector)
        } else {
            let parts = self.parts(looking, fragments).await?;
            let measured = parts.iter().flat_map(|part| part.measured(looking.vector));
            measured.collect()
        };
        // What was kept may have been replaced since.
        let addresses = found.iter().map(|(_, address)| *address);
        let there = state::still_there(looking.dataset, addresses).await?;
        found.retain(|(_, address)| there.contains(address));
        Ok(found)
    }

    async fn parts(
        &self,
        looking: &Looking<'_>,
        fragments: Vec<Fragment>,
    ) -> Result<Vec<Arc<Part>>, IndexError> {
        let mut kept = self.0.lock().await;
        kept.retain(|id, _| fragments.iter().any(|fragment| fragment.id == *id));
        let mut parts = Vec::with_capacity(fragments.len());
        for fragment in fragments {
            let id = fragment.id;
            let part = match kept.get(&id) {
                Some(part) => Arc::clone(part),
                None => Arc::new(read(looking, vec![fragment]).await?),
            };
            parts.push(Arc::clone(&part));
            kept.insert(id, part);
        }
        Ok(parts)
    }
}

impl Part {
    fn measured(&self, question: &[f32]) -> Vec<Measured> {
        let question = unit(question);
        let width = self.vectors.len() / self.addresses.len().max(1);
        let vectors = self.vectors.chunks_exact(width.max(1));
        let measured = vectors.map(|vector| 1.0 - dot(&question, vector));
        measured.zip(self.addresses.iter().copied()).collect()
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), IndexError> {
        let addresses = rows::read_addresses(batch)?;
        let vectors = batch
            .column_by_name(rows::VECTOR)
            .and_then(|column| column.as_fixed_size_list_opt());
        let Some(vectors) = vectors else {
            return Ok(());
        };
        for at in (0..vectors.len()).filter(|at| vectors.is_valid(*at)) {
            let vector = vectors.value(at);
            if let Some(vector) = vector.as_primitive_opt::<Float32Type>() {
                self.addresses.push(addresses[at]);
                self.vectors.extend(unit(vector.values()));
            }
        }
        Ok(())
    }
}

/// The rows of these fragments that have a vector and pass the filter.
async fn read(looking: &Looking<'_>, fragments: Vec<Fragment>) -> Result<Part, IndexError> {
    let mut scan = looking.dataset.scan();
    scan.with_fragments(fragments);
    scan.project(&[rows::ADDRESS, rows::VECTOR])
        .map_err(failed())?;
    let mut part = Part::default();
    for batch in looking.run(scan).await? {
        part.take(&batch)?;
    }
    Ok(part)
}
