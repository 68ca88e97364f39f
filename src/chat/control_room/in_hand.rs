//! How many rows were taken in and are not answered yet: whoever brings more may wait until they are few.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Enough to keep everybody at work until more have come.
const FEW: usize = 50;

#[derive(Default)]
pub(super) struct InHand {
    rows: AtomicUsize,
    few: Notify,
}

impl InHand {
    pub(super) fn takes(&self) {
        self.rows.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn answered(&self) {
        if self.rows.fetch_sub(1, Ordering::AcqRel) == FEW + 1 {
            self.few.notify_waiters();
        }
    }

    /// Waits until few rows are in hand, but for no longer than `limit`.
    pub(super) async fn are_few(&self, limit: Duration) {
        let few = self.few.notified();
        tokio::pin!(few);
        // Registered before the look, so that no row is missed in between.
        few.as_mut().enable();
        if self.rows.load(Ordering::Acquire) > FEW {
            // What takes longer than that are slow rooms, which hold up nobody.
            let _ = tokio::time::timeout(limit, few).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn whoever_brings_more_waits_until_few_are_left_or_the_time_is_up() {
        const LONG: Duration = Duration::from_hours(1);
        let hand = InHand::default();
        for _ in 0..FEW {
            hand.takes();
        }
        assert!(hand.are_few(LONG).now_or_never().is_some());
        hand.takes();
        hand.takes();
        hand.are_few(Duration::ZERO).await;
        let mut waits = std::pin::pin!(hand.are_few(LONG));
        assert!(waits.as_mut().now_or_never().is_none());
        hand.answered();
        assert!(waits.as_mut().now_or_never().is_none());
        hand.answered();
        waits.await;
    }
}
