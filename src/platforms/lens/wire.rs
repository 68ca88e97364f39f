//! What Lens answers, as it stands in its schema. Every field that may be null, or that a later version may leave out, is
//! optional here.

use serde::Deserialize;
use serde_json::value::RawValue;

/// One page of any list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageOf<T> {
    pub items: Vec<T>,
    pub page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageInfo {
    pub next: Option<String>,
}

/// Items are kept as they came, for the record.
pub(super) type RawPage = PageOf<Box<RawValue>>;

#[derive(Debug, Deserialize)]
pub(super) struct Posts {
    pub posts: RawPage,
    #[serde(rename = "accountStats")]
    pub stats: Option<AccountStats>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountStats {
    pub feed_stats: FeedStats,
}

#[derive(Debug, Deserialize)]
pub(super) struct FeedStats {
    pub posts: u64,
    pub comments: u64,
    pub reposts: u64,
    pub quotes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct References {
    pub post_references: RawPage,
}

#[derive(Debug, Deserialize)]
pub(super) struct Notifications {
    pub notifications: PageOf<Notification>,
}

/// Which of the fields is there tells what happened.
#[derive(Debug, Deserialize)]
pub(super) struct Notification {
    pub post: Option<Box<RawValue>>,
    pub comment: Option<Box<RawValue>>,
    pub quote: Option<Box<RawValue>>,
}

/// What an item of a list is, before it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    #[serde(rename = "__typename", default)]
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Account {
    pub address: String,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub username: Option<Username>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Username {
    pub local_name: String,
}

impl Account {
    /// The name people write, else the address.
    pub fn handle(&self) -> &str {
        self.username
            .as_ref()
            .map_or(self.address.as_str(), |name| name.local_name.as_str())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Post {
    pub id: String,
    pub slug: String,
    #[serde(default)]
    pub is_deleted: bool,
    pub timestamp: jiff::Timestamp,
    pub author: Account,
    pub metadata: Option<Metadata>,
    #[serde(default)]
    pub mentions: Option<Vec<Mention>>,
    pub stats: Option<Stats>,
    pub comment_on: Option<Reference>,
    pub quote_of: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repost {
    pub id: String,
    #[serde(default)]
    pub is_deleted: bool,
    pub timestamp: jiff::Timestamp,
    pub author: Account,
    #[serde(rename = "repostOf")]
    pub original: Post,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub id: String,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
pub(super) struct Stats {
    #[serde(default)]
    pub comments: i64,
    #[serde(default)]
    pub reposts: i64,
    #[serde(default)]
    pub quotes: i64,
    #[serde(default)]
    pub reactions: i64,
}

/// The words and pictures of a post, whichever of the sixteen kinds it is, or one that nobody knew when this was written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub id: Option<String>,
    pub content: Option<String>,
    pub title: Option<String>,
    pub space_title: Option<String>,
    pub tags: Option<Vec<String>>,
    pub image: Option<Medium>,
    pub attachments: Option<Vec<Medium>>,
    pub asset: Option<Medium>,
    pub video: Option<Medium>,
    pub sharing_link: Option<String>,
    pub embed: Option<String>,
    pub mint_link: Option<String>,
    /// Of a kind that Lens itself does not know: its JSON as text.
    pub raw: Option<serde_json::Value>,
}

/// A picture; or the still picture of a video or a sound.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Medium {
    pub small: Option<String>,
    pub original: Option<String>,
    pub cover: Option<String>,
    pub alt_tag: Option<String>,
    pub video_alt: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mention {
    pub replace: Option<Replace>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Replace {
    pub from: String,
    pub to: String,
}
