//! Every call to Telegram: with a limit on its time, counted, and its outcome in the few kinds that matter here.
//!
//! The token stands in the address of every call, so no error of the HTTP client is passed on as it is.

use std::time::Duration;

use teloxide::net::{Download as _, default_reqwest_settings};
use teloxide::prelude::Requester as _;
use teloxide::types::{ChatId, FileId, Me};
use teloxide::{ApiError, Bot, DownloadError, RequestError};
use tokio::io::AsyncWrite;
use url::Url;

/// Telegram answers a call within this, or it is not known what became of it. The SDK itself waits 10 seconds after a
/// server's error before it says so.
const CALL: Duration = Duration::from_secs(30);
/// A picture takes longer on a slow line.
const UPLOAD: Duration = Duration::from_secs(90);
/// Longer than any of the above and than a long poll, as a last resort.
const CLIENT: Duration = Duration::from_mins(2);
/// How long Telegram holds a long poll open while there is nothing.
pub const POLL: Duration = Duration::from_secs(50);

/// How long nothing is called when Telegram asks for patience without saying for how long.
const UNSAID_WAIT: Duration = Duration::from_mins(1);

/// Why a call did not do what it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Too much at once: nothing was done, and nothing will be for so long.
    #[error("it asks to wait {} s", .0.as_secs())]
    Flood(Duration),
    /// The group became a supergroup with this id.
    #[error("the chat has another id now")]
    Moved(ChatId),
    /// The chat is gone or closed to the bot.
    #[error("{0}")]
    Closed(String),
    /// It shows that already.
    #[error("it shows that already")]
    Same,
    /// The message to change, or the press to answer, is gone.
    #[error("the message is gone")]
    Gone,
    /// The message to change is of another kind.
    #[error("the message is of another kind")]
    OtherKind,
    /// Somebody else asks for the updates of the same bot.
    #[error("another program asks for the updates of the same bot")]
    Rival,
    /// Updates are brought to an address instead.
    #[error("updates are brought to an address instead")]
    Webhook,
    #[error("the token is refused")]
    Token,
    /// It will not do it, however often it is asked.
    #[error("{0}")]
    Refused(String),
    /// Whether it did it is not known.
    #[error("{0}")]
    Unclear(String),
}

/// The bot, as far as Lumen calls it.
#[derive(Clone)]
pub struct Calls {
    pub bot: Bot,
}

impl Calls {
    pub fn new(token: &str, api_url: Url) -> anyhow::Result<Self> {
        let client = default_reqwest_settings()
            .timeout(CLIENT)
            .pool_idle_timeout(Duration::from_secs(50))
            .build()
            .map_err(|error| anyhow::anyhow!("the HTTP client cannot be built: {error}"))?;
        Ok(Self {
            bot: Bot::with_client(token, client).set_api_url(api_url),
        })
    }

    /// Makes a call and counts it.
    pub async fn call<T>(
        &self,
        method: &'static str,
        request: impl IntoFuture<Output = Result<T, RequestError>>,
    ) -> Result<T, CallError> {
        timed(method, CALL, request).await
    }

    /// [`Calls::call`] for what carries a file.
    pub async fn upload<T>(
        &self,
        method: &'static str,
        request: impl IntoFuture<Output = Result<T, RequestError>>,
    ) -> Result<T, CallError> {
        timed(method, UPLOAD, request).await
    }

    /// [`Calls::call`] for a long poll.
    pub async fn poll<T>(
        &self,
        request: impl IntoFuture<Output = Result<T, RequestError>>,
    ) -> Result<T, CallError> {
        timed("getUpdates", POLL + Duration::from_secs(15), request).await
    }

    pub async fn me(&self) -> Result<Me, CallError> {
        self.call("getMe", self.bot.get_me()).await
    }

    /// The bytes of a file that somebody sent.
    pub async fn file(&self, id: &str, most: u64) -> Result<Vec<u8>, CallError> {
        let request = self.bot.get_file(FileId(id.to_owned()));
        let file = self.call("getFile", request).await?;
        let mut bytes = Capped {
            bytes: Vec::new(),
            most,
        };
        let fetched = self.bot.download_file(&file.path, &mut bytes);
        let fetched = tokio::time::timeout(UPLOAD, fetched).await;
        let outcome = match fetched {
            Ok(Ok(())) => Ok(()),
            Ok(Err(DownloadError::Io(error)))
                if error.kind() == std::io::ErrorKind::FileTooLarge =>
            {
                Err(CallError::Refused(format!(
                    "it is larger than {most} bytes"
                )))
            }
            Ok(Err(_)) => Err(CallError::Unclear("the connection broke".to_owned())),
            Err(_) => Err(CallError::Unclear("it did not answer in time".to_owned())),
        };
        count("file", &outcome);
        outcome.map(|()| bytes.bytes)
    }
}

