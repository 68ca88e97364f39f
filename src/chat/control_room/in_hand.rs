//! How many rows were taken in and are not answered yet: whoever brings more may wait until it is none.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

#[derive(Default)]
pub(super) struct InHand {
    rows: AtomicUsize,
    none: Notify,
}

impl InHand {
    pub(super) fn takes(&self) {
        self.rows.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn answered(&self) {
        if self.rows.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.none.notify_waiters();
        }
    }

    /// Waits until no row is in hand, but for no longer than `limit`.
    pub(super) async fn empty(&self, limit: Duration) {
        let emptied = self.none.notified();
        tokio::pin!(emptied);
        // Registered before the look, so that the last row is not missed in between.
        emptied.as_mut().enable();
        if self.rows.load(Ordering::Acquire) > 0 {
            // What takes longer than that is a slow room, which holds up nobody.
            let _ = tokio::time::timeout(limit, emptied).await;
        }
    }
}
