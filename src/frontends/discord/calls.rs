//! Every call to Discord: with a limit on its time, counted, within the limits that Discord states for each bucket, and
//! its outcome in the few kinds that matter here.
//!
//! serenity's own client (`Http`) cannot make them. With its limiter on it takes no other address than Discord's; with it off
//! a 429 comes back without how long to wait, since its `ErrorResponse` keeps neither the headers nor `retry_after`. What
//! it builds a call and counts a bucket with (`Request`, `Route`, `Ratelimit`) is used.
//!
//! Tokens of the bot and of interactions stand in addresses and headers, so no error of the HTTP client is passed on as
//! it is.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::Rng as _;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use serenity::http::{LightMethod, Ratelimit, RatelimitInfo, RatelimitingBucket, Request, Route};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Discord answers within this, or it is not known what became of a call. Pictures take longer on a slow line.
const CALL: Duration = Duration::from_mins(1);
const CONNECT: Duration = Duration::from_secs(10);
/// The waits before a call that went unanswered is made again.
const AGAIN: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1_200)];
/// How long a call that is on its way has left when Lumen stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// How long nothing is called after a 429 that does not say how long to wait: the address is limited, not the bot.
const UNSAID_WAIT: Duration = Duration::from_mins(1);
/// A channel that had to wait this long ago is forgotten.
const REMEMBERED: usize = 1_000;

/// Why a call did not do what it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The room is gone or closed to the bot.
    #[error("{0}")]
    Closed(String),
    /// The bot lacks a permission there.
    #[error("the bot lacks a permission there")]
    Forbidden,
    /// The message to change, or the interaction to answer, is gone.
    #[error("it is gone")]
    Gone,
    /// The thread was put away.
    #[error("the thread was put away")]
    Archived,
    /// The message has a thread already.
    #[error("there is a thread already")]
    ThreadThere,
    /// The interaction has its first answer.
    #[error("it was acknowledged already")]
    Acknowledged,
    #[error("the token is refused")]
    Token,
    /// It is not taken, however often it is asked.
    #[error("{0}")]
    Refused(String),
    /// Whether it did it is not known.
    #[error("{0}")]
    Unclear(String),
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

struct Call<'a> {
    request: Request<'a>,
    files: &'a [File],
}

/// The API, as far as Lumen calls it. Cheap to clone.
#[derive(Clone)]
pub struct Calls(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    /// With its kind in front, as Discord wants it.
    token: String,
    api_url: Url,
    buckets: Mutex<HashMap<RatelimitingBucket, Arc<tokio::sync::Mutex<Ratelimit>>>>,
    /// Everything has to wait until then.
    all: Mutex<Option<Instant>>,
    /// Channels that have to wait until then.
    channels: Mutex<HashMap<u64, Instant>>,
    stop: CancellationToken,
}

