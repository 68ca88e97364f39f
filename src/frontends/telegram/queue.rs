//! Calls in a chat one after the other, at Telegram's pace, cards before plain lines. A chat that Telegram asks to wait
//! waits alone.
//!
//! teloxide's `Throttle` cannot stand here: one chat's 429 stops all chats, what is sent keeps its order of asking, whatever
//! is more urgent, edits, deletions and answers to presses go past it, and a call that waits cannot be told that Lumen stops.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::calls::CallError;
use super::pace::{Limits, Pace, Rate};

/// A press is answered within this after it came, or not at all: people have looked away.
const PRESS_LIMIT: Duration = Duration::from_secs(15);

/// How long a call that is on its way has left when Lumen stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// What goes first in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Something to decide on, or what became of a press.
    Card,
    Line,
}

/// The queues of all chats. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    limits: Limits,
    chats: Mutex<HashMap<i64, Arc<Chat>>>,
    /// All chats together.
    all: Mutex<Rate>,
    stop: CancellationToken,
}

/// A chat's calls. The locks are fair, so those of one urgency go in the order in which they came.
struct Chat {
    /// Held by the first of the cards until its call is made.
    first_card: tokio::sync::Mutex<()>,
    /// The same for lines.
    first_line: tokio::sync::Mutex<()>,
    /// Held by the one that may make its call.
    turn: tokio::sync::Mutex<()>,
    /// How many cards are not sent yet.
    cards: watch::Sender<usize>,
    pace: Mutex<Pace>,
}

impl Chat {
    /// Waits until there are cards to be sent, or none.
    async fn cards_waiting(&self, some: bool) {
        let mut cards = self.cards.subscribe();
        // An error would mean that the chat is gone, which is borrowed here.
        let _ = cards.wait_for(|count| (*count > 0) == some).await;
    }

    fn card_waits(&self) -> CardWaits<'_> {
        self.cards.send_modify(|count| *count += 1);
        CardWaits(self)
    }
}

/// A card that is not sent yet, as long as this is kept.
struct CardWaits<'a>(&'a Chat);

impl Drop for CardWaits<'_> {
    fn drop(&mut self) {
        self.0.cards.send_modify(|count| *count -= 1);
    }
}

