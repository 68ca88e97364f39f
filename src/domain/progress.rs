//! How far long work has come, told to whoever waits for it.

use std::sync::Arc;

/// One sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `fetched 300 of about 900`. Replaces the line before it.
    Doing(String),
    /// The text of a draft as far as it is written. Replaces the text before it.
    Writing(String),
}

/// Takes the signs of life of one piece of work. Cheap to call often: the receiver decides what it shows.
pub trait Progress: Send + Sync {
    fn report(&self, step: Step);
}

pub type SharedProgress = Arc<dyn Progress>;

/// For work that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _step: Step) {}
}
