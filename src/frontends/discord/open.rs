//! Interactions that are being answered, as long as this run lasts.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::ticket::{LIVES, Ticket};

/// An acknowledgement takes no longer, or did not work.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(5);

/// One that came in.
struct Asking {
    since: Instant,
    acknowledged: watch::Sender<bool>,
    /// Its first answer is there.
    used: bool,
}

/// A first answer that says only that work is going on.
struct Waiting {
    since: Instant,
    ticket: Arc<Ticket>,
}

#[derive(Default)]
pub struct Open {
    asking: Mutex<HashMap<String, Asking>>,
    waiting: Mutex<HashMap<u64, VecDeque<Waiting>>>,
}

impl Open {
    /// To be called before it is handed to the core: its answer may come at once.
    pub fn begin(&self, external_id: &str) {
        let mut asking = self.asking.lock();
        asking.retain(|_, asking| asking.since.elapsed() < LIVES);
        let begun = Asking {
            since: Instant::now(),
            acknowledged: watch::Sender::new(false),
            used: false,
        };
        asking.insert(external_id.to_owned(), begun);
    }

    /// Discord has been told that it arrived, or will never be.
    pub fn note_acknowledged(&self, external_id: &str) {
        if let Some(asking) = self.asking.lock().get(external_id) {
            asking.acknowledged.send_replace(true);
        }
    }

    /// Waits until Discord has been told. What came in before this run was told then.
    pub async fn acknowledged(&self, external_id: &str) {
        let told = self
            .asking
            .lock()
            .get(external_id)
            .map(|asking| asking.acknowledged.subscribe());
        if let Some(mut told) = told {
            // An answer that comes too early is refused, and then sent as a message of its own.
            let _ = tokio::time::timeout(ACKNOWLEDGED_WITHIN, told.wait_for(|told| *told)).await;
        }
    }

    /// Whether the first answer is still to come.
    pub fn is_unanswered(&self, external_id: &str) -> bool {
        self.asking
            .lock()
            .get(external_id)
            .is_none_or(|asking| !asking.used)
    }

    /// Kept also of what came in before this run: its answer must not be taken for one that is still to come.
    pub fn note_answered(&self, external_id: &str) {
        let mut asking = self.asking.lock();
        let asking = asking
            .entry(external_id.to_owned())
            .or_insert_with(|| Asking {
                since: Instant::now(),
                acknowledged: watch::Sender::new(true),
                used: false,
            });
        asking.used = true;
    }

    pub fn end(&self, external_id: &str) {
        self.asking.lock().remove(external_id);
    }

    /// The next thing that is said in this channel takes the place of this first answer.
    pub fn wait_in(&self, channel: u64, ticket: Ticket) {
        let waiting = Waiting {
            since: Instant::now(),
            ticket: Arc::new(ticket),
        };
        self.waiting
            .lock()
            .entry(channel)
            .or_default()
            .push_back(waiting);
    }

    /// The oldest first answer that waits in this channel, taken out.
    pub fn next_in(&self, channel: u64) -> Option<Arc<Ticket>> {
        self.next_at(channel, Instant::now())
    }

    fn next_at(&self, channel: u64, now: Instant) -> Option<Arc<Ticket>> {
        let mut waiting = self.waiting.lock();
        let here = waiting.get_mut(&channel)?;
        let next = std::iter::from_fn(|| here.pop_front())
            .find(|waiting| now.saturating_duration_since(waiting.since) < LIVES)
            .map(|waiting| waiting.ticket);
        if here.is_empty() {
            waiting.remove(&channel);
        }
        next
    }

    pub fn waits_in(&self, channel: u64) -> bool {
        self.waiting.lock().contains_key(&channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontends::discord::ticket::Kind;

    fn ticket(id: u64) -> Ticket {
        Ticket {
            kind: Kind::Command,
            hidden: false,
            application: 1,
            id,
            token: "t".into(),
            message: None,
        }
    }

    #[tokio::test]
    async fn an_answer_waits_until_discord_was_told() {
        let open = Arc::new(Open::default());
        open.begin("i1");
        let answer = {
            let open = Arc::clone(&open);
            tokio::spawn(async move { open.acknowledged("i1").await })
        };
        tokio::task::yield_now().await;
        assert!(!answer.is_finished());
        open.note_acknowledged("i1");
        answer.await.unwrap();
        // What came in before this run is not waited for.
        open.acknowledged("i2").await;
    }

    #[test]
    fn the_first_answer_is_one() {
        let open = Open::default();
        open.begin("i1");
        assert!(open.is_unanswered("i1"));
        open.note_answered("i1");
        assert!(!open.is_unanswered("i1"));
        // One from before this run, too.
        assert!(open.is_unanswered("i0"));
        open.note_answered("i0");
        assert!(!open.is_unanswered("i0"));
    }

    #[test]
    fn the_oldest_that_lives_is_next() {
        let open = Open::default();
        for id in [1, 2] {
            open.wait_in(7, ticket(id));
        }
        assert!(open.waits_in(7) && !open.waits_in(8));
        let next = |now| open.next_at(7, now).map(|ticket| ticket.id);
        assert_eq!(next(Instant::now()), Some(1));
        assert_eq!(next(Instant::now() + LIVES), None);
        assert!(!open.waits_in(7));
    }
}
