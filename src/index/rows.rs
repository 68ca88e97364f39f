//! What a row of an index table is, and its way into Arrow and back.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeListBuilder, Float32Builder, ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::IndexError;

/// One post as the index keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The post's id in the store.
    pub id: i64,
    pub workspace: i64,
    pub network: String,
    pub author: String,
    pub tags: Vec<String>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    pub own: bool,
    /// Made by [`for_matching`](super::cleaning::for_matching).
    pub text: String,
    /// Null until it is embedded.
    pub vector: Option<Vec<f32>>,
}

pub(super) const ID: &str = "id";
pub(super) const WORKSPACE: &str = "workspace";
pub(super) const NETWORK: &str = "network";
pub(super) const AUTHOR: &str = "author";
pub(super) const TAGS: &str = "tags";
pub(super) const CREATED_AT: &str = "created_at";
pub(super) const OWN: &str = "own";
pub(super) const TEXT: &str = "text";
pub(super) const VECTOR: &str = "vector";
/// lance's own: where the row lies, and what it measured.
pub(super) const ADDRESS: &str = "_rowid";
pub(super) const DISTANCE: &str = "_distance";
pub(super) const SCORE: &str = "_score";

/// Authors and tags are compared without regard to case: this is the form that is kept and asked for.
pub(super) fn folded(name: &str) -> String {
    name.trim_start_matches(['@', '#']).to_lowercase()
}

/// The columns of a table whose vectors have `dimensions` numbers.
pub(super) fn schema(dimensions: Option<i32>) -> SchemaRef {
    let mut fields = vec![
        Field::new(ID, DataType::Int64, false),
        Field::new(WORKSPACE, DataType::Int64, false),
        Field::new(NETWORK, DataType::Utf8, false),
        Field::new(AUTHOR, DataType::Utf8, false),
        Field::new(TAGS, DataType::new_list(DataType::Utf8, true), false),
        Field::new(CREATED_AT, DataType::Int64, false),
        Field::new(OWN, DataType::Boolean, false),
        Field::new(TEXT, DataType::Utf8, false),
    ];
    if let Some(dimensions) = dimensions {
        fields.push(Field::new(
            VECTOR,
            DataType::new_fixed_size_list(DataType::Float32, dimensions, true),
            true,
        ));
    }
    Arc::new(Schema::new(fields))
}

/// How many numbers the vectors of a table with this schema have.
pub(super) fn dimensions(schema: &Schema) -> Option<i32> {
    match schema.field_with_name(VECTOR).ok()?.data_type() {
        DataType::FixedSizeList(_, dimensions) => Some(*dimensions),
        _ => None,
    }
}

fn strings<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn numbers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn tags(rows: &[Row]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows {
        for tag in &row.tags {
            lists.values().append_value(folded(tag));
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn vectors(rows: &[Row], dimensions: i32) -> Result<ArrayRef, ArrowError> {
    let width = usize::try_from(dimensions).unwrap_or_default();
    let mut lists = FixedSizeListBuilder::new(Float32Builder::new(), dimensions);
    for row in rows {
        match &row.vector {
            Some(vector) if vector.len() == width => {
                lists.values().append_slice(vector);
                lists.append(true);
            }
            Some(vector) => {
                return Err(ArrowError::InvalidArgumentError(format!(
                    "post {} came with {} numbers where {width} are kept",
                    row.id,
                    vector.len()
                )));
            }
            None => {
                lists.values().append_nulls(width);
                lists.append(false);
            }
        }
    }
    Ok(Arc::new(lists.finish()))
}

/// The rows as one batch for a table with `schema`.
pub(super) fn batch(rows: &[Row], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let mut columns = vec![
        numbers(rows.iter().map(|row| row.id)),
        numbers(rows.iter().map(|row| row.workspace)),
        strings(rows.iter().map(|row| row.network.as_str())),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|row| folded(&row.author)),
        )),
        tags(rows),
        numbers(rows.iter().map(|row| row.created_at)),
        Arc::new(
            rows.iter()
                .map(|row| Some(row.own))
                .collect::<BooleanArray>(),
        ),
        strings(rows.iter().map(|row| row.text.as_str())),
    ];
    if let Some(dimensions) = dimensions(schema) {
        columns.push(vectors(rows, dimensions)?);
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn unreadable(column: &str) -> IndexError {
    IndexError::Failed {
        what: "read an answer",
        why: format!("it has no column {column} of the kind expected"),
    }
}

/// A column of whole numbers.
pub(super) fn read_numbers<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a Int64Array, IndexError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<Int64Type>())
        .ok_or_else(|| unreadable(name))
}

/// Where the rows of an answer lie.
pub(super) fn read_addresses(batch: &RecordBatch) -> Result<&[u64], IndexError> {
    batch
        .column_by_name(ADDRESS)
        .and_then(|column| column.as_primitive_opt::<UInt64Type>())
        .map(|addresses| &**addresses.values())
        .ok_or_else(|| unreadable(ADDRESS))
}

/// A column of texts.
pub(super) fn read_texts<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a StringArray, IndexError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_string_opt::<i32>())
        .ok_or_else(|| unreadable(name))
}

/// A column of scores.
pub(super) fn read_scores(batch: &RecordBatch, name: &str) -> Result<Vec<f32>, IndexError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<Float32Type>())
        .map(|scores| scores.values().to_vec())
        .ok_or_else(|| unreadable(name))
}

/// The vectors of an answer, row by row. None where they are null, or the table has none.
pub(super) fn read_vectors(batch: &RecordBatch) -> Vec<Option<Vec<f32>>> {
    let lists = batch
        .column_by_name(VECTOR)
        .and_then(|column| column.as_fixed_size_list_opt());
    let Some(lists) = lists else {
        return vec![None; batch.num_rows()];
    };
    (0..lists.len())
        .map(|at| {
            if lists.is_null(at) {
                return None;
            }
            let values = lists.value(at);
            let numbers = values.as_primitive_opt::<Float32Type>()?;
            Some(numbers.values().to_vec())
        })
        .collect()
}
