//! Servers that stand in for hosted models and for Ollama: they check every question against the service's own description,
//! answer like it, misbehave when told to, and keep the bill.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::specs;
pub use odd::{Odd, TOO_BUSY};

mod odd;

/// The key that every fake takes.
pub const KEY: &str = "sk-test-hunter2";

/// Who is stood in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    OpenAi,
    Ollama,
    Xai,
}

/// How an answer goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429, with how many seconds to wait, if it says.
    SlowDown(Option<u32>),
    /// 429, and no waiting helps.
    Quota,
    ExpiredKey,
    UnknownModel,
    Status500,
    /// Ollama's words for a model that its engine does not know.
    DoesNotLoad,
    Hang,
    /// Half of a good answer, then the connection breaks.
    CutBody,
    Garbage,
    WrongForm,
    Refusal,
    Empty,
    /// 10 MB.
    Huge,
    /// It ran into the bound on its tokens.
    CutOff,
    /// A picture that was blocked: a success that says so in its body.
    Blocked,
    /// A picture at an address instead of in the answer.
    ByAddress,
    /// It does not know the form that is demanded.
    NoSchema,
    /// It does not answer piece by piece.
    NoStream,
    /// It is another service that speaks alike.
    Odd(Odd),
}

/// What was asked: the path, and the body.
pub type Asked = (String, Value);

#[derive(Default)]
struct Memory {
    /// The next answers; after them all is well.
    faults: Mutex<VecDeque<Fault>>,
    /// Every answer, until it is taken back.
    always: Mutex<Option<Fault>>,
    asked: Mutex<Vec<Asked>>,
    /// What does not fit the service's description.
    wrong: Mutex<Vec<String>>,
    /// Millionths of a dollar.
    bill: Mutex<i64>,
    /// What is written, where it is something else than usual.
    says: Mutex<Option<String>>,
}

/// A server on loopback that lives as long as the test.
#[derive(Clone)]
pub struct Service {
    pub who: Who,
    address: SocketAddr,
    memory: Arc<Memory>,
}

impl Service {
    pub fn start(who: Who) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("tokio wants it so");
        let address = listener.local_addr().expect("it is bound");
        let service = Self {
            who,
            address,
            memory: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(service.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                let _ = axum::serve(listener, app).await;
            });
        });
        service
    }

    /// Where it is asked.
    pub fn base(&self) -> String {
        match self.who {
            Who::OpenAi | Who::Xai => format!("http://{}/v1", self.address),
            Who::Ollama => format!("http://{}", self.address),
        }
    }

    /// The next answers go wrong so.
    pub fn next(&self, faults: &[Fault]) {
        let mut next = self.memory.faults.lock().expect("no one panicked");
        next.clear();
        next.extend(faults);
    }

    /// Every answer goes wrong so, or none.
    pub fn always(&self, fault: Option<Fault>) {
        *self.memory.always.lock().expect("no one panicked") = fault;
    }

    /// What it writes from now on.
    pub fn says(&self, text: &str) {
        *self.memory.says.lock().expect("no one panicked") = Some(text.to_owned());
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.memory.asked.lock().expect("no one panicked").clone()
    }

    /// Questions to a path that ends so.
    pub fn asked_of(&self, end: &str) -> Vec<Value> {
        let asked = self.asked().into_iter();
        asked
            .filter(|(path, _)| path.ends_with(end))
            .map(|(_, body)| body)
            .collect()
    }

    pub fn bill(&self) -> i64 {
        *self.memory.bill.lock().expect("no one panicked")
    }

    /// Every question was one that the service's description allows.
    pub fn was_asked_rightly(&self) {
        let wrong = self.memory.wrong.lock().expect("no one panicked");
        assert!(wrong.is_empty(), "{:?}: {wrong:#?}", self.who);
    }

    fn charge(&self, micro_usd: i64) {
        *self.memory.bill.lock().expect("no one panicked") += micro_usd;
    }

    fn fault(&self) -> Option<Fault> {
        let next = self
            .memory
            .faults
            .lock()
            .expect("no one panicked")
            .pop_front();
        next.or(*self.memory.always.lock().expect("no one panicked"))
    }

    fn text(&self) -> String {
        let says = self.memory.says.lock().expect("no one panicked").clone();
        says.unwrap_or_else(|| "Our Friday tasting begins at six. Bring your own cup.".to_owned())
    }
}

