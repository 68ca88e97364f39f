//! The HTTP port: `/healthz` while the process lives, `/readyz` when work is accepted, `/metrics` for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Where the house stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub ready: bool,
    /// `open`, or why not.
    pub store: String,
    /// `ready`, `building`, `behind by 300`, …
    pub index: String,
    /// Front end by front end, with its state.
    pub frontends: Vec<(String, String)>,
}

/// Knows where the house stands. Implemented by the app.
#[async_trait]
pub trait Report: Send + Sync {
    async fn readiness(&self) -> Readiness;

    /// Prometheus text.
    fn metrics(&self) -> String;
}

/// Opens the port.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// How long answers under way have after the stop. Somebody who holds a connection and asks nothing does not hold up the end.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Answers until `stop`.
pub async fn serve(
    listener: TcpListener,
    report: Arc<dyn Report>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let closing = stop.clone();
    let served = axum::serve(listener, router(report))
        .with_graceful_shutdown(async move { closing.cancelled().await });
    tokio::select! {
        served = served.into_future() => served,
        () = async { stop.cancelled().await; tokio::time::sleep(LAST_ANSWERS).await } => Ok(()),
    }
}

fn router(report: Arc<dyn Report>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(report)
}

async fn ready(State(report): State<Arc<dyn Report>>) -> impl IntoResponse {
    // A probe wants an answer, also from a house that hangs.
    let readiness = tokio::time::timeout(Duration::from_secs(2), report.readiness())
        .await
        .unwrap_or_else(|_| Readiness {
            ready: false,
            store: "does not answer".to_owned(),
            index: "unknown".to_owned(),
            frontends: Vec::new(),
        });
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let frontends: serde_json::Map<String, serde_json::Value> = readiness
        .frontends
        .into_iter()
        .map(|(name, state)| (name, state.into()))
        .collect();
    let body = serde_json::json!({
        "ready": readiness.ready, "store": readiness.store, "index": readiness.index, "frontends": frontends
    });
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        format!("{body}\n"),
    )
}

async fn metrics(State(report): State<Arc<dyn Report>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        report.metrics(),
    )
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    struct House(bool);

    #[async_trait]
    impl Report for House {
        async fn readiness(&self) -> Readiness {
            let frontends = vec![("terminal".to_owned(), "open".to_owned())];
            Readiness {
                ready: self.0,
                store: "open".to_owned(),
                index: "ready".to_owned(),
                frontends,
            }
        }

        fn metrics(&self) -> String {
            "lumen_up 1\n".to_owned()
        }
    }

    async fn ask(address: SocketAddr, path: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: lumen\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn open(ready: bool) -> SocketAddr {
        let listener = listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(
            listener,
            Arc::new(House(ready)),
            CancellationToken::new(),
        ));
        address
    }

    #[tokio::test]
    async fn health_is_not_readiness() {
        let address = open(false).await;
        assert!(ask(address, "/healthz").await.starts_with("HTTP/1.1 200"));
        assert!(ask(address, "/readyz").await.starts_with("HTTP/1.1 503"));
        assert!(ask(address, "/elsewhere").await.starts_with("HTTP/1.1 404"));
    }

    #[tokio::test]
    async fn a_connection_that_asks_nothing_does_not_hold_up_the_end() {
        let listener = listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, Arc::new(House(true)), stop.clone()));
        let silent = tokio::net::TcpStream::connect(address).await.unwrap();
        // Taken up before this one's answer.
        assert!(ask(address, "/healthz").await.starts_with("HTTP/1.1 200"));
        stop.cancel();
        served.await.unwrap().unwrap();
        drop(silent);
    }

    #[tokio::test]
    async fn a_ready_house_names_its_parts() {
        let address = open(true).await;
        let answer = ask(address, "/readyz").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            answer.contains(r#""frontends":{"terminal":"open"}"#),
            "{answer}"
        );
        assert!(ask(address, "/metrics").await.ends_with("lumen_up 1\n"));
    }
}