/// Takes so many bytes and no more.
struct Capped {
    bytes: Vec<u8>,
    most: u64,
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        more: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        let total = u64::try_from(self.bytes.len() + more.len()).unwrap_or(u64::MAX);
        if total > self.most {
            let error = std::io::Error::from(std::io::ErrorKind::FileTooLarge);
            return std::task::Poll::Ready(Err(error));
        }
        self.bytes.extend_from_slice(more);
        std::task::Poll::Ready(Ok(more.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

async fn timed<T>(
    method: &'static str,
    limit: Duration,
    request: impl IntoFuture<Output = Result<T, RequestError>>,
) -> Result<T, CallError> {
    let outcome = match tokio::time::timeout(limit, request.into_future()).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(told(&error)),
        Err(_) => Err(CallError::Unclear("it did not answer in time".to_owned())),
    };
    count(method, &outcome);
    outcome
}

fn count<T>(method: &'static str, outcome: &Result<T, CallError>) {
    let word = match outcome {
        Ok(_) | Err(CallError::Same) => "ok",
        Err(CallError::Flood(_)) => "flood",
        Err(CallError::Unclear(_)) => "unclear",
        Err(_) => "refused",
    };
    metrics::counter!("lumen_telegram_calls_total", "method" => method, "outcome" => word)
        .increment(1);
}

/// What an error of the SDK means here.
fn told(error: &RequestError) -> CallError {
    match error {
        RequestError::RetryAfter(wait) => CallError::Flood(wait.duration()),
        RequestError::MigrateToChatId(id) => CallError::Moved(*id),
        RequestError::Api(error) => refused(error),
        RequestError::Network(error) if error.is_timeout() => {
            CallError::Unclear("it did not answer in time".to_owned())
        }
        RequestError::Network(error) if error.is_connect() => {
            CallError::Unclear("it cannot be reached".to_owned())
        }
        RequestError::Network(_) | RequestError::Io(_) => {
            CallError::Unclear("the connection broke".to_owned())
        }
        RequestError::InvalidJson { .. } => {
            CallError::Unclear("it sent something that is no answer".to_owned())
        }
    }
}

fn refused(error: &ApiError) -> CallError {
    match error {
        ApiError::MessageNotModified => CallError::Same,
        ApiError::InvalidToken => CallError::Token,
        ApiError::TerminatedByOtherGetUpdates => CallError::Rival,
        ApiError::CantGetUpdates => CallError::Webhook,
        ApiError::MessageToEditNotFound
        | ApiError::MessageCantBeEdited
        | ApiError::MessageIdInvalid
        | ApiError::MessageToDeleteNotFound
        | ApiError::MessageCantBeDeleted
        | ApiError::InvalidQueryId => CallError::Gone,
        ApiError::BotBlocked
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup
        | ApiError::BotKickedFromChannel
        | ApiError::UserDeactivated
        | ApiError::CantInitiateConversation
        | ApiError::CantTalkWithBots
        | ApiError::ChatNotFound
        | ApiError::GroupDeactivated
        | ApiError::NotEnoughRightsToPostMessages => CallError::Closed(plain(&error.to_string())),
        ApiError::Unknown(text) => unknown(text),
        other => CallError::Refused(plain(&other.to_string())),
    }
}

/// What the SDK does not tell apart.
fn unknown(text: &str) -> CallError {
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if let Some(behind) = lower.strip_prefix("too many requests") {
        let seconds = behind.rsplit(' ').next().and_then(|last| last.parse().ok());
        return CallError::Flood(seconds.map_or(UNSAID_WAIT, Duration::from_secs));
    }
    if says(&["message is not modified"]) {
        CallError::Same
    } else if says(&[
        "there is no text in the message",
        "there is no caption in the message",
    ]) {
        CallError::OtherKind
    } else if says(&["webhook is active"]) {
        CallError::Webhook
    } else if says(&["conflict:"]) {
        CallError::Rival
    } else if says(&[
        "message to edit not found",
        "message can't be edited",
        "query is too old",
    ]) {
        CallError::Gone
    } else if says(&[
        "forbidden:",
        "not enough rights to send",
        "have no rights to send",
        "chat_write_forbidden",
        "topic_closed",
        "topic_deleted",
        "message thread not found",
        "chat not found",
        "group chat was deleted",
        "peer_id_invalid",
    ]) {
        CallError::Closed(plain(text))
    } else if says(&[
        "internal server error",
        "bad gateway",
        "gateway timeout",
        "restart",
    ]) {
        CallError::Unclear("it has trouble of its own".to_owned())
    } else {
        CallError::Refused(plain(text))
    }
}

/// `bot was blocked by the user`
fn plain(text: &str) -> String {
    let text = ["Bad Request: ", "Forbidden: ", "Unauthorized: "]
        .iter()
        .find_map(|kind| text.strip_prefix(kind))
        .unwrap_or(text);
    crate::domain::error::shortened(text, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(description: &str) -> CallError {
        let error: ApiError = serde_json::from_value(serde_json::json!(description)).unwrap();
        refused(&error)
    }

    #[test]
    fn what_telegram_says_is_understood() {
        for (description, meaning) in [
            (
                "Forbidden: bot was blocked by the user",
                CallError::Closed("bot was blocked by the user".into()),
            ),
            (
                "Forbidden: bot is not a member of the supergroup chat",
                CallError::Closed("bot is not a member of the supergroup chat".into()),
            ),
            (
                "Bad Request: message thread not found",
                CallError::Closed("message thread not found".into()),
            ),
            ("Bad Request: message is not modified", CallError::Same),
            ("Bad Request: message to edit not found", CallError::Gone),
            (
                "Bad Request: there is no text in the message to edit",
                CallError::OtherKind,
            ),
            (
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                CallError::Webhook,
            ),
            (
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                CallError::Rival,
            ),
            ("Unauthorized", CallError::Token),
            (
                "Too Many Requests: retry after 7",
                CallError::Flood(Duration::from_secs(7)),
            ),
            ("Too Many Requests", CallError::Flood(UNSAID_WAIT)),
            (
                "Bad Gateway",
                CallError::Unclear("it has trouble of its own".into()),
            ),
            (
                "Bad Request: BUTTON_DATA_INVALID",
                CallError::Refused("BUTTON_DATA_INVALID".into()),
            ),
        ] {
            assert_eq!(of(description), meaning, "{description}");
        }
    }
}
