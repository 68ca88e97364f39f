//! Views in channels: as the answer that an interaction waits for, changed in place, or as new messages.

use std::path::Path;

use serde_json::{Value, json};
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ApplicationId, ChannelId, MessageId};

use super::calls::{CallError, File};
use super::intake::HIDDEN;
use super::layout::{Message, Picture, messages};
use super::standing::{Standing, Uploaded, mark};
use super::ticket::{Kind, LIVES, Ticket};
use super::{Discord, channel, state};
use crate::chat::frontend::{MessageRef, ShowError};
use crate::chat::incoming::Asked;
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::operator::RoomAddress;
use crate::frontends::pictures::{has_picture, with_files, without_pictures};

const FILE_NAME: &str = "text.txt";
/// Said below a question in a channel whose other messages the bot cannot read.
const ONLY_ANSWERS: &str =
    "Answer this very message: elsewhere I read only commands, and words that name me.";

/// A message that stands.
struct Sent {
    id: u64,
    attachments: Vec<u64>,
}

impl Discord {
    /// Shows a view that answers nothing in particular, or whose answer came too late for its interaction.
    pub(super) async fn show_view(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        let channel = channel(room)?;
        let view = with_files(view).await;
        let old = replaces.and_then(Standing::read);
        if old.is_none()
            && !view.private
            && let Some(ticket) = self.open.next_in(channel)
        {
            match self.first_answer(&ticket, channel, &view).await {
                Ok(standing) => return Ok(standing.written()),
                // It goes into the channel then.
                Err(error) => tracing::debug!(error = %error, "a first answer was not filled"),
            }
        }
        let shown = self.put(channel, &view, old.as_ref()).await;
        let shown = match shown {
            Err(CallError::Forbidden | CallError::Refused(_)) if has_picture(&view) => {
                tracing::warn!(channel, "a picture was not taken");
                let bare = without_pictures(&view);
                self.put(channel, &bare, old.as_ref()).await
            }
            other => other,
        };
        shown
            .map(|standing| standing.written())
            .map_err(|error| self.not_shown(channel, error))
    }

    pub(super) fn not_shown(&self, channel: u64, error: CallError) -> ShowError {
        match error {
            CallError::Closed(why) => ShowError::Closed(why),
            CallError::Forbidden => ShowError::Closed(self.places.missing(channel)),
            CallError::Archived => ShowError::Closed("the thread is closed".to_owned()),
            CallError::Refused(why) => ShowError::Refused(why),
            other => ShowError::Later(state::in_words(&other)),
        }
    }

    /// Shows the answer to an interaction where its person looks for it, as long as that is possible.
    pub(super) async fn answer_view(
        &self,
        asked: &Asked,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        let Some(ticket) = live(asked) else {
            return self.show_view(room, view, replaces).await;
        };
        self.open.acknowledged(&asked.external_id).await;
        let filled = with_files(view).await;
        let shown = match ticket.kind {
            Kind::Command => {
                self.to_command(asked, room, &ticket, &filled, replaces)
                    .await
            }
            Kind::Press => self.to_press(room, &ticket, &filled, replaces).await,
        };
        match shown {
            Ok(Some(standing)) => Ok(standing.written()),
            Err(CallError::Unclear(why)) => Err(ShowError::Later(format!("{why}."))),
            // What cannot be said there is said in the channel.
            Ok(None) | Err(_) => self.show_view(room, view, replaces).await,
        }
    }

