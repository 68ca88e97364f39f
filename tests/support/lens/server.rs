//! The server, on a thread of its own, so that tests without a runtime and the real binary can use it.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::execute::Prepared;
use super::posting::Outcome;
use super::world::World;

type Shared = Arc<Mutex<World>>;

/// A running network. It ends with the value.
pub struct FakeLens {
    world: Shared,
    base: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl FakeLens {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let world = Arc::new(Mutex::new(World::new(&base)));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let app = Router::new()
            .route("/graphql", post(graphql))
            .route("/", post(upload))
            .route("/status/{key}", get(status))
            .route("/{key}", get(fetch))
            .layer(axum::extract::DefaultBodyLimit::max(200_000_000))
            .with_state(Arc::clone(&world));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                listener.set_nonblocking(true).expect("a port");
                let listener = tokio::net::TcpListener::from_std(listener).expect("a port");
                let serve = axum::serve(listener, app).into_future();
                tokio::select! {
                    _ = serve => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            world,
            base,
            stop: Some(stop),
        }
    }

    pub fn api(&self) -> String {
        format!("{}/graphql", self.base)
    }

    pub fn storage(&self) -> String {
        self.base.clone()
    }

    /// The world, to look at or to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("the world is whole")
    }

    /// Fails when anything that was sent, or answered, did not fit the official schemas.
    pub fn nothing_to_complain(&self) {
        let world = self.world();
        assert!(world.complaints.is_empty(), "{:#?}", world.complaints);
    }
}

impl Drop for FakeLens {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// What a call ends in, worked out while the world is held.
enum Reply {
    Json(Value),
    Outcome(Outcome),
}

async fn graphql(State(world): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = {
        let mut world = world.lock().expect("the world is whole");
        if world.api_down {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        match Prepared::read(&body) {
            Ok(prepared) => answer(&mut world, &headers, &prepared),
            Err(errors) => {
                world.complaints.extend(errors.clone());
                Reply::Json(failure("GRAPHQL_VALIDATION_FAILED", &errors.join("; ")))
            }
        }
    };
    match reply {
        Reply::Json(value) | Reply::Outcome(Outcome::Answer(value)) => json_body(&value),
        Reply::Outcome(Outcome::Error(code)) => json_body(&failure(code, "as told")),
        Reply::Outcome(Outcome::Status(status)) => StatusCode::from_u16(status)
            .expect("a status")
            .into_response(),
        Reply::Outcome(Outcome::SlowDown(seconds)) => (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, seconds.to_string())],
        )
            .into_response(),
        Reply::Outcome(Outcome::WithErrors(value)) => {
            let mut both = failure("FORBIDDEN", "as told");
            both["data"] = json!({ "taken": value });
            json_body(&both)
        }
        Reply::Outcome(Outcome::Garbled) => "<html>gateway</html>".into_response(),
        Reply::Outcome(Outcome::Broken) => broken(),
        Reply::Outcome(Outcome::Late(wait, value)) => {
            tokio::time::sleep(wait).await;
            json_body(&value)
        }
    }
}

