//! What `lumen sandbox …` does: tells the network to fail or to heal, shows what arrived, and plays the part of
//! the others who post, edit and delete. Works beside a running Lumen: all of it goes through the network's file.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::SqlitePool;

use crate::domain::clock::SharedClock;
use crate::domain::error::UserError;
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::domain::post::hashtags;

use super::ACCOUNT;
use super::db::{self, Db, native, parse_id};
use super::faults::{Fault, Faults, Kind, parse};
use super::taking::{NewPost, insert};

/// `lumen sandbox fail OPERATION KIND` with its options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailRequest {
    pub operation: String,
    pub kind: String,
    /// Once, unless it says; 0 is until healed.
    pub times: Option<u32>,
    /// For `slow_down`: the wait it asks for. For `late`: when the post is there.
    pub wait_seconds: Option<u64>,
    pub delay_ms: u64,
    /// For `late` without a wait: how many look-ups cannot say yet.
    pub after_look_ups: Option<u32>,
}

/// A post that Lumen published.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnPost {
    id: i64,
    created_at: i64,
    text: String,
    reply_to: Option<i64>,
    key: String,
}

impl std::fmt::Display for OwnPost {
    /// One line, tabs between: id, time, what it answers, key, text with its control characters shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = Timestamp::from_millisecond(self.created_at).unwrap_or_default();
        let parent = self.reply_to.map_or_else(|| "-".to_owned(), native);
        let id = native(self.id);
        write!(f, "{id}\t{at}\t{parent}\t{}\t", self.key)?;
        self.text.chars().try_for_each(|c| match c {
            '\\' => f.write_str("\\\\"),
            c if c.is_control() => write!(f, "{}", c.escape_default()),
            c => write!(f, "{c}"),
        })
    }
}

/// Sets a fault; the answer says what will happen.
pub async fn fail(
    file: &Path,
    clock: &SharedClock,
    request: &FailRequest,
) -> Result<String, UserError> {
    let (operation, kind) = parse(&request.operation, &request.kind)?;
    let once = Fault::once(operation, kind);
    let fault = Fault {
        times: match request.times {
            None => Some(1),
            Some(0) => None,
            some => some,
        },
        delay: Duration::from_millis(request.delay_ms),
        wait: request.wait_seconds.map(Duration::from_secs),
        look_ups: request.after_look_ups.unwrap_or(once.look_ups),
        ..once
    };
    if kind == Kind::Slow && fault.delay.is_zero() {
        return Err(UserError::new(
            "Say how slow.",
            "Add --delay-ms and milliseconds.",
        ));
    }
    let db = open(file, clock).await?;
    let set = Faults::new(db.pool.clone()).set(fault).await;
    done(&db.pool, set).await?;
    let often = match fault.times {
        None => "every time until `lumen sandbox heal`".to_owned(),
        Some(1) => "once".to_owned(),
        Some(times) => format!("{times} times"),
    };
    Ok(format!(
        "{} will fail: {}, {often}.",
        operation.name(),
        kind.name()
    ))
}

/// Clears every fault.
pub async fn heal(file: &Path, clock: &SharedClock) -> Result<String, UserError> {
    let db = open(file, clock).await?;
    let healed = Faults::new(db.pool.clone()).heal().await;
    Ok(match done(&db.pool, healed).await? {
        0 => "Nothing was set to fail.".to_owned(),
        1 => "One fault cleared.".to_owned(),
        count => format!("{count} faults cleared."),
    })
}

/// What Lumen published here, oldest first.
pub async fn posts(file: &Path, clock: &SharedClock) -> Result<Vec<OwnPost>, UserError> {
    let db = open(file, clock).await?;
    let rows = sqlx::query_as(
        "SELECT id, created_at, text, reply_to, key FROM posts
         WHERE key IS NOT NULL AND hidden = 0 AND deleted_at IS NULL AND created_at <= $1 ORDER BY created_at, id",
    )
    .bind(clock.now_millis())
    .fetch_all(&db.pool)
    .await;
    done(&db.pool, rows).await
}

/// Deletes a post as its author would.
pub async fn delete(file: &Path, clock: &SharedClock, id: &str) -> Result<String, UserError> {
    let row = read_id(id)?;
    let db = open(file, clock).await?;
    let deleted = sqlx::query(
        "UPDATE posts SET deleted_at = $2, activity_at = $2 WHERE id = $1 AND deleted_at IS NULL AND created_at <= $2",
    )
    .bind(row)
    .bind(clock.now_millis())
    .execute(&db.pool)
    .await
    .map(|result| result.rows_affected());
    found(done(&db.pool, deleted).await?, row, "deleted")
}

