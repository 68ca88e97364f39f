//! Ends the work on a text or a picture: by a word, by its button, or by a rejection of what is not written yet.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::words;
use crate::domain::ids::{DraftNumber, RoomId};
use crate::flow::in_progress::{self, InProgress, Making};
use crate::store::Tx;

/// What people type to stop what they asked for.
const STOP: [&str; 4] = ["stop", "stop it", "cancel", "/cancel"];

/// The button `Stop`.
pub async fn draft(ctx: &Ctx, number: DraftNumber) -> Done {
    let mut tx = ctx.begin().await?;
    let all = in_progress::all(&mut tx, ctx.w()).await?.into_iter();
    let works = all.filter(|work| work.number == number).collect();
    match stopped(ctx, tx, works).await? {
        Some(answer) => Ok(answer),
        None => ctx.say(words::stop::nothing(number)).await,
    }
}

/// What a typed line stops, where it is such a word: everything that was asked for in this room. None: it is no such
/// word, or nothing is being made.
pub async fn by_word(ctx: &Ctx, line: &str) -> Result<Option<Answer>, ChatError> {
    let line = line.trim().trim_end_matches(['.', '!']).to_lowercase();
    if !STOP.contains(&line.as_str()) {
        return Ok(None);
    }
    // In the thread of a draft people talk about what was asked for above it.
    let above = ctx.store().thread_of(ctx.room.id).await?;
    let above: Option<RoomId> = above.map(|(_, above)| above.id);
    let mut tx = ctx.begin().await?;
    let all = in_progress::all(&mut tx, ctx.w()).await?.into_iter();
    let here = |work: &InProgress| {
        let room = work.room == Some(ctx.room.id) || (work.room.is_some() && work.room == above);
        room && ctx.about.is_none_or(|number| number == work.number)
    };
    let works: Vec<InProgress> = all.filter(here).collect();
    if !works.is_empty() {
        ctx.allow("stop", Command::Reject.spec().role)?;
    }
    stopped(ctx, tx, works).await
}

/// Stops the first version of a draft; none where there is no such work.
pub async fn unwritten(ctx: &Ctx, number: DraftNumber) -> Result<Option<Answer>, ChatError> {
    let mut tx = ctx.begin().await?;
    let work = in_progress::unwritten(&mut tx, ctx.w(), number).await?;
    stopped(ctx, tx, work.into_iter().collect()).await
}

/// Stops these and says so; none where nothing was left to stop.
async fn stopped(
    ctx: &Ctx,
    mut tx: Tx,
    works: Vec<InProgress>,
) -> Result<Option<Answer>, ChatError> {
    let (mut unwritten, mut kept) = (Vec::new(), Vec::new());
    for work in works {
        if in_progress::stop(&mut tx, ctx.w(), &work, &ctx.operator.name).await? {
            match work.making {
                Making::Draft(_) => unwritten.push(work.number),
                Making::Version { .. } | Making::Picture => kept.push(work.number),
            }
        }
    }
    if unwritten.is_empty() && kept.is_empty() {
        return Ok(None);
    }
    let answer = Answer::Line {
        view: words::stop::stopped(&unwritten, &kept),
        replaces: ctx.pressed.clone(),
    };
    ctx.settle(tx, answer).await.map(Some)
}
