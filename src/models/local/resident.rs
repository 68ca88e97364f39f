//! A model that is loaded when it is first asked for and dropped when nobody asked for a while.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use parking_lot::Mutex;

use crate::domain::clock::SharedClock;
use crate::models::ModelError;
use crate::models::local::{IDLE, off_the_async_threads};

type Load<M> = fn(&Path) -> Result<M, ModelError>;

#[derive(Debug)]
pub(super) struct Resident<M> {
    models_dir: PathBuf,
    load: Load<M>,
    clock: SharedClock,
    slot: Mutex<Option<Arc<M>>>,
    /// When it was last asked for or given back, in milliseconds.
    used: AtomicI64,
    /// Held while loading, so that two who ask at once do not load twice.
    loading: tokio::sync::Mutex<()>,
}

impl<M: Send + Sync + 'static> Resident<M> {
    pub(super) fn new(models_dir: &Path, load: Load<M>, clock: SharedClock) -> Self {
        Self {
            models_dir: models_dir.to_owned(),
            load,
            used: AtomicI64::new(clock.now_millis()),
            clock,
            slot: Mutex::new(None),
            loading: tokio::sync::Mutex::new(()),
        }
    }

    /// The model, loaded if need be.
    pub(super) async fn get(&self) -> Result<Arc<M>, ModelError> {
        self.touch();
        if let Some(model) = self.peek() {
            return Ok(model);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(model) = self.peek() {
            return Ok(model);
        }
        let (load, models_dir) = (self.load, self.models_dir.clone());
        let model = Arc::new(off_the_async_threads(move || load(&models_dir)).await?);
        *self.slot.lock() = Some(model.clone());
        self.touch();
        Ok(model)
    }

    /// The model if it is in memory.
    pub(super) fn peek(&self) -> Option<Arc<M>> {
        self.slot.lock().clone()
    }

    /// It was used just now.
    pub(super) fn touch(&self) {
        self.used.store(self.clock.now_millis(), Ordering::Relaxed);
    }

    /// Drops the model if nobody used it for [`IDLE`] and nobody is using it now.
    pub(super) fn unload_idle(&self, now: Timestamp) -> bool {
        let idle = now.as_millisecond() - self.used.load(Ordering::Relaxed);
        if u128::try_from(idle).is_ok_and(|idle| idle >= IDLE.as_millis()) {
            let mut slot = self.slot.lock();
            if slot
                .as_ref()
                .is_some_and(|model| Arc::strong_count(model) == 1)
            {
                let model = slot.take();
                drop(slot);
                drop(model);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;
    use crate::domain::clock::{Clock as _, ManualClock};

    static LOADS: AtomicUsize = AtomicUsize::new(0);

    #[expect(clippy::unnecessary_wraps, reason = "stands in for a loader")]
    fn load(_: &Path) -> Result<u32, ModelError> {
        LOADS.fetch_add(1, Ordering::SeqCst);
        Ok(7)
    }

    #[tokio::test]
    async fn loaded_once_dropped_after_ten_idle_minutes_but_never_while_in_use() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let resident = Resident::new(Path::new("."), load, clock.clone());
        assert!(resident.peek().is_none());
        let (one, two) = tokio::join!(resident.get(), resident.get());
        assert_eq!((*one.unwrap(), LOADS.load(Ordering::SeqCst)), (7, 1));

        clock.advance(Duration::from_secs(601));
        assert!(!resident.unload_idle(clock.now()), "it is still held");
        drop(two);
        assert!(resident.unload_idle(clock.now()));
        assert!(resident.peek().is_none());

        resident.get().await.unwrap();
        assert_eq!(LOADS.load(Ordering::SeqCst), 2);
        clock.advance(Duration::from_secs(599));
        assert!(!resident.unload_idle(clock.now()), "a second too early");
    }

    #[tokio::test]
    async fn a_model_that_cannot_be_loaded_is_asked_for_again_next_time() {
        fn broken(path: &Path) -> Result<u32, ModelError> {
            Err(ModelError::Missing(path.display().to_string()))
        }
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let resident = Resident::new(Path::new("here"), broken, clock);
        for _ in 0..2 {
            assert_eq!(
                resident.get().await,
                Err(ModelError::Missing("here".to_owned()))
            );
        }
    }
}
