//! The card of a fetched post, and what can be done with it besides an answer. A press asks once more before it does
//! anything: it is the approval.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::parse;
use crate::chat::press::Press;
use crate::chat::view::{Block, Button, View};
use crate::chat::words;
use crate::domain::action::Action;
use crate::domain::error::UserError;
use crate::domain::ids::{DraftNumber, PostId};
use crate::domain::post::Post;
use crate::flow::act::{self, ActJob};

/// The post that `/show` means, where it does not mean a draft: drafts come first.
pub async fn named(ctx: &Ctx, rest: &str) -> Result<Option<Post>, ChatError> {
    let (word, _) = parse::split_argument(rest);
    if word.is_empty() || word.starts_with('#') {
        return Ok(None);
    }
    if let Ok(number) = word.parse::<DraftNumber>()
        && ctx.store().draft_numbered(ctx.w(), number).await?.is_some()
    {
        return Ok(None);
    }
    Ok(ctx.store().find_post(ctx.w(), word).await?)
}

pub async fn card(ctx: &Ctx, post: &Post) -> Done {
    let body = &post.body;
    let place = words::network(body.network);
    let who = words::person(&body.author);
    let when = ctx.now.moment(body.created_at);
    let mut view = View::default()
        .with(Block::Title(format!("{who} · {place} · {when}")))
        .with(Block::Body(body.text.clone()))
        .with(Block::Note(format!(
            "{} likes · {} reposts · {} replies · {}",
            body.counts.likes,
            body.counts.reposts,
            body.counts.replies,
            body.url.as_deref().unwrap_or(&body.native_id)
        )));
    let actions = ctx.house.accounts.actions(body.network);
    if !actions.is_empty() {
        let buttons = actions.iter().map(|action| Button {
            label: label(*action).to_owned(),
            press: act_press(*action, post.id, false),
        });
        view = view.with_buttons(buttons.collect());
    }
    ctx.say(view).await
}

fn act_press(action: Action, post: PostId, sure: bool) -> String {
    Press::Act { action, post, sure }.code()
}

const fn label(action: Action) -> &'static str {
    match action {
        Action::Like => "Like",
        Action::Repost => "Repost",
        Action::Bookmark => "Bookmark",
        Action::Follow => "Follow",
    }
}

/// A press on the card asks; the press on the question does it.
pub async fn pressed(ctx: &Ctx, action: Action, post: PostId, sure: bool) -> Done {
    let Some(post) = ctx.store().post(post).await? else {
        let error = UserError::new("The post was deleted.", "Nothing was done.");
        return Err(error.into());
    };
    let body = &post.body;
    let accounts = ctx.house.accounts.list();
    let account = accounts
        .into_iter()
        .find(|(network, _)| *network == body.network)
        .map(|(_, account)| account)
        .filter(|_| ctx.house.accounts.actions(body.network).contains(&action));
    let Some(account) = account else {
        let what = format!("There is no account on {} to do it with.", body.network);
        return Err(UserError::new(what, "/account lists those there are.").into());
    };
    let who = words::person(&body.author);
    if !sure {
        let what = match action {
            Action::Follow => format!("Follow {who}"),
            _ => format!(
                "{} {who}: {}",
                label(action),
                words::quoted(&body.text, 120)
            ),
        };
        let yes = Button {
            label: format!("{} it", label(action)).replace("Follow it", "Follow them"),
            press: act_press(action, post.id, true),
        };
        let as_whom = words::person(&account);
        let view = View::text(format!("{what}, as {as_whom}?")).with_buttons(vec![yes]);
        return ctx.say(view).await;
    }
    let work = ActJob {
        workspace: ctx.w(),
        network: body.network,
        action,
        post: body
            .repost_of
            .clone()
            .unwrap_or_else(|| body.native_id.clone()),
        shown: format!("{who}'s post"),
        url: body.url.clone(),
        room: ctx.room.id,
    };
    let mut tx = ctx.begin().await?;
    let log = format!("approved a {} of {who}'s post {}", action.name(), work.post);
    tx.log(ctx.w(), &ctx.operator.name, &log).await?;
    act::request(&mut tx, &work, ctx.inbox).await?;
    ctx.settle(tx, Answer::Silent).await
}
