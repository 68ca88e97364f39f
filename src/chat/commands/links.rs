//! `/member link` and `/member unlink`: one person under several names. The code is used at the door, in
//! `chat/control_room/doors.rs`.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, invitations};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::chat::words::people;
use crate::domain::error::UserError;
use crate::domain::names;
use crate::domain::operator::{Identity, Surface};
use crate::store::Tx;

/// `/member link`: a code for the person's other chat. What stands behind it is none: a code is looked at before anything else.
pub async fn link(ctx: &Ctx, rest: &str) -> Done {
    let rest = rest.trim();
    if rest.is_empty() {
        return give(ctx).await;
    }
    Err(UserError::new(
        format!("{} is no code.", words::quoted(rest, 40)),
        "/member link, typed in your other chat, makes one.",
    )
    .into())
}

async fn give(ctx: &Ctx) -> Done {
    if !ctx.unseen {
        return Err(UserError::new(
            "I give out a code in a private chat with me only.",
            "Whoever has it becomes you.",
        )
        .into());
    }
    let mut tx = ctx.begin().await?;
    own_names(ctx, &mut tx).await?;
    let operator = &ctx.operator;
    let given = invitations::give(ctx, &mut tx, operator.role, None, true).await?;
    let until = ctx.now.exactly(given.until);
    let view = View {
        private: true,
        ..View::text(people::link_code(&until))
    }
    .with(Block::List(invitations::ways(ctx, &given.word)))
    .with(Block::Note(people::link_advice(&given.word)));
    ctx.settle_shown_once(tx, view).await
}

/// `/member unlink`: the person is not known by one of their names any more; where none is said, by the one they use now.
pub async fn unlink(ctx: &Ctx, rest: &str) -> Done {
    let mut tx = ctx.begin().await?;
    let names = own_names(ctx, &mut tx).await?;
    let wanted = parse::split_word(rest).0.to_lowercase();
    let fitting: Vec<&Identity> = match wanted.as_str() {
        "" => names.iter().filter(|name| **name == ctx.sender).collect(),
        word => names
            .iter()
            .filter(|name| {
                names::same(&people::identity(name), word)
                    || Surface::from_name(word) == Some(name.surface)
            })
            .collect(),
    };
    let all: Vec<String> = names.iter().map(people::identity).collect();
    let [gone] = fitting[..] else {
        return Err(UserError::new(
            format!("{} is no single name of yours.", words::quoted(rest, 40)),
            words::there_are(&all),
        )
        .into());
    };
    let left: Vec<String> = names
        .iter()
        .filter(|name| *name != gone)
        .map(people::identity)
        .collect();
    if left.is_empty() {
        return Err(UserError::new(
            "I know you by this name only.",
            "/member link makes you known in another chat.",
        )
        .into());
    }
    let gone = gone.clone();
    tx.unlink(&gone).await?;
    let name = people::identity(&gone);
    tx.log(ctx.w(), &ctx.operator.name, &format!("is {name} no longer"))
        .await?;
    let line = format!(
        "{name} has no role any more; you are {} as {}.",
        words::person(&ctx.operator.name),
        words::listed(&left)
    );
    ctx.settle(tx, Answer::line(View::text(line))).await
}

/// The names that the person is known by.
///
/// # Errors
/// When they have no entry of their own.
async fn own_names(ctx: &Ctx, tx: &mut Tx) -> Result<Vec<Identity>, ChatError> {
    match tx.operator(ctx.operator.id).await? {
        Some((_, names)) => Ok(names),
        None => Err(UserError::new(
            "You are here by a role of your chat, which holds there only.",
            format!(
                "An owner makes you known by name: /member add {} {}.",
                people::identity(&ctx.sender),
                ctx.operator.role.name()
            ),
        )
        .into()),
    }
}
