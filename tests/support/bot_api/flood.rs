//! Telegram's patience: about a message a second in a chat, twenty a minute in a group, thirty a second over all.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Patience {
    chats: HashMap<i64, VecDeque<Instant>>,
    all: VecDeque<Instant>,
}

impl Patience {
    /// One more message; how many seconds to wait where it is too many.
    pub fn one_more(&mut self, chat: i64, now: Instant) -> Option<u64> {
        let went = self.chats.entry(chat).or_default();
        let recent = |went: &VecDeque<Instant>, within: Duration| {
            went.iter().filter(|at| now - **at < within).count()
        };
        // A short burst is let through.
        let hasty = recent(went, Duration::from_secs(10)) >= 14;
        let crowded = chat < 0 && recent(went, Duration::from_mins(1)) >= 20;
        let loud = recent(&self.all, Duration::from_secs(1)) >= 40;
        if hasty || crowded || loud {
            return Some(if crowded { 10 } else { 2 });
        }
        for times in [went, &mut self.all] {
            times.push_back(now);
            while times
                .front()
                .is_some_and(|at| now - *at > Duration::from_mins(1))
            {
                times.pop_front();
            }
        }
        None
    }
}
