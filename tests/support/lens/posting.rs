//! How the network takes a post.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::{FEED, Login, Post, PostFault, Transaction, World};

/// What becomes of a publishing call.
pub enum Outcome {
    Answer(Value),
    /// An error of the API, by its code.
    Error(&'static str),
    /// The connection breaks off.
    Broken,
    Status(u16),
    SlowDown(u64),
    Garbled,
    Late(Duration, Value),
    /// With an error beside it.
    WithErrors(Value),
}

impl World {
    pub fn create(&mut self, request: &Value, login: &Login) -> Outcome {
        let fault = self.faults.pop_front();
        match fault {
            Some(PostFault::Drop) => return Outcome::Broken,
            Some(PostFault::InternalError) => return Outcome::Error("INTERNAL_SERVER_ERROR"),
            Some(PostFault::SlowDown(seconds)) => return Outcome::SlowDown(seconds),
            Some(PostFault::Garbled) => return Outcome::Garbled,
            Some(PostFault::Answers(value)) => return Outcome::Answer(value),
            Some(PostFault::TokenSpent) => {
                self.access.clear();
                return Outcome::Error("UNAUTHENTICATED");
            }
            _ => {}
        }
        let post = match self.checked(request, login) {
            Ok(post) => post,
            Err(answer) => return Outcome::Answer(answer),
        };
        let wait = match &fault {
            Some(PostFault::Slow(wait) | PostFault::SlowAndDrop(wait)) => *wait,
            _ => self.index_takes,
        };
        let fails = fault == Some(PostFault::TransactionFails);
        let hash = self.take(post, wait, fails);
        let answer = json!({"__typename": "PostResponse", "hash": hash});
        match fault {
            Some(PostFault::AcceptThenDrop | PostFault::SlowAndDrop(_)) => Outcome::Broken,
            Some(PostFault::ServerErrorAfterAccept) => Outcome::Status(502),
            Some(PostFault::Late(wait)) => Outcome::Late(wait, answer),
            Some(PostFault::AcceptWithErrors) => Outcome::WithErrors(answer),
            Some(PostFault::RefuseWithErrors) => Outcome::WithErrors(
                json!({"__typename": "TransactionWillFail", "reason": "as told"}),
            ),
            _ => Outcome::Answer(answer),
        }
    }

    /// Everything the network checks; the error is its answer.
    fn checked(&mut self, request: &Value, login: &Login) -> Result<Post, Value> {
        let refused = |reason: &str| json!({"__typename": "PostOperationValidationFailed", "reason": reason, "unsatisfiedRules": null});
        let account = self
            .account(&login.account)
            .expect("a login has an account");
        let managers = account.managers.iter();
        let may = managers
            .filter(|(manager, _)| manager.eq_ignore_ascii_case(&login.signer))
            .any(|(_, may)| *may);
        if !may {
            return Err(json!({"__typename": "SponsoredTransactionRequest",
                "reason": "the manager may not", "sponsoredReason": "CANNOT_DELEGATE", "raw": null}));
        }
        if !account.signless {
            return Err(json!({"__typename": "SponsoredTransactionRequest",
                "reason": "signless is off", "sponsoredReason": "SIGNLESS_DISABLED", "raw": null}));
        }
        if !account.sponsored {
            return Err(json!({"__typename": "SelfFundedTransactionRequest",
                "reason": "nobody pays", "selfFundedReason": "NOT_SPONSORED", "raw": null}));
        }
        let author = account.address.clone();
        let uri = request["contentUri"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let metadata = self.metadata_at(&uri).map_err(|why| refused(&why))?;
        let target = |name: &str| -> Result<Option<u64>, Value> {
            match request[name]["post"].as_str() {
                None => Ok(None),
                Some(id) => match self.named(id).filter(|post| !post.deleted) {
                    Some(post) => Ok(Some(post.id)),
                    None => Err(refused("the post it is about is gone")),
                },
            }
        };
        let (comment_on, quote_of) = (target("commentOn")?, target("quoteOf")?);
        Ok(Post {
            id: 0,
            author,
            at: Timestamp::now(),
            metadata,
            comment_on,
            quote_of,
            repost_of: None,
            mentions: json!([]),
            deleted: false,
            edited: false,
            feed: FEED.to_owned(),
            content_uri: uri,
            shown: Instant::now(),
        })
    }

    pub fn take(&mut self, mut post: Post, wait: Duration, fails: bool) -> String {
        let number = self.number();
        let hash = format!("0x{number:064x}");
        let done = Instant::now() + wait;
        let id = (!fails).then(|| {
            post.id = number;
            post.shown = done;
            self.posts.push(post);
            number
        });
        let failed = fails.then(|| "out of gas".to_owned());
        let transaction = Transaction {
            post: id,
            done,
            failed,
        };
        self.transactions.insert(hash.clone(), transaction);
        hash
    }

    pub fn transaction_status(&self, request: &Value) -> Value {
        let hash = request["txHash"].as_str().unwrap_or_default();
        let Some(transaction) = self.transactions.get(hash) else {
            return json!({"__typename": "NotIndexedYetStatus", "reason": "never seen", "txHasMined": false});
        };
        let at = Timestamp::now();
        if let Some(reason) = &transaction.failed {
            return json!({"__typename": "FailedTransactionStatus", "reason": reason, "blockTimestamp": at});
        }
        if transaction.done > Instant::now() {
            return json!({"__typename": "NotIndexedYetStatus", "reason": "not yet", "txHasMined": true});
        }
        json!({"__typename": "FinishedTransactionStatus", "blockTimestamp": at})
    }

    pub fn post_asked(&self, request: &Value) -> Value {
        let found = match (request["txHash"].as_str(), request["post"].as_str()) {
            (Some(hash), _) => self
                .transactions
                .get(hash)
                .and_then(|transaction| transaction.post)
                .and_then(|id| self.post(id)),
            (None, Some(id)) => self.named(id),
            (None, None) => None,
        };
        found
            .filter(|post| post.shown <= Instant::now())
            .map_or(Value::Null, |post| self.post_view(post))
    }
}
