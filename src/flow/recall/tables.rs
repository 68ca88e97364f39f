//! Which index tables there are, which of them can be used, and which one answers.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Recall, RecallError, lock};
use crate::index::{IndexError, LAYOUT, Table};
use crate::store::{IndexTable, R};

/// The model of tables that hold texts only.
const NO_MODEL: &str = "none";

/// An open index keeps half of what it is in memory: after this time without a question it is closed.
const IDLE: Duration = Duration::from_mins(10);

impl Recall {
    /// What a table made now would carry as its model.
    fn model(&self) -> String {
        self.0.embedder.as_ref().map_or_else(
            || NO_MODEL.to_owned(),
            |embedder| {
                let (provider, model) = embedder.name();
                format!("{provider}/{model}/{}", embedder.dimensions())
            },
        )
    }

    /// Whether a table was made the way it would be made now.
    pub(super) fn fits(&self, table: &IndexTable) -> bool {
        table.model == self.model() && table.name.starts_with(&prefix())
    }

    /// The open table; opened, and asked a question, the first time.
    pub(super) async fn table(&self, name: &str) -> Result<Table, IndexError> {
        self.0
            .used
            .store(self.0.clock.now_millis(), Ordering::Relaxed);
        if let Some(table) = lock(&self.0.open).get(name) {
            return Ok(table.clone());
        }
        let table = self.0.index.open(name).await?;
        lock(&self.0.open).insert(name.to_owned(), table.clone());
        Ok(table)
    }

    /// Forgets that a table was open, so that the next use looks whether it can still be read.
    pub(super) fn close(&self, name: &str) {
        lock(&self.0.open).remove(name);
    }

    /// Closes what nobody has used for [`IDLE`]. Says whether there was anything.
    pub async fn close_idle(&self) -> bool {
        let idle = self.0.clock.now_millis() - self.0.used.load(Ordering::Relaxed);
        let long = u128::try_from(idle).is_ok_and(|idle| idle >= IDLE.as_millis());
        if !long || lock(&self.0.open).is_empty() {
            return false;
        }
        lock(&self.0.open).clear();
        self.0.index.rest().await;
        true
    }

    /// The table that answers now, and whether its vectors are of the present model. The serving one if it fits;
    /// while another takes its place, whichever can say more. None where none can be read.
    pub(super) async fn answering(&self) -> R<Option<(Table, bool)>> {
        let tables = self.0.store.index_tables().await?;
        // One that is filled for the first time knows less than the store does.
        let least = if tables.iter().any(|table| table.serving) {
            0
        } else {
            self.0.store.last_change().await?
        };
        for listed in in_order(&tables, |table| self.fits(table)) {
            if listed.text_seq < least {
                continue;
            }
            match self.table(&listed.name).await {
                Ok(table) => return Ok(Some((table, self.fits(listed)))),
                Err(error) => {
                    tracing::warn!(index.table = %listed.name, index.error = %error, "an index table cannot be used");
                }
            }
        }
        Ok(None)
    }

    /// The tables to fill, the serving one first; at least one. What cannot be used any more is dropped, what fits
    /// nothing keeps answering until a new one is complete.
    pub(super) async fn prepare(&self) -> Result<Vec<IndexTable>, RecallError> {
        let mut usable = Vec::new();
        let mut dropped = Vec::new();
        let mut building = None;
        for listed in self.0.store.index_tables().await? {
            let fits = self.fits(&listed);
            if !fits && !listed.serving {
                dropped.push(listed.name);
                continue;
            }
            match self.table(&listed.name).await {
                Ok(_) if !fits => {}
                Ok(_) if listed.serving => usable.insert(0, listed),
                // A later one was asked for later: it replaces an unfinished one.
                Ok(_) => {
                    if let Some(older) = building.replace(listed) {
                        dropped.push(older.name);
                    }
                }
                Err(IndexError::Missing(_) | IndexError::Torn { .. }) => dropped.push(listed.name),
                Err(error) => return Err(error.into()),
            }
        }
        usable.extend(building);
        self.drop_tables(&dropped).await?;
        self.sweep().await?;
        if usable.is_empty() {
            usable.push(self.add_table().await?);
        }
        Ok(usable)
    }

