//! `/member`: people and what they may do.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, groups, invitations, links};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::chat::words::people::{self, article, identity as shown};
use crate::domain::error::UserError;
use crate::domain::names;
use crate::domain::operator::{Identity, Operator, Role, Surface};
use crate::store::Tx;

type Member = (Operator, Vec<Identity>);

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "add" => add(ctx, rest).await,
        "role" => role(ctx, rest).await,
        "remove" => remove(ctx, rest).await,
        "link" => links::link(ctx, rest).await,
        "unlink" => links::unlink(ctx, rest).await,
        "revoke" => invitations::revoke(ctx, rest).await,
        _ => list(ctx).await,
    }
}

async fn list(ctx: &Ctx) -> Done {
    let members = ctx.store().operators(ctx.w()).await?;
    let groups = ctx.store().group_roles(ctx.w()).await?;
    let invitations = ctx.store().invitations(ctx.w()).await?;
    let rows = members.iter().map(|(operator, identities)| {
        let identities: Vec<String> = identities.iter().map(shown).collect();
        vec![
            words::person(&operator.name),
            operator.role.name().to_owned(),
            identities.join(", "),
        ]
    });
    let groups = groups.iter().map(|(group, role)| {
        vec![
            people::group(group),
            role.name().to_owned(),
            people::whoever_has(group),
        ]
    });
    let invited = invitations.iter().map(|invitation| {
        vec![
            invitations::whom(invitation),
            invitation.role.name().to_owned(),
            people::open_invitation(
                invitation.id,
                &invitation.by,
                &ctx.now.exactly(invitation.until),
            ),
        ]
    });
    let head = ["member", "role", "known as"].map(str::to_owned).to_vec();
    ctx.say(View::default().with(Block::Table {
        head,
        rows: rows.chain(groups).chain(invited).collect(),
    }))
    .await
}

fn identity(text: &str) -> Result<Identity, UserError> {
    let parts = text
        .split_once(':')
        .and_then(|(surface, id)| Some((Surface::from_name(&surface.to_lowercase())?, id)));
    // Names can change hands; numbers do not. Whoever sits at the terminal is known without.
    let number =
        |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    match parts {
        Some((surface, id)) if surface != Surface::Terminal && number(id) => Ok(Identity {
            surface,
            external_id: id.to_owned(),
        }),
        _ => {
            let what = if text.is_empty() {
                "Say who.".to_owned()
            } else {
                format!("{} is not an identity.", words::quoted(text, 40))
            };
            let advice = "Write the chat, telegram or discord, and the person's number there: /member add telegram:12345 editor mira.";
            Err(UserError::new(what, advice))
        }
    }
}

fn role_named(word: &str) -> Result<Role, UserError> {
    Role::from_name(&word.to_lowercase()).ok_or_else(|| {
        let what = if word.is_empty() {
            "Say which role.".to_owned()
        } else {
            format!("I do not know the role {}.", words::quoted(word, 30))
        };
        UserError::new(
            what,
            format!(
                "There are {}.",
                words::listed(&Role::ALL.map(|role| role.name().to_owned()))
            ),
        )
    })
}

/// `/claim`: typed in private it is looked at before anything else; here it was not.
pub fn claim(ctx: &Ctx) -> Done {
    if ctx.operator.role == Role::Owner {
        let what = "You are an owner already.";
        return Err(UserError::new(what, "/member add lets others in.").into());
    }
    Err(UserError::new(
        "A code is taken in a private chat with me only.",
        "Nobody else should read it.",
    )
    .into())
}

async fn add(ctx: &Ctx, rest: &str) -> Done {
    let (who, rest) = parse::split_word(rest);
    if let Some(role) = Role::from_name(&who.to_lowercase()) {
        let name = parse::unquoted(rest).trim_start_matches('@');
        let name = Some(crate::domain::error::shortened(name, 40)).filter(|name| !name.is_empty());
        return invitations::invite(ctx, role, name).await;
    }
    let (role, name) = parse::split_word(rest);
    let identity = identity(who)?;
    let role = role_named(role)?;
    let mut tx = ctx.begin().await?;
    let known = tx.operator_of(&identity).await?;
    if let Some(known) = &known {
        still_an_owner(ctx, &mut tx, known, role).await?;
    }
    let given = parse::unquoted(name).trim_start_matches('@');
    let name = match (given, &known) {
        ("", Some(known)) => known.name.clone(),
        ("", None) => identity.to_string(),
        (given, _) => crate::domain::error::shortened(given, 40),
    };
    let operator = tx.add_operator(ctx.w(), &name, role, &identity).await?;
    let line = format!(
        "{} is {} now.",
        words::person(&operator.name),
        article(role)
    );
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("made {} {}", words::person(&operator.name), article(role)),
    )
    .await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
}

