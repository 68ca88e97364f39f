//! The control room without any chat SDK.

pub mod frontend;
pub mod incoming;
pub mod view;