    /// None: it is for the channel.
    async fn to_command(
        &self,
        asked: &Asked,
        room: &RoomAddress,
        ticket: &Ticket,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<Option<Standing>, CallError> {
        if replaces.is_some() {
            return Ok(None);
        }
        let first = self.open.is_unanswered(&asked.external_id);
        let hides = view.private && !ticket.hidden;
        if first && !hides {
            let channel = channel(room).unwrap_or_default();
            let standing = self.first_answer(ticket, channel, view).await?;
            self.open.note_answered(&asked.external_id);
            return Ok(Some(standing));
        }
        if !view.private {
            return Ok(None);
        }
        if first {
            // Everybody sees that something is to come, and nobody but the person may see what.
            self.take_back(ticket).await?;
            self.open.note_answered(&asked.external_id);
        }
        self.in_private(ticket, view).await.map(Some)
    }

    /// None: it is for the channel.
    async fn to_press(
        &self,
        room: &RoomAddress,
        ticket: &Ticket,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<Option<Standing>, CallError> {
        let Some(before) = replaces.and_then(Standing::read) else {
            return if view.private {
                self.in_private(ticket, view).await.map(Some)
            } else {
                Ok(None)
            };
        };
        let channel = channel(room).unwrap_or_default();
        let layout = messages(view, self.note(channel, view));
        let pressed = before.ids.last().copied();
        match (layout.as_slice(), before.ids.len()) {
            ([message], 1) if pressed == ticket.message => {
                let sent = self
                    .change_first(ticket, message, before.pictures.as_ref())
                    .await?;
                let hidden = ticket.hidden;
                Ok(Some(standing(&[sent], message, hidden)))
            }
            _ => Ok(None),
        }
    }

    /// Says something by an interaction that was acknowledged.
    pub(super) async fn say_by(&self, ticket: &Ticket, view: &View) -> Result<(), CallError> {
        match ticket.kind {
            Kind::Command => self.first_answer(ticket, 0, view).await.map(|_| ()),
            Kind::Press => self.in_private(ticket, view).await.map(|_| ()),
        }
    }

    /// The end of an interaction. Where nothing was said yet, it says that work goes on, or that there is nothing to say.
    pub(super) async fn end(&self, asked: &Asked, room: &RoomAddress, goes_on: bool) {
        if let Some(ticket) = live(asked)
            && ticket.kind == Kind::Command
            && self.open.is_unanswered(&asked.external_id)
        {
            self.open.acknowledged(&asked.external_id).await;
            let channel = channel(room).unwrap_or_default();
            let ended = if goes_on {
                let line = View::text(words::press::working());
                self.first_answer(&ticket, channel, &line).await.map(|_| ())
            } else {
                self.take_back(&ticket).await
            };
            match ended {
                Ok(()) if goes_on && !ticket.hidden => self.open.wait_in(channel, ticket),
                Ok(()) => {}
                Err(error) => tracing::debug!(error = %error, "an interaction was not closed"),
            }
        }
        self.open.end(&asked.external_id);
    }

    /// Where the bot reads only answers, a question says so.
    fn note(&self, channel: u64, view: &View) -> Option<&'static str> {
        (view.asks && !self.reads_all(channel)).then_some(ONLY_ANSWERS)
    }

    /// The answer that a command waits for, with what does not fit behind it.
    async fn first_answer(
        &self,
        ticket: &Ticket,
        channel: u64,
        view: &View,
    ) -> Result<Standing, CallError> {
        let layout = messages(view, self.note(channel, view));
        let mut sent = Vec::new();
        for (nth, message) in layout.iter().enumerate() {
            sent.push(if nth == 0 {
                self.change_first(ticket, message, None).await?
            } else {
                self.follow_up(ticket, message, ticket.hidden).await?
            });
        }
        Ok(stands(&sent, &layout, ticket.hidden))
    }

    /// Messages that only the person sees.
    async fn in_private(&self, ticket: &Ticket, view: &View) -> Result<Standing, CallError> {
        let layout = messages(view, None);
        let mut sent = Vec::new();
        for message in &layout {
            sent.push(self.follow_up(ticket, message, true).await?);
        }
        Ok(stands(&sent, &layout, true))
    }

    /// Changes the first answer of a command, or the message that was pressed.
    async fn change_first(
        &self,
        ticket: &Ticket,
        message: &Message,
        known: Option<&Uploaded>,
    ) -> Result<Sent, CallError> {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: ApplicationId::new(ticket.application),
            token: &ticket.token,
        };
        let (body, files) = whole_body(message, known).await;
        let request = patch(route, &body);
        let sent = self.calls.upload("answer", request, &files, true).await?;
        Ok(read(&sent))
    }

