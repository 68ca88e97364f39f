//! The words of the house as types. Pure: no IO, no clock of its own, no SDK.
//!
//! To add a concept: a file here with its type, the moves it knows and the errors of a wrong move; then its
//! table in `store/`. What other rooms need of each other (a ledger, a progress line) is a small trait here.

pub mod action;
pub mod call_notes;
pub mod change;
pub mod clock;
pub mod content;
pub mod difference;
pub mod draft;
pub mod error;
pub mod finding;
pub mod habits;
pub mod ids;
pub mod job;
pub mod language;
pub mod ledger;
pub mod limits;
pub mod names;
pub mod network;
pub mod notice;
pub mod operator;
pub mod persona;
pub mod picture;
pub mod post;
pub mod post_kind;
pub mod progress;
pub mod schedule;
pub mod source;
pub mod task;
pub mod thread;
pub mod wish;
