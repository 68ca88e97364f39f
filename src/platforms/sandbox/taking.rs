//! How the network takes a post, and what it says of it later.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use sqlx::{Sqlite, Transaction};

use crate::domain::clock::SharedClock;
use crate::domain::content::{Content, hex};
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::domain::post::{MediaRef, hashtags};
use crate::platforms::{LookUp, OutgoingPicture, PlatformError, Published};

use super::db::{self, Db, native, parse_id, url};
use super::faults::{Fault, Kind};
use super::{ACCOUNT, broken, crowd, pictures, refused};

/// One call to publish.
pub(super) struct Call<'a> {
    pub content: &'a Content,
    pub pictures: &'a [OutgoingPicture],
    pub key: &'a str,
    pub idempotent: bool,
}

/// When a taken post shows itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arrival {
    Now,
    After(SignedDuration),
    AfterLookUps(u32),
}

/// What the network checks before it takes anything; the error is why it says no.
pub(super) fn check(content: &Content, pictures: &[OutgoingPicture]) -> Result<(), String> {
    let limits = Limits::of(Network::Sandbox);
    if content.network != Network::Sandbox {
        return Err(format!("the post is meant for {}", content.network));
    }
    if content.account != ACCOUNT {
        return Err(format!("there is no account called {}", content.account));
    }
    if content.text.trim().is_empty() && pictures.is_empty() {
        return Err("the post is empty".to_owned());
    }
    let length = limits.measure(&content.text);
    if !length.fits() {
        return Err(format!("the text is too long, {length}"));
    }
    if pictures.len() > limits.pictures {
        return Err(format!(
            "{} pictures are more than {}",
            pictures.len(),
            limits.pictures
        ));
    }
    if pictures.len() != content.media.len() {
        return Err("the pictures are not those the post names".to_owned());
    }
    for (picture, named) in pictures.iter().zip(&content.media) {
        if picture.bytes.len() as u64 > limits.picture_bytes {
            return Err(format!(
                "a picture has {} bytes, more than {}",
                picture.bytes.len(),
                limits.picture_bytes
            ));
        }
        if !picture.mime.starts_with("image/") {
            return Err(format!("{} is no picture", picture.mime));
        }
        if hex(&Sha256::digest(&picture.bytes)) != named.sha256 {
            return Err("a picture is not the one the post names".to_owned());
        }
    }
    Ok(())
}

/// Answers a call as `fault` says.
pub(super) async fn under(
    db: &Db,
    call: &Call<'_>,
    fault: &Fault,
    clock: &SharedClock,
) -> Result<Published, PlatformError> {
    let unclear = |why: &str| {
        Err(PlatformError::Unclear {
            network: Network::Sandbox,
            why: why.to_owned(),
        })
    };
    match fault.kind {
        Kind::LostAnswer => {
            take(db, call, Arrival::Now, clock.now()).await?;
            fault.pause().await;
            unclear("the connection broke off before the answer")
        }
        Kind::Garbled => {
            take(db, call, Arrival::Now, clock.now()).await?;
            fault.strike_a_question().await?;
            unclear("the answer was cut off")
        }
        Kind::Late => {
            let arrival = match fault.wait {
                Some(wait) => {
                    Arrival::After(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX))
                }
                None => Arrival::AfterLookUps(fault.look_ups),
            };
            take(db, call, arrival, clock.now()).await?;
            fault.pause().await;
            unclear("it took longer than it wanted to wait")
        }
        Kind::Drop => {
            fault.pause().await;
            unclear("the connection broke off")
        }
        Kind::ServerError => {
            fault.pause().await;
            unclear("it answered with an internal error (500)")
        }
        Kind::Hang => {
            fault.pause().await;
            unclear("it did not answer")
        }
        Kind::Slow => {
            fault.pause().await;
            take(db, call, Arrival::Now, clock.now()).await
        }
        Kind::Unreachable | Kind::SlowDown | Kind::Refused | Kind::Unsettled => {
            fault.strike_a_question().await?;
            unclear("it cannot say")
        }
    }
}

/// Takes the post, with its pictures and what others will say to it, in one transaction.
pub(super) async fn take(
    db: &Db,
    call: &Call<'_>,
    arrival: Arrival,
    now: Timestamp,
) -> Result<Published, PlatformError> {
    let failed = |error: sqlx::Error| broken(&error.into());
    let mut tx = db
        .pool
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    if call.idempotent
        && let LookUp::There(published) = find(&mut tx, call.key, now).await.map_err(failed)?
    {
        return Ok(published);
    }
    let reply_to = target(&mut tx, call.content.reply_to.as_deref(), "answers", now).await?;
    let quote_of = target(&mut tx, call.content.quote_of.as_deref(), "quotes", now).await?;
    let (at, hidden) = match arrival {
        Arrival::Now => (now, 0),
        Arrival::After(wait) => (now.saturating_add(wait).unwrap_or(Timestamp::MAX), 0),
        Arrival::AfterLookUps(count) => (now, i64::from(count) + 1),
    };
    let media = keep_pictures(&mut tx, call).await.map_err(failed)?;
    let post = NewPost {
        author: ACCOUNT,
        text: &call.content.text,
        at: at.as_millisecond(),
        reply_to,
        quote_of,
        media: &media,
        key: Some(call.key),
        hidden,
    };
    let id = insert(&mut tx, &post).await.map_err(failed)?;
    if hidden == 0 {
        crowd::plan(&mut tx, id, &call.content.text, reply_to, at)
            .await
            .map_err(failed)?;
    }
    // Whether a commit that fails was written is not known to anybody.
    tx.commit().await.map_err(|error| PlatformError::Unclear {
        network: Network::Sandbox,
        why: format!("its file: {error}"),
    })?;
    Ok(Published {
        native_id: native(id),
        url: Some(url(id)),
        at,
    })
}

