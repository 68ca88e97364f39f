//! Words for one person and one use: an invitation, good for a week, and the code that makes somebody known by another
//! name, good for a quarter of an hour. The workspace keeps only their hash.

use std::time::Duration;

use jiff::Timestamp;
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done};
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::content::hex;
use crate::domain::ids::{OperatorId, WorkspaceId};
use crate::domain::operator::Role;
use crate::store::{R, Tx};

/// How long an invitation is good for.
const INVITES: Duration = Duration::from_hours(7 * 24);
/// How long a code between two chats of one person is good for.
const LINKS: Duration = Duration::from_mins(15);
/// So many may be open at once; the oldest give way.
const MOST_OPEN: usize = 50;
/// Where the workspace's settings keep them.
const KEY: &str = "invitations";

/// Somebody is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    digest: String,
    until: Timestamp,
    pub role: Role,
    /// What they will be called; as their chat calls them where nothing was said.
    pub name: Option<String>,
    /// Who invited them.
    pub by: String,
    /// Nobody new is expected, but this person under another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<OperatorId>,
}

/// A word that was given out.
pub(super) struct Given {
    pub word: String,
    pub until: Timestamp,
}

/// The word of an invitation in what stands behind `/start`.
#[must_use]
pub fn word(rest: &str) -> Option<&str> {
    let word = rest.trim();
    let looks_so = word.len() == 33
        && word.starts_with('i')
        && word[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
    looks_so.then_some(word)
}

fn digest(word: &str) -> String {
    hex(&Sha256::digest(word.as_bytes()))
}

async fn open(tx: &mut Tx, w: WorkspaceId) -> R<Vec<Invitation>> {
    let now = tx.now();
    let settings = tx.workspace(w).await?.settings;
    // One that this version cannot read is from another one; it is not honoured.
    let mut all: Vec<Invitation> = settings
        .get(KEY)
        .and_then(|list| serde_json::from_value(list.clone()).ok())
        .unwrap_or_default();
    all.retain(|invitation| invitation.until > now);
    Ok(all)
}

async fn keep(tx: &mut Tx, w: WorkspaceId, all: &[Invitation]) -> R<()> {
    let mut settings = tx.workspace(w).await?.settings;
    if !settings.is_object() {
        settings = json!({});
    }
    settings[KEY] = json!(all);
    tx.set_settings(w, &settings).await
}

/// Uses an invitation up, in the change that lets the person in.
pub async fn take(tx: &mut Tx, w: WorkspaceId, word: &str) -> R<Option<Invitation>> {
    let mut all = open(tx, w).await?;
    let wanted = digest(word);
    let Some(at) = all.iter().position(|known| known.digest == wanted) else {
        return Ok(None);
    };
    let invitation = all.remove(at);
    keep(tx, w, &all).await?;
    Ok(Some(invitation))
}

/// `/member add editor mira`: nobody is named by an id, so whoever opens the link is meant.
pub async fn invite(ctx: &Ctx, role: Role, name: Option<String>) -> Done {
    let mut tx = ctx.begin().await?;
    let given = give(ctx, &mut tx, role, name.clone(), None).await?;
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
    ctx.settle(tx, Answer::line(view)).await
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

/// Gives out a word, in place of an earlier one that `links` the same person.
pub(super) async fn give(
    ctx: &Ctx,
    tx: &mut Tx,
    role: Role,
    name: Option<String>,
    links: Option<OperatorId>,
) -> R<Given> {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    let word = format!("i{}", hex(&bytes));
    let mut all = open(tx, ctx.w()).await?;
    all.retain(|known| links.is_none() || known.links != links);
    let until = tx.now() + if links.is_some() { LINKS } else { INVITES };
    all.push(Invitation {
        digest: digest(&word),
        until,
        role,
        name,
        by: ctx.operator.name.clone(),
        links,
    });
    let surplus = all.len().saturating_sub(MOST_OPEN);
    all.drain(..surplus);
    keep(tx, ctx.w(), &all).await?;
    Ok(Given { word, until })
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn only_an_invitation_is_taken_for_one() {
        let token = format!("i{}", "0f".repeat(16));
        assert_eq!(word(&format!(" {token} ")), Some(token.as_str()));
        for other in ["d12", "", "i", "iffff", &format!("d{}", "0f".repeat(16))] {
            assert_eq!(word(other), None, "{other}");
        }
    }
}
