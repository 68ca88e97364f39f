//! From what Lens answers to posts of the domain.

use serde_json::value::RawValue;

use super::wire::{Account, Kind, Medium, Metadata, Post, Repost, Stats};
use crate::domain::network::Network;
use crate::domain::post::{Counts, FetchedPost, MediaRef, hashtags};
use crate::platforms::Page;

/// Where people look at a post.
const POST_PAGE: &str = "https://lens.xyz/p/";

/// The public address of a post.
pub(super) fn link(slug: &str) -> String {
    format!("{POST_PAGE}{slug}")
}

/// Takes the items of a page: posts, reposts, and what was deleted. What is neither cannot be kept, as it has no name.
pub(super) fn take(page: &mut Page, items: &[Box<RawValue>], own: Option<&str>) {
    for item in items {
        if let Err(why) = take_one(page, item, own) {
            tracing::warn!(network = "lens", %why, "an item of a page could not be read");
        }
    }
}

fn take_one(page: &mut Page, item: &RawValue, own: Option<&str>) -> Result<(), String> {
    let text = item.get();
    let unreadable = |error: serde_json::Error| error.to_string();
    let kind: Kind = serde_json::from_str(text).map_err(unreadable)?;
    match kind.name.as_str() {
        // Of a list that holds posts alone, Lens is not asked for the kind.
        "Post" | "" => {
            let post: Post = serde_json::from_str(text).map_err(unreadable)?;
            if post.is_deleted {
                page.removed.push(post.id);
            } else {
                page.posts.push(fetched(post, text, own));
            }
        }
        "Repost" => {
            let repost: Repost = serde_json::from_str(text).map_err(unreadable)?;
            if repost.is_deleted || repost.original.is_deleted {
                page.removed.push(repost.id);
            } else {
                page.posts.push(passed_on(repost, text));
            }
        }
        other => return Err(format!("it is a {other}")),
    }
    Ok(())
}

fn fetched(post: Post, raw: &str, own: Option<&str>) -> FetchedPost {
    let text = words(&post);
    let metadata = post.metadata.unwrap_or_default();
    let own = own.is_some_and(|own| own.eq_ignore_ascii_case(&post.author.address));
    FetchedPost {
        network: Network::Lens,
        native_id: post.id,
        author: author(&post.author),
        tags: tags(&metadata, &text),
        text,
        created_at: post.timestamp,
        // Lens says that a post was edited, not when: its new words make the change known.
        edited_at: None,
        // What apps write into `locale` is their default more often than the language.
        language: None,
        reply_to: post.comment_on.map(|of| of.id),
        quote_of: post.quote_of.map(|of| of.id),
        repost_of: None,
        url: Some(link(&post.slug)),
        counts: counts(post.stats.unwrap_or_default()),
        media: media(metadata),
        raw: Some(raw.to_owned()),
        own,
    }
}

/// A repost has no words of its own: it stands with those it passes on, and with the name of who did.
fn passed_on(repost: Repost, raw: &str) -> FetchedPost {
    let original = repost.original.id.clone();
    let original = FetchedPost {
        repost_of: Some(original),
        ..fetched(repost.original, raw, None)
    };
    FetchedPost {
        native_id: repost.id,
        author: author(&repost.author),
        created_at: repost.timestamp,
        counts: Counts::default(),
        reply_to: None,
        quote_of: None,
        ..original
    }
}

fn author(account: &Account) -> String {
    account.handle().to_owned()
}

fn counts(stats: Stats) -> Counts {
    Counts {
        likes: stats.reactions,
        reposts: stats.reposts.saturating_add(stats.quotes),
        replies: stats.comments,
    }
}

/// Title and content, with mentions as people write them.
fn words(post: &Post) -> String {
    let Some(metadata) = &post.metadata else {
        return String::new();
    };
    let content = match (&metadata.content, &metadata.raw) {
        (Some(content), _) => content.clone(),
        (None, Some(raw)) => content_of_unknown(raw).unwrap_or_default(),
        (None, None) => String::new(),
    };
    let mut content = content;
    for replace in post
        .mentions
        .iter()
        .flatten()
        .filter_map(|m| m.replace.as_ref())
    {
        if !replace.from.is_empty() {
            content = content.replace(&replace.from, &replace.to);
        }
    }
    let title = metadata.title.as_ref().or(metadata.space_title.as_ref());
    let title = title.filter(|title| !title.is_empty() && !content.starts_with(title.as_str()));
    let link = [&metadata.sharing_link, &metadata.embed, &metadata.mint_link]
        .into_iter()
        .flatten()
        .find(|link| !content.contains(link.as_str()));
    [title, Some(&content), link]
        .into_iter()
        .flatten()
        .filter(|part| !part.trim().is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The content of metadata that Lens does not know, where it is where it usually is.
fn content_of_unknown(raw: &serde_json::Value) -> Option<String> {
    let inner;
    let object = match raw {
        serde_json::Value::String(text) => {
            inner = serde_json::from_str::<serde_json::Value>(text).ok()?;
            &inner
        }
        other => other,
    };
    [
        &object["lens"]["content"],
        &object["content"],
        &object["lens"]["title"],
    ]
    .into_iter()
    .find_map(|found| found.as_str())
    .map(str::to_owned)
}

fn tags(metadata: &Metadata, text: &str) -> Vec<String> {
    let mut tags = hashtags(text);
    for tag in metadata.tags.iter().flatten() {
        let tag = tag.trim().trim_start_matches('#').to_lowercase();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The pictures, each once: the small form that a model looks at. The original's address stays in the record.
fn media(metadata: Metadata) -> Vec<MediaRef> {
    let mut found: Vec<MediaRef> = Vec::new();
    let all = [metadata.image, metadata.asset, metadata.video]
        .into_iter()
        .flatten()
        .chain(metadata.attachments.into_iter().flatten());
    for picture in all.filter_map(picture) {
        if found.iter().all(|known| known.url != picture.url) {
            found.push(picture);
        }
    }
    found
}

fn picture(medium: Medium) -> Option<MediaRef> {
    let mime = medium.kind.as_deref().and_then(mime).map(str::to_owned);
    let is_still = medium.small.is_none() && medium.original.is_none();
    let url = medium.small.or(medium.original).or(medium.cover)?;
    Some(MediaRef {
        url,
        alt: medium
            .alt_tag
            .or(medium.video_alt)
            .filter(|alt| !alt.trim().is_empty()),
        // A video's type says nothing about its still picture.
        mime: mime.filter(|_| !is_still),
    })
}

fn mime(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "BMP" | "X_MS_BMP" => "image/bmp",
        "GIF" => "image/gif",
        "HEIC" => "image/heic",
        "JPEG" => "image/jpeg",
        "PNG" => "image/png",
        "SVG_XML" => "image/svg+xml",
        "TIFF" => "image/tiff",
        "WEBP" => "image/webp",
        "AVIF" => "image/avif",
        _ => return None,
    })
}
