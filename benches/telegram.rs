//! `cargo bench --bench telegram`: many people at once. How long it takes from an update on the disk to its answer, handed
//! over to be sent at Telegram's pace, and what that does to the memory. Prints a figure a line, as JSON. Figures of one run on
//! one machine.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures to read"
)]

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests need more of it, and one that cannot go on says where"
)]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use lumen::domain::ids::{InboxId, WorkspaceId};
use lumen::domain::operator::{Identity, Role, Surface};
use support::binary::House;
use support::bot_api::BotApi;
use support::telegram::{Lumen, house_with, with_store};

const UPDATES: usize = 1_000;
const CHATS: u64 = 50;
const FIRST: u64 = 1_000;
const PORT: u16 = 19_477;
/// How fast they come in the second round, in a second.
const STEADY: u64 = 100;
/// What people type, in turn.
const TYPED: [&str; 5] = ["/status", "/queue", "/show #1", "/help draft", "/why #1"];

/// One way in which the updates come.
struct Round {
    name: &'static str,
    /// How many in a second; all at once without it.
    steady: Option<u64>,
}

const ROUNDS: [Round; 2] = [
    Round {
        name: "burst",
        steady: None,
    },
    Round {
        name: "steady",
        steady: Some(STEADY),
    },
];

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    for round in &ROUNDS {
        measure(round);
    }
}

fn measure(round: &Round) {
    let house = house_with(FIRST, &["Friday at six: three on the table."]);
    let_in(&house);
    let api = BotApi::start();
    api.is_patient();
    let lumen = Lumen::with(&house, &api, |command| {
        command.env("LUMEN_HTTP_ADDR", format!("127.0.0.1:{PORT}"));
    });
    lumen.until_logged("listens");
    let before = memory(&lumen);
    let began = Instant::now();
    for nth in 0..UPDATES {
        let id = FIRST + nth as u64 % CHATS;
        api.person(id, "owner").say(TYPED[nth % TYPED.len()]);
        if let Some(steady) = round.steady {
            std::thread::sleep(Duration::from_micros(1_000_000 / steady));
        }
    }
    while answered() < UPDATES {
        std::thread::sleep(Duration::from_millis(20));
        assert!(
            began.elapsed() < Duration::from_mins(5),
            "it never came to an end"
        );
    }
    let seconds = began.elapsed().as_secs_f64();
    let after = memory(&lumen);
    assert!(lumen.stop().0);
    let millis = latencies(&house);
    let figure = |what: &str, value: f64| {
        let name = format!("telegram.{}.{what}", round.name);
        println!("{}", serde_json::json!({"name": name, "value": value}));
    };
    figure("p50", share(&millis, 0.5));
    figure("p99", share(&millis, 0.99));
    figure("max", share(&millis, 1.0));
    figure("seconds", seconds);
    figure("grown_mb", (after as f64 - before as f64) / 1_024.0);
}

/// What it holds in memory, in kilobytes.
fn memory(lumen: &Lumen) -> u64 {
    let path = format!("/proc/{}/status", lumen.child.id());
    let status = std::fs::read_to_string(path).expect("it runs");
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse().ok())
        .expect("a figure")
}

fn let_in(house: &House) {
    with_store(house, |store| async move {
        let mut tx = store.begin().await.expect("a change");
        for id in FIRST + 1..FIRST + CHATS {
            let identity = Identity {
                surface: Surface::Telegram,
                external_id: id.to_string(),
            };
            tx.add_operator(WorkspaceId::FIRST, "owner", Role::Owner, &identity)
                .await
                .expect("an owner");
        }
        tx.commit().await.expect("kept");
    });
}

/// How many answers have been handed over, as `/metrics` counts them.
fn answered() -> usize {
    let mut stream = TcpStream::connect(("127.0.0.1", PORT)).expect("the port is open");
    stream
        .write_all(b"GET /metrics HTTP/1.0\r\n\r\n")
        .expect("written");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("read");
    text.lines()
        .find(|line| line.starts_with("lumen_answer_seconds_count"))
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}

/// From received to settled, sorted.
fn latencies(house: &House) -> Vec<f64> {
    let mut millis = with_store(house, |store| async move {
        let mut millis = Vec::new();
        let mut id = 1;
        while let Some(row) = store.inbox_row(InboxId(id)).await.expect("read") {
            id += 1;
            let settled = row.settled_at.expect("settled");
            millis.push(settled.duration_since(row.received_at).as_secs_f64() * 1e3);
        }
        millis
    });
    millis.sort_by(f64::total_cmp);
    millis
}

fn share(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len());
    sorted[at - 1]
}
