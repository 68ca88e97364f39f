//! Which rows were taken in and are not shown yet. No row is in two hands, and a front end that brings more waits until few are
//! not answered.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::ids::InboxId;

/// Enough to keep everybody at work until more have come.
const FEW: usize = 50;

#[derive(Default)]
pub(super) struct InHand(Arc<Rows>);

#[derive(Default)]
struct Rows {
    /// From the moment they came until their answers are shown.
    ids: Mutex<HashSet<InboxId>>,
    /// Of these, those without an answer.
    unanswered: AtomicUsize,
    few: Notify,
}

impl Rows {
    fn ids(&self) -> MutexGuard<'_, HashSet<InboxId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One row, in hand until this is dropped: also when the work on it broke off.
pub(super) struct Held {
    rows: Arc<Rows>,
    id: InboxId,
    /// When it came into this hand: the time from which its answer is waited for.
    pub since: Timestamp,
    answered: bool,
}

impl Held {
    /// Its answer is there, and is to be shown.
    pub(super) fn answered(&mut self) {
        if !std::mem::replace(&mut self.answered, true)
            && self.rows.unanswered.fetch_sub(1, Ordering::AcqRel) == FEW + 1
        {
            self.rows.few.notify_waiters();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.answered();
        self.rows.ids().remove(&self.id);
    }
}

impl InHand {
    /// Takes a row; none where it is in hand already.
    pub(super) fn take(&self, id: InboxId, now: Timestamp) -> Option<Held> {
        if !self.0.ids().insert(id) {
            return None;
        }
        self.0.unanswered.fetch_add(1, Ordering::AcqRel);
        Some(Held {
            rows: Arc::clone(&self.0),
            id,
            since: now,
            answered: false,
        })
    }

    pub(super) fn holds(&self, id: InboxId) -> bool {
        self.0.ids().contains(&id)
    }

    /// Waits until few rows are without an answer, but for no longer than `limit`.
    pub(super) async fn are_few(&self, limit: Duration) {
        let few = self.0.few.notified();
        tokio::pin!(few);
        // Registered before the look, so that no row is missed in between.
        few.as_mut().enable();
        if self.0.unanswered.load(Ordering::Acquire) > FEW {
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
        let take = |id| hand.take(InboxId(id), Timestamp::UNIX_EPOCH).unwrap();
        let few = i64::try_from(FEW).unwrap();
        let _few: Vec<Held> = (0..few).map(take).collect();
        assert!(hand.are_few(LONG).now_or_never().is_some());
        let (mut one, another) = (take(few), take(few + 1));
        hand.are_few(Duration::ZERO).await;
        let mut waits = std::pin::pin!(hand.are_few(LONG));
        assert!(waits.as_mut().now_or_never().is_none());
        one.answered();
        assert!(waits.as_mut().now_or_never().is_none());
        drop(another);
        waits.await;
        drop(one);
    }

    #[test]
    fn a_row_is_in_one_hand_until_it_is_shown() {
        let hand = InHand::default();
        let mut held = hand.take(InboxId(1), Timestamp::UNIX_EPOCH).unwrap();
        held.answered();
        assert!(hand.take(InboxId(1), Timestamp::UNIX_EPOCH).is_none());
        drop(held);
        assert!(hand.take(InboxId(1), Timestamp::UNIX_EPOCH).is_some());
    }
}