    /// Makes a new, empty table. It is listed once it is there: a crash in between leaves files that [`sweep`](Self::sweep)
    /// finds.
    pub(super) async fn add_table(&self) -> Result<IndexTable, RecallError> {
        let taken: HashSet<String> = self
            .0
            .store
            .index_tables()
            .await?
            .into_iter()
            .map(|table| table.name)
            .chain(self.0.index.tables().await?)
            .collect();
        let mut stamp = self.0.clock.now_millis();
        while taken.contains(&format!("{}{stamp:016}", prefix())) {
            stamp += 1;
        }
        let name = format!("{}{stamp:016}", prefix());
        let dimensions = self
            .0
            .embedder
            .as_ref()
            .map(|embedder| embedder.dimensions());
        let table = self.0.index.create(&name, dimensions).await?;
        let mut tx = self.0.store.begin().await?;
        tx.add_index_table(&name, &self.model()).await?;
        tx.commit().await?;
        lock(&self.0.open).insert(name.clone(), table);
        tracing::info!(index.table = %name, "a new index table is filled");
        Ok(IndexTable {
            name,
            model: self.model(),
            serving: false,
            text_seq: 0,
            vector_seq: 0,
        })
    }

    /// Lets `name` answer from now on, and drops all others.
    pub(super) async fn promote(&self, name: &str) -> Result<(), RecallError> {
        let others: Vec<String> = self
            .0
            .store
            .index_tables()
            .await?
            .into_iter()
            .map(|table| table.name)
            .filter(|other| other != name)
            .collect();
        if !others.is_empty() {
            // Whoever is used to quick answers gets one from the new table too.
            self.table(name).await?.get_ready().await?;
        }
        let mut tx = self.0.store.begin().await?;
        tx.serve_index(name).await?;
        tx.commit().await?;
        self.drop_tables(&others).await?;
        tracing::info!(index.table = %name, "the index table serves");
        Ok(())
    }

    /// Takes tables off the list, then deletes their files; a crash in between leaves files that the sweep finds.
    async fn drop_tables(&self, names: &[String]) -> Result<(), RecallError> {
        if names.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.store.begin().await?;
        for name in names {
            tx.drop_index_table(name).await?;
        }
        tx.commit().await?;
        for name in names {
            self.close(name);
            self.0.index.drop(name).await?;
        }
        Ok(())
    }

    /// Deletes tables that are on no list: left by a crash.
    async fn sweep(&self) -> Result<(), RecallError> {
        let listed: HashSet<String> = self
            .0
            .store
            .index_tables()
            .await?
            .into_iter()
            .map(|table| table.name)
            .collect();
        for name in self.0.index.tables().await? {
            if name.starts_with(FAMILY) && !listed.contains(&name) {
                self.0.index.drop(&name).await?;
            }
        }
        Ok(())
    }
}

/// All tables of this house, of whatever layout. Others may share the place.
const FAMILY: &str = "posts_v";

fn prefix() -> String {
    format!("{FAMILY}{LAYOUT}_")
}

/// In which order tables are tried for an answer: a serving one that fits; one being filled that already holds all the
/// serving one's texts, or any while nothing serves; the serving one of another model, for its words.
fn in_order(tables: &[IndexTable], fits: impl Fn(&IndexTable) -> bool) -> Vec<&IndexTable> {
    let served_to = tables
        .iter()
        .find(|table| table.serving)
        .map_or(0, |table| table.text_seq);
    let mut order: Vec<&IndexTable> = tables.iter().collect();
    order.sort_by_key(|table| {
        let rank = match (fits(table), table.serving) {
            (true, true) => 0,
            (true, false) if table.text_seq >= served_to => 1,
            (_, true) => 2,
            (true, false) => 3,
            (false, false) => 4,
        };
        (rank, std::cmp::Reverse(table.text_seq))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, model: &str, serving: bool, text_seq: i64) -> IndexTable {
        IndexTable {
            name: name.to_owned(),
            model: model.to_owned(),
            serving,
            text_seq,
            vector_seq: 0,
        }
    }

    fn order(tables: &[IndexTable]) -> Vec<&str> {
        in_order(tables, |table| table.model == "new")
            .iter()
            .map(|table| table.name.as_str())
            .collect()
    }

    #[test]
    fn the_table_that_can_say_most_answers() {
        let rebuilt = [
            listed("filled", "new", false, 90),
            listed("serving", "new", true, 100),
        ];
        assert_eq!(order(&rebuilt), ["serving", "filled"]);
        let begun = [
            listed("filled", "new", false, 90),
            listed("serving", "old", true, 100),
        ];
        assert_eq!(order(&begun), ["serving", "filled"]);
        let texts_in = [
            listed("serving", "old", true, 100),
            listed("filled", "new", false, 100),
        ];
        assert_eq!(order(&texts_in), ["filled", "serving"]);
    }
}
