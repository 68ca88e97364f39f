//! `/schedule`: what is coming, and times for drafts and tasks.

use jiff::Timestamp;

use crate::chat::catalogue::{self, Command};
use crate::chat::commands::{ChatError, Ctx, Done, review, tasks};
use crate::chat::dialogue::{Talk, Timed};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::draft::{DraftState, Move, Seen};
use crate::domain::error::UserError;
use crate::domain::ids::DraftNumber;
use crate::domain::schedule::{Schedule, WhenError, speak};
use crate::flow;

/// How many runs the answer shows.
pub const RUNS_SHOWN: usize = 5;

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "draft" => {
            let (number, when) = ctx.numbered(Command::Schedule, rest).await?;
            let seen = ctx.seen(number).await?;
            let what = Timed::Draft { number, seen };
            if when.is_empty() {
                let talk = Talk::When {
                    what,
                    suggestion: None,
                };
                return review::ask(ctx, talk).await;
            }
            timed(ctx, what, when).await
        }
        "task" => {
            let (name, when) = parse::split_argument(rest);
            let what = Timed::Task {
                name: tasks::find(ctx, name).await?.name,
            };
            if when.is_empty() {
                let talk = Talk::When {
                    what,
                    suggestion: None,
                };
                let question = words::talk::ask(&talk);
                return ctx.ask(ctx.begin().await?, talk, question).await;
            }
            timed(ctx, what, when).await
        }
        _ => coming(ctx).await,
    }
}

/// Puts a draft or a task on the time that `phrase` says; asks where it says none.
pub async fn timed(ctx: &Ctx, what: Timed, phrase: &str) -> Done {
    let needed = match what {
        Timed::Draft { .. } => catalogue::SCHEDULE_DRAFT.role,
        Timed::Task { .. } => catalogue::SCHEDULE_TASK.role,
    };
    ctx.allow("/schedule", needed)?;
    if let Timed::Draft { number, seen } = what {
        let mut tx = ctx.begin().await?;
        flow::review::open_to(&mut tx, ctx.w(), number, Some(seen), Move::Schedule).await?;
    }
    let schedule = match Schedule::parse(parse::unquoted(phrase), ctx.now.at, &ctx.house.zone) {
        Ok(schedule) => schedule,
        Err(error) => return unclear(ctx, what, error).await,
    };
    match what {
        Timed::Draft { number, seen } => match schedule {
            Schedule::Once(due) => at(ctx, number, seen, due).await,
            Schedule::Cron(_) => Err(UserError::new(
                format!(
                    "{number} can go out only once; {} repeats.",
                    words::quoted(phrase, 40)
                ),
                "Name one time, such as tomorrow 9am. /task new NAME post TOPIC WHEN writes a new post each time.",
            )
            .into()),
        },
        Timed::Task { name } => tasks::set_times(ctx, &name, schedule).await,
    }
}

/// Says what was not understood. Where something was probably meant, the question stays open.
async fn unclear(ctx: &Ctx, what: Timed, error: WhenError) -> Done {
    let view = View::text(error.to_string());
    let Some(suggestion) = error.suggestion else {
        return Err(error.into());
    };
    let talk = Talk::When {
        what,
        suggestion: Some(suggestion.phrase),
    };
    ctx.ask(
        ctx.begin().await?,
        talk,
        view.with_buttons(words::talk::yes_or_other()),
    )
    .await
}

async fn at(ctx: &Ctx, number: DraftNumber, seen: Seen, due: Timestamp) -> Done {
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = flow::review::schedule(&mut tx, w, number, Some(seen), by, due, cause).await?;
    review::decided(ctx, tx, &draft).await
}

/// Everything that has a time, the next first.
async fn coming(ctx: &Ctx) -> Done {
    const LISTED: u32 = 50;
    let mut rows: Vec<(Timestamp, String)> = Vec::new();
    for draft in ctx
        .store()
        .drafts_in(ctx.w(), &["scheduled"], LISTED)
        .await?
    {
        if let DraftState::Scheduled { due, by, .. } = &draft.state {
            rows.push((
                *due,
                format!(
                    "{} goes out, approved by {}",
                    draft.number,
                    words::person(by)
                ),
            ));
        }
    }
    for task in ctx
        .store()
        .tasks(ctx.w())
        .await?
        .into_iter()
        .filter(|task| !task.paused)
    {
        rows.extend(
            task.next_run_at
                .map(|at| (at, format!("task {} writes", task.name))),
        );
    }
    for source in ctx
        .store()
        .sources(ctx.w())
        .await?
        .into_iter()
        .filter(|source| !source.paused)
    {
        rows.extend(
            source
                .next_run_at
                .map(|at| (at, format!("{} is fetched", source.name()))),
        );
    }
    if rows.is_empty() {
        let advice =
            "/schedule #N WHEN puts a draft on a time, /task new NAME post TOPIC WHEN a task.";
        return ctx
            .say(View::text(format!("Nothing is scheduled. {advice}")))
            .await;
    }
    rows.sort();
    let lines = rows
        .into_iter()
        .map(|(at, what)| format!("{} {what}", ctx.now.moment(at)))
        .collect();
    ctx.say(View::default().with(Block::List(lines))).await
}

/// What was understood: the next runs of a schedule, in the zone people live in.
pub fn understood(ctx: &Ctx, schedule: &Schedule) -> Result<Block, ChatError> {
    let runs = schedule.next_runs(ctx.now.at, &ctx.house.zone, RUNS_SHOWN);
    if runs.is_empty() {
        return Err(UserError::new(
            "That time is over already.",
            "Name one to come, such as tomorrow 9am.",
        )
        .into());
    }
    let runs = runs.into_iter().map(|run| ctx.now.exactly(run));
    Ok(Block::List(
        runs.chain(speak::begins_anew(schedule)).collect(),
    ))
}
