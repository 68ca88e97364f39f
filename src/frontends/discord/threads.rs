//! Threads under messages. A thread is a channel of its own, with the number of its message.

use serde_json::json;
use serenity::http::{LightMethod, Request, Route};
use serenity::model::id::{ChannelId, MessageId};

use super::calls::CallError;
use super::standing::Standing;
use super::{Discord, channel, events};
use crate::chat::frontend::{MessageRef, ShowError};
use crate::domain::error::shortened;
use crate::domain::operator::RoomAddress;

/// Discord takes no longer name.
const NAME: usize = 100;

impl Discord {
    pub(super) async fn thread_under(
        &self,
        room: &RoomAddress,
        message: &MessageRef,
        name: &str,
    ) -> Result<RoomAddress, ShowError> {
        let channel = channel(room)?;
        let standing = Standing::read(message).filter(|standing| !standing.hidden);
        let Some(&under) = standing.as_ref().and_then(|standing| standing.ids.last()) else {
            return Err(ShowError::Later(
                "one person alone sees the card".to_owned(),
            ));
        };
        if let Some(lacking) = self.places.lacking_for_threads(channel) {
            return Err(ShowError::Closed(lacking));
        }
        let route = Route::ChannelMessageThreads {
            channel_id: ChannelId::new(channel),
            message_id: MessageId::new(under),
        };
        let body = json!({"name": shortened(name, NAME)}).to_string();
        let request = Request::new(route, LightMethod::Post).body(Some(body.into_bytes()));
        let thread = match self.calls.call("openThread", request).await {
            Ok(thread) => thread["id"].as_str().and_then(|id| id.parse().ok()),
            Err(CallError::ThreadThere) => None,
            Err(CallError::Forbidden) => {
                return Err(ShowError::Closed(self.places.no_threads(channel)));
            }
            Err(error) => return Err(self.not_shown(channel, error)),
        };
        let thread = thread.unwrap_or(under);
        self.places.note_thread(thread);
        Ok(events::room(thread))
    }
}