async fn answer(
    State(service): State<Service>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if path.ends_with("/picture.png") {
        return ([(header::CONTENT_TYPE, "image/png")], picture()).into_response();
    }
    service
        .memory
        .asked
        .lock()
        .expect("no one panicked")
        .push((path.clone(), asked.clone()));
    if let Err(wrong) = specs::check(service.who, &path, &asked) {
        service
            .memory
            .wrong
            .lock()
            .expect("no one panicked")
            .push(wrong);
    }
    let authorised = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value == &format!("Bearer {KEY}"));
    if service.who != Who::Ollama && !authorised {
        return complain(
            &service,
            401,
            "Incorrect API key provided: sk-te***er2.",
            "invalid_api_key",
        );
    }
    if path.contains("models/") {
        return json_of(&json!({"id": "m", "object": "model", "shutdown_date": "2027-01-14"}));
    }
    if path.ends_with("/moderations") {
        return moderate(&asked);
    }
    if path.ends_with("/api/show")
        && service
            .memory
            .always
            .lock()
            .expect("no one panicked")
            .is_none()
    {
        return json_of(&json!({"capabilities": ["completion", "vision"]}));
    }
    match service.fault() {
        Some(fault) => misbehave(&service, fault, &path, &asked).await,
        None => behave(&service, &path, &asked),
    }
}

fn behave(service: &Service, path: &str, asked: &Value) -> Response {
    let answer = good(service, path, asked);
    as_asked(service, asked, &answer)
}

/// An answer in one, or in pieces where it was asked for so.
fn as_asked(service: &Service, asked: &Value, answer: &Value) -> Response {
    if asked["stream"] != true {
        return json_of(answer);
    }
    let kind = stream_kind(service);
    let pieces = in_pieces(service, asked, answer);
    let pieces = futures::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(pieces)).into_response()
}

const fn stream_kind(service: &Service) -> &'static str {
    match service.who {
        Who::Ollama => "application/x-ndjson",
        _ => "text/event-stream",
    }
}

/// The lines of an answer that comes while it is written, a few letters each.
fn in_pieces(service: &Service, asked: &Value, answer: &Value) -> Vec<String> {
    let ollama = service.who == Who::Ollama;
    let message = match service.who {
        Who::Ollama => &answer["message"],
        _ => &answer["choices"][0]["message"],
    };
    let field = if message["refusal"].is_string() {
        "refusal"
    } else {
        "content"
    };
    let text: Vec<char> = message[field]
        .as_str()
        .unwrap_or_default()
        .chars()
        .collect();
    let line = |value: Value| {
        if ollama {
            format!("{value}\n")
        } else {
            format!("data: {value}\n\n")
        }
    };
    let chunk = |delta: Value, reason: Value| {
        line(json!({
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": answer["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }))
    };
    let mut lines: Vec<String> = text
        .chunks(5)
        .map(|letters| {
            let letters: String = letters.iter().collect();
            if ollama {
                line(json!({"model": answer["model"], "message": {"role": "assistant", "content": letters}, "done": false}))
            } else {
                chunk(json!({field: letters}), Value::Null)
            }
        })
        .collect();
    if ollama {
        let mut end = answer.clone();
        end["message"]["content"] = json!("");
        lines.push(line(end));
        return lines;
    }
    lines.push(chunk(
        json!({}),
        answer["choices"][0]["finish_reason"].clone(),
    ));
    if asked["stream_options"]["include_usage"] == true {
        lines.push(line(json!({
            "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": answer["model"],
            "choices": [], "usage": answer["usage"],
        })));
    }
    lines.push("data: [DONE]\n\n".to_owned());
    lines
}

