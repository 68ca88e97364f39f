//! What concerns the whole house: `/stop`, `/go`, `/log`, `/settings`, `/forget`.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done, elsewhere};
use crate::chat::parse;
use crate::chat::press::Press;
use crate::chat::view::{Block, Button, View};
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::flow::{self, review};
use crate::store::Tx;
use crate::store::backup::RESTORE;

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

/// Stops publishing where it is not stopped, and tells everybody else. Gives who stopped it.
async fn halt(ctx: &Ctx, tx: &mut Tx) -> Result<String, ChatError> {
    if let Some(by) = tx.workspace(ctx.w()).await?.stopped {
        return Ok(by);
    }
    let by = &ctx.operator.name;
    tx.set_stopped(ctx.w(), Some(by)).await?;
    tx.log(ctx.w(), by, "stopped all publishing").await?;
    elsewhere::tell_everybody(ctx, tx, &words::house::stopped(by)).await?;
    Ok(by.clone())
}

pub async fn go(ctx: &Ctx) -> Done {
    let mut tx = ctx.begin().await?;
    let Some(by) = tx.workspace(ctx.w()).await?.stopped else {
        drop(tx);
        return ctx.say(View::text("Nothing was stopped.")).await;
    };
    tx.set_stopped(ctx.w(), None).await?;
    tx.log(ctx.w(), &ctx.operator.name, "started publishing again")
        .await?;
    let restored = by == RESTORE;
    let leaving = review::leaving(&mut tx, ctx.w(), restored, Some(ctx.inbox)).await?;
    let line = words::leaving::going(&ctx.operator.name, &leaving);
    elsewhere::tell_everybody(ctx, &mut tx, &line).await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
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
        format!(
            "{} {actor} {}",
            ctx.now.clock(entry.at),
            ctx.now.spoken(&entry.text)
        )
    });
    ctx.say(View::default().with(Block::List(lines.collect())))
        .await
}

pub async fn settings(ctx: &Ctx, rest: &str) -> Done {
    if !rest.trim().is_empty() {
        return Err(words::settings::set_at_the_start(parse::split_word(rest).0).into());
    }
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
    let head = ["setting", "is", "set by"].map(str::to_owned).to_vec();
    ctx.say(View::default().with(Block::Table { head, rows }))
        .await
}

/// `/forget @someone`: asks, since what is forgotten does not come back.
pub async fn forget(ctx: &Ctx, rest: &str) -> Done {
    let author = author_of(rest)?;
    let posts = ctx.store().count_by_author(ctx.w(), author).await?;
    if posts == 0 {
        return Err(unknown_author(author).into());
    }
    let confirm = Button {
        label: "Forget them".to_owned(),
        press: Press::Confirm(ctx.inbox).code(),
    };
    let question = words::house::forget_question(&shown(author), posts);
    ctx.say(View::text(question).with_buttons(vec![confirm]))
        .await
}

/// The question of [`forget`] was answered with yes.
pub async fn forget_now(ctx: &Ctx, rest: &str) -> Done {
    let author = author_of(rest)?;
    let shown = shown(author);
    let mut tx = ctx.begin().await?;
    let gone = flow::forget::author(&mut tx, ctx.w(), author, Some(ctx.inbox)).await?;
    if gone == 0 {
        return Err(unknown_author(author).into());
    }
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("had the posts of {shown} forgotten"),
    )
    .await?;
    let posts = words::many(gone, "post", "posts");
    let line = format!("{posts} by {shown} gone from the store and from search.");
    let answer = Answer::Line {
        view: View::text(line),
        replaces: ctx.pressed.clone(),
    };
    ctx.settle(tx, answer).await
}

fn shown(author: &str) -> String {
    words::person(&shortened(author, 60))
}

fn unknown_author(author: &str) -> UserError {
    UserError::new(
        format!("I have no posts by {}.", shown(author)),
        "/search shows how authors are spelled.",
    )
}

/// Whose posts are meant.
fn author_of(rest: &str) -> Result<&str, UserError> {
    let author = parse::unquoted(rest).trim().trim_start_matches('@');
    let mut more = author.split_whitespace().skip(1);
    // A name in an archive may hold spaces; a second handle is a second author.
    if author.is_empty() || more.any(|word| word.starts_with('@')) {
        return Err(UserError::new(
            "Name one author whose posts go.",
            "Such as: /forget @someone.",
        ));
    }
    Ok(author)
}
