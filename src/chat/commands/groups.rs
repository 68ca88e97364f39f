//! Roles of a chat network that stand for a role here: `/member role @Roasters editor` on Discord. Whoever has one has
//! that role, for as long as they have it; an entry of one's own wins.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::view::View;
use crate::chat::words::people::{article, group as shown};
use crate::domain::error::UserError;
use crate::domain::operator::{Group, Role, Surface};

/// A number shorter than this is no id of Discord's.
const SHORTEST_ID: usize = 15;

/// The Discord role that a word names: a mention, `discord-role:777`, or its id.
#[must_use]
pub fn named(word: &str) -> Option<Group> {
    let mention = || word.strip_prefix("<@&")?.strip_suffix('>');
    let written = || word.strip_prefix("discord-role:");
    let bare = || (word.len() >= SHORTEST_ID).then_some(word);
    let id = mention().or_else(written).or_else(bare)?;
    let is_number = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Group {
        surface: Surface::Discord,
        external_id: id.to_owned(),
    })
}

pub async fn stands_for(ctx: &Ctx, group: &Group, role: Role) -> Done {
    if role == Role::Owner {
        return Err(UserError::new(
            "A Discord role can stand for editor, reviewer or viewer.",
            "Whoever gives out roles there could make themselves an owner. Owners are added by name.",
        )
        .into());
    }
    let mut tx = ctx.begin().await?;
    tx.set_group_role(ctx.w(), group, Some(role)).await?;
    let name = shown(group);
    let log = format!("made whoever has {name} {}", article(role));
    tx.log(ctx.w(), &ctx.operator.name, &log).await?;
    let line = format!(
        "Whoever has {name} is {} here, for as long as they have it. /member remove {name} ends that.",
        article(role)
    );
    ctx.settle(tx, Answer::line(View::text(line))).await
}

pub async fn remove(ctx: &Ctx, group: &Group) -> Done {
    let name = shown(group);
    let mut tx = ctx.begin().await?;
    if !tx.set_group_role(ctx.w(), group, None).await? {
        return Err(UserError::new(
            format!("{name} stands for no role here."),
            "/member lists those that do.",
        )
        .into());
    }
    let log = format!("let {name} stand for nothing");
    tx.log(ctx.w(), &ctx.operator.name, &log).await?;
    let line = format!("{name} stands for no role any more.");
    ctx.settle(tx, Answer::line(View::text(line))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_by_mention_or_number() {
        for word in ["<@&777>", "discord-role:777"] {
            assert_eq!(named(word).unwrap().external_id, "777", "{word}");
        }
        assert_eq!(
            named("123456789012345678").unwrap().external_id,
            "123456789012345678"
        );
        for word in [
            "",
            "@mira",
            "777",
            "<@777>",
            "<@&>",
            "discord:777",
            "<@&7x>",
        ] {
            assert_eq!(named(word), None, "{word}");
        }
    }
}
