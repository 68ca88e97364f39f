//! The sandbox: a small social network in one SQLite file.