/// What a call of each kind is billed with.
fn charge_for(service: &Service, path: &str) {
    match service.who {
        Who::OpenAi if path.ends_with("/embeddings") => service.charge(1),
        // 100 and 20 tokens of gpt-4o.
        Who::OpenAi => service.charge(450),
        Who::Xai => service.charge(20_000),
        Who::Ollama => {}
    }
}

fn good(service: &Service, path: &str, asked: &Value) -> Value {
    charge_for(service, path);
    if path.ends_with("/embeddings") || path.ends_with("/api/embed") {
        return vectors(service, asked);
    }
    if path.ends_with("/images/generations") {
        let number = service.asked().len();
        return json!({
            "data": [{"b64_json": BASE64.encode(another_picture(number)), "mime_type": "image/png", "respect_moderation": true}],
            "block_reason": null,
            "usage": {"cost_in_usd_ticks": 200_000_000},
        });
    }
    said(service, &content(service, asked), "stop")
}

/// An answer in the form that was demanded.
fn content(service: &Service, asked: &Value) -> String {
    let schema = match service.who {
        Who::Ollama => &asked["format"],
        _ => &asked["response_format"]["json_schema"]["schema"],
    };
    let Some(fields) = schema["properties"].as_object() else {
        return json!({"text": service.text()}).to_string();
    };
    let value = |name: &str, field: &Value| match (name, field["type"].as_str()) {
        ("text", _) => json!(service.text()),
        ("fits", _) => json!(true),
        (_, Some("boolean")) => json!(false),
        ("words", _) => json!("OPEN AT SIX"),
        ("alt", _) => json!("A red cup on a wooden table"),
        ("colours", _) => json!("red and blue"),
        _ => json!("A red cup stands on a wooden table by a window."),
    };
    let filled: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, field)| (name.clone(), value(name, field)))
        .collect();
    Value::Object(filled).to_string()
}

fn said(service: &Service, content: &str, reason: &str) -> Value {
    match service.who {
        Who::Ollama => json!({
            "model": "gemma4", "created_at": "2026-11-22T12:00:00Z",
            "message": {"role": "assistant", "content": content},
            "done": true, "done_reason": reason, "prompt_eval_count": 100, "eval_count": 20,
        }),
        _ => json!({
            "id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content, "refusal": null},
                         "finish_reason": reason}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
                      "prompt_tokens_details": {"cached_tokens": 0}},
        }),
    }
}

fn vectors(service: &Service, asked: &Value) -> Value {
    let count = asked["input"].as_array().map_or(1, Vec::len);
    let vector = |length: usize| vec![0.5_f32; length];
    if service.who == Who::Ollama {
        let all: Vec<_> = (0..count).map(|_| vector(384)).collect();
        return json!({"model": "all-minilm", "embeddings": all, "prompt_eval_count": 7});
    }
    let all: Vec<_> = (0..count)
        .rev()
        .map(|index| json!({"index": index, "object": "embedding", "embedding": vector(1_536)}))
        .collect();
    json!({"object": "list", "data": all, "usage": {"prompt_tokens": 5, "total_tokens": 5}})
}

fn moderate(asked: &Value) -> Response {
    let bad = asked.to_string().contains("hateful");
    json_of(
        &json!({"id": "m", "model": "omni-moderation-latest", "results": [
        {"flagged": bad, "categories": {"hate": bad, "violence": false}}]}),
    )
}

