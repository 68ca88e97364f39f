//! From a time to work done: [`ticks`] look at the clock, [`due`] makes job rows of what is due, the [`worker`] does them.
//!
//! This room knows the store and the words of the house, not the verbs: what a due source or task turns into comes in as
//! [`due::Duties`], what a job does as a [`worker::JobHandler`] for its kind. To add a kind of work: a variant of
//! [`JobKind`](crate::domain::job::JobKind), how many may run at once in [`worker::at_once`], a handler in `app.rs`.

pub mod due;
pub mod give_up;
pub mod ticks;
pub mod worker;