/// Posts as somebody else; `to` is the post that it answers.
pub async fn say(
    file: &Path,
    clock: &SharedClock,
    handle: &str,
    text: &str,
    to: Option<&str>,
) -> Result<String, UserError> {
    let author = other_handle(handle)?;
    let text = text.trim();
    may_stand(text)?;
    let to = to.map(read_id).transpose()?;
    let db = open(file, clock).await?;
    let said = write_post(&db.pool, &author, text, to, clock.now_millis()).await;
    match (done(&db.pool, said).await?, to) {
        (Some(id), None) => Ok(format!("{} is there, by @{author}.", native(id))),
        (Some(id), Some(to)) => Ok(format!(
            "{} is there: @{author} answers {}.",
            native(id),
            native(to)
        )),
        (None, to) => Err(no_post(to.unwrap_or_default())),
    }
}

/// The new post's id; none where the post that it answers is not there.
async fn write_post(
    pool: &SqlitePool,
    author: &str,
    text: &str,
    to: Option<i64>,
    now: i64,
) -> sqlx::Result<Option<i64>> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    if to.is_some() {
        let there: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM posts WHERE id = $1 AND deleted_at IS NULL AND hidden = 0 AND created_at <= $2",
        )
        .bind(to)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if there.is_none() {
            return Ok(None);
        }
    }
    let post = NewPost {
        author,
        text,
        at: now,
        reply_to: to,
        quote_of: None,
        media: &[],
        key: None,
        hidden: 0,
    };
    let id = insert(&mut tx, &post).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// The handle of somebody else, as posts have it.
fn other_handle(handle: &str) -> Result<String, UserError> {
    const LONGEST: usize = 30;
    let name = handle.trim().trim_start_matches('@').to_lowercase();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(fits) {
        return Err(UserError::new(
            format!(
                "\u{201c}{}\u{201d} is no handle.",
                crate::domain::error::shortened(handle, 40)
            ),
            format!(
                "Up to {LONGEST} letters, digits, dots, dashes or underscores, such as @guest."
            ),
        ));
    }
    if name == ACCOUNT {
        return Err(UserError::new(
            format!("@{ACCOUNT} is Lumen's own account."),
            "Name somebody else, such as @guest. /draft in Lumen writes a post of its own.",
        ));
    }
    Ok(name)
}

/// Changes a post's text as its author would.
pub async fn edit(
    file: &Path,
    clock: &SharedClock,
    id: &str,
    text: &str,
) -> Result<String, UserError> {
    let row = read_id(id)?;
    may_stand(text)?;
    let db = open(file, clock).await?;
    let edited = write_edit(&db.pool, row, text, clock.now_millis()).await;
    found(done(&db.pool, edited).await?, row, "edited")
}

async fn write_edit(pool: &SqlitePool, row: i64, text: &str, now: i64) -> sqlx::Result<u64> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let author: Option<String> = sqlx::query_scalar(
        "SELECT author FROM posts WHERE id = $1 AND deleted_at IS NULL AND created_at <= $2",
    )
    .bind(row)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(author) = author else { return Ok(0) };
    let tags = hashtags(text);
    let result = sqlx::query(
        "UPDATE posts SET text = $2, edited_at = $3, activity_at = $3, tags = $4, words = $5, language = NULL WHERE id = $1",
    )
    .bind(row)
    .bind(text)
    .bind(now)
    .bind(serde_json::json!(tags).to_string())
    .bind(db::words(&author, text, &tags))
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(result.rows_affected())
}

/// Whether the network takes such a text.
fn may_stand(text: &str) -> Result<(), UserError> {
    if text.trim().is_empty() {
        return Err(UserError::new("The text is empty.", "Write a few words."));
    }
    let length = Limits::of(Network::Sandbox).measure(text);
    if length.fits() {
        return Ok(());
    }
    Err(UserError::new(
        format!("The sandbox does not take that text: {length}."),
        "Write a shorter one.",
    ))
}

fn read_id(id: &str) -> Result<i64, UserError> {
    parse_id(id).ok_or_else(|| {
        UserError::new(
            format!(
                "\u{201c}{}\u{201d} is no post of the sandbox.",
                crate::domain::error::shortened(id, 40)
            ),
            "Posts are called s1, s2 and so on.",
        )
    })
}

fn found(rows: u64, id: i64, what: &str) -> Result<String, UserError> {
    if rows == 0 {
        return Err(no_post(id));
    }
    Ok(format!("{} is {what}.", native(id)))
}

fn no_post(id: i64) -> UserError {
    UserError::new(
        format!("There is no post {} in the sandbox.", native(id)),
        "`lumen sandbox posts` lists what Lumen published there, /search in Lumen shows the rest.",
    )
}

async fn open(file: &Path, clock: &SharedClock) -> Result<Db, UserError> {
    Db::open(file, clock.now())
        .await
        .map_err(|error| unusable(&error))
}

/// Closes the file whatever came out, so that nothing is left half-written in its log.
async fn done<T>(pool: &SqlitePool, result: sqlx::Result<T>) -> Result<T, UserError> {
    pool.close().await;
    result.map_err(|error| unusable(&error.into()))
}

fn unusable(error: &anyhow::Error) -> UserError {
    UserError::new(
        format!("The sandbox's file cannot be used: {error:#}."),
        "Check its rights and the disk, or move it away: a new one is made.",
    )
}
