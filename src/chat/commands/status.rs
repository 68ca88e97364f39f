//! `/status`: what is going on, for people.

use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::house::House;
use crate::chat::view::Block;
use crate::chat::words::house::{self, Next, Standing, Status};
use crate::chat::words::models;
use crate::domain::draft::DraftState;
use crate::domain::ledger::ModelRole;
use crate::domain::operator::Role;
use crate::store::StoreError;

/// More drafts than these are not counted one by one.
const MOST: u32 = 1_000;

pub async fn status(ctx: &Ctx) -> Done {
    let store = ctx.store();
    let sources = store.sources(ctx.w()).await?;
    let view = house::status(&Status {
        standing: &standing(&ctx.house).await?,
        sources: &sources,
        posts: store.post_count(ctx.w()).await?,
        chats: chats(ctx).await?,
        index: index(ctx).await,
        writer: models::writer(&ctx.house.models, ctx.house.small_writer),
        spent: store.spent_since(ctx.w(), ctx.now.midnight()).await?,
        budget: ctx.house.budget,
        now: &ctx.now,
    });
    let mut advice = ctx.house.advice.lines(&ctx.now);
    if ctx.operator.role == Role::Owner {
        advice.extend(blind(ctx).await?);
    }
    let mut view = advice
        .into_iter()
        .fold(view, |view, line| view.with(Block::Text(line)));
    if ctx.house.small_writer {
        view = view.with_buttons(vec![models::better_button()]);
    }
    ctx.say(view).await
}

/// Why pictures of fetched posts are not looked at, where the last try of today failed.
async fn blind(ctx: &Ctx) -> Result<Option<String>, ChatError> {
    let calls = ctx
        .store()
        .model_calls_since(ctx.w(), ctx.now.midnight())
        .await?;
    let looked = calls
        .into_iter()
        .filter(|call| call.role == ModelRole::Vision);
    let last = looked.max_by_key(|call| call.at);
    Ok(last.and_then(|call| call.error).map(|why| {
        format!(
            "Pictures of fetched posts are not looked at: {}.",
            why.trim_end_matches('.')
        )
    }))
}

/// How the drafts of the workspace stand.
pub async fn standing(house: &House) -> Result<Standing, StoreError> {
    let (store, w) = (&house.store, house.workspace);
    let scheduled = store.drafts_in(w, &["scheduled"], MOST).await?;
    let stuck = store
        .drafts_in(w, &["overdue", "failed", "partly", "unknown"], MOST)
        .await?;
    let moving = store
        .drafts_in(w, &["approved", "publishing"], MOST)
        .await?;
    let tasks = store.tasks(w).await?;
    let dues = scheduled.iter().filter_map(|draft| match draft.state {
        DraftState::Scheduled { due, .. } => Some((due, Next::Draft(draft.number))),
        _ => None,
    });
    let runs = tasks.iter().filter(|task| !task.paused).filter_map(|task| {
        let at = task.next_run_at?;
        Some((at, Next::Task(task.name.clone())))
    });
    Ok(Standing {
        stopped: store.workspace(w).await?.stopped,
        waiting: store.drafts_in(w, &["waiting"], MOST).await?.len(),
        scheduled: scheduled.len(),
        approved: moving.len(),
        stuck: stuck.iter().map(|draft| draft.number.to_string()).collect(),
        next: dues.chain(runs).min_by_key(|(at, _)| *at),
    })
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
