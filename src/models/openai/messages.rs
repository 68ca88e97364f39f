//! A talk in the service's words: at most one system message, and only as the first. Templates of some models know none.

use async_openai::types::chat::{
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage,
    ChatCompletionRequestMessageContentPartImage, ChatCompletionRequestMessageContentPartText,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    ChatCompletionRequestUserMessageContentPart, ImageDetail, ImageUrl,
};

use super::chat::Talk;
use super::{Dialect, Format};
use crate::models::Speaker;

/// The messages of `talk`. Every instruction stands in the first: the system's, or the person's where the service knows no
/// system. A form that the service cannot be held to is asked for in words there.
pub(super) fn of(talk: &Talk<'_>, dialect: Dialect) -> Vec<ChatCompletionRequestMessage> {
    let (system, spoken): (Vec<_>, Vec<_>) = talk
        .messages
        .iter()
        .partition(|message| message.speaker == Speaker::System);
    let mut instructions: Vec<String> = system.iter().map(|one| one.text.clone()).collect();
    if dialect.format != Format::Schema {
        instructions.push(format!(
            "Answer with one JSON object of this schema and nothing else: {}",
            talk.shape.schema()
        ));
    }
    let mut instructions = instructions.join("\n\n");
    let mut messages = Vec::with_capacity(spoken.len() + 1);
    if dialect.system && !instructions.is_empty() {
        let text = std::mem::take(&mut instructions);
        messages.push(ChatCompletionRequestSystemMessage::from(text).into());
    }
    for (place, message) in spoken.iter().enumerate() {
        let mut text = message.text.clone();
        if message.speaker == Speaker::Assistant {
            messages.push(ChatCompletionRequestAssistantMessage::from(text).into());
            continue;
        }
        if !instructions.is_empty() {
            text = format!("{}\n\n{text}", std::mem::take(&mut instructions));
        }
        let is_last = place + 1 == spoken.len();
        let picture = talk.picture.as_ref().filter(|_| is_last);
        messages.push(picture.map_or_else(
            || ChatCompletionRequestUserMessage::from(text.as_str()).into(),
            |address| with_picture(&text, address),
        ));
    }
    messages
}

fn with_picture(text: &str, address: &str) -> ChatCompletionRequestMessage {
    let parts = vec![
        ChatCompletionRequestUserMessageContentPart::Text(
            ChatCompletionRequestMessageContentPartText::from(text),
        ),
        ChatCompletionRequestUserMessageContentPart::ImageUrl(
            ChatCompletionRequestMessageContentPartImage::from(ImageUrl {
                url: address.to_owned(),
                detail: Some(ImageDetail::Auto),
            }),
        ),
    ];
    ChatCompletionRequestUserMessage {
        content: parts.into(),
        name: None,
    }
    .into()
}
