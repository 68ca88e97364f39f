//! `/draft` and `/reply`: work for the models. The card follows when it is written.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::dialogue::Talk;
use crate::chat::parse;
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::flow::compose::{self, ComposeRequest};

/// A topic longer than this is a text, and the prompt has no room for it.
pub const LONGEST_TOPIC: usize = 2_000;

pub async fn draft(ctx: &Ctx, rest: &str) -> Done {
    let topic = parse::unquoted(rest).trim();
    if topic.is_empty() {
        return Err(UserError::new(
            "It does not say what the post is about.",
            "Such as: /draft our Friday tasting is at six.",
        )
        .into());
    }
    within("topic", topic)?;
    request(
        ctx,
        ComposeRequest::Post {
            topic: topic.to_owned(),
        },
    )
    .await
}

pub async fn reply(ctx: &Ctx, rest: &str) -> Done {
    let (name, guidance) = parse::split_argument(rest);
    if name.is_empty() {
        return Err(UserError::new(
            "It does not say which post to answer.",
            "Give its address or its id, as /search shows it: /reply 42 thank them.",
        )
        .into());
    }
    within("guidance", guidance)?;
    let post = ctx.store().find_post(ctx.w(), name).await?.ok_or_else(|| {
        UserError::new(
            format!("I have no post \u{201c}{}\u{201d}.", shortened(name, 60)),
            "/search WORDS shows the ids of those I have; /source fetch brings new ones.",
        )
    })?;
    let network = post.body.network;
    let accounts = ctx.house.accounts.list();
    if !accounts.iter().any(|(at, _)| *at == network) {
        return Err(UserError::new(
            format!("Nothing can be answered on {network}: there is no account there."),
            "/draft TOPIC writes a post of your own.",
        )
        .into());
    }
    let guidance =
        Some(parse::unquoted(guidance).to_owned()).filter(|guidance| !guidance.is_empty());
    request(
        ctx,
        ComposeRequest::Reply {
            post: post.id,
            guidance,
        },
    )
    .await
}

async fn request(ctx: &Ctx, request: ComposeRequest) -> Done {
    let accounts: Vec<String> = ctx
        .house
        .accounts
        .list()
        .into_iter()
        .map(|(network, account)| format!("{network}:{account}"))
        .collect();
    let mut tx = ctx.begin().await?;
    let default = tx.workspace(ctx.w()).await?.default_account;
    let undecided = default.is_none_or(|default| !accounts.contains(&default));
    if accounts.len() > 1 && undecided && matches!(request, ComposeRequest::Post { .. }) {
        let talk = Talk::Account {
            accounts,
            then: ctx.inbox,
        };
        let question = words::talk::ask(&talk);
        return ctx.ask(tx, talk, question).await;
    }
    let (room, cause, key) = (
        Some(ctx.room.id),
        Some(ctx.inbox),
        format!("asked:{}", ctx.inbox),
    );
    compose::request(
        &mut tx,
        ctx.w(),
        &request,
        &ctx.operator.name,
        None,
        room,
        cause,
        &key,
    )
    .await?;
    ctx.settle(tx, Answer::Silent).await
}

/// # Errors
/// When `text` is longer than a prompt has room for.
pub fn within(what: &str, text: &str) -> Result<(), UserError> {
    let has = text.chars().count();
    if has <= LONGEST_TOPIC {
        return Ok(());
    }
    Err(words::errors::too_long(
        what,
        has,
        LONGEST_TOPIC,
        "Send the gist; /edit takes a whole text.",
    ))
}
