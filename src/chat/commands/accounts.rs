//! `/account`: where drafts go.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::UserError;
use crate::domain::names::same;

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "default" => default(ctx, rest).await,
        "check" => check(ctx).await,
        _ => list(ctx).await,
    }
}

fn names(ctx: &Ctx) -> Vec<String> {
    ctx.house
        .accounts
        .list()
        .into_iter()
        .map(|(network, account)| format!("{network}:{account}"))
        .collect()
}

async fn list(ctx: &Ctx) -> Done {
    let names = names(ctx);
    let chosen = ctx.store().workspace(ctx.w()).await?.default_account;
    let only = names.len() == 1;
    let lines = names.into_iter().map(|name| {
        if only || chosen.as_ref() == Some(&name) {
            format!("{name}, where drafts go")
        } else {
            name
        }
    });
    ctx.say(View::default().with(Block::List(lines.collect())))
        .await
}

async fn default(ctx: &Ctx, rest: &str) -> Done {
    let wanted = parse::unquoted(rest);
    let names = names(ctx);
    let fits =
        |name: &&String| same(name, wanted) || name.split(':').any(|part| same(part, wanted));
    let fitting: Vec<&String> = names.iter().filter(fits).collect();
    let [name] = fitting[..] else {
        let what = if wanted.is_empty() {
            "Which account?".to_owned()
        } else if fitting.is_empty() {
            format!("There is no account {}.", words::quoted(wanted, 60))
        } else {
            format!("{} could be several.", words::quoted(wanted, 60))
        };
        return Err(UserError::new(what, words::there_are(&names)).into());
    };
    let mut tx = ctx.begin().await?;
    tx.set_default_account(ctx.w(), name).await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("chose {name} for drafts"),
    )
    .await?;
    ctx.settle(
        tx,
        Answer::line(View::text(format!("New drafts go to {name}."))),
    )
    .await
}

async fn check(ctx: &Ctx) -> Done {
    let mut lines = Vec::new();
    for (network, account) in ctx.house.accounts.list() {
        let line = match ctx.house.accounts.check(network, &account).await {
            Ok(line) => format!("{network}:{account} works: {line}"),
            Err(why) => format!("{network}:{account} does not work: {why}"),
        };
        lines.push(line);
    }
    ctx.say(View::default().with(Block::List(lines))).await
}
