//! Words for one person and one use: an invitation, good for a week, and the code that makes somebody known by another
//! name, good for a quarter of an hour. The store keeps only their hash, and no answer with a word in it.

use std::time::Duration;

use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::content::hex;
use crate::domain::error::UserError;
use crate::domain::names;
use crate::domain::operator::Role;
use crate::store::{Invitation, NewInvitation, R, Tx};

/// How long an invitation is good for.
const INVITES: Duration = Duration::from_hours(7 * 24);
/// How long a code between two chats of one person is good for.
const LINKS: Duration = Duration::from_mins(15);

/// A word that was given out.
pub(super) struct Given {
    pub word: String,
    pub until: jiff::Timestamp,
}

/// The word of an invitation in what stands behind `/start`.
#[must_use]
pub fn word(rest: &str) -> Option<&str> {
    Some(rest.trim()).filter(|word| looks_like_a_word(word))
}

fn looks_like_a_word(text: &str) -> bool {
    text.len() == 33
        && text.starts_with('i')
        && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What may be words of invitations, wherever they stand in a text: also in the address that opens one.
pub fn words_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|part| looks_like_a_word(part))
}

/// What the store knows a word by.
#[must_use]
pub fn digest(word: &str) -> String {
    hex(&Sha256::digest(word.as_bytes()))
}

/// `/member add editor mira`: nobody is named by an id, so whoever opens the link is meant.
pub async fn invite(ctx: &Ctx, role: Role, name: Option<String>) -> Done {
    let mut tx = ctx.begin().await?;
    let given = give(ctx, &mut tx, role, name.as_deref(), false).await?;
    let whom = name
        .as_deref()
        .map_or_else(|| "somebody".to_owned(), words::person);
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("invited {whom} as {}", words::people::article(role)),
    )
    .await?;
    let view = View::text(words::people::invitation(
        &whom,
        role,
        &ctx.now.exactly(given.until),
    ))
    .with(Block::List(ways(ctx, &given.word)));
    ctx.settle_shown_once(tx, view).await
}

/// Where a word can be used.
pub(super) fn ways(ctx: &Ctx, word: &str) -> Vec<String> {
    let mut ways: Vec<String> = ctx
        .frontends
        .iter()
        .filter_map(|frontend| frontend.start_link(word))
        .collect();
    let or = if ways.is_empty() { "" } else { "or " };
    ways.push(format!("{or}in a private chat with me: /start {word}"));
    ways
}

/// Gives out a word; one that `links` takes the place of the person's earlier one.
pub(super) async fn give(
    ctx: &Ctx,
    tx: &mut Tx,
    role: Role,
    name: Option<&str>,
    links: bool,
) -> R<Given> {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    let word = format!("i{}", hex(&bytes));
    let until = tx.now() + if links { LINKS } else { INVITES };
    let new = NewInvitation {
        digest: &digest(&word),
        role,
        name,
        given_by: ctx.operator.id,
        links,
        until,
    };
    tx.add_invitation(ctx.w(), &new).await?;
    Ok(Given { word, until })
}

/// `/member revoke 3`, or the name of the person that is expected.
pub async fn revoke(ctx: &Ctx, rest: &str) -> Done {
    let wanted = rest.trim();
    let mut tx = ctx.begin().await?;
    let open = tx.invitations(ctx.w()).await?;
    let fits = |invitation: &&Invitation| {
        wanted.parse() == Ok(invitation.id.0)
            || invitation
                .name
                .as_deref()
                .is_some_and(|name| names::same(name, wanted))
    };
    let fitting: Vec<&Invitation> = open.iter().filter(fits).collect();
    let [invitation] = fitting[..] else {
        return Err(none_of(wanted, &open).into());
    };
    tx.end_invitation(invitation.id).await?;
    let whom = whom(invitation);
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("revoked the invitation for {whom}"),
    )
    .await?;
    let line = format!("The invitation for {whom} holds no longer.");
    ctx.settle(tx, Answer::line(View::text(line))).await
}

/// Whom an invitation is meant for.
pub(super) fn whom(invitation: &Invitation) -> String {
    invitation
        .name
        .as_deref()
        .map_or_else(|| "somebody".to_owned(), words::person)
}

fn none_of(wanted: &str, open: &[Invitation]) -> UserError {
    if open.is_empty() {
        return UserError::new("No invitation is open.", "/member add ROLE NAME makes one.");
    }
    let what = if wanted.is_empty() {
        "Say which invitation.".to_owned()
    } else {
        format!("{} is no single invitation.", words::quoted(wanted, 40))
    };
    let open: Vec<String> = open
        .iter()
        .map(|invitation| format!("{} for {}", invitation.id, whom(invitation)))
        .collect();
    UserError::new(what, words::there_are(&open))
}

#[cfg(test)]
mod tests {
    use super::{word, words_in};

    #[test]
    fn only_an_invitation_is_taken_for_one() {
        let token = format!("i{}", "0f".repeat(16));
        assert_eq!(word(&format!(" {token} ")), Some(token.as_str()));
        let address = format!("look: https://t.me/lumen_bot?start={token}.");
        assert_eq!(words_in(&address).collect::<Vec<_>>(), [token.as_str()]);
        for other in ["d12", "", "i", "iffff", &format!("d{}", "0f".repeat(16))] {
            assert_eq!(word(other), None, "{other}");
        }
    }
}
