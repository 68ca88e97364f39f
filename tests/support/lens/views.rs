//! Accounts, posts and pages as the schema has them, in full.

use std::time::Instant;

use serde_json::{Value, json};

use super::world::{APP, Post, World};

impl World {
    pub fn account_view(&self, address: &str) -> Value {
        let Some(account) = self.account(address) else {
            return Value::Null;
        };
        let username = account.name.as_ref().map(|name| {
            json!({"__typename": "Username", "id": name, "localName": name, "value": format!("lens/{name}")})
        });
        json!({
            "__typename": "Account",
            "address": account.address,
            "owner": account.owner,
            "score": 5000,
            "username": username,
            "metadata": account.name.as_ref().map(|name| json!({"__typename": "AccountMetadata", "name": name, "bio": null})),
        })
    }

    pub fn post_view(&self, post: &Post) -> Value {
        if let Some(original) = post.repost_of {
            let original = self.post(original).expect("there is what is reposted");
            return json!({
                "__typename": "Repost",
                "id": post.id.to_string(),
                "slug": slug(post),
                "isDeleted": post.deleted,
                "timestamp": post.at,
                "author": self.account_view(&post.author),
                "repostOf": self.post_view(original),
            });
        }
        let about = |of: fn(&Post) -> Option<u64>| {
            let same = |other: &&Post| of(other) == Some(post.id) && !other.deleted;
            self.posts.iter().filter(same).count()
        };
        let likes = self
            .reactions
            .iter()
            .filter(|(_, kind, id)| kind == "UPVOTE" && *id == post.id)
            .count();
        let short = |id: Option<u64>| {
            id.map(|id| json!({"__typename": "Post", "id": id.to_string(), "slug": format!("slug{id}")}))
        };
        json!({
            "__typename": "Post",
            "id": post.id.to_string(),
            "slug": slug(post),
            "isDeleted": post.deleted,
            "isEdited": post.edited,
            "timestamp": post.at,
            "contentUri": post.content_uri,
            "author": self.account_view(&post.author),
            "app": {"__typename": "App", "address": APP},
            "feed": {"__typename": "PostFeedInfo", "address": post.feed},
            "metadata": post.metadata,
            "mentions": post.mentions,
            "stats": {
                "__typename": "PostStats",
                "comments": about(|post| post.comment_on),
                "quotes": about(|post| post.quote_of),
                "reposts": about(|post| post.repost_of),
                "reactions": likes,
                "bookmarks": 0, "collects": 0, "tips": 0,
            },
            "root": short(post.comment_on),
            "commentOn": short(post.comment_on),
            "quoteOf": short(post.quote_of),
        })
    }

    /// One page of the posts that `wanted` lets through, newest first.
    pub fn page_of(&self, request: &Value, wanted: impl Fn(&Post) -> bool) -> Value {
        let size = if request["pageSize"] == "TEN" { 10 } else { 50 };
        let now = Instant::now();
        let mut all: Vec<&Post> = self
            .posts
            .iter()
            .filter(|post| post.shown <= now && wanted(post))
            .collect();
        all.sort_by_key(|post| (std::cmp::Reverse(post.at), std::cmp::Reverse(post.id)));
        let after: Option<u64> = request["cursor"]
            .as_str()
            .and_then(|text| text.parse().ok());
        let start = after.map_or(0, |after| {
            all.iter()
                .position(|post| post.id == after)
                .map_or(all.len(), |at| at + 1)
        });
        let items = &all[start..all.len().min(start + size)];
        let more = start + size < all.len();
        let next = items
            .last()
            .filter(|_| more)
            .map(|post| post.id.to_string());
        json!({
            "items": items.iter().map(|post| self.post_view(post)).collect::<Vec<_>>(),
            "pageInfo": {"prev": null, "next": next},
        })
    }

    pub fn posts_page(&self, request: &Value) -> Value {
        let filter = &request["filter"];
        let texts = |value: &Value| -> Option<Vec<String>> {
            let items = value.as_array()?.iter().filter_map(Value::as_str);
            Some(items.map(str::to_owned).collect())
        };
        let authors = texts(&filter["authors"]);
        let kinds = texts(&filter["postTypes"]);
        let tags = texts(&filter["metadata"]["tags"]["oneOf"]);
        let feeds = filter["feeds"].as_array();
        let words = filter["searchQuery"].as_str().map(str::to_lowercase);
        self.page_of(request, |post| {
            let feed = feeds.is_none_or(|feeds| {
                feeds
                    .iter()
                    .any(|one| one["globalFeed"] == true || one["feed"] == post.feed.as_str())
            });
            let tagged = tags.as_ref().is_none_or(|tags| {
                let has = post.metadata["tags"].as_array();
                has.is_some_and(|has| {
                    has.iter()
                        .any(|tag| tags.iter().any(|wanted| tag == wanted.as_str()))
                })
            });
            let said = words.as_ref().is_none_or(|words| {
                let content = post.metadata["content"]
                    .as_str()
                    .unwrap_or_default()
                    .to_lowercase();
                words.split_whitespace().all(|word| content.contains(word))
            });
            feed && tagged
                && said
                && authors
                    .as_ref()
                    .is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(&post.author)))
                && kinds
                    .as_ref()
                    .is_none_or(|all| all.iter().any(|one| one == kind(post)))
        })
    }

    pub fn references_page(&self, request: &Value) -> Value {
        let Some(target) = request["referencedPost"]
            .as_str()
            .and_then(|id| self.named(id))
        else {
            return json!({"items": [], "pageInfo": {"prev": null, "next": null}});
        };
        let id = target.id;
        let kinds = request["referenceTypes"].clone();
        let asked = |name: &str| {
            kinds
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == name))
        };
        self.page_of(request, |post| {
            (asked("COMMENT_ON") && post.comment_on == Some(id))
                || (asked("QUOTE_OF") && post.quote_of == Some(id))
                || (asked("REPOST_OF") && post.repost_of == Some(id))
        })
    }

    /// What was said to the account. Lens gives no choice of the page's size here.
    pub fn notifications_page(&self, account: &str, request: &Value) -> Value {
        let is_ours = |id: Option<u64>| {
            id.and_then(|id| self.post(id))
                .is_some_and(|post| post.author.eq_ignore_ascii_case(account))
        };
        let mut page = self.page_of(request, |post| {
            !post.author.eq_ignore_ascii_case(account)
                && !post.deleted
                && (is_ours(post.comment_on) || is_ours(post.quote_of))
        });
        let items = page["items"].as_array_mut().expect("a page has items");
        for item in items {
            let post = item.take();
            *item = if post["commentOn"].is_null() {
                json!({"__typename": "QuoteNotification", "id": "n", "quote": post})
            } else {
                json!({"__typename": "CommentNotification", "id": "n", "comment": post})
            };
        }
        page
    }
}

pub fn slug(post: &Post) -> String {
    format!("slug{}", post.id)
}

const fn kind(post: &Post) -> &'static str {
    match (post.comment_on, post.quote_of, post.repost_of) {
        (_, _, Some(_)) => "REPOST",
        (_, Some(_), _) => "QUOTE",
        (Some(_), ..) => "COMMENT",
        _ => "ROOT",
    }
}
