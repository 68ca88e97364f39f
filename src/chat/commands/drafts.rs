//! `/queue`, `/show`, `/why`: drafts to look at.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done, posts, versions};
use crate::chat::view::{Block, View};
use crate::chat::why::Why;
use crate::chat::words;
use crate::domain::draft::{Draft, DraftState, Purpose, Revision, Writer};
use crate::domain::error::UserError;
use crate::domain::ids::{DraftId, DraftNumber};
use crate::domain::post::Post;
use crate::flow::in_progress::{InProgress, Making};
use crate::flow::review::{self, ReviewError};
use crate::store::StoreError;

/// The states of drafts that still want something, in the order of the list.
const OPEN: [&str; 8] = [
    "overdue",
    "waiting",
    "scheduled",
    "approved",
    "publishing",
    "partly",
    "unknown",
    "failed",
];
/// More than these nobody reads in one message.
const LISTED: u32 = 50;

pub async fn queue(ctx: &Ctx) -> Done {
    let works = ctx.in_progress().await?;
    let mut drafts = ctx.store().drafts_in(ctx.w(), &OPEN, LISTED + 1).await?;
    let more = drafts.len() > LISTED as usize;
    drafts.truncate(LISTED as usize);
    if drafts.is_empty() && works.is_empty() {
        return ctx
            .say(View::text("Nothing waits. /draft TOPIC makes a post."))
            .await;
    }
    let place = |draft: &Draft| OPEN.iter().position(|word| *word == draft.state.word());
    drafts.sort_by_key(|draft| (place(draft), draft.number));
    let mut lines = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        let revision = current(ctx, draft).await?;
        let line = words::draft::line(draft, &revision, &ctx.now);
        let work = works.iter().find(|work| work.number == draft.number);
        lines.push(words::draft::with_work(
            &line,
            work.map(|work| &work.making),
        ));
    }
    for work in &works {
        lines.extend(unwritten(ctx, work).await?);
    }
    let mut view = View::default().with(Block::List(lines));
    if more {
        view = view.with(Block::Note(format!(
            "There are more; these are the first {LISTED}."
        )));
    }
    ctx.say(view).await
}

/// The line of a draft whose first version is being written.
async fn unwritten(ctx: &Ctx, work: &InProgress) -> Result<Option<String>, ChatError> {
    let Making::Draft(purpose) = &work.making else {
        return Ok(None);
    };
    let answered = match purpose {
        Purpose::Reply { post, .. } => ctx.store().post(*post).await?,
        Purpose::Post { .. } => None,
    };
    let line = words::draft::unwritten(work.number, purpose, answered.as_ref());
    Ok(Some(line))
}

pub async fn show(ctx: &Ctx, rest: &str) -> Done {
    if let Some(post) = posts::named(ctx, rest).await? {
        return posts::card(ctx, &post).await;
    }
    let (number, version) = ctx.numbered(Command::Show, rest).await?;
    if version.is_empty() {
        return shown(ctx, number).await;
    }
    versions::show(ctx, number, version).await
}

/// The card as a new message; a draft that has expired comes back.
pub async fn shown(ctx: &Ctx, number: DraftNumber) -> Done {
    let draft = find(ctx, number).await?;
    // Only who may decide about a draft brings one back; for the others it is a look.
    let comes_back = matches!(draft.state, DraftState::Expired { .. })
        && ctx.allow("", Command::Approve.spec().role).is_ok();
    let tx = if comes_back {
        let mut tx = ctx.begin().await?;
        review::revive(&mut tx, ctx.w(), number, &ctx.operator, Some(ctx.inbox)).await?;
        tx
    } else {
        ctx.store().begin_lightly().await?
    };
    ctx.settle(
        tx,
        Answer::Card {
            draft: draft.id,
            fresh: true,
            asked: None,
            line: None,
        },
    )
    .await
}

pub async fn why(ctx: &Ctx, rest: &str) -> Done {
    let (number, rest) = ctx.numbered(Command::Why, rest).await?;
    explained(ctx, number, rest.trim().eq_ignore_ascii_case("all")).await
}

pub async fn explained(ctx: &Ctx, number: DraftNumber, all: bool) -> Done {
    let draft = find(ctx, number).await?;
    let revision = current(ctx, &draft).await?;
    let task = match draft.task {
        Some(id) => ctx.store().task(id).await?.map(|task| task.name),
        None => None,
    };
    let answered = answered(ctx, &draft).await?;
    let first = ctx.store().revision(draft.id, 1).await?;
    let own_of = first.and_then(|first| match first.writer {
        Writer::Person { name } => Some(name),
        Writer::Model { .. } => None,
    });
    let why = Why {
        own_of: own_of.as_deref(),
        draft: &draft,
        revision: &revision,
        task: task.as_deref(),
        answered: answered.as_ref(),
        all,
        now: &ctx.now,
    };
    ctx.say(why.view()).await
}

/// The draft of this number.
///
/// # Errors
/// When there is none: with the numbers that wait instead.
pub async fn find(ctx: &Ctx, number: DraftNumber) -> Result<Draft, ChatError> {
    match ctx.store().draft_numbered(ctx.w(), number).await? {
        Some(draft) => Ok(draft),
        None if ctx.is_being_written(number).await? => {
            Err(ReviewError::BeingWritten { number }.into())
        }
        None => Err(words::errors::missing(number, &ctx.waiting().await?).into()),
    }
}

/// The draft with this id.
///
/// # Errors
/// When it is gone.
pub async fn by_id(ctx: &Ctx, id: DraftId) -> Result<Draft, ChatError> {
    let draft = ctx.store().draft(id).await?;
    draft.ok_or_else(|| UserError::new("That draft is gone.", "/draft TOPIC makes one.").into())
}

pub(super) async fn current(ctx: &Ctx, draft: &Draft) -> Result<Revision, ChatError> {
    let revision = ctx.store().revision(draft.id, draft.revision).await?;
    revision.ok_or_else(|| missing_revision(draft).into())
}

fn missing_revision(draft: &Draft) -> StoreError {
    StoreError::Impossible {
        table: "draft_revisions",
        id: draft.id.to_string(),
        why: format!("revision {} is missing", draft.revision),
    }
}

async fn answered(ctx: &Ctx, draft: &Draft) -> Result<Option<Post>, ChatError> {
    Ok(match draft.purpose {
        Purpose::Reply { post, .. } => ctx.store().post(post).await?,
        Purpose::Post { .. } => None,
    })
}
