//! `/status`: what is going on, for people.

use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::view::Block;
use crate::chat::words::house::{self, Status};
use crate::domain::draft::DraftState;

/// More drafts than these are not counted one by one.
const MOST: u32 = 1_000;

pub async fn status(ctx: &Ctx) -> Done {
    let store = ctx.store();
    let workspace = store.workspace(ctx.w()).await?;
    let waiting = store.drafts_in(ctx.w(), &["waiting"], MOST).await?.len();
    let scheduled = store.drafts_in(ctx.w(), &["scheduled"], MOST).await?;
    let approved = store
        .drafts_in(ctx.w(), &["approved", "publishing"], MOST)
        .await?
        .len();
    let stuck = store
        .drafts_in(ctx.w(), &["failed", "unknown"], MOST)
        .await?;
    let sources = store.sources(ctx.w()).await?;
    let tasks = store.tasks(ctx.w()).await?;
    let dues = scheduled.iter().filter_map(|draft| match draft.state {
        DraftState::Scheduled { due, .. } => Some(due),
        _ => None,
    });
    let runs = tasks
        .iter()
        .filter(|task| !task.paused)
        .filter_map(|task| task.next_run_at);
    let view = house::status(&Status {
        stopped: workspace.stopped.as_deref(),
        waiting,
        scheduled: scheduled.len(),
        approved,
        stuck: stuck.iter().map(|draft| draft.number.to_string()).collect(),
        next: dues.chain(runs).min(),
        sources: &sources,
        posts: store.post_count(ctx.w()).await?,
        chats: chats(ctx).await?,
        index: index(ctx).await,
        models: ctx
            .house
            .models
            .iter()
            .map(|(role, name)| format!("{} {name}", role.name()))
            .collect(),
        spent: store.spent_since(ctx.w(), ctx.now.midnight()).await?,
        budget: ctx.house.budget,
        now: &ctx.now,
    });
    let advice = ctx.house.advice.lines(&ctx.now);
    let view = advice
        .into_iter()
        .fold(view, |view, line| view.with(Block::Text(line)));
    ctx.say(view).await
}

/// What is wrong with the chats and their rooms.
async fn chats(ctx: &Ctx) -> Result<Vec<String>, ChatError> {
    let troubles = ctx.frontends.iter().filter_map(|frontend| {
        let trouble = frontend.trouble()?;
        Some(format!("{}: {trouble}", house::chat(frontend.surface())))
    });
    let paused = ctx.store().paused_rooms(ctx.w()).await?;
    let paused = paused
        .iter()
        .map(|(room, why)| house::paused(&room.address, why));
    Ok(troubles.chain(paused).collect())
}

/// What is wrong with the index; an index that cannot even say that is no reason for `/status` to fail.
async fn index(ctx: &Ctx) -> Option<String> {
    match ctx.house.finder.trouble().await {
        Ok(trouble) => trouble,
        Err(error) => {
            tracing::warn!(error = %error, "the index did not say how it stands");
            Some("it does not answer; the log says why".to_owned())
        }
    }
}
