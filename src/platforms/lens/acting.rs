//! Likes, reposts, bookmarks and follows. Lens says what of that is done already, so each is asked about before it is done:
//! that makes it once, also after an answer was lost. Reposts and follows are transactions; theirs are noted and followed.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Lens;
use super::client::Acted;
use super::error::{LensError, said};
use super::operations::{self, Operation};
use super::publishing::{Note, Stage, refused, taken, unclear};
use super::session::Session;
use crate::domain::action::Action;
use crate::domain::job::Lease;
use crate::platforms::PlatformError;

/// How long a transaction is followed.
const FOLLOW: Duration = Duration::from_secs(40);

#[derive(Deserialize)]
struct Asked {
    post: Option<Target>,
}

/// A post as the account sees it.
#[derive(Deserialize)]
struct Target {
    author: Option<Author>,
    operations: Option<OfPost>,
}

#[derive(Deserialize)]
struct Author {
    address: String,
    operations: Option<OfAuthor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfAuthor {
    is_followed_by_me: bool,
}

#[derive(Deserialize)]
struct OfPost {
    #[serde(rename = "hasReacted")]
    reacted: bool,
    #[serde(rename = "hasBookmarked")]
    bookmarked: bool,
    #[serde(rename = "hasReposted")]
    reposted: Both,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Both {
    optimistic: bool,
    on_chain: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reacted {
    add_reaction: Reaction,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Reaction {
    AddReactionResponse {
        success: bool,
    },
    AddReactionFailure {
        reason: String,
    },
    #[serde(other)]
    Unknown,
}

impl Target {
    fn done(&self, action: Action) -> Option<bool> {
        let of_post = self.operations.as_ref();
        match action {
            Action::Like => of_post.map(|of| of.reacted),
            Action::Bookmark => of_post.map(|of| of.bookmarked),
            Action::Repost => of_post.map(|of| of.reposted.optimistic || of.reposted.on_chain),
            Action::Follow => {
                let author = self.author.as_ref()?.operations.as_ref();
                author.map(|of| of.is_followed_by_me)
            }
        }
    }
}

impl Lens {
    pub(super) async fn do_once(
        &self,
        action: Action,
        post: &str,
        key: &str,
        lease: &Lease,
    ) -> Result<(), PlatformError> {
        let Some(session) = &self.session else {
            return Err(refused(
                "there is no key to do it with. LENS_PRIVATE_KEY names it",
            ));
        };
        let variables = json!({"request": {"post": post}});
        let asked: Asked = session
            .ask(operations::STANDING, &variables)
            .await
            .map_err(LensError::before_the_call)?;
        let Some(target) = asked.post else {
            return Err(refused("the post is gone"));
        };
        match target.done(action) {
            Some(true) => return Ok(()),
            Some(false) => {}
            None => return Err(refused("it does not say whether that is done already")),
        }
        match action {
            Action::Like => like(session, post).await,
            Action::Bookmark => {
                let Acted { with_errors, .. } = session
                    .act::<IgnoredAny>(operations::BOOKMARK, &variables)
                    .await
                    .map_err(LensError::of_the_call)?;
                if with_errors {
                    return Err(unclear("it answered with a result and with errors"));
                }
                Ok(())
            }
            Action::Repost => {
                self.transact(session, operations::REPOST, &variables, key, lease)
                    .await
            }
            Action::Follow => {
                let address = target.author.map(|author| author.address);
                let request = json!({"request": {"account": address}});
                self.transact(session, operations::FOLLOW, &request, key, lease)
                    .await
            }
        }
    }

    /// An action that is a transaction. Lens did not show it as done, but an earlier call may be on its way.
    async fn transact(
        &self,
        session: &Session,
        operation: Operation,
        variables: &Value,
        key: &str,
        lease: &Lease,
    ) -> Result<(), PlatformError> {
        let until = Instant::now() + FOLLOW;
        match self.noted(key).await.map_err(LensError::before_the_call)? {
            Some(Note::Taken { hash }) => return self.finished(&hash, until).await,
            Some(Note::Sent) => return Err(unclear("an earlier call may be on its way")),
            Some(Note::Begun) | None => {}
        }
        self.note(key, &Note::Sent, lease)
            .await
            .map_err(LensError::before_the_call)?;
        let hash = match taken(session.act(operation, variables).await) {
            Ok(hash) => hash,
            Err(error) => return Err(self.not_taken(key, error, lease).await),
        };
        let note = Note::Taken { hash: hash.clone() };
        if let Err(error) = self.note(key, &note, lease).await {
            tracing::warn!(%error, "the transaction of an action on Lens could not be noted");
        }
        self.finished(&hash, until).await
    }

    async fn finished(&self, hash: &str, until: Instant) -> Result<(), PlatformError> {
        loop {
            match self.stage(hash).await {
                Ok(Stage::Finished) => return Ok(()),
                Ok(Stage::Failed(why)) => {
                    return Err(refused(format!("its transaction failed: {why}")));
                }
                Ok(Stage::UnderWay) | Err(_) => {}
            }
            if Instant::now() + self.pace >= until {
                return Err(unclear("it is on its way, but not through yet"));
            }
            tokio::time::sleep(self.pace).await;
        }
    }
}

async fn like(session: &Session, post: &str) -> Result<(), PlatformError> {
    let variables = json!({"request": {"reaction": "UPVOTE", "post": post}});
    let Acted {
        data: Reacted { add_reaction },
        with_errors,
    } = session
        .act(operations::LIKE, &variables)
        .await
        .map_err(LensError::of_the_call)?;
    match add_reaction {
        Reaction::AddReactionResponse { success: true } => Ok(()),
        _ if with_errors => Err(unclear("it answered with a result and with errors")),
        Reaction::AddReactionResponse { success: false } => {
            Err(refused("it did not take the like"))
        }
        Reaction::AddReactionFailure { reason } => Err(refused(said(&reason))),
        Reaction::Unknown => Err(unclear("it answered with something unknown")),
    }
}
