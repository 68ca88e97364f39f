//! `/image`: a picture for a draft, another one, an earlier one again, none.

use crate::chat::answer::Answer;
use crate::chat::catalogue::Command;
use crate::chat::commands::review::decided;
use crate::chat::commands::{Ctx, Done, pictures};
use crate::chat::words;
use crate::domain::draft::Seen;
use crate::domain::ids::DraftNumber;
use crate::flow::paint::{self, Which};

pub async fn image(ctx: &Ctx, rest: &str) -> Done {
    let (number, wish) = ctx.numbered(Command::Image, rest).await?;
    let seen = ctx.seen(number).await?;
    let wish = wish.trim();
    if wish.eq_ignore_ascii_case("none") {
        return pictures::removed(ctx, number, seen).await;
    }
    match wish.parse() {
        Ok(place) => choose(ctx, number, seen, Which::Number(place)).await,
        Err(_) => another(ctx, number, seen, wish).await,
    }
}

/// Has a picture made; the card follows.
pub async fn another(ctx: &Ctx, number: DraftNumber, seen: Seen, wish: &str) -> Done {
    super::compose::within("guidance", wish)?;
    let wanted = paint::Wanted {
        guidance: Some(wish.to_owned()).filter(|wish| !wish.is_empty()),
        room: Some(ctx.room.id),
        cause: Some(ctx.inbox),
    };
    let mut tx = ctx.begin().await?;
    let (w, by) = (ctx.w(), &ctx.operator);
    let begun = paint::request(&mut tx, w, number, Some(seen), by, wanted).await?;
    ctx.keep(&mut tx, None).await?;
    let answer = if begun {
        Answer::Silent
    } else {
        Answer::line(words::stop::being_painted(number, wish))
    };
    ctx.settle(tx, answer).await
}

/// Puts an earlier picture back.
pub async fn choose(ctx: &Ctx, number: DraftNumber, seen: Seen, which: Which) -> Done {
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = paint::choose(&mut tx, w, number, Some(seen), by, which, cause).await?;
    decided(ctx, tx, &draft).await
}
