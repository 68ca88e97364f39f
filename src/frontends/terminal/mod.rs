//! The terminal as a control room.

pub mod buttons;
pub mod look;
pub mod picture;
pub mod render;
pub mod safe;
mod table;
pub mod wrap;
