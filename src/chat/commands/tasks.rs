//! `/task`: what is written again and again.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, compose, deleted_tasks, schedule};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::domain::schedule::{Schedule, speak, split_trailing};
use crate::domain::task::{MissedRun, Task, TaskKind};
use crate::flow::compose::ComposeRequest;
use crate::store::NewTask;

/// The one-line form, said wherever a part of it is missing.
const ONE_LINE: &str = "/task new NAME post TOPIC WHEN, such as: /task new morning post what is on the roaster today every weekday at 9";
/// Names are typed, and stand on cards.
const LONGEST_NAME: usize = 32;

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "new" => new(ctx, rest).await,
        "show" => show(ctx, rest).await,
        "edit" => edit(ctx, rest).await,
        "run" => run_now(ctx, rest).await,
        "pause" => pause(ctx, rest, true).await,
        "resume" => pause(ctx, rest, false).await,
        "delete" => deleted_tasks::delete(ctx, rest).await,
        _ => list(ctx).await,
    }
}

async fn list(ctx: &Ctx) -> Done {
    let tasks = ctx.store().tasks(ctx.w()).await?;
    if tasks.is_empty() {
        return ctx
            .say(View::text(format!("There are no tasks. {ONE_LINE}")))
            .await;
    }
    let rows = tasks
        .iter()
        .map(|task| {
            vec![
                task.name.clone(),
                next(ctx, task),
                shortened(&task.topic, 60),
            ]
        })
        .collect();
    let head = ["task", "next", "topic"].map(str::to_owned).to_vec();
    ctx.say(View::default().with(Block::Table { head, rows }))
        .await
}

fn next(ctx: &Ctx, task: &Task) -> String {
    match (task.paused, task.next_run_at) {
        (true, _) => "paused".to_owned(),
        (false, Some(at)) => ctx.now.moment(at),
        (false, None) => "no time".to_owned(),
    }
}

/// The task of this name.
///
/// # Errors
/// When there is none: with the names there are.
pub async fn find(ctx: &Ctx, name: &str) -> Result<Task, ChatError> {
    let wanted = parse::unquoted(name).to_lowercase();
    if !wanted.is_empty()
        && let Some(task) = ctx.store().task_named(ctx.w(), &wanted).await?
    {
        return Ok(task);
    }
    let names: Vec<String> = ctx
        .store()
        .tasks(ctx.w())
        .await?
        .into_iter()
        .map(|task| task.name)
        .collect();
    let what = if wanted.is_empty() {
        "Which task?".to_owned()
    } else {
        format!("There is no task {}.", words::quoted(&wanted, 40))
    };
    let advice = match parse::nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean {near}?"),
        None if names.is_empty() => format!("There are none yet. {ONE_LINE}"),
        None => words::there_are(&names),
    };
    Err(UserError::new(what, advice).into())
}

async fn new(ctx: &Ctx, rest: &str) -> Done {
    let (name, rest) = parse::split_argument(rest);
    let (kind, rest) = parse::split_word(rest);
    let name = name.to_lowercase();
    named_well(&name)?;
    match TaskKind::from_name(&kind.to_lowercase()) {
        Some(TaskKind::Post) => {}
        Some(kind) => {
            let what = format!("A task of the kind {} cannot be made yet.", kind.name());
            return Err(UserError::new(what, format!("One that posts can: {ONE_LINE}")).into());
        }
        None => {
            return Err(UserError::new("Say what the task makes.", ONE_LINE).into());
        }
    }
    let (topic, schedule) = topic_and_time(ctx, rest)?;
    compose::within("topic", &topic)?;
    if ctx.store().task_named(ctx.w(), &name).await?.is_some() {
        let advice = format!("/task edit {name} TOPIC and /schedule {name} WHEN change it.");
        return Err(UserError::new(format!("There is a task {name} already."), advice).into());
    }
    let runs = schedule::understood(ctx, &schedule)?;
    let next_run_at = schedule.next_after(ctx.now.at, &ctx.house.zone);
    let mut tx = ctx.begin().await?;
    let missed = MissedRun::default();
    let task = NewTask {
        name,
        kind: TaskKind::Post,
        topic,
        schedule: Some(schedule),
        missed,
        next_run_at,
    };
    tx.add_task(ctx.w(), &task).await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("made task {}", task.name),
    )
    .await?;
    let view = View::text(format!(
        "Task {} writes about {}. Next:",
        task.name,
        words::quoted(&task.topic, 80)
    ))
    .with(runs);
    ctx.settle(tx, Answer::line(view)).await
}

