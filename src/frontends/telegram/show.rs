//! Views in chats: sent, changed in place where that is possible, else sent anew and the old messages taken away.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use parking_lot::Mutex;
use teloxide::payloads::{
    EditMessageCaptionSetters as _, EditMessageTextSetters as _, SendMessageSetters as _,
    SendPhotoSetters as _,
};
use teloxide::prelude::Requester as _;
use teloxide::types::{
    ChatId, InlineKeyboardMarkup, InputFile, InputMedia, InputMediaPhoto, LinkPreviewOptions,
    MessageId, ParseMode, ThreadId,
};

use super::calls::CallError;
use super::html::html;
use super::layout::{CAPTION, Layout, Message};
use super::queue::Urgency;
use super::standing::{Kind, Standing, Stands, mark};
use super::{Telegram, state, thread};
use crate::chat::frontend::{MessageRef, ShowError};
use crate::chat::view::View;
use crate::domain::operator::RoomAddress;
use crate::frontends::pictures::{has_picture, with_files, without_pictures};
use crate::frontends::text::Styled;

/// What so many messages show is remembered, to leave alone what has not changed.
const REMEMBERED: usize = 4_000;
/// A chat changes its id once; more than a few times in a row is a mistake.
const MOST_MOVES: u32 = 3;
const FILE_NAME: &str = "text.txt";
/// Said below a question in a group whose other messages the bot does not see.
const ONLY_ANSWERS: &str =
    "Answer this very message: in groups I see only answers to mine, and commands.";

/// What messages show, as far as is known.
#[derive(Default)]
pub struct Shown(Mutex<HashMap<(i64, i32), u64>>);

impl Shown {
    fn shows(&self, chat: i64, id: MessageId, hash: u64) -> bool {
        let shown = self.0.lock();
        shown.get(&(chat, id.0)) == Some(&hash)
    }

    fn note(&self, chat: i64, id: MessageId, hash: u64) {
        let mut shown = self.0.lock();
        if shown.len() >= REMEMBERED {
            shown.clear();
        }
        shown.insert((chat, id.0), hash);
    }
}

/// Where a message goes, and how soon.
#[derive(Clone, Copy)]
struct To {
    chat: i64,
    thread: Option<ThreadId>,
    urgency: Urgency,
}

/// What changing in place came to.
enum Changed {
    Done(Standing),
    /// It is of another shape.
    Otherwise,
    /// There is nothing left to change.
    Gone,
}

impl Telegram {
    pub(super) async fn show_view(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        let view = with_files(view).await;
        let urgency = if replaces.is_some() || !view.buttons.is_empty() {
            Urgency::Card
        } else {
            Urgency::Line
        };
        let mut old = replaces.and_then(Standing::read);
        let mut layout = Layout::of(&view, self.note(room, &view));
        for _ in 0..MOST_MOVES {
            let to = To {
                chat: self.chat(room)?,
                thread: thread(room),
                urgency,
            };
            match self.put(to, &layout, old.as_ref()).await {
                Ok(standing) => return Ok(standing.written()),
                Err(CallError::Moved(new)) => {
                    self.follow(to.chat, new.0).await;
                    // Its messages have other ids there.
                    old = None;
                }
                // It does not take the picture: the text goes without it.
                Err(CallError::Refused(why)) if has_picture(&view) && !layout.is_bare() => {
                    tracing::warn!(why, "a picture was not taken");
                    layout = Layout::of(&without_pictures(&view), self.note(room, &view));
                }
                Err(CallError::Closed(why)) => return Err(ShowError::Closed(why)),
                Err(CallError::Refused(why)) => return Err(ShowError::Refused(why)),
                Err(error) => return Err(ShowError::Later(state::in_words(&error))),
            }
        }
        Err(ShowError::Later(
            "the chat changes its id over and over".to_owned(),
        ))
    }

