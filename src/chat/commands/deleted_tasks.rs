//! `/task delete`, and its way back.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done, tasks};
use crate::chat::press::Press;
use crate::chat::view::{Button, View};
use crate::domain::error::UserError;
use crate::domain::ids::TaskId;
use crate::domain::operator::Role;

pub async fn delete(ctx: &Ctx, rest: &str) -> Done {
    let task = tasks::find(ctx, rest).await?;
    let mut tx = ctx.begin().await?;
    tx.delete_task(task.id).await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("deleted task {}", task.name),
    )
    .await?;
    let undo = Button {
        label: "Undo".to_owned(),
        press: Press::UndeleteTask(task.id).code(),
    };
    let view = View::text(format!("Task {} is gone. Its drafts stay.", task.name))
        .with_buttons(vec![undo]);
    ctx.settle(tx, Answer::line(view)).await
}

/// `Undo` under a deleted task. What was missed meanwhile is not made up for.
pub async fn undelete(ctx: &Ctx, id: TaskId) -> Done {
    ctx.allow("/task delete", Role::Editor)?;
    let mut tx = ctx.begin().await?;
    let task = tx
        .task(id)
        .await?
        .ok_or_else(|| UserError::new("That task is gone for good.", "/task new makes another."))?;
    if tx.task_name_taken(ctx.w(), &task.name, id).await? {
        let advice = format!("/task delete {} first, then press Undo again.", task.name);
        let what = format!("There is another task {} now.", task.name);
        return Err(UserError::new(what, advice).into());
    }
    let next = task
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(ctx.now.at, &ctx.house.zone));
    let line = if tx.undelete_task(id, next).await? {
        let log = format!("brought task {} back", task.name);
        tx.log(ctx.w(), &ctx.operator.name, &log).await?;
        let next = next.filter(|_| !task.paused);
        let next = next.map_or_else(String::new, |at| format!(" Next: {}.", ctx.now.moment(at)));
        format!("Task {} is back.{next}", task.name)
    } else {
        format!("Task {} is there.", task.name)
    };
    let answer = Answer::Line {
        view: View::text(line),
        replaces: ctx.pressed.clone(),
    };
    ctx.settle(tx, answer).await
}
