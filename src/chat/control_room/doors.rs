//! How a person without a role gets one: the code of `/claim`, and a word behind `/start` or `/member link`, which makes a new
//! member or adds a name to one. A code or word that is typed where others read it ends.

use serde_json::{Value, json};

use super::ControlRoom;
use super::claims::{Announce, Tried};
use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::invitations;
use crate::chat::incoming::{Incoming, Said};
use crate::chat::parse::{self, Line};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::OperatorId;
use crate::domain::operator::{Operator, Role, Surface};
use crate::store::{InboxRow, Invitation, R, Tx};

/// What a message has in it that lets people in.
enum Knock {
    Claim(String),
    /// What looks like the word of an invitation and is none that holds.
    Over,
    /// The hashes of words that held when the message came in.
    Words(Vec<String>),
}

/// Where the body of a row keeps the hashes of the words that were taken out of its text.
const WORDS: &str = "words";

/// Whether only the sender and Lumen can read what came in.
const fn is_unread_by_others(incoming: &Incoming) -> bool {
    incoming.unseen() || matches!(incoming.room.surface, Surface::Terminal)
}

fn knock(row: &InboxRow, incoming: &Incoming) -> Option<Knock> {
    if let Some(words) = row.body.get(WORDS) {
        return serde_json::from_value(words.clone()).ok().map(Knock::Words);
    }
    let (Said::Text { text } | Said::Reply { text, .. }) = &incoming.body else {
        return None;
    };
    let Line::Call(call) = parse::line(text) else {
        return None;
    };
    let links = call.verb.is_some_and(|verb| verb.name == "link");
    match call.command {
        // Who sits at the terminal is an owner already.
        Command::Claim if incoming.room.surface != Surface::Terminal => {
            Some(Knock::Claim(call.rest))
        }
        Command::Start => invitations::word(&call.rest).map(|_| Knock::Over),
        Command::Member if links => invitations::word(&call.rest).map(|_| Knock::Over),
        _ => None,
    }
}

/// The words of a message.
fn text_of(body: &mut Said) -> Option<&mut String> {
    match body {
        Said::Text { text }
        | Said::Reply { text, .. }
        | Said::Changed { text }
        | Said::Filled { text, .. } => Some(text),
        Said::Picture { caption, .. } => caption.as_mut(),
        Said::Press { .. } => None,
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

    /// What is kept of something that came in: words that let people in are taken out of it, and stand beside it by their
    /// hash alone.
    pub(super) async fn body_of(&self, tx: &mut Tx, incoming: &Incoming) -> R<Value> {
        let mut incoming = incoming.clone();
        let mut digests = Vec::new();
        if let Some(text) = text_of(&mut incoming.body) {
            for word in distinct(invitations::words_in(text)) {
                let digest = invitations::digest(&word);
                if tx.invitation(self.workspace(), &digest).await?.is_some() {
                    *text = text.replace(&word, "\u{2026}");
                    digests.push(digest);
                }
            }
        }
        let mut body = json!(incoming);
        if !digests.is_empty() {
            body[WORDS] = json!(digests);
        }
        Ok(body)
    }

    /// Whether a message that others read gives away a word or a code that lets people in.
    pub(super) async fn gives_away(&self, incoming: &Incoming) -> R<bool> {
        let mut body = incoming.body.clone();
        let Some(text) = text_of(&mut body) else {
            return Ok(false);
        };
        if let Line::Call(call) = parse::line(text)
            && call.command == Command::Claim
        {
            return Ok(self.0.claims.is(&call.rest, self.now()));
        }
        let words = distinct(invitations::words_in(text));
        if words.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store().begin_lightly().await?;
        for word in words {
            let digest = invitations::digest(&word);
            if tx.invitation(self.workspace(), &digest).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Admits the sender of a valid code; a code that others could read ends instead. None: the line holds no code.
    pub(super) async fn at_the_door(
        &self,
        row: &InboxRow,
        incoming: &Incoming,
    ) -> anyhow::Result<Option<Answer>> {
        let unread_by_others = is_unread_by_others(incoming);
        Ok(match knock(row, incoming) {
            Some(Knock::Claim(code)) if unread_by_others => {
                Some(self.claimed(row, incoming, &code).await?)
            }
            Some(Knock::Claim(code)) if self.0.claims.burn(&code, self.now()) => {
                let line = View::text(words::people::claim_burnt());
                Some(self.settle(row.id, None, Answer::line(line)).await?)
            }
            Some(Knock::Words(digests)) if unread_by_others => {
                let digest = digests.first().map_or("", String::as_str);
                Some(self.expected(row, incoming, digest).await?)
            }
            Some(Knock::Words(digests)) => Some(self.burnt(row, &digests).await?),
            Some(Knock::Over) if unread_by_others => Some(self.expected(row, incoming, "").await?),
            Some(Knock::Claim(_) | Knock::Over) | None => None,
        })
    }

    /// Ends invitations whose words others have read.
    async fn burnt(&self, row: &InboxRow, digests: &[String]) -> anyhow::Result<Answer> {
        let mut tx = self.store().begin().await?;
        let mut links = false;
        for digest in digests {
            let Some(invitation) = tx.invitation(self.workspace(), digest).await? else {
                continue;
            };
            links = invitation.links;
            tx.end_invitation(invitation.id).await?;
            let log = "is over: its word was typed where others read it";
            let what = if links {
                format!("the code of {} {log}", words::person(&invitation.by))
            } else {
                format!("an invitation by {} {log}", words::person(&invitation.by))
            };
            tx.log(self.workspace(), "lumen", &format!("noticed that {what}"))
                .await?;
        }
        let answer = Answer::line(View::text(words::people::word_burnt(links)));
        tx.settle_inbox(row.id, &json!(answer)).await?;
        tx.commit().await?;
        Ok(answer)
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
        digest: &str,
    ) -> anyhow::Result<Answer> {
        let mut tx = self.store().begin().await?;
        let known = tx.operator_of(&incoming.sender).await?;
        let used = match tx.invitation(self.workspace(), digest).await? {
            None => Err(match &known {
                Some(known) => words::people::over_but_in(known.role),
                None => words::people::invitation_over(),
            }),
            Some(invitation) => {
                tx.end_invitation(invitation.id).await?;
                if invitation.links {
                    let person = invitation.given_by;
                    self.linked(&mut tx, incoming, known, person).await?
                } else {
                    self.invited(&mut tx, incoming, known, &invitation).await?
                }
            }
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

/// Each once, as owned text: the words are taken out of the text that they stand in.
fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = words.map(str::to_owned).collect();
    all.sort_unstable();
    all.dedup();
    all
}
