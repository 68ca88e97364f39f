//! One table of the index.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use futures::TryStreamExt;
use lancedb::connection::Connection;
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use tokio::sync::{Mutex, RwLock};

use super::filter::{Filter, with_ids};
use super::reading::Reading;
use super::rows::{self, Row};
use super::{IndexError, connect, in_full};

/// An open table. Cheap to clone; all clones see what one of them writes.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) inner: lancedb::Table,
    /// The place it lies in.
    pub(super) uri: Arc<str>,
    schema: SchemaRef,
    /// Held by whoever reads, so that files are deleted only when nobody can be at them any more.
    pub(super) readers: Arc<RwLock<()>>,
    /// Held by whoever changes it: one at a time, also when nobody waits for the end of the upkeep any more.
    pub(super) writer: Arc<Mutex<()>>,
    pub(super) reading: Arc<Reading>,
}

impl Table {
    pub(super) async fn create(
        connection: &Connection,
        name: &str,
        dimensions: Option<usize>,
    ) -> Result<Self, IndexError> {
        let failed = || IndexError::failed("make a table");
        let dimensions = dimensions.and_then(|dimensions| i32::try_from(dimensions).ok());
        let schema = rows::schema(dimensions);
        let inner = connection
            .create_empty_table(name, schema.clone())
            .execute()
            .await
            .map_err(failed())?;
        let table = Self::over(inner, connection, schema);
        table.first_indexes().await?;
        Ok(table)
    }

    fn over(inner: lancedb::Table, connection: &Connection, schema: SchemaRef) -> Self {
        Self {
            inner,
            uri: connection.uri().into(),
            schema,
            readers: Arc::default(),
            writer: Arc::default(),
            reading: Arc::default(),
        }
    }

    /// The same table, opened with a memory of its own; who reads and who writes is known to both.
    pub(super) async fn apart(&self) -> Result<Self, IndexError> {
        let connection = connect(&self.uri).await?;
        let inner = connection.open_table(self.name()).execute().await;
        let inner = inner.map_err(IndexError::failed("open it once more"))?;
        Ok(Self {
            inner,
            ..self.clone()
        })
    }

    /// Sees what was changed [apart](Self::apart).
    pub(super) async fn look_again(&self) -> Result<(), IndexError> {
        let seen = self.inner.checkout_latest().await;
        seen.map_err(IndexError::failed("look at it again"))
    }

    pub(super) async fn open(connection: &Connection, name: &str) -> Result<Self, IndexError> {
        let table = Self::unprobed(connection, name).await?;
        table.probe().await.map_err(|error| IndexError::Torn {
            table: name.to_owned(),
            why: error.to_string(),
        })?;
        Ok(table)
    }

    /// Opens it without a look at what it holds.
    pub(super) async fn unprobed(connection: &Connection, name: &str) -> Result<Self, IndexError> {
        let torn = |why: String| IndexError::Torn {
            table: name.to_owned(),
            why,
        };
        let inner = match connection.open_table(name).execute().await {
            Ok(inner) => inner,
            Err(lancedb::Error::TableNotFound { .. }) => {
                return Err(IndexError::Missing(name.to_owned()));
            }
            Err(error) => return Err(torn(in_full(&error))),
        };
        let found = inner
            .schema()
            .await
            .map_err(|error| torn(in_full(&error)))?;
        let schema = rows::schema(rows::dimensions(&found));
        let names = |schema: &SchemaRef| -> Vec<String> {
            schema
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect()
        };
        if names(&found) != names(&schema) {
            return Err(torn("its columns are not the expected ones".to_owned()));
        }
        Ok(Self::over(inner, connection, schema))
    }

    /// Reads one row and asks both kinds of search: what is torn fails here.
    async fn probe(&self) -> Result<(), IndexError> {
        let batches = self
            .inner
            .query()
            .limit(1)
            .execute()
            .await
            .map_err(IndexError::failed("read a row"))?
            .try_collect::<Vec<RecordBatch>>()
            .await
            .map_err(IndexError::failed("read a row"))?;
        drop(batches);
        self.worded("probe", &Filter::default(), 1).await?;
        if let Some(dimensions) = self.dimensions() {
            let mut vector = vec![0.0; dimensions];
            vector[0] = 1.0;
            self.nearest(&vector, &Filter::default(), 1).await?;
        }
        Ok(())
    }

    /// How many numbers its vectors have; none when it keeps texts only.
    pub fn dimensions(&self) -> Option<usize> {
        rows::dimensions(&self.schema).and_then(|width| usize::try_from(width).ok())
    }

    pub fn name(&self) -> &str {
        self.inner.name()
    }

    /// How many rows it holds.
    pub async fn count(&self) -> Result<usize, IndexError> {
        self.inner
            .count_rows(None)
            .await
            .map_err(IndexError::failed("count its rows"))
    }

    /// Puts rows in, in the place of rows with the same id. Done when it returns: a later crash does not lose it.
    pub async fn upsert(&self, posts: &[Row]) -> Result<(), IndexError> {
        if posts.is_empty() {
            return Ok(());
        }
        let batch = rows::batch(posts, &self.schema).map_err(|error| IndexError::Failed {
            what: "lay out rows",
            why: error.to_string(),
        })?;
        let reader = RecordBatchIterator::new([Ok(batch)], self.schema.clone());
        let _alone = self.writer.lock().await;
        let mut merge = self.inner.merge_insert(&[rows::ID]);
        merge
            .when_matched_update_all(None)
            .when_not_matched_insert_all();
        merge
            .execute(Box::new(reader))
            .await
            .map(drop)
            .map_err(IndexError::failed("take rows in"))
    }

    /// Lets go of rows. Unknown ids are none of its business.
    pub async fn forget(&self, ids: &[i64]) -> Result<(), IndexError> {
        if ids.is_empty() {
            return Ok(());
        }
        let _alone = self.writer.lock().await;
        self.inner
            .delete(&with_ids(ids))
            .await
            .map(drop)
            .map_err(IndexError::failed("let go of rows"))
    }

    /// The text and the vector it holds for those of `ids` that are there.
    pub async fn held(
        &self,
        ids: &[i64],
    ) -> Result<HashMap<i64, (String, Option<Vec<f32>>)>, IndexError> {
        let mut columns = vec![rows::ID, rows::TEXT];
        if self.dimensions().is_some() {
            columns.push(rows::VECTOR);
        }
        let mut held = HashMap::with_capacity(ids.len());
        if ids.is_empty() {
            return Ok(held);
        }
        let _reading = self.readers.read().await;
        let batches = self
            .inner
            .query()
            .only_if_expr(with_ids(ids))
            .select(Select::columns(&columns))
            .execute()
            .await
            .map_err(IndexError::failed("look rows up"))?
            .try_collect::<Vec<_>>()
            .await
            .map_err(IndexError::failed("look rows up"))?;
        for batch in batches {
            let ids = rows::read_numbers(&batch, rows::ID)?;
            let texts = rows::read_texts(&batch, rows::TEXT)?;
            for (at, vector) in rows::read_vectors(&batch).into_iter().enumerate() {
                held.insert(ids.value(at), (texts.value(at).to_owned(), vector));
            }
        }
        Ok(held)
    }

    /// How many rows have their vector.
    pub async fn embedded(&self) -> Result<usize, IndexError> {
        if self.dimensions().is_none() {
            return Ok(0);
        }
        self.inner
            .count_rows(Some(format!("{} IS NOT NULL", rows::VECTOR)))
            .await
            .map_err(IndexError::failed("count its vectors"))
    }
}
