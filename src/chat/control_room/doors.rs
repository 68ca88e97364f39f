//! The ways in for somebody without a role: the code of `/claim`, and a word behind `/start` or `/member link`, which lets
//! somebody new in or makes somebody known by another name.

use serde_json::json;

use super::ControlRoom;
use super::claims::{Announce, Tried};
use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::invitations::{self, Invitation};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Line};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::OperatorId;
use crate::domain::operator::{Operator, Role, Surface};
use crate::store::{InboxRow, R, Tx};

/// How somebody wants to come in.
enum Knock {
    Claim(String),
    Word(String),
}

fn knock(incoming: &Incoming) -> Option<Knock> {
    let (Said::Text { text } | Said::Reply { text, .. }) = &incoming.body else {
        return None;
    };
    let terminal = incoming.room.surface == Surface::Terminal;
    // In a group everybody would read the code.
    if !incoming.unseen() && !terminal {
        return None;
    }
    let Line::Call(call) = parse::line(text) else {
        return None;
    };
    let links = call.verb.is_some_and(|verb| verb.name == "link");
    match call.command {
        // Whoever sits at the terminal owns it already.
        Command::Claim if !terminal => Some(Knock::Claim(call.rest)),
        Command::Start => invitations::word(&call.rest).map(|word| Knock::Word(word.to_owned())),
        Command::Member if links => {
            invitations::word(&call.rest).map(|word| Knock::Word(word.to_owned()))
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
            Some(Knock::Word(word)) => Some(self.expected(row, incoming, &word).await?),
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

    /// Uses a word up, or says why not.
    async fn expected(
        &self,
        row: &InboxRow,
        incoming: &Incoming,
        word: &str,
    ) -> anyhow::Result<Answer> {
        let mut tx = self.store().begin().await?;
        let known = tx.operator_of(&incoming.sender).await?;
        let used = match invitations::take(&mut tx, self.workspace(), word).await? {
            None => Err(match &known {
                Some(known) => words::people::over_but_in(known.role),
                None => words::people::invitation_over(),
            }),
            Some(word) => match word.links {
                Some(person) => self.linked(&mut tx, incoming, known, person).await?,
                None => self.invited(&mut tx, incoming, known, &word).await?,
            },
        };
        let line = match used {
            Ok(line) => line,
            Err(line) => {
                drop(tx);
                let answer = Answer::line(View::text(line));
                return self.settle(row.id, None, answer).await;
            }
        };
        let answer = Answer::line(View::text(line));
        tx.settle_inbox(row.id, &json!(answer)).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// Lets somebody new in. What they are told; or why not, and the word still holds.
    async fn invited(
        &self,
        tx: &mut Tx,
        incoming: &Incoming,
        known: Option<Operator>,
        word: &Invitation,
    ) -> R<Result<String, String>> {
        if let Some(known) = known {
            return Ok(Err(words::people::in_already(known.role)));
        }
        let name = word.name.as_deref().unwrap_or(&incoming.sender_name);
        self.let_in(tx, incoming, name, word.role).await?;
        let log = format!("came in by {}'s invitation", words::person(&word.by));
        tx.log(self.workspace(), name, &log).await?;
        Ok(Ok(words::people::welcome(name, word.role)))
    }

    /// Makes somebody known by another name: whoever this was before, they are that person from now on.
    async fn linked(
        &self,
        tx: &mut Tx,
        incoming: &Incoming,
        known: Option<Operator>,
        person: OperatorId,
    ) -> R<Result<String, String>> {
        let Some((person, _)) = tx.operator(person).await? else {
            return Ok(Err(words::people::invitation_over()));
        };
        match &known {
            Some(known) if known.id == person.id => {
                return Ok(Err(words::people::linked_already(&person)));
            }
            // Nobody gives the house away by typing somebody's code.
            Some(known) if known.role == Role::Owner && person.role != Role::Owner => {
                return Ok(Err(words::people::no_less_than_owner(&person)));
            }
            _ => {}
        }
        tx.link(&incoming.sender, person.id).await?;
        let log = words::people::link_log(&incoming.sender, known.as_ref());
        tx.log(self.workspace(), &person.name, &log).await?;
        Ok(Ok(words::people::linked(&person, known.as_ref())))
    }
}
