//! How fast Telegram takes messages: about one a second in a chat, twenty a minute in a group, thirty a second over all.
//! Pure: the time is handed in.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A steady rate with a few ahead of it.
#[derive(Debug, Clone)]
pub struct Rate {
    gap: Duration,
    /// How far ahead of the steady rate it may run.
    slack: Duration,
    /// When the next one would be due at the steady rate.
    due: Option<Instant>,
}

impl Rate {
    #[must_use]
    pub fn new(gap: Duration, burst: u32) -> Self {
        Self {
            gap,
            slack: gap * burst.saturating_sub(1),
            due: None,
        }
    }

    /// When the next one may go.
    #[must_use]
    pub fn next(&self, now: Instant) -> Instant {
        self.due
            .and_then(|due| due.checked_sub(self.slack))
            .map_or(now, |at| at.max(now))
    }

    /// One goes.
    pub fn take(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + self.gap);
    }
}

/// The pace of one chat.
#[derive(Debug, Clone)]
pub struct Pace {
    steady: Rate,
    /// In a group: when the last ones went, and how many of them there may be in a minute.
    minute: Option<(VecDeque<Instant>, usize)>,
    /// Telegram has asked for patience until then.
    patience: Option<Instant>,
}

/// How fast is too fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub gap: Duration,
    pub burst: u32,
    pub group_a_minute: usize,
    pub all_gap: Duration,
    pub all_burst: u32,
}

impl Limits {
    /// What Telegram's own page says, less a little.
    pub const TELEGRAM: Self = Self {
        gap: Duration::from_millis(1_050),
        burst: 3,
        group_a_minute: 18,
        all_gap: Duration::from_millis(36),
        all_burst: 8,
    };
}

impl Pace {
    #[must_use]
    pub fn of(chat: i64, limits: &Limits) -> Self {
        Self {
            steady: Rate::new(limits.gap, limits.burst),
            // The ids of groups are below zero.
            minute: (chat < 0).then(|| (VecDeque::new(), limits.group_a_minute)),
            patience: None,
        }
    }

    /// When the next message may go.
    #[must_use]
    pub fn next(&self, now: Instant) -> Instant {
        let in_minute = self.minute.as_ref().and_then(|(went, most)| {
            let full = went.len() >= *most;
            went.get(went.len().saturating_sub(*most))
                .filter(|_| full)
                .map(|first| *first + Duration::from_mins(1))
        });
        [Some(self.steady.next(now)), in_minute, self.patience]
            .into_iter()
            .flatten()
            .fold(now, Instant::max)
    }

    /// A message goes.
    pub fn take(&mut self, now: Instant) {
        self.steady.take(now);
        if let Some((went, most)) = &mut self.minute {
            went.push_back(now);
            while went.len() > *most {
                went.pop_front();
            }
        }
    }

    /// Telegram asks for patience.
    pub fn wait_until(&mut self, until: Instant) {
        self.patience = Some(self.patience.map_or(until, |known| known.max(until)));
    }

    /// Whether nothing of the past holds up a message any more.
    #[must_use]
    pub fn is_idle(&self, now: Instant) -> bool {
        let rested = |since: Instant| since + Duration::from_mins(1) <= now;
        self.steady.due.is_none_or(rested) && self.asked(now).is_none()
    }

    /// How long Telegram has asked to wait, from now.
    #[must_use]
    pub fn asked(&self, now: Instant) -> Option<Duration> {
        self.patience
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of `count` messages goes, in milliseconds.
    fn times(pace: &mut Pace, count: usize) -> Vec<u128> {
        let start = Instant::now();
        let mut now = start;
        (0..count)
            .map(|_| {
                now = pace.next(now);
                pace.take(now);
                (now - start).as_millis()
            })
            .collect()
    }

    fn limits() -> Limits {
        Limits {
            gap: Duration::from_secs(1),
            burst: 3,
            group_a_minute: 20,
            all_gap: Duration::from_millis(40),
            all_burst: 5,
        }
    }

    #[test]
    fn a_few_go_at_once_and_then_one_a_second() {
        let mut pace = Pace::of(7, &limits());
        assert_eq!(times(&mut pace, 6), [0, 0, 0, 1_000, 2_000, 3_000]);
    }

    #[test]
    fn a_group_gets_twenty_a_minute() {
        let mut pace = Pace::of(-7, &limits());
        let times = times(&mut pace, 45);
        for (nth, at) in times.iter().enumerate().skip(20) {
            assert!(at - times[nth - 20] >= 60_000, "{nth}: {times:?}");
        }
    }

    #[test]
    fn what_telegram_asks_for_it_gets() {
        let mut pace = Pace::of(7, &limits());
        let now = Instant::now();
        pace.wait_until(now + Duration::from_secs(9));
        pace.wait_until(now + Duration::from_secs(5));
        assert_eq!(pace.next(now), now + Duration::from_secs(9));
        assert_eq!(pace.asked(now), Some(Duration::from_secs(9)));
        assert_eq!(pace.asked(now + Duration::from_secs(9)), None);
    }

    #[test]
    fn a_chat_is_idle_a_minute_after_its_last_message_and_not_while_it_has_to_wait() {
        let mut pace = Pace::of(-7, &limits());
        let now = Instant::now();
        assert!(pace.is_idle(now));
        pace.take(now);
        assert!(!pace.is_idle(now + Duration::from_secs(59)));
        assert!(pace.is_idle(now + Duration::from_secs(62)));
        pace.wait_until(now + Duration::from_secs(90));
        assert!(!pace.is_idle(now + Duration::from_secs(62)));
    }
}
