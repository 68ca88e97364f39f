//! `/search`: stored posts by meaning.

use crate::chat::commands::{ChatError, Ctx, Done};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::chat::words::time::Now;
use crate::domain::error::UserError;
use crate::domain::post::Post;
use crate::flow::recall::RecallError;

const HITS: usize = 8;
const LONGEST_SEARCH: usize = 500;

pub async fn search(ctx: &Ctx, rest: &str) -> Done {
    let wanted = parse::unquoted(rest).trim();
    if wanted.is_empty() {
        return Err(UserError::new(
            "Say what to look for.",
            "Such as: /search coffee and mornings.",
        )
        .into());
    }
    let has = wanted.chars().count();
    if has > LONGEST_SEARCH {
        return Err(words::errors::too_long(
            "search",
            has,
            LONGEST_SEARCH,
            "A few words find more.",
        )
        .into());
    }
    let hits = ctx
        .house
        .finder
        .find(ctx.w(), wanted, HITS)
        .await
        .map_err(failed)?;
    if hits.is_empty() {
        let stored = ctx.store().post_count(ctx.w()).await?;
        return ctx.say(View::text(nothing(stored, wanted))).await;
    }
    let mut view = found(&hits, &ctx.now);
    // What the index does not know yet is found by its words alone, so the order says less.
    if let Ok(Some(trouble)) = ctx.house.finder.trouble().await {
        let line = format!("Search index: {}.", trouble.trim_end_matches('.'));
        view = view.with(Block::Note(line));
    }
    ctx.say(view).await
}

fn failed(error: RecallError) -> ChatError {
    match error {
        RecallError::Store(error) => error.into(),
        RecallError::Index(error) => {
            tracing::warn!(error = %error, "search failed");
            let what = "The search index did not answer; the posts themselves are safe.";
            ChatError::Later(UserError::new(what, "The log says why."))
        }
    }
}

fn nothing(stored: u64, wanted: &str) -> String {
    if stored == 0 {
        return "There are no posts yet. /source add sandbox all, then /source fetch brings some."
            .to_owned();
    }
    let stored = words::thousands(stored);
    format!(
        "Nothing about {} among {stored} posts.",
        words::quoted(wanted, 60)
    )
}

/// The posts, best first, each with what `/reply` wants.
fn found(hits: &[(Post, f32)], now: &Now) -> View {
    let lines = hits.iter().map(|(post, _)| {
        let body = &post.body;
        let (author, text) = (words::person(&body.author), words::quoted(&body.text, 160));
        format!(
            "{author} {} {text} · {}",
            now.clock(body.created_at),
            body.native_id
        )
    });
    View::default().with(Block::List(lines.collect()))
}
