//! Which version of a draft typed words mean: the one that their room was shown last before they were written. Where that
//! is not the current one, the card is shown and nothing is decided.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, drafts};
use crate::chat::incoming::Said;
use crate::chat::press::Press;
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::draft::{Draft, Seen};
use crate::domain::ids::{DraftId, DraftNumber, InboxId};
use crate::flow::review::ReviewError;
use crate::store::Delivery;

/// No draft has a version of this number.
const NONE: Seen = Seen::waiting(0);

/// What people type where they see a button, or think of one.
const BUTTON_WORDS: [&str; 20] = [
    "yes",
    "yep",
    "sure",
    "ok",
    "okay",
    "no",
    "approve",
    "schedule",
    "edit",
    "redo",
    "image",
    "why",
    "reject",
    "take back",
    "publish",
    "publish it",
    "send",
    "send it",
    "post it",
    "do it",
];

impl Ctx {
    /// The version of a draft that these words mean; of one that is not there, and where none was shown, one that no
    /// draft has.
    pub(super) async fn seen(&self, number: DraftNumber) -> Result<Seen, ChatError> {
        let Some(draft) = self.store().draft_numbered(self.w(), number).await? else {
            return Ok(NONE);
        };
        let shown = self.cards_here(draft.id).await?;
        let before = shown.into_iter().filter(|card| card.after < self.written);
        let seen = before.filter_map(|card| card.seen);
        Ok(seen
            .max_by_key(|seen| (seen.revision, seen.decided))
            .unwrap_or(NONE))
    }

    /// The cards of a draft that who speaks here has before them: in this room, and above it where it is the draft's thread.
    async fn cards_here(&self, draft: DraftId) -> Result<Vec<Delivery>, ChatError> {
        let here = self.store().delivery(self.room.id, draft).await?;
        let above = match self.store().thread_of(self.room.id).await? {
            Some((of, above)) if of == draft => self.store().delivery(above.id, draft).await?,
            _ => None,
        };
        Ok(here.into_iter().chain(above).collect())
    }
}

/// Whether what was said carries no version of its own, as the buttons of a card do.
pub fn is_typed(said: &Said) -> bool {
    let (Said::Press { code, .. } | Said::Filled { code, .. }) = said else {
        return true;
    };
    !matches!(
        Press::read(code),
        Ok(Press::Draft { .. }
            | Press::Reject { .. }
            | Press::Restore { .. }
            | Press::UseText { .. })
    )
}

/// Shows the card in place of a decision on an older version; another error stays one.
pub async fn in_place_of(ctx: &Ctx, error: ChatError) -> Done {
    let ChatError::Review(ReviewError::Older {
        number,
        seen,
        before,
        after,
        ..
    }) = &error
    else {
        return Err(error);
    };
    let draft = drafts::find(ctx, *number).await?;
    let shown_before = !ctx.cards_here(draft.id).await?.is_empty() || *seen > 0;
    let change = (*seen > 0).then_some((before.as_str(), after.as_str()));
    let line = words::shown::not_decided(&draft, shown_before, change);
    card(ctx, &draft, line).await
}

/// The card of a draft as a new message, with a line of its own.
async fn card(ctx: &Ctx, draft: &Draft, line: String) -> Done {
    let mut tx = ctx.begin().await?;
    ctx.keep(&mut tx, None).await?;
    let answer = Answer::Card {
        draft: draft.id,
        fresh: true,
        asked: None,
        line: Some(line),
    };
    ctx.settle(tx, answer).await
}

/// A word or a letter of a button, typed where there is none to press: brings up what it could be about. None: it is no
/// such word, or nothing waits.
pub async fn by_button_word(ctx: &Ctx, line: &str) -> Result<Option<Answer>, ChatError> {
    let word = line.trim().trim_end_matches(['.', '!']).to_lowercase();
    let is_letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_letter && !BUTTON_WORDS.contains(&word.as_str()) {
        return Ok(None);
    }
    let waiting = ctx.waiting().await?;
    match waiting.as_slice() {
        [] => {
            let line = words::errors::waiting_now(&[]);
            ctx.say(View::text(line)).await.map(Some)
        }
        [one] => {
            let draft = drafts::find(ctx, *one).await?;
            let line = words::shown::the_one().to_owned();
            card(ctx, &draft, line).await.map(Some)
        }
        _ => ctx.say(words::shown::which(&waiting)).await.map(Some),
    }
}

/// Keeps the text of an edit that came second, with a button that uses it all the same; an error that nothing could be done
/// about stays one.
pub async fn keep_text(ctx: &Ctx, number: DraftNumber, text: &str, error: ReviewError) -> Done {
    if !matches!(
        error,
        ReviewError::Older { .. } | ReviewError::Decided { .. }
    ) {
        return Err(error.into());
    }
    let draft = drafts::find(ctx, number).await?;
    if draft.revise().is_err() {
        return Err(error.into());
    }
    let current = drafts::current(ctx, &draft).await?;
    let text = text.trim();
    let mut tx = ctx.begin().await?;
    ctx.keep(&mut tx, None).await?;
    if current.content.text == text {
        let answer = Answer::line(words::shown::same_text(number));
        return ctx.settle(tx, answer).await;
    }
    let error = if draft.is_decided() {
        ReviewError::decided(&draft)
    } else {
        error
    };
    let mut view = words::errors::review(&error, &ctx.now);
    view.buttons
        .push(vec![words::shown::use_text(ctx.inbox, draft.seen())]);
    let answer = Answer::KeptText {
        number,
        text: text.to_owned(),
        view,
    };
    ctx.settle(tx, answer).await
}

/// The button of [`keep_text`].
pub async fn use_text(ctx: &Ctx, inbox: InboxId, seen: Seen) -> Done {
    let row = ctx.store().inbox_row(inbox).await?;
    let row = match row {
        Some(row) if row.room == ctx.room.id => Some(row),
        Some(row) => {
            let above = ctx.store().thread_of(ctx.room.id).await?;
            Some(row).filter(|row| above.is_some_and(|(_, above)| above.id == row.room))
        }
        None => None,
    };
    let answer = row.and_then(|row| serde_json::from_value(row.answer?).ok());
    let Some(Answer::KeptText { number, text, .. }) = answer else {
        return Err(words::errors::nothing_kept().into());
    };
    super::review::edit_seen(ctx, number, seen, &text).await
}
