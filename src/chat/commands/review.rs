//! What is decided about a draft, typed or pressed.

use std::time::Duration;

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{Ctx, Done, drafts, elsewhere, pictures, shown, stop, versions};
use crate::chat::dialogue::{Talk, Timed};
use crate::chat::press::{DraftVerb, Reason};
use crate::chat::words;
use crate::domain::draft::{Draft, DraftState, Move, Seen};
use crate::domain::error::UserError;
use crate::domain::ids::DraftNumber;
use crate::flow::paint::{self, Which};
use crate::flow::review;
use crate::store::Tx;

/// How often, and how many times, it is looked whether a quote card was drawn anew: it takes some tens of milliseconds. After
/// that the card shows that it is not ready yet.
const REDRAW_LOOK: Duration = Duration::from_millis(25);
const REDRAW_LOOKS: usize = 120;

/// A text longer than this is no post on any network.
const LONGEST_TEXT: usize = 10_000;

pub async fn approve(ctx: &Ctx, rest: &str) -> Done {
    let (number, more) = ctx.numbered(Command::Approve, rest).await?;
    // `/approve #1 tomorrow` must not publish today, nor `/approve #1 #2` only the first.
    if !more.is_empty() {
        return Err(words::errors::only_a_number(number, more).into());
    }
    let seen = ctx.seen(number).await?;
    approve_seen(ctx, number, seen).await
}

async fn approve_seen(ctx: &Ctx, number: DraftNumber, seen: Seen) -> Done {
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::approve(&mut tx, w, number, Some(seen), by, cause).await?;
    decided(ctx, tx, &draft).await
}

pub async fn reject(ctx: &Ctx, rest: &str) -> Done {
    let (number, reason) = ctx.numbered(Command::Reject, rest).await?;
    let seen = ctx.seen(number).await?;
    reject_seen(ctx, number, seen, Some(reason.to_owned())).await
}

/// Ends a draft; with an empty reason without one.
pub async fn reject_seen(
    ctx: &Ctx,
    number: DraftNumber,
    seen: Seen,
    reason: Option<String>,
) -> Done {
    let reason = reason
        .map(|reason| crate::domain::error::shortened(&reason, 300))
        .filter(|reason| !reason.is_empty());
    if let Some(answer) = stop::unwritten(ctx, number).await? {
        return Ok(answer);
    }
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::reject(&mut tx, w, number, Some(seen), by, reason, cause).await?;
    decided(ctx, tx, &draft).await
}

pub async fn rejected(ctx: &Ctx, reason: Reason, number: DraftNumber, seen: Seen) -> Done {
    if reason == Reason::Other {
        return ask(ctx, Talk::Reject { number, seen }).await;
    }
    reject_seen(ctx, number, seen, Some(reason.label().to_lowercase())).await
}

pub async fn edit(ctx: &Ctx, rest: &str) -> Done {
    let (number, text) = ctx.numbered(Command::Edit, rest).await?;
    let seen = ctx.seen(number).await?;
    if text.trim().is_empty() {
        return ask(ctx, Talk::Edit { number, seen }).await;
    }
    within_text(text)?;
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = tx.draft_numbered(w, number).await?;
    let unseen = draft.filter(|draft| draft.revision != seen.revision && !draft.is_decided());
    let Some(unseen) = unseen else {
        drop(tx);
        return edit_seen(ctx, number, seen, text).await;
    };
    // A whole text of their own is what the person wants, whatever stands there: they are told what that was.
    let before = tx.revision(unseen.id, unseen.revision).await?;
    let before = before.map(|before| before.content.text).unwrap_or_default();
    let (seen, text) = (Some(unseen.seen()), text.to_owned());
    let draft = review::edit(&mut tx, w, number, seen, by, text, cause).await?;
    let line = words::shown::edited_unseen(unseen.revision, &before);
    decided_with(ctx, tx, &draft, Some(line)).await
}

/// Replaces the text of the version that the person saw. A text that comes second is kept, and can still be used.
pub async fn edit_seen(ctx: &Ctx, number: DraftNumber, seen: Seen, text: &str) -> Done {
    within_text(text)?;
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let (seen, typed) = (Some(seen), text.to_owned());
    match review::edit(&mut tx, w, number, seen, by, typed, cause).await {
        Ok(draft) => decided(ctx, tx, &draft).await,
        Err(error) => {
            drop(tx);
            shown::keep_text(ctx, number, text, error).await
        }
    }
}

/// # Errors
/// When `text` is longer than any post may be.
pub fn within_text(text: &str) -> Result<(), UserError> {
    let has = text.chars().count();
    if has <= LONGEST_TEXT {
        return Ok(());
    }
    Err(words::errors::too_long(
        "text",
        has,
        LONGEST_TEXT,
        "No network takes that much in one post.",
    ))
}

pub async fn redo_typed(ctx: &Ctx, rest: &str) -> Done {
    let (number, guidance) = ctx.numbered(Command::Redo, rest).await?;
    redo(ctx, number, guidance).await
}

/// Has another version written in place of the one that was shown here.
pub async fn redo(ctx: &Ctx, number: DraftNumber, guidance: &str) -> Done {
    let seen = ctx.seen(number).await?;
    redo_seen(ctx, number, seen, guidance).await
}

