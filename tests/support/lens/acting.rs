//! Likes, bookmarks, reposts and follows.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::posting::Outcome;
use super::world::{Login, Post, PostFault, World};

impl World {
    fn has(&self, login: &Login, kind: &str, target: u64) -> bool {
        let wanted = (login.account.clone(), kind.to_owned(), target);
        self.reactions.contains(&wanted)
    }

    /// A post as the account sees it.
    pub fn post_for(&self, request: &Value, login: &Login) -> Value {
        let mut view = self.post_asked(request);
        let Some(id) = view["id"].as_str().and_then(|id| id.parse().ok()) else {
            return view;
        };
        let follows = self.has(login, "FOLLOW", self.author_number(id));
        let reposted = self.has(login, "REPOST", id);
        view["operations"] = json!({
            "__typename": "LoggedInPostOperations",
            "hasReacted": self.has(login, "UPVOTE", id),
            "hasBookmarked": self.has(login, "BOOKMARK", id),
            "hasReposted": {"__typename": "BooleanValue", "optimistic": reposted, "onChain": reposted},
        });
        view["author"]["operations"] =
            json!({"__typename": "LoggedInAccountOperations", "isFollowedByMe": follows});
        view
    }

    /// Accounts have addresses made of numbers.
    fn author_number(&self, post: u64) -> u64 {
        let author = &self.post(post).expect("there is such a post").author;
        u64::from_str_radix(&author[26..], 16).expect("an address of this world")
    }

    pub fn react(&mut self, request: &Value, login: &Login) -> Value {
        let Some(id) = self.target(request) else {
            return json!({"__typename": "AddReactionFailure", "reason": "there is no such post"});
        };
        let kind = request["reaction"].as_str().unwrap_or_default().to_owned();
        if self.has(login, &kind, id) {
            return json!({"__typename": "AddReactionFailure", "reason": "you have reacted already"});
        }
        self.reactions.push((login.account.clone(), kind, id));
        json!({"__typename": "AddReactionResponse", "success": true})
    }

    pub fn bookmark(&mut self, request: &Value, login: &Login) -> Value {
        if let Some(id) = self.target(request) {
            self.reactions
                .push((login.account.clone(), "BOOKMARK".to_owned(), id));
        }
        Value::Null
    }

    fn target(&self, request: &Value) -> Option<u64> {
        request["post"]
            .as_str()
            .and_then(|id| self.named(id))
            .map(|post| post.id)
    }

    pub fn pass_on(&mut self, field: &str, request: &Value, login: &Login) -> Outcome {
        let fault = self.faults.pop_front();
        if fault == Some(PostFault::Drop) {
            return Outcome::Broken;
        }
        let (kind, target, answer) = if field == "repost" {
            let Some(id) = self.target(request) else {
                return Outcome::Answer(
                    json!({"__typename": "PostOperationValidationFailed", "reason": "gone"}),
                );
            };
            ("REPOST", id, "PostResponse")
        } else {
            let account = request["account"].as_str().unwrap_or_default();
            let number = u64::from_str_radix(&account[26..], 16).expect("an address of this world");
            ("FOLLOW", number, "FollowResponse")
        };
        self.reactions
            .push((login.account.clone(), kind.to_owned(), target));
        let post = Post {
            id: 0,
            author: login.account.clone(),
            at: Timestamp::now(),
            metadata: Value::Null,
            comment_on: None,
            quote_of: None,
            repost_of: Some(target).filter(|_| kind == "REPOST"),
            mentions: json!([]),
            deleted: false,
            edited: false,
            feed: super::world::FEED.to_owned(),
            content_uri: String::new(),
            shown: Instant::now(),
        };
        let hash = self.take(post, Duration::ZERO, kind == "FOLLOW");
        if kind == "FOLLOW" {
            // No post comes of it, and it does not fail.
            let transaction = self.transactions.get_mut(&hash).expect("it was just taken");
            transaction.failed = None;
        }
        if fault == Some(PostFault::AcceptThenDrop) {
            return Outcome::Broken;
        }
        Outcome::Answer(json!({"__typename": answer, "hash": hash}))
    }
}