/// The row of the post that is answered or quoted; it must be there.
async fn target(
    tx: &mut Transaction<'_, Sqlite>,
    id: Option<&str>,
    verb: &str,
    now: Timestamp,
) -> Result<Option<i64>, PlatformError> {
    let Some(id) = id else { return Ok(None) };
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM posts WHERE id = $1 AND deleted_at IS NULL AND hidden = 0 AND created_at <= $2",
    )
    .bind(parse_id(id))
    .bind(now.as_millisecond())
    .fetch_optional(&mut **tx)
    .await
    .map_err(|error| broken(&error.into()))?;
    match found {
        Some(row) => Ok(Some(row)),
        None => Err(refused(format!("the post it {verb} is gone"))),
    }
}

async fn keep_pictures(
    tx: &mut Transaction<'_, Sqlite>,
    call: &Call<'_>,
) -> sqlx::Result<Vec<MediaRef>> {
    let mut media = Vec::with_capacity(call.pictures.len());
    for (picture, named) in call.pictures.iter().zip(&call.content.media) {
        let kind = picture.mime.trim_start_matches("image/");
        let name = format!("{}.{kind}", named.sha256);
        sqlx::query(
            "INSERT INTO pictures (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&name)
        .bind(&picture.bytes)
        .execute(&mut **tx)
        .await?;
        media.push(MediaRef {
            url: format!("{}{name}", pictures::SCHEME),
            alt: Some(picture.alt.clone()).filter(|alt| !alt.is_empty()),
            mime: Some(picture.mime.clone()),
        });
    }
    Ok(media)
}

/// A post on its way into the file.
pub(super) struct NewPost<'a> {
    pub author: &'a str,
    pub text: &'a str,
    pub at: i64,
    pub reply_to: Option<i64>,
    pub quote_of: Option<i64>,
    pub media: &'a [MediaRef],
    pub key: Option<&'a str>,
    pub hidden: i64,
}

const INSERT: &str = "
    INSERT INTO posts (author, text, created_at, activity_at, tags, words, reply_to, quote_of, media, key, hidden)
    VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";

pub(super) async fn insert(
    tx: &mut Transaction<'_, Sqlite>,
    post: &NewPost<'_>,
) -> sqlx::Result<i64> {
    let tags = hashtags(post.text);
    sqlx::query_scalar(INSERT)
        .bind(post.author)
        .bind(post.text)
        .bind(post.at)
        .bind(serde_json::json!(tags).to_string())
        .bind(db::words(post.author, post.text, &tags))
        .bind(post.reply_to)
        .bind(post.quote_of)
        .bind(serde_json::json!(post.media).to_string())
        .bind(post.key)
        .bind(post.hidden)
        .fetch_one(&mut **tx)
        .await
}

/// Whether the call with `key` has arrived. A late post comes one look-up nearer.
pub(super) async fn look_up(db: &Db, key: &str, now: Timestamp) -> Result<LookUp, PlatformError> {
    let failed = |error: sqlx::Error| broken(&error.into());
    let mut tx = db
        .pool
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    if let Some(late) = step_nearer(&mut tx, key, now).await.map_err(failed)? {
        crowd::plan(&mut tx, late.id, &late.text, late.reply_to, now)
            .await
            .map_err(failed)?;
    }
    let answer = find(&mut tx, key, now).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(answer)
}

#[derive(sqlx::FromRow)]
struct LateRow {
    id: i64,
    text: String,
    reply_to: Option<i64>,
    hidden: i64,
}

const STEP: &str = "
    UPDATE posts SET hidden = hidden - 1, created_at = $2, activity_at = $2
    WHERE key = $1 AND hidden > 0 RETURNING id, text, reply_to, hidden";

/// The late post, when this step brought it to light.
async fn step_nearer(
    tx: &mut Transaction<'_, Sqlite>,
    key: &str,
    now: Timestamp,
) -> sqlx::Result<Option<LateRow>> {
    let row: Option<LateRow> = sqlx::query_as(STEP)
        .bind(key)
        .bind(now.as_millisecond())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.filter(|row| row.hidden == 0))
}

async fn find(tx: &mut Transaction<'_, Sqlite>, key: &str, now: Timestamp) -> sqlx::Result<LookUp> {
    let row: Option<(i64, i64, i64)> = sqlx::query_as(
        "SELECT id, created_at, hidden FROM posts WHERE key = $1 ORDER BY hidden, created_at, id LIMIT 1",
    )
    .bind(key)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(match row {
        None => LookUp::Absent,
        Some((_, at, hidden)) if hidden > 0 || at > now.as_millisecond() => LookUp::Unsettled,
        Some((id, at, _)) => LookUp::There(Published {
            native_id: native(id),
            url: Some(url(id)),
            at: Timestamp::from_millisecond(at).unwrap_or(now),
        }),
    })
}
