//! What is on the network from the start: `feed.json`, with times counted back from the moment of seeding.

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;
use sqlx::{Sqlite, Transaction};

use crate::domain::post::{MediaRef, hashtags};

use super::db::Db;
use super::{db, pictures};

/// A post as the file writes it: short names, because a person writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    id: i64,
    by: String,
    /// How many hours before the seeding it was written.
    hours: f64,
    text: String,
    /// Only where the words do not show it well enough.
    lang: Option<String>,
    /// Besides the hashtags of the text.
    #[serde(default)]
    tags: Vec<String>,
    re: Option<i64>,
    quotes: Option<i64>,
    #[serde(default)]
    likes: i64,
    #[serde(default)]
    reposts: i64,
    /// How many hours before the seeding it was edited last.
    edited: Option<f64>,
    picture: Option<Picture>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Picture {
    name: String,
    alt: String,
}

impl Seed {
    fn all() -> anyhow::Result<Vec<Self>> {
        serde_json::from_str(include_str!("feed.json")).context("the embedded feed is broken")
    }

    fn tags(&self) -> Vec<String> {
        let mut tags = hashtags(&self.text);
        tags.extend(self.tags.iter().cloned());
        tags.dedup();
        tags
    }

    fn media(&self) -> Vec<MediaRef> {
        self.picture
            .iter()
            .map(|picture| MediaRef {
                url: format!("{}{}", pictures::SCHEME, picture.name),
                alt: Some(picture.alt.clone()),
                mime: Some("image/png".to_owned()),
            })
            .collect()
    }
}

const INSERT: &str = "
    INSERT INTO posts (id, author, text, created_at, activity_at, edited_at, tags, words, language, reply_to,
                       quote_of, likes, reposts, media)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Fills an empty network.
pub(super) async fn sow(tx: &mut Transaction<'_, Sqlite>, now: Timestamp) -> anyhow::Result<()> {
    for seed in Seed::all()? {
        let tags = seed.tags();
        let created_at = hours_before(now, seed.hours);
        let edited_at = seed.edited.map(|hours| hours_before(now, hours));
        sqlx::query(INSERT)
            .bind(seed.id)
            .bind(&seed.by)
            .bind(&seed.text)
            .bind(created_at)
            .bind(edited_at.unwrap_or(created_at))
            .bind(edited_at)
            .bind(serde_json::to_string(&tags)?)
            .bind(db::words(&seed.by, &seed.text, &tags))
            .bind(&seed.lang)
            .bind(seed.re)
            .bind(seed.quotes)
            .bind(seed.likes)
            .bind(seed.reposts)
            .bind(serde_json::to_string(&seed.media())?)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// How many hours before the seeding the first post was written.
const FIRST_HOURS: i64 = 506;

/// When the network was filled, in milliseconds since 1970.
pub(super) async fn began(db: &Db) -> sqlx::Result<i64> {
    let first: i64 = sqlx::query_scalar("SELECT created_at FROM posts WHERE id = 1")
        .fetch_one(&db.pool)
        .await?;
    Ok(first + FIRST_HOURS * 3_600_000)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a feed spans weeks: far inside what both types hold"
)]
fn hours_before(now: Timestamp, hours: f64) -> i64 {
    now.as_millisecond() - (hours * 3_600_000.0) as i64
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::domain::limits::Limits;
    use crate::domain::network::Network;
    use crate::platforms::sandbox::ACCOUNT;

    #[test]
    fn the_feed_is_one_that_the_network_could_have() {
        let feed = Seed::all().unwrap();
        assert!((80..=120).contains(&feed.len()), "{}", feed.len());
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(hours_before(now, feed[0].hours), -FIRST_HOURS * 3_600_000);
        assert_eq!(feed[0].id, 1);
        let limits = Limits::of(Network::Sandbox);
        let mut seen: HashMap<i64, &Seed> = HashMap::new();
        for seed in &feed {
            assert!(
                limits.measure(&seed.text).fits(),
                "s{} is too long",
                seed.id
            );
            assert!(seed.hours > 0.0, "s{}", seed.id);
            assert!(
                seed.edited.is_none_or(|edited| edited < seed.hours),
                "s{}",
                seed.id
            );
            for other in [seed.re, seed.quotes].into_iter().flatten() {
                let other = seen
                    .get(&other)
                    .unwrap_or_else(|| panic!("s{} speaks of s{other}", seed.id));
                assert!(
                    other.hours > seed.hours,
                    "s{} is older than s{}",
                    seed.id,
                    other.id
                );
            }
            if let Some(picture) = &seed.picture {
                let drawn = pictures::draw(&picture.name).unwrap();
                assert!(drawn.is_some(), "{}", picture.name);
                assert!(!picture.alt.is_empty());
            }
            assert!(
                seen.insert(seed.id, seed).is_none(),
                "s{} is there twice",
                seed.id
            );
        }
    }

    #[test]
    fn the_feed_has_what_tests_and_newcomers_look_for() {
        let feed = Seed::all().unwrap();
        let authors: HashSet<&str> = feed.iter().map(|seed| seed.by.as_str()).collect();
        assert!(authors.len() >= 12 && authors.contains(ACCOUNT));
        let count = |what: fn(&Seed) -> bool| feed.iter().filter(|seed| what(seed)).count();
        assert!(count(|seed| seed.re.is_some()) >= 15);
        assert!(count(|seed| seed.quotes.is_some()) >= 3);
        assert!(count(|seed| seed.picture.is_some()) >= 6);
        assert!(count(|seed| seed.edited.is_some()) >= 1);
        assert!(count(|seed| seed.text.contains('\u{1b}')) >= 1);
        assert!(count(|seed| seed.by == ACCOUNT) >= 5);
        for language in ["de", "es", "ja"] {
            let spoken = feed
                .iter()
                .filter(|seed| seed.lang.as_deref() == Some(language));
            assert!(spoken.count() >= 3, "{language}");
        }
    }
}
