//! What was said to us, without a login: the comments and quotes of one's own posts, one after the other.
//!
//! The posts come newest first, what was said to each as well, all of it together in no order: the pages say so.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::LensError;
use super::wire::{PageOf, Stats};
use super::{Lens, PAGE_SIZE, operations};
use crate::platforms::Page;

/// Pages of own posts looked through in one call before it answers with an empty page and a place.
const AT_ONCE: usize = 4;

/// Own posts, as much as is needed to ask about them.
#[derive(Debug, Deserialize)]
pub(super) struct OwnPosts {
    pub posts: PageOf<OwnPost>,
}

/// A post, or something else without these fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnPost {
    pub id: Option<String>,
    pub slug: Option<String>,
    #[serde(default)]
    pub is_deleted: bool,
    pub timestamp: Option<jiff::Timestamp>,
    #[serde(default)]
    metadata: Option<OwnMetadata>,
    #[serde(default)]
    stats: Option<Stats>,
}

#[derive(Debug, Clone, Deserialize)]
struct OwnMetadata {
    id: Option<String>,
}

impl OwnPost {
    pub fn metadata_id(&self) -> Option<&str> {
        self.metadata.as_ref()?.id.as_deref()
    }

    fn was_answered(&self) -> bool {
        self.stats
            .is_some_and(|stats| stats.comments > 0 || stats.quotes > 0)
    }
}

/// Where the walk is: which page of own posts, which post on it, which page of what was said to it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    own: Option<String>,
    at: usize,
    said: Option<String>,
}

impl Lens {
    pub(super) async fn said_to_us(&self, cursor: Option<&str>) -> Result<Page, LensError> {
        let mut place: Place = match cursor {
            Some(cursor) => serde_json::from_str(cursor)
                .map_err(|_| LensError::refused("the place to go on from is not one of its own"))?,
            None => Place::default(),
        };
        let mut page = Page {
            unordered: true,
            ..Page::default()
        };
        for _ in 0..AT_ONCE {
            let own = self.own_posts(place.own.as_deref()).await?;
            let items = own.posts.items.iter().enumerate().skip(place.at);
            let answered = items
                .filter(|(_, post)| !post.is_deleted && post.was_answered())
                .find_map(|(at, post)| Some((at, post.id.clone()?)));
            if let Some((at, id)) = answered {
                // A place within what was said to one post is good for that post alone.
                let said = place.said.as_deref().filter(|_| at == place.at);
                place.said = self.references(&mut page, &id, said).await?;
                page.posts.retain(|post| !post.own);
                place.at = if place.said.is_some() { at } else { at + 1 };
                page.next = as_cursor(&place);
                return Ok(page);
            }
            let Some(next) = own.posts.page_info.next else {
                return Ok(page);
            };
            place = Place {
                own: Some(next),
                ..Place::default()
            };
        }
        page.next = as_cursor(&place);
        Ok(page)
    }

    /// One page of our own posts, newest first.
    pub(super) async fn own_posts(&self, cursor: Option<&str>) -> Result<OwnPosts, LensError> {
        let request = json!({
            "filter": {"authors": [self.us()?], "postTypes": ["ROOT", "COMMENT", "QUOTE"]},
            "pageSize": PAGE_SIZE,
            "cursor": cursor,
        });
        self.client
            .ask(operations::OWN_POSTS, &json!({ "request": request }), None)
            .await
    }
}

fn as_cursor(place: &Place) -> Option<String> {
    serde_json::to_string(place).ok()
}
