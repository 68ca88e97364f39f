//! What the people of the network make of Lumen's posts: some answer, after seconds or minutes, and likes grow.
//! All of it follows from the post and the clock, so a test sees the same every time.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::{Sqlite, Transaction};

use crate::domain::post::Counts;

use super::ACCOUNT;
use super::taking::{NewPost, insert};

/// What each of them says, by the mood of the post: `invitation`, `question`, `coffee`, `any`.
type Answers = BTreeMap<String, BTreeMap<Mood, Vec<String>>>;

static ANSWERS: LazyLock<Answers> = LazyLock::new(|| {
    // The file is embedded at build, and a test below reads it: this cannot fail in a program that was tested.
    serde_json::from_str(include_str!("answers.json")).unwrap_or_default()
});

/// What kind of post is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Invitation,
    Question,
    Coffee,
    Any,
}

impl Mood {
    fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let has = |words: &[&str]| {
            text.split(|c: char| !c.is_alphanumeric())
                .any(|word| words.contains(&word))
        };
        let invites = has(&[
            "tasting", "workshop", "join", "opening", "come", "visit", "cupping",
        ]);
        let when = has(&[
            "today",
            "tonight",
            "tomorrow",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "six",
            "o",
        ]);
        if invites || (when && text.contains(" at ")) {
            Self::Invitation
        } else if text.contains('?') {
            Self::Question
        } else if has(&[
            "coffee", "espresso", "roast", "beans", "cup", "brew", "filter",
        ]) {
            Self::Coffee
        } else {
            Self::Any
        }
    }
}

/// Between when and when the first, second and third answer comes, in seconds.
const DELAYS: [(u64, u64); 3] = [(5, 20), (40, 180), (300, 1_200)];

/// One answer to come.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Planned {
    author: String,
    text: String,
    after: Duration,
}

/// Who answers `text` with what and when; `asked` is the author of the post that it answers itself.
fn answers(text: &str, asked: Option<&str>) -> Vec<Planned> {
    let seed = Sha256::digest(text.as_bytes());
    let mood = Mood::of(text);
    let names: Vec<&String> = ANSWERS.keys().collect();
    if names.is_empty() {
        return Vec::new();
    }
    let count = 1 + usize::from(seed[0]) % DELAYS.len();
    let start = usize::from(seed[1]) % names.len();
    let mut cast: Vec<&str> = Vec::new();
    cast.extend(asked.filter(|name| ANSWERS.contains_key(*name)));
    // 5 and the number of people have no common divisor, so nobody is picked twice.
    let others = (0..names.len()).map(|step| names[(start + step * 5) % names.len()].as_str());
    for name in others {
        if !cast.contains(&name) {
            cast.push(name);
        }
    }
    cast.into_iter()
        .zip(DELAYS)
        .take(count)
        .enumerate()
        .filter_map(|(turn, (name, (least, most)))| {
            let moods = ANSWERS.get(name)?;
            let lines = moods.get(&mood).or_else(|| moods.get(&Mood::Any))?;
            let line = lines.get(usize::from(seed[4 + turn]) % lines.len().max(1))?;
            let spread = u64::from(seed[8 + turn]) * (most - least) / 255;
            Some(Planned {
                author: name.to_owned(),
                text: line.clone(),
                after: Duration::from_secs(least + spread),
            })
        })
        .collect()
}

/// Writes the answers that the post `id` will get; they show themselves when their time has come.
pub(super) async fn plan(
    tx: &mut Transaction<'_, Sqlite>,
    id: i64,
    text: &str,
    reply_to: Option<i64>,
    at: Timestamp,
) -> sqlx::Result<()> {
    let asked: Option<String> =
        sqlx::query_scalar("SELECT author FROM posts WHERE id = $1 AND author <> $2")
            .bind(reply_to)
            .bind(ACCOUNT)
            .fetch_optional(&mut **tx)
            .await?;
    for answer in answers(text, asked.as_deref()) {
        let after = i64::try_from(answer.after.as_millis()).unwrap_or(0);
        insert(
            tx,
            &NewPost {
                author: &answer.author,
                text: &answer.text,
                at: at.as_millisecond() + after,
                reply_to: Some(id),
                quote_of: None,
                media: &[],
                key: None,
                hidden: 0,
            },
        )
        .await?;
    }
    Ok(())
}

/// What a published post has collected at an age: quickly at first, then ever more slowly, never less.
pub(super) fn applause(id: i64, age_ms: i64) -> Counts {
    let minutes = (age_ms / 60_000).max(0);
    let likes_at_last = 6 + (id * 7).rem_euclid(23);
    let reposts_at_last = id.rem_euclid(5);
    Counts {
        likes: likes_at_last * minutes / (minutes + 30),
        reposts: reposts_at_last * minutes / (minutes + 120),
        replies: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::Limits;
    use crate::domain::network::Network;

    #[test]
    fn everybody_has_something_to_say_in_every_mood_and_it_fits() {
        let answers: Answers = serde_json::from_str(include_str!("answers.json")).unwrap();
        assert!(answers.len() >= 8 && !answers.len().is_multiple_of(5));
        for (name, moods) in &answers {
            for mood in [Mood::Invitation, Mood::Question, Mood::Coffee, Mood::Any] {
                let lines = moods
                    .get(&mood)
                    .unwrap_or_else(|| panic!("{name} {mood:?}"));
                assert!(!lines.is_empty(), "{name} {mood:?}");
                for line in lines {
                    assert!(Limits::of(Network::Sandbox).measure(line).fits(), "{line}");
                }
            }
        }
    }

    #[test]
    fn the_same_post_gets_the_same_answers_and_the_one_asked_comes_first() {
        let text = "Friday tasting at six. Bring your own opinion.";
        let first = answers(text, None);
        assert_eq!(first, answers(text, None));
        assert!((1..=3).contains(&first.len()));
        assert!(first.windows(2).all(|two| two[0].after < two[1].after));
        assert!(first[0].after <= Duration::from_secs(20));
        let asked = answers(text, Some("ovenmitt"));
        assert_eq!(asked[0].author, "ovenmitt");
        let mut names: Vec<_> = asked.iter().map(|answer| &answer.author).collect();
        names.dedup();
        assert_eq!(names.len(), asked.len());
    }

    #[test]
    fn moods_are_told_apart() {
        assert_eq!(Mood::of("Friday at six"), Mood::Invitation);
        assert_eq!(Mood::of("How do you brew?"), Mood::Question);
        assert_eq!(Mood::of("A good cup."), Mood::Coffee);
        assert_eq!(Mood::of("Rain again."), Mood::Any);
    }

    #[test]
    fn likes_only_grow() {
        let likes: Vec<i64> = [-1, 0, 5, 60, 6_000]
            .map(|minutes| applause(103, minutes * 60_000).likes)
            .to_vec();
        assert_eq!(likes[..2], [0, 0]);
        assert!(likes.is_sorted() && likes[4] > 0, "{likes:?}");
    }
}
