//! Pictures that people send: an answer to a card, it becomes the draft's picture.

use crate::chat::catalogue::Command;
use crate::chat::commands::{ChatError, Ctx, Done, drafts, replies, review as decisions};
use crate::chat::dialogue::Talk;
use crate::chat::frontend::ShowError;
use crate::chat::parse;
use crate::chat::words;
use crate::domain::content::Attachment;
use crate::domain::draft::Seen;
use crate::domain::error::{UserError, shortened};
use crate::domain::ids::DraftNumber;
use crate::domain::network::Network;
use crate::flow::review;

/// Larger files are not taken.
const MOST_BYTES: u64 = 10_000_000;
/// A longer description is cut: no network takes more.
const LONGEST_ALT: usize = 1_000;

/// A picture that somebody sent, with what they wrote under it.
pub async fn sent(
    ctx: &Ctx,
    file: &str,
    caption: Option<&str>,
    to: Option<(&str, Option<DraftNumber>)>,
) -> Done {
    let (number, alt) = meant(ctx, caption.unwrap_or_default(), to).await?;
    ctx.allow("A new picture", Command::Edit.spec().role)?;
    let seen = ctx.seen(number).await?;
    let draft = drafts::find(ctx, number).await?;
    let network = drafts::current(ctx, &draft).await?.content.network;
    let picture = Attachment {
        alt: shortened(alt, LONGEST_ALT),
        ..fetched(ctx, file, network).await?
    };
    let described = !picture.alt.is_empty();
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::picture(&mut tx, w, number, Some(seen), by, Some(picture), cause).await?;
    if described {
        return decisions::decided(ctx, tx, &draft).await;
    }
    let talk = Talk::Alt {
        number,
        seen: draft.seen(),
    };
    let question = words::talk::ask(&talk);
    ctx.ask(tx, talk, question).await
}

/// The draft it is for, and what describes it: the card it answers, or a number before its description.
async fn meant<'a>(
    ctx: &Ctx,
    caption: &'a str,
    to: Option<(&str, Option<DraftNumber>)>,
) -> Result<(DraftNumber, &'a str), ChatError> {
    let (first, rest) = parse::split_word(caption);
    if let Some(number) = parse::draft_number(first).filter(|_| first.starts_with('#')) {
        return Ok((number, rest));
    }
    if let Some((to, card)) = to
        && let Some(number) = replies::card_of(ctx, to, card).await?
    {
        return Ok((number, caption.trim()));
    }
    if let Some(number) = ctx.about {
        return Ok((number, caption.trim()));
    }
    let waiting = ctx.waiting().await?;
    Err(UserError::new(
        "I do not know which draft this picture is for.",
        format!(
            "Send it as an answer to the card, or write the number under it, such as #12. {}",
            words::errors::waiting_now(&waiting)
        ),
    )
    .into())
}

/// The picture, made to fit where it goes.
async fn fetched(ctx: &Ctx, file: &str, network: Network) -> Result<Attachment, ChatError> {
    let here = ctx.room.address.surface;
    let frontend = ctx
        .frontends
        .iter()
        .find(|frontend| frontend.surface() == here);
    let bytes = match frontend {
        Some(frontend) => frontend.picture(file, MOST_BYTES).await,
        None => Err(ShowError::Later("the chat is not open".to_owned())),
    };
    let bytes = bytes.map_err(|error| match error {
        ShowError::Closed(why) | ShowError::Refused(why) => ChatError::User(UserError::new(
            format!("The picture cannot be taken: {why}."),
            "Send another one.",
        )),
        ShowError::Later(why) => ChatError::Later(UserError::new(
            format!("The picture could not be fetched: {why}."),
            "The draft is as it was.",
        )),
    })?;
    Ok(ctx.house.pictures.keep(bytes, network).await?)
}

/// Takes it off.
pub async fn removed(ctx: &Ctx, number: DraftNumber, seen: Seen) -> Done {
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::picture(&mut tx, w, number, Some(seen), by, None, cause).await?;
    decisions::decided(ctx, tx, &draft).await
}

/// The answer to the question what the picture shows.
pub async fn described(ctx: &Ctx, number: DraftNumber, seen: Seen, alt: &str) -> Done {
    let alt = shortened(alt, LONGEST_ALT);
    let seen = with_same_picture(ctx, number, seen).await?;
    let mut tx = ctx.begin().await?;
    let (w, by, cause) = (ctx.w(), &ctx.operator, Some(ctx.inbox));
    let draft = review::describe(&mut tx, w, number, Some(seen), by, &alt, cause).await?;
    decisions::decided(ctx, tx, &draft).await
}

/// The current version of the draft, as long as it has the picture of the one that the question was about: its words may have
/// changed meanwhile.
async fn with_same_picture(ctx: &Ctx, number: DraftNumber, seen: Seen) -> Result<Seen, ChatError> {
    let draft = drafts::find(ctx, number).await?;
    let picture = async |revision: i64| -> Result<Option<String>, ChatError> {
        let revision = ctx.store().revision(draft.id, revision).await?;
        let picture = revision.and_then(|revision| revision.content.media.into_iter().next());
        Ok(picture.map(|picture| picture.sha256))
    };
    let asked = picture(seen.revision).await?;
    if asked.is_some() && asked == picture(draft.revision).await? {
        return Ok(Seen {
            revision: draft.revision,
            ..seen
        });
    }
    Ok(seen)
}