    /// Where the bot sees only answers, a question says so.
    fn note(&self, room: &RoomAddress, view: &View) -> Option<&'static str> {
        let group = room.chat.starts_with('-');
        let sees_all = self.state.bot().is_none_or(|bot| bot.reads_groups);
        (view.asks && group && !sees_all).then_some(ONLY_ANSWERS)
    }

    async fn put(
        &self,
        to: To,
        layout: &Layout,
        old: Option<&Standing>,
    ) -> Result<Standing, CallError> {
        let Some(old) = old else {
            return self.send(to, layout).await;
        };
        match self.change(to, layout, old).await? {
            Changed::Done(standing) => Ok(standing),
            Changed::Gone => self.send(to, layout).await,
            Changed::Otherwise => {
                let standing = self.send(to, layout).await?;
                self.take_away(to, old.ids().collect()).await;
                Ok(standing)
            }
        }
    }

    async fn send(&self, to: To, layout: &Layout) -> Result<Standing, CallError> {
        let mut standing = Standing::default();
        let last = layout.messages.len().saturating_sub(1);
        for (at, message) in layout.messages.iter().enumerate() {
            let buttons = (at == last).then_some(&layout.buttons);
            let ids = self.send_one(to, message, buttons).await?;
            if let [id] = ids[..] {
                self.shown.note(to.chat, id, hash(message, buttons));
            }
            let kind = kind(message, ids.len());
            standing.0.push(Stands { kind, ids });
        }
        Ok(standing)
    }

    async fn send_one(
        &self,
        to: To,
        message: &Message,
        buttons: Option<&InlineKeyboardMarkup>,
    ) -> Result<Vec<MessageId>, CallError> {
        let (calls, chat) = (&self.calls, ChatId(to.chat));
        let buttons = buttons.filter(|buttons| !buttons.inline_keyboard.is_empty());
        self.queue
            .run(to.chat, to.urgency, || async {
                match message {
                    Message::Text(text) => {
                        let mut request = calls
                            .bot
                            .send_message(chat, html(text))
                            .parse_mode(ParseMode::Html)
                            .link_preview_options(no_preview());
                        request.message_thread_id = to.thread;
                        request.reply_markup = buttons.cloned().map(Into::into);
                        let sent = calls.call("sendMessage", request).await?;
                        Ok(vec![sent.id])
                    }
                    Message::Photo { path, caption } => {
                        let mut request = calls
                            .bot
                            .send_photo(chat, InputFile::file(path.clone()))
                            .parse_mode(ParseMode::Html);
                        request.caption = said(caption);
                        request.message_thread_id = to.thread;
                        request.reply_markup = buttons.cloned().map(Into::into);
                        let sent = calls.upload("sendPhoto", request).await?;
                        Ok(vec![sent.id])
                    }
                    Message::Album(paths) => {
                        let album = paths.iter().map(|path| {
                            InputMedia::Photo(InputMediaPhoto::new(InputFile::file(path.clone())))
                        });
                        let mut request = calls.bot.send_media_group(chat, album);
                        request.message_thread_id = to.thread;
                        let sent = calls.upload("sendMediaGroup", request).await?;
                        Ok(sent.iter().map(|message| message.id).collect())
                    }
                    Message::File(text) => {
                        let file = InputFile::memory(text.clone()).file_name(FILE_NAME);
                        let mut request = calls.bot.send_document(chat, file);
                        request.message_thread_id = to.thread;
                        let sent = calls.upload("sendDocument", request).await?;
                        Ok(vec![sent.id])
                    }
                }
            })
            .await
    }

    /// Changes the messages that stand there into those of `layout`.
    async fn change(&self, to: To, layout: &Layout, old: &Standing) -> Result<Changed, CallError> {
        if let Some(outcome) = self.close_up(to, layout, old).await? {
            return Ok(outcome);
        }
        let fits = layout.messages.len() == old.0.len()
            && layout
                .messages
                .iter()
                .zip(&old.0)
                .all(|(message, stands)| becomes(stands, message));
        if !fits {
            return Ok(Changed::Otherwise);
        }
        let mut standing = Standing::default();
        let last = layout.messages.len().saturating_sub(1);
        for (at, (message, stands)) in layout.messages.iter().zip(&old.0).enumerate() {
            let buttons = (at == last).then_some(&layout.buttons);
            match self.change_one(to, message, stands, buttons).await {
                Ok(()) | Err(CallError::Same) => {}
                Err(CallError::Gone) => return Ok(Changed::Gone),
                Err(error) => return Err(error),
            }
            let kind = kind(message, stands.ids.len());
            standing.0.push(Stands {
                kind,
                ids: stands.ids.clone(),
            });
        }
        Ok(Changed::Done(standing))
    }

    /// A few words without buttons take the place of a whole card: it has moved on. A picture keeps standing above them.
    async fn close_up(
        &self,
        to: To,
        layout: &Layout,
        old: &Standing,
    ) -> Result<Option<Changed>, CallError> {
        let [Message::Text(text)] = layout.messages.as_slice() else {
            return Ok(None);
        };
        let Some(last) = old.0.last() else {
            return Ok(None);
        };
        let plain = matches!(old.0.as_slice(), [one] if one.kind == Kind::Text);
        let few = layout.buttons.inline_keyboard.is_empty() && text.units() <= CAPTION;
        if plain || !few || !matches!(last.kind, Kind::Text | Kind::Photo(_)) {
            return Ok(None);
        }
        let changed = match (&last.kind, last.ids.first()) {
            (Kind::Photo(_), Some(id)) => self.caption(to, *id, text, None).await,
            (_, Some(id)) => self.text(to, *id, text, None).await,
            (_, None) => Ok(()),
        };
        match changed {
            Ok(()) | Err(CallError::Same) => {}
            Err(CallError::Gone) => return Ok(Some(Changed::Gone)),
            Err(error) => return Err(error),
        }
        let above = old.ids().filter(|id| !last.ids.contains(id)).collect();
        self.take_away(to, above).await;
        Ok(Some(Changed::Done(Standing(vec![last.clone()]))))
    }

    async fn change_one(
        &self,
        to: To,
        message: &Message,
        stands: &Stands,
        buttons: Option<&InlineKeyboardMarkup>,
    ) -> Result<(), CallError> {
        let Some(id) = stands.ids.first().copied() else {
            return Ok(());
        };
        let new = hash(message, buttons);
        if self.shown.shows(to.chat, id, new) {
            return Ok(());
        }
        match (message, &stands.kind) {
            (Message::Text(text), _) => self.text(to, id, text, buttons).await,
            (Message::Photo { path, caption }, Kind::Photo(known))
                if *known == mark([path.as_path()]) =>
            {
                if caption.is_blank() && buttons.is_none() {
                    return Ok(());
                }
                self.caption(to, id, caption, buttons).await
            }
            (Message::Photo { path, caption }, _) => {
                self.picture_at(to, id, path, caption, buttons).await
            }
            (Message::Album(_) | Message::File(_), _) => Ok(()),
        }?;
        self.shown.note(to.chat, id, new);
        Ok(())
    }

    async fn text(
        &self,
        to: To,
        id: MessageId,
        text: &Styled,
        buttons: Option<&InlineKeyboardMarkup>,
    ) -> Result<(), CallError> {
        let calls = &self.calls;
        let changed = self
            .queue
            .run(to.chat, to.urgency, || async {
                let mut request = calls
                    .bot
                    .edit_message_text(ChatId(to.chat), id, html(text))
                    .parse_mode(ParseMode::Html)
                    .link_preview_options(no_preview());
                request.reply_markup = buttons.cloned();
                calls.call("editMessageText", request).await
            })
            .await;
        match changed {
            // A press names a message without saying that it is a picture.
            Err(CallError::OtherKind) => self.caption(to, id, text, buttons).await,
            other => other.map(|_| ()),
        }
    }

    async fn caption(
        &self,
        to: To,
        id: MessageId,
        caption: &Styled,
        buttons: Option<&InlineKeyboardMarkup>,
    ) -> Result<(), CallError> {
        let calls = &self.calls;
        self.queue
            .run(to.chat, to.urgency, || async {
                let mut request = calls
                    .bot
                    .edit_message_caption(ChatId(to.chat), id)
                    .parse_mode(ParseMode::Html);
                request.caption = said(caption);
                request.reply_markup = buttons.cloned();
                calls.call("editMessageCaption", request).await
            })
            .await
            .map(|_| ())
    }

    async fn picture_at(
        &self,
        to: To,
        id: MessageId,
        path: &std::path::Path,
        caption: &Styled,
        buttons: Option<&InlineKeyboardMarkup>,
    ) -> Result<(), CallError> {
        let calls = &self.calls;
        self.queue
            .run(to.chat, to.urgency, || async {
                let mut picture = InputMediaPhoto::new(InputFile::file(path.to_owned()))
                    .parse_mode(ParseMode::Html);
                picture.caption = said(caption);
                let mut request =
                    calls
                        .bot
                        .edit_message_media(ChatId(to.chat), id, InputMedia::Photo(picture));
                request.reply_markup = buttons.cloned();
                calls.upload("editMessageMedia", request).await
            })
            .await
            .map(|_| ())
    }

    /// Takes messages away that newer ones stand for. One that cannot be is left; its buttons say what changed.
    async fn take_away(&self, to: To, ids: Vec<MessageId>) {
        if ids.is_empty() {
            return;
        }
        let calls = &self.calls;
        let gone = self
            .queue
            .run(to.chat, Urgency::Line, || async {
                let request = calls.bot.delete_messages(ChatId(to.chat), ids.clone());
                calls.call("deleteMessages", request).await
            })
            .await;
        if let Err(error) = gone {
            tracing::debug!(error = %error, "an older message stays");
        }
    }
}