async fn misbehave(service: &Service, fault: Fault, path: &str, asked: &Value) -> Response {
    match fault {
        Fault::SlowDown(wait) => {
            let mut response = complain(service, 429, "Rate limit reached.", "rate_limit_exceeded");
            if let Some(wait) = wait {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, wait.into());
            }
            response
        }
        Fault::Quota => complain(
            service,
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
        ),
        Fault::ExpiredKey => complain(
            service,
            401,
            "Incorrect API key provided: sk-te***er2.",
            "invalid_api_key",
        ),
        Fault::UnknownModel => complain(
            service,
            404,
            "The model `m` does not exist or you do not have access to it.",
            "model_not_found",
        ),
        Fault::Status500 => complain(service, 500, "The server had an error.", "server_error"),
        Fault::DoesNotLoad => complain(
            service,
            500,
            "llama-server process has terminated: exit status 1: error loading model: unknown model architecture: 'mllama'",
            "",
        ),
        Fault::Hang => {
            tokio::time::sleep(Duration::from_mins(5)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Fault::CutBody => {
            let answer = good(service, path, asked);
            let whole = if asked["stream"] == true {
                in_pieces(service, asked, &answer).concat()
            } else {
                answer.to_string()
            };
            let half = Bytes::copy_from_slice(&whole.as_bytes()[..whole.len() / 2]);
            let pieces =
                futures::stream::iter([Ok(half), Err(std::io::Error::other("the line broke"))]);
            Body::from_stream(pieces).into_response()
        }
        Fault::NoSchema => {
            if asked["response_format"]["type"] == "json_schema" {
                complain(
                    service,
                    400,
                    "response_format json_schema is not supported",
                    "invalid_request_error",
                )
            } else {
                behave(service, path, asked)
            }
        }
        Fault::NoStream => {
            if asked["stream"] == true {
                let words = "Unsupported parameter: 'stream_options'.";
                complain(service, 400, words, "invalid_request_error")
            } else {
                behave(service, path, asked)
            }
        }
        Fault::Odd(odd) => odd::answer(service, odd, path, asked),
        paid => {
            charge_for(service, path);
            useless(service, paid, asked)
        }
    }
}

/// An answer that was worked for and cannot be used as it is.
fn useless(service: &Service, fault: Fault, asked: &Value) -> Response {
    let as_asked = |answer: Value| as_asked(service, asked, &answer);
    match fault {
        Fault::Garbage => "<html>a proxy's own page</html>".into_response(),
        Fault::WrongForm => as_asked(said(service, "{\"poem\": 4}", "stop")),
        Fault::Refusal => {
            let mut answer = said(service, "I cannot help with that.", "stop");
            if service.who != Who::Ollama {
                answer["choices"][0]["message"] = json!({"role": "assistant", "content": null, "refusal": "I cannot help with that."});
            }
            as_asked(answer)
        }
        Fault::Empty => as_asked(said(service, "", "stop")),
        Fault::Huge => "a".repeat(40 << 20).into_response(),
        Fault::CutOff => as_asked(said(
            service,
            "{\"text\": \"Friday at six. Bring your own",
            "length",
        )),
        Fault::Blocked => json_of(&json!({
            "data": [{"url": "https://x.example/blocked.jpg", "respect_moderation": false}],
            "usage": {"cost_in_usd_ticks": 200_000_000},
        })),
        Fault::ByAddress => {
            let url = format!("http://{}/picture.png", service.address);
            json_of(&json!({"data": [{"url": url}], "usage": {"cost_in_usd_ticks": 200_000_000}}))
        }
        other => panic!("{other:?} is told before anything is worked for"),
    }
}

/// An error in the service's own form.
fn complain(service: &Service, status: u16, message: &str, code: &str) -> Response {
    let body = match service.who {
        Who::OpenAi => {
            json!({"error": {"message": message, "type": code, "param": null, "code": code}})
        }
        Who::Xai => json!({"code": code, "error": message}),
        Who::Ollama => json!({"error": message}),
    };
    let status = StatusCode::from_u16(status).expect("a status");
    (status, json_of(&body)).into_response()
}

fn json_of(value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

/// A picture of 300 by 200 pixels.
pub fn picture() -> Vec<u8> {
    another_picture(1)
}

/// Each number has its own; 1 is the usual one.
fn another_picture(number: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(300, 200, |x, y| {
        image::Rgb([
            u8::try_from(x % 256).unwrap_or(0),
            u8::try_from(y).unwrap_or(0),
            u8::try_from(89 + number).unwrap_or(0),
        ])
    })
    .write_to(&mut bytes, image::ImageFormat::Png)
    .expect("it can be written");
    bytes.into_inner()
}
