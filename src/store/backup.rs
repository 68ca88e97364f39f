//! Backups: one consistent file while Lumen runs.
