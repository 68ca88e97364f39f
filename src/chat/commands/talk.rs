//! What a person says while a question is open: carries out what [`crate::chat::dialogue`] decides.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::again::{Manner, again};
use crate::chat::commands::{Ctx, Done, bare, compose, pictures, review, schedule, shown, stop};
use crate::chat::dialogue::{self, Effect, Event};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::InboxId;

pub async fn heard(ctx: &Ctx, event: Event) -> Done {
    let kept = ctx.open_talk().await?;
    if let (None, Event::Line(line)) = (&kept, &event) {
        if let Some(answer) = stop::by_word(ctx, line).await? {
            return Ok(answer);
        }
        return match shown::by_button_word(ctx, line).await? {
            Some(answer) => Ok(answer),
            None => bare::heard(ctx, line).await,
        };
    }
    let (next, effect) = dialogue::step(kept, event, ctx.now.at);
    let ctx = &Ctx {
        ends_talk: true,
        ..ctx.clone()
    };
    match effect {
        Effect::Edit { number, seen, text } => {
            ctx.allow("/edit", Command::Edit.spec().role)?;
            review::edit_seen(ctx, number, seen, &text).await
        }
        Effect::Redo {
            number,
            seen,
            guidance,
        } => {
            ctx.allow("/redo", Command::Redo.spec().role)?;
            review::redo_seen(ctx, number, seen, &guidance).await
        }
        Effect::Reject {
            number,
            seen,
            reason,
        } => {
            ctx.allow("/reject", Command::Reject.spec().role)?;
            review::reject_seen(ctx, number, seen, Some(reason)).await
        }
        Effect::Describe { number, seen, alt } => {
            ctx.allow("/edit", Command::Edit.spec().role)?;
            pictures::described(ctx, number, seen, &alt).await
        }
        Effect::Schedule { what, phrase } => schedule::timed(ctx, what, &phrase).await,
        Effect::Own { reply, text } => {
            let command = if reply.is_some() {
                Command::Reply
            } else {
                Command::Post
            };
            ctx.allow(&format!("/{}", command.name()), command.spec().role)?;
            compose::own(ctx, reply, &text).await
        }
        Effect::UseAccount { account, then } => use_account(ctx, &account, then).await,
        Effect::Ask => match next {
            Some(talk) => {
                let question = words::talk::ask(&talk);
                ctx.ask(ctx.begin().await?, talk, question).await
            }
            None => end(ctx, words::talk::over()).await,
        },
        Effect::Dropped(talk) => end(ctx, words::talk::dropped(&talk)).await,
        Effect::Late(talk) => end(ctx, words::talk::late(&talk)).await,
        Effect::Nothing => end(ctx, words::talk::over()).await,
    }
}

/// Ends the talk with a line; a pressed question becomes that line.
async fn end(ctx: &Ctx, view: View) -> Done {
    let tx = ctx.begin().await?;
    ctx.settle(
        tx,
        Answer::Line {
            view,
            replaces: ctx.pressed.clone(),
        },
    )
    .await
}

/// Keeps the choice, then does what was asked before the question came up.
async fn use_account(ctx: &Ctx, account: &str, then: InboxId) -> Done {
    ctx.allow("/draft", Command::Draft.spec().role)?;
    let mut tx = ctx.begin().await?;
    tx.set_default_account(ctx.w(), account).await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("chose {account} for drafts"),
    )
    .await?;
    // The question stays open until the work is settled: after a crash here the same answer leads here again.
    tx.commit().await?;
    again(ctx, then, Manner::Same).await
}
