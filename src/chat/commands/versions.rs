//! `/show #N VERSION`: an earlier version of a draft to look at, and to bring back as a new one.

use crate::chat::card;
use crate::chat::commands::review::decided;
use crate::chat::commands::{Ctx, Done, drafts};
use crate::chat::words;
use crate::domain::draft::Seen;
use crate::domain::ids::DraftNumber;
use crate::flow::review;

/// The version that was typed: `3`, `v3` or `version 3`.
pub async fn show(ctx: &Ctx, number: DraftNumber, typed: &str) -> Done {
    let draft = drafts::find(ctx, number).await?;
    let lower = typed.trim().to_lowercase();
    let figures = lower
        .strip_prefix("version")
        .or_else(|| lower.strip_prefix('v'))
        .unwrap_or(&lower)
        .trim();
    match figures.parse() {
        Ok(version) => look(ctx, number, version).await,
        Err(_) => Err(words::errors::no_version(number, typed, draft.revision).into()),
    }
}

/// The version before this one.
pub async fn before(ctx: &Ctx, number: DraftNumber, version: i64) -> Done {
    look(ctx, number, version.saturating_sub(1)).await
}

async fn look(ctx: &Ctx, number: DraftNumber, version: i64) -> Done {
    let draft = drafts::find(ctx, number).await?;
    if version == draft.revision {
        return drafts::shown(ctx, number).await;
    }
    let Some(revision) = ctx.store().revision(draft.id, version).await? else {
        let typed = version.to_string();
        return Err(words::errors::no_version(number, &typed, draft.revision).into());
    };
    let current = drafts::current(ctx, &draft).await?;
    let pictures = ctx.house.paths(&revision.content.media);
    let usable = draft.revise().is_ok() && revision.content != current.content;
    let view = card::earlier(&draft, &revision, &pictures, usable);
    ctx.say(view).await
}

/// Brings a version back as a new one.
pub async fn restore(ctx: &Ctx, number: DraftNumber, version: i64, seen: Seen) -> Done {
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::restore(&mut tx, w, number, seen, version, by, cause).await?;
    decided(ctx, tx, &draft).await
}