fn json_body(value: &Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

/// The connection breaks off in the middle of the answer.
fn broken() -> Response {
    let chunks = futures::stream::iter([
        Ok(Bytes::from_static(b"{\"da")),
        Err(std::io::Error::other("broken off")),
    ]);
    Body::from_stream(chunks).into_response()
}

fn failure(code: &str, message: &str) -> Value {
    json!({"data": null, "errors": [{"message": message, "extensions": {"code": code}}]})
}

fn answer(world: &mut World, headers: &HeaderMap, prepared: &Prepared) -> Reply {
    let variables = Value::Object(prepared.variables.clone());
    world.calls.push((prepared.name.clone(), variables));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut data = Map::new();
    let mut errors = Vec::new();
    for (field, arguments) in prepared.roots() {
        let request = arguments.get("request").cloned().unwrap_or(Value::Null);
        let login = world.login(header("authorization"));
        let wants_login = prepared.mutation
            && !matches!(
                field.name.as_str(),
                "challenge" | "authenticate" | "refresh"
            )
            || matches!(field.name.as_str(), "me" | "notifications");
        if wants_login && login.is_none() {
            return Reply::Json(failure("UNAUTHENTICATED", "log in"));
        }
        match world.failing.get(field.name.as_str()) {
            None => {}
            Some(false) => return Reply::Json(failure("INTERNAL_SERVER_ERROR", "as told")),
            Some(true) => {
                let name = field.alias.clone().unwrap_or_else(|| field.name.clone());
                errors.push(json!({"message": "as told", "path": [name],
                    "extensions": {"code": "INTERNAL_SERVER_ERROR"}}));
                data.insert(name, Value::Null);
                continue;
            }
        }
        let whole = match (field.name.as_str(), login) {
            ("challenge", _) if header("origin").is_none() => {
                return Reply::Json(failure("FORBIDDEN", "the origin is missing"));
            }
            ("challenge", _) => world.challenge(&request),
            ("authenticate", _) => world.authenticate(&request),
            ("refresh", _) => world.refreshed(&request),
            ("post", Some(login)) if prepared.mutation => match world.create(&request, &login) {
                Outcome::Answer(value) => value,
                // Only a whole answer goes through the schema.
                Outcome::Late(wait, value) => {
                    let value = json!({"data": {"taken": value}});
                    return Reply::Outcome(Outcome::Late(wait, value));
                }
                other => return Reply::Outcome(other),
            },
            ("post", Some(login)) => world.post_for(&request, &login),
            ("addReaction", Some(login)) => world.react(&request, &login),
            ("bookmarkPost", Some(login)) => world.bookmark(&request, &login),
            ("repost" | "follow", Some(login)) => {
                match world.pass_on(&field.name, &request, &login) {
                    Outcome::Answer(value) => value,
                    other => return Reply::Outcome(other),
                }
            }
            ("me", Some(login)) => world.me(&login),
            ("notifications", Some(login)) => world.notifications_page(&login.account, &request),
            _ => world.asked(&field.name, &request),
        };
        match prepared.project(&field, &whole) {
            Ok(value) => {
                let name = field.alias.clone().unwrap_or_else(|| field.name.clone());
                data.insert(name, value);
            }
            Err(why) => {
                world.complaints.push(format!("to be answered: {why}"));
                return Reply::Json(failure("INTERNAL_SERVER_ERROR", &why));
            }
        }
    }
    if errors.is_empty() {
        return Reply::Json(json!({ "data": data }));
    }
    Reply::Json(json!({ "data": data, "errors": errors }))
}

impl World {
    /// What needs no login.
    fn asked(&self, field: &str, request: &Value) -> Value {
        match field {
            "health" => json!(true),
            "maintenance" => json!(false),
            "posts" => self.posts_page(request),
            "postReferences" => self.references_page(request),
            "post" => self.post_asked(request),
            "transactionStatus" => self.transaction_status(request),
            "account" => self.account_asked(request),
            "accountsAvailable" => self.accounts_available(request),
            "accountStats" => self.stats(request),
            other => panic!("the fake has no {other}"),
        }
    }

    fn account_asked(&self, request: &Value) -> Value {
        let address = request["address"].as_str().map(str::to_owned).or_else(|| {
            let name = request["username"]["localName"].as_str()?;
            let named = |account: &&super::world::Account| account.name.as_deref() == Some(name);
            self.accounts
                .iter()
                .find(named)
                .map(|account| account.address.clone())
        });
        address.map_or(Value::Null, |address| self.account_view(&address))
    }

    fn accounts_available(&self, request: &Value) -> Value {
        let signer = request["managedBy"].as_str().unwrap_or_default();
        let mut items = Vec::new();
        for account in &self.accounts {
            let view = self.account_view(&account.address);
            if account.owner.eq_ignore_ascii_case(signer) {
                items.push(json!({"__typename": "AccountOwned", "account": view}));
            }
            let managers = account.managers.iter();
            for (_, may) in managers.filter(|(manager, _)| manager.eq_ignore_ascii_case(signer)) {
                items.push(json!({"__typename": "AccountManaged", "account": view, "permissions": {
                    "__typename": "AccountManagerPermissions", "canExecuteTransactions": may,
                    "canTransferTokens": false, "canTransferNative": false, "canSetMetadataUri": false}}));
            }
        }
        json!({"items": items, "pageInfo": {"prev": null, "next": null}})
    }

    fn stats(&self, request: &Value) -> Value {
        let of = self.of(request["account"].as_str().unwrap_or_default());
        let reposts = of.iter().filter(|post| post.repost_of.is_some()).count();
        json!({"feedStats": {"posts": of.len() - reposts, "comments": 0, "reposts": reposts, "quotes": 0}})
    }

    fn me(&self, login: &super::world::Login) -> Value {
        let account = self
            .account(&login.account)
            .expect("a login has an account");
        json!({"__typename": "MeResult", "isSignless": account.signless, "isSponsored": account.sponsored,
            "limit": {"__typename": "SponsorshipAllowance", "allowance": 50, "allowanceUsed": 3, "allowanceLeft": 47, "window": "HOUR"}})
    }
}

async fn upload(State(world): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut world = world.lock().expect("the world is whole");
    if world.storage_down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let mime = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let answer = world.store(mime.unwrap_or_default(), body.to_vec());
    json_body(&answer)
}

async fn status(State(world): State<Shared>, Path(key): Path<String>) -> Response {
    let world = world.lock().expect("the world is whole");
    match world.stored(&key) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(stored) if stored.ready > Instant::now() => {
            json_body(&json!({"storage_key": key, "status": "new", "progress": 10}))
        }
        Some(_) => json_body(&json!({"storage_key": key, "status": "done", "progress": 100})),
    }
}

async fn fetch(State(world): State<Shared>, Path(key): Path<String>) -> Response {
    let world = world.lock().expect("the world is whole");
    match world.stored(&key) {
        Some(stored) if stored.ready <= Instant::now() => (
            [(header::CONTENT_TYPE, stored.mime.clone())],
            stored.bytes.clone(),
        )
            .into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
