//! Rows by their address in one state of a table. An address never means another row; but the row it means may be gone by
//! then, replaced or moved.

use std::collections::{HashMap, HashSet};

use lance::dataset::{Dataset, ProjectionRequest};

use super::{IndexError, rows};

/// Where a row lies: the number of its fragment, and its own in it.
pub(super) type Address = u64;

pub(super) fn fragment(address: Address) -> u32 {
    (address >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of 64 bits")]
fn offset(address: Address) -> u32 {
    address as u32
}

/// Those of `addresses` at which there is a row now.
pub(super) async fn still_there(
    dataset: &Dataset,
    addresses: impl IntoIterator<Item = Address>,
) -> Result<HashSet<Address>, IndexError> {
    let mut by_fragment: HashMap<u32, Vec<Address>> = HashMap::new();
    for address in addresses {
        by_fragment
            .entry(fragment(address))
            .or_default()
            .push(address);
    }
    let mut there = HashSet::new();
    for (fragment, addresses) in by_fragment {
        let Some(fragment) = dataset.get_fragment(fragment as usize) else {
            continue;
        };
        let deleted = fragment.get_deletion_vector().await;
        let deleted = deleted.map_err(IndexError::failed("read which rows are gone"))?;
        there.extend(addresses.into_iter().filter(|address| {
            let deleted = deleted.as_ref();
            !deleted.is_some_and(|deleted| deleted.contains(offset(*address)))
        }));
    }
    Ok(there)
}

/// A post's id and its vector.
pub(super) type Kept = (i64, Option<Vec<f32>>);

/// What is at those of `addresses` where there still is a row.
pub(super) async fn read(
    dataset: &Dataset,
    addresses: impl IntoIterator<Item = Address>,
) -> Result<HashMap<Address, Kept>, IndexError> {
    let there = still_there(dataset, addresses).await?;
    let mut addresses: Vec<Address> = there.into_iter().collect();
    if addresses.is_empty() {
        return Ok(HashMap::new());
    }
    addresses.sort_unstable();
    let mut columns = vec![rows::ID];
    if dataset.schema().field(rows::VECTOR).is_some() {
        columns.push(rows::VECTOR);
    }
    let wanted = ProjectionRequest::from_columns(columns, dataset.schema());
    let batch = dataset.take_rows(&addresses, wanted).await;
    let batch = batch.map_err(IndexError::failed("read what it found"))?;
    let ids = rows::read_numbers(&batch, rows::ID)?;
    if ids.len() != addresses.len() {
        return Err(IndexError::Failed {
            what: "read what it found",
            why: format!("{} rows of {} came", ids.len(), addresses.len()),
        });
    }
    let kept = ids.values().iter().copied().zip(rows::read_vectors(&batch));
    Ok(addresses.into_iter().zip(kept).collect())
}
