//! The network: it takes, drops, refuses and forgets to answer as it is told, and knows afterwards what it has.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::domain::call_notes::CallNotes as _;
use crate::domain::content::Content;
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::thread::Parts;
use crate::platforms::{LookUp, OutgoingPicture, Outlet, PlatformError, Published};
use crate::store::Store;

/// What the network does with a call.
#[derive(Clone, Copy)]
pub enum Does {
    /// Takes it and says so.
    Takes,
    /// Takes it; nobody hears of it.
    TakesSilently,
    /// Takes the first posts of a thread and breaks off.
    TakesAPart,
    /// Takes the first posts of a thread and asks to wait for so many seconds with the rest.
    TakesAPartAndAsksToWait(u64),
    /// Breaks off and takes nothing.
    Drops,
    Refuses,
    /// Asks to wait for so many seconds.
    AsksToWait(u64),
    /// Gets ready until it is told to go on, notes that it sends, and sends.
    GetsReady,
}

/// A network that behaves as it is told, then well.
#[derive(Default)]
pub struct Net {
    pub calls: Mutex<VecDeque<Does>>,
    /// Look-ups that cannot say.
    pub cannot_say: Mutex<usize>,
    /// Keys and texts of every call, and of what was taken.
    called: Mutex<Vec<String>>,
    taken: Mutex<Vec<(String, String)>>,
    pub account_gone: Mutex<bool>,
    /// Some of the thread is there.
    part: Mutex<bool>,
    /// Where it notes that it sends.
    pub notes: OnceLock<Store>,
    /// It gets ready; it may go on.
    pub ready: Notify,
    pub go: Notify,
}

impl Net {
    pub fn does(&self, what: &[Does]) {
        self.calls.lock().unwrap().extend(what);
    }

    pub fn posts(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    pub fn called(&self) -> usize {
        self.called.lock().unwrap().len()
    }
}

/// What it has of a thread of which it has a part.
fn parts() -> Parts {
    Parts {
        there: 1,
        of: 3,
        url: Some("net.example/1".to_owned()),
    }
}

fn published(at: usize) -> Published {
    Published {
        native_id: format!("n{at}"),
        url: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

#[async_trait]
impl Outlet for Net {
    fn network(&self) -> Network {
        Network::Sandbox
    }

    fn accounts(&self) -> Vec<String> {
        let gone = *self.account_gone.lock().unwrap();
        if gone {
            Vec::new()
        } else {
            vec!["lumen".to_owned()]
        }
    }

    async fn publish(
        &self,
        content: &Content,
        _: Vec<OutgoingPicture>,
        key: &str,
        lease: &Lease,
    ) -> Result<Published, PlatformError> {
        let network = Network::Sandbox;
        self.called.lock().unwrap().push(key.to_owned());
        let does = self.calls.lock().unwrap().pop_front();
        let unclear = || PlatformError::Unclear {
            network,
            why: "the connection broke off".to_owned(),
        };
        match does.unwrap_or(Does::Takes) {
            Does::Drops => return Err(unclear()),
            Does::TakesAPart => {
                *self.part.lock().unwrap() = true;
                return Err(unclear());
            }
            Does::TakesAPartAndAsksToWait(seconds) => {
                *self.part.lock().unwrap() = true;
                return Err(PlatformError::Partly {
                    network,
                    why: "it asked to wait".to_owned(),
                    parts: parts(),
                    wait: Some(Duration::from_secs(seconds)),
                });
            }
            Does::Refuses => {
                return Err(PlatformError::Refused {
                    network,
                    why: "not here".to_owned(),
                });
            }
            Does::AsksToWait(seconds) => {
                return Err(PlatformError::SlowDown {
                    network,
                    wait: Some(Duration::from_secs(seconds)),
                });
            }
            Does::GetsReady => {
                self.ready.notify_one();
                self.go.notified().await;
                let notes = self.notes.get().unwrap();
                if let Err(error) = notes.note(key, "sent", lease).await {
                    let why = error.to_string();
                    return Err(PlatformError::Unreachable { network, why });
                }
            }
            Does::Takes | Does::TakesSilently => {}
        }
        let mut taken = self.taken.lock().unwrap();
        taken.push((key.to_owned(), content.text.clone()));
        match does {
            Some(Does::TakesSilently) => Err(unclear()),
            _ => Ok(published(taken.len())),
        }
    }

    async fn look_up(
        &self,
        _: &Content,
        key: &str,
        _: Timestamp,
        _: &Lease,
    ) -> Result<LookUp, PlatformError> {
        let mut cannot_say = self.cannot_say.lock().unwrap();
        if *cannot_say > 0 {
            *cannot_say -= 1;
            return Ok(LookUp::Unsettled);
        }
        let taken = self.taken.lock().unwrap();
        Ok(match taken.iter().position(|(known, _)| known == key) {
            Some(at) => LookUp::There(published(at + 1)),
            None if *self.part.lock().unwrap() => LookUp::Partly { parts: parts() },
            None => LookUp::Absent,
        })
    }

    async fn check(&self) -> Result<String, PlatformError> {
        Ok("works".to_owned())
    }
}
