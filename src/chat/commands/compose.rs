//! `/draft` and `/reply`: work for the models, whose card follows when it is written. `/post`: a person's own text, whose
//! card comes at once.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, review};
use crate::chat::dialogue::Talk;
use crate::chat::parse;
use crate::chat::words;
use crate::domain::draft::Purpose;
use crate::domain::error::{UserError, shortened};
use crate::domain::ids::PostId;
use crate::flow::compose::{self, ComposeRequest, Place};

/// A topic longer than this is a text, and the prompt has no room for it.
pub const LONGEST_TOPIC: usize = 2_000;

pub async fn draft(ctx: &Ctx, rest: &str) -> Done {
    let topic = parse::unquoted(rest).trim();
    if topic.is_empty() {
        return Err(UserError::new(
            "Say what the post is about, such as: /draft our Friday tasting is at six.",
            "/post TEXT takes a text of your own.",
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
            "Say which post to answer, by its address or its id as /search shows it.",
            "Such as: /reply s42 thank them.",
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
    if !network.facts().takes_posts {
        let id = shortened(name, 60);
        return Err(UserError::new(
            format!("{id} came from a file, so an answer has nowhere to go."),
            "To answer it, follow its author with /source add.",
        )
        .into());
    }
    if !accounts.iter().any(|(at, _)| *at == network) {
        return Err(UserError::new(
            format!(
                "{} is on {}, where I have no account to answer from.",
                shortened(name, 60),
                words::network(network)
            ),
            "/account lists those I have; /draft TOPIC writes a post of your own.",
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
            despite: false,
        },
    )
    .await
}

/// A person's own text, straight to a card; without one it is asked for.
pub async fn post(ctx: &Ctx, text: &str) -> Done {
    if text.trim().is_empty() {
        return ask_own(ctx, None).await;
    }
    match undecided(ctx).await? {
        Some(talk) => ask(ctx, talk).await,
        None => own(ctx, None, text).await,
    }
}

/// Asks for the text of a post, or of an answer to this one.
pub async fn ask_own(ctx: &Ctx, reply: Option<PostId>) -> Done {
    let talk = match undecided(ctx).await? {
        Some(talk) if reply.is_none() => talk,
        _ => Talk::Own { reply },
    };
    ask(ctx, talk).await
}

/// The card of a text that a person wrote.
pub async fn own(ctx: &Ctx, reply: Option<PostId>, text: &str) -> Done {
    let text = text.trim();
    review::within_text(text)?;
    let answered = match reply {
        Some(post) => Some(ctx.store().post(post).await?.ok_or_else(|| {
            UserError::new(
                "The post to answer was deleted at its network.",
                "/post TEXT makes a post of its own.",
            )
        })?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    let default = tx.workspace(ctx.w()).await?.default_account;
    let accounts = ctx.house.accounts.list();
    let account = match &answered {
        Some(post) => accounts.iter().find(|(at, _)| *at == post.body.network),
        None => accounts
            .iter()
            .find(|(network, account)| default.as_ref() == Some(&format!("{network}:{account}")))
            .or_else(|| accounts.first()),
    };
    let Some((network, account)) = account.cloned() else {
        return Err(UserError::new(
            "There is no account for it.",
            "/account lists those there are.",
        )
        .into());
    };
    let purpose = match &answered {
        Some(post) => Purpose::Reply {
            post: post.id,
            guidance: Some(text.to_owned()),
        },
        None => Purpose::Post {
            topic: text.to_owned(),
        },
    };
    let place = Place {
        network,
        account,
        reply_to: answered.map(|post| post.body.native_id),
    };
    let (w, by, cause) = (ctx.w(), &ctx.operator, ctx.inbox);
    let draft = compose::own(&mut tx, w, purpose, place, text, by, cause).await?;
    review::decided(ctx, tx, &draft).await
}

/// Where drafts go, asked once where there are several accounts: then this row is done.
async fn undecided(ctx: &Ctx) -> Result<Option<Talk>, ChatError> {
    let accounts: Vec<String> = ctx
        .house
        .accounts
        .list()
        .into_iter()
        .map(|(network, account)| format!("{network}:{account}"))
        .collect();
    let default = ctx.store().workspace(ctx.w()).await?.default_account;
    let decided = accounts.len() <= 1 || default.is_some_and(|it| accounts.contains(&it));
    let then = ctx.inbox;
    Ok((!decided).then_some(Talk::Account { accounts, then }))
}

async fn ask(ctx: &Ctx, talk: Talk) -> Done {
    let question = words::talk::ask(&talk);
    ctx.ask(ctx.begin().await?, talk, question).await
}

/// Has it written; the card follows.
pub async fn request(ctx: &Ctx, request: ComposeRequest) -> Done {
    if matches!(request, ComposeRequest::Post { .. })
        && let Some(talk) = undecided(ctx).await?
    {
        return ask(ctx, talk).await;
    }
    let mut tx = ctx.begin().await?;
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
    ctx.settle(tx, Answer::Writing { request }).await
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
