//! One post, once.
//!
//! Lens knows no idempotency, so each step is noted before the next one begins:
//!
//! ```text
//! begun   pictures and metadata go to the storage: harmless, nobody sees them
//! sent    the call is about to be made
//! taken   it has a transaction: what becomes of that is certain in the end
//! ```
//!
//! After a crash or a lost answer the note says how much is known. A transaction is followed; a call without one is looked
//! for among our own recent posts, by the metadata id, which is the publication's key.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::Acted;
use super::error::{LensError, said};
use super::metadata::{self, Stored};
use super::session::Session;
use super::{Lens, operations, posts};
use crate::domain::content::Content;
use crate::domain::job::Lease;
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::platforms::{LookUp, OutgoingPicture, PlatformError, Published};

/// How long everything before the call may take, without pictures and with them. Five tries and the waits between them
/// stay about under the 90 seconds in which a command has its final answer.
const PREPARE: Duration = Duration::from_secs(10);
const PREPARE_PICTURES: Duration = Duration::from_secs(20);

/// How long after the begin of a call its transaction is followed.
const FOLLOW: Duration = Duration::from_mins(1);

/// Clocks differ: own posts from this long before the call are looked at too.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Pages of own posts looked through for one that may have arrived.
const MOST_PAGES: usize = 4;

/// How far a call has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase")]
pub(super) enum Note {
    Begun,
    Sent,
    Taken { hash: String },
}

