//! What every row needs on its way into the domain: times, JSON, words. What cannot be read is an error that names table and id.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{R, StoreError};

/// Names the row that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<I> {
    pub table: &'static str,
    pub id: I,
}

impl<I: Display> Place<I> {
    pub const fn new(table: &'static str, id: I) -> Self {
        Self { table, id }
    }

    pub fn wrong(&self, why: impl Display) -> StoreError {
        StoreError::impossible(self.table, &self.id, why)
    }

    pub fn time(&self, millis: i64) -> R<Timestamp> {
        Timestamp::from_millisecond(millis).map_err(|error| self.wrong(error))
    }

    pub fn maybe_time(&self, millis: Option<i64>) -> R<Option<Timestamp>> {
        millis.map(|millis| self.time(millis)).transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, text: &str) -> R<T> {
        serde_json::from_str(text).map_err(|error| self.wrong(error))
    }

    pub fn maybe_json<T: DeserializeOwned>(&self, text: Option<&str>) -> R<Option<T>> {
        text.map(|text| self.json(text)).transpose()
    }

    /// What a word stands for, by the type's own list of words.
    pub fn word<T>(&self, word: &str, read: impl Fn(&str) -> Option<T>) -> R<T> {
        read(word).ok_or_else(|| self.wrong(format!("unknown word {word:?}")))
    }

    pub fn network(&self, word: &str) -> R<crate::domain::network::Network> {
        self.word(word, |word| word.parse().ok())
    }

    /// Writes JSON. Maps with keys that are not text are the one thing that fails, and nobody keeps one.
    pub fn text_of<T: Serialize>(&self, value: &T) -> R<String> {
        serde_json::to_string(value).map_err(|error| self.wrong(error))
    }
}

/// JSON of a value that has no row yet.
pub(super) fn json_text<T: Serialize>(table: &'static str, value: &T) -> R<String> {
    Place::new(table, "new").text_of(value)
}

pub(super) fn maybe_json_text<T: Serialize>(
    table: &'static str,
    value: Option<&T>,
) -> R<Option<String>> {
    value.map(|value| json_text(table, value)).transpose()
}

pub(super) fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_millisecond)
}

/// The limit of a query as the database takes it.
pub(super) fn limit(limit: u32) -> i64 {
    i64::from(limit)
}

/// A count that a database gives as a signed number.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
