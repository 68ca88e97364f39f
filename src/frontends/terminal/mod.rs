//! The terminal as a control room.
