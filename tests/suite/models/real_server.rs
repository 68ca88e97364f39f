//! A real model server, llama.cpp's own, writing with the small model: what no fake shows.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::bench::Bench;
use crate::support::binary::House;

/// The server, until the test ends.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    /// None, said loudly, where it or its model is not installed.
    fn start() -> Option<Self> {
        let Some(installed) = std::env::var_os("LUMEN_TEST_SERVER").map(PathBuf::from) else {
            eprintln!("SKIPPED: LUMEN_TEST_SERVER is not set; `make test` installs a server");
            return None;
        };
        if !installed.join("xllamacpp").is_dir() {
            eprintln!("SKIPPED: no model server in {}", installed.display());
            return None;
        }
        let model = crate::support::models()?.join("smollm2-135m-instruct/model.q4_1.gguf");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/llama_server.py");
        let mut child = Command::new("python3")
            .args(["-B", script, "serve"])
            .args([&installed, &model])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find(|line| line.starts_with("http://"));
        let base = format!("{}/v1", address.expect("it says where it listens"));
        Some(Self { child, base })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_real_server_writes_in_the_form_and_piece_by_piece() {
    let Some(server) = Server::start() else {
        return;
    };
    let bench = Bench::new().await;
    let answer = bench.write_at(&server.base, "small").await.unwrap();
    assert!(
        !answer.text.trim().is_empty() && !answer.text.contains(['{', '}']),
        "{answer:?}"
    );
    assert!(answer.tokens_in > 10 && answer.tokens_out > 5, "{answer:?}");
    assert_eq!(
        (answer.provider.as_str(), answer.model.as_str()),
        ("openai", "small")
    );
    let told = bench.told.lock().unwrap().clone();
    assert!(told.len() > 3, "{told:?}");
    assert!(
        told.windows(2).all(|two| two[1].starts_with(&two[0])),
        "{told:?}"
    );
    assert_eq!(told.last(), Some(&answer.text));
    assert_eq!(bench.calls().await.len(), 1);
}

#[test]
fn a_draft_comes_from_a_real_server() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut house = House::new();
    house.set("OPENAI_BASE_URL", &server.base);
    house.set("OPENAI_MODEL", "small");
    house.set("LUMEN_TEXT", "openai");
    house.set("LUMEN_EMBEDDER", "off");
    let ended = house.session(&["/draft our Friday tasting is at six", "/why #1"]);
    assert!(ended.status.success(), "{ended:?}");
    assert!(
        ended.out.contains("#1") && ended.out.contains("small"),
        "{ended:?}"
    );
}
