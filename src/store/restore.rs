//! Bringing a backup back.
