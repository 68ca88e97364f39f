//! That answers were shown is written down for many at once: rooms answer beside each other, and the store writes for one
//! at a time.

use std::sync::{Mutex, PoisonError};

use crate::domain::ids::InboxId;
use crate::store::{R, Store};

/// Rows whose answers were shown.
#[derive(Default)]
pub(super) struct Shown {
    waiting: Mutex<Vec<InboxId>>,
    writing: tokio::sync::Mutex<()>,
}

impl Shown {
    /// Writes down that the answer of a row was shown, with those of others that wait for the same by now.
    pub(super) async fn note(&self, store: &Store, id: InboxId) -> R<()> {
        self.waiting().push(id);
        self.write(store).await
    }

    /// Writes down what waits for it: also what could not be written before.
    pub(super) async fn write(&self, store: &Store) -> R<()> {
        let _one_at_a_time = self.writing.lock().await;
        let ids = std::mem::take(&mut *self.waiting());
        if ids.is_empty() {
            // Whoever wrote before took it along.
            return Ok(());
        }
        let written = async {
            // A power cut right now shows them again: waiting for the disk after each answer would hold up the next.
            let mut tx = store.begin_lightly().await?;
            let unsettled = tx.mark_shown(&ids).await?;
            tx.commit().await?;
            Ok(unsettled)
        };
        match written.await {
            Ok(unsettled) if unsettled.is_empty() => Ok(()),
            Ok(unsettled) => {
                tracing::error!(inbox = ?unsettled, "answers were shown that could not be kept");
                Ok(())
            }
            Err(error) => {
                self.waiting().extend(ids);
                Err(error)
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<InboxId>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