impl Calls {
    pub fn new(token: &str, api_url: Url) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .use_rustls_tls()
            .timeout(CALL)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| anyhow::anyhow!("the HTTP client cannot be built: {error}"))?;
        Ok(Self(Arc::new(Inner {
            client,
            token: format!("Bot {token}"),
            api_url,
            buckets: Mutex::default(),
            all: Mutex::default(),
            channels: Mutex::default(),
            stop: CancellationToken::new(),
        })))
    }

    pub fn client(&self) -> reqwest::Client {
        self.0.client.clone()
    }

    pub fn api_url(&self) -> &Url {
        &self.0.api_url
    }

    /// No more calls: whoever waits is told so.
    pub fn close(&self) {
        self.0.stop.cancel();
    }

    /// Makes a call that may be made again when it went unanswered.
    pub async fn call(&self, name: &'static str, request: Request<'_>) -> Result<Value, CallError> {
        self.upload(name, request, &[], true).await
    }

    /// Makes a call with files. `again`: it may be made again when it went unanswered.
    pub async fn upload(
        &self,
        name: &'static str,
        request: Request<'_>,
        files: &[File],
        again: bool,
    ) -> Result<Value, CallError> {
        self.counted(name, &Call { request, files }, again).await
    }

    pub async fn get(&self, name: &'static str, route: Route<'_>) -> Result<Value, CallError> {
        self.call(name, Request::new(route, LightMethod::Get)).await
    }

    /// How long nothing can be written to this channel.
    pub fn busy(&self, channel: u64) -> Option<Duration> {
        let channels = self.0.channels.lock();
        let all = *self.0.all.lock();
        let until = channels.get(&channel).copied().max(all)?;
        until
            .checked_duration_since(Instant::now())
            .filter(|wait| !wait.is_zero())
    }

    /// How long nothing can be called at all.
    pub fn patience(&self) -> Option<Duration> {
        let until = (*self.0.all.lock())?;
        until
            .checked_duration_since(Instant::now())
            .filter(|wait| !wait.is_zero())
    }

    async fn counted(
        &self,
        name: &'static str,
        call: &Call<'_>,
        again: bool,
    ) -> Result<Value, CallError> {
        let over = async {
            self.0.stop.cancelled().await;
            tokio::time::sleep(LAST_MOMENT).await;
        };
        let outcome = tokio::select! {
            outcome = self.patiently(name, call, again) => outcome,
            () = over => Err(CallError::Unclear("Lumen stops".to_owned())),
        };
        let word = match &outcome {
            Ok(_) | Err(CallError::Acknowledged | CallError::ThreadThere) => "ok",
            Err(CallError::Unclear(_)) => "unclear",
            Err(_) => "refused",
        };
        metrics::counter!("lumen_discord_calls_total", "method" => name, "outcome" => word)
            .increment(1);
        outcome
    }

    async fn patiently(
        &self,
        name: &'static str,
        call: &Call<'_>,
        again: bool,
    ) -> Result<Value, CallError> {
        let mut waits = AGAIN.into_iter().filter(|_| again);
        loop {
            match self.within_limits(name, call).await {
                Err(CallError::Unclear(why)) => {
                    let Some(wait) = waits.next() else {
                        return Err(CallError::Unclear(why));
                    };
                    tracing::debug!(call = name, why, "a call to Discord is made again");
                    let wait = wait.mul_f64(rand::rng().random_range(0.8..1.2));
                    tokio::time::sleep(wait).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// One call when its bucket allows it; as often as Discord asks for patience, for as long as it asks.
    async fn within_limits(&self, name: &'static str, call: &Call<'_>) -> Result<Value, CallError> {
        let request = &call.request;
        let bucket = self.bucket(request.route_ref().ratelimiting_bucket());
        let note = |info: RatelimitInfo| self.asked_to_wait(name, &info);
        loop {
            self.share_of_all().await;
            // The lock is held while the bucket waits, and whoever comes later waits behind it.
            bucket.lock().await.pre_hook(request, &note).await;
            let response = self.send(call).await?;
            if response.headers().contains_key("x-ratelimit-global") {
                let wait = retry_after(&response).unwrap_or(Duration::from_secs(1));
                *self.0.all.lock() = Some(Instant::now() + wait);
                continue;
            }
            if response.status() == StatusCode::TOO_MANY_REQUESTS
                && retry_after(&response).is_none()
            {
                let body = response.json::<Value>().await.unwrap_or_default();
                let wait = seconds(body["retry_after"].as_f64()).unwrap_or(UNSAID_WAIT);
                tracing::info!(
                    call = name,
                    seconds = wait.as_secs_f32(),
                    "Discord asks this address to wait"
                );
                *self.0.all.lock() = Some(Instant::now() + wait);
                continue;
            }
            let again = {
                let mut bucket = bucket.lock().await;
                bucket.post_hook(&response, request, &note, false).await
            };
            if !again.unwrap_or(false) {
                return answer(response).await;
            }
        }
    }

    async fn send(&self, call: &Call<'_>) -> Result<reqwest::Response, CallError> {
        let unfit = || CallError::Refused("the call cannot be built".to_owned());
        let built = if call.files.is_empty() {
            let (client, token) = (&self.0.client, &self.0.token);
            let address = Some(self.0.api_url.as_str());
            let built = call.request.clone().build(client, token, address);
            built.map_err(|_| unfit())?
        } else {
            self.form(call).ok_or_else(unfit)?
        };
        built.send().await.map_err(|error| told(&error))
    }

    /// The SDK numbers all files of a call alike, so a call with files is put together here.
    fn form(&self, call: &Call<'_>) -> Option<reqwest::RequestBuilder> {
        let path = call.request.route_ref().path();
        let behind = path.strip_prefix("https://discord.com/")?;
        let address = self.0.api_url.join(behind).ok()?;
        let json = std::str::from_utf8(call.request.body_ref()?).ok()?;
        let form = Form::new().text("payload_json", json.to_owned());
        let form = call
            .files
            .iter()
            .enumerate()
            .fold(form, |form, (nth, file)| {
                let part = Part::bytes(file.bytes.clone()).file_name(file.name.clone());
                form.part(format!("files[{nth}]"), part)
            });
        let method = call.request.method_ref().reqwest_method();
        let request = self.0.client.request(method, address);
        Some(
            request
                .header(reqwest::header::AUTHORIZATION, &self.0.token)
                .multipart(form),
        )
    }

    fn bucket(&self, of: RatelimitingBucket) -> Arc<tokio::sync::Mutex<Ratelimit>> {
        let mut buckets = self.0.buckets.lock();
        if buckets.len() >= REMEMBERED {
            // Only those that nobody waits in: each interaction has a bucket of its own.
            buckets.retain(|_, bucket| Arc::strong_count(bucket) > 1);
        }
        Arc::clone(buckets.entry(of).or_default())
    }

    fn asked_to_wait(&self, name: &'static str, info: &RatelimitInfo) {
        let until = Instant::now() + info.timeout;
        tracing::info!(
            call = name,
            seconds = info.timeout.as_secs_f32(),
            "Discord asks to wait"
        );
        if let Some(channel) = channel_in(&info.path) {
            let mut channels = self.0.channels.lock();
            if channels.len() >= REMEMBERED {
                channels.clear();
            }
            channels.insert(channel, until);
        }
    }

    async fn share_of_all(&self) {
        loop {
            let until = *self.0.all.lock();
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => return,
            }
        }
    }

    /// The bytes of a file behind an address that Discord gave.
    pub async fn file(&self, address: &Url, most: u64) -> Result<Vec<u8>, CallError> {
        let outcome = self.fetch(address, most).await;
        let word = if outcome.is_ok() { "ok" } else { "refused" };
        metrics::counter!("lumen_discord_calls_total", "method" => "file", "outcome" => word)
            .increment(1);
        outcome
    }

    async fn fetch(&self, address: &Url, most: u64) -> Result<Vec<u8>, CallError> {
        if !self.gives_files(address) {
            return Err(CallError::Refused(
                "it is not a file of Discord's".to_owned(),
            ));
        }
        let too_large = || CallError::Refused(format!("it is larger than {most} bytes"));
        let mut response = self
            .0
            .client
            .get(address.clone())
            .send()
            .await
            .map_err(|error| told(&error))?;
        if !response.status().is_success() {
            return Err(CallError::Gone);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| told(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > most {
                return Err(too_large());
            }
        }
        Ok(bytes)
    }

    /// Discord's own hosts for files, and whatever host stands in for Discord.
    fn gives_files(&self, address: &Url) -> bool {
        let stand_in = self.0.api_url.host_str() != Some("discord.com")
            && address.host_str() == self.0.api_url.host_str()
            && address.port_or_known_default() == self.0.api_url.port_or_known_default();
        let own = address.scheme() == "https"
            && matches!(
                address.host_str(),
                Some("cdn.discordapp.com" | "media.discordapp.net")
            );
        stand_in || own
    }
}

async fn answer(response: reqwest::Response) -> Result<Value, CallError> {
    let status = response.status();
    let body = response.bytes().await.map_err(|error| told(&error))?;
    if status.is_success() {
        if body.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_slice(&body)
            .map_err(|_| CallError::Unclear("it sent something that is no answer".to_owned()));
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    Err(refusal(status.as_u16(), &body))
}

/// What a refusal of Discord's means here.
fn refusal(status: u16, body: &Value) -> CallError {
    let code = body["code"].as_i64().unwrap_or_default();
    match (status, code) {
        (_, 10_008 | 10_015 | 10_062 | 50_027) => CallError::Gone,
        (_, 40_060) => CallError::Acknowledged,
        (_, 50_083) => CallError::Archived,
        (_, 160_004) => CallError::ThreadThere,
        (_, 10_003) => CallError::Closed("the channel is gone".to_owned()),
        (_, 50_001) => CallError::Closed("the bot cannot see the channel".to_owned()),
        (_, 50_007) => CallError::Closed("the person takes no messages from the bot".to_owned()),
        (_, 50_013) | (403, _) => CallError::Forbidden,
        (401, _) => CallError::Token,
        (500.., _) => CallError::Unclear("it has trouble of its own".to_owned()),
        _ => CallError::Refused(crate::domain::error::shortened(&refused_for(body), 200)),
    }
}

/// `Invalid Form Body: embeds.0.title: Must be 256 or fewer in length.`
fn refused_for(body: &Value) -> String {
    let message = body["message"].as_str().unwrap_or("it was refused");
    match first_error(&body["errors"], &mut Vec::new()) {
        Some(detail) => format!("{message}: {detail}"),
        None => message.to_owned(),
    }
}

fn first_error(errors: &Value, path: &mut Vec<String>) -> Option<String> {
    if let Some(message) = errors["_errors"][0]["message"].as_str() {
        return Some(format!("{}: {message}", path.join(".")));
    }
    errors.as_object()?.iter().find_map(|(name, inside)| {
        path.push(name.clone());
        let found = first_error(inside, path);
        path.pop();
        found
    })
}

fn told(error: &reqwest::Error) -> CallError {
    CallError::Unclear(
        if error.is_timeout() {
            "it did not answer in time"
        } else if error.is_connect() {
            "it cannot be reached"
        } else {
            "the connection broke"
        }
        .to_owned(),
    )
}

/// The wait that an answer asks for; none where it names none that can be meant.
fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let value = response.headers().get("retry-after")?;
    seconds(value.to_str().ok()?.parse().ok())
}

fn seconds(said: Option<f64>) -> Option<Duration> {
    let said = said.filter(|seconds| (0.0..86_400.0).contains(seconds))?;
    Some(Duration::from_secs_f64(said))
}

fn channel_in(path: &str) -> Option<u64> {
    let (_, behind) = path.split_once("/channels/")?;
    behind.split('/').next()?.parse().ok()
}
