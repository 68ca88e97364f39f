//! What concerns the whole house: `/stop`, `/go`, `/log`, `/settings`, `/forget`.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::notices;
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::flow::{self, publish};
use crate::store::Tx;

pub async fn stop(ctx: &Ctx) -> Done {
    let mut tx = ctx.begin().await?;
    let by = halt(ctx, &mut tx).await?;
    let line = words::house::stopped(&by);
    ctx.settle(tx, Answer::line(View::text(line))).await
}

/// What `/stop` does at once, while the room may still be busy with what was typed before. The line itself is answered in
/// its turn.
pub async fn brake(ctx: &Ctx) -> Result<(), ChatError> {
    ctx.allow("/stop", Command::Stop.spec().role)?;
    let mut tx = ctx.begin().await?;
    halt(ctx, &mut tx).await?;
    Ok(tx.commit().await?)
}

/// Stops the house where it is not stopped, and tells every standing room but this one. Gives who stopped it.
async fn halt(ctx: &Ctx, tx: &mut Tx) -> Result<String, ChatError> {
    if let Some(by) = tx.workspace(ctx.w()).await?.stopped {
        return Ok(by);
    }
    let by = &ctx.operator.name;
    tx.set_stopped(ctx.w(), Some(by)).await?;
    tx.log(ctx.w(), by, "stopped the house").await?;
    tell_others(ctx, tx, &words::house::stopped(by)).await?;
    Ok(by.clone())
}

pub async fn go(ctx: &Ctx) -> Done {
    let mut tx = ctx.begin().await?;
    if tx.workspace(ctx.w()).await?.stopped.is_none() {
        drop(tx);
        return ctx.say(View::text("Nothing was stopped.")).await;
    }
    tx.set_stopped(ctx.w(), None).await?;
    tx.log(ctx.w(), &ctx.operator.name, "let the house go on")
        .await?;
    let held = ctx.store().drafts_approved(ctx.w()).await?;
    for draft in &held {
        publish::request(&mut tx, ctx.w(), *draft, Some(ctx.inbox)).await?;
    }
    let line = words::house::going(&ctx.operator.name, held.len());
    tell_others(ctx, &mut tx, &line).await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
}

/// Says it in every standing room but this one.
async fn tell_others(ctx: &Ctx, tx: &mut Tx, line: &str) -> Result<(), ChatError> {
    for room in ctx.store().standing_rooms(ctx.w()).await? {
        if room.id != ctx.room.id {
            notices::tell_room(tx, room.id, line).await?;
        }
    }
    Ok(())
}

pub async fn log(ctx: &Ctx, rest: &str) -> Done {
    const USUAL: u32 = 15;
    const MOST: u32 = 100;
    let most = match rest.trim() {
        "" => USUAL,
        word => word
            .parse::<u32>()
            .ok()
            .filter(|most| (1..=MOST).contains(most))
            .ok_or_else(|| {
                UserError::new(
                    format!("{} is not a number of lines.", words::quoted(word, 20)),
                    "Such as: /log 30, up to 100.",
                )
            })?,
    };
    let mut entries = ctx.store().activity(ctx.w(), most).await?;
    if entries.is_empty() {
        return ctx.say(View::text("Nothing has happened yet.")).await;
    }
    // The newest is read first where it stands next to the prompt: at the end.
    entries.sort_by_key(|entry| entry.at);
    let lines = entries.iter().map(|entry| {
        let actor = if entry.actor == "lumen" {
            entry.actor.clone()
        } else {
            words::person(&entry.actor)
        };
        format!("{} {actor} {}", ctx.now.clock(entry.at), entry.text)
    });
    ctx.say(View::default().with(Block::List(lines.collect())))
        .await
}

pub async fn settings(ctx: &Ctx) -> Done {
    let workspace = ctx.store().workspace(ctx.w()).await?;
    let zone = match ctx.house.zone.iana_name() {
        Some(name) => name.to_owned(),
        None => ctx.now.place(),
    };
    let time = ctx.now.at.to_zoned(ctx.house.zone.clone());
    let time = time.strftime("%a %H:%M");
    let accounts = ctx.house.accounts.list();
    let account = workspace
        .default_account
        .or_else(|| {
            accounts
                .first()
                .map(|(network, account)| format!("{network}:{account}"))
        })
        .unwrap_or_else(|| "none".to_owned());
    let row = |name: &str, value: String, how: &str| vec![name.to_owned(), value, how.to_owned()];
    let mut rows = vec![
        row("time zone", format!("{zone}, now {time}"), "LUMEN_TIMEZONE"),
        row("drafts go to", account, "/account default"),
        row(
            "money a day",
            words::house::dollars(ctx.house.budget),
            "LUMEN_DAILY_BUDGET_USD",
        ),
    ];
    for (role, name) in &ctx.house.models {
        let how = match role {
            crate::domain::ledger::ModelRole::Text => "LUMEN_TEXT",
            crate::domain::ledger::ModelRole::Vision => "LUMEN_VISION",
            crate::domain::ledger::ModelRole::Image => "LUMEN_IMAGE",
            crate::domain::ledger::ModelRole::Embedder => "LUMEN_EMBEDDER",
        };
        rows.push(row(role.name(), name.clone(), how));
    }
    let head = ["setting", "is", "changed by"].map(str::to_owned).to_vec();
    ctx.say(View::default().with(Block::Table { head, rows }))
        .await
}

pub async fn forget(ctx: &Ctx, rest: &str) -> Done {
    let author = parse::unquoted(rest).trim().trim_start_matches('@');
    let shown = words::person(&shortened(author, 60));
    // A name in an archive may hold spaces; a second handle is a second author.
    if author.is_empty()
        || author
            .split_whitespace()
            .skip(1)
            .any(|word| word.starts_with('@'))
    {
        return Err(UserError::new(
            "It does not say whose posts.",
            "Name one author: /forget @someone.",
        )
        .into());
    }
    let mut tx = ctx.begin().await?;
    let gone = flow::forget::author(&mut tx, ctx.w(), author, Some(ctx.inbox)).await?;
    if gone == 0 {
        let what = format!("I have no posts by {shown}.");
        return Err(ChatError::User(UserError::new(
            what,
            "/search shows how authors are spelled.",
        )));
    }
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("had the posts of {shown} forgotten"),
    )
    .await?;
    let posts = words::many(gone, "post", "posts");
    let line = format!("{posts} by {shown} gone from the store and from search.");
    ctx.settle(tx, Answer::line(View::text(line))).await
}
