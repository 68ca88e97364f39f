//! What models cost, and when they are retired: a table that is configuration.
//!
//! The one built in is `prices.json` beside this file: dollars per million tokens (`input`, `cached`, `output`), or for each
//! picture at most (`picture`). A file of that name in the data directory takes its place, entry by entry.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::error::UserError;
use crate::domain::ledger::MicroUsd;

const EMBEDDED: &str = include_str!("prices.json");

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub provider: String,
    pub model: String,
    #[serde(default)]
    input: f64,
    /// Of input that the service had read before; without it, as `input`.
    cached: Option<f64>,
    #[serde(default)]
    output: f64,
    #[serde(default)]
    picture: f64,
    /// The day from which the model is gone, where the provider announced it.
    pub retires: Option<Date>,
}

impl Price {
    /// What tokens cost; `cached` is a part of `input`. Dollars per million tokens are millionths of a dollar per token.
    #[must_use]
    pub fn tokens(&self, input: i64, cached: i64, output: i64) -> MicroUsd {
        let cached = cached.clamp(0, input);
        let cost = per_token(input - cached, self.input)
            + per_token(cached, self.cached.unwrap_or(self.input))
            + per_token(output, self.output);
        rounded_up(cost)
    }

    /// What a picture costs at most.
    #[must_use]
    pub fn picture(&self) -> MicroUsd {
        rounded_up(self.picture * 1e6)
    }

    /// `2.50 + 10.00 USD per million tokens`, `0.02 USD a picture`
    #[must_use]
    pub fn words(&self) -> String {
        if self.picture > 0.0 {
            return format!("at most {:.2} USD a picture", self.picture);
        }
        if self.output > 0.0 {
            return format!(
                "{:.2} + {:.2} USD per million tokens",
                self.input, self.output
            );
        }
        format!("{:.2} USD per million tokens", self.input)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a call has far fewer than 2^52 tokens"
)]
fn per_token(tokens: i64, price: f64) -> f64 {
    tokens as f64 * price
}

/// Rounded up to a millionth: what is billed is never more than what is counted. A hair of slack keeps `0.6000…1` at `0.6`.
#[expect(clippy::cast_possible_truncation, reason = "within a few dollars")]
fn rounded_up(micros: f64) -> MicroUsd {
    MicroUsd((micros - 1e-6).ceil() as i64)
}

/// The table.
#[derive(Debug, Clone, Default)]
pub struct Prices(Vec<Price>);

impl Prices {
    /// The table that is built in, with the entries of `file` in front where it is there.
    pub fn load(file: Option<&Path>) -> Result<Self, UserError> {
        let mut all = Vec::new();
        if let Some(path) = file.filter(|path| path.is_file()) {
            let wrong = |why: String| {
                UserError::new(
                    format!("The price table {} cannot be read: {why}.", path.display()),
                    "It is a list like src/models/prices.json; without it the built-in one is used.",
                )
            };
            let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            all = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        }
        let embedded: Vec<Price> = serde_json::from_str(EMBEDDED).map_err(|error| {
            UserError::new(
                format!("The built-in price table is broken: {error}."),
                "This is a fault in Lumen.",
            )
        })?;
        all.extend(embedded);
        Ok(Self(all))
    }

    /// The price of a model: under its name, or under that name without the date of a version at its end.
    #[must_use]
    pub fn of(&self, provider: &str, model: &str) -> Option<&Price> {
        let named = |model: &str| {
            self.0
                .iter()
                .find(|price| price.provider == provider && price.model == model)
        };
        named(model).or_else(|| named(undated(model)?))
    }
}

/// `gpt-4o-2024-08-06` is a version of `gpt-4o`.
fn undated(model: &str) -> Option<&str> {
    let (name, date) = model.split_at_checked(model.len().checked_sub(11)?)?;
    let is_date = date.strip_prefix('-')?.parse::<Date>().is_ok();
    is_date.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_costs_what_the_provider_would_bill() {
        let prices = Prices::load(None).unwrap();
        let price = prices.of("openai", "gpt-4o-2024-08-06").unwrap();
        assert_eq!(price.tokens(1_412, 0, 61), MicroUsd(4_140));
        assert_eq!(price.tokens(1_412, 1_024, 61), MicroUsd(2_860));
        // Fractions of a millionth count as a whole one.
        let small = prices.of("openai", "text-embedding-3-small").unwrap();
        assert_eq!(small.tokens(1, 0, 0), MicroUsd(1));
        assert_eq!(small.tokens(50, 0, 0), MicroUsd(1));
        assert_eq!(
            prices.of("xai", "grok-imagine-image").unwrap().picture(),
            MicroUsd(20_000)
        );
        assert_eq!(prices.of("openai", "parrot"), None);
        assert_eq!(prices.of("xai", "gpt-4o"), None);
    }

    #[test]
    fn a_file_goes_before_the_built_in_table_and_a_broken_one_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prices.json");
        std::fs::write(
            &path,
            r#"[{"provider": "openai", "model": "gpt-4o", "input": 1.0, "output": 2.0}]"#,
        )
        .unwrap();
        let prices = Prices::load(Some(&path)).unwrap();
        let price = prices.of("openai", "gpt-4o").unwrap();
        assert_eq!(price.tokens(10, 0, 10), MicroUsd(30));
        assert_eq!(price.words(), "1.00 + 2.00 USD per million tokens");
        assert!(prices.of("openai", "gpt-6-luna").is_some());
        std::fs::write(&path, "{").unwrap();
        let error = Prices::load(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("prices.json"), "{error}");
    }
}
