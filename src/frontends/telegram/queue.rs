//! One queue for each chat: its calls go one after the other, at Telegram's pace, cards before plain lines. A chat that
//! Telegram asks to wait for waits alone.
//!
//! A caller asks for its turn, makes its call, and says how it went. A caller that goes away before its turn is left out.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::calls::CallError;
use super::pace::{Limits, Pace, Rate};

/// A chat without work is forgotten after this.
const IDLE: Duration = Duration::from_mins(5);
/// A press is answered within this after it came, or not at all: people have looked away.
const PRESS_LIMIT: Duration = Duration::from_secs(15);

/// How long a call that is on its way has left when Lumen stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// What goes first in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    lanes: Mutex<HashMap<i64, Lane>>,
    /// All chats together.
    all: Mutex<Rate>,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Lane {
    tickets: mpsc::UnboundedSender<Ticket>,
    pace: Arc<Mutex<Pace>>,
}

/// Somebody waits for their turn.
struct Ticket {
    urgency: Urgency,
    /// Those that came first go first. A call that is to be made again keeps its place.
    number: u64,
    turn: oneshot::Sender<Turn>,
}

impl PartialEq for Ticket {
    fn eq(&self, other: &Self) -> bool {
        (self.urgency, self.number) == (other.urgency, other.number)
    }
}

impl Eq for Ticket {}

impl PartialOrd for Ticket {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ticket {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.urgency, self.number).cmp(&(other.urgency, other.number))
    }
}

/// The right to make one call. The next one in the chat waits until it is dropped.
struct Turn {
    _ended: oneshot::Sender<()>,
}

impl Queue {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let all = Rate::new(limits.all_gap, limits.all_burst);
        Self(Arc::new(Inner {
            limits,
            lanes: Mutex::default(),
            all: Mutex::new(all),
            stop: CancellationToken::new(),
        }))
    }

    /// No more turns: whoever waits is told so.
    pub fn close(&self) {
        self.0.stop.cancel();
    }

    /// Makes a call when it is its turn, and again where Telegram asked to wait first.
    pub async fn run<T, F>(
        &self,
        chat: i64,
        urgency: Urgency,
        call: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let number = next_number();
        loop {
            let turn = self.turn(chat, urgency, number).await?;
            match self.unless_stopped(call()).await {
                Err(CallError::Flood(wait)) => {
                    // Said before the turn ends, so that nobody goes in between.
                    self.asked_to_wait(chat, wait);
                    drop(turn);
                }
                outcome => return outcome,
            }
        }
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

    /// Answers a press: past the queue, since it is no message, but not while Telegram asks for patience.
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
        let lane = self.lanes().get(&chat).cloned()?;
        let pace = lane.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.asked(Instant::now())
    }

    /// Telegram asks for patience in this chat.
    pub fn asked_to_wait(&self, chat: i64, wait: Duration) {
        // A little more than asked: clocks differ.
        let until = Instant::now() + wait + Duration::from_millis(200);
        let lane = self.lane(chat);
        let mut pace = lane.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.wait_until(until);
        tracing::info!(
            telegram.chat = chat,
            seconds = wait.as_secs(),
            "Telegram asks to wait"
        );
    }

    async fn turn(&self, chat: i64, urgency: Urgency, number: u64) -> Result<Turn, CallError> {
        let stopped = || CallError::Unclear("Lumen stops".to_owned());
        let (turn, granted) = oneshot::channel();
        // Under the lock of the lanes, so that a lane that is just leaving takes it along.
        self.lanes()
            .entry(chat)
            .or_insert_with(|| self.open(chat))
            .tickets
            .send(Ticket {
                urgency,
                number,
                turn,
            })
            .map_err(|_| stopped())?;
        granted.await.map_err(|_| stopped())
    }

    fn lanes(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Lane>> {
        self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self, chat: i64) -> Lane {
        self.lanes()
            .entry(chat)
            .or_insert_with(|| self.open(chat))
            .clone()
    }

    fn open(&self, chat: i64) -> Lane {
        let (tickets, waiting) = mpsc::unbounded_channel();
        let pace = Arc::new(Mutex::new(Pace::of(chat, &self.0.limits)));
        let (queue, stop) = (self.clone(), self.0.stop.clone());
        let kept = Arc::clone(&pace);
        tokio::spawn(async move {
            stop.run_until_cancelled(queue.serve(chat, waiting, &kept))
                .await;
        });
        Lane { tickets, pace }
    }

    async fn serve(
        &self,
        chat: i64,
        mut tickets: mpsc::UnboundedReceiver<Ticket>,
        pace: &Mutex<Pace>,
    ) {
        let mut waiting: BinaryHeap<Reverse<Ticket>> = BinaryHeap::new();
        loop {
            if waiting.is_empty() {
                match tokio::time::timeout(IDLE, tickets.recv()).await {
                    Ok(Some(ticket)) => waiting.push(Reverse(ticket)),
                    Ok(None) => return,
                    Err(_) if self.forget(chat, &mut tickets, &mut waiting) => return,
                    Err(_) => {}
                }
            }
            while let Ok(ticket) = tickets.try_recv() {
                waiting.push(Reverse(ticket));
            }
            let at = {
                let pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
                pace.next(Instant::now())
            };
            if at > Instant::now() {
                // Something more urgent may come in the meantime.
                tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    ticket = tickets.recv() => waiting.extend(ticket.map(Reverse)),
                }
                continue;
            }
            let Some(Reverse(ticket)) = waiting.pop() else {
                continue;
            };
            if ticket.turn.is_closed() {
                continue;
            }
            self.share_of_all().await;
            let (ended, over) = oneshot::channel();
            if ticket.turn.send(Turn { _ended: ended }).is_ok() {
                pace.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take(Instant::now());
                // An error is the end, too: the turn was dropped.
                let _ = over.await;
            }
        }
    }

    /// Waits for this chat's place among all of them.
    async fn share_of_all(&self) {
        loop {
            let at = {
                let mut all = self.0.all.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                let at = all.next(now);
                if at <= now {
                    all.take(now);
                    return;
                }
                at
            };
            tokio::time::sleep_until(at).await;
        }
    }

    /// Closes the lane of a chat that has nothing to do and nothing to wait for.
    fn forget(
        &self,
        chat: i64,
        tickets: &mut mpsc::UnboundedReceiver<Ticket>,
        waiting: &mut BinaryHeap<Reverse<Ticket>>,
    ) -> bool {
        let mut lanes = self.lanes();
        if let Ok(ticket) = tickets.try_recv() {
            waiting.push(Reverse(ticket));
            return false;
        }
        lanes.remove(&chat);
        true
    }
}

fn next_number() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
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
                    desk.said.lock().unwrap().push(word);
                    Ok(())
                };
                desk.queue.run(chat, urgency, call).await.unwrap();
            });
            // Its ticket is drawn before the next one's.
            tokio::task::yield_now().await;
            task
        }

        fn said(&self) -> Vec<&'static str> {
            self.said.lock().unwrap().clone()
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
