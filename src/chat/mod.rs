//! The control room without any chat SDK.
//!
//! ```text
//! front end --Incoming--> control_room --(inbox row)--> parse | press | dialogue --> commands/ --(one Tx)--> Answer
//! flow --Notice (job)--> notices --> card or line --View--> front end
//! ```
//!
//! A front end needs three translations: its update to an [`incoming::Incoming`], a [`view::View`] to its message, and
//! [`catalogue`] to its registration. To add a command, begin in [`catalogue`].

pub mod card;
pub mod catalogue;
pub mod dialogue;
pub mod frontend;
pub mod incoming;
pub mod parse;
pub mod press;
#[cfg(test)]
pub mod testing;
pub mod view;
pub mod why;
pub mod words;
