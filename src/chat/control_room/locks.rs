//! One at a time for each room: a lock exists only while a task holds it or waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::domain::ids::RoomId;

type Lock = Arc<tokio::sync::Mutex<()>>;

#[derive(Default)]
pub(super) struct Locks(Mutex<HashMap<RoomId, Lock>>);

/// A place in the line of a room, and the lock itself once it is held.
pub(super) struct Locked<'a> {
    locks: &'a Locks,
    room: RoomId,
    lock: Lock,
    held: Option<OwnedMutexGuard<()>>,
}

impl Locks {
    fn all(&self) -> MutexGuard<'_, HashMap<RoomId, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn lock(&self, room: RoomId) -> Locked<'_> {
        let lock = Arc::clone(self.all().entry(room).or_default());
        // In line from here on: also where the wait is given up, the place is.
        let mut locked = Locked {
            locks: self,
            room,
            lock,
            held: None,
        };
        locked.held = Some(Arc::clone(&locked.lock).lock_owned().await);
        locked
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut all = self.locks.all();
        // The map's and this one: no other task holds it or waits for it.
        if Arc::strong_count(&self.lock) == 2 {
            all.remove(&self.room);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_lock_is_there_for_as_long_as_it_is_needed() {
        let locks = Locks::default();
        let (one, two) = (RoomId(1), RoomId(2));
        let first = locks.lock(one).await;
        let _other_room = locks.lock(two).await;
        let mut second = Box::pin(locks.lock(one));
        assert!(second.as_mut().now_or_never().is_none());
        let mut third = Box::pin(locks.lock(one));
        assert!(third.as_mut().now_or_never().is_none());
        drop(first);
        let second = second.await;
        // One that gives up waiting leaves nothing behind.
        drop(third);
        assert_eq!(locks.all().len(), 2);
        drop(second);
        assert_eq!(locks.all().len(), 1);
    }
}