    async fn follow_up(
        &self,
        ticket: &Ticket,
        message: &Message,
        hidden: bool,
    ) -> Result<Sent, CallError> {
        let route = Route::WebhookFollowupMessages {
            application_id: ApplicationId::new(ticket.application),
            token: &ticket.token,
        };
        let (mut body, files) = whole_body(message, None).await;
        if hidden {
            body["flags"] = json!(HIDDEN);
        }
        let request = post(route, &body);
        let sent = self
            .calls
            .upload("followUp", request, &files, false)
            .await?;
        Ok(read(&sent))
    }

    async fn take_back(&self, ticket: &Ticket) -> Result<(), CallError> {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: ApplicationId::new(ticket.application),
            token: &ticket.token,
        };
        let request = Request::new(route, LightMethod::Delete);
        match self.calls.call("takeBack", request).await {
            Ok(_) | Err(CallError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Shows a view in a channel: in place of `old` where that takes it, else further down.
    async fn put(
        &self,
        channel: u64,
        view: &View,
        old: Option<&Standing>,
    ) -> Result<Standing, CallError> {
        let layout = messages(view, self.note(channel, view));
        let Some(old) = old.filter(|old| !old.hidden) else {
            return self.send_all(channel, &layout).await;
        };
        let Some(spare) = old.ids.len().checked_sub(layout.len()) else {
            let standing = self.send_all(channel, &layout).await?;
            self.take_away(channel, &old.ids).await;
            return Ok(standing);
        };
        let (above, kept) = old.ids.split_at(spare);
        let mut sent = Vec::new();
        for (nth, (message, id)) in layout.iter().zip(kept).enumerate() {
            let known = old.pictures.as_ref().filter(|_| nth + 1 == layout.len());
            match self.change(channel, *id, message, known).await {
                Ok(changed) => sent.push(changed),
                // A message opens a thread again that was put away; a change does not.
                Err(CallError::Gone | CallError::Archived) => {
                    return self.send_all(channel, &layout).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.take_away(channel, above).await;
        Ok(stands(&sent, &layout, false))
    }

    async fn send_all(&self, channel: u64, layout: &[Message]) -> Result<Standing, CallError> {
        let mut sent = Vec::new();
        for message in layout {
            sent.push(self.send(channel, message).await?);
        }
        Ok(stands(&sent, layout, false))
    }

    async fn send(&self, channel: u64, message: &Message) -> Result<Sent, CallError> {
        let route = Route::ChannelMessages {
            channel_id: ChannelId::new(channel),
        };
        let (mut body, files) = whole_body(message, None).await;
        // Made again with the same number it is not sent twice.
        body["nonce"] = json!(format!("{:016x}", rand::random::<u64>()));
        body["enforce_nonce"] = json!(true);
        let request = post(route, &body);
        let sent = self.calls.upload("send", request, &files, true).await?;
        Ok(read(&sent))
    }

    async fn change(
        &self,
        channel: u64,
        id: u64,
        message: &Message,
        known: Option<&Uploaded>,
    ) -> Result<Sent, CallError> {
        let route = Route::ChannelMessage {
            channel_id: ChannelId::new(channel),
            message_id: MessageId::new(id),
        };
        let (body, files) = whole_body(message, known).await;
        let request = patch(route, &body);
        let sent = self.calls.upload("change", request, &files, true).await?;
        Ok(read(&sent))
    }

    /// Takes messages away that newer ones stand for. One that cannot be is left; its buttons say what changed.
    async fn take_away(&self, channel: u64, ids: &[u64]) {
        for id in ids {
            let route = Route::ChannelMessage {
                channel_id: ChannelId::new(channel),
                message_id: MessageId::new(*id),
            };
            let request = Request::new(route, LightMethod::Delete);
            if let Err(error) = self.calls.call("takeAway", request).await {
                tracing::debug!(error = %error, "an older message stays");
            }
        }
    }
}

/// What an answer can still be given by.
fn live(asked: &Asked) -> Option<Ticket> {
    let age = jiff::Timestamp::now().duration_since(asked.at);
    let ticket = Ticket::read(asked.ticket.as_ref()?)?;
    (age.unsigned_abs() < LIVES).then_some(ticket)
}

fn stands(sent: &[Sent], layout: &[Message], hidden: bool) -> Standing {
    match layout.last() {
        Some(last) => standing(sent, last, hidden),
        None => Standing {
            ids: Vec::new(),
            pictures: None,
            hidden,
        },
    }
}

fn standing(sent: &[Sent], last: &Message, hidden: bool) -> Standing {
    let attachments = sent.last().map(|sent| sent.attachments.clone());
    let pictures = attachments
        .filter(|ids| !ids.is_empty() && ids.len() == last.pictures.len())
        .map(|attachments| Uploaded {
            mark: mark_of(&last.pictures),
            attachments,
        });
    Standing {
        ids: sent.iter().map(|sent| sent.id).collect(),
        pictures,
        hidden,
    }
}

fn mark_of(pictures: &[Picture]) -> String {
    mark(pictures.iter().map(|picture| picture.path.as_path()))
}

fn read(sent: &Value) -> Sent {
    let id = |value: &Value| value["id"].as_str()?.parse().ok();
    let attachments = sent["attachments"].as_array();
    Sent {
        id: id(sent).unwrap_or_default(),
        attachments: attachments.into_iter().flatten().filter_map(id).collect(),
    }
}

fn post<'a>(route: Route<'a>, body: &Value) -> Request<'a> {
    Request::new(route, LightMethod::Post).body(Some(body.to_string().into_bytes()))
}

fn patch<'a>(route: Route<'a>, body: &Value) -> Request<'a> {
    Request::new(route, LightMethod::Patch).body(Some(body.to_string().into_bytes()))
}

/// What goes with a message that stands, so that nothing of what it was before is left.
async fn whole_body(message: &Message, known: Option<&Uploaded>) -> (Value, Vec<File>) {
    let mut body = plain_body(message);
    let known = known.filter(|known| {
        known.mark == mark_of(&message.pictures)
            && known.attachments.len() == message.pictures.len()
    });
    let mut files = Vec::new();
    let mut attachments = Vec::new();
    if let Some(known) = known {
        attachments.extend(
            known
                .attachments
                .iter()
                .map(|id| json!({"id": id.to_string()})),
        );
    } else {
        for picture in &message.pictures {
            // What was there a moment ago and is gone is left out.
            let Ok(bytes) = tokio::fs::read(&picture.path).await else {
                continue;
            };
            let name = file_name(&picture.path);
            let alt = crate::domain::error::shortened(&picture.alt, 1_000);
            attachments
                .push(json!({"id": files.len().to_string(), "filename": name, "description": alt}));
            files.push(File { name, bytes });
        }
    }
    if let Some(text) = &message.file {
        attachments.push(json!({"id": files.len().to_string(), "filename": FILE_NAME}));
        files.push(File {
            name: FILE_NAME.to_owned(),
            bytes: text.clone().into_bytes(),
        });
    }
    body["attachments"] = json!(attachments);
    (body, files)
}

/// A message without its files.
#[must_use]
pub fn plain_body(message: &Message) -> Value {
    let mut embed = json!({});
    if let Some(title) = &message.title {
        embed["title"] = json!(title);
    }
    if !message.text.is_empty() {
        embed["description"] = json!(message.text);
    }
    let mut embeds = vec![embed];
    for (nth, picture) in message.pictures.iter().enumerate() {
        let image = json!({"url": format!("attachment://{}", file_name(&picture.path))});
        match embeds.get_mut(nth) {
            Some(embed) => embed["image"] = image,
            None => embeds.push(json!({"image": image})),
        }
    }
    json!({
        "content": "",
        "embeds": embeds,
        "components": message.rows,
        "allowed_mentions": {"parse": []},
    })
}

/// Discord takes plain names alone.
fn file_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .unwrap_or_default()
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    if name.is_empty() {
        "picture".to_owned()
    } else {
        name
    }
}
