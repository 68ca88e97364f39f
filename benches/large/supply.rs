//! As many posts as are asked for, out of some thousand real ones.

use std::time::Duration;

use jiff::Timestamp;
use lumen::domain::ids::WorkspaceId;
use lumen::domain::network::Network;
use lumen::domain::post::{Counts, FetchedPost};
use lumen::store::Store;
use serde::Deserialize;

use crate::work::{self, Work};

/// Posts in one transaction, as an import has them.
const BATCH: usize = 1_500;
/// When the first post was written, in seconds; the others follow by the minute.
const FIRST: i64 = 1_500_000_000;

#[derive(Deserialize)]
pub struct Known {
    pub text: String,
    pub author: String,
}

pub struct Supply(Vec<Known>);

impl Supply {
    pub fn read(work: &Work) -> anyhow::Result<Self> {
        Ok(Self(work::lines(&work.posts())?))
    }

    /// The text of the post with this number: a real one, and from where they end the beginning of one with the end of
    /// another.
    pub fn text(&self, number: usize) -> String {
        let known = &self.0[number % self.0.len()].text;
        let round = number / self.0.len();
        if round == 0 {
            return known.clone();
        }
        let other = &self.0[(number * 7_919 + round * 104_729) % self.0.len()].text;
        let (first, last): (Vec<&str>, Vec<&str>) = (words(known), words(other));
        let half = [&first[..first.len().div_ceil(2)], &last[last.len() / 2..]].concat();
        half.join(" ")
    }

    pub fn author(&self, number: usize) -> &str {
        &self.0[number % self.0.len()].author
    }

    pub fn written_at(number: usize) -> Timestamp {
        let minutes = Duration::from_mins(u64::try_from(number).unwrap_or_default());
        Timestamp::from_second(FIRST).unwrap_or(Timestamp::UNIX_EPOCH) + minutes
    }

    pub fn post(&self, number: usize) -> FetchedPost {
        FetchedPost {
            network: Network::Archive,
            native_id: number.to_string(),
            author: self.author(number).to_owned(),
            text: self.text(number),
            created_at: Self::written_at(number),
            edited_at: None,
            tags: Vec::new(),
            language: Some("en".to_owned()),
            reply_to: None,
            quote_of: None,
            repost_of: None,
            url: None,
            counts: Counts::default(),
            media: Vec::new(),
            raw: None,
            own: false,
        }
    }

    /// Puts the posts with these numbers into the store. In an empty one a post's id is its number plus one.
    pub async fn store(
        &self,
        store: &Store,
        numbers: std::ops::Range<usize>,
    ) -> anyhow::Result<()> {
        for from in numbers.clone().step_by(BATCH) {
            let upto = numbers.end.min(from + BATCH);
            let posts: Vec<FetchedPost> = (from..upto).map(|number| self.post(number)).collect();
            let mut tx = store.begin().await?;
            tx.store_posts(WorkspaceId::FIRST, &posts).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
