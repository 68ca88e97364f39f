//! The two ways in for somebody without a role: the code of `/claim`, and an invitation behind `/start`.

use serde_json::json;

use super::ControlRoom;
use super::claims::{Announce, Tried};
use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::invitations;
use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Line};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::operator::{Role, Surface};
use crate::store::{InboxRow, R, Tx};

/// How somebody wants to come in.
enum Knock {
    Claim(String),
    Invited(String),
}

fn knock(incoming: &Incoming) -> Option<Knock> {
    let (Said::Text { text } | Said::Reply { text, .. }) = &incoming.body else {
        return None;
    };
    // In a group everybody would read the code.
    if !incoming.unseen() || incoming.room.surface == Surface::Terminal {
        return None;
    }
    match parse::line(text) {
        Line::Call(call) if call.command == Command::Claim => Some(Knock::Claim(call.rest)),
        Line::Call(call) if call.command == Command::Start => {
            invitations::word(&call.rest).map(|word| Knock::Invited(word.to_owned()))
        }
        _ => None,
    }
}

impl ControlRoom {
    /// Prints a one-time code for `/claim` through `announce`, where nobody of `surface` is an owner yet.
    pub async fn offer_claim(&self, surface: Surface, announce: Announce) -> anyhow::Result<()> {
        let members = self.store().operators(self.workspace()).await?;
        let owned = members.iter().any(|(operator, identities)| {
            operator.role == Role::Owner && identities.iter().any(|known| known.surface == surface)
        });
        if !owned {
            self.0.claims.open(announce, self.0.house.clock.now());
        }
        Ok(())
    }

    /// Lets somebody in who knows a code. None: it is not about that.
    pub(super) async fn at_the_door(
        &self,
        row: &InboxRow,
        incoming: &Incoming,
    ) -> anyhow::Result<Option<Answer>> {
        Ok(match knock(incoming) {
            None => None,
            Some(Knock::Claim(code)) => Some(self.claimed(row, incoming, &code).await?),
            Some(Knock::Invited(word)) => Some(self.invited(row, incoming, &word).await?),
        })
    }

    async fn claimed(
        &self,
        row: &InboxRow,
        incoming: &Incoming,
        code: &str,
    ) -> anyhow::Result<Answer> {
        let line = match self.0.claims.try_code(code, self.0.house.clock.now()) {
            Tried::Right(live) => {
                let answer = Answer::line(View::text(words::people::claimed()));
                if let Err(error) = self.make_owner(row, incoming, &answer).await {
                    self.0.claims.give_back(live);
                    return Err(error.into());
                }
                return Ok(answer);
            }
            Tried::Wrong => words::people::wrong_code(),
            Tried::Anew => words::people::new_code(),
            Tried::Closed => words::people::nothing_to_claim(),
        };
        self.settle(row.id, None, Answer::line(View::text(line)))
            .await
    }

    async fn make_owner(&self, row: &InboxRow, incoming: &Incoming, answer: &Answer) -> R<()> {
        let mut tx = self.store().begin().await?;
        self.let_in(&mut tx, incoming, &incoming.sender_name, Role::Owner)
            .await?;
        tx.log(
            self.workspace(),
            &incoming.sender_name,
            "became an owner by the one-time code",
        )
        .await?;
        tx.settle_inbox(row.id, &json!(answer)).await?;
        tx.commit().await
    }

    async fn let_in(&self, tx: &mut Tx, incoming: &Incoming, name: &str, role: Role) -> R<()> {
        match tx.operator_of(&incoming.sender).await? {
            Some(known) => tx.set_role(known.id, role).await,
            None => tx
                .add_operator(self.workspace(), name, role, &incoming.sender)
                .await
                .map(|_| ()),
        }
    }

    async fn invited(
        &self,
        row: &InboxRow,
        incoming: &Incoming,
        word: &str,
    ) -> anyhow::Result<Answer> {
        let mut tx = self.store().begin().await?;
        if let Some(known) = tx.operator_of(&incoming.sender).await? {
            drop(tx);
            let line = words::people::in_already(known.role);
            return self
                .settle(row.id, None, Answer::line(View::text(line)))
                .await;
        }
        let Some(invitation) = invitations::take(&mut tx, self.workspace(), word).await? else {
            drop(tx);
            let line = words::people::invitation_over();
            return self
                .settle(row.id, None, Answer::line(View::text(line)))
                .await;
        };
        let name = invitation.name.as_deref().unwrap_or(&incoming.sender_name);
        self.let_in(&mut tx, incoming, name, invitation.role)
            .await?;
        let log = format!("came in by {}'s invitation", words::person(&invitation.by));
        tx.log(self.workspace(), name, &log).await?;
        let answer = Answer::line(View::text(words::people::welcome(name, invitation.role)));
        tx.settle_inbox(row.id, &json!(answer)).await?;
        tx.commit().await?;
        Ok(answer)
    }
}
