//! A chat program that only remembers what it was handed, and when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use lumen::chat::frontend::{Frontend, MessageRef, ShowError};
use lumen::chat::view::View;
use lumen::domain::operator::{RoomAddress, Surface};
use lumen::domain::progress::Step;

#[derive(Default)]
pub struct Recorder {
    shown: Mutex<Vec<(Instant, View)>>,
    first_word: Mutex<Option<Instant>>,
    next: AtomicU64,
}

impl Recorder {
    /// What was shown since the last look.
    pub fn shown(&self) -> Vec<(Instant, View)> {
        std::mem::take(&mut *lock(&self.shown))
    }

    /// When the first piece of a text was there, since the last look.
    pub fn first_word(&self) -> Option<Instant> {
        lock(&self.first_word).take()
    }
}

#[async_trait]
impl Frontend for Recorder {
    fn surface(&self) -> Surface {
        Surface::Telegram
    }

    async fn show(
        &self,
        _: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        let now = Instant::now();
        lock(&self.shown).push((now, view.clone()));
        Ok(replaces
            .cloned()
            .unwrap_or_else(|| MessageRef(self.next.fetch_add(1, Ordering::Relaxed).to_string())))
    }

    fn progress(&self, _: &RoomAddress, step: &Step) {
        if matches!(step, Step::Writing(_)) {
            lock(&self.first_word).get_or_insert_with(Instant::now);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
