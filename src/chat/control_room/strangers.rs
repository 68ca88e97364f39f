//! People without a role: how much of theirs is taken in, and how often they are answered. Kept in memory: a restart
//! forgets it, which harms nobody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::ControlRoom;
use crate::chat::incoming::{Incoming, Said};
use crate::domain::operator::{Identity, Surface};

/// A stranger's messages are counted for this long.
const WINDOW_SECONDS: i64 = 600;
/// So many of one stranger are taken in within it: enough to mistype a code a few times.
const OF_ONE: u32 = 8;
/// So many of all of them together.
const OF_ALL: u32 = 200;
/// Who was told once is not told again for this long.
const TOLD_SECONDS: i64 = 3_600;
/// More strangers than this are not remembered one by one.
const REMEMBERED: usize = 10_000;

#[derive(Default)]
pub(super) struct Strangers(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    each: HashMap<Identity, One>,
    since: i64,
    all: u32,
}

struct One {
    since: i64,
    messages: u32,
    told: Option<i64>,
}

impl Strangers {
    /// Whether one more message of this person is taken in.
    fn admits(&self, person: &Identity, now: Timestamp) -> bool {
        let now = now.as_second();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - seen.since >= WINDOW_SECONDS {
            (seen.since, seen.all) = (now, 0);
        }
        if seen.all >= OF_ALL {
            return false;
        }
        let one = seen.one(person, now);
        if now - one.since >= WINDOW_SECONDS {
            (one.since, one.messages) = (now, 0);
        }
        if one.messages >= OF_ONE {
            return false;
        }
        one.messages += 1;
        seen.all += 1;
        true
    }

    /// Whether the person is to be told that this is not for them; a second time within the hour they are not.
    pub(super) fn tells(&self, person: &Identity, now: Timestamp) -> bool {
        let now = now.as_second();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = seen.one(person, now);
        if one.told.is_some_and(|told| now - told < TOLD_SECONDS) {
            return false;
        }
        one.told = Some(now);
        true
    }
}

impl Seen {
    fn one(&mut self, person: &Identity, now: i64) -> &mut One {
        if self.each.len() >= REMEMBERED && !self.each.contains_key(person) {
            self.each.retain(|_, one| now - one.since < WINDOW_SECONDS);
            if self.each.len() >= REMEMBERED {
                self.each.clear();
            }
        }
        self.each.entry(person.clone()).or_insert(One {
            since: now,
            messages: 0,
            told: None,
        })
    }
}

impl ControlRoom {
    /// Whether somebody with a role says it, or whoever sits at the terminal.
    pub(super) async fn admits_at_once(&self, incoming: &Incoming) -> bool {
        incoming.room.surface == Surface::Terminal
            || self.knows(&incoming.sender, &incoming.groups).await
    }

    /// Whether this is to be taken in. An operator's always is; a stranger's within limits, and in a group only where
    /// the network can answer them unseen by the others, or where it gives a code away. Asked by front ends before [`ControlRoom::take`].
    pub async fn admits(&self, incoming: &Incoming) -> bool {
        match self.role_of(&incoming.sender, &incoming.groups).await {
            Ok(None) => {}
            // Taken in, it is looked at again; an operator's message is not lost because a read failed.
            Ok(Some(_)) | Err(_) => return true,
        }
        let pressed = matches!(incoming.body, Said::Press { .. });
        let unseen = incoming.unseen() && !pressed;
        let heard = incoming.private || unseen || self.gives_away(incoming).await.unwrap_or(true);
        heard
            && self
                .0
                .strangers
                .admits(&incoming.sender, self.0.house.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: u32) -> Identity {
        Identity {
            surface: Surface::Telegram,
            external_id: id.to_string(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn one_stranger_has_so_many_and_later_again() {
        let strangers = Strangers::default();
        let taken = (0..50)
            .filter(|second| strangers.admits(&person(1), at(*second)))
            .count();
        assert_eq!(taken, 8);
        assert!(strangers.admits(&person(2), at(50)));
        assert!(strangers.admits(&person(1), at(700)));
    }

    #[test]
    fn many_strangers_have_so_many_together() {
        let strangers = Strangers::default();
        let taken = (0..20_000)
            .filter(|id| strangers.admits(&person(*id), at(0)))
            .count();
        assert_eq!(taken, 200);
        assert!(strangers.0.lock().unwrap().each.len() <= REMEMBERED);
    }

    #[test]
    fn they_are_told_once_an_hour() {
        let strangers = Strangers::default();
        assert!(strangers.tells(&person(1), at(0)));
        assert!(!strangers.tells(&person(1), at(3_000)));
        assert!(strangers.tells(&person(1), at(3_600)));
    }
}