impl Layout {
    /// Words alone.
    fn is_bare(&self) -> bool {
        !self
            .messages
            .iter()
            .any(|message| matches!(message, Message::Photo { .. } | Message::Album(_)))
    }
}

/// Whether what stands there can be changed into `message`.
fn becomes(stands: &Stands, message: &Message) -> bool {
    match (&stands.kind, message) {
        (Kind::Text, Message::Text(_) | Message::Photo { .. })
        | (Kind::Photo(_), Message::Photo { .. }) => true,
        (Kind::Album(known, _), Message::Album(paths)) => {
            *known == mark(paths.iter().map(PathBuf::as_path))
        }
        (Kind::File(known), Message::File(text)) => *known == mark([std::path::Path::new(text)]),
        _ => false,
    }
}

fn kind(message: &Message, count: usize) -> Kind {
    match message {
        Message::Text(_) => Kind::Text,
        Message::Photo { path, .. } => Kind::Photo(mark([path.as_path()])),
        Message::Album(paths) => Kind::Album(mark(paths.iter().map(PathBuf::as_path)), count),
        Message::File(text) => Kind::File(mark([std::path::Path::new(text)])),
    }
}

/// What tells one content of a message from another.
fn hash(message: &Message, buttons: Option<&InlineKeyboardMarkup>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match message {
        Message::Text(text) => html(text).hash(&mut hasher),
        Message::Photo { path, caption } => (path, html(caption)).hash(&mut hasher),
        Message::Album(paths) => paths.hash(&mut hasher),
        Message::File(text) => text.hash(&mut hasher),
    }
    buttons.hash(&mut hasher);
    hasher.finish()
}

fn said(caption: &Styled) -> Option<String> {
    (!caption.is_blank()).then(|| html(caption))
}

/// A foreign link in a draft must not fetch anything by being looked at.
const fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