/// What Lens answers to a call.
#[derive(Deserialize)]
pub(super) struct Created {
    pub taken: Taking,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum Taking {
    #[serde(alias = "FollowResponse")]
    PostResponse {
        hash: String,
    },
    #[serde(
        rename_all = "camelCase",
        alias = "AccountFollowOperationValidationFailed"
    )]
    PostOperationValidationFailed {
        reason: String,
        unsatisfied_rules: Option<Value>,
    },
    #[serde(rename_all = "camelCase")]
    SponsoredTransactionRequest {
        reason: String,
        sponsored_reason: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    SelfFundedTransactionRequest {
        reason: String,
        self_funded_reason: Option<String>,
    },
    TransactionWillFail {
        reason: String,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    transaction_status: Status,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Status {
    #[serde(rename = "FinishedTransactionStatus")]
    Finished {},
    #[serde(rename = "FailedTransactionStatus")]
    Failed { failed: String },
    /// Not indexed yet, pending, or something new: not at its end.
    #[serde(other)]
    UnderWay,
}

#[derive(Deserialize)]
struct PostOf {
    post: Option<Indexed>,
}

#[derive(Deserialize)]
struct Indexed {
    id: String,
    slug: String,
    timestamp: Timestamp,
}

impl Lens {
    pub(super) async fn publish_once(
        &self,
        content: &Content,
        pictures: Vec<OutgoingPicture>,
        key: &str,
        lease: &Lease,
    ) -> Result<Published, PlatformError> {
        let begun = Instant::now();
        let session = self.publisher(content, &pictures).map_err(refused)?;
        self.note(key, &Note::Begun, lease)
            .await
            .map_err(LensError::before_the_call)?;
        let limit = if pictures.is_empty() {
            PREPARE
        } else {
            PREPARE_PICTURES
        };
        let prepared = self.prepare(session, content, pictures, key);
        let request = match tokio::time::timeout(limit, prepared).await {
            Ok(prepared) => prepared.map_err(LensError::before_the_call)?,
            Err(_) => return Err(unreachable(limit)),
        };
        self.note(key, &Note::Sent, lease)
            .await
            .map_err(LensError::before_the_call)?;
        let answer = session.act(operations::CREATE_POST, &request).await;
        let hash = match taken(answer) {
            Ok(hash) => hash,
            Err(error) => return Err(self.not_taken(key, error, lease).await),
        };
        let taken = Note::Taken { hash };
        if let Err(error) = self.note(key, &taken, lease).await {
            // The metadata id finds it all the same.
            tracing::warn!(%error, "the transaction of a post on Lens could not be noted");
        }
        let Note::Taken { hash } = taken else {
            return Err(unclear("its transaction was lost"));
        };
        self.follow(&hash, begun + FOLLOW).await
    }

    /// Who publishes, once everything that can be checked beforehand is.
    fn publisher(
        &self,
        content: &Content,
        pictures: &[OutgoingPicture],
    ) -> Result<&Session, String> {
        let Some(session) = &self.session else {
            return Err("there is no key to publish with. LENS_PRIVATE_KEY names it".to_owned());
        };
        if !content.account.eq_ignore_ascii_case(session.account()) {
            return Err(format!(
                "the draft is for {}, but the account is {}",
                content.account,
                session.account()
            ));
        }
        let limits = Limits::of(Network::Lens);
        let length = limits.measure(&content.text);
        if !length.fits() {
            return Err(format!("the text is too long, {length}"));
        }
        if pictures.len() > limits.pictures {
            return Err(format!("it takes {} pictures at most", limits.pictures));
        }
        if content.text.trim().is_empty() && pictures.is_empty() {
            return Err("the post is empty".to_owned());
        }
        if content.reply_to.is_some() && content.quote_of.is_some() {
            return Err("a post answers or quotes, not both".to_owned());
        }
        Ok(session)
    }

    /// Logs in, and puts everything into the storage; the variables of the call.
    async fn prepare(
        &self,
        session: &Session,
        content: &Content,
        pictures: Vec<OutgoingPicture>,
        key: &str,
    ) -> Result<Value, LensError> {
        session.token().await?;
        let mut stored = Vec::with_capacity(pictures.len());
        for picture in pictures {
            stored.push(Stored {
                uri: self.storage.put(picture.bytes, &picture.mime).await?,
                mime: picture.mime,
                alt: picture.alt,
            });
        }
        let document =
            metadata::document(key, &content.text, &stored).map_err(LensError::Refused)?;
        let document = document.to_string().into_bytes();
        let uri = self.storage.put(document, "application/json").await?;
        let mut request = json!({ "contentUri": uri });
        if let Some(post) = &content.reply_to {
            request["commentOn"] = json!({ "post": post });
        }
        if let Some(post) = &content.quote_of {
            request["quoteOf"] = json!({ "post": post });
        }
        Ok(json!({ "request": request }))
    }

    /// Notes that the call certainly did nothing, where it did not.
    pub(super) async fn not_taken(
        &self,
        key: &str,
        error: PlatformError,
        lease: &Lease,
    ) -> PlatformError {
        let unclear = matches!(
            error,
            PlatformError::Unclear { .. } | PlatformError::Garbled { .. }
        );
        if !unclear && let Err(error) = self.note(key, &Note::Begun, lease).await {
            tracing::warn!(%error, "that a post was not taken could not be noted");
        }
        error
    }

    /// Follows a transaction until its post can be seen.
    async fn follow(&self, hash: &str, until: Instant) -> Result<Published, PlatformError> {
        loop {
            match self.seen(hash).await {
                Ok(Seen::There(published)) => return Ok(published),
                Ok(Seen::Failed(why)) => {
                    return Err(refused(format!("its transaction failed: {why}")));
                }
                Ok(Seen::UnderWay) => {}
                Err(error) => {
                    tracing::debug!(%error, "how far a transaction is could not be asked");
                }
            }
            if Instant::now() + self.pace >= until {
                return Err(unclear("it has taken the post, but does not show it yet"));
            }
            tokio::time::sleep(self.pace).await;
        }
    }

    async fn seen(&self, hash: &str) -> Result<Seen, LensError> {
        match self.stage(hash).await? {
            Stage::Failed(why) => return Ok(Seen::Failed(why)),
            Stage::UnderWay => return Ok(Seen::UnderWay),
            Stage::Finished => {}
        }
        let variables = json!({"request": {"txHash": hash}});
        let found: PostOf = self
            .client
            .ask(operations::POST_OF, &variables, None)
            .await?;
        Ok(found.post.map_or(Seen::UnderWay, |post| {
            Seen::There(published(post.id, &post.slug, post.timestamp))
        }))
    }

    /// How far a transaction is.
    pub(super) async fn stage(&self, hash: &str) -> Result<Stage, LensError> {
        let variables = json!({"request": {"txHash": hash}});
        let answer: Transaction = self
            .client
            .ask(operations::TRANSACTION, &variables, None)
            .await?;
        Ok(match answer.transaction_status {
            Status::Finished {} => Stage::Finished,
            Status::Failed { failed } => Stage::Failed(said(&failed)),
            Status::UnderWay => Stage::UnderWay,
        })
    }

    pub(super) async fn find(&self, key: &str, since: Timestamp) -> Result<LookUp, LensError> {
        let note = self.noted(key).await?;
        if let Some(Note::Taken { hash }) = &note {
            match self.seen(hash).await? {
                Seen::There(published) => return Ok(LookUp::There(published)),
                Seen::Failed(_) => return Ok(LookUp::Absent),
                Seen::UnderWay => {}
            }
        }
        if let Some(published) = self.among_own(key, since - SLACK).await? {
            return Ok(LookUp::There(published));
        }
        Ok(match note {
            // The call was never made.
            None | Some(Note::Begun) => LookUp::Absent,
            // It may be on its way still.
            Some(Note::Sent | Note::Taken { .. }) => LookUp::Unsettled,
        })
    }

    /// The own post with this metadata id, if there is one since then.
    async fn among_own(&self, key: &str, since: Timestamp) -> Result<Option<Published>, LensError> {
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = self.own_posts(cursor.as_deref()).await?.posts;
            let found = page
                .items
                .iter()
                .find(|post| post.metadata_id() == Some(key));
            if let Some(post) = found
                && let (Some(id), Some(slug), Some(at)) = (&post.id, &post.slug, post.timestamp)
            {
                return Ok(Some(published(id.clone(), slug, at)));
            }
            // The order is Lens's custom, not its promise: the newest of a page decides.
            let newest = page.items.iter().filter_map(|post| post.timestamp).max();
            cursor = page.page_info.next;
            if cursor.is_none() || newest.is_some_and(|newest| newest < since) {
                break;
            }
        }
        Ok(None)
    }

    pub(super) async fn note(
        &self,
        key: &str,
        note: &Note,
        lease: &Lease,
    ) -> Result<(), LensError> {
        self.keep(key, note, lease).await
    }

    pub(super) async fn noted(&self, key: &str) -> Result<Option<Note>, LensError> {
        self.kept(key).await
    }

    pub(super) async fn keep<T: Serialize>(
        &self,
        key: &str,
        note: &T,
        lease: &Lease,
    ) -> Result<(), LensError> {
        let unkept = |error: anyhow::Error| {
            LensError::Own(format!("the step could not be noted: {error:#}"))
        };
        let text = serde_json::to_string(note).map_err(|error| unkept(error.into()))?;
        self.notes.note(key, &text, lease).await.map_err(unkept)
    }

    pub(super) async fn kept<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, LensError> {
        let unread = |error: anyhow::Error| LensError::Own(format!("the note of it: {error:#}"));
        let Some(text) = self.notes.noted(key).await.map_err(unread)? else {
            return Ok(None);
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| unread(error.into()))
    }
}

/// How far a transaction is on the chain.
pub(super) enum Stage {
    Finished,
    Failed(String),
    UnderWay,
}

/// How far a transaction's post is.
enum Seen {
    There(Published),
    Failed(String),
    UnderWay,
}

fn published(native_id: String, slug: &str, at: Timestamp) -> Published {
    Published {
        native_id,
        url: Some(posts::link(slug)),
        at,
    }
}

pub(super) fn refused(why: impl Into<String>) -> PlatformError {
    PlatformError::Refused {
        network: Network::Lens,
        why: why.into(),
    }
}

fn unreachable(waited: Duration) -> PlatformError {
    PlatformError::Unreachable {
        network: Network::Lens,
        why: format!(
            "it was not ready to publish after {} seconds",
            waited.as_secs()
        ),
    }
}

pub(super) fn unclear(why: &str) -> PlatformError {
    PlatformError::Unclear {
        network: Network::Lens,
        why: why.to_owned(),
    }
}

/// The transaction that a call has become. With errors beside it, an answer that is none says nothing for certain.
pub(super) fn taken(answer: Result<Acted<Created>, LensError>) -> Result<String, PlatformError> {
    let Acted { data, with_errors } = answer.map_err(LensError::of_the_call)?;
    match data.taken {
        Taking::PostResponse { hash } => Ok(hash),
        _ if with_errors => Err(unclear("it answered with a result and with errors")),
        taking => Err(meaning(taking)),
    }
}

/// What an answer that is no transaction means: each is a certain no, with what to do about it.
fn meaning(taking: Taking) -> PlatformError {
    match taking {
        Taking::PostOperationValidationFailed {
            reason,
            unsatisfied_rules,
        } => {
            let rules = unsatisfied_rules.as_ref().map(broken_rules);
            let rules = rules.filter(|rules| !rules.is_empty());
            let rules = rules.map_or_else(String::new, |rules| format!(": {rules}"));
            refused(format!("the post breaks a rule, {}{rules}", said(&reason)))
        }
        Taking::SponsoredTransactionRequest {
            reason,
            sponsored_reason,
        } => refused(match sponsored_reason.as_deref() {
            Some("SIGNLESS_DISABLED") | None => format!(
                "the account has signless mode off, so that every post wants a signature ({}). Its owner turns it on once in a Lens app, for the app that LENS_APP names",
                said(&reason)
            ),
            Some(code) => format!(
                "it wants a signature for this post, which a manager cannot give ({code}: {}). The owner looks at the account's managers and signless mode in a Lens app",
                said(&reason)
            ),
        }),
        Taking::SelfFundedTransactionRequest {
            reason,
            self_funded_reason,
        } => refused(format!(
            "nobody pays for this post ({}: {}). LENS_APP must name an app that sponsors its users",
            self_funded_reason.as_deref().unwrap_or("no sponsor"),
            said(&reason)
        )),
        Taking::TransactionWillFail { reason } => refused(format!(
            "the post would fail on the chain: {}",
            said(&reason)
        )),
        Taking::PostResponse { .. } | Taking::Unknown => {
            unclear("it answered with something unknown")
        }
    }
}

fn broken_rules(rules: &Value) -> String {
    let of = |name: &str| rules[name].as_array().into_iter().flatten();
    let words: Vec<&str> = of("required")
        .chain(of("anyOf"))
        .filter_map(|rule| rule["message"].as_str())
        .collect();
    said(&words.join("; "))
}
