//! The HTTP side: addresses with the token in them, long polls, files.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use super::methods::{self, Done};
use super::{Fault, TOKEN, World, form, spec};

#[derive(Clone)]
struct Shared {
    world: Arc<Mutex<World>>,
    moved: Arc<Notify>,
}

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

pub fn start(world: Arc<Mutex<World>>, moved: Arc<Notify>) -> (SocketAddr, Running) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let address = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new()
        .fallback(answer)
        .with_state(Shared { world, moved });
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            tokio::select! {
                served = axum::serve(listener, router).into_future() => drop(served),
                _ = stopped => {}
            }
        });
        // A long poll that is open is not waited for.
        runtime.shutdown_background();
    });
    let running = Running {
        stop: Some(stop),
        thread: Some(thread),
    };
    (address, running)
}

async fn answer(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = path.strip_prefix(&format!("file/bot{TOKEN}/")) {
        let bytes = shared.lock().files.get(file).cloned();
        return bytes.map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            IntoResponse::into_response,
        );
    }
    let Some(method) = path
        .strip_prefix(&format!("bot{TOKEN}/"))
        .and_then(spec::method)
    else {
        let unknown = if path.starts_with("bot") {
            "Unauthorized"
        } else {
            "Not Found"
        };
        return refused(401, unknown, &Value::Null);
    };
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let call = match form::read(&content_type, &body) {
        Ok(call) => call,
        Err(why) => {
            shared.lock().wrong.push(format!("{method}: {why}"));
            return refused(400, "Bad Request: cannot be read", &Value::Null);
        }
    };
    let wrong = spec::wrong(&method, &call.params);
    if !wrong.is_empty() {
        let why = format!("Bad Request: {}", wrong.join("; "));
        shared.lock().wrong.extend(wrong);
        return refused(400, &why, &Value::Null);
    }
    if method == "getUpdates" {
        return poll(&shared, &call.params).await;
    }
    let (fault, done) = {
        let mut world = shared.lock();
        let fault = world.fault(&method, &call.params);
        let done = match &fault {
            None | Some(Fault::LostAnswer) => methods::run(&mut world, &method, &call),
            Some(_) => Ok(Value::Null),
        };
        (fault, done)
    };
    shared.moved.notify_waiters();
    shared.moved.notify_one();
    match fault {
        None => said(done),
        Some(Fault::Flood(wait)) => flooded(wait),
        Some(Fault::Refuse(code, why)) => refused(code, why, &Value::Null),
        Some(Fault::Migrated(to)) => refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            &json!({"migrate_to_chat_id": to}),
        ),
        // The connection ends in the middle of an answer.
        Some(Fault::LostAnswer | Fault::Broken) => (
            [(header::CONTENT_LENGTH, "1000")],
            axum::body::Body::from_stream(futures::stream::iter([
                Ok("{"),
                Err(std::io::Error::other("broken")),
            ])),
        )
            .into_response(),
    }
}

fn said(done: Done) -> Response {
    match done {
        Ok(result) => axum_json(200, &json!({"ok": true, "result": result})),
        Err(methods::Refusal::Flood(wait)) => flooded(wait),
        Err(methods::Refusal::Bad(why)) => {
            refused(400, &format!("Bad Request: {why}"), &Value::Null)
        }
    }
}

fn flooded(wait: u64) -> Response {
    refused(
        429,
        &format!("Too Many Requests: retry after {wait}"),
        &json!({"retry_after": wait}),
    )
}

fn refused(code: u16, why: &str, parameters: &Value) -> Response {
    let mut body = json!({"ok": false, "error_code": code, "description": why});
    if !parameters.is_null() {
        body["parameters"] = parameters.clone();
    }
    axum_json(code, &body)
}

fn axum_json(code: u16, body: &Value) -> Response {
    (
        StatusCode::from_u16(code).expect("a status"),
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// Counts a poller in, and out when it goes away.
struct Poller(Shared);

impl Drop for Poller {
    fn drop(&mut self) {
        self.0.lock().pollers -= 1;
    }
}

async fn poll(shared: &Shared, params: &serde_json::Map<String, Value>) -> Response {
    let number = |name: &str| params.get(name).and_then(Value::as_i64);
    let (offset, limit) = (number("offset"), number("limit").unwrap_or(100));
    let wait = Duration::from_secs(number("timeout").unwrap_or(0).try_into().unwrap_or(0));
    let rivals = {
        let mut world = shared.lock();
        world.calls.push("getUpdates".to_owned());
        if world.webhook.is_some() {
            return refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                &Value::Null,
            );
        }
        world.pollers += 1;
        world.pollers
    };
    let _counted = Poller(shared.clone());
    if let Some(fault) = { shared.lock().fault("getUpdates", params) } {
        return match fault {
            Fault::Flood(wait) => flooded(wait),
            Fault::Refuse(code, why) => refused(code, why, &Value::Null),
            _ => StatusCode::BAD_GATEWAY.into_response(),
        };
    }
    if rivals > 1 {
        return refused(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            &Value::Null,
        );
    }
    let until = tokio::time::Instant::now() + wait;
    loop {
        let moved = shared.moved.notified();
        tokio::pin!(moved);
        moved.as_mut().enable();
        let batch = shared.lock().batch(offset, limit);
        if !batch.is_empty() || tokio::time::Instant::now() >= until {
            return axum_json(200, &json!({"ok": true, "result": batch}));
        }
        // Looked at now and then in any case: a wake may have gone to another who waits.
        let next = (tokio::time::Instant::now() + Duration::from_millis(50)).min(until);
        let _ = tokio::time::timeout_at(next, moved).await;
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// What waits from `offset` on. Everything before it is confirmed, and gone.
    fn batch(&mut self, offset: Option<i64>, limit: i64) -> Vec<Value> {
        if let Some(offset) = offset {
            while self
                .updates
                .front()
                .is_some_and(|(id, _)| i64::from(*id) < offset)
            {
                self.updates.pop_front();
            }
        }
        let limit = usize::try_from(limit).unwrap_or(100);
        self.updates
            .iter()
            .take(limit)
            .map(|(_, update)| update.clone())
            .collect()
    }

    fn fault(&mut self, method: &str, params: &serde_json::Map<String, Value>) -> Option<Fault> {
        let chat = params.get("chat_id").and_then(Value::as_i64);
        let planned = self.planned.iter_mut().find(|planned| {
            planned.times > 0
                && planned.method == method
                && (planned.chat.is_none() || planned.chat == chat)
        })?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }
}
