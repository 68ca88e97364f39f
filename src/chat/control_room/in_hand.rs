//! How many rows were taken in and are not answered yet: whoever brings more may wait until they are few.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Enough to keep everybody at work until more have come.
const FEW: usize = 50;

#[derive(Default)]
pub(super) struct InHand(Arc<Counted>);

#[derive(Default)]
struct Counted {
    rows: AtomicUsize,
    few: Notify,
}

/// One row, in hand until this is dropped: also when whoever worked on it broke off.
pub(super) struct Held(Arc<Counted>);

impl Drop for Held {
    fn drop(&mut self) {
        if self.0.rows.fetch_sub(1, Ordering::AcqRel) == FEW + 1 {
            self.0.few.notify_waiters();
        }
    }
}

impl InHand {
    pub(super) fn takes(&self) -> Held {
        self.0.rows.fetch_add(1, Ordering::AcqRel);
        Held(Arc::clone(&self.0))
    }

    /// Waits until few rows are in hand, but for no longer than `limit`.
    pub(super) async fn are_few(&self, limit: Duration) {
        let few = self.0.few.notified();
        tokio::pin!(few);
        // Registered before the look, so that no row is missed in between.
        few.as_mut().enable();
        if self.0.rows.load(Ordering::Acquire) > FEW {
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
        let _few: Vec<Held> = (0..FEW).map(|_| hand.takes()).collect();
        assert!(hand.are_few(LONG).now_or_never().is_some());
        let (one, another) = (hand.takes(), hand.takes());
        hand.are_few(Duration::ZERO).await;
        let mut waits = std::pin::pin!(hand.are_few(LONG));
        assert!(waits.as_mut().now_or_never().is_none());
        drop(one);
        assert!(waits.as_mut().now_or_never().is_none());
        drop(another);
        waits.await;
    }
}
