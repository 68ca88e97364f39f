//! One table of the index.

use std::collections::HashMap;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use futures::TryStreamExt;
use lancedb::DistanceType;
use lancedb::connection::Connection;
use lancedb::index::Index as Kind;
use lancedb::index::scalar::{
    BTreeIndexBuilder, FtsIndexBuilder, FullTextSearchQuery, LabelListIndexBuilder,
};
use lancedb::index::vector::IvfHnswSqIndexBuilder;
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use lancedb::table::{CompactionOptions, Duration, OptimizeAction, OptimizeOptions};

use super::filter::{Filter, with_ids};
use super::rows::{self, Row};
use super::{IndexError, in_full};

/// From this many rows on, an approximate vector index pays: below, a flat scan of 384 numbers a row takes under 15 ms.
const FLAT_UP_TO: usize = 20_000;
/// How many candidates the approximate index hands over for each one asked for, to be measured exactly. At 100,000
/// posts: recall 0.92 without, 1.0 with 10.
const REFINE: u32 = 10;
/// Rows that the indexes do not know yet are scanned at every search. From this many on they are taken in.
const LOOSE_ROWS: usize = 1_000;
/// Searches that began on an older version of the files are long over after this.
const KEEP_OLD_FILES_MINUTES: i64 = 10;
/// Longer words are no words (base64, keys, …) and are left out of the full text.
const LONGEST_WORD: usize = 40;
/// Names of the indexes within a table.
const WORDS_INDEX: &str = "words";
const VECTORS_INDEX: &str = "vectors";

/// A row near to a vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    pub id: i64,
    /// Cosine, -1 to 1.
    pub similarity: f32,
    pub vector: Option<Vec<f32>>,
}

/// A row that holds words asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Worded {
    pub id: i64,
    /// BM25: comparable only within one answer.
    pub score: f32,
    pub vector: Option<Vec<f32>>,
}

