//! `/room`: what a chat is for.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::error::UserError;
use crate::domain::operator::{Surface, Threads};

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "threads" => threads(ctx, rest).await,
        _ => standing(ctx, verb != "off").await,
    }
}

async fn standing(ctx: &Ctx, standing: bool) -> Done {
    let mut tx = ctx.begin().await?;
    tx.set_standing(ctx.room.id, standing).await?;
    let (log, line) = if standing {
        (
            "made a room a control room",
            "Every card comes here from now on. /room off ends that.",
        )
    } else {
        (
            "made a room an ordinary one",
            "Only the cards asked for here come here now.",
        )
    };
    let terminal = ctx.room.address.surface == Surface::Terminal;
    let line = if terminal && standing {
        "Cards come to the terminal anyway; now they do so too when another chat is a control room."
    } else {
        line
    };
    tx.log(ctx.w(), &ctx.operator.name, log).await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
}

async fn threads(ctx: &Ctx, rest: &str) -> Done {
    let wanted = match rest.trim().to_lowercase().as_str() {
        "" | "on" => Threads::On,
        "off" => Threads::Off,
        other => {
            return Err(UserError::new(
                format!("Threads are on or off, not {}.", words::quoted(other, 20)),
                "Such as: /room threads on.",
            )
            .into());
        }
    };
    if ctx.store().thread_of(ctx.room.id).await?.is_some() {
        return Err(UserError::new(
            "This is the thread of a draft.",
            "Type it in the channel above it.",
        )
        .into());
    }
    let address = &ctx.room.address;
    let possible = ctx
        .frontends
        .iter()
        .any(|frontend| frontend.surface() == address.surface && frontend.has_threads(address));
    if wanted == Threads::On && !possible {
        return Err(words::house::threads_not_here(address.surface).into());
    }
    let (log, line) = if wanted == Threads::On {
        (
            "asked for threads in a room",
            "Each draft gets a thread under its card here. What is said about it goes there, and what you write there is about it. /room threads off ends that.",
        )
    } else {
        (
            "ended the threads of a room",
            "New cards get no threads here; those that are open stay.",
        )
    };
    let mut tx = ctx.begin().await?;
    tx.set_room_threads(ctx.room.id, wanted).await?;
    tx.log(ctx.w(), &ctx.operator.name, log).await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
}