fn named_well(name: &str) -> Result<(), UserError> {
    /// The second words of `/schedule`: a task of that name could not be scheduled.
    const TAKEN: [&str; 3] = ["list", "draft", "task"];
    if name.is_empty() {
        return Err(UserError::new(
            "A task needs a name, what it makes, a topic and a time.",
            ONE_LINE,
        ));
    }
    let fits = name.chars().count() <= LONGEST_NAME
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
        && !name.chars().all(|letter| letter.is_ascii_digit());
    if fits && !TAKEN.contains(&name) {
        return Ok(());
    }
    Err(UserError::new(
        format!("{} cannot be a task's name.", words::quoted(name, 40)),
        format!("Take one word of letters, digits and dashes, up to {LONGEST_NAME}."),
    ))
}

/// Tells the topic from the time that ends the line. Quotes around the topic settle it.
fn topic_and_time(ctx: &Ctx, rest: &str) -> Result<(String, Schedule), ChatError> {
    if rest.trim().is_empty() {
        return Err(UserError::new("Say what the task writes about, and when.", ONE_LINE).into());
    }
    let (argument, after) = parse::split_argument(rest);
    // A split argument that is not simply the first word stood in quotes.
    let in_quotes = !after.is_empty() && !rest.trim_start().starts_with(argument);
    let (topic, schedule) = if in_quotes {
        (
            argument.trim().to_owned(),
            Schedule::parse(after, ctx.now.at, &ctx.house.zone)?,
        )
    } else {
        split_trailing(rest, ctx.now.at, &ctx.house.zone)?
            .map(|(topic, schedule)| (parse::unquoted(&topic).trim().to_owned(), schedule))
            .ok_or_else(|| UserError::new("It does not end with a time.", ONE_LINE))?
    };
    if topic.is_empty() {
        return Err(UserError::new("Say what to write about.", ONE_LINE).into());
    }
    Ok((topic, schedule))
}

async fn show(ctx: &Ctx, rest: &str) -> Done {
    let task = find(ctx, rest).await?;
    let state = if task.paused { " · paused" } else { "" };
    let last = task
        .last_run_at
        .map(|at| format!(" · last {}", ctx.now.moment(at)))
        .unwrap_or_default();
    let mut view = View::default()
        .with(Block::Title(format!(
            "{} · {}{state}{last}",
            task.name,
            task.kind.name()
        )))
        .with(Block::Text(task.topic.clone()));
    if let Some(schedule) = &task.schedule {
        if schedule.is_recurring() {
            let times = speak::in_words(schedule, ctx.now.at, &ctx.house.zone);
            view = view.with(Block::Note(format!("{times}, {}", ctx.now.place())));
        }
        if let Ok(runs) = schedule::understood(ctx, schedule) {
            view = view.with(runs);
        }
    }
    ctx.say(view).await
}

async fn edit(ctx: &Ctx, rest: &str) -> Done {
    let (name, words) = parse::split_argument(rest);
    let mut task = find(ctx, name).await?;
    let topic = parse::unquoted(words).trim();
    if topic == words.trim()
        && let Some(schedule) = only_a_time(ctx, &task, topic)?
    {
        return set_times(ctx, &task.name, schedule).await;
    }
    if topic.is_empty() {
        let advice = format!(
            "/task edit {0} TOPIC; /schedule {0} WHEN changes its times.",
            task.name
        );
        return Err(UserError::new("Say what to write about.", advice).into());
    }
    compose::within("topic", topic)?;
    task.topic = topic.to_owned();
    let line = format!(
        "Task {} writes about {} now.",
        task.name,
        words::quoted(&task.topic, 80)
    );
    change(
        ctx,
        &task,
        &format!("changed the topic of task {}", task.name),
        View::text(line),
    )
    .await
}

