//! What went wrong at a network, in words for people.

use std::time::Duration;

use crate::domain::error::shortened;
use crate::domain::network::Network;
use crate::platforms::PlatformError;

/// Why a page did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// For people, a whole sentence.
    pub why: String,
    /// It may be better in a while.
    pub passes: bool,
    /// How long the network asked to wait.
    pub wait: Option<Duration>,
}

impl Trouble {
    pub fn of(error: PlatformError) -> Self {
        let passing = |why: String| Self {
            why,
            passes: true,
            wait: None,
        };
        match error {
            PlatformError::Unreachable { network, why }
            | PlatformError::Partly { network, why, .. }
            | PlatformError::Unclear { network, why } => {
                passing(format!("{network} could not be reached: {}.", plain(&why)))
            }
            PlatformError::Garbled { network, why } => passing(format!(
                "{network} answered something unreadable: {}.",
                plain(&why)
            )),
            PlatformError::Refused { network, why } => Self {
                why: format!("{network} refused: {}.", plain(&why)),
                passes: false,
                wait: None,
            },
            PlatformError::SlowDown { network, wait } => Self {
                why: match wait {
                    Some(wait) => format!("{network} asks to wait {}.", spoken(wait)),
                    None => format!("{network} asks to slow down."),
                },
                passes: true,
                wait,
            },
        }
    }

    pub fn silent(network: Network, waited: Duration) -> Self {
        Self {
            why: format!("{network} did not answer in {}.", spoken(waited)),
            passes: true,
            wait: None,
        }
    }

    /// Its next page is the one that was just read.
    pub fn goes_in_circles(network: Network) -> Self {
        Self {
            why: format!("{network} gave the same page twice; the fetch ends there."),
            passes: false,
            wait: None,
        }
    }
}

/// What a network says, on one short line without the full stop: the sentence around it has its own.
fn plain(why: &str) -> String {
    shortened(why, 160).trim_end_matches('.').to_owned()
}

/// `20 s`, `5 min`.
fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// `12,821`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
