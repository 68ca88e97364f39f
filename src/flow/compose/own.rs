//! A person's own text as a draft: no model writes, and what the checks find only warns.

use crate::domain::content::Content;
use crate::domain::draft::{Draft, Purpose, Writer};
use crate::domain::error::shortened;
use crate::domain::ids::{InboxId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::operator::Operator;
use crate::flow::{checks, gone, review};
use crate::store::{NewDraft, NewRevision, StoreError, Tx};

use super::allowance;

/// Where a draft goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub network: Network,
    pub account: String,
    /// The network's id of the post that is answered.
    pub reply_to: Option<String>,
}

/// A draft with this text. `purpose` is what a redo writes from: the text as the topic, or as what an answer says.
pub async fn own(
    tx: &mut Tx,
    w: WorkspaceId,
    purpose: Purpose,
    place: Place,
    text: &str,
    by: &Operator,
    cause: InboxId,
) -> Result<Draft, StoreError> {
    let persona = tx.persona(w).await?;
    let allowance = allowance(tx, &persona.voice, &purpose).await?;
    let mut findings = checks::by_person(text, place.network, &allowance);
    findings.extend(gone::findings(tx, &purpose, &[]).await?);
    let first = NewRevision {
        content: Content {
            network: place.network,
            account: place.account,
            text: text.to_owned(),
            media: Vec::new(),
            reply_to: place.reply_to,
            quote_of: None,
        },
        findings,
        leans_on: Vec::new(),
        examples: Vec::new(),
        persona_version: persona.version,
        guidance: None,
        writer: Writer::Person {
            name: by.name.clone(),
        },
    };
    let new = NewDraft {
        number: None,
        purpose,
        task: None,
        origin: format!("own:{cause}"),
        expires_at: tx.now() + review::FRESH_FOR,
    };
    let draft = tx.new_draft(w, &new, &first).await?;
    let log = format!("brought {}: {}", draft.number, shortened(text, 60));
    tx.log(w, &by.name, &log).await?;
    review::tell(tx, &draft, None, Some(cause)).await?;
    Ok(draft)
}