/// An open table. Cheap to clone; all clones see what one of them writes.
#[derive(Debug, Clone)]
pub struct Table {
    inner: lancedb::Table,
    schema: SchemaRef,
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
        let table = Self { inner, schema };
        table
            .inner
            .create_index(&[rows::TEXT], Kind::FTS(words_index()))
            .name(WORDS_INDEX.to_owned())
            .execute()
            .await
            .map_err(failed())?;
        Ok(table)
    }

    pub(super) async fn open(connection: &Connection, name: &str) -> Result<Self, IndexError> {
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
        let table = Self { inner, schema };
        table
            .probe()
            .await
            .map_err(|error| torn(error.to_string()))?;
        Ok(table)
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

    /// The rows nearest to `vector` among those that pass `filter`, nearest first. Rows without a vector are not found.
    pub async fn nearest(
        &self,
        vector: &[f32],
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Near>, IndexError> {
        let failed = || IndexError::failed("search by meaning");
        let mut query = self
            .inner
            .query()
            .nearest_to(vector)
            .map_err(failed())?
            .column(rows::VECTOR)
            .distance_type(DistanceType::Cosine)
            .refine_factor(REFINE)
            .select(Select::columns(&[rows::ID, rows::VECTOR, "_distance"]))
            .limit(limit);
        if let Some(filter) = filter.expression() {
            query = query.only_if_expr(filter);
        }
        let batches = query
            .execute()
            .await
            .map_err(failed())?
            .try_collect::<Vec<_>>()
            .await
            .map_err(failed())?;
        let mut found = Vec::with_capacity(limit);
        for batch in batches {
            let ids = rows::read_numbers(&batch, rows::ID)?;
            let distances = rows::read_scores(&batch, "_distance")?;
            for (at, vector) in rows::read_vectors(&batch).into_iter().enumerate() {
                found.push(Near {
                    id: ids.value(at),
                    similarity: 1.0 - distances[at],
                    vector,
                });
            }
        }
        Ok(found)
    }

    /// The rows that hold words of `words` among those that pass `filter`, best first. Rows that were put in a moment
    /// ago are found as well.
    pub async fn worded(
        &self,
        words: &str,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Worded>, IndexError> {
        let failed = || IndexError::failed("search by words");
        let asked = FullTextSearchQuery::new(words.to_owned())
            .with_column(rows::TEXT.to_owned())
            .map_err(|error| failed()(error.into()))?
            .limit(i64::try_from(limit).ok());
        let mut columns = vec![rows::ID, "_score"];
        if self.dimensions().is_some() {
            columns.push(rows::VECTOR);
        }
        let mut query = self
            .inner
            .query()
            .full_text_search(asked)
            .select(Select::columns(&columns))
            .limit(limit);
        if let Some(filter) = filter.expression() {
            query = query.only_if_expr(filter);
        }
        let batches = query
            .execute()
            .await
            .map_err(failed())?
            .try_collect::<Vec<_>>()
            .await
            .map_err(failed())?;
        let mut found = Vec::with_capacity(limit);
        for batch in batches {
            let ids = rows::read_numbers(&batch, rows::ID)?;
            let scores = rows::read_scores(&batch, "_score")?;
            for (at, vector) in rows::read_vectors(&batch).into_iter().enumerate() {
                found.push(Worded {
                    id: ids.value(at),
                    score: scores[at],
                    vector,
                });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(found)
    }

    /// Upkeep, when enough has gathered to pay: small files become larger ones, new rows go into the indexes, indexes
    /// are built once the table is large enough, old files go. Searches go on meanwhile. Says whether anything was done.
    pub async fn tidy(&self) -> Result<bool, IndexError> {
        let failed = || IndexError::failed("tidy up");
        let loose = match self
            .inner
            .index_stats(WORDS_INDEX)
            .await
            .map_err(failed())?
        {
            Some(stats) => stats.num_unindexed_rows,
            None => 0,
        };
        if loose < LOOSE_ROWS {
            return Ok(false);
        }
        self.inner
            .optimize(OptimizeAction::Compact {
                options: CompactionOptions::default(),
                remap_options: None,
            })
            .await
            .map_err(failed())?;
        self.inner
            .optimize(OptimizeAction::Index(OptimizeOptions::default()))
            .await
            .map_err(failed())?;
        self.grow_indexes().await?;
        self.inner
            .optimize(OptimizeAction::Prune {
                older_than: Duration::try_minutes(KEEP_OLD_FILES_MINUTES),
                delete_unverified: None,
                error_if_tagged_old_versions: None,
            })
            .await
            .map_err(failed())?;
        Ok(true)
    }

    /// Builds what a large table needs and a small one does without.
    async fn grow_indexes(&self) -> Result<(), IndexError> {
        let failed = || IndexError::failed("build an index");
        if self.count().await? < FLAT_UP_TO {
            return Ok(());
        }
        let there = self.inner.list_indices().await.map_err(failed())?;
        let lacks = |column: &str| {
            !there
                .iter()
                .any(|index| index.columns.iter().any(|name| name == column))
        };
        let mut wanted = vec![
            (rows::AUTHOR, Kind::BTree(BTreeIndexBuilder::default())),
            (rows::CREATED_AT, Kind::BTree(BTreeIndexBuilder::default())),
            (
                rows::TAGS,
                Kind::LabelList(LabelListIndexBuilder::default()),
            ),
        ];
        wanted.retain(|(column, _)| lacks(column));
        for (column, kind) in wanted {
            self.inner
                .create_index(&[column], kind)
                .execute()
                .await
                .map_err(failed())?;
        }
        if self.dimensions().is_some()
            && lacks(rows::VECTOR)
            && self.embedded().await? >= FLAT_UP_TO
        {
            let kind = IvfHnswSqIndexBuilder::default().distance_type(DistanceType::Cosine);
            self.inner
                .create_index(&[rows::VECTOR], Kind::IvfHnswSq(kind))
                .name(VECTORS_INDEX.to_owned())
                .execute()
                .await
                .map_err(failed())?;
        }
        Ok(())
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

/// Words by Unicode's own segmentation (dictionaries for scripts without spaces), folded, in their English stem: posts
/// come in many languages, and a stem that does not fit another language is at least the same on both sides. No stop
/// words: BM25 weighs them down, and one language's stop word is another's noun.
fn words_index() -> FtsIndexBuilder {
    FtsIndexBuilder::default()
        .base_tokenizer("icu/split".to_owned())
        .lower_case(true)
        .ascii_folding(true)
        .stem(true)
        .remove_stop_words(false)
        .max_token_length(Some(LONGEST_WORD))
}
