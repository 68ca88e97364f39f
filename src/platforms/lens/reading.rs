//! What is fetched: an author's posts, a tag, a search, a feed, what was said to a post, and what was said to us.

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{LensError, said};
use super::wire::{Notifications, Posts, References};
use super::{Lens, PAGE_SIZE, operations, posts, wire};
use crate::domain::source::Selector;
use crate::platforms::Page;

#[derive(Deserialize)]
struct Found {
    account: Option<wire::Account>,
}

impl Lens {
    pub(super) async fn read(
        &self,
        selector: &Selector,
        cursor: Option<&str>,
    ) -> Result<Page, LensError> {
        match selector {
            Selector::All => {
                self.posts(json!({"feeds": [{"globalFeed": true}]}), cursor)
                    .await
            }
            Selector::Author(handle) => self.author(handle, cursor).await,
            Selector::Tag(tag) => {
                let filter = json!({"metadata": {"tags": {"oneOf": spellings(tag)}}});
                self.posts(filter, cursor).await
            }
            Selector::Search(words) => self.posts(json!({"searchQuery": words}), cursor).await,
            Selector::Feed(address) => {
                self.posts(json!({"feeds": [{"feed": address}]}), cursor)
                    .await
            }
            Selector::Post(id) => {
                let id = id.rsplit('/').next().unwrap_or(id);
                let mut page = Page::default();
                page.next = self.references(&mut page, id, cursor).await?;
                Ok(page)
            }
            Selector::Replies if self.session.is_some() => self.notified(cursor).await,
            Selector::Replies => self.said_to_us(cursor).await,
        }
    }

    async fn posts(&self, filter: Value, cursor: Option<&str>) -> Result<Page, LensError> {
        let request = json!({"filter": filter, "pageSize": PAGE_SIZE, "cursor": cursor});
        let answer: Posts = self
            .client
            .ask(operations::POSTS, &json!({ "request": request }), None)
            .await?;
        Ok(self.page(&answer))
    }

    async fn author(&self, handle: &str, cursor: Option<&str>) -> Result<Page, LensError> {
        let address = self.address_of(handle).await?;
        let ask = async |first| {
            let variables = json!({
                "request": {"filter": {"authors": [address]}, "pageSize": PAGE_SIZE, "cursor": cursor},
                "stats": {"account": address},
                "first": first,
            });
            self.client
                .ask::<Posts>(operations::AUTHOR_POSTS, &variables, None)
                .await
        };
        let answer = match ask(cursor.is_none()).await {
            // How many there are about is no reason to have none.
            Err(LensError::Broken(_) | LensError::Refused(_)) if cursor.is_none() => {
                ask(false).await?
            }
            answer => answer?,
        };
        let mut page = self.page(&answer);
        page.about = answer.stats.map(|stats| {
            let stats = stats.feed_stats;
            stats.posts + stats.comments + stats.reposts + stats.quotes
        });
        Ok(page)
    }

    fn page(&self, answer: &Posts) -> Page {
        let mut page = Page {
            next: answer.posts.page_info.next.clone(),
            ..Page::default()
        };
        posts::take(&mut page, &answer.posts.items, self.account.as_deref());
        page
    }

    /// Comments on a post and quotes of it; says where the next ones begin.
    pub(super) async fn references(
        &self,
        page: &mut Page,
        post: &str,
        cursor: Option<&str>,
    ) -> Result<Option<String>, LensError> {
        let request = json!({
            "referencedPost": post,
            "referenceTypes": ["COMMENT_ON", "QUOTE_OF"],
            "pageSize": PAGE_SIZE,
            "cursor": cursor,
        });
        let answer: References = self
            .client
            .ask(operations::REFERENCES, &json!({ "request": request }), None)
            .await?;
        posts::take(page, &answer.post_references.items, self.account.as_deref());
        Ok(answer.post_references.page_info.next)
    }

    /// Mentions of us, comments and quotes, as Lens tells the account.
    async fn notified(&self, cursor: Option<&str>) -> Result<Page, LensError> {
        let Some(session) = &self.session else {
            return Ok(Page::default());
        };
        let request = json!({
            "filter": {"notificationTypes": ["MENTIONED", "COMMENTED", "QUOTED"]},
            "cursor": cursor,
        });
        let answer: Notifications = session
            .ask(operations::NOTIFICATIONS, &json!({ "request": request }))
            .await?;
        let items: Vec<_> = answer
            .notifications
            .items
            .into_iter()
            .filter_map(|item| item.comment.or(item.quote).or(item.post))
            .collect();
        let mut page = Page {
            next: answer.notifications.page_info.next,
            ..Page::default()
        };
        posts::take(&mut page, &items, self.account.as_deref());
        page.posts.retain(|post| !post.own);
        Ok(page)
    }

    /// The address behind a handle; `me` is the brand's own account. Asked once.
    pub(super) async fn address_of(&self, handle: &str) -> Result<String, LensError> {
        if handle.eq_ignore_ascii_case("me") {
            return self.us().map(str::to_owned);
        }
        if is_address(handle) {
            return Ok(handle.to_owned());
        }
        let name = handle.to_lowercase();
        let name = name.strip_prefix("lens/").unwrap_or(&name);
        let name = name.strip_suffix(".lens").unwrap_or(name);
        if let Some(known) = self.known_address(name) {
            return Ok(known);
        }
        let request = json!({"username": {"localName": name}});
        let found: Found = self
            .client
            .ask(operations::ACCOUNT, &json!({ "request": request }), None)
            .await?;
        let account = found
            .account
            .ok_or_else(|| LensError::refused(format!("there is nobody called @{}", said(name))))?;
        self.remember_address(name, &account.address);
        Ok(account.address)
    }

    /// Whose posts are ours.
    pub(super) fn us(&self) -> Result<&str, LensError> {
        self.account.as_deref().ok_or_else(|| {
            LensError::refused(
                "it does not know who we are. LENS_ACCOUNT names the brand's account; @handle own does for a source",
            )
        })
    }
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Tags are told apart by their case on Lens; people rarely mean that.
fn spellings(tag: &str) -> Vec<String> {
    let lower = tag.to_lowercase();
    let mut letters = lower.chars();
    let capital: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    let mut all = vec![lower.clone(), capital, lower.to_uppercase()];
    all.dedup();
    all
}