impl Queue {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let all = Rate::new(limits.all_gap, limits.all_burst);
        Self(Arc::new(Inner {
            limits,
            chats: Mutex::default(),
            all: Mutex::new(all),
            stop: CancellationToken::new(),
        }))
    }

    /// No more calls: the callers that wait get an error.
    pub fn close(&self) {
        self.0.stop.cancel();
    }

    /// Makes a call when it is its turn, and again where Telegram asked to wait first. A call that is dropped before its
    /// turn is left out.
    pub async fn run<T, F>(
        &self,
        chat: i64,
        urgency: Urgency,
        call: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let id = chat;
        let chat = self.chat(id);
        let (first, _waits) = match urgency {
            Urgency::Card => (&chat.first_card, Some(chat.card_waits())),
            Urgency::Line => (&chat.first_line, None),
        };
        let _first = self.unless_closed(first.lock()).await?;
        loop {
            let turn = self.unless_closed(self.turn(&chat, urgency)).await?;
            match self.unless_stopped(call()).await {
                Err(CallError::Flood(wait)) => {
                    // Noted before the turn ends, so that no other call goes in between.
                    self.asked_to_wait(id, wait);
                    drop(turn);
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits for the chat's turn. A line gives way to a card that comes in the meantime.
    async fn turn<'a>(&self, chat: &'a Chat, urgency: Urgency) -> tokio::sync::MutexGuard<'a, ()> {
        loop {
            if urgency == Urgency::Line {
                chat.cards_waiting(false).await;
            }
            let turn = chat.turn.lock().await;
            tokio::select! {
                biased;
                () = chat.cards_waiting(true), if urgency == Urgency::Line => {}
                () = self.due(chat) => return turn,
            }
        }
    }

    /// Waits until Telegram takes another call in this chat, and counts that call.
    async fn due(&self, chat: &Chat) {
        loop {
            let at = {
                let (mut all, mut pace) = (self.0.all.lock(), chat.pace.lock());
                let now = Instant::now();
                let at = pace.next(now).max(all.next(now));
                if at <= now {
                    pace.take(now);
                    all.take(now);
                    return;
                }
                at
            };
            tokio::time::sleep_until(at).await;
        }
    }

    async fn unless_closed<T>(&self, waiting: impl Future<Output = T>) -> Result<T, CallError> {
        let granted = self.0.stop.run_until_cancelled(waiting).await;
        granted.ok_or_else(|| CallError::Unclear("Lumen stops".to_owned()))
    }

    /// A call that is on its way when Lumen stops has a moment left; what became of it is not known then.
    async fn unless_stopped<T>(
        &self,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let over = async {
            self.0.stop.cancelled().await;
            tokio::time::sleep(LAST_MOMENT).await;
        };
        tokio::select! {
            outcome = call => outcome,
            () = over => Err(CallError::Unclear("Lumen stops".to_owned())),
        }
    }

    /// Answers a press: past the queue, since it is no message, but not while Telegram asks to wait.
    pub async fn press<F>(&self, chat: i64, call: impl Fn() -> F) -> Result<(), CallError>
    where
        F: Future<Output = Result<(), CallError>>,
    {
        let until = Instant::now() + PRESS_LIMIT;
        loop {
            if let Some(wait) = self.busy(chat) {
                if Instant::now() + wait > until {
                    return Err(CallError::Gone);
                }
                tokio::time::sleep(wait).await;
            }
            match call().await {
                Err(CallError::Flood(wait)) => self.asked_to_wait(chat, wait),
                outcome => return outcome,
            }
        }
    }

    /// How long Telegram has asked to leave this chat alone.
    #[must_use]
    pub fn busy(&self, chat: i64) -> Option<Duration> {
        let chat = self.0.chats.lock().get(&chat).cloned()?;
        chat.pace.lock().asked(Instant::now())
    }

    /// Telegram asks to wait in this chat.
    pub fn asked_to_wait(&self, chat: i64, wait: Duration) {
        // A little more than asked: clocks differ.
        let until = Instant::now() + wait + Duration::from_millis(200);
        self.chat(chat).pace.lock().wait_until(until);
        tracing::info!(
            telegram.chat = chat,
            seconds = wait.as_secs(),
            "Telegram asks to wait"
        );
    }

    fn chat(&self, id: i64) -> Arc<Chat> {
        let mut chats = self.0.chats.lock();
        if let Some(chat) = chats.get(&id) {
            return Arc::clone(chat);
        }
        let now = Instant::now();
        chats.retain(|_, chat| Arc::strong_count(chat) > 1 || !chat.pace.lock().is_idle(now));
        let chat = Arc::new(Chat {
            first_card: tokio::sync::Mutex::default(),
            first_line: tokio::sync::Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            cards: watch::Sender::new(0),
            pace: Mutex::new(Pace::of(id, &self.0.limits)),
        });
        chats.insert(id, Arc::clone(&chat));
        chat
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const LIMITS: Limits = Limits {
        gap: Duration::from_millis(30),
        burst: 1,
        group_a_minute: 20,
        all_gap: Duration::from_millis(1),
        all_burst: 1,
    };

    /// A queue, and what went through it.
    #[derive(Clone)]
    struct Desk {
        queue: Queue,
        said: Arc<Mutex<Vec<&'static str>>>,
    }

    impl Desk {
        fn new() -> Self {
            Self {
                queue: Queue::new(LIMITS),
                said: Arc::default(),
            }
        }

        /// Says `word` in `chat`, after `floods` refusals.
        async fn say(
            &self,
            chat: i64,
            urgency: Urgency,
            word: &'static str,
            floods: u32,
        ) -> tokio::task::JoinHandle<()> {
            let (desk, left) = (self.clone(), AtomicU32::new(floods));
            let task = tokio::spawn(async move {
                let call = || async {
                    let refused = left
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                            left.checked_sub(1)
                        })
                        .is_ok();
                    if refused {
                        return Err(CallError::Flood(Duration::from_millis(300)));
                    }
                    desk.said.lock().push(word);
                    Ok(())
                };
                desk.queue.run(chat, urgency, call).await.unwrap();
            });
            // It waits before the next one does.
            tokio::task::yield_now().await;
            task
        }

        fn said(&self) -> Vec<&'static str> {
            self.said.lock().clone()
        }
    }

    #[tokio::test]
    async fn order_is_kept_and_cards_go_first() {
        let desk = Desk::new();
        let mut all = Vec::new();
        for (urgency, word) in [
            (Urgency::Line, "one"),
            (Urgency::Line, "two"),
            (Urgency::Card, "card"),
            (Urgency::Line, "three"),
            (Urgency::Card, "other card"),
        ] {
            all.push(desk.say(7, urgency, word, 0).await);
        }
        for one in all {
            one.await.unwrap();
        }
        let place = |word: &str| desk.said().iter().position(|said| *said == word).unwrap();
        // The first may have been on its way already.
        assert!(place("one") < place("two") && place("two") < place("three"));
        assert!(place("card") < place("other card") && place("other card") < place("two"));
    }

    #[tokio::test]
    async fn a_flooded_chat_waits_alone_and_keeps_its_order() {
        let desk = Desk::new();
        let mut all = Vec::new();
        for (chat, word, floods) in [(7, "a", 1), (7, "b", 0), (8, "x", 0), (8, "y", 0)] {
            all.push(desk.say(chat, Urgency::Line, word, floods).await);
        }
        for one in all {
            one.await.unwrap();
        }
        assert_eq!(desk.said(), ["x", "y", "a", "b"]);
    }

    #[tokio::test]
    async fn who_goes_away_is_left_out() {
        let desk = Desk::new();
        desk.queue.asked_to_wait(7, Duration::from_millis(100));
        let first = desk.say(7, Urgency::Line, "first", 0).await;
        let gone = desk.say(7, Urgency::Line, "gone", 0).await;
        gone.abort();
        let last = desk.say(7, Urgency::Line, "last", 0).await;
        first.await.unwrap();
        last.await.unwrap();
        assert_eq!(desk.said(), ["first", "last"]);
    }

    #[tokio::test]
    async fn closed_it_tells_those_who_wait() {
        let queue = Queue::new(LIMITS);
        queue.asked_to_wait(7, Duration::from_mins(10));
        let waiting = {
            let queue = queue.clone();
            tokio::spawn(async move { queue.run(7, Urgency::Line, || async { Ok(()) }).await })
        };
        tokio::task::yield_now().await;
        queue.close();
        assert!(matches!(waiting.await.unwrap(), Err(CallError::Unclear(_))));
    }

    #[tokio::test]
    async fn a_press_waits_a_little_and_is_then_let_go() {
        let queue = Queue::new(LIMITS);
        queue.asked_to_wait(7, Duration::from_millis(50));
        assert_eq!(queue.press(7, || async { Ok(()) }).await, Ok(()));
        queue.asked_to_wait(7, Duration::from_mins(10));
        assert_eq!(
            queue.press(7, || async { Ok(()) }).await,
            Err(CallError::Gone)
        );
    }
}
