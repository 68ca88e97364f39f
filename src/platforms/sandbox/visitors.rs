//! People of the network who turn to Lumen's account by themselves: a question, a word of thanks, a complaint, a greeting.
//!
//! Who says what follows from the time since the network began, so a test sees the same every time. A post is written at the
//! first look after its time.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::{Sqlite, Transaction};

use super::ACCOUNT;
use super::db::Db;
use super::feed;
use super::taking::{NewPost, insert};

/// How long after the network's beginning the first one writes, and from one to the next, in minutes.
const FIRST: i64 = 10;
const EVERY: i64 = 180;

/// The most that are written at one look: after a long time away the last few are enough.
const AT_MOST: i64 = 3;

const MINUTE: i64 = 60_000;

#[derive(Debug, Deserialize)]
struct Visitor {
    by: String,
    text: String,
    /// What kind of post it is: for the test that there is something of each.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests ask"))]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Question,
    Thanks,
    Complaint,
    Greeting,
}

static VISITORS: LazyLock<Vec<Visitor>> = LazyLock::new(|| {
    // The file is embedded at build, and a test below reads it: this cannot fail in a program that was tested.
    serde_json::from_str(include_str!("visitors.json")).unwrap_or_default()
});

/// Writes the posts that are due.
pub(super) async fn write_due(db: &Db, now: Timestamp) -> anyhow::Result<()> {
    let began = feed::began(db).await?;
    let mut missing = Vec::new();
    for turn in due((now.as_millisecond() - began) / MINUTE) {
        let (visitor, at) = visit(turn);
        let at = began + at * MINUTE;
        if !is_there(&db.pool, visitor, at).await? {
            missing.push((visitor, at));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut tx = db.pool.begin_with("BEGIN IMMEDIATE").await?;
    for (visitor, at) in missing {
        // Another process may have been faster.
        if !is_there(&mut *tx, visitor, at).await? {
            write(&mut tx, visitor, at).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The turns that are due, the last few of them.
fn due(minutes: i64) -> std::ops::Range<i64> {
    let count = if minutes < FIRST {
        0
    } else {
        (minutes - FIRST) / EVERY + 1
    };
    (count - AT_MOST).max(0)..count
}

/// Who writes at a turn, and when, in minutes after the beginning.
fn visit(turn: i64) -> (&'static Visitor, i64) {
    let count = VISITORS.len().max(1);
    let place = usize::try_from(turn).unwrap_or(0) % count;
    (&VISITORS[place], FIRST + turn * EVERY)
}

async fn is_there<'e>(
    executor: impl sqlx::Executor<'e, Database = Sqlite>,
    visitor: &Visitor,
    at: i64,
) -> sqlx::Result<bool> {
    // Also one that was deleted since: it is not written again.
    let found: Option<i64> =
        sqlx::query_scalar("SELECT id FROM posts WHERE author = $1 AND created_at = $2")
            .bind(&visitor.by)
            .bind(at)
            .fetch_optional(executor)
            .await?;
    Ok(found.is_some())
}

/// Answers the last post that Lumen published here; before there is one, it names the account.
async fn write(tx: &mut Transaction<'_, Sqlite>, visitor: &Visitor, at: i64) -> sqlx::Result<()> {
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM posts WHERE key IS NOT NULL AND hidden = 0 AND deleted_at IS NULL AND created_at <= $1
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(at)
    .fetch_optional(&mut **tx)
    .await?;
    let text = match last {
        Some(_) => visitor.text.clone(),
        None => format!("@{ACCOUNT} {}", visitor.text),
    };
    let post = NewPost {
        author: &visitor.by,
        text: &text,
        at,
        reply_to: last,
        quote_of: None,
        media: &[],
        key: None,
        hidden: 0,
    };
    insert(tx, &post).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::Limits;
    use crate::domain::network::Network;

    #[test]
    fn there_is_something_of_each_kind_and_it_fits() {
        let all: Vec<Visitor> = serde_json::from_str(include_str!("visitors.json")).unwrap();
        for kind in [
            Kind::Question,
            Kind::Thanks,
            Kind::Complaint,
            Kind::Greeting,
        ] {
            assert!(all.iter().filter(|one| one.kind == kind).count() >= 3);
        }
        for visitor in all {
            let text = format!("@{ACCOUNT} {}", visitor.text);
            assert!(Limits::of(Network::Sandbox).measure(&text).fits(), "{text}");
            assert_ne!(visitor.by, ACCOUNT);
        }
    }

    #[test]
    fn each_is_due_at_its_time_and_after_a_long_time_only_the_last_few() {
        assert_eq!(due(-5), 0..0);
        assert_eq!(due(FIRST - 1), 0..0);
        assert_eq!(due(FIRST), 0..1);
        assert_eq!(due(FIRST + EVERY - 1), 0..1);
        assert_eq!(due(FIRST + 40 * EVERY), 38..41);
    }
}