/// Has another version written; its card follows.
pub async fn redo_seen(ctx: &Ctx, number: DraftNumber, seen: Seen, wish: &str) -> Done {
    super::compose::within("guidance", wish)?;
    let guidance = Some(wish.trim().to_owned()).filter(|guidance| !guidance.is_empty());
    let (room, cause) = (Some(ctx.room.id), Some(ctx.inbox));
    let mut tx = ctx.begin().await?;
    let begun = review::redo(
        &mut tx,
        ctx.w(),
        number,
        Some(seen),
        &ctx.operator,
        guidance,
        room,
        cause,
    )
    .await?;
    // What a picture shows can be said of the next version as well.
    let open = ctx.open_talk().await?;
    if !open.is_some_and(|kept| matches!(kept.talk, Talk::Alt { .. })) {
        ctx.keep(&mut tx, None).await?;
    }
    let answer = match begun {
        Some(request) => Answer::Writing { request },
        None => Answer::line(words::stop::being_redone(number, wish)),
    };
    ctx.settle(tx, answer).await
}

/// A button of a card.
pub async fn pressed(ctx: &Ctx, verb: DraftVerb, number: DraftNumber, seen: Seen) -> Done {
    match verb {
        DraftVerb::Approve => approve_seen(ctx, number, seen).await,
        DraftVerb::Edit => ask(ctx, Talk::Edit { number, seen }).await,
        DraftVerb::Redo => ask(ctx, Talk::Redo { number, seen }).await,
        DraftVerb::RedoNow => redo_seen(ctx, number, seen, "").await,
        DraftVerb::Image => super::image::another(ctx, number, seen, "").await,
        DraftVerb::EarlierImage => super::image::choose(ctx, number, seen, Which::Before).await,
        DraftVerb::EarlierVersion => versions::before(ctx, number, seen.revision).await,
        DraftVerb::Schedule => {
            let what = Timed::Draft { number, seen };
            ask(
                ctx,
                Talk::When {
                    what,
                    suggestion: None,
                },
            )
            .await
        }
        DraftVerb::Reject => {
            let mut tx = ctx.begin().await?;
            review::open_to(&mut tx, ctx.w(), number, Some(seen), Move::Reject).await?;
            let question = words::talk::reasons(number, seen);
            ctx.ask(tx, Talk::Reject { number, seen }, question).await
        }
        DraftVerb::Drop => reject_seen(ctx, number, seen, Some("too late".to_owned())).await,
        DraftVerb::Why => drafts::explained(ctx, number, false).await,
        DraftVerb::Show => drafts::shown(ctx, number).await,
        DraftVerb::TakeBack => {
            let mut tx = ctx.begin().await?;
            let draft =
                review::take_back(&mut tx, ctx.w(), number, &ctx.operator, Some(ctx.inbox)).await?;
            decided(ctx, tx, &draft).await
        }
        DraftVerb::PublishAgain => by_hand(ctx, number, false).await,
        DraftVerb::ItIsThere => by_hand(ctx, number, true).await,
        DraftVerb::SendRest | DraftVerb::LeaveIt => {
            let mut tx = ctx.begin().await?;
            let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
            let draft = if verb == DraftVerb::SendRest {
                review::send_rest(&mut tx, w, number, Some(seen), by, cause).await?
            } else {
                review::leave(&mut tx, w, number, Some(seen), by, cause).await?
            };
            decided(ctx, tx, &draft).await
        }
        DraftVerb::NoPicture => pictures::removed(ctx, number, seen).await,
    }
}

async fn by_hand(ctx: &Ctx, number: DraftNumber, there: bool) -> Done {
    let mut tx = ctx.begin().await?;
    let draft = review::settle_by_hand(
        &mut tx,
        ctx.w(),
        number,
        &ctx.operator,
        there,
        Some(ctx.inbox),
    )
    .await?;
    decided(ctx, tx, &draft).await
}

/// Asks about a draft, where an answer could still count.
pub async fn ask(ctx: &Ctx, talk: Talk) -> Done {
    let (number, seen, tried) = match &talk {
        Talk::Edit { number, seen } | Talk::Redo { number, seen } | Talk::Alt { number, seen } => {
            (*number, *seen, Move::Revise)
        }
        Talk::Reject { number, seen } => (*number, *seen, Move::Reject),
        Talk::When {
            what: Timed::Draft { number, seen },
            ..
        } => (*number, *seen, Move::Schedule),
        Talk::When { .. } | Talk::Own { .. } | Talk::Account { .. } => {
            return Err(anyhow::anyhow!("{talk:?} is not about a draft").into());
        }
    };
    let mut tx = ctx.begin().await?;
    review::open_to(&mut tx, ctx.w(), number, Some(seen), tried).await?;
    let question = words::talk::ask(&talk);
    ctx.ask(tx, talk, question).await
}

/// The end of every decision: the card says it, wherever it stands. Where the draft's quote card has to follow its text, that
/// is waited for, so that one version is shown and not two.
pub async fn decided(ctx: &Ctx, tx: Tx, draft: &Draft) -> Done {
    decided_with(ctx, tx, draft, None).await
}

/// [`decided`], with a line on the card.
async fn decided_with(ctx: &Ctx, mut tx: Tx, draft: &Draft, line: Option<String>) -> Done {
    ctx.keep(&mut tx, None).await?;
    elsewhere::tell_decision(ctx, &mut tx, draft).await?;
    let answer = Answer::Card {
        draft: draft.id,
        fresh: false,
        asked: ctx.pressed.clone(),
        line,
    };
    let done = ctx.settle(tx, answer).await?;
    if draft.state == DraftState::Waiting {
        for _ in 0..REDRAW_LOOKS {
            // What is decided is kept: a store that does not answer now only ends the wait.
            if !matches!(paint::is_being_redrawn(ctx.store(), draft).await, Ok(true)) {
                break;
            }
            tokio::time::sleep(REDRAW_LOOK).await;
        }
    }
    Ok(done)
}
