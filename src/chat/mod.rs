//! The control room without any chat SDK.
//!
//! ```text
//! front end --Incoming--> control_room --(inbox row)--> parse | press | dialogue --> commands/ --(one Tx)--> Answer
//! flow --Notice (job)--> notices --> card or line --View--> front end
//! ```
//!
//! A front end needs three translations: its update to an [`incoming::Incoming`], a [`view::View`] to its message, and
//! [`catalogue`] to its registration. To add a command, begin in [`catalogue`].

pub mod answer;
pub mod card;
pub mod catalogue;
pub mod commands;
pub mod control_room;
pub mod dialogue;
pub mod frontend;
pub mod house;
pub mod incoming;
pub mod notices;
pub mod parse;
pub mod press;
pub mod progress;
#[cfg(test)]
pub mod testing;
pub mod view;
pub mod why;
pub mod words;
