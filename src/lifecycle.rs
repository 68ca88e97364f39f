//! How Lumen starts and stops.
