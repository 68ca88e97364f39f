//! The integration tests, one binary: a module for each subject.

#[path = "../support/mod.rs"]
mod support;

mod architecture;
mod bad_input;
mod crashes;
mod main_job;
mod migrations;