async fn role(ctx: &Ctx, rest: &str) -> Done {
    let (who, rest) = parse::split_word(rest);
    if let Some(group) = groups::named(who) {
        let role = role_named(parse::split_word(rest).0)?;
        return groups::stands_for(ctx, &group, role).await;
    }
    let found = find(ctx, who).await?;
    let role = role_named(parse::split_word(rest).0)?;
    let mut tx = ctx.begin().await?;
    let member = still_here(&mut tx, &found).await?;
    still_an_owner(ctx, &mut tx, &member, role).await?;
    tx.set_role(member.id, role).await?;
    let name = words::person(&member.name);
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("made {name} {}", article(role)),
    )
    .await?;
    ctx.settle(
        tx,
        Answer::line(View::text(format!("{name} is {} now.", article(role)))),
    )
    .await
}

async fn remove(ctx: &Ctx, rest: &str) -> Done {
    let who = parse::split_word(rest).0;
    if let Some(group) = groups::named(who) {
        return groups::remove(ctx, &group).await;
    }
    let found = find(ctx, who).await?;
    let mut tx = ctx.begin().await?;
    let member = still_here(&mut tx, &found).await?;
    still_an_owner(ctx, &mut tx, &member, Role::Viewer).await?;
    tx.remove_operator(member.id).await?;
    let name = words::person(&member.name);
    tx.log(ctx.w(), &ctx.operator.name, &format!("removed {name}"))
        .await?;
    ctx.settle(
        tx,
        Answer::line(View::text(format!("{name} has no role any more."))),
    )
    .await
}

/// The member of this name or identity.
async fn find(ctx: &Ctx, who: &str) -> Result<Operator, ChatError> {
    let members = ctx.store().operators(ctx.w()).await?;
    let fits = |(operator, identities): &&Member| {
        names::same(&operator.name, who)
            || identities
                .iter()
                .any(|identity| names::same(&shown(identity), who))
    };
    let fitting: Vec<&Member> = members.iter().filter(fits).collect();
    match fitting[..] {
        [(operator, _)] => Ok(operator.clone()),
        [] => {
            let names: Vec<String> = members
                .iter()
                .map(|(operator, _)| words::person(&operator.name))
                .collect();
            let what = if who.trim().is_empty() {
                "Who?".to_owned()
            } else {
                format!("Nobody here is {}.", words::quoted(who, 40))
            };
            Err(UserError::new(what, words::there_are(&names)).into())
        }
        _ => {
            let what = format!("Several people are called {}.", words::quoted(who, 40));
            Err(UserError::new(
                what,
                "Name the identity, such as telegram:12345; /member lists them.",
            )
            .into())
        }
    }
}

/// The member as they are in this change.
async fn still_here(tx: &mut Tx, found: &Operator) -> Result<Operator, ChatError> {
    let member = tx.operator(found.id).await?;
    member.map(|(member, _)| member).ok_or_else(|| {
        let what = format!("{} is no member any more.", words::person(&found.name));
        UserError::new(what, "/member lists who is.").into()
    })
}

/// Somebody must be left who can let people in.
async fn still_an_owner(
    ctx: &Ctx,
    tx: &mut Tx,
    changed: &Operator,
    to: Role,
) -> Result<(), ChatError> {
    let loses = changed.role == Role::Owner && to != Role::Owner;
    if !loses || tx.has_other_owner(ctx.w(), changed.id).await? {
        return Ok(());
    }
    let what = format!("{} is the only owner.", words::person(&changed.name));
    Err(UserError::new(what, "Make somebody else an owner first.").into())
}
