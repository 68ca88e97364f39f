//! SDK update to `Incoming`, `View` to message, catalogue to registration. Nothing else.

pub mod discord;
mod pictures;
mod split;
pub mod telegram;
pub mod terminal;
mod text;
