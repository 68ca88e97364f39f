//! Words that answer a message of Lumen's, and messages that were changed.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done, drafts, review, said, stop};
use crate::chat::dialogue::Talk;
use crate::chat::parse::{self, Line};
use crate::chat::view::View;
use crate::domain::draft::DraftState;
use crate::domain::ids::DraftNumber;

/// An answer to a card without a command is what should change in it, unless a question about that draft is open: then
/// it answers the question. What a picture shows is said in answer to that question alone, which stays open meanwhile. With
/// a command, the draft's number may be left out.
pub async fn words(ctx: &Ctx, text: &str, to: &str, card: Option<DraftNumber>) -> Done {
    let card = card_of(ctx, to, card).await?;
    let about = card.or(ctx.about);
    let ctx = &Ctx {
        about,
        ..ctx.clone()
    };
    match (parse::line(text), about) {
        (Line::Plain(guidance), Some(number))
            if !answers_question(ctx, number, card.is_some()).await? =>
        {
            if let Some(answer) = stop::by_word(ctx, &guidance).await? {
                return Ok(answer);
            }
            ctx.allow("/redo", Command::Redo.spec().role)?;
            review::redo(ctx, number, &guidance).await
        }
        _ => said(ctx, text).await,
    }
}

/// Words in the thread of a draft answer the question that is open there, or say what should change in the draft: while
/// it can change, and of whoever may ask for that. The rest is people talking.
pub async fn in_thread(ctx: &Ctx, text: &str, number: DraftNumber) -> Done {
    match parse::line(text) {
        Line::Plain(guidance) if !answers_question(ctx, number, false).await? => {
            if let Some(answer) = stop::by_word(ctx, &guidance).await? {
                return Ok(answer);
            }
            let state = drafts::find(ctx, number).await?.state;
            let changes = matches!(state, DraftState::Waiting | DraftState::Failed { .. });
            if !changes || ctx.allow("", Command::Redo.spec().role).is_err() {
                return ctx.settle(ctx.begin().await?, Answer::Silent).await;
            }
            review::redo(ctx, number, &guidance).await
        }
        _ => said(ctx, text).await,
    }
}

/// The draft whose card stands in this message of the room, or stood there: then the message still names it, as `card`.
pub async fn card_of(
    ctx: &Ctx,
    message: &str,
    card: Option<DraftNumber>,
) -> Result<Option<DraftNumber>, ChatError> {
    let store = ctx.store();
    let draft = match store.draft_shown_as(ctx.room.id, message).await? {
        Some(draft) => store.draft(draft).await?,
        None => match card {
            Some(number) => store.draft_numbered(ctx.w(), number).await?,
            None => None,
        },
    };
    Ok(draft.map(|draft| draft.number))
}

/// Whether words about a draft answer the question that is open; `to_card`: they were said to the draft's card.
async fn answers_question(
    ctx: &Ctx,
    number: DraftNumber,
    to_card: bool,
) -> Result<bool, ChatError> {
    let open = ctx.open_talk().await?;
    Ok(open.is_some_and(|kept| {
        let describes = matches!(kept.talk, Talk::Alt { .. });
        kept.talk.draft().is_none_or(|about| about == number) && !(to_card && describes)
    }))
}

/// What was said first has been done already; doing the new words too would do it twice.
pub async fn changed(ctx: &Ctx, text: &str) -> Done {
    if text.trim_start().starts_with('/') {
        return ctx
            .say(View::text(
                "I took this message as you first sent it. Send the new words as a message of their own.",
            ))
            .await;
    }
    ctx.settle(ctx.begin().await?, Answer::Silent).await
}
