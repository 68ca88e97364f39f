//! Chat programs that hang are left in peace for a while, longer each time, so that what waits for them costs little.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::operator::Surface;

/// How long one rests after it hung once, twice, and so on; the last one is repeated.
const RESTS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

#[derive(Default)]
pub(in crate::chat) struct Rests(Mutex<HashMap<Surface, Rest>>);

struct Rest {
    until: Timestamp,
    times: usize,
}

impl Rests {
    fn all(&self) -> MutexGuard<'_, HashMap<Surface, Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It hung. How long nothing is sent there.
    pub(in crate::chat) fn begin(&self, surface: Surface, now: Timestamp) -> Duration {
        let mut all = self.all();
        let times = all.get(&surface).map_or(0, |rest| rest.times);
        let wait = RESTS[times.min(RESTS.len() - 1)];
        let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        let times = times + 1;
        all.insert(surface, Rest { until, times });
        wait
    }

    /// It answered.
    pub(in crate::chat) fn end(&self, surface: Surface) {
        self.all().remove(&surface);
    }

    /// How long it still rests.
    pub(in crate::chat) fn left(&self, surface: Surface, now: Timestamp) -> Option<Duration> {
        let until = self.all().get(&surface)?.until;
        let left = Duration::try_from(until.duration_since(now)).ok()?;
        // A clock that was set back makes no rest longer.
        (!left.is_zero()).then_some(left.min(RESTS[RESTS.len() - 1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_again_rests_longer_and_what_answers_does_not() {
        let rests = Rests::default();
        let (hangs, works) = (Surface::Telegram, Surface::Discord);
        let mut now = Timestamp::UNIX_EPOCH;
        for wait in RESTS.into_iter().chain([Duration::from_mins(5)]) {
            assert_eq!(rests.left(hangs, now), None);
            assert_eq!(rests.begin(hangs, now), wait);
            assert_eq!(rests.left(hangs, now), Some(wait));
            assert_eq!(rests.left(works, now), None);
            now += wait;
        }
        rests.end(hangs);
        assert_eq!(rests.begin(hangs, now), RESTS[0]);
    }
}
