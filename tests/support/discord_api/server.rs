//! The HTTP side: who calls, what, and the trouble that was planned.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::rest::{self, Files, Refusal};
use super::{Fault, TOKEN, World, gateway, spec};
use crate::support::bot_api::form;

type Shared = Arc<Mutex<World>>;
/// Stops the server when it is dropped.
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn bound() -> (std::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

/// Both sides, with their addresses: HTTP, websocket.
pub fn start(world: &Shared) -> (SocketAddr, SocketAddr, Running) {
    let (http, address) = bound();
    let (socket, gateway_address) = bound();
    let (stop, stopped) = oneshot::channel::<()>();
    let world = Arc::clone(world);
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&world))
        .layer(axum::extract::DefaultBodyLimit::max(30 << 20));
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let http = tokio::net::TcpListener::from_std(http).expect("a listener");
            let socket = tokio::net::TcpListener::from_std(socket).expect("a listener");
            tokio::select! {
                served = axum::serve(http, router).into_future() => drop(served),
                () = gateway::serve(socket, world) => {}
                _ = stopped => {}
            }
        });
        runtime.shutdown_background();
    });
    let running = Running {
        stop: Some(stop),
        thread: Some(thread),
    };
    (address, gateway_address, running)
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    let mut world = shared.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(id) = path.strip_prefix("/files/") {
        let file = id.parse().ok().and_then(|id: u64| world.files.get(&id));
        return file.map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            |(_, bytes)| bytes.clone().into_response(),
        );
    }
    let words: Vec<&str> = path.trim_start_matches("/api/v10/").split('/').collect();
    let Some((name, spelled)) = rest::named(method.as_str(), &words) else {
        world.wrong.push(format!("{method} {path}: unknown"));
        return refused(404, 0, "404: Not Found");
    };
    let authorised = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == format!("Bot {TOKEN}").as_bytes());
    if !authorised {
        return refused(401, 0, "401: Unauthorized");
    }
    world.calls.push(name.to_owned());
    let (body, files) = match read(&headers, &body) {
        Ok(read) => read,
        Err(why) => {
            world.wrong.push(format!("{name}: {why}"));
            return refused(400, 50_109, "The request body contains invalid JSON.");
        }
    };
    let wrong = spec::wrong(method.as_str(), spelled, &body);
    if !wrong.is_empty() {
        let why = wrong.join("; ");
        world.wrong.extend(wrong);
        return refused(400, 50_035, &why);
    }
    let fault = world.fault(name);
    let done = match &fault {
        None | Some(Fault::LostAnswer) => rest::run(&mut world, name, &words, &body, files),
        Some(_) => Ok(Value::Null),
    };
    match fault {
        None => said(done),
        Some(Fault::Flood(wait)) => flooded(wait),
        Some(Fault::Refuse(status, code, why)) => refused(status, code, why),
        Some(Fault::LostAnswer | Fault::Broken) => broken(),
    }
}

/// The JSON, and files by their number.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<(Value, Files), String> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !content_type.contains("boundary=") {
        if body.is_empty() {
            return Ok((Value::Null, Vec::new()));
        }
        let json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        return Ok((json, Vec::new()));
    }
    let mut call = form::read(content_type, body)?;
    let number = |name: &str| {
        let inside = name.strip_prefix("files[")?.strip_suffix(']')?;
        inside.parse().ok()
    };
    let files = call
        .files
        .into_iter()
        .map(|(name, bytes)| {
            let number = number(&name).ok_or_else(|| format!("{name} is no file"))?;
            Ok((number, bytes))
        })
        .collect::<Result<_, String>>()?;
    let json = call.params.remove("payload_json");
    Ok((json.ok_or("payload_json is missing")?, files))
}

fn said(done: Result<Value, Refusal>) -> Response {
    match done {
        Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Ok(value) => with_json(200, &value),
        Err(Refusal(status, code, why)) => refused(status, code, &why),
    }
}

/// The connection ends in the middle of an answer.
fn broken() -> Response {
    (
        [(header::CONTENT_LENGTH, "1000")],
        axum::body::Body::from_stream(futures::stream::iter([
            Ok("{"),
            Err(std::io::Error::other("broken")),
        ])),
    )
        .into_response()
}

fn flooded(wait: f64) -> Response {
    let body =
        json!({"message": "You are being rate limited.", "retry_after": wait, "global": false});
    let mut response = with_json(429, &body);
    let wait = wait.to_string().parse().expect("a header");
    response.headers_mut().insert("retry-after", wait);
    response
}

fn refused(status: u16, code: i64, why: &str) -> Response {
    with_json(status, &json!({"code": code, "message": why}))
}

fn with_json(status: u16, body: &Value) -> Response {
    (
        StatusCode::from_u16(status).expect("a status"),
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}
