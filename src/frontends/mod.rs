//! SDK update to `Incoming`, `View` to message, catalogue to registration. Nothing else.

pub mod telegram;
pub mod terminal;
