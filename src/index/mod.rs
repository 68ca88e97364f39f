//! The relevance index: `LanceDB` behind a small face. It holds copies only; the store is the truth and can rebuild it.
//!
//! [`Index`] is a folder of tables and costs nothing until one is opened. [`Table`] takes rows, lets go of rows and
//! [searches](Table::search) in two ways; how those become one ranking is the business of `flow/recall.rs`. No type of
//! `LanceDB`, lance or Arrow leaves this folder.
//!
//! To add a column: [`rows`] (schema, writing), a field of [`Row`], a field of [`Filter`] if it filters, and a
//! new [`LAYOUT`], so that older tables are rebuilt.

pub mod apart;
mod aside;
pub mod cleaning;
mod cosine;
mod files;
mod filter;
mod growth;
mod loose;
mod meaning;
mod partitions;
mod reading;
mod rows;
mod search;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod upkeep;
mod words;

use std::sync::Arc;

use lancedb::connection::Connection;
use lancedb::{ObjectStoreRegistry, Session};
use tokio::sync::Mutex;

pub use cosine::cosine;
pub use filter::Filter;
pub use rows::Row;
pub use search::{Asked, Found};
pub use table::Table;
pub use words::{Word, Words};

/// Counts up when tables of an older version can no longer be searched as they are. Part of every table's name.
pub const LAYOUT: u32 = 2;

/// How much of its own indexes `LanceDB` may keep in memory to find the rows that are written anew: searches keep theirs
/// [apart](reading). And how much of what it knows about its files.
const WRITING_CACHE_BYTES: usize = 1 << 26;
const FILE_CACHE_BYTES: usize = 1 << 26;

/// Why the index did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There is no table of this name.
    #[error("the index has no table {0}")]
    Missing(String),
    /// It cannot be read: torn, or of another make. Building a new one helps.
    #[error("the index table {table} cannot be read: {why}")]
    Torn { table: String, why: String },
    #[error("the index could not {what}: {why}")]
    Failed { what: &'static str, why: String },
}

impl IndexError {
    fn failed<E: std::error::Error>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Failed {
            what,
            why: in_full(&error),
        }
    }
}

/// Opens a place with a memory of its own.
async fn connect(uri: &str) -> Result<Connection, IndexError> {
    let session = Session::new(
        WRITING_CACHE_BYTES,
        FILE_CACHE_BYTES,
        Arc::new(ObjectStoreRegistry::default()),
    );
    lancedb::connect(uri)
        .session(Arc::new(session))
        .execute()
        .await
        .map_err(IndexError::failed("open its folder"))
}

/// An error with all that caused it, on one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let deeper_text = deeper.to_string();
        if !text.contains(&deeper_text) {
            text.push_str(": ");
            text.push_str(&deeper_text);
        }
        cause = deeper.source();
    }
    crate::domain::error::shortened(&text, 400)
}

/// A place with index tables: a folder, or an object store's address.
pub struct Index {
    uri: String,
    connection: Mutex<Option<Connection>>,
}

impl Index {
    /// Names the place. Nothing is read before the first table is asked for, so a start costs nothing.
    pub fn at(uri: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            connection: Mutex::default(),
        }
    }

    async fn connection(&self) -> Result<Connection, IndexError> {
        let mut held = self.connection.lock().await;
        if let Some(connection) = &*held {
            return Ok(connection.clone());
        }
        let connection = connect(&self.uri).await?;
        *held = Some(connection.clone());
        Ok(connection)
    }

    /// Lets go of what it keeps in memory. Tables that are still held go on, and take what they need again.
    pub async fn rest(&self) {
        *self.connection.lock().await = None;
    }

    /// Makes an empty table whose vectors have `dimensions` numbers, `None` for a table of texts only.
    pub async fn create(&self, name: &str, dimensions: Option<usize>) -> Result<Table, IndexError> {
        Table::create(&self.connection().await?, name, dimensions).await
    }

    /// Opens a table and asks it one question, so that a torn one is found here and not by the first search.
    pub async fn open(&self, name: &str) -> Result<Table, IndexError> {
        Table::open(&self.connection().await?, name).await
    }

    /// The names of all tables that lie there.
    pub async fn tables(&self) -> Result<Vec<String>, IndexError> {
        self.connection()
            .await?
            .table_names()
            .execute()
            .await
            .map_err(IndexError::failed("list its tables"))
    }

    /// Deletes a table with all its files. One that is not there is as good as deleted.
    pub async fn drop(&self, name: &str) -> Result<(), IndexError> {
        match self.connection().await?.drop_table(name, &[]).await {
            Ok(()) | Err(lancedb::Error::TableNotFound { .. }) => Ok(()),
            Err(error) => Err(IndexError::failed("delete a table")(error)),
        }
    }
}
