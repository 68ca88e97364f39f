//! The integration tests, one binary: a module for each subject.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../support/mod.rs"]
mod support;

mod architecture;
mod bad_input;
mod crashes;
mod discord;
mod documents;
mod full_disk;
mod going_on;
mod index_upkeep;
mod lens_crashes;
mod lens_documents;
mod lens_login;
mod lens_publishing;
mod lens_reading;
mod lens_story;
mod lens_telegram;
mod lens_threads;
mod main_job;
mod migrations;
mod models;
mod outputs;
mod prompts;
mod quote_cards;
mod sandbox_guests;
mod settings;
mod stopping;
mod telegram;
mod telegram_kills;
mod telegram_secrets;
mod three_fronts;
