//! What was asked in an earlier row, once more: the same, with the person's own text, or despite a remark.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{Ctx, Done, compose, drafts, handle, house, review};
use crate::chat::dialogue::Talk;
use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Line};
use crate::chat::press::Press;
use crate::domain::error::UserError;
use crate::domain::ids::InboxId;
use crate::flow::compose::ComposeRequest;
use crate::store::InboxRow;

/// In which manner it is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Same,
    /// The person sends the text.
    Myself,
    /// A reply is written although its post gives orders, sells or insults.
    Despite,
}

/// Does again, as this row's work, what was asked in an earlier one.
pub async fn again(ctx: &Ctx, inbox: InboxId, manner: Manner) -> Done {
    /// `Try again` on a line that came from `Try again`, and so on: longer chains are a mistake.
    const DEEPEST: usize = 20;
    // What is said in the thread of a draft may have been asked by a button of its card.
    let above = ctx.store().thread_of(ctx.room.id).await?;
    let above = above.map(|(_, above)| above.id);
    let mut asked = inbox;
    for _ in 0..DEEPEST {
        let row = ctx
            .store()
            .inbox_row(asked)
            .await?
            .filter(|row| row.room == ctx.room.id || Some(row.room) == above);
        let Some(row) = row else { break };
        if let Some(request) = written_for(&row) {
            return Box::pin(write(ctx, request, manner)).await;
        }
        let Ok(incoming) = serde_json::from_value::<Incoming>(row.body) else {
            break;
        };
        match earlier(&incoming) {
            Some(earlier) if earlier < asked => asked = earlier,
            _ if manner == Manner::Myself => return compose::ask_own(ctx, None).await,
            _ => {
                let again = Ctx {
                    written: asked,
                    ..ctx.clone()
                };
                return Box::pin(handle(&again, &incoming)).await;
            }
        }
    }
    Err(no_longer().into())
}

/// Does what was asked in an earlier row, now that the person says that it is meant.
pub async fn confirmed(ctx: &Ctx, inbox: InboxId) -> Done {
    let row = ctx.store().inbox_row(inbox).await?;
    let row = row.filter(|row| row.room == ctx.room.id);
    let incoming = row.and_then(|row| serde_json::from_value::<Incoming>(row.body).ok());
    let text = match incoming.map(|incoming| incoming.body) {
        Some(Said::Text { text } | Said::Reply { text, .. }) => text,
        _ => String::new(),
    };
    match parse::line(&text) {
        Line::Call(call) if call.command == Command::Forget => {
            ctx.allow("/forget", Command::Forget.spec().role)?;
            house::forget_now(ctx, &call.rest).await
        }
        _ => Err(no_longer().into()),
    }
}

fn no_longer() -> UserError {
    UserError::new(
        "I no longer have what this button repeats.",
        "Type it again, please.",
    )
}

/// The text that was to be written for this row.
fn written_for(row: &InboxRow) -> Option<ComposeRequest> {
    let answer = serde_json::from_value(row.answer.clone()?).ok()?;
    match answer {
        Answer::Writing { request } => Some(request),
        _ => None,
    }
}

/// The row that a pressed button repeats.
fn earlier(incoming: &Incoming) -> Option<InboxId> {
    let Said::Press { code, .. } = &incoming.body else {
        return None;
    };
    match Press::read(code) {
        Ok(Press::Again(row) | Press::WriteMyself(row) | Press::WriteDespite(row)) => Some(row),
        _ => None,
    }
}

async fn write(ctx: &Ctx, request: ComposeRequest, manner: Manner) -> Done {
    let command = match request {
        ComposeRequest::Post { .. } => Command::Draft,
        ComposeRequest::Reply { .. } => Command::Reply,
        ComposeRequest::Redo { .. } => Command::Redo,
    };
    ctx.allow(&format!("/{}", command.name()), command.spec().role)?;
    match (request, manner) {
        (
            ComposeRequest::Redo {
                draft,
                seen,
                guidance,
            },
            manner,
        ) => {
            let number = drafts::by_id(ctx, draft).await?.number;
            if manner == Manner::Myself {
                return review::ask(ctx, Talk::Edit { number, seen }).await;
            }
            let guidance = guidance.unwrap_or_default();
            review::redo_seen(ctx, number, seen, &guidance).await
        }
        (ComposeRequest::Post { .. }, Manner::Myself) => compose::ask_own(ctx, None).await,
        (ComposeRequest::Reply { post, .. }, Manner::Myself) => {
            compose::ask_own(ctx, Some(post)).await
        }
        (ComposeRequest::Reply { post, guidance, .. }, Manner::Despite) => {
            let despite = true;
            let request = ComposeRequest::Reply {
                post,
                guidance,
                despite,
            };
            compose::request(ctx, request).await
        }
        (request, _) => compose::request(ctx, request).await,
    }
}
