//! The websocket side: hello, identify or resume, events in their order, heartbeats.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::{BOT, Session, TOKEN, World, user};

/// How often it is looked whether something is to be sent.
const LOOK: Duration = Duration::from_millis(5);

/// The intent without which words that do not name the bot are empty.
const MESSAGE_CONTENT: u64 = 1 << 15;

type Shared = Arc<Mutex<World>>;
type Socket = WebSocketStream<TcpStream>;

pub async fn serve(listener: TcpListener, world: Shared) {
    while let Ok((stream, _)) = listener.accept().await {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
                return;
            };
            connection(socket, &world).await;
        });
    }
}

fn lock(world: &Shared) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, and how far its events were sent.
struct Connection {
    socket: Socket,
    /// None until it has a session.
    sent: Option<u64>,
    session: u64,
    torn: u64,
}

async fn connection(socket: Socket, world: &Shared) {
    let torn = lock(world).torn;
    let mut this = Connection {
        socket,
        sent: None,
        session: 0,
        torn,
    };
    this.say(&json!({"op": 10, "d": {"heartbeat_interval": 20_000}}))
        .await;
    while this.turn(world).await {}
    let mut world = lock(world);
    if world.session.id == this.session {
        world.session.connected = false;
    }
}

impl Connection {
    async fn say(&mut self, frame: &Value) -> bool {
        self.socket
            .send(Frame::Text(frame.to_string()))
            .await
            .is_ok()
    }

    async fn turn(&mut self, world: &Shared) -> bool {
        if lock(world).torn != self.torn {
            return false;
        }
        if let Some(sent) = self.sent {
            let events: Vec<Value> = {
                let world = lock(world);
                if world.session.id != self.session {
                    return false;
                }
                let new = world
                    .session
                    .log
                    .iter()
                    .filter(|(number, ..)| *number > sent);
                new.map(|(number, name, data)| json!({"op": 0, "s": number, "t": name, "d": data}))
                    .collect()
            };
            for event in events {
                self.sent = event["s"].as_u64();
                if !self.say(&event).await {
                    return false;
                }
            }
        }
        match tokio::time::timeout(LOOK, self.socket.next()).await {
            Ok(Some(Ok(Frame::Text(text)))) => {
                let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                self.heard(&frame, world).await
            }
            Ok(Some(Ok(Frame::Close(_)) | Err(_)) | None) => false,
            Err(_) | Ok(Some(Ok(_))) => true,
        }
    }

    async fn heard(&mut self, frame: &Value, world: &Shared) -> bool {
        let token = frame["d"]["token"].as_str().unwrap_or_default();
        let known = token.trim_start_matches("Bot ") == TOKEN;
        match frame["op"].as_u64() {
            Some(1) => self.say(&json!({"op": 11})).await,
            Some(2) if known => {
                let intents = frame["d"]["intents"].as_u64().unwrap_or_default();
                self.begin(intents & MESSAGE_CONTENT > 0, world)
            }
            Some(6) if known => self.go_on(&frame["d"], world).await,
            _ => false,
        }
    }

    /// A new session: what happened before it is not told.
    /// Whoever asks for words without being let loses the connection.
    fn begin(&mut self, may_read: bool, world: &Shared) -> bool {
        let mut world = lock(world);
        world.identifies += 1;
        if may_read && !world.may_read {
            world
                .wrong
                .push("it asked for words that it may not read".to_owned());
            return false;
        }
        let id = world.id();
        let address = world.gateway.expect("bound");
        let ready = json!({
            "v": 10, "user": user(BOT, "lumen_test_bot", true), "guilds": [], "session_id": id.to_string(),
            "resume_gateway_url": format!("ws://{address}"), "shard": [0, 1],
            "application": {"id": BOT.to_string(), "flags": 0},
        });
        world.session = Session {
            log: vec![(1, "READY", ready)],
            id,
            connected: true,
            reads: may_read,
        };
        (self.sent, self.session) = (Some(0), id);
        true
    }

    async fn go_on(&mut self, asked: &Value, world: &Shared) -> bool {
        let resumed = {
            let mut world = lock(world);
            let fits = asked["session_id"].as_str() == Some(world.session.id.to_string().as_str());
            if fits {
                world.resumes += 1;
                world.session.connected = true;
                (self.sent, self.session) = (asked["seq"].as_u64(), world.session.id);
                world.push("RESUMED", json!({}));
            }
            fits
        };
        resumed || self.say(&json!({"op": 9, "d": false})).await
    }
}