/// What the new words of a task say when they are a time and nothing else: a topic of that kind stands in quotes.
fn only_a_time(ctx: &Ctx, task: &Task, words: &str) -> Result<Option<Schedule>, ChatError> {
    let (now, zone) = (ctx.now.at, &ctx.house.zone);
    let whole = Schedule::parse(words, now, zone);
    match split_trailing(words, now, zone) {
        Ok(Some((topic, schedule))) if topic.is_empty() => return Ok(Some(schedule)),
        Err(error) if whole.as_ref() == Err(&error) => return Err(error.into()),
        _ if whole.is_err() => return Ok(None),
        _ => {}
    }
    let name = &task.name;
    Err(UserError::new(
        format!(
            "{} is a time, but not on which days.",
            words::quoted(words, 40)
        ),
        format!(
            "/task edit {name} every weekday at 9 changes the times; a topic goes into quotes."
        ),
    )
    .into())
}

async fn run_now(ctx: &Ctx, rest: &str) -> Done {
    let task = find(ctx, rest).await?;
    let request = ComposeRequest::Post {
        topic: task.topic.clone(),
    };
    let (room, cause, key) = (
        Some(ctx.room.id),
        Some(ctx.inbox),
        format!("asked:{}", ctx.inbox),
    );
    let mut tx = ctx.begin().await?;
    crate::flow::compose::request(
        &mut tx,
        ctx.w(),
        &request,
        &ctx.operator.name,
        Some(task.id),
        room,
        cause,
        &key,
    )
    .await?;
    ctx.settle(tx, Answer::Silent).await
}

async fn pause(ctx: &Ctx, rest: &str, paused: bool) -> Done {
    let mut task = find(ctx, rest).await?;
    if task.paused == paused {
        let word = if paused {
            "paused already"
        } else {
            "not paused"
        };
        return ctx
            .say(View::text(format!("Task {} is {word}.", task.name)))
            .await;
    }
    task.paused = paused;
    // What was missed while it was held is not made up for.
    task.next_run_at = task
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(ctx.now.at, &ctx.house.zone));
    let line = match (paused, task.next_run_at) {
        (true, _) => format!(
            "Task {} is paused. /task resume {} lets it run again.",
            task.name, task.name
        ),
        (false, Some(at)) => format!("Task {} runs again: {}.", task.name, ctx.now.moment(at)),
        (false, None) => format!(
            "Task {} runs again, but has no time. /schedule {} WHEN gives it one.",
            task.name, task.name
        ),
    };
    let verb = if paused { "paused" } else { "resumed" };
    change(
        ctx,
        &task,
        &format!("{verb} task {}", task.name),
        View::text(line),
    )
    .await
}

/// Gives a task its times.
pub async fn set_times(ctx: &Ctx, name: &str, schedule: Schedule) -> Done {
    let mut task = find(ctx, name).await?;
    let runs = schedule::understood(ctx, &schedule)?;
    task.next_run_at = schedule.next_after(ctx.now.at, &ctx.house.zone);
    task.schedule = Some(schedule);
    let paused = if task.paused {
        " It is paused; /task resume lets it run."
    } else {
        ""
    };
    let view = View::text(format!("Task {} runs:{paused}", task.name)).with(runs);
    change(
        ctx,
        &task,
        &format!("set the times of task {}", task.name),
        view,
    )
    .await
}

async fn change(ctx: &Ctx, task: &Task, log: &str, view: View) -> Done {
    let mut tx = ctx.begin().await?;
    tx.update_task(task).await?;
    tx.log(ctx.w(), &ctx.operator.name, log).await?;
    ctx.settle(tx, Answer::line(view)).await
}
