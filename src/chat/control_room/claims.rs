//! The one-time code that makes somebody an owner while there is none: 80 bits, one use, 15 minutes, a new one after
//! five wrong tries. It lives in this process only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// How long a code is good for.
const GOOD_FOR: Duration = Duration::from_mins(15);
/// After so many wrong tries there is a new one.
const MOST_WRONG: u32 = 5;
/// 80 bits, 5 to a character.
const CHARACTERS: usize = 16;
/// Without letters and digits that look like another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Where a code is printed.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// What a try comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// It is the code, and nobody else can use it now. Given back where the owner could not be written down.
    Right(Live),
    Wrong,
    /// It was right or wrong; a new one has been printed, because it was too late or the fifth.
    Anew,
    /// Nothing can be claimed.
    Closed,
}

/// The code that counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Live {
    digest: [u8; 32],
    until: Timestamp,
    wrong: u32,
}

#[derive(Default)]
pub(super) struct Claims(Mutex<State>);

#[derive(Default)]
struct State {
    live: Option<Live>,
    announce: Option<Announce>,
}

impl Claims {
    /// Prints a code, and from now on a new one when that is needed.
    pub(super) fn open(&self, announce: Announce, now: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.announce = Some(announce);
        state.renew(now);
    }

    pub(super) fn try_code(&self, code: &str, now: Timestamp) -> Tried {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut live) = state.live.take() else {
            return Tried::Closed;
        };
        if now > live.until {
            state.renew(now);
            return Tried::Anew;
        }
        // Compared by their hashes, so that the time it takes says nothing about the code.
        if live.digest == digest(code) {
            return Tried::Right(live);
        }
        live.wrong += 1;
        if live.wrong >= MOST_WRONG {
            state.renew(now);
            return Tried::Anew;
        }
        state.live = Some(live);
        Tried::Wrong
    }

    /// Whether this is the code that counts now.
    pub(super) fn is(&self, code: &str, now: Timestamp) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = state.live.as_ref().filter(|live| now <= live.until);
        live.is_some_and(|live| live.digest == digest(code))
    }

    /// Ends the code where this is it, and prints a new one. Says whether it was.
    pub(super) fn burn(&self, code: &str, now: Timestamp) -> bool {
        let is_it = self.is(code, now);
        if is_it {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.renew(now);
        }
        is_it
    }

    /// The code was right, but nobody became an owner by it.
    pub(super) fn give_back(&self, live: Live) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).live = Some(live);
    }
}

impl State {
    fn renew(&mut self, now: Timestamp) {
        let Some(announce) = &self.announce else {
            return;
        };
        let code = new_code();
        announce(&code);
        self.live = Some(Live {
            digest: digest(&code),
            until: now + GOOD_FOR,
            wrong: 0,
        });
    }
}

fn new_code() -> String {
    let mut bytes = [0_u8; CHARACTERS];
    rand::rng().fill_bytes(&mut bytes);
    let letters: Vec<String> = bytes
        .chunks(4)
        .map(|chunk| {
            chunk
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
                .collect()
        })
        .collect();
    letters.join("-")
}

/// As a person may type it: any case, with or without the dashes.
fn digest(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Printed {
        claims: Claims,
        codes: Arc<Mutex<Vec<String>>>,
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + minute * 60).unwrap()
    }

    fn opened() -> Printed {
        let codes: Arc<Mutex<Vec<String>>> = Arc::default();
        let claims = Claims::default();
        let kept = Arc::clone(&codes);
        claims.open(
            Arc::new(move |code: &str| kept.lock().unwrap().push(code.to_owned())),
            at(0),
        );
        Printed { claims, codes }
    }

    impl Printed {
        fn last(&self) -> String {
            self.codes.lock().unwrap().last().unwrap().clone()
        }
    }

    #[test]
    fn a_code_works_once_and_however_it_is_typed() {
        let printed = opened();
        let code = printed.last();
        assert_eq!(code.len(), CHARACTERS + 3, "{code}");
        let typed = code.to_uppercase().replace('-', " ");
        assert!(matches!(
            printed.claims.try_code(&typed, at(14)),
            Tried::Right(_)
        ));
        assert_eq!(printed.claims.try_code(&code, at(14)), Tried::Closed);
    }

    #[test]
    fn one_given_back_counts_again() {
        let printed = opened();
        let code = printed.last();
        let Tried::Right(live) = printed.claims.try_code(&code, at(1)) else {
            panic!("it was right");
        };
        printed.claims.give_back(live);
        assert!(matches!(
            printed.claims.try_code(&code, at(2)),
            Tried::Right(_)
        ));
    }

    #[test]
    fn five_wrong_tries_or_a_quarter_of_an_hour_make_a_new_one() {
        let printed = opened();
        let first = printed.last();
        for _ in 0..4 {
            assert_eq!(printed.claims.try_code("guess", at(1)), Tried::Wrong);
        }
        assert_eq!(printed.claims.try_code("guess", at(1)), Tried::Anew);
        let second = printed.last();
        assert_ne!(first, second);
        assert_eq!(printed.claims.try_code(&first, at(2)), Tried::Wrong);
        assert_eq!(printed.claims.try_code(&second, at(17)), Tried::Anew);
        assert_eq!(printed.codes.lock().unwrap().len(), 3);
    }
}
